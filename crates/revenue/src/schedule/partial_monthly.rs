//! Equal months.

use super::{Series, periods};
use accrual_base::{Day, PeriodId, Result, rounding};

/// Equal amounts in full months. A part of a month weighs its active days over the days of the month (inferred: the
/// reference is silent about partial months). Each period is rounded by itself, the last takes the residue.
///
/// # Errors
/// Rejects an end before the start; a fault on overflow.
pub fn partial_monthly(amount: i64, start: Day, end: Day) -> Result<Series> {
    let (first, last) = periods(start, end)?;
    if first == last {
        return Ok(Series { start: first, amounts: vec![amount] });
    }
    let (head, tail) = (PeriodId::from_index(first), PeriodId::from_index(last));
    let days = |p: PeriodId| i64::from(p.end().days_since_inclusive(p.start()));
    let (active_head, active_tail) = (i64::from(head.end().days_since_inclusive(start)), i64::from(end.days_since_inclusive(tail.start())));
    // weights over the common denominator days(head) * days(tail)
    let full = days(head) * days(tail);
    let (weight_head, weight_tail) = (active_head * days(tail), active_tail * days(head));
    let sum = weight_head + weight_tail + full * i64::from(last - first - 1);
    let mut amounts = Vec::with_capacity(usize::try_from(last - first + 1).unwrap_or(0));
    let month = rounding::mul_div(amount, full, sum)?;
    let mut left = amount;
    for index in first..last {
        let part = if index == first { rounding::mul_div(amount, weight_head, sum)? } else { month };
        let part = part.clamp(left.min(0), left.max(0));
        left -= part;
        amounts.push(part);
    }
    amounts.push(left);
    Ok(Series { start: first, amounts })
}
