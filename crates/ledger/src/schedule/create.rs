//! Making schedules: by themselves when a document is posted, or by request (reference sections 6.7 and 6.8).

use super::across::{check_sum, read};
use super::plan::bucket_of;
use super::range::settle;
use super::{Distribution, Event, EventType, EventTypes, MOST_SCHEDULES, Monthly, Range, Rules, Schedule, Spread};
use crate::field::{DISTRIBUTIONS, EVENT_TYPE, EVENT_TYPE_ID, RECOGNITION_RULE, SCHEDULE, SCHEDULE_AMOUNT, SCHEDULE_DATE};
use crate::money::parse;
use crate::period::{Bucket, Periods};
use accrual_base::{Currency, Day, Result};
use std::collections::BTreeMap;

/// The model of a recognition rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecognitionRule {
    DailyOverTime,
    MonthlyOverTime(Monthly),
    /// In full on the recognition start date.
    SpecificDate,
    /// In full on the document date.
    UponInvoicing,
    /// In Open-Ended until it is distributed.
    Manual,
    /// No schedule by itself; any number by request.
    CustomUnlimited,
}

/// The dates of a transaction that rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionDates {
    pub document: Day,
    /// The recognition start date, or the service start date.
    pub start: Day,
    /// The service end date; without one the range is the start alone.
    pub end: Option<Day>,
}

fn empty(currency: Currency, amount: i64) -> Schedule {
    Schedule { currency, amount, items: BTreeMap::new() }
}

/// A schedule with its first event, whose deltas are the items.
fn born(
    mut schedule: Schedule,
    target: &BTreeMap<Bucket, i64>,
    kind: EventType,
    range: Option<Range>,
) -> Result<(Schedule, Option<Event>)> {
    let (start, end) = (range.map(|r| r.start), range.map(|r| r.end));
    let event = schedule.event_to(target, kind)?.map(|e| Event { start, end, ..e });
    if let Some(event) = &event {
        schedule.apply(event)?;
    }
    schedule.check()?;
    Ok((schedule, event))
}

/// The schedule of a transaction that is posted; `amount` is without tax, negative for a credit memo item. None under a rule that makes
/// no schedule by itself. An amount of zero gives a schedule without an event.
///
/// # Errors
/// What [`Spread::plan`] rejects.
pub fn create_on_posting(
    rule: RecognitionRule,
    currency: Currency,
    amount: i64,
    dates: TransactionDates,
    periods: &Periods,
    kind: EventType,
) -> Result<Option<(Schedule, Option<Event>)>> {
    let rules = Rules::default();
    let range = Range { start: dates.start, end: dates.end.unwrap_or(dates.start) };
    let on = |day: Day| BTreeMap::from([(bucket_of(day, periods), amount)]);
    let (plan, range) = match rule {
        RecognitionRule::CustomUnlimited => return Ok(None),
        RecognitionRule::Manual => (BTreeMap::from([(Bucket::OpenEnded, amount)]), None),
        RecognitionRule::UponInvoicing => (on(dates.document), Some(Range { start: dates.document, end: dates.document })),
        RecognitionRule::SpecificDate => (on(dates.start), Some(Range { start: dates.start, end: dates.start })),
        RecognitionRule::DailyOverTime => (Spread::Daily.plan(amount, range, periods)?, Some(range)),
        RecognitionRule::MonthlyOverTime(monthly) => (Spread::Monthly(monthly).plan(amount, range, periods)?, Some(range)),
    };
    let schedule = empty(currency, amount);
    let target = settle(plan, &schedule, periods, &rules)?;
    born(schedule, &target, kind, range).map(Some)
}

/// A schedule of an item by a plan of the caller; the plan sums to the amount of the item without tax.
///
/// # Errors
/// Rejects a plan as [`super::across`] does. Call [`check_unscheduled`] first.
pub fn create_distributed(
    currency: Currency,
    amount: i64,
    plan: &[Distribution<'_>],
    periods: &Periods,
    rules: &Rules,
    kind: EventType,
) -> Result<(Schedule, Option<Event>)> {
    let target = read(plan, periods, currency, amount, rules)?;
    check_sum(&target, amount, currency, &DISTRIBUTIONS)?;
    born(empty(currency, amount), &target, kind, None)
}

/// A schedule of an item over a range of dates; the share of closed periods goes to the next open one.
///
/// # Errors
/// What [`Spread::plan`] rejects. Call [`check_unscheduled`] first.
pub fn create_in_range(
    currency: Currency,
    amount: i64,
    spread: Spread,
    range: Range,
    periods: &Periods,
    rules: &Rules,
    kind: EventType,
) -> Result<(Schedule, Option<Event>)> {
    let schedule = empty(currency, amount);
    let target = settle(spread.plan(amount, range, periods)?, &schedule, periods, rules)?;
    born(schedule, &target, kind, Some(range))
}

/// Refuses a second schedule of an item.
///
/// # Errors
/// As described.
pub fn check_unscheduled(has_schedule: bool) -> Result<()> {
    if has_schedule {
        return Err(SCHEDULE.rule("The item has a revenue schedule; redistribute that one."));
    }
    Ok(())
}

/// A schedule of a charge under the rule Custom unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom<'a> {
    pub rule: RecognitionRule,
    /// Schedules the charge has.
    pub schedules: usize,
    /// A decimal text. It can never be changed.
    pub amount: &'a str,
    pub date: Day,
    pub plan: &'a [Distribution<'a>],
    /// Both are needed here.
    pub event_type: Option<&'a str>,
    pub event_type_id: Option<&'a str>,
}

/// Makes a schedule of a charge.
///
/// # Errors
/// Rejects another rule than Custom unlimited, the 3,001st schedule, an amount that is no decimal of the currency, a date in a closed
/// period, a missing or unknown event type, and a plan as [`super::across`] does.
pub fn create_custom(
    new: &Custom<'_>,
    currency: Currency,
    periods: &Periods,
    rules: &Rules,
    types: &EventTypes,
) -> Result<(Schedule, Option<Event>)> {
    if new.rule != RecognitionRule::CustomUnlimited {
        return Err(RECOGNITION_RULE.rule("Revenue schedules of a charge can be created only under the rule Custom unlimited."));
    }
    if new.schedules >= MOST_SCHEDULES {
        return Err(SCHEDULE.rule(format!("The charge has {MOST_SCHEDULES} revenue schedules, the most there can be.")));
    }
    let amount = parse(&SCHEDULE_AMOUNT, new.amount, currency)?;
    // a date behind the last period is in Open-Ended, which is open
    if !periods.is_changeable(bucket_of(new.date, periods), rules.manage_close) {
        let why = "The date of the revenue schedule lies in a closed accounting period; choose a later one.";
        return Err(SCHEDULE_DATE.rule(why).with_value(&new.date.to_string()));
    }
    if new.event_type.is_none_or(str::is_empty) {
        return Err(EVENT_TYPE.missing("A revenue schedule of a charge needs the event type."));
    }
    if new.event_type_id.is_none_or(str::is_empty) {
        return Err(EVENT_TYPE_ID.missing("A revenue schedule of a charge needs the system id of the event type."));
    }
    let kind = types.resolve(new.event_type, new.event_type_id)?;
    create_distributed(currency, amount, new.plan, periods, rules, kind)
}
