//! How much of a line is released, and in which portions (reference sections 1.9 and 2.5).

use crate::contract::{Action, Cause, Direction, Line, Measure};
use accrual_base::{Day, PeriodId, Result, rounding};

/// A portion of the net sell price released at one time: `from..to` counted from nothing to the whole, without sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    pub from: i64,
    pub to: i64,
    pub date: Day,
    pub period: PeriodId,
    /// Dates the event gave.
    pub start: Option<Day>,
    pub end: Option<Day>,
}

/// The released portions of a line, in order and without gaps.
///
/// A deferral takes back from the last portion on. A billing action releases what cancelations left of its invoice.
/// `nets` are those of [`crate::billing::nets`].
///
/// # Errors
/// A fault on overflow.
pub fn portions(line: &Line, nets: &[i64]) -> Result<Vec<Portion>> {
    let whole = line.sell.abs();
    let mut portions: Vec<Portion> = Vec::with_capacity(line.actions.len());
    let mut fraction = Fraction::default();
    for action in &line.actions {
        let released = portions.last().map_or(0, |p| p.to);
        let size = size(line, nets, action, whole, &mut fraction, released)?;
        match action.direction {
            Direction::Release => {
                let to = rounding::add(released, size)?.min(whole);
                if to > released || whole == 0 {
                    let (date, period, start, end) = (action.date, action.period, action.start, action.end);
                    portions.push(Portion { from: released, to, date, period, start, end });
                }
            }
            Direction::Defer => take_back(&mut portions, size),
        }
    }
    Ok(portions)
}

/// Follows the leading line of a consolidated obligation: its percentages, period by period (reference section 2.3).
///
/// # Errors
/// A fault on overflow.
pub fn following(line: &Line, lead: &Line, lead_portions: &[Portion]) -> Result<Vec<Portion>> {
    let (whole, base) = (line.sell.abs(), lead.sell.abs());
    lead_portions
        .iter()
        .map(|p| Ok(Portion { from: rounding::mul_div(whole, p.from, base)?, to: rounding::mul_div(whole, p.to, base)?, ..*p }))
        .collect()
}

fn take_back(portions: &mut Vec<Portion>, mut size: i64) {
    while size > 0 {
        let Some(last) = portions.last_mut() else { return };
        let taken = size.min(last.to - last.from);
        last.to -= taken;
        size -= taken;
        if last.to == last.from {
            portions.pop();
        }
    }
}

/// Sum of the fractions so far, so that three thirds release everything and not a cent less.
#[derive(Default)]
struct Fraction {
    numerator: i64,
    denominator: i64,
}

fn size(line: &Line, nets: &[i64], action: &Action, whole: i64, running: &mut Fraction, released: i64) -> Result<i64> {
    match (action.cause, action.measure) {
        (Cause::Billing(id), Measure::Amount(_)) => Ok(line.bills.iter().position(|b| b.id == id).map_or(0, |at| nets[at].abs())),
        (_, Measure::Amount(amount)) => Ok(amount.abs()),
        (_, Measure::Fraction(numerator, denominator)) => {
            let forward = action.direction == Direction::Release;
            if forward && running.denominator == denominator && rounding::mul_div(whole, running.numerator, denominator)? == released {
                running.numerator = rounding::add(running.numerator, numerator)?;
                return Ok(rounding::mul_div(whole, running.numerator, denominator)? - released);
            }
            let fresh = forward && released == 0;
            *running = if fresh { Fraction { numerator, denominator } } else { Fraction::default() };
            rounding::mul_div(whole, numerator, denominator)
        }
    }
}

/// The released amount of a line, in its sign.
///
/// # Errors
/// A fault on overflow.
pub fn released(line: &Line) -> Result<i64> {
    let portions = portions(line, &crate::billing::nets(line)?)?;
    Ok(line.sell.signum() * portions.last().map_or(0, |p| p.to))
}

/// Some revenue is released: start date, right to bill and rates of the line are then fixed (RPRO-00614, 00615, 00077).
///
/// # Errors
/// A fault on overflow.
pub fn has_released(line: &Line) -> Result<bool> {
    Ok(released(line)? != 0)
}

/// Fixes what was released by events or by hand as amounts, so that a new order value leaves it alone (Retain Amount).
///
/// # Errors
/// A fault on overflow.
pub fn keep_amounts(line: &mut Line) -> Result<()> {
    let nets = crate::billing::nets(line)?;
    let whole = line.sell.abs();
    let (mut fixed, mut running) = (Vec::with_capacity(line.actions.len()), Fraction::default());
    let mut released = 0;
    for action in &line.actions {
        let size = size(line, &nets, action, whole, &mut running, released)?;
        let size = match action.direction {
            Direction::Release => size.min(whole - released),
            Direction::Defer => size.min(released),
        };
        released += if action.direction == Direction::Release { size } else { -size };
        let manual = matches!(action.cause, Cause::Event(_) | Cause::Manual(_));
        fixed.push(if manual { Measure::Amount(size) } else { action.measure });
    }
    for (action, measure) in line.actions.iter_mut().zip(fixed) {
        action.measure = measure;
    }
    Ok(())
}
