//! Records of every object, by one repository that reads their descriptor.
//!
//! Generic code uses the functions here with a [`Descriptor`]; code that knows its noun uses [`typed`].

mod amount;
mod cells;
mod condition;
mod decimal;
pub mod lines;
mod page;
pub mod references;
mod related;
mod seed;
mod select;
pub mod typed;
mod unique;

pub use page::page;
pub(crate) use page::statements as page_statements;
pub use related::{below, by_uids};
pub(crate) use related::{below_sql, by_uids_sql};
pub use seed::seed;

use crate::schema::quoted;
use crate::{Cell, Flow, Read, Write, sequence};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Draft, Filter, Query, Record, Stamp, Value, Values, check, id};
use cells::{StoredCell, encode};
use condition::Condition;

/// Stores a new record. Its id is the one of the draft, or the next of the sequence named like the table.
///
/// # Errors
/// Rejections of validation; a conflict `object.exists` that names the field when a unique value or the id is taken,
/// possibly only at the next read or the commit.
pub fn create(tx: &mut dyn Write, descriptor: &Descriptor, draft: Draft, stamp: Stamp<'_>) -> Result<Record> {
    check(descriptor, &draft.values)?;
    let id = match draft.id {
        Some(id) => {
            if get(tx.as_read(), descriptor, id)?.is_some() {
                return Err(Error::conflict("object.exists", format!("{} {id} exists already.", descriptor.label)).in_column("id"));
            }
            sequence::at_least(tx, &descriptor.names.table, id.saturating_add(1))?;
            id
        }
        // ids that a client may choose as well are not reserved ahead
        None if descriptor.given_id => sequence::reserve(tx, &descriptor.names.table, 1)?,
        None => tx.next_id(&descriptor.names.table)?,
    };
    let record = Record {
        id,
        uid: if descriptor.text_id { accrual_model::id::of_row(stamp.now, &descriptor.names.table, id) } else { String::new() },
        version: 1,
        created_by: by(descriptor, stamp),
        created_at: stamp.now,
        updated_by: by(descriptor, stamp),
        updated_at: stamp.now,
        data: draft.values,
    };
    insert(tx, descriptor, &record)?;
    Ok(record)
}

/// Who writes, as records of the object say it: by user name, or by the id of the user.
fn by(descriptor: &Descriptor, stamp: Stamp<'_>) -> String {
    if descriptor.text_id { id::of_user(stamp.actor) } else { stamp.actor.to_owned() }
}

fn insert(tx: &mut dyn Write, descriptor: &Descriptor, record: &Record) -> Result<()> {
    insert_as(tx, descriptor, record, &insert_sql(descriptor)?)
}

/// As [`insert`], with the text of [`insert_sql`]: made once for many records.
fn insert_as(tx: &mut dyn Write, descriptor: &Descriptor, record: &Record, sql: &str) -> Result<()> {
    let cells = encode(descriptor, &record.data)?;
    let mut params: Vec<Cell<'_>> = vec![
        record.id.into(),
        record.version.into(),
        (&record.created_by).into(),
        record.created_at.0.into(),
        (&record.updated_by).into(),
        record.updated_at.0.into(),
    ];
    if descriptor.text_id {
        params.push((&record.uid).into());
    }
    params.extend(cells.iter().map(StoredCell::cell));
    tx.defer_unique(sql, &params, unique::refusal(descriptor, &record.data))
}

fn insert_sql(descriptor: &Descriptor) -> Result<String> {
    let count = descriptor.fields.len() + if descriptor.text_id { 7 } else { 6 };
    let mut sql = format!("INSERT INTO {} (", quoted(&descriptor.names.table)?);
    sql.push_str(&select::columns(descriptor)?);
    sql.push_str(") VALUES (");
    for n in 1..=count {
        sql.push_str(if n == 1 { "$" } else { ", $" });
        sql.push_str(&n.to_string());
    }
    sql.push(')');
    Ok(sql)
}

/// A record by its id.
///
/// # Errors
/// A fault from the database, or a stored value that is not of its field's type.
pub fn get(tx: &mut dyn Read, descriptor: &Descriptor, id: i64) -> Result<Option<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE id = $1", select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    tx.first(&sql, &[id.into()], |row| select::record(descriptor, row))
}

/// A record by its text id.
///
/// # Errors
/// As [`get`].
pub fn get_by_uid(tx: &mut dyn Read, descriptor: &Descriptor, uid: &str) -> Result<Option<Record>> {
    if !descriptor.text_id || !id::is_id(uid) {
        return Ok(None);
    }
    let sql = format!("SELECT {} FROM {} WHERE uid = $1", select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    tx.first(&sql, &[uid.into()], |row| select::record(descriptor, row))
}

/// A record that must exist.
///
/// # Errors
/// Not found, `object.not_found`.
pub fn require(tx: &mut dyn Read, descriptor: &Descriptor, id: i64) -> Result<Record> {
    get(tx, descriptor, id)?.ok_or_else(|| missing(descriptor, &id.to_string()))
}

/// The record with this value in a unique field.
///
/// # Errors
/// A rejection when the object has no such field; a fault when the field is not unique.
pub fn find(tx: &mut dyn Read, descriptor: &Descriptor, field: &str, value: &Value) -> Result<Option<Record>> {
    let found = &descriptor.fields[descriptor.find(field)?];
    if !found.unique {
        return Err(Error::fault(format!("{}.{field} is not unique: list by it instead", descriptor.names.table)));
    }
    if value.is_null() {
        return Ok(None);
    }
    let query = Query { limit: 1, ..Query::of(Filter::eq(found.names.table.clone(), value.clone())) };
    Ok(list(tx, descriptor, &query)?.pop())
}

/// A record by what people call it: its text id, its key, or its id when the text is a number and no key matches.
///
/// # Errors
/// Not found, `object.not_found`.
pub fn named(tx: &mut dyn Read, descriptor: &Descriptor, name: &str) -> Result<Record> {
    if let Some(record) = get_by_uid(tx, descriptor, name)? {
        return Ok(record);
    }
    if let Some(key) = descriptor.key().map(|at| &descriptor.fields[at]).filter(|f| f.kind.holds(&Value::from(name)))
        && let Some(record) = find(tx, descriptor, &key.names.table, &Value::from(name))?
    {
        return Ok(record);
    }
    match name.parse() {
        Ok(id) if !descriptor.text_id => require(tx, descriptor, id),
        _ => Err(missing(descriptor, name)),
    }
}

/// A page of records.
///
/// # Errors
/// A rejection that names the field when the query does not fit the object.
pub fn list(tx: &mut dyn Read, descriptor: &Descriptor, query: &Query) -> Result<Vec<Record>> {
    query.check(descriptor)?;
    let mut condition = Condition::new(tx.dialect());
    let mut clause = condition.filter(descriptor, &query.filter)?;
    if let Some(after) = query.after {
        clause = format!("{clause} AND id > {}", condition.bind(&Value::Int(after)));
    }
    let order = condition::order(tx.dialect(), descriptor, &query.sort)?;
    let (limit, offset) = (condition.bind(&Value::Int(query.limit.into())), condition.bind(&Value::Int(query.offset.into())));
    let sql = format!(
        "SELECT {} FROM {} WHERE {clause} ORDER BY {order} LIMIT {limit} OFFSET {offset}",
        select::columns(descriptor)?,
        quoted(&descriptor.names.table)?
    );
    tx.all(&sql, &condition.cells(), |row| select::record(descriptor, row))
}

/// How many records meet a condition.
///
/// # Errors
/// As [`list`].
pub fn count(tx: &mut dyn Read, descriptor: &Descriptor, filter: &Filter) -> Result<i64> {
    filter.check(descriptor)?;
    let mut condition = Condition::new(tx.dialect());
    let clause = condition.filter(descriptor, filter)?;
    let sql = format!("SELECT COUNT(*) FROM {} WHERE {clause}", quoted(&descriptor.names.table)?);
    tx.first(&sql, &condition.cells(), |row| row.int(0))?.ok_or_else(|| Error::fault("a count answered no row"))
}

/// The greatest number of a row there is; 0 when there is none.
///
/// # Errors
/// A fault from the database.
pub fn last_row(tx: &mut dyn Read, descriptor: &Descriptor) -> Result<i64> {
    let sql = format!("SELECT MAX(id) FROM {}", quoted(&descriptor.names.table)?);
    Ok(tx.first(&sql, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0))
}

/// Stores a changed record and answers it with its new version; a record without a change keeps its version.
///
/// # Errors
/// Not found; a conflict `object.version` when `seen` is not the version stored; rejections as [`create`].
pub fn update(tx: &mut dyn Write, descriptor: &Descriptor, id: i64, values: Values, seen: Option<i64>, stamp: Stamp<'_>) -> Result<Record> {
    let current = require(tx.as_read(), descriptor, id)?;
    versions(descriptor, &current, seen)?;
    check(descriptor, &values)?;
    if (0..descriptor.fields.len()).all(|at| values[at] == current.data[at]) {
        return Ok(current);
    }
    unique::check(tx.as_read(), descriptor, &values, Some(id))?;
    let cells = encode(descriptor, &values)?;
    let actor = by(descriptor, stamp);
    let mut params: Vec<Cell<'_>> = vec![id.into(), current.version.into(), (&actor).into(), stamp.now.0.into()];
    params.extend(cells.iter().map(StoredCell::cell));
    let mut sets = String::new();
    for (at, field) in descriptor.fields.iter().enumerate() {
        sets.push_str(&format!(", {} = ${}", quoted(&field.names.table)?, at + 5));
    }
    let sql = format!(
        "UPDATE {} SET version = version + 1, updated_by = $3, updated_at = $4{sets} WHERE id = $1 AND version = $2",
        quoted(&descriptor.names.table)?
    );
    if tx.execute(&sql, &params)? == 0 {
        return Err(changed(descriptor, &current));
    }
    Ok(Record { version: current.version + 1, updated_by: by(descriptor, stamp), updated_at: stamp.now, data: values, ..current })
}

/// Removes a record and answers what it was. See [`references::unused`] for what may refer to it.
///
/// # Errors
/// Not found; a conflict `object.version` as [`update`].
pub fn delete(tx: &mut dyn Write, descriptor: &Descriptor, id: i64, seen: Option<i64>) -> Result<Record> {
    let current = require(tx.as_read(), descriptor, id)?;
    versions(descriptor, &current, seen)?;
    let sql = format!("DELETE FROM {} WHERE id = $1 AND version = $2", quoted(&descriptor.names.table)?);
    if tx.execute(&sql, &[id.into(), current.version.into()])? == 0 {
        return Err(changed(descriptor, &current));
    }
    Ok(current)
}

/// Streams every record by id, in constant memory.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, descriptor: &Descriptor, each: &mut dyn FnMut(Record) -> Result<Flow>) -> Result<()> {
    let sql = format!("SELECT {} FROM {} ORDER BY id", select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    tx.query(&sql, &[], &mut |row| each(select::record(descriptor, row)?))
}

fn versions(descriptor: &Descriptor, current: &Record, seen: Option<i64>) -> Result<()> {
    if seen.is_none_or(|seen| seen == current.version) { Ok(()) } else { Err(changed(descriptor, current)) }
}

fn changed(descriptor: &Descriptor, current: &Record) -> Error {
    let message = format!(
        "{} {} was changed by {} in the meantime (version {}); read it again and repeat the change.",
        descriptor.label,
        current.title(descriptor),
        current.updated_by,
        current.version
    );
    Error::conflict("object.version", message).in_column("version")
}

fn missing(descriptor: &Descriptor, what: &str) -> Error {
    Error::not_found("object.not_found", format!("There is no {} {what}.", descriptor.label))
}
