//! Figures of a line and its bills, as the columns of the views show them (reference section 4.3).

use crate::billing;
use crate::contract::{Bill, Leg, LegKind, Line};
use accrual_base::{PeriodId, Result, rounding};

/// Amounts of a line in its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFigures {
    /// Bills and credits, signed.
    pub billed: i64,
    /// Contractual revenue released, whatever period it falls in (REC_AMT).
    pub released: i64,
    /// What is not released yet (DEF_AMT).
    pub deferred: i64,
    /// The released part that is billed (BLD_REC_AMT).
    pub billed_released: i64,
    /// The billed part that is not released (BLD_DEF_AMT).
    pub billed_deferred: i64,
}

/// The figures of a line.
///
/// # Errors
/// A fault on overflow.
pub fn line(line: &Line) -> Result<LineFigures> {
    let billed = billing::billed(line)?;
    let released = sum(line, |l| l.kind.is_revenue())?;
    let billed_released = sum(line, |l| l.kind == LegKind::Billed)?;
    Ok(LineFigures {
        billed,
        released,
        deferred: rounding::sub(line.allocatable, released)?,
        billed_released,
        billed_deferred: rounding::sub(billed, billed_released)?,
    })
}

/// What of a bill is deferred and what is recognised. A cancelation is part of its invoice.
///
/// # Errors
/// A fault on overflow.
pub fn bill(line: &Line, bill: &Bill) -> Result<(i64, i64)> {
    let recognised = sum(line, |l| l.kind == LegKind::Billed && l.bill == Some(bill.id))?;
    let amount = if billing::is_invoice(line, bill) {
        billing::net(line, bill)?
    } else if billing::is_credit(line, bill) {
        bill.amount
    } else {
        0
    };
    Ok((rounding::sub(amount, recognised)?, recognised))
}

fn sum(line: &Line, wanted: impl Fn(&Leg) -> bool) -> Result<i64> {
    line.legs.iter().filter(|l| wanted(l)).flat_map(|l| &l.amounts).try_fold(0, |s, a| rounding::add(s, *a))
}

/// The sum of the amounts of chosen legs up to a period.
///
/// # Errors
/// A fault on overflow.
pub fn through(line: &Line, period: PeriodId, wanted: impl Fn(&Leg) -> bool) -> Result<i64> {
    let legs = line.legs.iter().filter(|l| wanted(l));
    let amounts = legs.flat_map(|l| (l.start.index()..).zip(&l.amounts)).filter(|(index, _)| *index <= period.index());
    amounts.map(|(_, a)| *a).try_fold(0, rounding::add)
}
