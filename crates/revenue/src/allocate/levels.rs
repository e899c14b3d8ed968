//! Second-level allocation (reference section 3.5).

use crate::contract::Contract;
use accrual_base::{Decimal, Result, rounding};
use std::collections::BTreeMap;

/// Redistributes the first-level amounts of each group by the lines' percentages; the last line takes the residue.
///
/// A line without group (RPRO-00605) or a group whose percentages do not sum to 100 (RPRO-00606) keeps its first level.
pub(super) fn second(contract: &mut Contract) -> Result<()> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, line) in contract.lines.iter().enumerate() {
        let Some(level) = line.rule.as_ref().and_then(|r| r.second_level.as_ref()) else { continue };
        match &level.group {
            Some(group) => groups.entry(group.clone()).or_default().push(at),
            None => contract.allocation_error = Some("RPRO-00605"),
        }
    }
    for members in groups.values() {
        let percent =
            |at: usize| contract.lines[at].rule.as_ref().and_then(|r| r.second_level.as_ref()).map_or(Decimal::ZERO, |l| l.percent);
        let percents: Vec<Decimal> = members.iter().map(|at| percent(*at)).collect();
        if percents.iter().sum::<Decimal>() != Decimal::ONE_HUNDRED {
            contract.allocation_error = Some("RPRO-00606");
            continue;
        }
        let total = members.iter().try_fold(0, |sum, at| rounding::add(sum, contract.lines[*at].allocated))?;
        let mut left = total;
        for (place, at) in members.iter().enumerate() {
            let part = if place + 1 == members.len() { left } else { rounding::mul_rate(total, percents[place], -2)? };
            left = rounding::sub(left, part)?;
            contract.lines[*at].allocated = part;
        }
    }
    Ok(())
}
