//! The balances of an account, kept exact with every document (reference section 1.10).

use crate::unit::Unit;
use accrual_base::{Day, Result, rounding};
use accrual_model::{Object, Stored, Value};
use accrual_objects::billing::Account;
use accrual_store::nouns::lines;

/// What a change of documents does to the balances of their account, in minor units of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::billing) struct Moved {
    /// Of posted invoices.
    pub invoices: i64,
    /// Of posted credit memos that are not applied.
    pub unapplied_memos: i64,
    /// The date of an invoice that was posted.
    pub last_invoice: Option<Day>,
}

/// Moves the balances. Documents in another currency than the account's are not part of them.
///
/// The change adds to what is there, so that documents of one account that are posted at once cannot lose each other's.
///
/// # Errors
/// A fault when a balance would leave 64 bits.
pub(in crate::billing) fn move_balances(unit: &mut Unit<'_>, account: &Stored<Account>, currency: &str, moved: Moved) -> Result<()> {
    let own = currency == account.currency;
    let balance = rounding::sub(moved.invoices, moved.unapplied_memos)?;
    let mut add: Vec<(&str, i64)> = Vec::new();
    if own {
        let parts = [
            ("balance", account.balance, balance),
            ("total_invoice_balance", account.total_invoice_balance, moved.invoices),
            ("unapplied_credit_memo_amount", account.unapplied_credit_memo_amount, moved.unapplied_memos),
        ];
        for (field, now, delta) in parts.into_iter().filter(|(_, _, delta)| *delta != 0) {
            rounding::add(now, delta)?;
            add.push((field, delta));
        }
    }
    let later = moved.last_invoice.filter(|day| account.last_invoice_date.is_none_or(|last| last < *day));
    let set: Vec<(&str, Value)> = later.iter().map(|day| ("last_invoice_date", Value::from(*day))).collect();
    if add.is_empty() && set.is_empty() {
        return Ok(());
    }
    let stamp = unit.stamp();
    lines::adjust(unit.tx, Account::descriptor(), account.id, &add, &set, stamp)
}
