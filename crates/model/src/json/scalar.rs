//! One value.

use crate::validate::rejection;
use crate::{Field, FieldType, ReferenceBy, Rejection, Value};
use accrual_base::{DateFormat, Day, Decimal, Instant};
use serde_json::Value as Json;

/// A value as JSON: decimals as text (exact for every reader), dates and instants in ISO 8601, UTC.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(v) => Json::String(v.clone()),
        Value::Bool(v) => Json::Bool(*v),
        Value::Int(v) => Json::from(*v),
        Value::Decimal(v) => Json::String(v.normalize().to_string()),
        Value::Date(v) => Json::String(v.to_string()),
        Value::Instant(v) => Json::String(instant_text(*v)),
        Value::Json(v) => v.clone(),
    }
}

/// A value of a field from JSON.
///
/// # Errors
/// A rejection with the field and what it expects.
pub fn parse(field: &Field, json: &Json) -> Result<Value, Box<Rejection>> {
    let parsed = match (&field.kind, json) {
        (FieldType::Json, Json::Null) | (_, Json::Null) => Some(Value::Null),
        (FieldType::Json, json) => Some(Value::Json(json.clone())),
        (FieldType::Text | FieldType::Secret | FieldType::Reference { by: ReferenceBy::Key, .. }, Json::String(v)) => {
            Some(Value::Text(v.clone()))
        }
        (FieldType::Bool, Json::Bool(v)) => Some(Value::Bool(*v)),
        // an amount is made by a verb that knows its currency: no client writes one
        (FieldType::Int | FieldType::Reference { by: ReferenceBy::Id, .. }, Json::Number(n)) => n.as_i64().map(Value::Int),
        (FieldType::Decimal, Json::String(v)) => decimal(v).map(Value::Decimal),
        (FieldType::Decimal, Json::Number(n)) => few_digits(&n.to_string()).and_then(decimal).map(Value::Decimal),
        (FieldType::Date, Json::String(v)) => DateFormat::YyyyMmDd.parse(v).map(Value::Date),
        (FieldType::Instant, Json::String(v)) => instant(v).map(Value::Instant),
        _ => None,
    };
    parsed.ok_or_else(|| {
        let mut wrong = rejection("object.type", format!("{} must be {}.", field.label, field.kind.expected()), Some(field));
        if field.kind != FieldType::Secret {
            wrong.place.value = Some(json.to_string().chars().take(80).collect());
        }
        Box::new(wrong)
    })
}

/// A plain decimal without exponent.
fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().filter(|_| !text.contains(['_', ' ']))
}

/// A JSON number passes through binary: only what fits 15 digits certainly came through unharmed.
fn few_digits(text: &str) -> Option<&str> {
    (text.bytes().filter(u8::is_ascii_digit).count() <= 15 && !text.contains(['e', 'E'])).then_some(text)
}

/// `2024-02-29T10:00:00Z`, with up to six decimals of a second when there are any.
fn instant_text(at: Instant) -> String {
    let micros = at.0.rem_euclid(1_000_000);
    if micros == 0 { format!("{}Z", at.iso_seconds()) } else { format!("{}.{micros:06}Z", at.iso_seconds()).replace("000Z", "Z") }
}

/// The inverse of [`instant_text`]. Other offsets than `Z` are refused.
fn instant(text: &str) -> Option<Instant> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let day: Day = DateFormat::YyyyMmDd.parse(date)?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if clock.len() != 8 || fraction.is_empty() || fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.split(':').map(|p| p.parse::<i64>().ok().filter(|_| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit())));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let seconds = i64::from(day.epoch()) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Instant(seconds * 1_000_000 + micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_come_back_as_they_went() {
        for micros in [0, 1, 1_500_000, 1_709_200_800_123_456, 1_709_200_800_120_000, -1] {
            let text = instant_text(Instant(micros));
            assert_eq!(instant(&text), Some(Instant(micros)), "{text}");
        }
        assert_eq!(instant_text(Instant(1_500_000)), "1970-01-01T00:00:01.500Z");
    }

    #[test]
    fn instants_with_other_spellings_are_refused() {
        for bad in [
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00+01:00",
            "2024-01-01T24:00:00Z",
            "2024-02-30T00:00:00Z",
            "2024-01-01T+1:00:00Z",
        ] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_number_with_more_digits_than_binary_keeps_is_refused() {
        let field = Field::new("rate", "Rate", FieldType::Decimal);
        assert_eq!(parse(&field, &serde_json::json!(0.1)).ok(), Some(Value::Decimal(Decimal::new(1, 1))));
        assert!(parse(&field, &serde_json::json!(0.123_456_789_012_345_67)).is_err());
        assert!(parse(&field, &serde_json::json!("0.12345678901234567")).is_ok());
        assert!(parse(&field, &serde_json::json!("1e3")).is_err());
    }
}
