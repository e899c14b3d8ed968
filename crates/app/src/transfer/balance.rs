//! Whether a batch balances: in the currencies of its entries, and converted.

use super::post::Line;
use crate::views::account::AccountSet;
use accrual_base::{Currency, Error, Result};
use accrual_revenue::functional::Amounts;
use accrual_store::journals::JournalRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Debits less credits of entries. Wide, so that no batch overflows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Balance {
    /// By the currency of the entries.
    entries: BTreeMap<Currency, i128>,
    /// By functional currency and period (YYYYMM).
    converted: BTreeMap<(Currency, i32), Converted>,
}

/// Debits less credits of converted amounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Converted {
    functional: i128,
    reporting: i128,
    /// The adjustment liability of the first opening of a carve.
    account: Option<String>,
}

/// A balance as a checkpoint holds it: wide numbers as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    entries: Vec<(String, String)>,
    converted: Vec<(String, i32, String, String, Option<String>)>,
}

impl Balance {
    /// Takes an entry in; `opening` says that it opens a carve.
    pub fn take(&mut self, line: &Line, opening: bool) {
        let account = opening.then(|| line.accounts.account('A'));
        self.add((line.currency, line.functional, line.period), line.debit, line.credit, account);
    }

    /// Takes an entry in that was written before.
    pub fn take_written(&mut self, line: &JournalRow<'_>) {
        let debit = Amounts { transaction: line.debit, functional: line.functional_debit, reporting: line.reporting_debit };
        let credit = Amounts { transaction: line.credit, functional: line.functional_credit, reporting: line.reporting_credit };
        let account = (line.account_type == "A").then_some(line.account);
        self.add((line.currency, line.functional_currency, line.period), debit, credit, account);
    }

    fn add(&mut self, (currency, functional, period): (Currency, Currency, i32), debit: Amounts, credit: Amounts, account: Option<&str>) {
        *self.entries.entry(currency).or_default() += i128::from(debit.transaction) - i128::from(credit.transaction);
        let converted = self.converted.entry((functional, period)).or_default();
        converted.functional += i128::from(debit.functional) - i128::from(credit.functional);
        converted.reporting += i128::from(debit.reporting) - i128::from(credit.reporting);
        if converted.account.is_none() {
            converted.account = account.map(str::to_owned);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (currency, difference) in &other.entries {
            *self.entries.entry(*currency).or_default() += difference;
        }
        for (key, more) in &other.converted {
            let converted = self.converted.entry(*key).or_default();
            converted.functional += more.functional;
            converted.reporting += more.reporting;
            if converted.account.is_none() {
                converted.account.clone_from(&more.account);
            }
        }
    }

    /// Currencies in which debits and credits differ.
    pub fn unbalanced(&self) -> Vec<String> {
        self.entries.iter().filter(|(_, d)| **d != 0).map(|(c, d)| format!("{c} by {d} minor units")).collect()
    }

    /// The entries that make a batch, which balances in the currencies of its entries, balance converted as well.
    ///
    /// The two sides of an entry are converted together. The opening of a carve has one side and balances over its
    /// contract: each is rounded by itself, so that together they can be off by some minor units in the functional and
    /// the reporting currency. The difference is booked on the adjustment liability with no amount in the currency of
    /// the entries (reference section 10), one entry for each functional currency and period.
    ///
    /// # Errors
    /// A fault when a difference has no opening it could come from, or is too large.
    pub fn rounding(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for ((functional, period), difference) in &self.converted {
            if (difference.functional, difference.reporting) == (0, 0) {
                continue;
            }
            let no_carve = || Error::fault(format!("entries of {period} do not balance in {functional} and open no carve"));
            let account = difference.account.as_deref().ok_or_else(no_carve)?;
            let side = |sign: i128| -> Result<Amounts> {
                let part =
                    |amount: i128| i64::try_from((sign * amount).max(0)).map_err(|e| Error::fault_from("a rounding entry overflows", e));
                Ok(Amounts { transaction: 0, functional: part(difference.functional)?, reporting: part(difference.reporting)? })
            };
            lines.push(Line {
                period: *period,
                source: None,
                account_type: 'A',
                schedule_type: 'A',
                accounts: Arc::new(AccountSet::of_one('A', account)),
                currency: *functional,
                functional: *functional,
                debit: side(-1)?,
                credit: side(1)?,
            });
        }
        Ok(lines)
    }

    pub fn store(&self) -> Stored {
        let code = |c: &Currency| c.code().to_owned();
        Stored {
            entries: self.entries.iter().map(|(c, d)| (code(c), d.to_string())).collect(),
            converted: self
                .converted
                .iter()
                .map(|((c, period), d)| (code(c), *period, d.functional.to_string(), d.reporting.to_string(), d.account.clone()))
                .collect(),
        }
    }
}

impl Stored {
    /// # Errors
    /// A fault when it is not what was stored.
    pub fn load(&self) -> Result<Balance> {
        let broken = || Error::fault("the balance in the job's checkpoint is broken");
        let currency = |code: &str| Currency::named(code).ok_or_else(broken);
        let number = |text: &str| text.parse::<i128>().map_err(|_| broken());
        let mut balance = Balance::default();
        for (code, difference) in &self.entries {
            balance.entries.insert(currency(code)?, number(difference)?);
        }
        for (code, period, functional, reporting, account) in &self.converted {
            let converted = Converted { functional: number(functional)?, reporting: number(reporting)?, account: account.clone() };
            balance.converted.insert((currency(code)?, *period), converted);
        }
        Ok(balance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(currency: Currency, debit: (i64, i64, i64), credit: (i64, i64, i64)) -> Line {
        let amounts = |(transaction, functional, reporting)| Amounts { transaction, functional, reporting };
        Line {
            period: 202_401,
            source: Some((1, 2, 3)),
            account_type: 'A',
            schedule_type: 'A',
            accounts: Arc::new(AccountSet::of_one('A', "2200")),
            currency,
            functional: Currency::USD,
            debit: amounts(debit),
            credit: amounts(credit),
        }
    }

    #[test]
    fn openings_that_differ_when_converted_get_one_entry_on_the_adjustment_liability() {
        let eur = Currency::named("EUR").unwrap();
        // three carves of 0.05 in all: 0.02 + 0.02 + 0.01 against 0.05, at 1.5
        let mut balance = Balance::default();
        for (transaction, functional) in [(2, 3), (2, 3), (1, 2)] {
            balance.take(&line(eur, (0, 0, 0), (transaction, functional, functional)), true);
        }
        balance.take(&line(eur, (5, 7, 8), (0, 0, 0)), true);
        assert!(balance.unbalanced().is_empty());
        let entries = balance.rounding().unwrap();
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.debit, entry.credit), (Amounts { transaction: 0, functional: 1, reporting: 0 }, Amounts::default()));
        assert_eq!((entry.accounts.account('A'), entry.period, entry.source), ("2200", 202_401, None));
        balance.take(entry, false);
        assert!(balance.rounding().unwrap().is_empty());
    }

    #[test]
    fn functional_and_reporting_differences_take_their_own_side() {
        let mut balance = Balance::default();
        balance.take(&line(Currency::USD, (4, 4, 3), (0, 0, 0)), true);
        balance.take(&line(Currency::USD, (0, 0, 0), (4, 3, 4)), true);
        let entry = &balance.rounding().unwrap()[0];
        assert_eq!((entry.credit.functional, entry.debit.functional), (1, 0));
        assert_eq!((entry.credit.reporting, entry.debit.reporting), (0, 1));
    }

    #[test]
    fn a_difference_without_a_carve_is_a_fault_and_one_in_the_entries_is_told() {
        let mut balance = Balance::default();
        balance.take(&line(Currency::USD, (5, 5, 5), (0, 0, 0)), false);
        assert_eq!(balance.unbalanced(), ["USD by 5 minor units"]);
        assert!(balance.rounding().is_err());
        let mut twice = balance.store().load().unwrap();
        assert_eq!(twice, balance);
        twice.merge(&balance);
        assert_eq!(twice.unbalanced(), ["USD by 10 minor units"]);
    }
}
