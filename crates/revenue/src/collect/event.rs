//! Release and deferral events (reference section 1.9).

use super::{Ignored, Link, Outcome, Refused, outcome, recompute};
use crate::contract::{Action, Cause, Contract, Direction, Line, Measure, PeriodContext};
use crate::policy::{Policies, ReleaseEvent};
use crate::release;
use accrual_base::{Day, Decimal, Error, Result, rounding};

/// A staged revenue event, typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The staged row's id.
    pub id: i64,
    /// The order line it acts on.
    pub line: Link,
    /// The event type, as set up.
    pub name: String,
    pub direction: Direction,
    pub process: Process,
    /// The figure is the total so far, not what is added.
    pub cumulative: bool,
    /// RELEASE_AMOUNT, minor units of the line's currency.
    pub amount: Option<i64>,
    /// RELEASE_PERCENT
    pub percent: Option<Decimal>,
    /// RELEASE_QUANTITY
    pub quantity: Option<Decimal>,
    /// EVENT_EFFECTIVE_DATE
    pub date: Day,
    pub start: Option<Day>,
    pub end: Option<Day>,
}

/// Which column counts; filling another one makes the event invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    Amount,
    Percent,
    Quantity,
}

/// Applies events to a contract in order of their dates and brings its legs up to date. An event that was processed
/// before changes nothing; one with nothing left to do stands in [`Outcome::ignored`].
///
/// # Errors
/// As [`super::apply`]; refusals of single events stand in [`Outcome::refused`].
pub fn apply_events(contract: &mut Contract, events: &[Event], policies: &Policies, ctx: &PeriodContext) -> Result<Outcome> {
    let before = contract.clone();
    let mut sorted: Vec<&Event> = events.iter().collect();
    sorted.sort_by_key(|e| (e.date, e.id));
    let (mut refused, mut ignored) = (Vec::new(), Vec::new());
    for event in sorted {
        match apply(contract, event, policies, ctx) {
            Ok(None) => {}
            Ok(Some(message)) => ignored.push(Ignored { id: event.id, message }),
            Err(Error::Rejected(rejection)) => refused.push(Refused { id: event.id, rejection: *rejection }),
            Err(fault) => return Err(fault),
        }
    }
    recompute(contract, policies, ctx)?;
    refused.sort_by_key(|r| r.id);
    ignored.sort_by_key(|i| i.id);
    Ok(Outcome { ignored, ..outcome(contract, Some(&before), refused) })
}

fn apply(contract: &mut Contract, event: &Event, policies: &Policies, ctx: &PeriodContext) -> Result<Option<&'static str>> {
    let Link::Known(id) = event.line else { return Err(unknown()) };
    let line = contract.line(id).ok_or_else(unknown)?;
    if line.actions.iter().any(|a| a.cause == Cause::Event(event.id)) {
        return Ok(None);
    }
    let pob = contract.pob(line.pob).ok_or_else(|| Error::fault(format!("line {id} has no performance obligation")))?;
    if pob.lead_line != id {
        return Err(Error::conflict(
            "revenue.event",
            "The line follows the leading line of its obligation; send the event for the leading line.",
        ));
    }
    let template = policies.template(pob.template)?;
    let named = template.event.as_deref().is_none_or(|name| name == event.name);
    if template.release != ReleaseEvent::UponEvent || !named {
        let message = format!(
            "The obligation {:?} is not released by the event {:?}; correct its POB template or the event.",
            template.name, event.name
        );
        return Err(Error::conflict("revenue.event", message));
    }
    if line.actions.iter().any(|a| matches!(a.cause, Cause::Manual(_))) {
        return Err(Error::conflict("revenue.event", "The line was released or deferred by hand and takes no automatic actions any more."));
    }
    check_columns(event, line)?;
    let whole = line.sell.abs();
    let released = release::released(line)?.abs();
    let figure = figure(event, line)?;
    let step = if event.cumulative { rounding::sub(figure.of(whole)?, released)? } else { 0 };
    let direction = match (event.cumulative, step < 0) {
        (false, _) => event.direction,
        (true, true) => Direction::Defer,
        (true, false) => Direction::Release,
    };
    match direction {
        Direction::Release if whole != 0 && released == whole => return Ok(Some("Nothing is left to release on the line.")),
        Direction::Defer if released == 0 => return Ok(Some("Nothing is released on the line that could be deferred.")),
        _ if event.cumulative && step == 0 && whole != 0 => return Ok(Some("The line is already released to this total.")),
        _ => {}
    }
    let measure = if event.cumulative && whole != 0 { Measure::Fraction(step.abs(), whole) } else { figure.measure() };
    let action = Action {
        direction,
        cause: Cause::Event(event.id),
        measure,
        date: event.date,
        period: ctx.open,
        start: event.start,
        end: event.end,
    };
    if let Some(line) = contract.lines.iter_mut().find(|l| l.id == id) {
        line.actions.push(action);
    }
    Ok(None)
}

fn unknown() -> Error {
    Error::conflict("RPRO-00777", "The order line named by the event does not exist; load the order first.")
}

fn check_columns(event: &Event, line: &Line) -> Result<()> {
    let refuse = |code, message: &str| Err(Error::invalid(code, message.to_owned()));
    let filled = [event.amount.is_some(), event.percent.is_some(), event.quantity.is_some()];
    let (own, missing, wrong) = match event.process {
        Process::Amount => (0, ("RPRO-00753", "Fill RELEASE_AMOUNT."), "INVALID_AMOUNT_EVENT"),
        Process::Percent => (1, ("RPRO-00752", "Fill RELEASE_PERCENT."), "INVALID_PERCENT_EVENT"),
        Process::Quantity => (2, ("RPRO-00754", "Fill RELEASE_QUANTITY."), "INVALID_QUANTITY_EVENT"),
    };
    if (0..3).any(|at| at != own && filled[at]) {
        return refuse(wrong, "The event fills a column of another process type; fill only the column of its own.");
    }
    if !filled[own] {
        return refuse(missing.0, missing.1);
    }
    if event.percent.is_some_and(|p| p < Decimal::ZERO || p > Decimal::ONE_HUNDRED) {
        return refuse("RPRO-00668", "A release percentage lies between 0 and 100.");
    }
    if !event.cumulative && event.percent.is_some_and(|p| p.is_zero()) {
        return refuse("RPRO-00748", "A percentage of 0 does nothing; only a cumulative event may say it.");
    }
    if !event.cumulative && event.amount == Some(0) {
        return refuse("RPRO-00749", "An amount of 0 does nothing; only a cumulative event may say it.");
    }
    if event.amount.is_some_and(|a| a.signum() * line.sell.signum() < 0) {
        return refuse("RPRO-00755", "The release amount and the line must have the same sign.");
    }
    if event.quantity.is_some_and(|q| q < Decimal::ZERO || q.is_zero() && !event.cumulative)
        || event.quantity.is_some() && line.quantity.is_zero()
    {
        return refuse("INVALID_QUANTITY_EVENT", "A release quantity is positive and needs an ordered quantity.");
    }
    Ok(())
}

/// A share of the line as an exact fraction.
struct Figure(i64, i64);

impl Figure {
    /// The share of an amount, at most all of it.
    fn of(&self, whole: i64) -> Result<i64> {
        Ok(rounding::mul_div(whole, self.0, self.1)?.min(whole))
    }
    fn measure(&self) -> Measure {
        Measure::Fraction(self.0, self.1)
    }
}

/// Amounts are kept as a share of today's price, so that Retain Percent moves them with it.
fn figure(event: &Event, line: &Line) -> Result<Figure> {
    let whole = line.sell.abs();
    if let Some(amount) = event.amount {
        return Ok(if whole == 0 { Figure(1, 1) } else { Figure(amount.abs().min(whole), whole) });
    }
    let (part, all) = match (event.percent, event.quantity) {
        (Some(percent), _) => (percent, Decimal::ONE_HUNDRED),
        (None, Some(quantity)) => (quantity, line.quantity.abs()),
        (None, None) => return Err(Error::fault(format!("event {} has no figure", event.id))),
    };
    let scale = part.normalize().scale().max(all.normalize().scale());
    let whole_number = |d: Decimal| {
        let mut d = d.normalize();
        d.rescale(scale);
        i64::try_from(d.mantissa()).map_err(|_| Error::invalid("RPRO-00668", format!("The figure {d} of the event has too many digits.")))
    };
    // only what is left is consumed, so more than all is all
    let all = whole_number(all)?;
    Ok(Figure(whole_number(part)?.min(all), all))
}
