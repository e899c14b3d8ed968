//! Checks of contracts and of what was collected.

use super::convert;
use crate::check::Findings;
use accrual_base::Result;
use accrual_revenue::check;
use accrual_revenue::fields as f;
use accrual_revenue::record::Record;
use accrual_store::contracts::{self, line_key};
use accrual_store::{Flow, Read, views};

/// Contracts or rows held at a time.
const BATCH: usize = 1_000;

/// Per contract: allocations sum to the transaction price, carves to zero, schedules to their lines; no entry lies in
/// a period that was closed when it was made.
///
/// # Errors
/// A fault from the database, or when a contract cannot be read.
pub(crate) fn check_contracts(tx: &mut dyn Read, findings: &mut Findings) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let mut ids = Vec::with_capacity(BATCH);
        contracts::scan_heads(tx, after, i64::MIN, i64::MAX, &mut |head| {
            ids.push(head.id);
            Ok(if ids.len() == BATCH { Flow::Stop } else { Flow::Continue })
        })?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        for (id, (_, contract)) in convert::contracts(contracts::load_by_id(tx, &ids)?)? {
            let mut wrong = check::contract(&contract)?;
            wrong.extend(check::nothing_before_its_creation(&contract));
            for violation in wrong {
                findings.add(format!("contract {id}"), format!("{}: {}.", violation.rule, violation.message));
            }
        }
    }
}

/// Every collected row is in a contract, and nothing is in a contract that was not staged.
///
/// # Errors
/// A fault from the database.
pub(crate) fn check_collected(tx: &mut dyn Read, findings: &mut Findings) -> Result<()> {
    let bills = views::bill_counts(tx)?;
    if bills.collected != bills.stored {
        findings.add("bills", format!("{} billing rows were collected, {} are in contracts.", bills.collected, bills.stored));
    }
    for (line, what) in views::lines_without_rows(tx)? {
        findings.add(format!("line {line}"), format!("Its {what} does not exist."));
    }
    let mut after = i64::MIN;
    loop {
        let mut rows: Vec<(i64, i64)> = Vec::with_capacity(BATCH);
        views::collected_orders(tx, after, BATCH, &mut |id, record| {
            let text = Record::new(record).text(f::SO_LINE_ID)?.unwrap_or_default();
            rows.push((line_key(text), id));
            Ok(())
        })?;
        let Some((_, last)) = rows.last() else { return Ok(()) };
        after = *last;
        let keys = super::chunk::hashed(rows.iter().map(|(key, _)| *key));
        let mut found: Vec<i64> = contracts::orders_by_key(tx, &keys)?.into_iter().map(|(key, _)| key).collect();
        found.sort_unstable();
        for (key, id) in rows {
            if found.binary_search(&key).is_err() {
                findings.add(format!("staged row {id}"), "It was collected, but its order line is in no contract.");
            }
        }
    }
}
