//! Functional and reporting amounts of a leg: derived, never stored (reference section 10).

use crate::contract::Rates;
use accrual_base::{Currency, Decimal, Result, rounding};

/// An amount in the currency of its leg, the functional and the reporting currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    pub transaction: i64,
    pub functional: i64,
    pub reporting: i64,
}

/// One rate between two currencies.
#[derive(Clone, Copy, Debug)]
enum Rate {
    One,
    /// Small enough for a plain fraction.
    Fraction(i64, i64),
    Exact(Decimal, i32),
}

impl Rate {
    fn new(rate: Decimal, from: Currency, to: Currency) -> Self {
        let rate = rate.normalize();
        let shift = i32::from(to.exponent()) - i32::from(from.exponent());
        if rate == Decimal::ONE && shift == 0 {
            return Self::One;
        }
        let exponent = shift - i32::try_from(rate.scale()).unwrap_or(28);
        let power = 10i64.checked_pow(exponent.unsigned_abs());
        match (i64::try_from(rate.mantissa()), power) {
            (Ok(mantissa), Some(power)) if exponent < 0 => Self::Fraction(mantissa, power),
            (Ok(mantissa), Some(power)) => mantissa.checked_mul(power).map_or(Self::Exact(rate, shift), |n| Self::Fraction(n, 1)),
            _ => Self::Exact(rate, shift),
        }
    }

    #[inline]
    fn apply(self, amount: i64) -> Result<i64> {
        match self {
            Self::One => Ok(amount),
            Self::Fraction(numerator, denominator) => rounding::mul_div(amount, numerator, denominator),
            Self::Exact(rate, shift) => rounding::mul_rate(amount, rate, shift),
        }
    }
}

/// Converts the amounts of one leg in order.
///
/// The running total is converted and rounded, and an amount is the step between two of them: so the leg sums to its
/// converted total exactly, however many periods it has.
#[derive(Clone, Debug)]
pub struct Converter {
    functional: Rate,
    reporting: Rate,
    total: Amounts,
}

impl Converter {
    /// `from` is the currency of the leg.
    pub fn new(rates: Rates, from: Currency, functional: Currency, reporting: Currency) -> Self {
        Self {
            functional: Rate::new(rates.functional, from, functional),
            reporting: Rate::new(rates.reporting, functional, reporting),
            total: Amounts::default(),
        }
    }

    /// The next amount of the leg.
    ///
    /// # Errors
    /// A fault on overflow.
    #[inline]
    pub fn next(&mut self, amount: i64) -> Result<Amounts> {
        let before = self.total;
        let transaction = rounding::add(before.transaction, amount)?;
        let functional = self.functional.apply(transaction)?;
        let reporting = self.reporting.apply(functional)?;
        self.total = Amounts { transaction, functional, reporting };
        Ok(Amounts {
            transaction: amount,
            functional: rounding::sub(functional, before.functional)?,
            reporting: rounding::sub(reporting, before.reporting)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_sums_to_its_converted_total() {
        let eur = Currency::named("EUR").unwrap();
        let jpy = Currency::named("JPY").unwrap();
        let rates = Rates { functional: Decimal::new(11_111, 4), reporting: Decimal::new(14_937, 2) };
        let mut converter = Converter::new(rates, eur, Currency::USD, jpy);
        let got: Vec<Amounts> = [333, 333, 334].map(|a| converter.next(a).unwrap()).to_vec();
        assert_eq!(got.iter().map(|a| a.functional).sum::<i64>(), 1111);
        // 11.11 USD at 149.37
        assert_eq!(got.iter().map(|a| a.reporting).sum::<i64>(), 1660);
        let unit = Converter::new(Rates::UNIT, eur, eur, eur).next(-7).unwrap();
        assert_eq!(unit, Amounts { transaction: -7, functional: -7, reporting: -7 });
    }
}
