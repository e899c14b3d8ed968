//! Percentages after given durations.

use super::{Series, Terms};
use crate::policy::UserDefinedStep;
use accrual_base::{Error, PeriodId, Result, rounding};

/// Each percentage falls after its duration, counted from the period of release; the last step takes the residue.
pub fn spread(amount: i64, terms: &Terms, steps: &[UserDefinedStep]) -> Result<Series> {
    if steps.iter().map(|s| s.percent).sum::<i64>() != 10_000 {
        return Err(Error::invalid(
            "pob.schedule",
            "The percentages of a user defined schedule must sum to 100; correct the POB template.",
        ));
    }
    let mut series = Series::default();
    let mut left = amount;
    for (at, step) in steps.iter().enumerate() {
        let part = if at + 1 == steps.len() { left } else { rounding::mul_div(amount, step.percent, 10_000)? };
        left = rounding::sub(left, part)?;
        let period = if step.days { PeriodId::of(terms.release_day().plus(step.duration)) } else { terms.period.plus(step.duration) };
        series.add(period.index(), part)?;
    }
    Ok(series)
}
