//! The contract that every store keeps, on PostgreSQL.

use accrual_store_postgres::{Scratch, test_url};

/// A store in a schema of its own; nothing where there is no server.
fn fresh() -> Option<Scratch> {
    test_url().map(|url| Scratch::on(&url).expect("the server takes a schema"))
}

accrual_store::contract_suite!(optional fresh);
