//! Typed values and the ordered record of them.

use accrual_base::{Day, Decimal, Instant};
use std::ops::Index;

/// The value of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    Bool(bool),
    Int(i64),
    /// Exact; equal values are equal whatever their trailing zeros.
    Decimal(Decimal),
    Date(Day),
    Instant(Instant),
    /// A structure of its own; its shape is the field's business.
    Json(serde_json::Value),
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
    /// What it is, for messages: `a text`, `a whole number` …
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Text(_) => "a text",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Decimal(_) => "a decimal number",
            Self::Date(_) => "a date",
            Self::Instant(_) => "an instant",
            Self::Json(_) => "a structure",
        }
    }
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(v) => Some(v),
            _ => None,
        }
    }
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(v) => Some(*v),
            _ => None,
        }
    }
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(v) => Some(*v),
            _ => None,
        }
    }
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::json::value(self).serialize(serializer)
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}
impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Self::Bool(v)
    }
}
impl From<Decimal> for Value {
    fn from(v: Decimal) -> Self {
        Self::Decimal(v)
    }
}
impl From<Day> for Value {
    fn from(v: Day) -> Self {
        Self::Date(v)
    }
}
impl From<Instant> for Value {
    fn from(v: Instant) -> Self {
        Self::Instant(v)
    }
}

/// The values of one record, in the order of its descriptor's fields.
///
/// Indexed by the position of the field ([`crate::Descriptor::position`]); a position beyond the end reads as
/// [`Value::Null`], which is how a record older than a field looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<Value>);

impl Values {
    /// `count` empty values.
    pub fn nulls(count: usize) -> Self {
        Self(vec![Value::Null; count])
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }
    /// Writes one value, growing the record when its field is newer than it.
    pub fn set(&mut self, position: usize, value: Value) {
        if position >= self.0.len() {
            self.0.resize(position + 1, Value::Null);
        }
        self.0[position] = value;
    }
    /// Moves one value out, leaving [`Value::Null`].
    pub fn take(&mut self, position: usize) -> Value {
        self.0.get_mut(position).map_or(Value::Null, |v| std::mem::replace(v, Value::Null))
    }
}

impl Index<usize> for Values {
    type Output = Value;
    fn index(&self, position: usize) -> &Value {
        const NULL: &Value = &Value::Null;
        self.0.get(position).unwrap_or(NULL)
    }
}

impl FromIterator<Value> for Values {
    fn from_iter<T: IntoIterator<Item = Value>>(values: T) -> Self {
        Self(values.into_iter().collect())
    }
}
