//! Books the difference between what should be and what cannot change any more.
//!
//! An amount is frozen when its period is closed or it is posted ([`PeriodContext::frozen_through`]). Differences of
//! closed periods go to the open period. What is not frozen is replaced; what is frozen never changes.

use crate::contract::{Leg, LegKind, Line, PeriodContext};
use crate::schedule::Series;
use crate::target::{Key, Target};
use accrual_base::{Error, PeriodId, Result, rounding};

/// The most legs a line can have: the number of a leg has ten bits in a schedule id.
pub const MOST_LEGS: u16 = 1023;

/// Brings the legs of a line to their targets. Legs that already say so stay as they are.
///
/// # Errors
/// A fault on overflow; a conflict when the line has used up its leg numbers.
pub fn reconcile(line: &mut Line, targets: Vec<Target>, ctx: &PeriodContext) -> Result<()> {
    let open = ctx.open.index();
    if line.legs.is_empty() {
        line.legs.reserve_exact(targets.len());
        for target in targets {
            let series = target.series.caught_up(open)?;
            add_leg(line, target.key, false, series, ctx)?;
        }
        return Ok(());
    }
    let mut wanted = targets;
    for leg in &line.legs {
        let key = key(leg);
        if !wanted.iter().any(|t| t.key == key) {
            wanted.push(Target { key, series: Series::default() });
        }
    }
    wanted.sort_by_key(|t| t.key.kind);
    let mut billed_more = 0;
    for target in wanted {
        let shift = one(line, &target, billed_more, ctx)?;
        if target.key.kind == LegKind::Billed {
            billed_more = rounding::add(billed_more, shift)?;
        }
    }
    line.legs.retain(|l| !l.amounts.is_empty());
    Ok(())
}

fn key(leg: &Leg) -> Key {
    Key { kind: leg.kind, bill: leg.bill, currency: leg.currency, rates: leg.rates }
}

/// Splits what a key has into the frozen part and the rest.
fn frozen_and_rest(line: &Line, wanted: &Key, ctx: &PeriodContext) -> Result<(Series, Series)> {
    let (mut frozen, mut rest) = (Series::default(), Series::default());
    for leg in line.legs.iter().filter(|l| key(l) == *wanted) {
        let through = ctx.frozen_through(leg).index();
        for (index, amount) in (leg.start.index()..).zip(&leg.amounts) {
            let side = if index <= through { &mut frozen } else { &mut rest };
            side.add(index, *amount)?;
        }
    }
    rest.trim();
    Ok((frozen, rest))
}

/// What has to stand beside the frozen part, from the open period on.
fn difference(target: &Series, frozen: &Series, open: i32) -> Result<Series> {
    let mut difference = Series::default();
    for (index, amount) in (target.start..).zip(&target.amounts) {
        difference.add(index.max(open), *amount)?;
    }
    for (index, amount) in (frozen.start..).zip(&frozen.amounts) {
        difference.add(index.max(open), rounding::sub(0, *amount)?)?;
    }
    difference.trim();
    Ok(difference)
}

/// One key. Answers by how much its unfrozen total changed.
fn one(line: &mut Line, target: &Target, billed_more: i64, ctx: &PeriodContext) -> Result<i64> {
    let (frozen, rest) = frozen_and_rest(line, &target.key, ctx)?;
    let wanted = difference(&target.series, &frozen, ctx.open.index())?;
    if wanted == rest {
        return Ok(0);
    }
    for leg in line.legs.iter_mut().filter(|l| key(l) == target.key) {
        let kept = ctx.frozen_through(leg).index() - leg.start.index() + 1;
        leg.amounts.truncate(usize::try_from(kept).unwrap_or(0));
    }
    let shift = rounding::sub(wanted.total()?, rest.total()?)?;
    let sign = line.sell.signum();
    let unbilled = matches!(target.key.kind, LegKind::Unbilled | LegKind::UnbilledReceivable);
    if unbilled && billed_more.signum() == sign && sign != 0 {
        // what a bill took over from the order is a reversal of its own
        let part = |opposite: bool| Series {
            start: wanted.start,
            amounts: wanted.amounts.iter().map(|a| if (a.signum() == -sign) == opposite { *a } else { 0 }).collect(),
        };
        let (mut reversal, mut further) = (part(true), part(false));
        reversal.trim();
        further.trim();
        add_leg(line, target.key, true, reversal, ctx)?;
        add_leg(line, target.key, false, further, ctx)?;
    } else {
        add_leg(line, target.key, false, wanted, ctx)?;
    }
    Ok(shift)
}

fn add_leg(line: &mut Line, key: Key, reversal: bool, series: Series, ctx: &PeriodContext) -> Result<()> {
    if series.amounts.is_empty() {
        return Ok(());
    }
    if line.next_leg > MOST_LEGS {
        return Err(Error::conflict(
            "revenue.legs",
            format!("Line {} has used all {MOST_LEGS} schedule numbers; order the rest as a new line.", line.id),
        ));
    }
    line.legs.push(Leg {
        number: line.next_leg,
        kind: key.kind,
        reversal,
        bill: key.bill,
        sequence: ctx.sequence,
        created: ctx.open,
        currency: key.currency,
        rates: key.rates,
        start: PeriodId::from_index(series.start),
        amounts: series.amounts,
        posted_through: None,
    });
    line.next_leg += 1;
    Ok(())
}
