//! Half a month at both ends.

use super::{Series, Terms, periods};
use accrual_base::{Result, rounding};

/// N months over N + 1 periods: half a share in the first and the last, days ignored.
pub fn spread(amount: i64, terms: &Terms) -> Result<Series> {
    let (first, last) = periods(terms.start, terms.end)?;
    let halves = i64::from(last - first + 1) * 2;
    let mut amounts = Vec::new();
    let mut left = amount;
    for index in first..=last {
        let part = rounding::mul_div(amount, if index == first { 1 } else { 2 }, halves)?.clamp(left.min(0), left.max(0));
        left -= part;
        amounts.push(part);
    }
    amounts.push(left);
    Ok(Series { start: first, amounts })
}
