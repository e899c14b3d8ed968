//! References between records: every one has a target, and a target in use stays.

use super::{count, find, get, list};
use crate::Read;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Field, FieldType, Filter, Query, Record, ReferenceBy, Registry, Value, Values, suggest};

/// Refuses a record that refers to something that is not there.
///
/// # Errors
/// A rejection `object.reference` that names the field and keys that look like the one given.
pub fn check(tx: &mut dyn Read, registry: &Registry, descriptor: &Descriptor, values: &Values) -> Result<()> {
    for (at, field) in descriptor.fields.iter().enumerate() {
        let FieldType::Reference { to, by } = &field.kind else { continue };
        let value = &values[at];
        if value.is_null() {
            continue;
        }
        let target = registry.find(to)?;
        let there = match (by, value) {
            (ReferenceBy::Id, Value::Int(id)) => get(tx, target, *id)?.is_some(),
            (ReferenceBy::Key, key) => find(tx, target, &key_of(target)?.names.table, key)?.is_some(),
            _ => false,
        };
        if !there {
            return Err(dangling(tx, target, field, value)?);
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
        let value = match &field.kind {
            FieldType::Reference { by: ReferenceBy::Key, .. } => descriptor.key().map_or(Value::Null, |key| record.data[key].clone()),
            _ => Value::Int(record.id),
        };
        if value.is_null() {
            continue;
        }
        // references are looked up whether clients may filter by them or not
        let mut open = Descriptor::clone(from);
        open.fields[at].filterable = true;
        let filter = Filter::eq(field.names.table.clone(), value);
        let users = count(tx, &open, &filter)?;
        if let Some(user) = list(tx, &open, &Query { limit: 1, ..Query::of(filter) })?.first() {
            let message = format!(
                "{} {} is used by {users} of {}, among them {}; change or remove those first.",
                descriptor.label,
                record.title(descriptor),
                from.plural,
                user.title(from)
            );
            return Err(Error::conflict("object.in_use", message));
        }
    }
    Ok(())
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
    let titles: Vec<String> = list(tx, target, &Query { limit: 200, ..Query::default() })?.iter().map(|r| r.title(target)).collect();
    let near = suggest::close(&given, titles.iter().map(String::as_str));
    let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", suggest::list_or(&near)) };
    let message = format!("{}: there is no {} {given:?}.{hint}", field.label, target.label);
    Ok(Error::invalid("object.reference", message).in_column(field.name()).with_value(&given))
}
