//! Unique keys: a refusal names the field, whether it comes from a look before or from the database.

use super::cells::StoredCell;
use crate::schema::{index_name, quoted};
use crate::{Cell, Read, Refuse};
use accrual_base::error::{Kind, Place, Rejection};
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

/// Says in the object's words what the database's own refusal of a new record means.
pub(super) fn refusal(descriptor: &Descriptor, values: &Values) -> Refuse {
    let table = descriptor.names.table.clone();
    let keys: Vec<Key> = descriptor.unique.iter().map(|fields| Key::of(descriptor, fields, values)).collect();
    Box::new(move |refused| {
        let words: Vec<&str> = refused.place.column.as_deref()?.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        // of two keys that fit, the longer one holds the other's fields as well
        let key = keys.iter().filter(|key| key.is_meant(&table, &words, refused)).max_by_key(|key| key.fields.len())?;
        Some(Error::Rejected(Box::new(key.refusal.clone())))
    })
}

/// One unique key of a new record.
struct Key {
    fields: Vec<Text>,
    index: String,
    /// Its value, where the database would say it: of a single text.
    value: Option<String>,
    refusal: Rejection,
}

impl Key {
    fn of(descriptor: &Descriptor, fields: &[Text], values: &Values) -> Self {
        let value = match fields {
            [field] => descriptor.value(values, field).as_text().map(|text| text.chars().take(80).collect()),
            _ => None,
        };
        let index = index_name(&descriptor.names.table, &fields.join("_"));
        Self { fields: fields.to_vec(), index, value, refusal: taken_key(descriptor, fields, values) }
    }

    /// The database names the index or the columns, and may say their values.
    fn is_meant(&self, table: &str, words: &[&str], refused: &Rejection) -> bool {
        let columns = words.contains(&table) && self.fields.iter().all(|field| words.contains(&&**field));
        let other = matches!((&self.value, &refused.place.value), (Some(own), Some(found)) if own != found);
        (columns || words.contains(&self.index.as_str())) && !other
    }
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
    Error::Rejected(Box::new(taken_key(descriptor, key, values)))
}

fn taken_key(descriptor: &Descriptor, key: &[Text], values: &Values) -> Rejection {
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
    Rejection {
        code: "object.exists",
        kind: Kind::Conflict,
        message: format!("There is already a {} with {}.", descriptor.label, shown.join(", ")),
        place: Place { column: Some(column.to_owned()), ..Place::default() },
    }
}
