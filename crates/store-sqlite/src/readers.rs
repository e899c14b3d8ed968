//! Snapshots: a bounded number of read-only connections, opened when they are needed.

use crate::connection;
use crate::error::InStatement;
use crate::options::Options;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    /// Idle ones and those in use.
    open: usize,
    closed: bool,
}

pub(crate) struct Readers {
    path: PathBuf,
    options: Options,
    state: Mutex<State>,
    free: Condvar,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, options: Options) -> Self {
        Self { path, options, state: Mutex::default(), free: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a snapshot; it ends when the answer is dropped.
    ///
    /// # Errors
    /// `store.readers` when none came free in time; a fault from the database or when the store is closed.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>> {
        let conn = match self.take()? {
            Some(conn) => conn,
            None => connection::reader(&self.path, &self.options).inspect_err(|_| self.forget())?,
        };
        let snapshot = Snapshot { readers: self, conn: Some(conn) };
        // A deferred transaction takes its snapshot at its first read: do that here, not whenever the caller reads.
        for sql in ["BEGIN DEFERRED", "SELECT 1 FROM sqlite_schema LIMIT 1"] {
            snapshot.conn()?.prepare_cached(sql).and_then(|mut s| s.raw_query().next().map(|_| ())).running(sql)?;
        }
        Ok(snapshot)
    }

    /// An idle connection, or the right to open one.
    fn take(&self) -> Result<Option<Connection>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(Error::fault("the store is closed"));
            }
            if let Some(conn) = state.idle.pop() {
                return Ok(Some(conn));
            }
            if state.open < self.options.readers {
                state.open += 1;
                return Ok(None);
            }
            let (again, waited) = self.free.wait_timeout(state, self.options.reader_wait).unwrap_or_else(PoisonError::into_inner);
            state = again;
            if waited.timed_out() && state.idle.is_empty() && state.open >= self.options.readers {
                return Err(Error::rejected(
                    Kind::Busy,
                    "store.readers",
                    format!(
                        "All {} readers of the database are in use. Try again when a download or a report has finished.",
                        self.options.readers
                    ),
                ));
            }
        }
    }

    fn give_back(&self, conn: Connection) {
        let mut state = self.lock();
        if state.closed || state.idle.len() >= self.options.idle_readers || !conn.is_autocommit() {
            state.open -= 1;
            drop(state);
            drop(conn);
        } else {
            state.idle.push(conn);
            drop(state);
        }
        self.free.notify_one();
    }

    fn forget(&self) {
        self.lock().open -= 1;
        self.free.notify_one();
    }

    /// Closes what is idle now and the others as they end.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let idle = std::mem::take(&mut state.idle);
        state.open -= idle.len();
        drop(state);
        self.free.notify_all();
    }
}

/// An open read transaction.
pub(crate) struct Snapshot<'p> {
    readers: &'p Readers,
    conn: Option<Connection>,
}

impl Snapshot<'_> {
    pub(crate) fn conn(&self) -> Result<&Connection> {
        self.conn.as_ref().ok_or_else(|| Error::fault("a snapshot was used after its end"))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if !conn.is_autocommit() {
            // A connection that cannot end its transaction is closed by `give_back`.
            let _ = conn.prepare_cached("ROLLBACK").and_then(|mut s| s.raw_execute());
        }
        self.readers.give_back(conn);
    }
}
