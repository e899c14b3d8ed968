//! Programs, their jobs and the queue. The threads that run them are in the jobs crate.

mod program;
mod progress;
pub mod queue;
mod submit;
mod wake;

pub use accrual_store::jobs::JobRow;
pub use program::{
    ACCOUNTING_TRANSFER_MASTER, DATA_COLLECTION_MASTER, EVENT_PROCESS, EVENT_PROCESS_MASTER, Group, Parameter, ParameterType,
    ParameterValue, Program, ProgramFn, Programs, TRANSFER_BATCH_FOR_ORG, parameters,
};
pub use progress::{Progress, Silent, Ticket, stopped};
pub use submit::{COLLECTION_LIMIT, Cancel, Given, Submit, get, submit, submit_blocking};
pub use wake::Wake;

use std::fmt;

/// Status of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waits for a worker.
    Pending,
    /// Waits until an incompatible job ends.
    Incompatible,
    Running,
    Completed,
    /// Ended, and something should be looked at.
    Warning,
    Error,
    Cancelled,
}

impl Status {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Pending, "Pending"),
        (Self::Incompatible, "Incompatible"),
        (Self::Running, "Running"),
        (Self::Completed, "Completed"),
        (Self::Warning, "Warning"),
        (Self::Error, "Error"),
        (Self::Cancelled, "Cancelled"),
    ];
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(s, _)| *s == self).map_or("Error", |(_, n)| n)
    }
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(s, _)| *s)
    }
    /// Nothing will change any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Incompatible | Self::Running)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
