//! Keeping the write-ahead log bounded without keeping writes waiting.
//!
//! Copying the log into the database file ends with waiting for the disk, which on a busy machine can take longer
//! than a small write may. So a helper thread with its own connection copies while the writer goes on, and the writer
//! itself copies only the short rest between two turns. That must be the writer, because the log can start again
//! from its beginning only when all of it is copied and nobody appends.

use accrual_base::{Error, Result};
use rusqlite::Connection;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// When to copy. Counted in pages of the log.
pub(crate) struct Checkpoint {
    /// Pages in the log after the latest commit.
    pages: Arc<AtomicU32>,
    limit: u32,
    /// What `pages` was at the last look, at the last order to the helper, at the writer's own last copy.
    seen: u32,
    ordered: u32,
    own: u32,
    helper: Helper,
}

impl Checkpoint {
    /// `conn` is the writer's connection, `helper` another one to the same file.
    pub(crate) fn new(conn: &mut Connection, helper: Connection, limit: u32) -> Result<Self> {
        let pages = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&pages);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, n: std::ffi::c_int| {
            seen.store(u32::try_from(n).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))
        .map_err(|e| Error::fault_from("watching the write-ahead log", e))?;
        Ok(Self { pages, limit, seen: 0, ordered: 0, own: 0, helper: Helper::start(helper)? })
    }

    /// Called by the writer between two turns.
    ///
    /// From `limit` on the helper copies in steps of a quarter of it. From twice the limit on the writer copies the
    /// rest as soon as that is a step or less, and at four times the limit whatever the rest is. A long read keeps
    /// what came after its snapshot in the log until it ends; the distances keep that from being tried all the time.
    pub(crate) fn when_due(&mut self, conn: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.seen {
            (self.ordered, self.own) = (0, 0);
            self.helper.forget();
        }
        self.seen = pages;
        if pages < self.limit {
            return;
        }
        let step = self.limit / 4;
        let (running, copied) = self.helper.state();
        let since_own = pages.saturating_sub(self.own);
        let short = !running && pages.saturating_sub(copied) <= step;
        if short && pages >= self.limit.saturating_mul(2) && since_own >= step {
            self.copy_rest(conn, pages);
        } else if since_own >= self.limit.saturating_mul(4) {
            self.helper.wait();
            self.copy_rest(conn, pages);
        } else if !running && pages.saturating_sub(self.ordered) >= step {
            self.ordered = pages;
            self.helper.order();
        }
    }

    fn copy_rest(&mut self, conn: &Connection, pages: u32) {
        self.own = pages;
        copy(conn);
    }

    /// At the end: everything into the database file, the log emptied.
    pub(crate) fn last(self, conn: &Connection) {
        drop(self.helper);
        match run(conn, "PRAGMA wal_checkpoint(TRUNCATE)") {
            Ok((0, _)) => {}
            Ok(_) => tracing::info!("the last checkpoint met an open read; the log is kept and used at the next start"),
            Err(e) => tracing::warn!(error = %e, "the last checkpoint failed; the log is kept and used at the next start"),
        }
    }
}

/// Copies what no reader holds; answers how many pages of the log are copied now.
fn copy(conn: &Connection) -> u32 {
    match run(conn, "PRAGMA wal_checkpoint(PASSIVE)") {
        Ok((_, copied)) => u32::try_from(copied).unwrap_or(0),
        Err(e) => {
            tracing::warn!(error = %e, "a checkpoint failed; the log is kept and the next one tries again");
            0
        }
    }
}

/// Busy flag and pages copied.
fn run(conn: &Connection, sql: &str) -> rusqlite::Result<(i64, i64)> {
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(2)?)))
}

#[derive(Default)]
struct State {
    running: bool,
    copied: u32,
    /// Counts how often the log began again: a figure of an earlier log says nothing of this one.
    log: u64,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    idle: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that copies beside the writer. Ends when dropped.
struct Helper {
    orders: Option<SyncSender<()>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Helper {
    fn start(conn: Connection) -> Result<Self> {
        let (orders, received): (_, Receiver<()>) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let serve = move || {
            while received.recv().is_ok() {
                let log = own.lock().log;
                let copied = copy(&conn);
                let mut state = own.lock();
                state.running = false;
                if state.log == log {
                    state.copied = copied;
                }
                drop(state);
                own.idle.notify_all();
            }
        };
        let thread = std::thread::Builder::new().name("accrual-checkpoint".to_owned()).spawn(serve);
        let thread = thread.map_err(|e| Error::fault_from("starting the checkpoint thread", e))?;
        Ok(Self { orders: Some(orders), shared, thread: Some(thread) })
    }

    fn state(&self) -> (bool, u32) {
        let state = self.shared.lock();
        (state.running, state.copied)
    }

    fn forget(&self) {
        let mut state = self.shared.lock();
        state.copied = 0;
        state.log += 1;
    }

    fn order(&self) {
        self.shared.lock().running = true;
        if self.orders.as_ref().is_none_or(|orders| orders.try_send(()).is_err()) {
            self.shared.lock().running = false;
        }
    }

    fn wait(&self) {
        let mut state = self.shared.lock();
        while state.running && self.thread.as_ref().is_some_and(|t| !t.is_finished()) {
            state = self.shared.idle.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        drop(self.orders.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}
