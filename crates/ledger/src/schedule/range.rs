//! Redistributing over a range of dates, and taking a schedule back (reference sections 6.6 to 6.8).

use super::{Event, EventType, Range, Rules, Schedule, Spread, check_events};
use crate::period::{Bucket, Periods};
use accrual_base::{Result, rounding};
use std::collections::{BTreeMap, BTreeSet};

/// The event that spreads the whole amount over a range. What closed periods hold stays; the difference between the plan and
/// that is booked in the next open period, so that the schedule sums to its amount. None when nothing changes.
///
/// Run again when periods are created, it moves what was behind the last period out of Open-Ended.
///
/// # Errors
/// Rejects a schedule of zero, what [`Spread::plan`] rejects, and the 1,001st event.
pub fn over_range(
    schedule: &Schedule,
    periods: &Periods,
    spread: Spread,
    range: Range,
    rules: &Rules,
    kind: EventType,
) -> Result<Option<Event>> {
    schedule.check_distributable()?;
    let target = settle(spread.plan(schedule.amount, range, periods)?, schedule, periods, rules)?;
    let event = schedule.event_to(&target, kind)?.map(|e| Event { start: Some(range.start), end: Some(range.end), ..e });
    if event.is_some() {
        check_events(rules)?;
    }
    Ok(event)
}

/// A plan with the items of closed periods put back, the difference in the first period that can change.
pub(super) fn settle(
    mut plan: BTreeMap<Bucket, i64>,
    schedule: &Schedule,
    periods: &Periods,
    rules: &Rules,
) -> Result<BTreeMap<Bucket, i64>> {
    let fixed = |bucket: Bucket| !periods.is_changeable(bucket, rules.manage_close);
    let mut offset = 0;
    let closed: BTreeSet<Bucket> = plan.keys().chain(schedule.items.keys()).copied().filter(|b| fixed(*b)).collect();
    for bucket in closed {
        let planned = plan.remove(&bucket).unwrap_or(0);
        let kept = schedule.item(bucket);
        offset = rounding::add(offset, rounding::sub(planned, kept)?)?;
        if kept != 0 {
            plan.insert(bucket, kept);
        }
    }
    if offset != 0 {
        let next = next_changeable(periods, rules);
        let item = plan.entry(next).or_default();
        *item = rounding::add(*item, offset)?;
    }
    Ok(plan)
}

/// The first dated period that can change; Open-Ended when there is none.
fn next_changeable(periods: &Periods, rules: &Rules) -> Bucket {
    let mut dated = (0..periods.all().len()).map(Bucket::Period);
    dated.find(|b| periods.is_changeable(*b, rules.manage_close)).unwrap_or(Bucket::OpenEnded)
}

/// Takes a schedule back when its document is canceled or unposted: open items go, what is recognised is reversed in the next
/// open period. The schedule's amount becomes zero. None when it holds nothing.
///
/// # Errors
/// A fault on overflow.
pub fn cancel(schedule: &mut Schedule, periods: &Periods, rules: &Rules, kind: EventType) -> Result<Option<Event>> {
    let target = settle(BTreeMap::new(), schedule, periods, rules)?;
    let event = schedule.event_to(&target, kind)?;
    if let Some(event) = &event {
        schedule.apply(event)?;
    }
    schedule.amount = 0;
    schedule.check()?;
    Ok(event)
}
