//! A term that slides to its release.

use super::Terms;
use accrual_base::Day;

/// A later release moves start and end by the same number of days, so that the length stays.
pub fn window(terms: &Terms) -> (Day, Day) {
    let start = terms.release_day().max(terms.start);
    (start, terms.end.plus(start.epoch() - terms.start.epoch()))
}
