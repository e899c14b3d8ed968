//! Programs, their jobs and the queue. The threads that run them are in the jobs crate.

mod program;
mod progress;
pub mod queue;
mod submit;
mod wake;

pub use accrual_store::jobs::JobRow;
pub use program::{
    ACCOUNTING_TRANSFER_MASTER, ASYNC_REQUESTS, DATA_COLLECTION_MASTER, EVENT_PROCESS, EVENT_PROCESS_MASTER, Group, Parameter,
    ParameterType, ParameterValue, Program, ProgramFn, Programs, RC_TEMPLATE_NAME, TRANSFER_BATCH_FOR_ORG, parameters,
};
pub use progress::{Progress, Silent, Ticket, stopped};
pub use submit::{COLLECTION_LIMIT, Cancel, Given, Submit, get, latest, open, submit, submit_blocking};
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

/// Every job has a known status, and one that ended says when.
///
/// # Errors
/// A fault from the database.
pub fn check(tx: &mut dyn accrual_store::Read, findings: &mut crate::check::Findings) -> accrual_base::Result<()> {
    accrual_store::jobs::each(tx, &mut |job| {
        let subject = || format!("job {}", job.id);
        match Status::parse(&job.status) {
            None => findings.add(subject(), format!("The status {:?} is not known.", job.status)),
            Some(status) if status.is_final() && job.finished_at.is_none() => {
                findings.add(subject(), format!("The job is {status} but has no time of its end."));
            }
            Some(Status::Running) if job.worker.is_none() => findings.add(subject(), "The job is Running without a worker."),
            Some(_) => {}
        }
        Ok(())
    })
}
