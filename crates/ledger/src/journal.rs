//! What a transaction posts: a debit and a credit of the same amount (reference section 5.4).

use crate::code::CodeType;
use crate::field::{ENTRY, ENTRY_AMOUNT, ENTRY_HOME_AMOUNT, ENTRY_ITEMS, TRANSFERRED};
use crate::money::parse;
use accrual_base::field::inside;
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

/// The most items of an entry.
pub const MOST_ITEMS: usize = 100;

/// An item of an entry as a caller sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub debit: bool,
    /// A decimal text in the currency of the entry, not negative.
    pub amount: &'a str,
    /// As `amount`, in the home currency.
    pub home: Option<&'a str>,
}

/// The amounts of an entry in minor units: in its own currency and, where given, in home currency.
///
/// # Errors
/// Rejects no items and more than 100, amounts that are negative or no decimal of their currency, home amounts of some items
/// only, and debits that differ from credits in either currency.
pub fn entry(items: &[Item<'_>], currency: Currency, home: Currency) -> Result<Vec<(i64, Option<i64>)>> {
    if items.is_empty() {
        return Err(ENTRY_ITEMS.missing("A journal entry has at least one debit and one credit."));
    }
    if items.len() > MOST_ITEMS {
        return Err(ENTRY_ITEMS.invalid(format!("A journal entry has at most {MOST_ITEMS} items.")).with_value(&items.len().to_string()));
    }
    let with_home = items.iter().any(|i| i.home.is_some());
    let mut amounts = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let read = || -> Result<(i64, Option<i64>)> {
            let amount = positive(&ENTRY_AMOUNT, item.amount, currency)?;
            let home = item.home.map(|text| positive(&ENTRY_HOME_AMOUNT, text, home)).transpose()?;
            if with_home && home.is_none() {
                return Err(ENTRY_HOME_AMOUNT.missing("Give the home amount of every item, or of none."));
            }
            Ok((amount, home))
        };
        amounts.push(read().map_err(|e| inside(e, "journalEntryItems", at))?);
    }
    let line = |debit: bool, amount, currency| Line {
        code: String::new(),
        currency,
        debit: if debit { amount } else { 0 },
        credit: if debit { 0 } else { amount },
    };
    let own: Vec<Line> = items.iter().zip(&amounts).map(|(i, (amount, _))| line(i.debit, *amount, currency)).collect();
    check_balanced(&own)?;
    let homes: Vec<Line> = items.iter().zip(&amounts).filter_map(|(i, (_, h))| h.map(|h| line(i.debit, h, home))).collect();
    check_balanced(&homes)?;
    Ok(amounts)
}

fn positive(field: &accrual_base::Field, text: &str, currency: Currency) -> Result<i64> {
    let amount = parse(field, text, currency)?;
    if amount < 0 {
        return Err(field.invalid("The amount of an item is not negative; say Credit or Debit instead.").with_value(text));
    }
    Ok(amount)
}

/// Checks that an entry may be canceled. `transferred` is its `transferredToAccounting`.
///
/// # Errors
/// Rejects one that is canceled, or has gone to accounting or is on its way there.
pub fn check_cancel(canceled: bool, transferred: &str) -> Result<()> {
    if canceled {
        return Err(ENTRY.rule("The journal entry is canceled already."));
    }
    if matches!(transferred, "Yes" | "Processing") {
        return Err(TRANSFERRED.rule("A journal entry that was transferred to accounting, or is being, cannot be canceled."));
    }
    Ok(())
}

/// Checks a change of `transferredToAccounting`.
///
/// # Errors
/// Rejects any change of a canceled entry, and one away from `Yes` unless the user may override it.
pub fn check_transfer(canceled: bool, from: &str, to: &str, may_override: bool) -> Result<()> {
    if from == to {
        return Ok(());
    }
    if canceled {
        return Err(TRANSFERRED.rule("The journal entry is canceled; its transfer cannot change any more.").with_value(to));
    }
    if from == "Yes" && !may_override {
        return Err(TRANSFERRED.rule("The journal entry was transferred to accounting; changing that needs the permission to override it."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
        let error = result.unwrap_err();
        let rejection = error.rejection().unwrap();
        (rejection.code.to_owned(), rejection.place.column.clone().unwrap_or_default())
    }

    #[test]
    fn an_entry_balances_in_both_currencies() {
        let eur = Currency::named("EUR").unwrap();
        let item = |debit, amount, home| Item { debit, amount, home };
        let tried = |items: &[Item<'_>]| entry(items, eur, Currency::USD);
        let good = [item(true, "10.50", Some("11")), item(false, "10", Some("10.50")), item(false, "0.5", Some("0.5"))];
        assert_eq!(tried(&good).unwrap(), [(1_050, Some(1_100)), (1_000, Some(1_050)), (50, Some(50))]);
        assert_eq!(tried(&[item(true, "1", None), item(false, "1", None)]).unwrap(), [(100, None), (100, None)]);
        let of = |code: &str, field: &str| (code.to_owned(), field.to_owned());
        assert_eq!(refused(tried(&[])), of("61020022", "journalEntryItems"));
        assert_eq!(refused(tried(&[item(true, "1", None); 101])), of("61020020", "journalEntryItems"));
        assert_eq!(refused(tried(&[item(true, "1", None), item(false, "2", None)])), of("61020030", "journalEntryItems"));
        let home = [item(true, "1", Some("2")), item(false, "1", Some("3"))];
        assert_eq!(refused(tried(&home)), of("61020030", "journalEntryItems"));
        let half = [item(true, "1", Some("2")), item(false, "1", None)];
        assert_eq!(refused(tried(&half)), of("61020322", "journalEntryItems[1].homeCurrencyAmount"));
        assert_eq!(refused(tried(&[item(true, "-1", None)])), of("61020220", "journalEntryItems[0].amount"));
        assert_eq!(refused(tried(&[item(true, "1.001", None)])), of("61020220", "journalEntryItems[0].amount"));
    }

    #[test]
    fn what_was_transferred_stays() {
        check_cancel(false, "No").unwrap();
        assert_eq!(refused(check_cancel(true, "No")).0, "61020130");
        assert_eq!(refused(check_cancel(false, "Processing")).0, "61020930");
        check_transfer(true, "No", "No", false).unwrap();
        check_transfer(false, "No", "Yes", false).unwrap();
        check_transfer(false, "Yes", "No", true).unwrap();
        assert_eq!(refused(check_transfer(false, "Yes", "No", false)).0, "61020930");
        assert_eq!(refused(check_transfer(true, "No", "Yes", true)).0, "61020930");
    }

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
