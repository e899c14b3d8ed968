//! Relative allocation.

use super::Share;
use accrual_base::{Result, rounding};

/// `total * SSP / sum of SSP`, each line rounded by itself; the residue goes to the last line that has an SSP.
///
/// The reference clears rounding differences on one participating line, in its example the last.
///
/// # Errors
/// A fault when the prices sum to zero or on overflow.
pub fn relative(total: i64, ssp: &[i64]) -> Result<Vec<i64>> {
    let last = ssp.iter().rposition(|s| *s != 0).unwrap_or(0);
    rounding::split(total, ssp, last)
}

/// Relative allocation of what the lines bring.
pub(super) fn shares(shares: &[Share]) -> Result<Vec<i64>> {
    let total = shares.iter().try_fold(0, |sum, s| rounding::add(sum, s.base))?;
    let ssp: Vec<i64> = shares.iter().map(|s| s.ssp).collect();
    relative(total, &ssp)
}
