//! The sums of an invoice (reference sections 1.2 arithmetic, 1.3 and 1.10).

use super::{Invoice, LineKey};
use crate::field::TOTAL;
use accrual_base::{Result, rounding};

/// The figures of the header, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Charges and discounts.
    pub amount_without_tax: i64,
    pub tax_amount: i64,
    pub tax_exempt_amount: i64,
    /// Charges, discounts and tax.
    pub amount: i64,
    /// The discounts alone; negative or zero.
    pub discount: i64,
    pub payment_amount: i64,
    pub credit_memo_amount: i64,
    pub balance: i64,
    /// What can still be credited by memos made from the invoice.
    pub available_to_credit: i64,
}

impl Invoice {
    /// Sums the lines. A draft's balance equals its amount: nothing can be applied to it.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn totals(&self) -> Result<Totals> {
        let mut totals = Totals::default();
        for item in &self.items {
            totals.discount = rounding::add(totals.discount, item.discount()?)?;
            for line in item.taxes.iter().chain(item.discounts.iter().flat_map(|d| &d.taxes)) {
                totals.tax_exempt_amount = rounding::add(totals.tax_exempt_amount, line.exempt)?;
            }
        }
        for key in self.line_keys() {
            let (amount, settlement) = (self.line_amount(key)?, self.settlement(key)?);
            let side = if matches!(key, LineKey::Item(_)) { &mut totals.amount_without_tax } else { &mut totals.tax_amount };
            *side = rounding::add(*side, amount)?;
            totals.payment_amount = rounding::add(totals.payment_amount, settlement.payments)?;
            totals.credit_memo_amount = rounding::add(totals.credit_memo_amount, settlement.credit_memos)?;
            totals.balance = rounding::add(totals.balance, settlement.balance(amount)?)?;
            totals.available_to_credit = rounding::add(totals.available_to_credit, settlement.available_to_credit(amount)?)?;
        }
        totals.amount = rounding::add(totals.amount_without_tax, totals.tax_amount)?;
        Ok(totals)
    }

    /// The invoice amount, tax included.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn amount(&self) -> Result<i64> {
        Ok(self.totals()?.amount)
    }

    /// What is open of the invoice.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn balance(&self) -> Result<i64> {
        Ok(self.totals()?.balance)
    }

    /// Items, discounts and tax lines together.
    pub fn line_count(&self) -> usize {
        self.items.iter().map(super::Item::lines).sum()
    }

    /// A standalone invoice never turns into a credit memo, so a negative total is refused (reference section 1.2).
    /// Amounts that together leave 64 bits are the caller's fault here.
    pub(super) fn refuse_negative(&self) -> Result<()> {
        let amount = self.amount().map_err(|_| TOTAL.invalid("The amounts of the invoice are too large together; send less."))?;
        if amount < 0 {
            let value = accrual_base::format_minor(amount, self.currency.exponent());
            return Err(TOTAL.rule("The total of an invoice must not be negative; create a credit memo instead.").with_value(&value));
        }
        Ok(())
    }
}
