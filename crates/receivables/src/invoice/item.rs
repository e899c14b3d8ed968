//! Items with their discounts.

use super::Settlement;
use crate::tax::{TaxLine, TaxMode, Taxation};
use accrual_base::{Day, Decimal, Result, rounding};

/// What an item is (reference section 1.3, `processingType`), as far as invoices without subscriptions have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processing {
    Charge,
    /// The difference of invoice-level rounding.
    Rounding,
}

/// An item of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub processing: Processing,
    /// The charge amount: never with tax, whatever the tax mode, and before discounts.
    pub amount: i64,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub service_start: Day,
    pub service_end: Option<Day>,
    pub taxation: Taxation,
    pub taxes: Vec<TaxLine>,
    pub discounts: Vec<Discount>,
    /// Of the charge and its discounts together: a discount has no balance of its own, it lowers that of its charge.
    pub settlement: Settlement,
}

/// A discount of an item; its amount is negative or zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Without tax.
    pub amount: i64,
    pub taxes: Vec<TaxLine>,
    /// Its tax lines were sent with it; otherwise it is taxed like its item.
    pub own_tax: bool,
}

impl Item {
    /// The charge and its discounts, without tax.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn net(&self) -> Result<i64> {
        rounding::add(self.amount, self.discount()?)
    }
    /// The sum of the discounts.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn discount(&self) -> Result<i64> {
        self.discounts.iter().try_fold(0, |sum, d| rounding::add(sum, d.amount))
    }
    /// What is open of the charge and its discounts.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn balance(&self) -> Result<i64> {
        self.settlement.balance(self.net()?)
    }
    /// The mode its tax is computed in, when an engine does it.
    pub fn mode(&self) -> Option<TaxMode> {
        match &self.taxation {
            Taxation::Engine { mode, .. } => Some(*mode),
            Taxation::None | Taxation::Given => None,
        }
    }
    /// Lines a memo of this item can have at most: the item, its discounts and all tax lines.
    pub fn lines(&self) -> usize {
        1 + self.taxes.len() + self.discounts.iter().map(|d| 1 + d.taxes.len()).sum::<usize>()
    }
}

/// The amount as it was sent: with its tax in inclusive mode.
///
/// # Errors
/// A fault on overflow.
pub(super) fn sent(amount: i64, taxes: &[TaxLine], mode: Option<TaxMode>) -> Result<i64> {
    if mode != Some(TaxMode::Inclusive) {
        return Ok(amount);
    }
    taxes.iter().try_fold(amount, |sum, t| rounding::add(rounding::add(sum, t.amount)?, t.exempt))
}
