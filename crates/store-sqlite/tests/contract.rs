//! The contract suite on SQLite: in memory and in a file.

use accrual_store::StoreHandle;
use accrual_store_sqlite::{Options, SqliteStore};
use std::ops::Deref;
use tempfile::TempDir;

mod memory {
    fn make() -> accrual_store::StoreHandle {
        super::SqliteStore::in_memory().expect("a store").into_handle()
    }
    accrual_store::contract_suite!(make);
}

mod file {
    fn make() -> super::FileStore {
        super::FileStore::new()
    }
    accrual_store::contract_suite!(make);
}

/// A store in a file of its own; closed, then removed.
struct FileStore(StoreHandle, #[expect(dead_code, reason = "held for its drop")] TempDir);

impl FileStore {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = SqliteStore::open(directory.path().join("tenant.db"), Options::default()).expect("a store");
        Self(store.into_handle(), directory)
    }
}

impl Deref for FileStore {
    type Target = StoreHandle;
    fn deref(&self) -> &StoreHandle {
        &self.0
    }
}
