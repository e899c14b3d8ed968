//! Equal months from the month after the start.

use super::{Series, Terms, periods};
use accrual_base::{Result, rounding};

/// The same number of periods, one later, in equal amounts; days ignored.
pub fn spread(amount: i64, terms: &Terms) -> Result<Series> {
    let (first, last) = periods(terms.start, terms.end)?;
    let part = rounding::mul_div(amount, 1, i64::from(last - first + 1))?;
    let mut left = amount;
    let mut amounts = Vec::new();
    for _ in first..last {
        let part = part.clamp(left.min(0), left.max(0));
        left -= part;
        amounts.push(part);
    }
    amounts.push(left);
    Ok(Series { start: first + 1, amounts })
}
