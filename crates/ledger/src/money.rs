//! Amounts in requests: decimal texts in a currency.

use accrual_base::{Currency, Field, Result, parse_minor};

/// Thirteen digits before the decimal point: sums and differences then stay far from 64 bits.
const LARGEST: i64 = 10_000_000_000_000;

/// Reads an amount text exactly.
///
/// # Errors
/// Rejects what is no plain decimal, more decimals than the currency has, and more than 13 digits before the point.
pub(crate) fn parse(field: &Field, text: &str, currency: Currency) -> Result<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = !(whole.is_empty() && decimals.is_empty()) && whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit());
    if !plain {
        return Err(field.invalid("An amount is a text with a plain decimal number, for example \"500.00\".").with_value(text));
    }
    if decimals.trim_end_matches('0').len() > usize::from(currency.exponent()) {
        return Err(field.invalid("Allocation amount with wrong decimal places.").with_value(text));
    }
    let minor = parse_minor(text, currency.exponent()).ok().filter(|m| m / currency.scale() < LARGEST && m / currency.scale() > -LARGEST);
    minor.ok_or_else(|| field.invalid("The amount is too large: it has at most 13 digits before the decimal point.").with_value(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::NEW_AMOUNT;

    #[test]
    fn texts_are_exact_or_refused() {
        let jpy = Currency::named("JPY").unwrap();
        for (text, currency, wanted) in
            [("500", Currency::USD, 50_000), ("-0.5", Currency::USD, -50), (".25", Currency::USD, 25), ("34.00", jpy, 34)]
        {
            assert_eq!(parse(&NEW_AMOUNT, text, currency).unwrap(), wanted);
        }
        for (text, currency, why) in [
            ("34.44", jpy, "wrong decimal places"),
            ("0.001", Currency::USD, "wrong decimal places"),
            ("", Currency::USD, "plain decimal"),
            ("-", Currency::USD, "plain decimal"),
            (".", Currency::USD, "plain decimal"),
            ("1.2.3", Currency::USD, "plain decimal"),
            ("1e3", Currency::USD, "plain decimal"),
            ("+1", Currency::USD, "plain decimal"),
            ("-10000000000000", Currency::USD, "too large"),
            ("99999999999999999999", Currency::USD, "too large"),
        ] {
            let error = parse(&NEW_AMOUNT, text, currency).unwrap_err();
            let rejection = error.rejection().unwrap();
            assert!(rejection.message.contains(why), "{text}: {}", rejection.message);
            assert_eq!(rejection.code, "62000420");
        }
    }
}
