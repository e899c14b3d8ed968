//! Amounts as they come in.

use accrual_base::rounding::parts;
use accrual_base::{Currency, Decimal, Field, Result};

/// A decimal of major units as minor units, exactly.
///
/// # Errors
/// Rejects more decimals than the currency has (input is never rounded) and amounts beyond 64 bits.
pub fn exact(field: &Field, value: Decimal, currency: Currency) -> Result<i64> {
    let (mantissa, below) = parts(value)?;
    let units = mantissa.checked_mul(i128::from(currency.scale()));
    match units {
        Some(units) if units % below == 0 => {
            let minor = i64::try_from(units / below).map_err(|_| too_large(field, value))?;
            // the smallest 64-bit number has no opposite; a memo of it could not be made
            if minor == i64::MIN { Err(too_large(field, value)) } else { Ok(minor) }
        }
        Some(_) => {
            let why = format!("An amount in {currency} has at most {} decimals; round it before sending.", currency.exponent());
            Err(field.invalid(why).with_value(&value.to_string()))
        }
        None => Err(too_large(field, value)),
    }
}

fn too_large(field: &Field, value: Decimal) -> accrual_base::Error {
    field.invalid("The amount is too large; send less.").with_value(&value.to_string())
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
        assert_eq!(exact(&AMOUNT, d("-0.01"), Currency::USD).unwrap(), -1);
        assert_eq!(exact(&AMOUNT, d("100.000"), jpy).unwrap(), 100);
        for (text, currency) in [("0.001", Currency::USD), ("1.5", jpy), ("92233720368547758.08", Currency::USD), ("1e27", jpy)] {
            let value = Decimal::from_scientific(text).unwrap_or_else(|_| d(text));
            let error = exact(&AMOUNT, value, currency).unwrap_err();
            assert_eq!(error.rejection().unwrap().code, "58500120", "{text}");
        }
        assert_eq!(decimal(1250, Currency::USD).to_string(), "12.5");
    }
}
