//! Stores on PostgreSQL for tests.

use accrual_store::migrate;
use accrual_store_postgres::Scratch;

/// An empty store in a schema of its own, dropped with the guard. Nothing, said loudly, where there is no server;
/// `scripts/test` starts one.
///
/// # Panics
/// When the server cannot be used, or there is none though `ACCRUAL_REQUIRE_POSTGRES=1` says there must be.
pub fn fresh_store() -> Option<Scratch> {
    let url = accrual_store_postgres::test_url()?;
    match Scratch::on(&url) {
        Ok(store) => Some(store),
        Err(e) => panic!("the PostgreSQL server for tests cannot be used: {e}"),
    }
}

/// As [`fresh_store`], with the tables of a tenant.
///
/// # Panics
/// As [`fresh_store`], and when a migration fails.
pub fn fresh_tenant() -> Option<Scratch> {
    let store = fresh_store()?;
    if let Err(e) = migrate::run(&store) {
        panic!("the tables of a tenant cannot be made on PostgreSQL: {e}");
    }
    Some(store)
}
