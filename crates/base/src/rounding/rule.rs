//! Rounding as a tenant sets it for a currency: a mode and an increment.

use crate::{Decimal, Error, Result};

/// Which way a fraction of the increment goes (reference section 4.4 of receivables).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To the nearest; a half goes away from zero.
    #[default]
    HalfUp,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}

impl Mode {
    /// Every mode with its spelling in the settings.
    pub const ALL: [(Self, &'static str); 3] = [(Self::HalfUp, "Half Up"), (Self::Up, "Up"), (Self::Down, "Down")];

    /// Finds a mode by its spelling.
    ///
    /// # Errors
    /// Rejects any other spelling and lists those that exist.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(m, _)| *m).ok_or_else(|| {
            Error::invalid("currency.rounding_mode", "Unknown rounding mode; use one of Half Up, Up, Down.").with_value(name)
        })
    }
}

/// The rounding of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub mode: Mode,
    /// Amounts are multiples of this many minor units: 5 for a currency whose smallest coin is 0.05, otherwise 1.
    pub increment: i64,
}

impl Default for Rule {
    fn default() -> Self {
        Self::HALF_UP
    }
}

impl Rule {
    /// To the minor unit, halves away from zero: the rule of a new tenant.
    pub const HALF_UP: Self = Self { mode: Mode::HalfUp, increment: 1 };

    /// This mode at the minor unit, without the increment.
    #[must_use]
    pub fn to_the_unit(self) -> Self {
        Self { increment: 1, ..self }
    }

    /// `numerator / denominator` minor units, rounded once to a multiple of the increment.
    ///
    /// # Errors
    /// A fault when the denominator or the increment is not positive or the result does not fit 64 bits.
    pub fn ratio(self, numerator: i128, denominator: i128) -> Result<i64> {
        let overflow = || Error::fault(format!("amount overflow: {numerator} / {denominator}"));
        if denominator <= 0 || self.increment <= 0 {
            return Err(Error::fault(format!("rounding {numerator} / {denominator} to a multiple of {}", self.increment)));
        }
        let step = denominator.checked_mul(i128::from(self.increment)).ok_or_else(overflow)?;
        let (whole, rest) = (numerator / step, (numerator % step).abs());
        let away = match self.mode {
            Mode::HalfUp => rest >= step - rest,
            Mode::Up => rest != 0,
            Mode::Down => false,
        };
        let steps = if away { whole + numerator.signum() } else { whole };
        steps.checked_mul(i128::from(self.increment)).and_then(|n| i64::try_from(n).ok()).ok_or_else(overflow)
    }

    /// `amount * rate`, rounded once.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn times(self, amount: i64, rate: Decimal) -> Result<i64> {
        let (mantissa, scale) = parts(rate)?;
        let product =
            i128::from(amount).checked_mul(mantissa).ok_or_else(|| Error::fault(format!("amount overflow: {amount} * {rate}")))?;
        self.ratio(product, scale)
    }

    /// A decimal of major units as minor units of a currency with `exponent` decimals, rounded once.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn minor(self, value: Decimal, exponent: u8) -> Result<i64> {
        let (mantissa, scale) = parts(value)?;
        let units =
            mantissa.checked_mul(10i128.pow(u32::from(exponent))).ok_or_else(|| Error::fault(format!("amount overflow: {value}")))?;
        self.ratio(units, scale)
    }

    /// `quantity * price` in minor units of a currency with `exponent` decimals, exact before it is rounded once.
    ///
    /// # Errors
    /// A fault on overflow.
    pub fn product(self, quantity: Decimal, price: Decimal, exponent: u8) -> Result<i64> {
        let ((a, below_a), (b, below_b)) = (parts(quantity)?, parts(price)?);
        let overflow = || Error::fault(format!("amount overflow: {quantity} * {price}"));
        let units = a.checked_mul(b).and_then(|n| n.checked_mul(10i128.pow(u32::from(exponent)))).ok_or_else(overflow)?;
        self.ratio(units, below_a.checked_mul(below_b).ok_or_else(overflow)?)
    }
}

/// A decimal as a fraction with a power of ten below, in lowest decimals.
///
/// # Errors
/// A fault when the power does not fit; a [`Decimal`] never has more than 28 decimals, so it does.
pub fn parts(value: Decimal) -> Result<(i128, i128)> {
    let value = value.normalize();
    let below = 10i128.checked_pow(value.scale()).ok_or_else(|| Error::fault(format!("too many decimals: {value}")))?;
    Ok((value.mantissa(), below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_differ_where_something_is_left() {
        for (mode, wanted) in [(Mode::HalfUp, [101, -101, 100, 1]), (Mode::Up, [101, -101, 101, 1]), (Mode::Down, [100, -100, 100, 0])] {
            let rule = Rule { mode, increment: 1 };
            let got = [(1005, 10), (-1005, 10), (1004, 10), (5, 10)].map(|(n, d)| rule.ratio(n, d).unwrap());
            assert_eq!(got, wanted, "{mode:?}");
        }
        assert_eq!(Mode::named("Up").unwrap(), Mode::Up);
        assert!(Mode::named("Half Down").is_err());
    }

    #[test]
    fn increments_are_multiples() {
        let rule = Rule { mode: Mode::Up, increment: 5 };
        assert_eq!(rule.ratio(212, 1).unwrap(), 215);
        assert_eq!(rule.ratio(215, 1).unwrap(), 215);
        assert_eq!(Rule { mode: Mode::HalfUp, increment: 5 }.ratio(212, 1).unwrap(), 210);
        assert_eq!(rule.to_the_unit().ratio(2121, 10).unwrap(), 213);
        assert!(Rule { mode: Mode::Up, increment: 0 }.ratio(1, 1).is_err());
        assert!(rule.ratio(1, 0).is_err());
    }

    #[test]
    fn decimals_are_exact_until_they_are_rounded_once() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(Rule::HALF_UP.product(d("3"), d("0.005"), 2).unwrap(), 2);
        assert_eq!(Rule::HALF_UP.product(d("-3"), d("120"), 2).unwrap(), -36_000);
        assert_eq!(Rule::HALF_UP.minor(d("12.345"), 2).unwrap(), 1235);
        assert_eq!(Rule::HALF_UP.times(1005, d("0.10")).unwrap(), 101);
        assert!(Rule::HALF_UP.times(i64::MAX, d("2")).is_err());
        assert!(Rule::HALF_UP.product(Decimal::MAX, Decimal::MAX, 2).is_err());
    }
}
