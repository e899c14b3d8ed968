//! Amounts in minor units, compared and ordered as the decimals they are shown as.
//!
//! A column may hold amounts of several currencies: 1050 is 10.50 in dollars and 1050 in yen. The statement tells the
//! currencies with 0, 3 and 4 decimals apart; everything else has 2.

use super::condition::Condition;
use crate::schema::quoted;
use accrual_base::{Currency, Decimal, Error, Result};
use accrual_model::{Operator, Value};

/// Numbers of decimals that are told apart, and the one of all other currencies.
const EXPONENTS: [u8; 3] = [0, 3, 4];
const USUAL: u8 = 2;

/// An amount compared with a decimal: in minor units, for each number of decimals a currency can have.
pub(super) fn compare(condition: &mut Condition, name: &str, currency: &str, op: Operator, value: &Value) -> Result<String> {
    let Value::Decimal(value) = value else {
        return Err(Error::fault(format!("{name} is an amount and is not compared with a decimal: the filter was not checked")));
    };
    let (column, currency) = (quoted(name)?, quoted(currency)?);
    let mut cases = String::from("CASE");
    for exponent in EXPONENTS {
        let codes: Vec<String> = Currency::with_exponent(exponent).map(|code| condition.bind(&Value::Text(code.to_owned()))).collect();
        let test = minor(condition, &column, op, *value, exponent);
        cases.push_str(&format!(" WHEN {currency} IN ({}) THEN {test}", codes.join(", ")));
    }
    let test = minor(condition, &column, op, *value, USUAL);
    let unknown = if op == Operator::Ne { "1 = 1" } else { "1 = 0" };
    Ok(format!("({column} IS NULL AND {unknown} OR {column} IS NOT NULL AND ({cases} ELSE {test} END))"))
}

/// A column of minor units compared with a decimal that may lie between two of them.
fn minor(condition: &mut Condition, column: &str, op: Operator, value: Decimal, exponent: u8) -> String {
    let scaled = value.checked_mul(Decimal::from(10_i64.pow(exponent.into())));
    let down = scaled.and_then(|v| i64::try_from(v.floor().mantissa() / 10_i128.pow(v.floor().scale())).ok());
    // beyond every amount there can be
    let Some(down) = down else {
        let less = matches!(op, Operator::Lt | Operator::Le) != value.is_sign_negative();
        let all = op == Operator::Ne || less && !matches!(op, Operator::Eq | Operator::Like);
        return if all { "1 = 1" } else { "1 = 0" }.to_owned();
    };
    let whole = scaled == Some(Decimal::from(down));
    let sign = match (op, whole) {
        (Operator::Eq | Operator::Like, true) => "=",
        (Operator::Ne, true) => "<>",
        (Operator::Eq | Operator::Like, false) => return "1 = 0".to_owned(),
        (Operator::Ne, false) => return "1 = 1".to_owned(),
        (Operator::Lt, true) => "<",
        (Operator::Ge, true) => ">=",
        (Operator::Le, _) | (Operator::Lt, false) => "<=",
        (Operator::Gt, _) | (Operator::Ge, false) => ">",
    };
    format!("{column} {sign} {}", condition.bind(&Value::Int(down)))
}

/// What puts amounts in order: their whole units, then their fractions in units of the fourth decimal. Both
/// databases cut towards zero, so that the two parts have one sign.
pub(super) fn terms(column: &str, currency: &str) -> Result<[String; 2]> {
    let currency = quoted(currency)?;
    let (mut whole, mut fraction) = (String::from("CASE"), String::from("CASE"));
    for exponent in EXPONENTS {
        // codes of ISO 4217 from a table of ours: nothing a client wrote becomes text of a statement
        let codes: Vec<String> = Currency::with_exponent(exponent).map(|code| format!("'{code}'")).collect();
        let when = format!(" WHEN {currency} IN ({}) THEN ", codes.join(", "));
        whole.push_str(&format!("{when}{}", part(column, exponent, '/')));
        fraction.push_str(&format!("{when}{}", part(column, exponent, '%')));
    }
    let end = |cases: String, sign| format!("{cases} ELSE {} END", part(column, USUAL, sign));
    Ok([end(whole, '/'), end(fraction, '%')])
}

fn part(column: &str, exponent: u8, sign: char) -> String {
    let scale = 10_i64.pow(exponent.into());
    match sign {
        '/' => format!("{column} / {scale}"),
        _ => format!("({column} % {scale}) * {}", 10_000 / scale),
    }
}
