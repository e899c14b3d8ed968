//! The writer thread.

use crate::checkpoint::{self, Checkpoint};
use crate::group;
use crate::options::Options;
use crate::queue::{Queue, Turn};
use accrual_base::{Error, Result};
use rusqlite::Connection;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Starts the thread that owns the one writing connection.
pub(crate) fn start(mut conn: Connection, queue: Arc<Queue>, options: &Options) -> Result<JoinHandle<()>> {
    let checkpoint = Checkpoint::new(&mut conn, options.checkpoint_pages)?;
    let group_time = options.group_time;
    std::thread::Builder::new()
        .name("accrual-writer".to_owned())
        .spawn(move || {
            let mut checkpoint = checkpoint;
            loop {
                match queue.next() {
                    Turn::Group(jobs) => {
                        let mut jobs = jobs.into_iter();
                        group::together(&conn, &mut jobs, group_time).deliver();
                        if jobs.len() > 0 {
                            queue.put_back(jobs);
                        }
                    }
                    Turn::Bulk(job) => group::alone(&conn, job).deliver(),
                    Turn::End => break,
                }
                checkpoint.when_due(&conn);
            }
            checkpoint::last(&conn);
        })
        .map_err(|e| Error::fault_from("starting the writer thread", e))
}
