//! Unique keys, checked before the database would, so that the refusal names the field.

use super::cells::StoredCell;
use crate::schema::quoted;
use crate::{Cell, Read};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Text, Value, Values};

/// Refuses a record that shares a unique key with another one. A race on a server is caught by the index.
pub(super) fn check(tx: &mut dyn Read, descriptor: &Descriptor, values: &Values, own: Option<i64>) -> Result<()> {
    for key in &descriptor.unique {
        if taken(tx, descriptor, key, values, own)? {
            return Err(exists(descriptor, key, values));
        }
    }
    Ok(())
}

/// Whether a record with an equal key is there.
pub(super) fn any(tx: &mut dyn Read, descriptor: &Descriptor, values: &Values) -> Result<bool> {
    for key in &descriptor.unique {
        if taken(tx, descriptor, key, values, None)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn taken(tx: &mut dyn Read, descriptor: &Descriptor, key: &[Text], values: &Values, own: Option<i64>) -> Result<bool> {
    let mut clauses = Vec::with_capacity(key.len() + 1);
    let mut cells = Vec::with_capacity(key.len());
    for name in key {
        let at = descriptor.find(name)?;
        let column = quoted(&descriptor.fields[at].names.table)?;
        match &values[at] {
            // an empty single field is no value at all; in a longer key it is equal to itself
            Value::Null if key.len() == 1 => return Ok(false),
            Value::Null => clauses.push(format!("{column} IS NULL")),
            value => {
                cells.push(StoredCell::from(value));
                clauses.push(format!("{column} = ${}", cells.len()));
            }
        }
    }
    let mut params: Vec<Cell<'_>> = cells.iter().map(StoredCell::cell).collect();
    if let Some(own) = own {
        params.push(own.into());
        clauses.push(format!("id <> ${}", params.len()));
    }
    let sql = format!("SELECT id FROM {} WHERE {} LIMIT 1", quoted(&descriptor.names.table)?, clauses.join(" AND "));
    Ok(tx.first(&sql, &params, |row| row.int(0))?.is_some())
}

fn exists(descriptor: &Descriptor, key: &[Text], values: &Values) -> Error {
    let shown: Vec<String> = key
        .iter()
        .filter_map(|name| descriptor.position(name))
        .map(|at| {
            let value = accrual_model::json::value(&values[at]);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{} {text}", descriptor.fields[at].label.to_lowercase())
        })
        .collect();
    let column = key.first().and_then(|name| descriptor.field(name)).map_or("", |f| f.name());
    Error::conflict("object.exists", format!("There is already a {} with {}.", descriptor.label, shown.join(", "))).in_column(column)
}
