//! Data collection: transactions become contract lines, bills and accounting legs (reference section 1.8).

mod bill;
mod event;
mod limits;
mod order;
mod transaction;

pub use event::{Event, Process, apply_events};
pub use limits::LARGEST_AMOUNT;
pub use transaction::{Link, Transaction};

use crate::contract::{Action, Cause, Contract, Direction, Line, Measure, PeriodContext, Pob, TransactionType};
use crate::pob::Candidate;
use crate::policy::{Policies, ReleaseEvent};
use crate::{allocate, reconcile, target};
use accrual_base::{Error, Rejection, Result};

/// A transaction that was refused; the others of the contract went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The staged row.
    pub id: i64,
    pub rejection: Rejection,
}

/// What collection did to a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Something of the contract is different from before.
    pub changed: bool,
    /// Lines that are new or whose values, actions or bills changed, in order of their id.
    pub lines: Vec<i64>,
    /// Lines whose legs changed.
    pub legs: Vec<i64>,
    /// Bills that are new or changed.
    pub bills: Vec<i64>,
    /// New performance obligations.
    pub pobs: Vec<i64>,
    pub refused: Vec<Refused>,
    /// Events that had nothing left to release or to defer.
    pub ignored: Vec<Ignored>,
}

/// An event that was processed without effect; the line gets the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    pub id: i64,
    pub message: &'static str,
}

/// Folds transactions into a new or existing contract: lines and updates, POB, SSP, bills and credits, allocation,
/// release, legs. Transactions that name what another one of the batch brings may come in any order.
///
/// A transaction that was collected before, or repeats what the contract already says, changes nothing.
///
/// # Errors
/// A fault, or a rejection that concerns the contract as a whole: a line out of schedule numbers, a POB template whose
/// percentages do not sum to 100. The contract is then to be thrown away. Refusals of single transactions stand in
/// [`Outcome::refused`].
pub fn apply(contract: &mut Contract, transactions: &[Transaction<'_>], policies: &Policies, ctx: &PeriodContext) -> Result<Outcome> {
    let before = if contract.lines.is_empty() { None } else { Some(contract.clone()) };
    let mut refused = Vec::new();
    let mut sorted: Vec<&Transaction<'_>> = transactions.iter().collect();
    // order rows as they came, bills by their dates
    sorted.sort_by_key(|t| (t.kind != TransactionType::Order, (t.kind != TransactionType::Order).then_some(t.date), t.id));
    let split = sorted.iter().position(|t| t.kind != TransactionType::Order).unwrap_or(sorted.len());
    let (orders, bills) = sorted.split_at(split);
    let mut fresh = Vec::new();
    for transaction in orders {
        note(&mut refused, transaction, order::apply(contract, transaction, policies, ctx, &mut fresh))?;
    }
    for transaction in bills.iter().filter(|t| bill::is_standalone(t)) {
        note(&mut refused, transaction, order::standalone(contract, transaction, policies, ctx, &mut fresh))?;
    }
    assign(contract, fresh, policies, ctx)?;
    bill::apply_all(contract, bills, policies, ctx, &mut refused)?;
    contract.lines.sort_by_key(|l| l.id);
    recompute(contract, policies, ctx)?;
    refused.sort_by_key(|r| r.id);
    Ok(outcome(contract, before.as_ref(), refused))
}

/// Allocates the contract and brings every line's legs to what they should be in the open period.
///
/// # Errors
/// A fault on overflow or when a POB template is not among the policies.
pub fn recompute(contract: &mut Contract, policies: &Policies, ctx: &PeriodContext) -> Result<()> {
    allocate::allocate(contract, policies)?;
    for at in 0..contract.lines.len() {
        let targets = targets(contract, &contract.lines[at], policies)?;
        reconcile::reconcile(&mut contract.lines[at], targets, ctx)?;
    }
    Ok(())
}

/// The targets of one line within its contract.
///
/// # Errors
/// As [`target::targets`].
pub fn targets(contract: &Contract, line: &Line, policies: &Policies) -> Result<Vec<target::Target>> {
    let pob = contract.pob(line.pob).ok_or_else(|| Error::fault(format!("line {} has no performance obligation", line.id)))?;
    let setting = target::Setting {
        template: policies.template(pob.template)?,
        lead: if pob.lead_line == line.id { None } else { contract.line(pob.lead_line) },
        allocation_currency: contract.allocation_currency.unwrap_or(line.currency),
        allocation_rates: allocate::entry_rates(contract, line),
    };
    target::targets(line, &setting)
}

/// Keeps a refusal beside its transaction; a fault ends the collection.
fn note(refused: &mut Vec<Refused>, transaction: &Transaction<'_>, result: Result<()>) -> Result<()> {
    match result {
        Err(Error::Rejected(rejection)) => refused.push(Refused { id: transaction.id, rejection: *rejection }),
        other => other?,
    }
    Ok(())
}

/// New lines get their performance obligations, and those released upon booking their action.
fn assign(contract: &mut Contract, mut fresh: Vec<Candidate<'_>>, policies: &Policies, ctx: &PeriodContext) -> Result<()> {
    fresh.sort_by_key(|c| c.line);
    for assignment in policies.pob.assign(&fresh) {
        let Some(at) = contract.lines.iter().position(|l| l.id == assignment.line) else { continue };
        contract.lines[at].pob = assignment.lead;
        if assignment.line == assignment.lead {
            let (id, template, name) = (assignment.lead, assignment.template, assignment.name);
            contract.pobs.push(Pob { id, template, lead_line: id, name, created: ctx.open });
        }
        let line = &mut contract.lines[at];
        if policies.template(assignment.template)?.release == ReleaseEvent::UponBooking && line.actions.is_empty() {
            line.actions.push(whole(Cause::Booking, line.booked, ctx));
        }
    }
    Ok(())
}

/// Releases all of a line.
fn whole(cause: Cause, date: accrual_base::Day, ctx: &PeriodContext) -> Action {
    Action { direction: Direction::Release, cause, measure: Measure::Fraction(1, 1), date, period: ctx.open, start: None, end: None }
}

fn outcome(contract: &Contract, before: Option<&Contract>, refused: Vec<Refused>) -> Outcome {
    let mut outcome = Outcome { refused, ..Outcome::default() };
    let old = |id: i64| before.and_then(|b| b.line(id));
    for line in &contract.lines {
        let old = old(line.id);
        if old.is_none_or(|o| !same_values(o, line)) {
            outcome.lines.push(line.id);
        }
        if old.map_or(!line.legs.is_empty(), |o| o.legs != line.legs) {
            outcome.legs.push(line.id);
        }
        let changed = |id: i64, bill: &crate::contract::Bill| old.is_none_or(|o| !o.bills.iter().any(|b| b.id == id && b == bill));
        outcome.bills.extend(line.bills.iter().filter(|b| changed(b.id, b)).map(|b| b.id));
    }
    outcome.pobs = contract.pobs.iter().filter(|p| before.is_none_or(|b| b.pob(p.id).is_none())).map(|p| p.id).collect();
    // allocation currency, rates and error follow from the lines
    outcome.changed = !(outcome.lines.is_empty() && outcome.legs.is_empty() && outcome.pobs.is_empty());
    outcome
}

/// Equal in everything but the legs.
fn same_values(a: &Line, b: &Line) -> bool {
    let bare = |l: &Line| Line { legs: Vec::new(), ..l.clone() };
    bare(a) == bare(b)
}
