//! The one place that rounds and the one place that splits.
//!
//! The rounding contract is written out in `docs/reference/rounding.md`.

use crate::{Error, Result};

/// `a * b / c`, rounded half away from zero, exact through 128 bits.
///
/// # Errors
/// A fault when `c` is zero or the result does not fit 64 bits: an overflow is never a wrap.
pub fn mul_div(a: i64, b: i64, c: i64) -> Result<i64> {
    if c == 0 {
        return Err(Error::fault("division by zero in mul_div"));
    }
    let (mut n, mut d) = (i128::from(a) * i128::from(b), i128::from(c));
    if d < 0 {
        (n, d) = (-n, -d);
    }
    let half = d / 2;
    let q = if n >= 0 { (n + half) / d } else { -((-n + half) / d) };
    i64::try_from(q).map_err(|_| Error::fault(format!("amount overflow: {a} * {b} / {c}")))
}

/// Splits `total` by `weights` so that the parts sum to the total exactly.
///
/// Each part is rounded by itself (half away from zero); the residue goes to `residue_at`, the index that
/// the caller's rule names (the last period of a schedule, the last participating line of a contract).
///
/// # Errors
/// A fault when the weights sum to zero, the index is out of range, or an amount overflows.
pub fn split(total: i64, weights: &[i64], residue_at: usize) -> Result<Vec<i64>> {
    let sum = weights.iter().try_fold(0i64, |s, w| s.checked_add(*w)).ok_or_else(|| Error::fault("weights overflow in split"))?;
    let mut parts = Vec::with_capacity(weights.len());
    let mut given = 0i64;
    for w in weights {
        let part = mul_div(total, *w, sum)?;
        given = given.checked_add(part).ok_or_else(|| Error::fault("parts overflow in split"))?;
        parts.push(part);
    }
    let residue = total.checked_sub(given).ok_or_else(|| Error::fault("residue overflow in split"))?;
    let at = parts.get_mut(residue_at).ok_or_else(|| Error::fault("split names no part for the residue"))?;
    *at = at.checked_add(residue).ok_or_else(|| Error::fault("residue overflow in split"))?;
    Ok(parts)
}

/// Checked addition of amounts.
///
/// # Errors
/// A fault on overflow.
pub fn add(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b).ok_or_else(|| Error::fault(format!("amount overflow: {a} + {b}")))
}

/// Checked subtraction of amounts.
///
/// # Errors
/// A fault on overflow.
pub fn sub(a: i64, b: i64) -> Result<i64> {
    a.checked_sub(b).ok_or_else(|| Error::fault(format!("amount overflow: {a} - {b}")))
}
