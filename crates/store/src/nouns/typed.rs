//! The same repository for code that knows its noun.

use crate::{Read, Write};
use accrual_base::Result;
use accrual_model::{Draft, Object, Query, Stamp, Stored, Value};

/// See [`super::create`]; the id is the next of the sequence when nothing.
///
/// # Errors
/// As there.
pub fn create<T: Object>(tx: &mut dyn Write, id: Option<i64>, data: &T, stamp: Stamp<'_>) -> Result<Stored<T>> {
    super::create(tx, T::descriptor(), Draft { id, values: data.to_values()? }, stamp)?.typed()
}

/// See [`super::get`].
///
/// # Errors
/// As there.
pub fn get<T: Object>(tx: &mut dyn Read, id: i64) -> Result<Option<Stored<T>>> {
    super::get(tx, T::descriptor(), id)?.map(|r| r.typed()).transpose()
}

/// See [`super::require`].
///
/// # Errors
/// As there.
pub fn require<T: Object>(tx: &mut dyn Read, id: i64) -> Result<Stored<T>> {
    super::require(tx, T::descriptor(), id)?.typed()
}

/// See [`super::find`].
///
/// # Errors
/// As there.
pub fn find<T: Object>(tx: &mut dyn Read, field: &str, value: impl Into<Value>) -> Result<Option<Stored<T>>> {
    super::find(tx, T::descriptor(), field, &value.into())?.map(|r| r.typed()).transpose()
}

/// See [`super::named`].
///
/// # Errors
/// As there.
pub fn named<T: Object>(tx: &mut dyn Read, name: &str) -> Result<Stored<T>> {
    super::named(tx, T::descriptor(), name)?.typed()
}

/// See [`super::list`].
///
/// # Errors
/// As there.
pub fn list<T: Object>(tx: &mut dyn Read, query: &Query) -> Result<Vec<Stored<T>>> {
    super::list(tx, T::descriptor(), query)?.into_iter().map(|r| r.typed()).collect()
}

/// Every record, by id. For nouns whose number an administrator decides.
///
/// # Errors
/// As [`super::scan`].
pub fn all<T: Object>(tx: &mut dyn Read) -> Result<Vec<Stored<T>>> {
    let mut out = Vec::new();
    super::scan(tx, T::descriptor(), &mut |record| {
        out.push(record.typed()?);
        Ok(crate::Flow::Continue)
    })?;
    Ok(out)
}

/// Stores a record that was read and changed; its version must still be the stored one. See [`super::update`].
///
/// # Errors
/// As there.
pub fn update<T: Object>(tx: &mut dyn Write, changed: &Stored<T>, stamp: Stamp<'_>) -> Result<Stored<T>> {
    super::update(tx, T::descriptor(), changed.id, changed.data.to_values()?, Some(changed.version), stamp)?.typed()
}

/// See [`super::delete`].
///
/// # Errors
/// As there.
pub fn delete<T: Object>(tx: &mut dyn Write, id: i64, seen: Option<i64>) -> Result<Stored<T>> {
    super::delete(tx, T::descriptor(), id, seen)?.typed()
}
