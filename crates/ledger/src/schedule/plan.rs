//! An amount spread over a range of dates, by accounting periods (reference section 6.6).

use super::MOST_PERIODS;
use crate::field::{DISTRIBUTION_TYPE, RECOGNITION_END};
use crate::period::{Bucket, Periods};
use accrual_base::{Day, Error, PeriodId, Result, rounding};
use std::collections::BTreeMap;

/// A range of recognition, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub start: Day,
    pub end: Day,
}

impl Range {
    /// The first day of the range that no dated period contains; its revenue stands in Open-Ended until one does.
    pub fn first_beyond(&self, periods: &Periods) -> Option<Day> {
        let first = periods.open_ended_start().map_or(self.start, |beyond| self.start.max(beyond));
        (first <= self.end).then_some(first)
    }

    /// Days of the range from `from` to `to`, both included.
    fn days_within(&self, from: Day, to: Day) -> i64 {
        i64::from(self.end.min(to).epoch() - self.start.max(from).epoch() + 1).max(0)
    }
}

/// How partial months take part in a monthly distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Monthly {
    /// A partial first month has a full share, a partial last month none.
    FrontLoad,
    /// A partial first month has none, a partial last month a full share.
    BackLoad,
    /// The two partial months share by their days.
    ProrationByDays,
}

/// How an amount is spread over a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    #[default]
    Daily,
    Monthly(Monthly),
}

impl Spread {
    /// Every type with its spelling.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Daily, "Daily Distribution"),
        (Self::Monthly(Monthly::FrontLoad), "Monthly Distribution (Front Load)"),
        (Self::Monthly(Monthly::BackLoad), "Monthly Distribution (Back Load)"),
        (Self::Monthly(Monthly::ProrationByDays), "Monthly Distribution (Proration by Days)"),
    ];

    /// The spelling of the type.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(spread, _)| *spread == self).map_or("", |(_, name)| name)
    }

    /// Finds a type by its spelling, without regard to case; daily when there is none.
    ///
    /// # Errors
    /// Rejects an unknown type.
    pub fn named(name: Option<&str>) -> Result<Self> {
        let Some(name) = name else { return Ok(Self::Daily) };
        Self::ALL.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(s, _)| *s).ok_or_else(|| {
            let known = Self::ALL.map(|(_, n)| n).join(", ");
            DISTRIBUTION_TYPE.invalid(format!("Unknown distribution type; use one of {known}.")).with_value(name)
        })
    }

    /// The amount by period, as if none were closed: days before the first dated period count as its own, days behind the last
    /// stand in Open-Ended. Every share is rounded by itself, the last takes the residue and none runs past what is left.
    ///
    /// # Errors
    /// Rejects an end before the start and more than 250 periods; a fault on overflow.
    pub fn plan(self, amount: i64, range: Range, periods: &Periods) -> Result<BTreeMap<Bucket, i64>> {
        if range.end < range.start {
            let why = format!("The recognition end date {} lies before the start date {}; correct one of them.", range.end, range.start);
            return Err(RECOGNITION_END.invalid(why));
        }
        let weights = match self {
            Self::Daily => by_days(range, periods),
            Self::Monthly(kind) => by_months(kind, range, periods)?,
        };
        if weights.len() > MOST_PERIODS {
            let why = format!("The range covers more than {MOST_PERIODS} accounting periods; shorten it.");
            return Err(RECOGNITION_END.invalid(why).with_value(&range.end.to_string()));
        }
        spread(amount, &weights)
    }
}

/// Shares of `amount` by weight; the last takes the residue, and none runs past what is left.
fn spread(amount: i64, weights: &[(Bucket, i64)]) -> Result<BTreeMap<Bucket, i64>> {
    let weights: Vec<&(Bucket, i64)> = weights.iter().filter(|(_, w)| *w != 0).collect();
    let total = weights.iter().try_fold(0, |sum, (_, w)| rounding::add(sum, *w))?;
    let mut shares = BTreeMap::new();
    let mut left = amount;
    for (at, (bucket, weight)) in weights.iter().enumerate() {
        let last = at + 1 == weights.len();
        let share = if last { left } else { rounding::mul_div(amount, *weight, total)?.clamp(left.min(0), left.max(0)) };
        left -= share;
        if share != 0 {
            shares.insert(*bucket, share);
        }
    }
    if left != 0 {
        return Err(Error::fault("a range without weights"));
    }
    Ok(shares)
}

fn by_days(range: Range, periods: &Periods) -> Vec<(Bucket, i64)> {
    let mut weights = Vec::new();
    for (at, period) in periods.all().iter().enumerate() {
        // what lies before the chain belongs to its first period
        let from = if at == 0 { range.start.min(period.start) } else { period.start };
        weights.push((Bucket::Period(at), range.days_within(from, period.end)));
    }
    let beyond = periods.open_ended_start().unwrap_or(range.start);
    weights.push((Bucket::OpenEnded, range.days_within(beyond, range.end)));
    weights.retain(|(_, w)| *w != 0);
    weights
}

/// The weight of a full month: the smallest number that 28, 29, 30 and 31 all divide.
const MONTH: i64 = 377_580;

/// Weights by calendar month, each put into the period its first day of the range lies in.
fn by_months(kind: Monthly, range: Range, periods: &Periods) -> Result<Vec<(Bucket, i64)>> {
    let (first, last) = (PeriodId::of(range.start), PeriodId::of(range.end));
    if last.index() - first.index() >= i32::try_from(MOST_PERIODS).unwrap_or(i32::MAX) {
        return Err(RECOGNITION_END.invalid(format!("The range covers more than {MOST_PERIODS} months; shorten it.")));
    }
    let head = range.start != first.start();
    let tail = range.end != last.end();
    let days = |month: PeriodId| range.days_within(month.start(), month.end());
    let by_days = |month: PeriodId| days(month) * MONTH / i64::from(month.end().days_since_inclusive(month.start()));
    let weight = |month: PeriodId| -> Result<i64> {
        let partial = (head && month == first) || (tail && month == last);
        Ok(match kind {
            _ if !partial => MONTH,
            // within one month there is nothing to load to
            _ if first == last => MONTH,
            Monthly::FrontLoad => {
                if month == first && head {
                    MONTH
                } else {
                    0
                }
            }
            Monthly::BackLoad => {
                if month == last && tail {
                    MONTH
                } else {
                    0
                }
            }
            // a whole number of months that begins and ends within one: both ends together are one month
            Monthly::ProrationByDays if whole_months(range) => {
                let other = if month == first { last } else { first };
                let share = rounding::mul_div(MONTH, days(first), days(first) + days(last))?;
                if month < other { share } else { MONTH - share }
            }
            Monthly::ProrationByDays => by_days(month),
        })
    };
    let mut weights: BTreeMap<Bucket, i64> = BTreeMap::new();
    for index in first.index()..=last.index() {
        let month = PeriodId::from_index(index);
        let bucket = bucket_of(month.start().max(range.start), periods);
        *weights.entry(bucket).or_default() += weight(month)?;
    }
    Ok(weights.into_iter().filter(|(_, w)| *w != 0).collect())
}

/// True when the range is so many months to the day, such as 15 January to 14 April.
fn whole_months(range: Range) -> bool {
    let months = PeriodId::of(range.end).index() - PeriodId::of(range.start).index();
    range.start.plus_months(months).plus(-1) == range.end
}

/// Where a day's revenue belongs: its period, the first one before the chain, Open-Ended behind it.
pub(super) fn bucket_of(day: Day, periods: &Periods) -> Bucket {
    match periods.at(day) {
        Some(at) => Bucket::Period(at),
        None if periods.all().first().is_some_and(|first| day < first.start) => Bucket::Period(0),
        None => Bucket::OpenEnded,
    }
}
