//! Documents: a header that was read before, and its lines, written together.
//!
//! A verb on a document has read all of it, and every verb on it writes the header. So the header's version guards its
//! lines too: nothing here reads again, and lines wait to be sent in one go.

use super::cells::{StoredCell, encode};
use super::{by, changed, insert_as, insert_sql, unique};
use crate::schema::quoted;
use crate::{Cell, Write, sequence};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Record, Stamp, Value, Values, check, id};

/// The id of a record that is about to be created: its lines can name it before it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewId {
    id: i64,
    /// The text id.
    pub uid: String,
}

/// Reserves consecutive ids: records of one parent keep their order for ever.
///
/// # Errors
/// A fault from the database.
pub fn reserve(tx: &mut dyn Write, descriptor: &Descriptor, count: usize, stamp: Stamp<'_>) -> Result<Vec<NewId>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let table = &descriptor.names.table;
    let many = i64::try_from(count).map_err(|_| Error::fault("too many records at once"))?;
    let first = sequence::reserve(tx, table, many)?;
    Ok((first..).take(count).map(|id| NewId { id, uid: id::of_row(stamp.now, table, id) }).collect())
}

/// Stores new records under ids that were reserved.
///
/// # Errors
/// As [`super::create`].
pub fn create_all(tx: &mut dyn Write, descriptor: &Descriptor, all: Vec<(NewId, Values)>, stamp: Stamp<'_>) -> Result<Vec<Record>> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let actor = by(descriptor, stamp);
    let sql = insert_sql(descriptor)?;
    let mut made = Vec::with_capacity(all.len());
    for (NewId { id, uid }, values) in all {
        check(descriptor, &values)?;
        let record = Record {
            id,
            uid,
            version: 1,
            created_by: actor.clone(),
            created_at: stamp.now,
            updated_by: actor.clone(),
            updated_at: stamp.now,
            data: values,
        };
        insert_as(tx, descriptor, &record, &sql)?;
        made.push(record);
    }
    Ok(made)
}

/// Stores a record that was read in this transaction and changed; one without a change stays as it is.
///
/// # Errors
/// Rejections as [`super::update`]; a conflict `object.version` when it is not as it was read any more.
pub fn replace(tx: &mut dyn Write, descriptor: &Descriptor, before: &Record, values: Values, stamp: Stamp<'_>) -> Result<Record> {
    let Some(change) = Change::of(descriptor, before, &values)? else { return Ok(before.clone()) };
    let touches =
        |key: &Vec<accrual_model::Text>| key.iter().any(|name| change.fields.iter().any(|at| descriptor.fields[*at].names.table == *name));
    if descriptor.unique.iter().any(touches) {
        unique::check(tx.as_read(), descriptor, &values, Some(before.id))?;
    }
    let actor = by(descriptor, stamp);
    let sql = format!("{} AND version = ${}", change.sql(descriptor)?, change.fields.len() + 5);
    let cells = change.cells(&values);
    let mut params = change.params(before, &actor, stamp, &cells);
    params.push(before.version.into());
    if tx.execute(&sql, &params)? == 0 {
        return Err(changed(descriptor, before));
    }
    Ok(after(before, actor, values, stamp))
}

/// Stores lines of a document whose header is written in this transaction. Answers them as they are now.
///
/// # Errors
/// Rejections as [`super::update`].
pub fn replace_all(tx: &mut dyn Write, descriptor: &Descriptor, all: Vec<(&Record, Values)>, stamp: Stamp<'_>) -> Result<Vec<Record>> {
    let actor = by(descriptor, stamp);
    let mut done = Vec::with_capacity(all.len());
    for (before, values) in all {
        let Some(change) = Change::of(descriptor, before, &values)? else {
            done.push(before.clone());
            continue;
        };
        let cells = change.cells(&values);
        tx.defer(&change.sql(descriptor)?, &change.params(before, &actor, stamp, &cells))?;
        done.push(after(before, actor.clone(), values, stamp));
    }
    Ok(done)
}

/// Removes lines of a document whose header is written or removed in this transaction.
///
/// # Errors
/// A fault from the database.
pub fn delete_all<'r>(tx: &mut dyn Write, descriptor: &Descriptor, all: impl IntoIterator<Item = &'r Record>) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE id = $1", quoted(&descriptor.names.table)?);
    all.into_iter().try_for_each(|record| tx.defer(&sql, &[record.id.into()]))
}

/// Adds to counters of a record and sets others, whatever else happens to it: balances of an account. The caller has read
/// the record in this transaction and knows that no sum leaves 64 bits.
///
/// # Errors
/// A rejection when the object has no such field; a fault when one to be added to is no integer.
pub fn adjust(
    tx: &mut dyn Write,
    descriptor: &Descriptor,
    id: i64,
    add: &[(&str, i64)],
    set: &[(&str, Value)],
    stamp: Stamp<'_>,
) -> Result<()> {
    let actor = by(descriptor, stamp);
    let mut sql = format!("UPDATE {} SET version = version + 1, updated_by = $2, updated_at = $3", quoted(&descriptor.names.table)?);
    let mut params: Vec<Cell<'_>> = vec![id.into(), (&actor).into(), stamp.now.0.into()];
    for (name, delta) in add {
        let field = &descriptor.fields[descriptor.find(name)?];
        if !field.kind.holds(&Value::Int(*delta)) {
            return Err(Error::fault(format!("{}.{name} is no counter", descriptor.names.table)));
        }
        params.push((*delta).into());
        let column = quoted(&field.names.table)?;
        sql.push_str(&format!(", {column} = COALESCE({column}, 0) + ${}", params.len()));
    }
    let cells: Vec<StoredCell<'_>> = set.iter().map(|(_, value)| StoredCell::from(value)).collect();
    for ((name, _), cell) in set.iter().zip(&cells) {
        params.push(cell.cell());
        let column = quoted(&descriptor.fields[descriptor.find(name)?].names.table)?;
        sql.push_str(&format!(", {column} = ${}", params.len()));
    }
    sql.push_str(" WHERE id = $1");
    tx.defer(&sql, &params)
}

/// What is other than it was, by position of the field.
struct Change {
    fields: Vec<usize>,
}

impl Change {
    fn of(descriptor: &Descriptor, before: &Record, values: &Values) -> Result<Option<Self>> {
        let fields: Vec<usize> = (0..descriptor.fields.len()).filter(|at| values[*at] != before.data[*at]).collect();
        if fields.is_empty() {
            return Ok(None);
        }
        check(descriptor, values)?;
        encode(descriptor, values)?;
        Ok(Some(Self { fields }))
    }

    fn sql(&self, descriptor: &Descriptor) -> Result<String> {
        let mut sql = format!("UPDATE {} SET version = $2, updated_by = $3, updated_at = $4", quoted(&descriptor.names.table)?);
        for (n, at) in self.fields.iter().enumerate() {
            sql.push_str(&format!(", {} = ${}", quoted(&descriptor.fields[*at].names.table)?, n + 5));
        }
        sql.push_str(" WHERE id = $1");
        Ok(sql)
    }

    fn cells<'v>(&self, values: &'v Values) -> Vec<StoredCell<'v>> {
        self.fields.iter().map(|at| StoredCell::from(&values[*at])).collect()
    }

    fn params<'p>(&self, before: &Record, actor: &'p str, stamp: Stamp<'_>, cells: &'p [StoredCell<'p>]) -> Vec<Cell<'p>> {
        let mut params: Vec<Cell<'p>> = vec![before.id.into(), (before.version + 1).into(), actor.into(), stamp.now.0.into()];
        params.extend(cells.iter().map(StoredCell::cell));
        params
    }
}

fn after(before: &Record, actor: String, values: Values, stamp: Stamp<'_>) -> Record {
    Record {
        id: before.id,
        uid: before.uid.clone(),
        version: before.version + 1,
        created_by: before.created_by.clone(),
        created_at: before.created_at,
        updated_by: actor,
        updated_at: stamp.now,
        data: values,
    }
}
