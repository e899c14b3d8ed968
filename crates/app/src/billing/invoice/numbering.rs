//! The number of an invoice.

use super::facts::Facts;
use crate::billing::numbers::{self, Document};
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::billing::{Account, Invoice};
use accrual_receivables::number::{self, Numbered};
use accrual_store::nouns::typed;

/// Gives a new invoice its number: the caller's, the next of its sequence set, or a temporary one when numbers are given
/// upon posting.
///
/// # Errors
/// Rejects a number of the caller's that is in use.
pub(super) fn give(unit: &mut Unit<'_>, facts: &Facts, account: &Stored<Account>, invoice: &mut Invoice, posted: bool) -> Result<()> {
    if let Some(number) = &invoice.invoice_number {
        if taken(unit, number)? {
            return Err(number::taken(number));
        }
        return Ok(());
    }
    if facts.rules.number_upon_posting && !posted {
        let prefix = Numbered::Invoice.temporary_prefix().unwrap_or_default();
        let next = u64::try_from(unit.next_ids(&format!("document {prefix}"), 1)?).unwrap_or_default();
        invoice.invoice_number = Some(number::format(prefix, next));
        return Ok(());
    }
    formal(unit, account, invoice)
}

/// Gives an invoice that is posted its formal number, if it has none.
///
/// # Errors
/// A fault from the database.
pub(super) fn upon_posting(unit: &mut Unit<'_>, account: &Stored<Account>, invoice: &mut Invoice) -> Result<()> {
    let prefix = Numbered::Invoice.temporary_prefix().unwrap_or_default();
    if invoice.invoice_number.as_ref().is_none_or(|number| number.starts_with(prefix)) {
        formal(unit, account, invoice)?;
    }
    Ok(())
}

/// The next number of the sequence set that nobody chose before.
fn formal(unit: &mut Unit<'_>, account: &Stored<Account>, invoice: &mut Invoice) -> Result<()> {
    let set = invoice.sequence_set_id.clone().or_else(|| account.sequence_set_id.clone());
    loop {
        let number = numbers::next(unit, set.as_deref(), Document::Invoice)?;
        if !taken(unit, &number)? {
            invoice.invoice_number = Some(number);
            return Ok(());
        }
    }
}

fn taken(unit: &mut Unit<'_>, number: &str) -> Result<bool> {
    Ok(typed::find::<Invoice>(unit.read(), "invoice_number", number)?.is_some())
}
