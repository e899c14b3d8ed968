//! The writer thread.

use crate::checkpoint::Checkpoint;
use crate::group::Runner;
use crate::options::Options;
use crate::queue::{Queue, Turn};
use accrual_base::{Error, Result};
use rusqlite::Connection;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Starts the thread that owns the one writing connection; `helper` is for the checkpoints beside it.
pub(crate) fn start(mut conn: Connection, helper: Connection, queue: Arc<Queue>, options: &Options) -> Result<JoinHandle<()>> {
    let mut checkpoint = Checkpoint::new(&mut conn, helper, options.checkpoint_pages)?;
    let group_time = options.group_time;
    std::thread::Builder::new()
        .name("accrual-writer".to_owned())
        .spawn(move || {
            match Runner::new(&conn) {
                Ok(mut runner) => serve(&conn, &mut runner, &queue, &mut checkpoint, group_time),
                Err(e) => tracing::error!(error = %e, "the writer cannot start"),
            }
            queue.abandon();
            checkpoint.last(&conn);
        })
        .map_err(|e| Error::fault_from("starting the writer thread", e))
}

/// Until the store is closed and nothing waits any more.
fn serve(conn: &Connection, runner: &mut Runner<'_>, queue: &Queue, checkpoint: &mut Checkpoint, group_time: Duration) {
    loop {
        match queue.next() {
            Turn::Group(jobs) => {
                let mut jobs = jobs.into_iter();
                runner.together(&mut jobs, group_time).deliver();
                if jobs.len() > 0 {
                    queue.put_back(jobs);
                }
            }
            Turn::Bulk(job) => runner.alone(job).deliver(),
            Turn::End => return,
        }
        checkpoint.when_due(conn);
    }
}
