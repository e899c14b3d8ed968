//! Civil dates as day numbers.

use crate::{Error, Result};
use std::fmt;

/// Upper-case month abbreviations, January first.
pub const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// A civil date: days since 1970-01-01 (negative before).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    pub const fn from_epoch(days: i32) -> Self {
        Self(days)
    }
    pub const fn epoch(self) -> i32 {
        self.0
    }
    /// Proleptic Gregorian date to day number; the caller has checked that the date exists.
    pub const fn from_ymd(year: i32, month: i32, day: i32) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let mp = (month + 9) % 12;
        let doy = (153 * mp + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Self(era * 146_097 + doe - 719_468)
    }
    /// A date that exists, or nothing.
    pub fn try_ymd(year: i32, month: i32, day: i32) -> Option<Self> {
        if !(1..=12).contains(&month) || day < 1 || !(1..=9999).contains(&year) {
            return None;
        }
        let d = Self::from_ymd(year, month, day);
        (d.ymd() == (year, month, day)).then_some(d)
    }
    /// Year, month 1..12, day 1..31.
    pub const fn ymd(self) -> (i32, i32, i32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let d = doy - (153 * mp + 2) / 5 + 1;
        let m = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + if m <= 2 { 1 } else { 0 }, m, d)
    }
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }
    /// Number of days from `start` to `self`, both included.
    pub const fn days_since_inclusive(self, start: Self) -> i32 {
        self.0 - start.0 + 1
    }
    /// The same day `months` later, or the last day of that month when it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let (y, m, d) = self.ymd();
        let index = y * 12 + m - 1 + months;
        let (y, m) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        (0..=3).find_map(|back| Self::try_ymd(y, m, d - back)).unwrap_or_else(|| Self::from_ymd(y, m, 28))
    }
}

impl fmt::Display for Day {
    /// ISO 8601: `2024-02-29`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

/// A date format of an upload template, such as `DD-MON-YYYY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    /// `29-FEB-2024`
    DdMonYyyy,
    /// `29-FEB-24`
    DdMonYy,
    /// `2024-02-29`
    YyyyMmDd,
    /// `02/29/2024`
    MmDdYyyy,
    /// `29/02/2024`
    DdMmYyyy,
    /// `20240229`
    Compact,
}

impl DateFormat {
    /// Every format with its spelling.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::DdMonYyyy, "DD-MON-YYYY"),
        (Self::DdMonYy, "DD-MON-YY"),
        (Self::YyyyMmDd, "YYYY-MM-DD"),
        (Self::MmDdYyyy, "MM/DD/YYYY"),
        (Self::DdMmYyyy, "DD/MM/YYYY"),
        (Self::Compact, "YYYYMMDD"),
    ];
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(f, _)| *f == self).map_or("", |(_, n)| n)
    }
    /// Finds a format by its spelling, without regard to case.
    ///
    /// # Errors
    /// Rejects an unknown spelling and lists those that exist.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(f, _)| *f).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(_, n)| *n).collect();
            Error::invalid("date.format", format!("Unknown date format; use one of {}.", known.join(", "))).with_value(name)
        })
    }
    /// Reads a date in this format; nothing when it is not one.
    pub fn parse(self, text: &str) -> Option<Day> {
        let b = text.as_bytes();
        let n = |from: usize, to: usize| -> Option<i32> {
            let part = b.get(from..to)?;
            part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |v, c| v * 10 + i32::from(c - b'0')))
        };
        let month = |at: usize| -> Option<i32> {
            let part = b.get(at..at + 3)?;
            MONTHS.iter().position(|m| m.as_bytes().eq_ignore_ascii_case(part)).and_then(|p| i32::try_from(p + 1).ok())
        };
        // a one-digit day is written without its zero in many exports
        let dash = if b.get(1) == Some(&b'-') { 1 } else { 2 };
        match self {
            Self::DdMonYyyy if b.len() == dash + 9 && b[dash] == b'-' && b[dash + 4] == b'-' => {
                Day::try_ymd(n(dash + 5, dash + 9)?, month(dash + 1)?, n(0, dash)?)
            }
            Self::DdMonYy if b.len() == dash + 7 && b[dash] == b'-' && b[dash + 4] == b'-' => {
                Day::try_ymd(2000 + n(dash + 5, dash + 7)?, month(dash + 1)?, n(0, dash)?)
            }
            Self::YyyyMmDd if b.len() == 10 && b[4] == b'-' && b[7] == b'-' => Day::try_ymd(n(0, 4)?, n(5, 7)?, n(8, 10)?),
            Self::MmDdYyyy if b.len() == 10 && b[2] == b'/' && b[5] == b'/' => Day::try_ymd(n(6, 10)?, n(0, 2)?, n(3, 5)?),
            Self::DdMmYyyy if b.len() == 10 && b[2] == b'/' && b[5] == b'/' => Day::try_ymd(n(6, 10)?, n(3, 5)?, n(0, 2)?),
            Self::Compact if b.len() == 8 => Day::try_ymd(n(0, 4)?, n(4, 6)?, n(6, 8)?),
            _ => None,
        }
    }
    /// Writes a date in this format.
    pub fn format(self, day: Day) -> String {
        let (y, m, d) = day.ymd();
        let mon = MONTHS[usize::try_from(m - 1).unwrap_or(0)];
        match self {
            Self::DdMonYyyy => format!("{d:02}-{mon}-{y:04}"),
            Self::DdMonYy => format!("{d:02}-{mon}-{:02}", y % 100),
            Self::YyyyMmDd => format!("{y:04}-{m:02}-{d:02}"),
            Self::MmDdYyyy => format!("{m:02}/{d:02}/{y:04}"),
            Self::DdMmYyyy => format!("{d:02}/{m:02}/{y:04}"),
            Self::Compact => format!("{y:04}{m:02}{d:02}"),
        }
    }
}
