//! Invariants of a contract: run by the property tests and over a live store.

use crate::allocate::carve_total;
use crate::billing;
use crate::contract::{Contract, Leg, LegKind, Line, PeriodContext};
use crate::release;
use accrual_base::{Currency, Result, rounding};
use std::collections::BTreeMap;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub rule: &'static str,
    /// The line, when it is one line's.
    pub line: Option<i64>,
    pub message: String,
}

impl Violation {
    fn of(rule: &'static str, line: Option<i64>, message: String) -> Self {
        Self { rule, line, message }
    }
}

/// Checks that allocations sum to the transaction price, carves to zero, and schedules to their lines.
///
/// # Errors
/// A fault on overflow.
pub fn contract(contract: &Contract) -> Result<Vec<Violation>> {
    let mut out = Vec::new();
    let carves = carve_total(contract)?;
    if carves != 0 {
        out.push(Violation::of("carves sum to zero", None, format!("carves of contract {} sum to {carves}", contract.id)));
    }
    for line in &contract.lines {
        check_line(contract, line, &mut out)?;
    }
    Ok(out)
}

fn sum(line: &Line, wanted: impl Fn(&Leg) -> bool) -> Result<i64> {
    line.legs.iter().filter(|l| wanted(l)).flat_map(|l| &l.amounts).try_fold(0, |s, a| rounding::add(s, *a))
}

fn check_line(contract: &Contract, line: &Line, out: &mut Vec<Violation>) -> Result<()> {
    let mut expect = |rule: &'static str, got: i64, want: i64| {
        if got != want {
            out.push(Violation::of(rule, Some(line.id), format!("line {}: {got} instead of {want}", line.id)));
        }
    };
    expect("initial entries equal the bills", sum(line, |l| l.kind == LegKind::InitialBilling)?, billing::billed(line)?);
    expect("the opening equals the carve", sum(line, |l| l.kind == LegKind::AllocationOpening)?, line.carve());
    let leads = contract.pob(line.pob).is_none_or(|p| p.lead_line == line.id);
    if leads && release::released(line)? == line.sell && (line.sell != 0 || !line.actions.is_empty()) {
        let waiting = waiting_credits(line)?;
        expect("a released line recognises its price", sum(line, |l| l.kind.is_revenue())?, rounding::sub(line.allocatable, waiting)?);
        expect("a released line releases its carve", sum(line, |l| l.kind == LegKind::Allocation)?, line.carve());
    }
    Ok(())
}

/// Credits on the order line that wait for an invoice, or for more of it.
fn waiting_credits(line: &Line) -> Result<i64> {
    let (net, credits) = (billing::net_billed(line)?, billing::credits_of(line, None)?);
    let by_invoice = line.bills.iter().filter(|b| billing::is_credit(line, b) && b.original.is_some());
    let taken = by_invoice.map(|b| b.amount).try_fold(0, rounding::add)?;
    let room = rounding::add(net, taken)?;
    let effective = if room.signum() == -credits.signum() { credits.abs().min(room.abs()) * credits.signum() } else { 0 };
    rounding::sub(credits, effective)
}

/// Amounts of `before` that were frozen must be found unchanged in `after`.
pub fn frozen_unchanged(before: &Contract, after: &Contract, ctx: &PeriodContext) -> Vec<Violation> {
    let mut out = Vec::new();
    for line in &before.lines {
        let legs = after.line(line.id).map(|l| l.legs.as_slice()).unwrap_or_default();
        for leg in &line.legs {
            let through = ctx.frozen_through(leg).index() - leg.start.index() + 1;
            let kept = usize::try_from(through).unwrap_or(0).min(leg.amounts.len());
            let same = |l: &&Leg| l.number == leg.number && l.kind == leg.kind && l.start == leg.start && l.rates == leg.rates;
            let now = legs.iter().find(same).map(|l| l.amounts.as_slice()).unwrap_or_default();
            if kept > 0 && now.get(..kept) != leg.amounts.get(..kept) {
                let message = format!("leg {} of line {} changed up to period {}", leg.number, line.id, ctx.frozen_through(leg));
                out.push(Violation::of("what is closed or posted does not change", Some(line.id), message));
            }
        }
    }
    out
}

/// No amount stands in a period that was closed when its leg was made.
pub fn nothing_before_its_creation(contract: &Contract) -> Vec<Violation> {
    let late = |l: &Leg| l.start < l.created && !l.amounts.is_empty();
    let lines = contract.lines.iter().flat_map(|line| line.legs.iter().filter(|l| late(l)).map(move |leg| (line.id, leg)));
    lines
        .map(|(id, leg)| Violation::of("closed periods are never written", Some(id), format!("leg {} starts in {}", leg.number, leg.start)))
        .collect()
}

/// Debits less credits of a batch by currency; a batch balances when all are zero.
#[derive(Clone, Debug, Default)]
pub struct Balance(BTreeMap<Currency, i128>);

impl Balance {
    pub fn add(&mut self, currency: Currency, debit: i64, credit: i64) {
        *self.0.entry(currency).or_insert(0) += i128::from(debit) - i128::from(credit);
    }
    /// Currencies that do not balance, with the difference.
    pub fn differences(&self) -> Vec<(Currency, i128)> {
        self.0.iter().filter(|(_, d)| **d != 0).map(|(c, d)| (*c, *d)).collect()
    }
}
