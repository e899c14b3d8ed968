//! The residual approach (RSSP, reference section 3.4; ASC 606-10-32-34c).

use super::{Share, relative};
use crate::contract::{Contract, Residual};
use accrual_base::{Result, rounding};

/// Allocated amounts of the participating lines.
///
/// When what is left after the observable prices covers the minimums, lines with an SSP get it and the rest is spread
/// by weight, at full precision (a published example rounds the weights to four decimals; its total is the same).
/// Otherwise every line takes part in ordinary relative allocation, residual lines with their alternative price.
pub(super) fn allocate(contract: &Contract, lines: &[usize], shares: &[Share]) -> Result<Vec<i64>> {
    let rule = |at: usize| -> Option<Residual> { contract.lines[lines[at]].rule.as_ref().and_then(|r| r.residual) };
    if (0..lines.len()).all(|at| rule(at).is_none()) {
        return relative::shares(shares);
    }
    let (mut remaining, mut minimum) = (0i64, 0i64);
    for (at, share) in shares.iter().enumerate() {
        remaining = rounding::add(remaining, share.base)?;
        match rule(at) {
            Some(residual) => minimum = rounding::add(minimum, residual.minimum)?,
            None => remaining = rounding::sub(remaining, share.ssp)?,
        }
    }
    let weights: Vec<i64> = (0..lines.len()).map(|at| rule(at).map_or(0, |r| r.weight)).collect();
    if remaining >= minimum && weights.iter().any(|w| *w != 0) {
        let spread = relative::relative(remaining, &weights)?;
        return Ok((0..lines.len()).map(|at| if rule(at).is_some() { spread[at] } else { shares[at].ssp }).collect());
    }
    let fallback: Vec<Share> =
        shares.iter().enumerate().map(|(at, s)| Share { ssp: rule(at).map_or(s.ssp, |r| r.alternative), ..*s }).collect();
    relative::shares(&fallback)
}
