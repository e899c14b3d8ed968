//! Tables of objects, made and widened from their descriptors. Nothing is ever dropped or narrowed.
//!
//! Every name that goes into SQL text comes from a descriptor, is checked to be a plain identifier and is quoted.

use crate::{Dialect, Flow, Write};
use accrual_base::{Error, Result, hash};
use accrual_model::names::is_identifier;
use accrual_model::{Descriptor, Field, FieldType, ReferenceBy};
use std::collections::BTreeMap;

/// Makes what is missing: tables, columns, unique keys. Safe to run at every start.
///
/// A new column is empty in the rows that are there; a required one therefore needs a default, which such rows
/// are read with.
///
/// # Errors
/// A fault when a column is there with another type, or a new required field has no default while rows exist;
/// a rejection when a descriptor is not sound.
pub fn sync<'d>(tx: &mut dyn Write, descriptors: impl IntoIterator<Item = &'d Descriptor>) -> Result<()> {
    for descriptor in descriptors {
        descriptor.sound()?;
        table(tx, descriptor)?;
        columns(tx, descriptor)?;
        keys(tx, descriptor)?;
        indexes(tx, descriptor)?;
    }
    Ok(())
}

/// A name as SQL text.
///
/// # Errors
/// A fault when the name is no plain identifier: it never reaches a statement.
pub(crate) fn quoted(name: &str) -> Result<String> {
    let mut out = String::with_capacity(name.len() + 2);
    push_quoted(&mut out, name)?;
    Ok(out)
}

/// As [`quoted`], at the end of a text.
pub(crate) fn push_quoted(out: &mut String, name: &str) -> Result<()> {
    if !is_identifier(name) {
        return Err(Error::fault(format!("{name:?} is no name of a table or column")));
    }
    out.push('"');
    out.push_str(name);
    out.push('"');
    Ok(())
}

fn table(tx: &mut dyn Write, descriptor: &Descriptor) -> Result<()> {
    // a plain INTEGER key is the row id of SQLite
    let id = match tx.dialect() {
        Dialect::Sqlite => "INTEGER",
        Dialect::Postgres => "BIGINT",
    };
    let mut sql = format!(
        "CREATE TABLE IF NOT EXISTS {} (id {id} PRIMARY KEY, version BIGINT NOT NULL, created_by TEXT NOT NULL, \
         created_at BIGINT NOT NULL, updated_by TEXT NOT NULL, updated_at BIGINT NOT NULL",
        quoted(&descriptor.names.table)?
    );
    if descriptor.text_id {
        sql.push_str(", uid TEXT NOT NULL UNIQUE");
    }
    for field in &descriptor.fields {
        sql.push_str(", ");
        sql.push_str(&column(tx.dialect(), field)?);
    }
    sql.push(')');
    tx.execute(&sql, &[])?;
    Ok(())
}

/// Columns may be empty: validation decides, and rows may be older than a field.
fn column(dialect: Dialect, field: &Field) -> Result<String> {
    let kind = match (column_type(field), dialect) {
        // texts are ordered by their bytes everywhere
        ("TEXT", Dialect::Postgres) => "TEXT COLLATE \"C\"",
        (kind, _) => kind,
    };
    Ok(format!("{} {kind}", quoted(&field.names.table)?))
}

fn column_type(field: &Field) -> &'static str {
    match &field.kind {
        FieldType::Bool
        | FieldType::Int
        | FieldType::Money { .. }
        | FieldType::Date
        | FieldType::Instant
        | FieldType::Reference { by: ReferenceBy::Id, .. } => "BIGINT",
        FieldType::Text | FieldType::Decimal | FieldType::Json | FieldType::Secret | FieldType::Reference { by: ReferenceBy::Key, .. } => {
            "TEXT"
        }
    }
}

fn columns(tx: &mut dyn Write, descriptor: &Descriptor) -> Result<()> {
    let table = &descriptor.names.table;
    let there = existing(tx, table)?;
    let mut has_rows = None;
    for field in &descriptor.fields {
        let name = &field.names.table;
        match there.get(name.as_ref()) {
            Some(kind) if kind.eq_ignore_ascii_case(column_type(field)) => {}
            Some(kind) => {
                return Err(Error::fault(format!(
                    "column {table}.{name} is {kind}, {} is declared; a field keeps its type",
                    column_type(field)
                )));
            }
            None => {
                let rows = match has_rows {
                    Some(rows) => rows,
                    None => *has_rows.insert(any(tx, table)?),
                };
                if rows && field.required && field.default.is_none() {
                    return Err(Error::fault(format!("{table}.{name} is new and required: rows are there, so it needs a default")));
                }
                let sql = format!("ALTER TABLE {} ADD COLUMN {}", quoted(table)?, column(tx.dialect(), field)?);
                tx.execute(&sql, &[])?;
            }
        }
    }
    Ok(())
}

/// Columns of a table with their types.
fn existing(tx: &mut dyn Write, table: &str) -> Result<BTreeMap<String, String>> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT name, type FROM pragma_table_info($1)",
        Dialect::Postgres => {
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND CAST(table_name AS TEXT) = $1"
        }
    };
    let rows = tx.as_read().all(sql, &[table.into()], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))?;
    Ok(rows.into_iter().collect())
}

fn any(tx: &mut dyn Write, table: &str) -> Result<bool> {
    let mut found = false;
    tx.query(&format!("SELECT id FROM {} LIMIT 1", quoted(table)?), &[], &mut |_| {
        found = true;
        Ok(Flow::Stop)
    })?;
    Ok(found)
}

/// Unique keys. Empty parts of a key of several fields count as equal; an empty single field is no value at all.
fn keys(tx: &mut dyn Write, descriptor: &Descriptor) -> Result<()> {
    for key in &descriptor.unique {
        let mut parts = Vec::with_capacity(key.len());
        for name in key {
            let field = &descriptor.fields[descriptor.find(name)?];
            let column = quoted(&field.names.table)?;
            parts.push(match (key.len() > 1 && !field.required, column_type(field)) {
                (false, _) => column,
                (true, "TEXT") => format!("COALESCE({column}, '')"),
                (true, _) => format!("COALESCE({column}, -9223372036854775807)"),
            });
        }
        let name = index_name(&descriptor.names.table, &key.join("_"));
        let sql =
            format!("CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({})", quoted(&name)?, quoted(&descriptor.names.table)?, parts.join(", "));
        tx.execute(&sql, &[])?;
    }
    Ok(())
}

/// What records are looked up by: the declared sets, and what tables of objects with text ids are listed by, because
/// they grow large. See decision 0011 for what each is for.
fn indexes(tx: &mut dyn Write, descriptor: &Descriptor) -> Result<()> {
    let table = &descriptor.names.table;
    let led = |set: &Vec<accrual_model::Text>| descriptor.unique.iter().any(|key| key.starts_with(set));
    for set in descriptor.indexes.iter().filter(|set| !led(set)) {
        let columns = set.iter().map(|name| quoted(name)).collect::<Result<Vec<_>>>()?.join(", ");
        index(tx, table, &format!("{}_by", set.join("_")), &columns)?;
    }
    if !descriptor.text_id {
        return Ok(());
    }
    // an index of SQLite ends with the number of the row anyway
    let row = match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => ", id",
    };
    index(tx, table, "updated", &format!("updated_at{row}"))?;
    for field in &descriptor.fields {
        let (name, column) = (&field.names.table, quoted(&field.names.table)?);
        if matches!(field.kind, FieldType::Reference { by: ReferenceBy::Key, .. }) {
            index(tx, table, &format!("{name}_of"), &format!("{column}{row}"))?;
        } else if field.unique && field.filterable && field.kind == FieldType::Text {
            index(tx, table, &format!("{name}_folded"), &format!("LOWER({column})"))?;
        }
    }
    Ok(())
}

fn index(tx: &mut dyn Write, table: &str, name: &str, parts: &str) -> Result<()> {
    let name = index_name(table, name);
    tx.execute(&format!("CREATE INDEX IF NOT EXISTS {} ON {} ({parts})", quoted(&name)?, quoted(table)?), &[])?;
    Ok(())
}

/// A name of at most 63 characters that two keys never share.
pub(crate) fn index_name(table: &str, fields: &str) -> String {
    let full = format!("{table}_{fields}_key");
    if full.len() <= 63 {
        return full;
    }
    format!("{}_{:016x}", &full[..40], hash::key(&full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_sql() {
        assert_eq!(quoted("user").ok().as_deref(), Some("\"user\""));
        for bad in ["a\"; DROP TABLE x", "", "A", "a b", "x'"] {
            assert!(quoted(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn long_index_names_stay_apart() {
        let (a, b) = (index_name(&"t".repeat(50), "first_field"), index_name(&"t".repeat(50), "other_field"));
        assert!(a.len() <= 63 && b.len() <= 63 && a != b);
        assert_eq!(index_name("role", "name"), "role_name_key");
    }
}
