//! Exact decimals, stored as their shortest text, put in order by that text.
//!
//! Of two positive decimals the one with more digits before its point is greater; with equally many, the one whose
//! text is. Of two negative ones it is the other way round. So neither database has to turn a decimal into a number
//! of its own, which one of them could only do with a loss.

use crate::Dialect;
use accrual_base::Decimal;

/// The text a decimal is stored as: without trailing zeros, so that equal values are equal texts.
pub(super) fn text(value: Decimal) -> String {
    if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() }
}

/// Digits before the point of a stored decimal and one more, its sign counted.
fn length(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("INSTR({column} || '.', '.')"),
        Dialect::Postgres => format!("STRPOS({column} || '.', '.')"),
    }
}

fn is_negative(column: &str) -> String {
    format!("SUBSTR({column}, 1, 1) = '-'")
}

/// Whether a filled column is less than a value, or greater; `place` is that of its text.
pub(super) fn compare(dialect: Dialect, column: &str, less: bool, value: Decimal, place: &str) -> String {
    let text = text(value);
    let digits = text.split('.').next().map_or(0, str::len) + 1;
    let (length, negative) = (length(dialect, column), is_negative(column));
    // within one sign: fewer digits are less, unless both are negative
    let downward = text.starts_with('-') != less;
    let sign = if downward { "<" } else { ">" };
    let within = format!("({length} {sign} {digits} OR ({length} = {digits} AND {column} {sign} {place}))");
    match (text.starts_with('-'), less) {
        (true, true) => format!("({negative} AND {within})"),
        (true, false) => format!("(NOT {negative} OR {within})"),
        (false, true) => format!("({negative} OR {within})"),
        (false, false) => format!("(NOT {negative} AND {within})"),
    }
}

/// What puts filled columns in order: negative ones first, by digits before the point, then by text; the third goes
/// downward.
pub(super) fn terms(dialect: Dialect, column: &str) -> [String; 4] {
    let (length, negative) = (length(dialect, column), is_negative(column));
    [
        format!("CASE WHEN {negative} THEN 0 ELSE 1 END"),
        format!("CASE WHEN {negative} THEN -{length} ELSE {length} END"),
        format!("CASE WHEN {negative} THEN {column} END"),
        format!("CASE WHEN {negative} THEN NULL ELSE {column} END"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_decimals_are_equal_texts() {
        let value = |text: &str| text.parse::<Decimal>().unwrap_or_default();
        for (written, stored) in [("1.50", "1.5"), ("-0.0", "0"), ("0.00", "0"), ("100", "100"), ("-0.250", "-0.25")] {
            assert_eq!(text(value(written)), stored);
        }
    }
}
