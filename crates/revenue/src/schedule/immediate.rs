//! All at once.

use super::{Series, Terms};
use accrual_base::PeriodId;

/// All in the period of release, whatever the dates.
pub fn open_period(amount: i64, terms: &Terms) -> Series {
    Series::single(terms.period, amount)
}

/// All in the start period, or in the period of release when that is later.
pub fn start_date(amount: i64, terms: &Terms) -> Series {
    Series::single(PeriodId::of(terms.start).max(terms.period), amount)
}
