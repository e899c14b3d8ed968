//! Keeping the write-ahead log bounded.

use accrual_base::{Error, Result};
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Copies the log into the database file when it has grown past a limit.
///
/// The writer does it between two turns, so that the log is copied whole and the next commit can start it
/// again from its beginning. A long read keeps the pages after its snapshot in the log until it ends.
pub(crate) struct Checkpoint {
    pages: Arc<AtomicU32>,
    limit: u32,
    /// Pages in the log after the last checkpoint that could not copy all of them.
    held: u32,
}

impl Checkpoint {
    pub(crate) fn new(conn: &mut Connection, limit: u32) -> Result<Self> {
        let pages = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&pages);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, n: std::ffi::c_int| {
            seen.store(u32::try_from(n).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))
        .map_err(|e| Error::fault_from("watching the write-ahead log", e))?;
        Ok(Self { pages, limit, held: 0 })
    }

    /// Called between two turns of the writer.
    pub(crate) fn when_due(&mut self, conn: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.held {
            self.held = 0;
        }
        if pages.saturating_sub(self.held) < self.limit {
            return;
        }
        let (_, log, copied) = match run(conn, "PRAGMA wal_checkpoint(PASSIVE)") {
            Ok(state) => state,
            Err(e) => {
                tracing::warn!(error = %e, "a checkpoint failed; the log is kept and the next one tries again");
                (0, i64::from(pages), 0)
            }
        };
        self.held = if copied < log { pages } else { 0 };
        self.pages.store(self.held, Ordering::Relaxed);
    }
}

/// At the end: everything into the database file, the log emptied.
pub(crate) fn last(conn: &Connection) {
    match run(conn, "PRAGMA wal_checkpoint(TRUNCATE)") {
        Ok((0, _, _)) => {}
        Ok(_) => tracing::info!("the last checkpoint met an open read; the log is kept and used at the next start"),
        Err(e) => tracing::warn!(error = %e, "the last checkpoint failed; the log is kept and used at the next start"),
    }
}

/// Busy flag, pages in the log, pages copied.
fn run(conn: &Connection, sql: &str) -> rusqlite::Result<(i64, i64, i64)> {
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
