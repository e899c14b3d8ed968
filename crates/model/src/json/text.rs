//! Values from plain text: command-line arguments, query strings, cells of a file.

use super::scalar::parse;
use crate::{Descriptor, Field, FieldType, ReferenceBy, Rejection, Value};
use accrual_base::{Error, Result};
use serde_json::{Map, Value as Json};

/// A value of a field from text. An empty text is an empty field.
///
/// # Errors
/// A rejection with the field and what it expects.
pub fn parse_text(field: &Field, text: &str) -> Result<Value, Box<Rejection>> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    parse(field, &json(field, text))
}

/// A body for [`super::read_new`] and [`super::read_change`] from `name=value` pairs.
///
/// # Errors
/// An unknown field, or one given twice.
pub fn body<'t>(descriptor: &Descriptor, pairs: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Json> {
    let mut out = Map::new();
    for (name, text) in pairs {
        let value = match name {
            "id" | "version" => json(&Field::new("id", "Id", FieldType::Int), text),
            _ if text.is_empty() => descriptor.find(name).map(|_| Json::Null)?,
            _ => json(&descriptor.fields[descriptor.find(name)?], text),
        };
        if out.insert(name.to_owned(), value).is_some() {
            return Err(Error::invalid("object.twice", format!("{name} is given twice.")).in_column(name));
        }
    }
    Ok(Json::Object(out))
}

/// The JSON a text stands for in a field; text that is no such thing stays text, and is refused where it is read.
fn json(field: &Field, text: &str) -> Json {
    let as_is = || Json::String(text.to_owned());
    match &field.kind {
        FieldType::Int | FieldType::Reference { by: ReferenceBy::Id, .. } => text.parse::<i64>().map_or_else(|_| as_is(), Json::from),
        FieldType::Bool if ["true", "yes", "y"].iter().any(|t| t.eq_ignore_ascii_case(text)) => Json::Bool(true),
        FieldType::Bool if ["false", "no", "n"].iter().any(|t| t.eq_ignore_ascii_case(text)) => Json::Bool(false),
        FieldType::Json => serde_json::from_str(text).unwrap_or_else(|_| as_is()),
        _ => as_is(),
    }
}
