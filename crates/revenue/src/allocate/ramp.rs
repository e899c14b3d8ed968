//! Ramp deals: one average price over the segments of a group (reference section 3.6).

use crate::contract::{Averaging, Contract, Line};
use accrual_base::{Result, rounding};
use std::collections::BTreeMap;

/// After relative allocation, each ramp group's total is averaged over its lines by days, or by days and quantity.
///
/// Lines of one group with different methods keep their relative allocation and the contract says RPRO-00650.
pub(super) fn allocate(contract: &mut Contract) -> Result<()> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, line) in contract.lines.iter().enumerate() {
        if let Some(ramp) = line.rule.as_ref().and_then(|r| r.ramp.as_ref()) {
            groups.entry(ramp.group.clone()).or_default().push(at);
        }
    }
    for members in groups.values() {
        let method = |at: usize| contract.lines[at].rule.as_ref().and_then(|r| r.ramp.as_ref()).map(|r| r.averaging);
        let first = members.first().and_then(|at| method(*at));
        if members.iter().any(|at| method(*at) != first) {
            contract.allocation_error = Some("RPRO-00650");
            continue;
        }
        let weights = members.iter().map(|at| weight(&contract.lines[*at], first)).collect::<Option<Vec<_>>>();
        let sum = weights.as_ref().and_then(|w| w.iter().try_fold(0i64, |sum, w| sum.checked_add(*w)));
        let (Some(weights), Some(1..)) = (weights, sum) else {
            // no days, or quantities too large to weigh: the segments make no straight line
            contract.allocation_error = Some("RPRO-00651");
            continue;
        };
        let total = members.iter().try_fold(0, |sum, at| rounding::add(sum, contract.lines[*at].allocated))?;
        let parts = rounding::split(total, &weights, weights.len() - 1)?;
        for (at, part) in members.iter().zip(parts) {
            contract.lines[*at].allocated = part;
        }
    }
    Ok(())
}

fn weight(line: &Line, method: Option<Averaging>) -> Option<i64> {
    let (Some(start), Some(end)) = (line.start, line.end) else { return Some(0) };
    let days = i64::from(end.days_since_inclusive(start));
    if method == Some(Averaging::Term) {
        return Some(days);
    }
    // quantities have decimals: six of them weigh exactly
    rounding::mul_rate(days, line.quantity, 6).ok()
}
