//! The one place that rounds and the one place that splits.
//!
//! The rounding contract is written out in `docs/reference/rounding.md`.

mod rule;

pub use rule::{Mode, Rule, parts};

use crate::{Decimal, Error, Result};

/// `a * b / c`, rounded half away from zero, exact through 128 bits.
///
/// # Errors
/// A fault when `c` is zero or the result does not fit 64 bits: an overflow is never a wrap.
pub fn mul_div(a: i64, b: i64, c: i64) -> Result<i64> {
    if c == 0 {
        return Err(Error::fault("division by zero in mul_div"));
    }
    // most products fit 64 bits, where a division is several times cheaper than in 128
    if let Some(n) = a.checked_mul(b).filter(|n| *n != i64::MIN)
        && c != i64::MIN
    {
        let (q, r) = (n / c, (n % c).abs());
        let away = i64::from(r >= c.abs() - r);
        return Ok(if (n < 0) == (c < 0) { q + away } else { q - away });
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

/// `amount * rate * 10^shift`, rounded half away from zero, exact through 128 bits. `shift` carries the difference of
/// the decimals of two currencies, or -2 for a percentage.
///
/// # Errors
/// A fault when the product or the result is too large.
pub fn mul_rate(amount: i64, rate: Decimal, shift: i32) -> Result<i64> {
    let too_large = || Error::fault(format!("amount overflow: {amount} * {rate}"));
    let rate = rate.normalize();
    let exponent = shift - i32::try_from(rate.scale()).unwrap_or(28);
    let power = 10i128.checked_pow(exponent.unsigned_abs()).ok_or_else(too_large)?;
    let product = i128::from(amount).checked_mul(rate.mantissa()).ok_or_else(too_large)?;
    let exact = if exponent >= 0 {
        product.checked_mul(power).ok_or_else(too_large)?
    } else {
        let (q, r) = (product / power, (product % power).abs());
        if r >= power - r { q + product.signum() } else { q }
    };
    i64::try_from(exact).map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_widths_round_half_away_from_zero() {
        for (a, b, c, want) in
            [(5, 1, 2, 3), (-5, 1, 2, -3), (5, -1, 2, -3), (5, 1, -2, -3), (-5, 1, -2, 3), (4, 1, 3, 1), (5, 1, 3, 2), (0, 9, 7, 0)]
        {
            assert_eq!(mul_div(a, b, c).unwrap(), want, "{a} * {b} / {c}");
            // the same fraction through 128 bits
            let wide = 4_000_000_000;
            assert_eq!(mul_div(a * wide, b * wide, c * wide).ok(), mul_div(a * wide, b, c).ok(), "{a} * {b} / {c} wide");
        }
        assert_eq!(mul_div(i64::MAX, i64::MAX, i64::MAX).unwrap(), i64::MAX);
        assert!(mul_div(i64::MAX, 2, 1).is_err());
        assert!(mul_div(1, 1, 0).is_err());
    }

    #[test]
    fn a_rate_is_applied_exactly_and_rounded_once() {
        assert_eq!(mul_rate(100_000, Decimal::new(11, 1), 0).unwrap(), 110_000);
        assert_eq!(mul_rate(5, Decimal::new(5, 1), 0).unwrap(), 3);
        assert_eq!(mul_rate(-5, Decimal::new(5, 1), 0).unwrap(), -3);
        // 1000 JPY (no decimals) at 0.0067 to USD (two decimals)
        assert_eq!(mul_rate(1000, Decimal::new(67, 4), 2).unwrap(), 670);
        assert_eq!(mul_rate(12_345, Decimal::new(75, 0), -2).unwrap(), 9259);
        assert!(mul_rate(i64::MAX, Decimal::MAX, 0).is_err());
    }

    #[test]
    fn parts_of_a_split_sum_to_the_total() {
        assert_eq!(split(10_000, &[1, 1, 1], 2).unwrap(), [3333, 3333, 3334]);
        assert_eq!(split(-10_000, &[1, 1, 1], 0).unwrap(), [-3334, -3333, -3333]);
        assert!(split(1, &[0, 0], 0).is_err());
        assert!(split(1, &[1], 1).is_err());
    }
}
