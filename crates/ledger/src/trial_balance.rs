//! The trial balance of a period: beginning + impact of the period = ending, for every code (reference section 5.2).

use crate::journal::Line;
use accrual_base::{Error, Result, rounding};
use std::collections::BTreeMap;

/// One code of a trial balance, in minor units of the home currency. Debit balances are positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub beginning: i64,
    pub debit: i64,
    pub credit: i64,
    pub ending: i64,
}

/// Adds the journal lines of a period (in home currency) to the ending balances of the period before. Codes without a balance
/// and without lines are not listed.
///
/// # Errors
/// A fault when lines or beginning balances do not balance, or on overflow.
pub fn trial_balance<'a>(beginning: &BTreeMap<String, i64>, lines: impl IntoIterator<Item = &'a Line>) -> Result<BTreeMap<String, Row>> {
    let mut rows: BTreeMap<String, Row> =
        beginning.iter().map(|(code, balance)| (code.clone(), Row { beginning: *balance, ..Row::default() })).collect();
    for line in lines {
        if !rows.contains_key(&line.code) {
            rows.insert(line.code.clone(), Row::default());
        }
        if let Some(row) = rows.get_mut(&line.code) {
            row.debit = rounding::add(row.debit, line.debit)?;
            row.credit = rounding::add(row.credit, line.credit)?;
        }
    }
    let mut total = 0;
    for row in rows.values_mut() {
        row.ending = rounding::sub(rounding::add(row.beginning, row.debit)?, row.credit)?;
        total = rounding::add(total, row.ending)?;
    }
    if total != 0 {
        return Err(Error::fault(format!("the trial balance is off by {total}")));
    }
    rows.retain(|_, row| *row != Row::default());
    Ok(rows)
}

/// The ending balances, which are the beginning of the next period.
pub fn ending(rows: &BTreeMap<String, Row>) -> BTreeMap<String, i64> {
    rows.iter().filter(|(_, row)| row.ending != 0).map(|(code, row)| (code.clone(), row.ending)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::post;
    use accrual_base::Currency;
    use proptest::prelude::*;

    #[test]
    fn endings_carry_over() {
        let january: Vec<Line> =
            [post("AR", "Deferred", 1_000, Currency::USD).unwrap(), post("Deferred", "Sales", 400, Currency::USD).unwrap()].concat();
        let rows = trial_balance(&BTreeMap::new(), &january).unwrap();
        assert_eq!(rows["Deferred"], Row { beginning: 0, debit: 400, credit: 1_000, ending: -600 });
        let february = post("Deferred", "Sales", 600, Currency::USD).unwrap();
        let rows = trial_balance(&ending(&rows), &february).unwrap();
        assert_eq!(rows["Deferred"], Row { beginning: -600, debit: 600, credit: 0, ending: 0 });
        assert!(!ending(&rows).contains_key("Deferred"));
        assert_eq!(rows["Sales"].ending, -1_000);
        assert!(trial_balance(&BTreeMap::new(), &january[..1]).is_err());
    }

    proptest! {
        #[test]
        fn months_in_a_row_equal_one_long_month(amounts in prop::collection::vec((0usize..5, 0usize..5, -10_000i64..10_000), 0..60), cut in 0usize..60) {
            let name = |n: &usize| format!("code {n}");
            let lines: Vec<Line> = amounts.iter().flat_map(|(d, c, a)| post(&name(d), &name(c), *a, Currency::USD).unwrap()).collect();
            let cut = (2 * cut).min(lines.len());
            let first = trial_balance(&BTreeMap::new(), &lines[..cut]).unwrap();
            let second = trial_balance(&ending(&first), &lines[cut..]).unwrap();
            let whole = trial_balance(&BTreeMap::new(), &lines).unwrap();
            prop_assert_eq!(ending(&second), ending(&whole));
            prop_assert_eq!(whole.values().map(|r| r.debit).sum::<i64>(), whole.values().map(|r| r.credit).sum::<i64>());
        }
    }
}
