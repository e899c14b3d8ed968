//! Finance revenue schedules: an amount distributed over accounting periods (reference section 6).
//!
//! A schedule keeps totals by period, an event the deltas that led there; what stands in closed periods is recognised and
//! never changes, what stands in Open-Ended is not distributed yet. The items of a schedule always sum to its amount.

mod across;
mod create;
mod delete;
mod event;
mod plan;
mod range;
mod specific_date;

pub use across::{Distribution, across};
pub use create::{
    Custom, RecognitionRule, TransactionDates, check_unscheduled, create_custom, create_distributed, create_in_range, create_on_posting,
};
pub use delete::{DeleteFacts, check_delete};
pub use event::{EventType, EventTypes};
pub use plan::{Monthly, Range, Spread};
pub use range::{cancel, over_range};
pub use specific_date::{SpecificDate, on_specific_date};

use crate::field::SCHEDULE;
use crate::period::{Bucket, Periods};
use accrual_base::{Currency, Day, Error, Result, rounding};
use std::collections::BTreeMap;

/// The most periods of a distribution.
pub const MOST_PERIODS: usize = 250;
/// The most events of a schedule.
pub const MOST_EVENTS: usize = 1_000;
/// The most custom schedules of a charge.
pub const MOST_SCHEDULES: usize = 3_000;

/// What the accounting rules of the tenant and the permissions of the user allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Amounts of the other sign than the schedule's (`allowRevenueScheduleNegativeAmounts`).
    pub allow_negative: bool,
    /// The user manages the close process and may act in periods that are pending close.
    pub manage_close: bool,
    /// Events the schedule has.
    pub events: usize,
}

/// A revenue schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub currency: Currency,
    /// Minor units; negative for a credit memo item. Only cancelling changes it, to zero.
    pub amount: i64,
    /// By period, Open-Ended last; zeros are left out.
    pub items: BTreeMap<Bucket, i64>,
}

/// A change of a schedule: the deltas of every period that changed, in the order of the periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub kind: EventType,
    pub deltas: Vec<(Bucket, i64)>,
    /// The recognition range, for events that have one.
    pub start: Option<Day>,
    pub end: Option<Day>,
}

/// What a period holds relative to another: before it, in it, after it (the revenue detail export).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub prior: i64,
    pub this: i64,
    pub after: i64,
}

impl Schedule {
    /// Checks that the items sum to the amount.
    ///
    /// # Errors
    /// A fault when they do not.
    pub fn check(&self) -> Result<()> {
        let sum = self.items.values().try_fold(0, |s, a| rounding::add(s, *a))?;
        if sum != self.amount {
            return Err(Error::fault(format!("a revenue schedule of {} holds items of {sum}", self.amount)));
        }
        Ok(())
    }

    /// Refuses to distribute nothing.
    ///
    /// # Errors
    /// As described.
    pub fn check_distributable(&self) -> Result<()> {
        if self.amount == 0 {
            return Err(SCHEDULE.rule("A revenue schedule with an amount of zero cannot be distributed."));
        }
        Ok(())
    }

    fn sum(&self, wanted: impl Fn(Bucket) -> bool) -> Result<i64> {
        self.items.iter().filter(|(bucket, _)| wanted(**bucket)).try_fold(0, |s, (_, a)| rounding::add(s, *a))
    }

    /// What stands in closed periods.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn recognized(&self, periods: &Periods) -> Result<i64> {
        self.sum(|bucket| periods.is_closed(bucket))
    }

    /// What stands in open periods, Open-Ended included: the deferred balance.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn unrecognized(&self, periods: &Periods) -> Result<i64> {
        self.sum(|bucket| !periods.is_closed(bucket))
    }

    /// What stands in Open-Ended.
    pub fn undistributed(&self) -> i64 {
        self.item(Bucket::OpenEnded)
    }

    pub fn item(&self, bucket: Bucket) -> i64 {
        self.items.get(&bucket).copied().unwrap_or(0)
    }

    /// The schedule seen from a period.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn columns(&self, at: Bucket) -> Result<Columns> {
        Ok(Columns { prior: self.sum(|b| b < at)?, this: self.item(at), after: self.sum(|b| b > at)? })
    }

    /// The event that turns the items into `target`; none when nothing changes. The caller has checked the target.
    fn event_to(&self, target: &BTreeMap<Bucket, i64>, kind: EventType) -> Result<Option<Event>> {
        let of = |items: &BTreeMap<Bucket, i64>, bucket: Bucket| items.get(&bucket).copied().unwrap_or(0);
        let mut buckets: Vec<Bucket> = self.items.keys().chain(target.keys()).copied().collect();
        buckets.sort_unstable();
        buckets.dedup();
        let mut deltas = Vec::new();
        for bucket in buckets {
            let delta = rounding::sub(of(target, bucket), self.item(bucket))?;
            if delta != 0 {
                deltas.push((bucket, delta));
            }
        }
        Ok((!deltas.is_empty()).then_some(Event { kind, deltas, start: None, end: None }))
    }

    /// Adds the deltas of an event.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn apply(&mut self, event: &Event) -> Result<()> {
        let mut items = self.items.clone();
        for (bucket, delta) in &event.deltas {
            let item = items.entry(*bucket).or_default();
            *item = rounding::add(*item, *delta)?;
        }
        items.retain(|_, amount| *amount != 0);
        self.items = items;
        Ok(())
    }
}

/// Refuses one more event where a schedule has as many as it may.
fn check_events(rules: &Rules) -> Result<()> {
    if rules.events >= MOST_EVENTS {
        return Err(SCHEDULE.rule(format!("The revenue schedule has {MOST_EVENTS} events, the most there can be.")));
    }
    Ok(())
}
