//! What a transaction posts: a debit and a credit of the same amount (reference section 5.4).

use crate::code::CodeType;
use crate::field::ENTRY_ITEMS;
use accrual_base::{Currency, Result, rounding};
use std::collections::BTreeMap;

/// The transactions whose postings are known, with the amounts they move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transaction {
    /// Of an invoice or debit memo. `deferred`: a recognition rule applies.
    Item {
        deferred: bool,
    },
    Tax,
    CreditMemoItem {
        deferred: bool,
    },
    CreditMemoTax,
    /// A credit memo on an invoice or debit memo.
    CreditMemoApplication,
    PaymentApplication,
    RevenueEvent,
    /// A write-off without impact on revenue.
    WriteOff,
}

impl Transaction {
    /// The types of the codes debited and credited by a positive amount; a negative one posts the other way round.
    pub fn sides(self) -> (CodeType, CodeType) {
        use CodeType::{AccountsReceivable, BadDebt, Cash, DeferredRevenue, OnAccountReceivable, SalesRevenue, SalesTaxPayable};
        let revenue = |deferred| if deferred { DeferredRevenue } else { SalesRevenue };
        match self {
            Self::Item { deferred } => (AccountsReceivable, revenue(deferred)),
            Self::Tax => (AccountsReceivable, SalesTaxPayable),
            Self::CreditMemoItem { deferred } => (revenue(deferred), OnAccountReceivable),
            Self::CreditMemoTax => (SalesTaxPayable, OnAccountReceivable),
            Self::CreditMemoApplication => (OnAccountReceivable, AccountsReceivable),
            Self::PaymentApplication => (Cash, AccountsReceivable),
            Self::RevenueEvent => (DeferredRevenue, SalesRevenue),
            Self::WriteOff => (BadDebt, OnAccountReceivable),
        }
    }
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The accounting code by name.
    pub code: String,
    pub currency: Currency,
    pub debit: i64,
    pub credit: i64,
}

/// The two lines of an amount. A negative amount changes the sides, so that both columns stay positive.
///
/// # Errors
/// A fault on overflow.
pub fn post(debit: &str, credit: &str, amount: i64, currency: Currency) -> Result<[Line; 2]> {
    let positive = if amount < 0 { rounding::sub(0, amount)? } else { amount };
    let (debit, credit) = if amount < 0 { (credit, debit) } else { (debit, credit) };
    let line = |code: &str, debit, credit| Line { code: code.to_owned(), currency, debit, credit };
    Ok([line(debit, positive, 0), line(credit, 0, positive)])
}

/// Refuses lines whose debits and credits differ in any currency.
///
/// # Errors
/// As described; a fault on overflow.
pub fn check_balanced(lines: &[Line]) -> Result<()> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.currency).or_default();
        *sum = rounding::sub(rounding::add(*sum, line.debit)?, line.credit)?;
    }
    match sums.iter().find(|(_, sum)| **sum != 0) {
        Some((currency, sum)) => {
            let difference = accrual_base::format_minor(*sum, currency.exponent());
            Err(ENTRY_ITEMS.rule(format!("Debits and credits in {currency} differ by {difference}; they have to be equal.")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_posting_balances_and_a_negative_one_turns() {
        let lines = post("AR", "Revenue", -500, Currency::USD).unwrap();
        assert_eq!((lines[0].code.as_str(), lines[0].debit, lines[1].code.as_str(), lines[1].credit), ("Revenue", 500, "AR", 500));
        check_balanced(&lines).unwrap();
        let error = check_balanced(&lines[..1]).unwrap_err();
        assert_eq!(error.rejection().unwrap().code, "61020030");
        assert!(post("A", "B", i64::MIN, Currency::USD).is_err());
        assert_eq!(Transaction::WriteOff.sides().0, CodeType::BadDebt);
        // a memo applied to its invoice leaves nothing on account
        let (memo, application) = (Transaction::CreditMemoItem { deferred: true }.sides(), Transaction::CreditMemoApplication.sides());
        assert_eq!(memo.1, application.0);
    }
}
