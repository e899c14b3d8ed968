//! The store: a writer, its queue and the readers.

use crate::connection;
use crate::options::{Options, Synchronous};
use crate::queue::Queue;
use crate::readers::Readers;
use crate::tx::Tx;
use crate::writer::{self, Written};
use accrual_base::{Error, Result};
use accrual_store::{Dialect, Lane, LaneFigures, Read, Store, StoreHandle, WriteJob};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// One SQLite database as a store. Dropping it closes it.
pub struct SqliteStore {
    queue: Arc<Queue>,
    readers: Readers,
    written: Arc<Written>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The directory of a store that ends with the process. Declared last: it goes when the rest is closed.
    _scratch: Option<TempDir>,
}

impl SqliteStore {
    /// Opens the database file, making it when it does not exist. Its directory must exist. Tables are made by
    /// `accrual_store::migrate`.
    ///
    /// # Errors
    /// A fault when the file cannot be opened or is no database.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self> {
        Self::start(path.as_ref(), options, None)
    }

    /// A store that ends with the process and waits for no disk; for tests, previews and demonstrations.
    ///
    /// It is a file in a temporary directory that is never flushed, in practice a part of the page cache, and not
    /// SQLite's `:memory:`: connections to that share no snapshots, so a long read would stop every write. This way
    /// the two behave alike in everything but durability.
    ///
    /// # Errors
    /// A fault when the temporary directory cannot be used.
    pub fn in_memory() -> Result<Self> {
        let dir =
            tempfile::Builder::new().prefix("accrual-").tempdir().map_err(|e| Error::fault_from("making a temporary directory", e))?;
        let path = dir.path().join("scratch.db");
        Self::start(&path, Options { synchronous: Synchronous::Off, ..Options::default() }, Some(dir))
    }

    fn start(path: &Path, options: Options, scratch: Option<TempDir>) -> Result<Self> {
        let conn = connection::writer(path, &options)?;
        let helper = connection::helper(path, &options)?;
        let queue = Arc::new(Queue::new(&options));
        let written = Arc::<Written>::default();
        let thread = writer::start(conn, helper, Arc::clone(&queue), &options, Arc::clone(&written))?;
        Ok(Self { queue, readers: Readers::new(path.to_owned(), options), written, thread: Mutex::new(Some(thread)), _scratch: scratch })
    }

    /// The store behind the handle that the layers above take.
    pub fn into_handle(self) -> StoreHandle {
        StoreHandle(Arc::new(self))
    }
}

impl Store for SqliteStore {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn read_dyn(&self, f: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
        let snapshot = self.readers.snapshot()?;
        f(&mut Tx::new(snapshot.conn()?))
    }

    fn submit(&self, job: WriteJob) {
        if let Err(job) = self.queue.push(job) {
            (job.done)(Err(Error::fault("the store is closed")));
        }
    }

    fn close(&self) {
        self.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A store dropped by its own last answer cannot wait for itself; the thread ends all the same.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("the writer thread panicked");
            }
        }
        self.readers.close();
    }

    fn figures(&self) -> Vec<LaneFigures> {
        vec![self.written.small.read(Lane::Small), self.written.bulk.read(Lane::Bulk)]
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.close();
    }
}
