//! A running job: counters the program moves and the heartbeat writes down.

use accrual_app::Tenant;
use accrual_app::job::{Progress, Ticket, queue};
use accrual_base::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared by the program's thread and the heartbeat.
pub(crate) struct Shared {
    pub job_id: i64,
    pub worker: String,
    pub done: AtomicU64,
    pub total: AtomicU64,
    /// A user asked the job to stop.
    pub cancel: AtomicBool,
    /// Another worker has the job; nothing this one does counts.
    pub lost: AtomicBool,
    /// The runner is shutting down.
    pub stopping: Arc<AtomicBool>,
}

/// The [`Progress`] of a job from the queue.
pub struct JobHandle {
    pub(crate) shared: Arc<Shared>,
    pub(crate) warnings: Vec<String>,
    tenant: Arc<Tenant>,
    state: Option<Vec<u8>>,
}

impl JobHandle {
    pub(crate) fn new(tenant: Arc<Tenant>, shared: Arc<Shared>, state: Option<Vec<u8>>) -> Self {
        Self { shared, warnings: Vec::new(), tenant, state }
    }
}

impl Progress for JobHandle {
    fn total(&mut self, total: u64) {
        self.shared.total.store(total, Ordering::Relaxed);
    }
    fn advance(&mut self, done: u64) {
        self.shared.done.store(done, Ordering::Relaxed);
    }
    fn cancelled(&self) -> bool {
        [&self.shared.cancel, &self.shared.lost, &*self.shared.stopping].iter().any(|flag| flag.load(Ordering::Relaxed))
    }
    fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
    fn resume(&self) -> Option<&[u8]> {
        self.state.as_deref()
    }
    fn checkpoint(&mut self, state: &[u8]) -> Result<()> {
        queue::save_checkpoint(&self.tenant, self.shared.job_id, &self.shared.worker, state)?;
        self.state = Some(state.to_vec());
        Ok(())
    }
    fn checkpoint_in(&self) -> Ticket {
        Ticket::of(self.shared.job_id, self.shared.worker.clone())
    }
}
