//! References between records: every one has a target, and a target in use stays.

use super::cells::StoredCell;
use super::{find, get, get_by_uid, list, scan, select};
use crate::schema::quoted;
use crate::{Flow, Read};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Field, Query, Record, ReferenceBy, Registry, Value, Values, suggest};

/// Refuses a record that refers to something that is not there.
///
/// # Errors
/// A rejection `object.reference` that names the field and keys that look like the one given.
pub fn check(tx: &mut dyn Read, registry: &Registry, descriptor: &Descriptor, values: &Values) -> Result<()> {
    for (at, field) in descriptor.fields.iter().enumerate() {
        let Some((to, by)) = field.reference() else { continue };
        for value in field.targets(&values[at]) {
            let target = registry.find(to)?;
            let there = match (by, &value) {
                (ReferenceBy::Id, Value::Int(id)) => get(tx, target, *id)?.is_some(),
                (ReferenceBy::Key, Value::Text(uid)) if target.text_id => get_by_uid(tx, target, uid)?.is_some(),
                (ReferenceBy::Key, key) => find(tx, target, &key_of(target)?.names.table, key)?.is_some(),
                _ => false,
            };
            if !there {
                return Err(dangling(tx, target, field, &value)?);
            }
        }
    }
    Ok(())
}

/// Refuses the removal of a record that others refer to.
///
/// # Errors
/// A conflict `object.in_use` that names one of them.
pub fn unused(tx: &mut dyn Read, registry: &Registry, descriptor: &Descriptor, record: &Record) -> Result<()> {
    for (from, at) in registry.referrers(descriptor) {
        let field = &from.fields[at];
        let target = match field.reference() {
            Some((_, ReferenceBy::Key)) if descriptor.text_id => Value::Text(record.uid.clone()),
            Some((_, ReferenceBy::Key)) => descriptor.key().map_or(Value::Null, |key| record.data[key].clone()),
            _ => Value::Int(record.id),
        };
        if let Some(user) = user(tx, from, at, &target)? {
            let message = format!(
                "{} {} is used by {} {} ({}); change or remove that first.",
                descriptor.label,
                record.title(descriptor),
                from.label,
                user.title(from),
                field.label
            );
            return Err(Error::conflict("object.in_use", message));
        }
    }
    Ok(())
}

/// A record of `from` whose field refers to the target: by index, but set-up tables are small, and elements of lists
/// have no index.
fn user(tx: &mut dyn Read, from: &Descriptor, at: usize, target: &Value) -> Result<Option<Record>> {
    if from.text_id && from.fields[at].elements.is_none() {
        let (table, column) = (quoted(&from.names.table)?, quoted(&from.fields[at].names.table)?);
        let sql = format!("SELECT {} FROM {table} WHERE {column} = $1 LIMIT 1", select::columns(from)?);
        return tx.first(&sql, &[StoredCell::from(target).cell()], |row| select::record(from, row));
    }
    let mut found = None;
    scan(tx, from, &mut |record| {
        if from.fields[at].targets(&record.data[at]).contains(target) {
            found = Some(record);
            return Ok(Flow::Stop);
        }
        Ok(Flow::Continue)
    })?;
    Ok(found)
}

fn key_of(target: &Descriptor) -> Result<&Field> {
    let at = target.key().ok_or_else(|| Error::fault(format!("{} is referred to by key and has none", target.names.table)))?;
    Ok(&target.fields[at])
}

fn dangling(tx: &mut dyn Read, target: &Descriptor, field: &Field, value: &Value) -> Result<Error> {
    let given = match value {
        Value::Text(key) => key.clone(),
        other => accrual_model::json::value(other).to_string(),
    };
    if target.text_id {
        let message = format!("{}: there is no {} with the id {given:?}.", field.label, target.label);
        return Ok(Error::invalid("object.reference", message).in_column(field.name()).with_value(&given));
    }
    let titles: Vec<String> = list(tx, target, &Query { limit: 200, ..Query::default() })?.iter().map(|r| r.title(target)).collect();
    let near = suggest::close(&given, titles.iter().map(String::as_str));
    let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", suggest::list_or(&near)) };
    let message = format!("{}: there is no {} {given:?}.{hint}", field.label, target.label);
    Ok(Error::invalid("object.reference", message).in_column(field.name()).with_value(&given))
}
