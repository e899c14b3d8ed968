//! Checks of billing documents in a live store.

use crate::check::Findings;
use accrual_base::Result;
use accrual_store::Read;
use accrual_store::documents::{self, Agreement};

/// Invoices agree with their items, tax lines and credits; accounts with their invoices.
///
/// # Errors
/// A fault of the store.
pub fn check_invoices(tx: &mut dyn Read, found: &mut Findings) -> Result<()> {
    const OF_INVOICES: [(Agreement, &str); 5] = [
        (documents::INVOICE_ITEMS, "its amount without tax"),
        (documents::INVOICE_TAXES, "its tax"),
        (documents::INVOICE_AMOUNTS, "its amount"),
        (documents::INVOICE_BALANCES, "its balance"),
        (documents::APPLIED, "what credit memos take off it"),
    ];
    for (agreement, what) in OF_INVOICES {
        agreement.broken(tx, &mut |number, stated, summed| found.add(format!("invoice {number}"), disagrees(what, stated, summed)))?;
    }
    documents::ACCOUNT_INVOICES.broken(tx, &mut |number, stated, summed| {
        found.add(format!("account {number}"), disagrees("its total invoice balance", stated, summed));
    })
}

/// Revenue schedules sum to their amount.
///
/// # Errors
/// A fault of the store.
pub fn check_revenue_schedules(tx: &mut dyn Read, found: &mut Findings) -> Result<()> {
    documents::SCHEDULES.broken(tx, &mut |number, stated, summed| {
        found.add(format!("revenue schedule {number}"), disagrees("its amount", stated, summed));
    })
}

fn disagrees(what: &str, stated: i64, summed: i64) -> String {
    format!("Stated as {what} are {stated} minor units, its parts sum to {summed}.")
}
