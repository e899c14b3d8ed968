//! The revenue waterfall over all schedules (reference section 15.4).

use crate::Tenant;
use accrual_base::{PeriodId, Result};
use accrual_revenue::waterfall::Waterfall;
use accrual_store::schedules;
use rayon::prelude::*;

pub use accrual_revenue::waterfall::WaterfallRow;

/// Ranges of line ids read at the same time: a few more than cores, so that uneven ones even out.
const PARTS: i64 = 8;

/// Sums of all schedules by currency and account type: before the open period, in it, and in each later one.
/// Amounts are credit less debit in minor units.
///
/// Reads several ranges of lines in parallel, each from its own snapshot: run it while no collection runs, or take
/// what a running collection has already committed.
///
/// # Errors
/// A fault from the database, of a broken schedule, or on overflow.
pub fn waterfall(tenant: &Tenant, open: PeriodId) -> Result<Vec<WaterfallRow>> {
    let Some((first, last)) = tenant.store.read(|tx| schedules::bounds(tx))? else { return Ok(Vec::new()) };
    let parts: Vec<Waterfall> =
        ranges(first, last).into_par_iter().map(|(after, through)| part(tenant, after, through)).collect::<Result<_>>()?;
    let mut all = Waterfall::new();
    parts.iter().try_for_each(|part| all.merge(part))?;
    all.rows(open)
}

/// (after, through) of each part.
fn ranges(first: i64, last: i64) -> Vec<(i64, i64)> {
    let width = (last - first) / PARTS + 1;
    (0..PARTS)
        .map(|n| (first - 1 + n * width, (first - 1 + (n + 1) * width).min(last)))
        .filter(|(after, through)| after < through)
        .collect()
}

fn part(tenant: &Tenant, after: i64, through: i64) -> Result<Waterfall> {
    let mut sums = Waterfall::new();
    tenant.store.read(|tx| schedules::scan_legs(tx, after, through, &mut |currency, legs| sums.add(legs, currency)))?;
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ranges_cover_every_line_once() {
        for (first, last) in [(1, 1), (5, 9), (1, 8), (10, 1_000_003)] {
            let parts = ranges(first, last);
            assert_eq!((parts[0].0, parts[parts.len() - 1].1), (first - 1, last));
            assert!(parts.windows(2).all(|w| w[0].1 == w[1].0));
        }
    }
}
