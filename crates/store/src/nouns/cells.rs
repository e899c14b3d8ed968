//! Values as cells, and back.

use crate::Cell;
use accrual_base::{Day, Decimal, Error, Instant, Result};
use accrual_model::{Descriptor, Field, FieldType, ReferenceBy, Value, Values};
use std::borrow::Cow;

/// A value in the form it is stored in.
#[derive(Debug)]
pub(super) enum StoredCell<'v> {
    Null,
    Int(i64),
    Text(Cow<'v, str>),
}

impl StoredCell<'_> {
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(v) => Cell::Int(*v),
            Self::Text(v) => Cell::Text(v),
        }
    }
}

impl<'v> From<&'v Value> for StoredCell<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(v) => Self::Text(Cow::Borrowed(v)),
            Value::Bool(v) => Self::Int(i64::from(*v)),
            Value::Int(v) => Self::Int(*v),
            Value::Decimal(v) => Self::Text(Cow::Owned(super::decimal::text(*v))),
            Value::Date(v) => Self::Int(i64::from(v.epoch())),
            Value::Instant(v) => Self::Int(v.0),
            Value::Json(v) => Self::Text(Cow::Owned(v.to_string())),
        }
    }
}

/// All fields of a record, in order.
pub(super) fn encode<'v>(descriptor: &Descriptor, values: &'v Values) -> Result<Vec<StoredCell<'v>>> {
    let cell = |(at, field): (usize, &Field)| {
        let value = &values[at];
        if field.kind.holds(value) { Ok(StoredCell::from(value)) } else { Err(mismatch(descriptor, field, value.noun())) }
    };
    descriptor.fields.iter().enumerate().map(cell).collect()
}

/// One field of a stored row. An empty required field with a default is one that is newer than the row.
pub(super) fn decode(descriptor: &Descriptor, field: &Field, cell: Cell<'_>) -> Result<Value> {
    let wrong = || mismatch(descriptor, field, &format!("{cell:?}"));
    Ok(match (&field.kind, cell) {
        (_, Cell::Null) if field.required => field.default.clone().unwrap_or(Value::Null),
        (_, Cell::Null) => Value::Null,
        (FieldType::Text | FieldType::Secret | FieldType::Reference { by: ReferenceBy::Key, .. }, Cell::Text(v)) => Value::from(v),
        (FieldType::Int | FieldType::Money { .. } | FieldType::Reference { by: ReferenceBy::Id, .. }, Cell::Int(v)) => Value::Int(v),
        (FieldType::Bool, Cell::Int(v @ (0 | 1))) => Value::Bool(v == 1),
        (FieldType::Decimal, Cell::Text(v)) => Value::Decimal(Decimal::from_str_exact(v).map_err(|_| wrong())?),
        (FieldType::Date, Cell::Int(v)) => Value::Date(Day::from_epoch(i32::try_from(v).map_err(|_| wrong())?)),
        (FieldType::Instant, Cell::Int(v)) => Value::Instant(Instant(v)),
        (FieldType::Json, Cell::Text(v)) => Value::Json(
            serde_json::from_str(v).map_err(|e| Error::fault_from(format!("{}.{}", descriptor.names.table, field.names.table), e))?,
        ),
        _ => return Err(wrong()),
    })
}

fn mismatch(descriptor: &Descriptor, field: &Field, found: &str) -> Error {
    let shown = if field.kind == FieldType::Secret { "another type" } else { found };
    Error::fault(format!("{}.{} is {}, {shown} was found", descriptor.names.table, field.names.table, field.kind.name()))
}
