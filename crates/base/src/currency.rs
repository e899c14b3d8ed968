//! Currencies (ISO 4217) and the text form of amounts.

use crate::{Error, Result};
use std::fmt;

/// An ISO 4217 currency: three letters and the number of decimals of its minor unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// Active ISO 4217 codes whose minor unit is not two decimals.
const OTHER_EXPONENTS: [(&str, u8); 26] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Active ISO 4217 codes with two decimals.
const TWO_DECIMALS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP \
BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT \
MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG \
SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD \
YER ZAR ZMW ZWL";

impl Currency {
    pub const USD: Self = Self { code: *b"USD", exponent: 2 };

    /// Finds a currency by its code; upper case only, as ISO writes it.
    pub fn named(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        if bytes == *b"USD" {
            return Some(Self::USD);
        }
        if let Some((_, exponent)) = OTHER_EXPONENTS.iter().find(|(c, _)| *c == code) {
            return Some(Self { code: bytes, exponent: *exponent });
        }
        // four bytes a code, in order: rows are read by the million
        let (mut low, mut high) = (0, TWO_DECIMALS.len().div_ceil(4));
        while low < high {
            let middle = low + (high - low) / 2;
            match TWO_DECIMALS.as_bytes()[middle * 4..middle * 4 + 3].cmp(&bytes) {
                std::cmp::Ordering::Equal => return Some(Self { code: bytes, exponent: 2 }),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
    /// Codes of the currencies with this number of decimals; those with two are not listed, they are all others.
    pub fn with_exponent(exponent: u8) -> impl Iterator<Item = &'static str> {
        OTHER_EXPONENTS.iter().filter(move |(_, e)| *e == exponent).map(|(code, _)| *code)
    }
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }
    /// Decimals of the minor unit: USD 2, JPY 0, BHD 3.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }
    /// Minor units in one major unit.
    pub fn scale(&self) -> i64 {
        10i64.pow(u32::from(self.exponent))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Reads a decimal amount as minor units with `exponent` decimals. `12.50`, `-3`, `+4.1`, `.5`, `1e3` is refused.
///
/// # Errors
/// Rejects text that is not a plain decimal, more decimals than the currency has (trailing zeros are fine)
/// and amounts beyond 64 bits. Never rounds: rounding is the business of [`crate::rounding`].
pub fn parse_minor(text: &str, exponent: u8) -> Result<i64> {
    let refuse = |why: &str| Err(Error::invalid("amount.format", why.to_owned()).with_value(text));
    let b = text.as_bytes();
    let (negative, mut at) = match b.first() {
        Some(b'-') => (true, 1),
        _ => (false, 0),
    };
    let (mut units, mut decimals, mut digits, mut point) = (0i64, 0u8, 0usize, false);
    while at < b.len() {
        match b[at] {
            c @ b'0'..=b'9' => {
                digits += 1;
                if point && decimals == exponent {
                    if c != b'0' {
                        return refuse("The amount has more decimals than its currency allows.");
                    }
                } else {
                    let next = units.checked_mul(10).and_then(|u| u.checked_add(i64::from(c - b'0')));
                    let Some(next) = next else { return refuse("The amount is too large.") };
                    units = next;
                    decimals += u8::from(point);
                }
            }
            b'.' if !point => point = true,
            _ => return refuse("The amount is not a plain decimal number."),
        }
        at += 1;
    }
    if digits == 0 {
        return refuse("The amount is not a plain decimal number.");
    }
    for _ in decimals..exponent {
        let Some(next) = units.checked_mul(10) else { return refuse("The amount is too large.") };
        units = next;
    }
    Ok(if negative { -units } else { units })
}

/// Writes minor units as a decimal with exactly `exponent` decimals: `-12.50`, `1000`, `0.001`.
pub fn format_minor(minor: i64, exponent: u8) -> String {
    let mut out = String::with_capacity(24);
    push_minor(&mut out, minor, exponent);
    out
}

/// Appends [`format_minor`] to a buffer, for hot loops.
pub fn push_minor(out: &mut String, minor: i64, exponent: u8) {
    use fmt::Write;
    let scale = 10u64.pow(u32::from(exponent));
    let units = minor.unsigned_abs();
    if minor < 0 {
        out.push('-');
    }
    let _ = if exponent == 0 {
        write!(out, "{units}")
    } else {
        write!(out, "{}.{:0width$}", units / scale, units % scale, width = usize::from(exponent))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_code_is_found_and_no_other() {
        let codes: Vec<&str> = TWO_DECIMALS.split_ascii_whitespace().collect();
        assert!(codes.windows(2).all(|w| w[0] < w[1]) && TWO_DECIMALS.len() == codes.len() * 4 - 1);
        for code in codes {
            assert_eq!(Currency::named(code).map(|c| (c.code().to_owned(), c.exponent())), Some((code.to_owned(), 2)));
        }
        assert_eq!(Currency::named("JPY").map(|c| c.exponent()), Some(0));
        for wrong in ["AAA", "ZZZ", "usd", "US", "EURO", "D A", ""] {
            assert_eq!(Currency::named(wrong), None, "{wrong}");
        }
    }
}
