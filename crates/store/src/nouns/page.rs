//! Pages that go on after a record.
//!
//! A page may need two statements: one for the records with a value in the field it is sorted by, one for those
//! without. Each is a range of one index on field and row, which the two as one condition would not be.

use super::cells::StoredCell;
use super::condition::{Condition, terms};
use super::select;
use crate::schema::quoted;
use crate::{Dialect, Read};
use accrual_base::{Error, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, FieldType, Operator, Page, Position, Record, Value};

/// A page of records.
///
/// # Errors
/// A rejection that names the field when the page does not fit the object.
pub fn page(tx: &mut dyn Read, descriptor: &Descriptor, page: &Page) -> Result<Vec<Record>> {
    page.check(descriptor)?;
    let mut out: Vec<Record> = Vec::new();
    for part in parts(descriptor, page)? {
        let room = page.limit - u32::try_from(out.len()).unwrap_or(page.limit).min(page.limit);
        if room == 0 {
            break;
        }
        let (sql, condition) = statement(tx.dialect(), descriptor, page, &part, room)?;
        out.extend(tx.all(&sql, &condition.cells(), |row| select::record(descriptor, row))?);
    }
    Ok(out)
}

/// The statements of a page, for tests of how they are carried out.
pub(crate) fn statements(dialect: Dialect, descriptor: &Descriptor, page: &Page) -> Result<Vec<(String, Condition)>> {
    parts(descriptor, page)?.iter().map(|part| statement(dialect, descriptor, page, part, page.limit)).collect()
}

/// Records that are all with a value in the field, or all without.
enum Part<'p> {
    Filled(Option<&'p Position>),
    Empty(Option<&'p Position>),
}

fn parts<'p>(descriptor: &Descriptor, page: &'p Page) -> Result<Vec<Part<'p>>> {
    use Part::{Empty, Filled};
    if Column::named(descriptor, &page.by)?.position.is_none() {
        return Ok(vec![Filled(page.after.as_ref())]);
    }
    Ok(match (&page.after, page.descending) {
        (None, false) => vec![Empty(None), Filled(None)],
        (None, true) => vec![Filled(None), Empty(None)],
        (Some(p), false) if p.value.is_null() => vec![Empty(Some(p)), Filled(None)],
        (Some(p), true) if p.value.is_null() => vec![Empty(Some(p))],
        (Some(p), false) => vec![Filled(Some(p))],
        (Some(p), true) => vec![Filled(Some(p)), Empty(None)],
    })
}

fn statement(dialect: Dialect, descriptor: &Descriptor, page: &Page, part: &Part<'_>, room: u32) -> Result<(String, Condition)> {
    let column = Column::named(descriptor, &page.by)?;
    let name = quoted(column.name)?;
    let (sign, direction) = if page.descending { ("<", " DESC") } else { (">", "") };
    let mut condition = Condition::new(dialect);
    let mut clause = condition.filter(descriptor, &page.filter)?;
    let mut order = String::new();
    match part {
        Part::Empty(after) => {
            clause.push_str(&format!(" AND {name} IS NULL"));
            if let Some(after) = after {
                clause.push_str(&format!(" AND id {sign} {}", condition.bind(&Value::Int(after.row))));
            }
        }
        Part::Filled(after) => {
            if column.position.is_some() {
                clause.push_str(&format!(" AND {name} IS NOT NULL"));
            }
            if let Some(after) = after {
                clause.push_str(&format!(" AND {}", following(&mut condition, &column, page.descending, after)?));
            }
            for term in terms(dialect, &column)? {
                order.push_str(&term.sql(page.descending));
                order.push_str(", ");
            }
        }
    }
    let limit = condition.bind(&Value::Int(room.into()));
    let (columns, table) = (select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    Ok((format!("SELECT {columns} FROM {table} WHERE {clause} ORDER BY {order}id{direction} LIMIT {limit}"), condition))
}

/// What comes after a position, among the records with a value.
fn following(condition: &mut Condition, column: &Column<'_>, descending: bool, after: &Position) -> Result<String> {
    let (sign, op) = if descending { ("<", Operator::Lt) } else { (">", Operator::Gt) };
    if matches!(column.kind, FieldType::Decimal | FieldType::Money { .. }) {
        let beyond = condition.compare(column, op, &after.value)?;
        let equal = condition.compare(column, Operator::Eq, &after.value)?;
        return Ok(format!("({beyond} OR ({equal} AND id {sign} {}))", condition.bind(&Value::Int(after.row))));
    }
    let value = match StoredCell::from(&after.value) {
        StoredCell::Int(v) => Value::Int(v),
        StoredCell::Text(v) => Value::Text(v.into_owned()),
        StoredCell::Null => return Err(Error::fault("a position without value among records with one")),
    };
    let (value, row) = (condition.bind(&value), condition.bind(&Value::Int(after.row)));
    Ok(format!("({}, id) {sign} ({value}, {row})", quoted(column.name)?))
}
