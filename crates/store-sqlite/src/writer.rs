//! The writer thread.

use crate::checkpoint::Checkpoint;
use crate::group::Runner;
use crate::options::Options;
use crate::queue::{Queue, Turn};
use accrual_base::{Error, Result};
use accrual_store::Counters;
use rusqlite::Connection;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the two lanes have done.
#[derive(Default)]
pub(crate) struct Written {
    pub small: Counters,
    pub bulk: Counters,
}

/// Starts the thread that owns the one writing connection; `helper` is for the checkpoints beside it.
pub(crate) fn start(
    mut conn: Connection,
    helper: Connection,
    queue: Arc<Queue>,
    options: &Options,
    written: Arc<Written>,
) -> Result<JoinHandle<()>> {
    let mut checkpoint = Checkpoint::new(&mut conn, helper, options.checkpoint_pages)?;
    let group_time = options.group_time;
    std::thread::Builder::new()
        .name("accrual-writer".to_owned())
        .spawn(move || {
            match Runner::new(&conn) {
                Ok(mut runner) => {
                    serve(&mut runner, &queue, group_time, &written, &mut || checkpoint.when_due(&conn));
                }
                Err(e) => tracing::error!(error = %e, "the writer cannot start"),
            }
            queue.abandon();
            checkpoint.last(&conn);
        })
        .map_err(|e| Error::fault_from("starting the writer thread", e))
}

/// Until the store is closed and nothing waits any more; `between` runs after each turn.
fn serve(runner: &mut Runner<'_>, queue: &Queue, group_time: Duration, written: &Written, between: &mut dyn FnMut()) {
    loop {
        let turn = queue.next();
        let begun = Instant::now();
        match turn {
            Turn::Group(jobs) => {
                let count = jobs.len();
                let mut jobs = jobs.into_iter();
                let answers = runner.together(&mut jobs, group_time);
                written.small.ended(count - jobs.len(), begun.elapsed());
                answers.deliver();
                if jobs.len() > 0 {
                    queue.put_back(jobs);
                }
            }
            Turn::Bulk(job) => {
                let answers = runner.alone(job);
                written.bulk.ended(1, begun.elapsed());
                answers.deliver();
            }
            Turn::End => return,
        }
        between();
    }
}
