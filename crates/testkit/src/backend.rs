//! The three places a tenant can live in.

use accrual_app::Services;
use accrual_app::system::StoreFactory;
use accrual_base::{Error, Result};
use accrual_connect::Mailer;
use accrual_connect::mail::CaptureMailer;
use accrual_store::StoreHandle;
use accrual_store_postgres::{Options as PostgresOptions, PostgresStore};
use accrual_store_sqlite::{Options as SqliteOptions, SqliteStore};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// Where the stores of a test are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite that waits for no disk.
    Memory,
    /// SQLite as in production.
    File,
    /// Schemas of the server that the test script starts.
    Postgres,
}

impl Backend {
    /// Every backend that can be had here. PostgreSQL is left out, said loudly, where there is none, and a
    /// failure where there must be one.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Memory, Self::File];
        all.extend(accrual_store_postgres::test_url().map(|_| Self::Postgres));
        all
    }
}

enum Place {
    Memory,
    File,
    Postgres { url: String, prefix: String, schemas: Mutex<BTreeSet<String>> },
}

/// Opens the stores of one test; they end with it.
pub struct Factory {
    place: Place,
    /// Keeps every mail that is sent.
    pub mailer: Arc<CaptureMailer>,
    dir: TempDir,
}

impl Factory {
    /// # Panics
    /// When there is no temporary directory, or no PostgreSQL.
    pub fn new(backend: Backend) -> Self {
        let place = match backend {
            Backend::Memory => Place::Memory,
            Backend::File => Place::File,
            Backend::Postgres => Place::Postgres {
                url: accrual_store_postgres::test_url().expect("a PostgreSQL server for tests"),
                prefix: format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..12]),
                schemas: Mutex::default(),
            },
        };
        Self { place, mailer: Arc::default(), dir: tempfile::tempdir().expect("a temporary directory") }
    }

    /// Where files of the test may go.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    fn open(&self, name: &str) -> Result<StoreHandle> {
        Ok(match &self.place {
            Place::Memory => SqliteStore::in_memory()?.into_handle(),
            Place::File => SqliteStore::open(self.dir.path().join(format!("{name}.db")), SqliteOptions::default())?.into_handle(),
            Place::Postgres { url, prefix, schemas } => {
                let schema = format!("{prefix}_{name}");
                schemas.lock().unwrap_or_else(PoisonError::into_inner).insert(schema.clone());
                PostgresStore::open(url, &schema, PostgresOptions { readers: 8, ..PostgresOptions::default() })?.into_handle()
            }
        })
    }
}

impl StoreFactory for Factory {
    fn system(&self) -> Result<StoreHandle> {
        self.open("system")
    }
    fn tenant(&self, name: &str) -> Result<StoreHandle> {
        self.open(&format!("tenant_{name}"))
    }
    fn spool(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.path().join("spool").join(name);
        std::fs::create_dir_all(&dir).map_err(|e| Error::fault_from(format!("making {}", dir.display()), e))?;
        Ok(dir)
    }
    fn services(&self) -> Services {
        Services { mailer: Some(Arc::clone(&self.mailer) as Arc<dyn Mailer>), ..Services::default() }
    }
}

impl Drop for Factory {
    fn drop(&mut self) {
        if let Place::Postgres { url, schemas, .. } = &self.place {
            for schema in schemas.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                if let Err(e) = PostgresStore::drop_schema(url, schema) {
                    eprintln!("schema {schema} of a test could not be dropped: {e}");
                }
            }
        }
    }
}
