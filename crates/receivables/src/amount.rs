//! Amounts as they come in.

use crate::limits;
use accrual_base::rounding::parts;
use accrual_base::{Currency, Decimal, Field, Result};

/// A decimal of major units as minor units, exactly.
///
/// # Errors
/// Rejects more decimals than the currency has (input is never rounded) and more than 13 digits before the point.
pub fn exact(field: &Field, value: Decimal, currency: Currency) -> Result<i64> {
    let (mantissa, below) = parts(value)?;
    let units = mantissa.checked_mul(i128::from(currency.scale()));
    match units {
        Some(units) if units % below == 0 => {
            let minor = units / below;
            let within = minor.unsigned_abs() < 10u128.pow(limits::DIGITS) * u128::from(currency.scale().unsigned_abs());
            i64::try_from(minor).ok().filter(|_| within).ok_or_else(|| too_large(field, value))
        }
        Some(_) => {
            let why = format!("An amount in {currency} has at most {} decimals; round it before sending.", currency.exponent());
            Err(field.invalid(why).with_value(&value.to_string()))
        }
        None => Err(too_large(field, value)),
    }
}

fn too_large(field: &Field, value: Decimal) -> accrual_base::Error {
    field.invalid(format!("An amount has at most {} digits before the decimal point.", limits::DIGITS)).with_value(&value.to_string())
}

/// Minor units as a decimal of major units, without trailing zeros.
pub fn decimal(minor: i64, currency: Currency) -> Decimal {
    Decimal::new(minor, u32::from(currency.exponent())).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::AMOUNT;

    #[test]
    fn an_amount_is_exact_or_refused() {
        let jpy = Currency::named("JPY").unwrap();
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(exact(&AMOUNT, d("12.50"), Currency::USD).unwrap(), 1250);
        assert_eq!(exact(&AMOUNT, d("9999999999999.99"), Currency::USD).unwrap(), 999_999_999_999_999);
        assert_eq!(exact(&AMOUNT, d("-0.01"), Currency::USD).unwrap(), -1);
        assert_eq!(exact(&AMOUNT, d("100.000"), jpy).unwrap(), 100);
        for (text, currency) in [
            ("0.001", Currency::USD),
            ("1.5", jpy),
            ("10000000000000", Currency::USD),
            ("92233720368547758.08", Currency::USD),
            ("1e27", jpy),
        ] {
            let value = Decimal::from_scientific(text).unwrap_or_else(|_| d(text));
            let error = exact(&AMOUNT, value, currency).unwrap_err();
            assert_eq!(error.rejection().unwrap().code, "58500120", "{text}");
        }
        assert_eq!(decimal(1250, Currency::USD).to_string(), "12.5");
    }
}
