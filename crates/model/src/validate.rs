//! Whether values fit their descriptor.

use crate::{Descriptor, Field, FieldType, Rejection, Value, Values, suggest};
use accrual_base::error::Kind;
use accrual_base::{Decimal, Error, Place, Result};

/// Everything that is wrong with a record, each with its field and a sentence. Empty when it fits.
///
/// The rules of the whole object run only when every field is right by itself.
pub fn validate(descriptor: &Descriptor, values: &Values) -> Vec<Rejection> {
    let mut wrong: Vec<Rejection> = descriptor.fields.iter().enumerate().filter_map(|(at, f)| field(f, &values[at])).collect();
    if values.len() > descriptor.fields.len() {
        let message = format!("{} has {} fields, {} values were given.", descriptor.label, descriptor.fields.len(), values.len());
        wrong.push(rejection("object.values", message, None));
    }
    if let (true, Some(rules)) = (wrong.is_empty(), descriptor.rules) {
        wrong = rules(values);
        // rules name fields by the words of the declaration
        for column in wrong.iter_mut().filter_map(|r| r.place.column.as_mut()) {
            if let Some(field) = descriptor.field(column) {
                field.name().clone_into(column);
            }
        }
    }
    wrong
}

/// [`validate`], as one error.
///
/// # Errors
/// The rejection, or one `object.invalid` that lists them when there are several.
pub fn check(descriptor: &Descriptor, values: &Values) -> Result<()> {
    combine(validate(descriptor, values))
}

/// Several rejections as one error; nothing when there are none.
///
/// # Errors
/// As [`check`].
pub fn combine(mut wrong: Vec<Rejection>) -> Result<()> {
    match wrong.len() {
        0 => Ok(()),
        1 => Err(Error::Rejected(Box::new(wrong.remove(0)))),
        n => {
            let all: Vec<String> = wrong
                .iter()
                .map(|r| r.place.column.as_ref().map_or_else(|| r.message.clone(), |c| format!("{c}: {}", r.message)))
                .collect();
            let message = format!("{n} things are wrong. {}", all.join(" "));
            let place = Place { also: wrong, ..Place::default() };
            Err(Error::Rejected(Box::new(Rejection { code: "object.invalid", kind: Kind::Invalid, message, place })))
        }
    }
}

/// What is wrong with one field's value.
pub fn field(field: &Field, value: &Value) -> Option<Rejection> {
    let refuse = |code, message: String| Some(rejection(code, message, Some(field)));
    let missing = value.is_null() || matches!(value, Value::Text(text) if text.trim().is_empty());
    if field.required && missing {
        return refuse("object.required", format!("{} is required.", field.label));
    }
    if !field.kind.holds(value) {
        return refuse("object.type", format!("{} must be {}, not {}.", field.label, field.kind.expected(), value.noun()));
    }
    match value {
        Value::Text(text) => text_field(field, text),
        Value::Int(number) => bounds(field, Decimal::from(*number)),
        Value::Decimal(number) => bounds(field, *number),
        Value::Json(json) => match field.shape.map(|shape| shape(json)) {
            Some(Err(why)) => refuse("object.shape", format!("{} does not have the expected shape: {why}.", field.label)),
            _ => None,
        },
        _ => None,
    }
}

/// Bounds and digits of a number.
fn bounds(field: &Field, number: Decimal) -> Option<Rejection> {
    let wrong = |code, message: String| Some(rejection(code, message, Some(field)).with(&number.to_string()));
    let (least, most) = (field.range.least, field.range.most);
    if least.is_some_and(|l| number < l) || most.is_some_and(|m| number > m) {
        let message = match (least, most) {
            (Some(l), Some(m)) => format!("{} is from {l} to {m}.", field.label),
            (Some(l), None) => format!("{} is at least {l}.", field.label),
            (None, Some(m)) => format!("{} is at most {m}.", field.label),
            (None, None) => return None,
        };
        return wrong("object.range", message);
    }
    let (before, after) = field.digits?;
    let text = number.normalize().abs().to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let fits = |digits: &str, most: u32| u32::try_from(digits.len()).is_ok_and(|n| n <= most);
    if fits(whole, before) && fits(part, after) {
        return None;
    }
    wrong("object.digits", format!("{} has at most {before} digits before the point and {after} after it.", field.label))
}

fn text_field(field: &Field, text: &str) -> Option<Rejection> {
    let known = |part: &str| field.allowed.iter().any(|v| v == part);
    let fits = if field.many { text.split(';').all(known) } else { known(text) };
    if !field.allowed.is_empty() && !fits {
        let known = suggest::list(field.allowed.iter().map(|v| &**v));
        return Some(rejection("object.value", format!("{} must be one of: {known}.", field.label), Some(field)).with(text));
    }
    let length = text.chars().count();
    if let Some(max) = field.max.filter(|max| length > usize::try_from(*max).unwrap_or(usize::MAX)) {
        let message = format!("{} is {length} characters long; at most {max} are allowed.", field.label);
        let shown = if field.kind == FieldType::Secret { "" } else { text };
        return Some(rejection("object.length", message, Some(field)).with(shown));
    }
    if text.contains('\0') {
        return Some(rejection("object.text", format!("{} holds a zero character, which no text may.", field.label), Some(field)));
    }
    None
}

/// A refusal of one field's value.
pub(crate) fn rejection(code: &'static str, message: String, field: Option<&Field>) -> Rejection {
    Rejection { code, kind: Kind::Invalid, message, place: Place { column: field.map(|f| f.name().to_owned()), ..Place::default() } }
}

/// Adds the value to a rejection.
trait With {
    fn with(self, value: &str) -> Self;
}
impl With for Rejection {
    fn with(mut self, value: &str) -> Self {
        self.place.value = (!value.is_empty()).then(|| value.chars().take(80).collect());
        self
    }
}

/// A refusal by an object's own rules: names the field (table or REST spelling, as the caller writes it).
pub fn broken(field: &'static str, message: impl Into<String>) -> Rejection {
    let place = Place { column: Some(crate::Names::of(field).rest.into_owned()), ..Place::default() };
    Rejection { code: "object.rule", kind: Kind::Invalid, message: message.into(), place }
}

/// A refusal by an object's own rules with a code of its own: names the field in table spelling.
pub fn refused(code: &'static str, field: &'static str, message: impl Into<String>) -> Rejection {
    Rejection { code, ..broken(field, message) }
}

/// A refusal of a setting that is known and has no effect yet: a switch that switches nothing would lie.
pub fn not_built(field: &'static str, message: impl Into<String>) -> Rejection {
    Rejection { code: "object.not_built", kind: Kind::NotBuilt, ..broken(field, message) }
}
