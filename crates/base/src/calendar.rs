//! Accounting periods.

use crate::{Day, Error, Result};
use std::fmt;

/// An accounting period, spelt `YYYYMM` (202401 = January 2024).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeriodId(pub i32);

impl PeriodId {
    /// The calendar month a day lies in.
    pub fn of(day: Day) -> Self {
        let (y, m, _) = day.ymd();
        Self(y * 100 + m)
    }
    /// Months since year 0: neighbouring periods differ by one.
    pub fn index(self) -> i32 {
        self.0 / 100 * 12 + self.0 % 100 - 1
    }
    /// The inverse of [`PeriodId::index`].
    pub fn from_index(index: i32) -> Self {
        Self(index.div_euclid(12) * 100 + index.rem_euclid(12) + 1)
    }
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self::from_index(self.index() + months)
    }
    /// First day of the month.
    pub fn start(self) -> Day {
        Day::from_ymd(self.0 / 100, self.0 % 100, 1)
    }
    /// Last day of the month.
    pub fn end(self) -> Day {
        Day::from_epoch(self.plus(1).start().epoch() - 1)
    }
    /// Parses `YYYY-MM` or `YYYYMM`.
    ///
    /// # Errors
    /// Rejects anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        match digits.parse::<i32>() {
            Ok(n) if digits.len() == 6 && (1..=12).contains(&(n % 100)) => Ok(Self(n)),
            _ => Err(Error::invalid("period.format", "An accounting period is written YYYY-MM, for example 2024-01.").with_value(text)),
        }
    }
    /// `JAN-24`, the period name of the BI views.
    pub fn name(self) -> String {
        format!("{}-{:02}", crate::date::MONTHS[usize::try_from(self.0 % 100 - 1).unwrap_or(0)], self.0 / 100 % 100)
    }
}

impl fmt::Display for PeriodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One period with its inclusive first and last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub id: PeriodId,
    pub start: Day,
    pub end: Day,
}

/// The accounting calendar: calendar months from `first` to `last`, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub first: PeriodId,
    pub last: PeriodId,
}

impl Calendar {
    /// January 1947 to December 2199: the calendar of a new tenant.
    pub fn monthly() -> Self {
        Self { first: PeriodId(194_701), last: PeriodId(219_912) }
    }
    pub fn contains(&self, day: Day) -> bool {
        day >= self.first.start() && day <= self.last.end()
    }
    pub fn period(&self, id: PeriodId) -> Period {
        Period { id, start: id.start(), end: id.end() }
    }
    pub fn period_of(&self, day: Day) -> Period {
        self.period(PeriodId::of(day))
    }
}
