//! The revenue waterfall: amounts by account and period over many lines (reference section 15.4).

use crate::account_type::{AccountType, sides};
use crate::codec::Legs;
use crate::contract::LegKind;
use accrual_base::{Currency, Error, PeriodId, Result};
use std::collections::BTreeMap;

/// The first period a schedule can have; the calendar begins here.
const FIRST: i32 = 1947 * 12;
/// The last period of the calendar, December 2199, and a term beyond it.
const PERIODS: usize = 4200;

/// Sums of legs, by currency, kind and period. Made for adding millions of lines and for merging parts made by threads.
#[derive(Clone, Debug, Default)]
pub struct Waterfall {
    currencies: Vec<(Currency, Vec<i64>)>,
}

/// One line of the waterfall. Amounts are credit less debit in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaterfallRow {
    pub currency: Currency,
    pub account: AccountType,
    /// Everything before the open period.
    pub prior: i64,
    pub open: i64,
    /// Periods after the open one with an amount.
    pub future: Vec<(PeriodId, i64)>,
}

impl WaterfallRow {
    /// # Errors
    /// A fault on overflow.
    pub fn total(&self) -> Result<i64> {
        let sum = self.future.iter().try_fold(0i64, |s, (_, a)| s.checked_add(*a));
        sum.and_then(|s| s.checked_add(self.prior)).and_then(|s| s.checked_add(self.open)).ok_or_else(overflow)
    }
}

fn overflow() -> Error {
    Error::fault("waterfall amount overflow")
}

impl Waterfall {
    pub fn new() -> Self {
        Self::default()
    }

    fn slots(&mut self, currency: Currency) -> &mut [i64] {
        let at = match self.currencies.iter().position(|(c, _)| *c == currency) {
            Some(at) => at,
            None => {
                self.currencies.push((currency, vec![0; PERIODS * LegKind::ALL.len()]));
                self.currencies.len() - 1
            }
        };
        &mut self.currencies[at].1
    }

    /// Adds the stored legs of one line kept in `currency`.
    ///
    /// # Errors
    /// A fault when the blob is broken, a period lies outside the calendar or a sum overflows.
    pub fn add(&mut self, blob: &[u8], currency: Currency) -> Result<()> {
        let mut legs = Legs::open(blob, currency)?;
        while let Some(leg) = legs.advance()? {
            let base = leg.kind as usize * PERIODS;
            let slots = &mut self.slots(leg.currency)[base..base + PERIODS];
            leg.each(|index, amount| {
                let slot = usize::try_from(index - FIRST).ok().and_then(|i| slots.get_mut(i));
                let slot = slot.ok_or_else(|| Error::fault("a leg outside the calendar"))?;
                *slot = slot.checked_add(amount).ok_or_else(overflow)?;
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// Adds the sums of another part.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        for (currency, sums) in &other.currencies {
            for (slot, sum) in self.slots(*currency).iter_mut().zip(sums) {
                *slot = slot.checked_add(*sum).ok_or_else(overflow)?;
            }
        }
        Ok(())
    }

    /// The rows by currency and account, seen from an open period. Balance sheet rows show activity, not balances.
    ///
    /// Opening entries (billing and carve) count for their accounts as well, since both are part of the balance.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn rows(&self, open: PeriodId) -> Result<Vec<WaterfallRow>> {
        let mut accounts: BTreeMap<(Currency, AccountType), Vec<i64>> = BTreeMap::new();
        for (currency, sums) in &self.currencies {
            for kind in LegKind::ALL {
                let sums = &sums[kind as usize * PERIODS..][..PERIODS];
                if sums.iter().all(|s| *s == 0) {
                    continue;
                }
                let (debit, credit) = sides(kind);
                for (account, sign) in [(debit, -1), (credit, 1)] {
                    let Some(account) = account else { continue };
                    let into = accounts.entry((*currency, account)).or_insert_with(|| vec![0; PERIODS]);
                    for (slot, sum) in into.iter_mut().zip(sums) {
                        *slot = slot.checked_add(sign * sum).ok_or_else(overflow)?;
                    }
                }
            }
        }
        accounts.into_iter().map(|((currency, account), sums)| row(currency, account, &sums, open)).collect()
    }
}

fn row(currency: Currency, account: AccountType, sums: &[i64], open: PeriodId) -> Result<WaterfallRow> {
    let at = usize::try_from(open.index() - FIRST).unwrap_or(0).min(PERIODS);
    let prior = sums[..at].iter().try_fold(0i64, |s, a| s.checked_add(*a)).ok_or_else(overflow)?;
    let future = (open.index() + 1..).zip(sums.iter().skip(at + 1)).filter(|(_, a)| **a != 0);
    let future = future.map(|(index, a)| (PeriodId::from_index(index), *a)).collect();
    Ok(WaterfallRow { currency, account, prior, open: sums.get(at).copied().unwrap_or(0), future })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::encode_legs;
    use crate::contract::{Leg, Rates};

    #[test]
    fn prior_open_and_future_periods_are_told_apart() {
        let leg = Leg {
            number: 1,
            kind: LegKind::Unbilled,
            reversal: false,
            bill: None,
            sequence: 1,
            created: PeriodId(201_901),
            currency: Currency::USD,
            rates: Rates::UNIT,
            start: PeriodId(201_901),
            amounts: vec![10_000; 4],
            posted_through: None,
        };
        let mut blob = Vec::new();
        encode_legs(&[leg], Currency::USD, &mut blob);
        let mut half = Waterfall::new();
        half.add(&blob, Currency::USD).unwrap();
        let mut all = half.clone();
        all.merge(&half).unwrap();
        let rows = all.rows(PeriodId(201_903)).unwrap();
        let revenue = rows.iter().find(|r| r.account == AccountType::Revenue).unwrap();
        assert_eq!((revenue.prior, revenue.open, revenue.future.as_slice()), (40_000, 20_000, [(PeriodId(201_904), 20_000)].as_slice()));
        assert_eq!(revenue.total().unwrap(), 80_000);
        let liability = rows.iter().find(|r| r.account == AccountType::ContractLiability).unwrap();
        assert_eq!(liability.total().unwrap(), -80_000);
    }
}
