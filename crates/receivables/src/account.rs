//! The balance of a customer account (reference section 1.10). Drafts do not count.

use accrual_base::{Result, rounding};

/// Sums over the posted documents of an account, in minor units of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub invoices: i64,
    pub debit_memos: i64,
    pub unapplied_payments: i64,
    pub unapplied_credit_memos: i64,
    /// Only without invoice settlement.
    pub credit_balance: i64,
}

impl Totals {
    /// With invoice settlement: invoices and debit memos less unapplied payments and unapplied credit memos.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn settled_balance(&self) -> Result<i64> {
        let owed = rounding::add(self.invoices, self.debit_memos)?;
        rounding::sub(rounding::sub(owed, self.unapplied_payments)?, self.unapplied_credit_memos)
    }
    /// Without invoice settlement: invoices less the credit balance.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn credit_balance_balance(&self) -> Result<i64> {
        rounding::sub(self.invoices, self.credit_balance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unapplied_money_lowers_what_is_owed() {
        let totals = Totals { invoices: 500, debit_memos: 40, unapplied_payments: 30, unapplied_credit_memos: 10, credit_balance: 75 };
        assert_eq!(totals.settled_balance().unwrap(), 500);
        assert_eq!(totals.credit_balance_balance().unwrap(), 425);
        assert!(Totals { invoices: i64::MAX, debit_memos: 1, ..totals }.settled_balance().is_err());
    }
}
