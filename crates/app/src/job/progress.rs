//! What a running program tells, and hears.

use accrual_base::{Error, Result};

/// The program's side of a running job. All calls are cheap: they are written down by a heartbeat, not at once.
pub trait Progress: Send {
    /// How much there is to do, in the program's own unit (lines, usually).
    fn total(&mut self, total: u64);
    /// How much is done, counted from the start of the job.
    fn advance(&mut self, done: u64);
    /// Somebody asked to stop: leave at the next safe point, with [`stopped`].
    fn cancelled(&self) -> bool;
    /// The job ends as Warning instead of Completed.
    fn warn(&mut self, text: &str);
    /// The program's last checkpoint, also from an earlier worker that died.
    fn resume(&self) -> Option<&[u8]>;
    /// Remembers where to go on, in a small durable write of its own. When the step that the checkpoint stands
    /// for writes itself, write both in one transaction: [`Progress::checkpoint_in`].
    ///
    /// # Errors
    /// A conflict `job.lost` when another worker took the job: stop at once.
    fn checkpoint(&mut self, state: &[u8]) -> Result<()>;
    /// A ticket that writes a checkpoint inside the transaction of the step it stands for, so that the step
    /// and the memory of it are kept or lost together.
    fn checkpoint_in(&self) -> Ticket;

    /// Leaves the program when somebody asked to.
    ///
    /// # Errors
    /// A conflict `job.cancelled`.
    fn go_on(&self) -> Result<()> {
        if self.cancelled() { Err(stopped()) } else { Ok(()) }
    }
}

/// Writes checkpoints of one job within transactions of the program.
#[derive(Clone, Debug)]
pub struct Ticket {
    job: Option<(i64, String)>,
}

impl Ticket {
    /// The ticket of a claimed job.
    pub fn of(job_id: i64, worker: impl Into<String>) -> Self {
        Self { job: Some((job_id, worker.into())) }
    }
    /// The ticket of a program that runs outside the queue: it writes nothing.
    pub fn none() -> Self {
        Self { job: None }
    }
    /// # Errors
    /// A conflict `job.lost` when another worker took the job: let the transaction fail.
    pub fn write(&self, tx: &mut dyn accrual_store::Write, state: &[u8]) -> Result<()> {
        match &self.job {
            Some((id, worker)) => accrual_store::jobs::checkpoint(tx, *id, worker, state),
            None => Ok(()),
        }
    }
}

/// What a program answers when it was asked to stop and did.
pub fn stopped() -> Error {
    Error::conflict("job.cancelled", "The job was asked to stop.")
}

/// Progress for a program that runs outside the queue: the demo, tests.
#[derive(Debug, Default)]
pub struct Silent {
    pub total: u64,
    pub done: u64,
    pub warnings: Vec<String>,
    state: Option<Vec<u8>>,
}

impl Progress for Silent {
    fn total(&mut self, total: u64) {
        self.total = total;
    }
    fn advance(&mut self, done: u64) {
        self.done = done;
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
    fn resume(&self) -> Option<&[u8]> {
        self.state.as_deref()
    }
    fn checkpoint(&mut self, state: &[u8]) -> Result<()> {
        self.state = Some(state.to_vec());
        Ok(())
    }
    fn checkpoint_in(&self) -> Ticket {
        Ticket::none()
    }
}
