//! Fills a store by the calls a client would make.

use super::{ACCOUNTS, Billing, account, invoices};
use crate::load::Connection;
use anyhow::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Invoices in one request, the most there may be.
const BATCH: u64 = 50;
/// Connections that fill.
const CLIENTS: u64 = 8;

/// Creates the accounts that are not there yet.
pub fn accounts(billing: &Billing) -> Result<()> {
    let post = billing.post("/v1/accounts");
    let next = AtomicU64::new(0);
    each_client(|| {
        let mut connection = Connection::open(billing.address, &post)?;
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= ACCOUNTS {
                return Ok(());
            }
            let contact = r#"{"firstName":"Ada","lastName":"Lovelace","country":"United States","state":"California"}"#;
            connection.send(&format!(
                r#"{{"accountNumber":"{}","name":"Account {n}","currency":"USD","billCycleDay":1,"billToContact":{contact}}}"#,
                account(n)
            ))?;
        }
    })
}

/// Adds posted invoices of one item until there are `to`.
pub fn until(billing: &Billing, from: u64, to: u64) -> Result<()> {
    eprintln!("filling up to {to} invoices …");
    let begin = Instant::now();
    let post = billing.post("/v1/invoices/batch");
    let next = AtomicU64::new(from);
    each_client(|| {
        let mut connection = Connection::open(billing.address, &post)?;
        loop {
            let first = next.fetch_add(BATCH, Ordering::Relaxed);
            if first >= to {
                return Ok(());
            }
            connection.send(&invoices(first, BATCH.min(to - first), 1))?;
        }
    })?;
    let millis = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    eprintln!("  {} invoices a second", (to - from) * 1000 / millis);
    Ok(())
}

fn each_client(work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked"))))
    })
}
