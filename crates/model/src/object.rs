//! Typed nouns and the values of their fields.

use crate::{Descriptor, FieldType, ReferenceBy, Value, Values};
use accrual_base::{Day, Decimal, Error, Instant, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A noun declared in code. Implemented by `#[derive(Object)]`.
pub trait Object: Sized + Send + Sync + 'static {
    /// The noun as a value.
    fn descriptor() -> &'static Descriptor;
    /// The struct from a record's values.
    ///
    /// # Errors
    /// A rejection that names the field when a value is missing or of another type.
    fn from_values(values: Values) -> Result<Self>;
    /// The record's values.
    ///
    /// # Errors
    /// A fault when a structure cannot be written as JSON.
    fn to_values(&self) -> Result<Values>;
}

/// A type a field can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of an object",
    note = "a field is a String, bool, i64, i32, Decimal, Day, Instant, an Option of these, a Vec, \
            an enum with #[derive(TextEnum)], or any serde type marked #[field(json)]"
)]
pub trait FieldValue: Sized {
    fn kind() -> FieldType;
    /// How a reference held in this type names its target; nothing when this type can hold none.
    const REFERENCE: Option<ReferenceBy> = None;
    /// Whether a record may leave it empty.
    const OPTIONAL: bool = false;
    /// The only texts allowed; any when empty.
    fn allowed() -> &'static [&'static str] {
        &[]
    }
    fn to_value(&self) -> Value;
    /// Nothing when the value is of another type.
    fn from_value(value: Value) -> Option<Self>;
}

/// An enum stored and shown as one of a few texts. Implemented by `#[derive(TextEnum)]`.
pub trait TextEnum: Sized + Copy + PartialEq + 'static {
    /// Every variant with its text, in declaration order.
    const ALL: &'static [(Self, &'static str)];
    /// The texts alone.
    const TEXTS: &'static [&'static str];

    fn text(self) -> &'static str {
        Self::ALL.iter().find(|(v, _)| *v == self).map_or("", |(_, text)| text)
    }
    /// The variant of a text, exactly as written.
    fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, t)| *t == text).map(|(v, _)| *v)
    }
}

macro_rules! field_value {
    ($type:ty, $kind:expr, $variant:ident, $reference:expr) => {
        impl FieldValue for $type {
            const REFERENCE: Option<ReferenceBy> = $reference;
            fn kind() -> FieldType {
                $kind
            }
            fn to_value(&self) -> Value {
                Value::$variant(self.clone())
            }
            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
    };
}
field_value!(String, FieldType::Text, Text, Some(ReferenceBy::Key));
field_value!(bool, FieldType::Bool, Bool, None);
field_value!(i64, FieldType::Int, Int, Some(ReferenceBy::Id));
field_value!(Decimal, FieldType::Decimal, Decimal, None);
field_value!(Day, FieldType::Date, Date, None);
field_value!(Instant, FieldType::Instant, Instant, None);

impl FieldValue for i32 {
    fn kind() -> FieldType {
        FieldType::Int
    }
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }
    fn from_value(value: Value) -> Option<Self> {
        value.as_int().and_then(|v| Self::try_from(v).ok())
    }
}

impl<T: FieldValue> FieldValue for Option<T> {
    const REFERENCE: Option<ReferenceBy> = T::REFERENCE;
    const OPTIONAL: bool = true;
    fn kind() -> FieldType {
        T::kind()
    }
    fn allowed() -> &'static [&'static str] {
        T::allowed()
    }
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, FieldValue::to_value)
    }
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// Takes one field out of a record.
///
/// # Errors
/// A rejection that names the field.
#[doc(hidden)]
pub fn take<T: FieldValue>(descriptor: &Descriptor, values: &mut Values, at: usize) -> Result<T> {
    let value = values.take(at);
    let noun = value.noun();
    T::from_value(value).ok_or_else(|| mismatch(descriptor, at, noun))
}

fn mismatch(descriptor: &Descriptor, at: usize, noun: &str) -> Error {
    let (label, name, expected) = descriptor.fields.get(at).map_or(("?", "?", "?"), |f| (&*f.label, f.name(), f.kind.expected()));
    Error::invalid("object.type", format!("{label} of {} must be {expected}, not {noun}.", descriptor.label)).in_column(name)
}

/// Takes one structure out of a record.
///
/// # Errors
/// A rejection that names the field and what does not fit.
#[doc(hidden)]
pub fn json_from<T: DeserializeOwned>(descriptor: &Descriptor, values: &mut Values, at: usize) -> Result<T> {
    let json = match values.take(at) {
        Value::Json(json) => json,
        Value::Null => serde_json::Value::Null,
        other => return Err(mismatch(descriptor, at, other.noun())),
    };
    serde_json::from_value(json).map_err(|why| {
        let (label, name) = descriptor.fields.get(at).map_or(("?", "?"), |f| (&*f.label, f.name()));
        Error::invalid("object.shape", format!("{label} of {} does not have the expected shape: {why}.", descriptor.label)).in_column(name)
    })
}

/// Writes one structure; what serialises to `null` is an empty field.
///
/// # Errors
/// A fault when the type cannot be written as JSON.
#[doc(hidden)]
pub fn json_into<T: Serialize>(value: &T) -> Result<Value> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Null) => Ok(Value::Null),
        Ok(json) => Ok(Value::Json(json)),
        Err(e) => Err(Error::fault_from("a field could not be written as JSON", e)),
    }
}

/// Whether a structure has the shape of a type.
///
/// # Errors
/// What does not fit.
#[doc(hidden)]
pub fn json_shape<T: DeserializeOwned>(json: &serde_json::Value) -> Result<(), String> {
    T::deserialize(json).map(drop).map_err(|e| e.to_string())
}
