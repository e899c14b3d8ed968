//! Records of billing nouns: what every verb does with them.

use super::{Fields, custom_field, numbers, registry, visible};
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Draft, FieldType, Filter, Object, Query, Record, ReferenceBy, Stored, Value, Values, json};
use accrual_store::Read;
use accrual_store::nouns::{self, references};
use serde::{Deserialize, Serialize};

/// What a creation answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The text id.
    pub id: String,
    /// The number people use, of nouns that have one.
    pub number: Option<String>,
}

impl Created {
    pub(super) fn of(descriptor: &Descriptor, record: &Record) -> Self {
        let numbered = descriptor.fields.iter().position(|f| f.numbering.is_some());
        let number = numbered.and_then(|at| record.data[at].as_text()).map(str::to_owned);
        Self { id: record.uid.clone(), number }
    }
}

/// A record with the descriptor that reads it, custom fields included.
#[derive(Clone, Debug)]
pub struct View {
    pub descriptor: Descriptor,
    pub record: Record,
}

impl View {
    /// The value of a field, whatever the dialect of its name; empty when there is no such field.
    pub fn value(&self, field: &str) -> &Value {
        self.descriptor.value(&self.record.data, field)
    }

    /// The text of a field; nothing when it is empty or no text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.value(field).as_text()
    }
}

/// Records of one noun with the descriptor that reads them.
#[derive(Clone, Debug)]
pub struct Listing {
    pub descriptor: Descriptor,
    pub records: Vec<Record>,
}

/// The records of a noun that a query finds.
///
/// # Errors
/// A filter or an order the noun does not allow; a fault from the database.
pub fn list<T: Object>(tx: &mut dyn Read, query: &Query) -> Result<Listing> {
    let descriptor = descriptor::<T>(tx)?;
    let records = nouns::list(tx, &descriptor, query)?;
    Ok(Listing { descriptor, records })
}

/// A noun with the custom fields of the tenant.
///
/// # Errors
/// A fault from the database.
pub fn descriptor<T: Object>(tx: &mut dyn Read) -> Result<Descriptor> {
    custom_field::merged(tx, T::descriptor())
}

/// The record of a key: its id, or its number or name.
///
/// # Errors
/// Not found, `object.not_found`.
pub fn require<T: Object>(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = descriptor::<T>(tx)?;
    let record = nouns::named(tx, &descriptor, key)?;
    Ok(View { descriptor, record })
}

/// The typed record of a key.
///
/// # Errors
/// As [`require`].
pub(super) fn typed<T: Object>(tx: &mut dyn Read, key: &str) -> Result<Stored<T>> {
    nouns::named(tx, T::descriptor(), key)?.typed()
}

/// The ids of keys: an id stays, a number or name is looked up.
///
/// # Errors
/// Not found, `object.not_found`.
pub fn resolve<T: Object>(tx: &mut dyn Read, key: &str) -> Result<String> {
    Ok(nouns::named(tx, T::descriptor(), key)?.uid)
}

/// Every record whose field has this value, by age.
///
/// # Errors
/// A fault from the database.
pub(super) fn children(tx: &mut dyn Read, descriptor: &Descriptor, field: &'static str, parent: &str) -> Result<Vec<Record>> {
    const PAGE: u32 = 1_000;
    let mut all: Vec<Record> = Vec::new();
    loop {
        let after = all.last().map(|r| r.id);
        let page = nouns::list(tx, descriptor, &Query { limit: PAGE, after, ..Query::of(Filter::eq(field, parent)) })?;
        let full = page.len() == PAGE as usize;
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

/// A noun under creation: its descriptor and the values so far.
pub(super) fn draft<T: Object>(unit: &mut Unit<'_>, fields: &Fields) -> Result<(Descriptor, Values)> {
    let descriptor = descriptor::<T>(unit.read())?;
    let values = fields.onto(&descriptor, None)?;
    Ok((descriptor, values))
}

/// Ids in the place of numbers and names that references were given by. What names nothing stays, and is refused when
/// references are checked.
pub(super) fn by_id(tx: &mut dyn Read, descriptor: &Descriptor, values: &mut Values) -> Result<()> {
    for (at, field) in descriptor.fields.iter().enumerate() {
        let FieldType::Reference { to, by: ReferenceBy::Key } = &field.kind else { continue };
        let Some(key) = values[at].as_text().filter(|key| !is_id(key)) else { continue };
        let target = registry()?.find(to)?;
        if !target.text_id {
            continue;
        }
        match nouns::named(tx, target, key) {
            Ok(record) => values.set(at, record.uid.into()),
            Err(Error::Rejected(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// The form of a text id: 32 hexadecimal digits.
fn is_id(key: &str) -> bool {
    key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A refusal of a record that is part of another: its fields are named below the part, `billTo.state`, `items[3].amount`.
#[must_use]
pub fn within(mut error: Error, part: &str) -> Error {
    fn below(rejection: &mut accrual_base::Rejection, part: &str) {
        rejection.place.column = Some(match rejection.place.column.take() {
            Some(column) => format!("{part}.{column}"),
            None => part.to_owned(),
        });
        rejection.place.also.iter_mut().for_each(|also| below(also, part));
    }
    if let Error::Rejected(rejection) = &mut error {
        below(rejection, part);
    }
    error
}

/// Stores a new record under its number, all references checked, audited.
pub(super) fn insert(unit: &mut Unit<'_>, descriptor: &Descriptor, mut values: Values) -> Result<Record> {
    numbers::fill(unit, descriptor, &mut values)?;
    by_id(unit.read(), descriptor, &mut values)?;
    references::check(unit.read(), registry()?, descriptor, &values)?;
    visible::record(unit.tx.as_read(), unit.actor, descriptor, &values)?;
    let stamp = unit.stamp();
    let record = nouns::create(unit.tx, descriptor, Draft { id: None, values }, stamp)?;
    unit.audit(&descriptor.names.object, &record.uid, None, Some(&json::write(descriptor, &record)))?;
    Ok(record)
}

/// Stores a changed record, all references checked, audited; a record without a change stays as it is.
pub(super) fn store(unit: &mut Unit<'_>, descriptor: &Descriptor, before: &Record, mut values: Values) -> Result<Record> {
    by_id(unit.read(), descriptor, &mut values)?;
    references::check(unit.read(), registry()?, descriptor, &values)?;
    visible::record(unit.tx.as_read(), unit.actor, descriptor, &before.data)?;
    visible::record(unit.tx.as_read(), unit.actor, descriptor, &values)?;
    let stamp = unit.stamp();
    let after = nouns::update(unit.tx, descriptor, before.id, values, Some(before.version), stamp)?;
    if after.version != before.version {
        let (was, is) = (json::write(descriptor, before), json::write(descriptor, &after));
        unit.audit(&descriptor.names.object, &after.uid, Some(&was), Some(&is))?;
    }
    Ok(after)
}

/// Removes a record, audited. Who may refer to it is the verb's business.
pub(super) fn remove(unit: &mut Unit<'_>, descriptor: &Descriptor, record: &Record) -> Result<()> {
    visible::record(unit.tx.as_read(), unit.actor, descriptor, &record.data)?;
    nouns::delete(unit.tx, descriptor, record.id, Some(record.version))?;
    unit.audit(&descriptor.names.object, &record.uid, Some(&json::write(descriptor, record)), None)
}

/// Sets a field of a record under construction.
pub(super) fn set(descriptor: &Descriptor, values: &mut Values, field: &str, value: impl Into<Value>) -> Result<()> {
    let at = descriptor.position(field).ok_or_else(|| Error::fault(format!("{} has no field {field}", descriptor.names.table)))?;
    values.set(at, value.into());
    Ok(())
}

/// The record of a key that may be its id or the value of any of its unique fields.
///
/// # Errors
/// Not found, `object.not_found`.
pub fn by_any_key<T: Object>(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = descriptor::<T>(tx)?;
    for field in descriptor.fields.iter().filter(|f| f.unique && f.kind.holds(&Value::from(key))) {
        if let Some(record) = nouns::find(tx, &descriptor, &field.names.table, &Value::from(key))? {
            return Ok(View { descriptor, record });
        }
    }
    let record = nouns::named(tx, &descriptor, key)?;
    Ok(View { descriptor, record })
}
