//! Moving revenue from Open-Ended to the period of a date (reference section 6.5).

use super::across::check_sign;
use super::{Event, EventType, Rules, Schedule, check_events};
use crate::field::{DISTRIBUTE_ON, DISTRIBUTION_TYPE, PERCENTAGE, SCHEDULE_AMOUNT};
use crate::money::parse;
use crate::period::{Bucket, Periods};
use accrual_base::rounding::Rule;
use accrual_base::{Day, Decimal, Result, rounding};

/// How much is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecificDate<'a> {
    /// A decimal text.
    Fixed(&'a str),
    /// Of the whole amount.
    PercentTotal(Decimal),
    /// Of what stands in Open-Ended.
    PercentUndistributed(Decimal),
}

impl<'a> SpecificDate<'a> {
    /// Reads the fields of a request. Types are compared without case.
    ///
    /// # Errors
    /// Rejects an unknown type, a fixed one without an amount, and a percentage that is missing or not within 0 and 100.
    pub fn read(kind: &str, amount: Option<&'a str>, percentage: Option<&str>) -> Result<Self> {
        let percent = || {
            let text = percentage.ok_or_else(|| PERCENTAGE.missing("This distribution type needs a percentage."))?;
            let within = |p: &Decimal| *p >= Decimal::ZERO && *p <= Decimal::ONE_HUNDRED;
            let number = Decimal::from_str_exact(text).ok().filter(within);
            number.ok_or_else(|| PERCENTAGE.invalid("A percentage is a decimal number between 0 and 100.").with_value(text))
        };
        match kind.to_ascii_lowercase().as_str() {
            "specific date (delta fixed amount)" => {
                amount.map(Self::Fixed).ok_or_else(|| SCHEDULE_AMOUNT.missing("This distribution type needs an amount."))
            }
            "specific date (delta percent total)" => Ok(Self::PercentTotal(percent()?)),
            "specific date (delta percent undistributed)" => Ok(Self::PercentUndistributed(percent()?)),
            _ => Err(DISTRIBUTION_TYPE
                .invalid(
                    "The distribution type is specific date (delta fixed amount), (delta percent total) or (delta percent undistributed).",
                )
                .with_value(kind)),
        }
    }
}

/// The event that moves an amount from Open-Ended to the period of `day`; none when the amount is zero.
///
/// # Errors
/// Rejects a schedule of zero, a day outside the dated periods or in a closed one, an amount that is no decimal of the currency,
/// more than is left in Open-Ended unless negative amounts are allowed, and the 1,001st event.
pub fn on_specific_date(
    schedule: &Schedule,
    periods: &Periods,
    day: Day,
    how: SpecificDate<'_>,
    rules: &Rules,
    kind: EventType,
) -> Result<Option<Event>> {
    schedule.check_distributable()?;
    let unknown = || DISTRIBUTE_ON.invalid("No accounting period contains this date; create it first.").with_value(&day.to_string());
    let bucket = Bucket::Period(periods.at(day).ok_or_else(unknown)?);
    if !periods.is_changeable(bucket, rules.manage_close) {
        let why = format!("The date lies in {}, which is closed.", periods.name(bucket));
        return Err(DISTRIBUTE_ON.rule(why).with_value(&day.to_string()));
    }
    let percent = |of: i64, percentage: Decimal| Rule::HALF_UP.times(of, percentage / Decimal::ONE_HUNDRED);
    let (amount, field) = match how {
        SpecificDate::Fixed(text) => (parse(&SCHEDULE_AMOUNT, text, schedule.currency)?, &SCHEDULE_AMOUNT),
        SpecificDate::PercentTotal(percentage) => (percent(schedule.amount, percentage)?, &PERCENTAGE),
        SpecificDate::PercentUndistributed(percentage) => (percent(schedule.undistributed(), percentage)?, &PERCENTAGE),
    };
    let mut target = schedule.items.clone();
    let (moved, left) = (rounding::add(schedule.item(bucket), amount)?, rounding::sub(schedule.undistributed(), amount)?);
    for new in [moved, left] {
        check_sign(new, schedule.amount, rules, field)?;
    }
    target.insert(bucket, moved);
    target.insert(Bucket::OpenEnded, left);
    let event = schedule.event_to(&target, kind)?;
    if event.is_some() {
        check_events(rules)?;
    }
    Ok(event)
}
