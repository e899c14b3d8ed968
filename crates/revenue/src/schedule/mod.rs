//! Ratable methods: an amount and its dates become amounts by period (reference section 4.1).
//!
//! Amounts come on their natural periods; what falls into a closed period is moved to the open one later, by
//! [`crate::reconcile`]. Every schedule sums to its amount exactly.

mod daily;
mod immediate;
mod mid_month;
mod next_month;
mod partial_monthly;
mod series;
mod sliding;
mod user_defined;

pub use daily::daily;
pub use partial_monthly::partial_monthly;
pub use series::Series;

use crate::policy::{AccountingMethod, RatableMethod};
use accrual_base::{Day, Error, PeriodId, Result};

/// The most periods a schedule may have: the offset in a schedule id has ten bits.
pub const MOST_PERIODS: i32 = 1023;

/// The dates a schedule is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// First day of service.
    pub start: Day,
    /// Last day of service.
    pub end: Day,
    /// The day of release.
    pub released: Day,
    /// The open period when it was released.
    pub period: PeriodId,
}

impl Terms {
    /// The day of release; the last day of its period when it lies outside (reference section 4.1, Sliding).
    fn release_day(&self) -> Day {
        if PeriodId::of(self.released) == self.period { self.released } else { self.period.end() }
    }
}

/// Spreads `amount` by a ratable method.
///
/// # Errors
/// Rejects an end before the start (RPRO-00627) and a term of more than [`MOST_PERIODS`] periods; a fault on overflow.
pub fn spread(method: &RatableMethod, accounting: AccountingMethod, amount: i64, terms: &Terms) -> Result<Series> {
    let even = |start: Day, end: Day| match accounting {
        AccountingMethod::Daily => daily(amount, start, end),
        AccountingMethod::PartialMonthly => partial_monthly(amount, start, end),
    };
    match method {
        RatableMethod::ContractRatable | RatableMethod::Ratable | RatableMethod::InvoiceRatable => even(terms.start, terms.end),
        RatableMethod::Condense => {
            let start = terms.release_day().max(terms.start);
            even(start, terms.end.max(start))
        }
        RatableMethod::Sliding => {
            let (start, end) = sliding::window(terms);
            even(start, end)
        }
        RatableMethod::ImmediateOpenPeriod => Ok(immediate::open_period(amount, terms)),
        RatableMethod::ImmediateStartDate => Ok(immediate::start_date(amount, terms)),
        RatableMethod::MidMonth => mid_month::spread(amount, terms),
        RatableMethod::NextMonth => next_month::spread(amount, terms),
        RatableMethod::UserDefined(steps) => user_defined::spread(amount, terms, steps),
    }
}

/// First and last period of a term, checked.
fn periods(start: Day, end: Day) -> Result<(i32, i32)> {
    if end < start {
        return Err(Error::invalid(
            "RPRO-00627",
            format!("The revenue end date {end} lies before the start date {start}; correct one of them."),
        ));
    }
    let (first, last) = (PeriodId::of(start).index(), PeriodId::of(end).index());
    if last - first >= MOST_PERIODS {
        return Err(too_long(start, end));
    }
    Ok((first, last))
}

/// Checks the dates of a row before anything is made of it, with room for methods that run longer than their term.
///
/// # Errors
/// As [`spread`].
pub fn check(start: Day, end: Option<Day>) -> Result<()> {
    let Some(end) = end else { return Ok(()) };
    let (first, last) = periods(start, end)?;
    if last - first >= MOST_PERIODS - 2 {
        return Err(too_long(start, end));
    }
    Ok(())
}

fn too_long(start: Day, end: Day) -> Error {
    Error::invalid("RPRO-00068", format!("The term {start} to {end} has more than {MOST_PERIODS} accounting periods; shorten it."))
}
