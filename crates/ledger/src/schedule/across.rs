//! Distributing across accounting periods by absolute amounts (reference section 6.4).

use super::{Event, EventType, MOST_PERIODS, Rules, Schedule, check_events};
use crate::field::{DISTRIBUTION_PERIOD, DISTRIBUTIONS, NEW_AMOUNT};
use crate::money::parse;
use crate::period::{Bucket, Periods};
use accrual_base::field::inside;
use accrual_base::{Currency, Field, Result, format_minor, rounding};
use std::collections::BTreeMap;

/// One element of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution<'a> {
    /// The name of an open period, or Open-Ended.
    pub period: &'a str,
    /// The new absolute amount of that period, a decimal text.
    pub new_amount: &'a str,
}

/// The event that makes `plan` the whole plan of the open periods: a listed period gets its amount, an open period that is not
/// listed gets none, closed periods keep theirs. None when nothing changes. The schedule is changed by applying the event.
///
/// # Errors
/// Rejects a schedule of zero, 0 or more than 250 elements, unknown, closed and repeated periods, amounts that are no decimal
/// of the currency or of the other sign than the schedule's (unless allowed), a sum other than what is not recognised yet, and
/// the 1,001st event.
pub fn across(schedule: &Schedule, periods: &Periods, plan: &[Distribution<'_>], rules: &Rules, kind: EventType) -> Result<Option<Event>> {
    schedule.check_distributable()?;
    let mut target = read(plan, periods, schedule.currency, schedule.amount, rules)?;
    let open = rounding::sub(schedule.amount, fixed(schedule, periods, rules)?)?;
    check_sum(&target, open, schedule.currency, &DISTRIBUTIONS)?;
    let kept = schedule.items.iter().filter(|(bucket, _)| !periods.is_changeable(**bucket, rules.manage_close));
    target.extend(kept.map(|(bucket, amount)| (*bucket, *amount)));
    let event = schedule.event_to(&target, kind)?;
    if event.is_some() {
        check_events(rules)?;
    }
    Ok(event)
}

/// What stands in periods that cannot change.
fn fixed(schedule: &Schedule, periods: &Periods, rules: &Rules) -> Result<i64> {
    schedule.sum(|bucket| !periods.is_changeable(bucket, rules.manage_close))
}

/// Reads a plan for a schedule of `amount`.
pub(super) fn read(
    plan: &[Distribution<'_>],
    periods: &Periods,
    currency: Currency,
    amount: i64,
    rules: &Rules,
) -> Result<BTreeMap<Bucket, i64>> {
    if plan.is_empty() {
        return Err(DISTRIBUTIONS.missing("Give at least one revenue distribution."));
    }
    if plan.len() > MOST_PERIODS {
        let why = format!("A request has at most {MOST_PERIODS} revenue distributions.");
        return Err(DISTRIBUTIONS.invalid(why).with_value(&plan.len().to_string()));
    }
    let mut target = BTreeMap::new();
    for (at, one) in plan.iter().enumerate() {
        let element = || -> Result<(Bucket, i64)> {
            let bucket = find(one.period, periods, rules)?;
            let new = parse(&NEW_AMOUNT, one.new_amount, currency)?;
            check_sign(new, amount, rules, &NEW_AMOUNT).map_err(|e| e.with_value(one.new_amount))?;
            Ok((bucket, new))
        };
        let (bucket, new) = element().map_err(|e| inside(e, "revenueDistributions", at))?;
        if target.insert(bucket, new).is_some() {
            let why = "The accounting period is listed twice; give its amount once.";
            return Err(inside(DISTRIBUTION_PERIOD.invalid(why).with_value(one.period), "revenueDistributions", at));
        }
    }
    Ok(target)
}

fn find(name: &str, periods: &Periods, rules: &Rules) -> Result<Bucket> {
    let unknown = || DISTRIBUTION_PERIOD.invalid("There is no accounting period of this name.").with_value(name);
    let bucket = periods.named(name).ok_or_else(unknown)?;
    if !periods.is_changeable(bucket, rules.manage_close) {
        return Err(DISTRIBUTION_PERIOD.rule(format!("{name} is closed; distribute to open periods only.")).with_value(name));
    }
    Ok(bucket)
}

/// Refuses an amount of the other sign than the schedule's where that is not allowed.
pub(super) fn check_sign(new: i64, amount: i64, rules: &Rules, field: &Field) -> Result<()> {
    if !rules.allow_negative && new != 0 && (new < 0) != (amount < 0) {
        let why = "An amount of the other sign than the schedule's needs the accounting rule that allows negative amounts.";
        return Err(field.rule(why));
    }
    Ok(())
}

pub(super) fn check_sum(target: &BTreeMap<Bucket, i64>, wanted: i64, currency: Currency, field: &Field) -> Result<()> {
    // 250 amounts of 13 digits leave 64 bits
    let sum: i128 = target.values().copied().map(i128::from).sum();
    if sum != i128::from(wanted) {
        let wanted = format_minor(wanted, currency.exponent());
        let sum = i64::try_from(sum).map_or_else(|_| "too much".to_owned(), |sum| format_minor(sum, currency.exponent()));
        let why = format!("The new amounts add up to {sum}; the sum must be {wanted}. Give what is not assigned yet as Open-Ended.");
        return Err(field.rule(why));
    }
    Ok(())
}
