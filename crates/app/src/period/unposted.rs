//! What a period still owes the general ledger.

use accrual_base::{PeriodId, Result};
use accrual_revenue::codec::{LegView, Legs};
use accrual_revenue::contract::{LegKind, Watermark};
use accrual_store::schedules::{self, ScheduleScan};
use accrual_store::{Flow, Read, journals};

/// Number of schedule amounts of a period, or of one before it, that no batch took. Streams every schedule.
///
/// # Errors
/// A fault from the database or of a broken schedule.
pub(super) fn count(tx: &mut dyn Read, org_id: i64, book_id: i64, period: PeriodId) -> Result<i64> {
    let watermarks: Vec<Watermark> =
        journals::whole_watermarks(tx, org_id, book_id)?.into_iter().map(|(period, sequence, _)| Watermark { period, sequence }).collect();
    let mut count = 0;
    schedules::scan(tx, ScheduleScan::default(), &mut |schedule| {
        if schedule.org_id == org_id {
            let mut legs = Legs::open(schedule.legs, schedule.currency)?;
            while let Some(leg) = legs.advance()? {
                count += owed(&leg, &watermarks, period)?;
            }
        }
        Ok(Flow::Continue)
    })?;
    Ok(count)
}

/// Amounts of one leg after its last posted period and up to `period`. The opening billing entry comes from the
/// upstream system and is never transferred (reference section 12).
fn owed(leg: &LegView<'_>, watermarks: &[Watermark], period: PeriodId) -> Result<i64> {
    let through = period.index();
    if leg.kind == LegKind::InitialBilling || leg.start > through {
        return Ok(0);
    }
    let marked = watermarks.iter().filter(|w| leg.sequence <= w.sequence).map(|w| w.period).max();
    let posted = marked.max(leg.posted_through).map_or(i32::MIN, PeriodId::index);
    let mut count = 0;
    leg.each(|index, amount| {
        if index > posted && index <= through && amount != 0 {
            count += 1;
        }
        Ok(index < through)
    })?;
    Ok(count)
}
