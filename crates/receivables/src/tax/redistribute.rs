//! The odd cent between the taxes of items and the tax on their sum (reference section 4.4, redistribution rule).

use super::{Rate, RateType, Settings, TaxMode, Taxable, Taxed, exclusive, inclusive};
use accrual_base::{Decimal, Result, rounding};
use std::collections::BTreeMap;

/// Groups amounts of one rate by tax code, name, rate and mode; the difference between the tax on a group's total and the sum of
/// its lines goes to the last line. In inclusive mode the net of that item gives it, so its gross stays.
pub(super) fn redistribute(taxables: &[Taxable<'_>], taxed: &mut [Taxed], settings: &Settings) -> Result<()> {
    let mut groups: BTreeMap<(String, String, Decimal, TaxMode), Vec<usize>> = BTreeMap::new();
    for (at, (taxable, result)) in taxables.iter().zip(taxed.iter()).enumerate() {
        // items with several rates of one code, and exempt ones, stay as they are
        if let [line] = result.lines.as_slice()
            && line.kind == RateType::Percentage
            && line.exempt == 0
        {
            groups.entry((line.code.clone(), line.name.clone(), line.rate.normalize(), taxable.mode)).or_default().push(at);
        }
    }
    for ((_, name, value, mode), members) in groups {
        let sum = |of: &dyn Fn(usize) -> i64| members.iter().try_fold(0, |s, at| rounding::add(s, of(*at)));
        let total = sum(&|at| taxables[at].amount)?;
        let lines = sum(&|at| taxed[at].lines[0].amount)?;
        let rates = [Rate { name, value, kind: RateType::Percentage, jurisdiction: String::new(), location_code: String::new() }];
        let wanted = match mode {
            TaxMode::Exclusive => exclusive(total, &rates, settings)?[0],
            TaxMode::Inclusive => inclusive(total, &rates, settings)?.taxes[0],
        };
        let odd = rounding::sub(wanted, lines)?;
        if let Some(last) = members.last().map(|at| &mut taxed[*at]) {
            last.lines[0].amount = rounding::add(last.lines[0].amount, odd)?;
            if mode == TaxMode::Inclusive {
                last.net = rounding::sub(last.net, odd)?;
            }
        }
    }
    Ok(())
}
