//! Distributing the revenue of a schedule anew (reference sections 6.4 to 6.6).

use super::book::{Book, Held, Kept, NewEvent};
use super::create::{Share, plan};
use super::event_type::resolve;
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Day, Result};
use accrual_ledger::schedule::{EventType, Range, SpecificDate, Spread, across, on_specific_date, over_range};
use serde::{Deserialize, Serialize};

/// What a distribution answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distributed {
    /// Empty when nothing changed.
    pub revenue_event_number: Option<String>,
}

/// What every distribution begins with: the permission, the schedule, the type of the event.
fn begin(unit: &mut Unit<'_>, schedule: &str, event: &NewEvent) -> Result<(Book, Held, EventType)> {
    unit.actor.permit(const { Permission::named("Change Revenue Distribution") })?;
    let book = Book::open(unit)?;
    let held = book.load(unit.read(), schedule)?;
    held.schedule.check_distributable()?;
    let kind = resolve(unit.read(), event)?;
    Ok((book, held, kind))
}

/// Gives accounting periods new absolute amounts. The list is the whole plan of the open periods.
#[derive(Serialize)]
pub struct RevenueDistributeAcross {
    /// Number or id.
    pub schedule: String,
    pub shares: Vec<Share>,
    pub event: NewEvent,
}

impl Command for RevenueDistributeAcross {
    const OPERATION: &'static str = "revenue_distribute_across";
    type Output = Distributed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Distributed> {
        let (mut book, held, kind) = begin(unit, &self.schedule, &self.event)?;
        let event = across(&held.schedule, &book.chain.periods, &plan(&self.shares), &book.rules_of(&held), kind)?;
        let revenue_event_number = book.change(unit, held, event, self.event, Kept::ByHand)?;
        Ok(Distributed { revenue_event_number })
    }
}

/// Moves an amount from Open-Ended to the period of a day.
#[derive(Serialize)]
pub struct RevenueDistributeOnDate {
    /// Number or id.
    pub schedule: String,
    #[serde(serialize_with = "super::as_text")]
    pub distribute_on: Day,
    pub distribution_type: String,
    /// A decimal text.
    pub amount: Option<String>,
    /// A decimal text.
    pub percentage: Option<String>,
    pub event: NewEvent,
}

impl Command for RevenueDistributeOnDate {
    const OPERATION: &'static str = "revenue_distribute_on_date";
    type Output = Distributed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Distributed> {
        let (mut book, held, kind) = begin(unit, &self.schedule, &self.event)?;
        let how = SpecificDate::read(&self.distribution_type, self.amount.as_deref(), self.percentage.as_deref())?;
        let rules = book.rules_of(&held);
        let event = on_specific_date(&held.schedule, &book.chain.periods, self.distribute_on, how, &rules, kind)?;
        let revenue_event_number = book.change(unit, held, event, self.event, Kept::ByHand)?;
        Ok(Distributed { revenue_event_number })
    }
}

/// Spreads the whole amount over a range of days. What closed periods hold stays, the difference goes to the next open one.
#[derive(Serialize)]
pub struct RevenueDistributeInRange {
    /// Number or id.
    pub schedule: String,
    /// Daily when nothing is said.
    pub distribution_type: Option<String>,
    #[serde(serialize_with = "super::as_text")]
    pub start: Day,
    #[serde(serialize_with = "super::as_text")]
    pub end: Day,
    pub event: NewEvent,
}

impl Command for RevenueDistributeInRange {
    const OPERATION: &'static str = "revenue_distribute_in_range";
    type Output = Distributed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Distributed> {
        let (mut book, held, kind) = begin(unit, &self.schedule, &self.event)?;
        let (spread, range) = (Spread::named(self.distribution_type.as_deref())?, Range { start: self.start, end: self.end });
        let event = over_range(&held.schedule, &book.chain.periods, spread, range, &book.rules_of(&held), kind)?;
        let revenue_event_number = book.change(unit, held, event, self.event, Kept::Range(spread, range))?;
        Ok(Distributed { revenue_event_number })
    }
}
