//! By the day.

use super::{Series, periods};
use accrual_base::{Day, PeriodId, Result, rounding};

/// `amount * days in period / days`, each period rounded by itself half away from zero, the last takes the residue.
///
/// Rounding by itself can run past the total on amounts of a few minor units over many periods (5 cents over ten
/// months would be a cent too early nine times); no period goes beyond what is left.
///
/// # Errors
/// Rejects an end before the start; a fault on overflow.
pub fn daily(amount: i64, start: Day, end: Day) -> Result<Series> {
    let (first, last) = periods(start, end)?;
    let days = i64::from(end.days_since_inclusive(start));
    let mut amounts = Vec::with_capacity(usize::try_from(last - first + 1).unwrap_or(0));
    let (mut from, mut left) = (start, amount);
    for index in first..last {
        let next = PeriodId::from_index(index + 1).start();
        let part = rounding::mul_div(amount, i64::from(next.epoch() - from.epoch()), days)?;
        let part = part.clamp(left.min(0), left.max(0));
        left -= part;
        amounts.push(part);
        from = next;
    }
    amounts.push(left);
    Ok(Series { start: first, amounts })
}
