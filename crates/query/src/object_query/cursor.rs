//! Where a page ended, as the text of `nextPage`.

use super::refuse;
use accrual_base::{Error, Result, hash};
use accrual_model::filter::Column;
use accrual_model::{FieldType, Position, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

/// Writes a position. `bound` is what it belongs to: a cursor of one question is no cursor of another.
pub fn write(field: &str, descending: bool, position: &Position, bound: &str) -> String {
    let value = match &position.value {
        // exact, whatever reads it
        Value::Instant(at) => Json::from(at.0),
        other => accrual_model::json::value(other),
    };
    let order = if descending { "DESC" } else { "ASC" };
    let cursor = json!([
        {"value": value, "orderBy": {"field": field, "order": order}},
        {"value": position.row, "orderBy": {"field": "id", "order": order}},
        {"of": mark(bound)},
    ]);
    URL_SAFE_NO_PAD.encode(cursor.to_string())
}

fn mark(bound: &str) -> String {
    format!("{:016x}", hash::key(bound))
}

/// Reads a position.
///
/// # Errors
/// A rejection when the text is no cursor, or one of another question.
pub fn read(text: &str, column: &Column<'_>, bound: &str) -> Result<Position> {
    let broken = || refuse("cursor", "it is not one that nextPage gave; begin again without it.".to_owned());
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| broken())?;
    let cursor: Json = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    if cursor[2]["of"] != mark(bound) {
        return Err(other(&cursor).unwrap_or_else(broken));
    }
    let value = value(&cursor[0]["value"], &column.kind).ok_or_else(broken)?;
    Ok(Position { value, row: cursor[1]["value"].as_i64().ok_or_else(broken)? })
}

fn other(cursor: &Json) -> Option<Error> {
    cursor[2]["of"].as_str()?;
    Some(refuse(
        "cursor",
        "it belongs to other parameters; repeat those of the first page unchanged, or begin again without it.".to_owned(),
    ))
}

fn value(json: &Json, kind: &FieldType) -> Option<Value> {
    let text = || json.as_str();
    Some(match kind {
        _ if json.is_null() => Value::Null,
        FieldType::Bool => Value::Bool(json.as_bool()?),
        FieldType::Int => Value::Int(json.as_i64()?),
        FieldType::Instant => Value::Instant(accrual_base::Instant(json.as_i64()?)),
        FieldType::Decimal | FieldType::Money { .. } => Value::Decimal(crate::literal::decimal(text()?)?),
        FieldType::Date => Value::Date(crate::literal::day(text()?)?),
        FieldType::Text | FieldType::Reference { .. } | FieldType::Secret | FieldType::Json => Value::Text(text()?.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::{Day, Decimal, Instant};
    use proptest::prelude::*;

    fn column(kind: FieldType) -> Column<'static> {
        Column { name: "x", kind, position: Some(0) }
    }

    #[test]
    fn positions_of_every_type_come_back() {
        let currency = FieldType::Money { currency: "currency".into() };
        for (kind, value) in [
            (FieldType::Text, Value::from("a \"b\" é")),
            (FieldType::Text, Value::Null),
            (FieldType::Bool, Value::Bool(false)),
            (FieldType::Int, Value::Int(i64::MIN)),
            (FieldType::Decimal, Value::Decimal(Decimal::MAX)),
            (currency, Value::Decimal(Decimal::new(-105, 2))),
            (FieldType::Date, Day::from_epoch(19_000).into()),
            (FieldType::Instant, Instant(1_700_000_000_123_456).into()),
        ] {
            let position = Position { value, row: 7 };
            let text = write("x", true, &position, "q");
            assert_eq!(read(&text, &column(kind.clone()), "q").unwrap(), position);
            assert!(read(&text, &column(kind), "r").unwrap_err().to_string().contains("other parameters"));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = read(&text, &column(FieldType::Int), "q");
            let _ = read(&URL_SAFE_NO_PAD.encode(&bytes), &column(FieldType::Date), "q");
            let forged = json!([{"value": text}, {"value": text}, {"of": mark("q")}]).to_string();
            prop_assert!(read(&URL_SAFE_NO_PAD.encode(forged), &column(FieldType::Int), "q").is_err());
        }
    }
}
