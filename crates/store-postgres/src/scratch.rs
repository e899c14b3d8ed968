//! Stores that end with a test.

use crate::{Options, PostgresStore};
use accrual_base::Result;
use accrual_store::StoreHandle;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;

/// Names the server whose schemas tests may make and drop; `scripts/test` sets it.
pub const TEST_URL: &str = "ACCRUAL_TEST_DATABASE_URL";
/// Set to 1 where a test must not be left out for want of a server.
pub const REQUIRED: &str = "ACCRUAL_REQUIRE_POSTGRES";

/// The URL of the server for tests, or nothing, said loudly, where there is none.
///
/// # Panics
/// When there is no server and `ACCRUAL_REQUIRE_POSTGRES=1` says that there must be one.
pub fn test_url() -> Option<String> {
    if let Ok(url) = std::env::var(TEST_URL)
        && !url.is_empty()
    {
        return Some(url);
    }
    assert!(std::env::var(REQUIRED).as_deref() != Ok("1"), "{REQUIRED}=1, but {TEST_URL} names no PostgreSQL server");
    eprintln!("LEFT OUT: this test needs PostgreSQL, and {TEST_URL} names no server; scripts/test starts one");
    None
}

/// A store in a schema of its own, dropped with everything in it when the guard is.
pub struct Scratch {
    url: String,
    schema: String,
    store: StoreHandle,
}

impl Scratch {
    /// An empty store on this server.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn on(url: &str) -> Result<Self> {
        Self::with(url, Options { readers: 8, ..Options::default() })
    }

    /// An empty store with these options.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn with(url: &str, options: Options) -> Result<Self> {
        let schema = format!("scratch_{:016x}", RandomState::new().hash_one(std::process::id()));
        let store = PostgresStore::open(url, &schema, options)?.into_handle();
        Ok(Self { url: url.to_owned(), schema, store })
    }

    /// The name of the schema, for a test that opens it once more.
    pub fn schema(&self) -> &str {
        &self.schema
    }
}

impl Deref for Scratch {
    type Target = StoreHandle;

    fn deref(&self) -> &StoreHandle {
        &self.store
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.store.0.close();
        if let Err(e) = PostgresStore::drop_schema(&self.url, &self.schema) {
            eprintln!("schema {} of a test could not be dropped: {e}", self.schema);
        }
    }
}
