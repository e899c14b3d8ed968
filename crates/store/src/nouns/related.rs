//! Records that belong to many others at once: one statement, however many there are.

use super::select;
use crate::schema::quoted;
use crate::{Cell, Dialect, Read};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Record};

/// The records with these text ids, in no particular order; ids that no record has are passed over.
///
/// # Errors
/// A fault from the database, or for an object without text ids.
pub fn by_uids(tx: &mut dyn Read, descriptor: &Descriptor, uids: &[&str]) -> Result<Vec<Record>> {
    if !descriptor.text_id {
        return Err(Error::fault(format!("{} has no text ids", descriptor.names.table)));
    }
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = by_uids_sql(tx.dialect(), descriptor)?;
    tx.all(&sql, &[Cell::Text(&list(uids)?)], |row| select::record(descriptor, row))
}

/// The records whose field names one of these, the oldest first, at most so many of each.
///
/// # Errors
/// A fault from the database.
pub fn below(tx: &mut dyn Read, descriptor: &Descriptor, field: usize, parents: &[&str], most: u32) -> Result<Vec<Record>> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let sql = below_sql(tx.dialect(), descriptor, field)?;
    tx.all(&sql, &[Cell::Text(&list(parents)?), Cell::Int(most.into())], |row| select::record(descriptor, row))
}

/// Keys as one parameter, so that one statement serves any number of them.
fn list(keys: &[&str]) -> Result<String> {
    serde_json::to_string(keys).map_err(|e| Error::fault_from("keys could not be written as a list", e))
}

pub(crate) fn by_uids_sql(dialect: Dialect, descriptor: &Descriptor) -> Result<String> {
    let (columns, table) = (select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    let wanted = match dialect {
        Dialect::Sqlite => "uid IN (SELECT value FROM json_each($1))",
        Dialect::Postgres => "uid = ANY(ARRAY(SELECT json_array_elements_text(CAST(CAST($1 AS TEXT) AS JSON))))",
    };
    Ok(format!("SELECT {columns} FROM {table} WHERE {wanted}"))
}

/// The database takes a few from the index of each parent; it does not read all children of all of them.
pub(crate) fn below_sql(dialect: Dialect, descriptor: &Descriptor, field: usize) -> Result<String> {
    let field = descriptor.fields.get(field).ok_or_else(|| Error::fault(format!("{} has no field {field}", descriptor.names.table)))?;
    let (columns, table, reference) = (select::columns(descriptor)?, quoted(&descriptor.names.table)?, quoted(&field.names.table)?);
    Ok(match dialect {
        Dialect::Sqlite => format!(
            "SELECT {} FROM json_each($1) AS parent JOIN {table} AS child ON child.id IN \
             (SELECT below.id FROM {table} AS below WHERE below.{reference} = parent.value ORDER BY below.id LIMIT $2) ORDER BY child.id",
            columns.split(", ").map(|c| format!("child.{c}")).collect::<Vec<_>>().join(", ")
        ),
        Dialect::Postgres => format!(
            "SELECT {columns} FROM json_array_elements_text(CAST(CAST($1 AS TEXT) AS JSON)) AS parent(key) CROSS JOIN LATERAL \
             (SELECT {columns} FROM {table} WHERE {reference} = parent.key ORDER BY id LIMIT $2) AS child ORDER BY id"
        ),
    })
}
