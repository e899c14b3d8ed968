//! Pages that go on after a record.
//!
//! A page may need several statements: for the records that are equal to the last one in the field it is sorted by, for
//! those beyond, and for those without a value. Each is a range of one index on field and row, which they would not be
//! as one condition: where a million records were changed at one moment, such a condition reads all of them.

use super::condition::{Condition, terms};
use super::select;
use crate::schema::quoted;
use crate::{Dialect, Read};
use accrual_base::Result;
use accrual_model::filter::Column;
use accrual_model::{Descriptor, Operator, Page, Position, Record, Value};

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

/// A range of one index on field and row.
enum Part<'p> {
    /// Those that are equal to the last one in the field, behind its row.
    Equal(&'p Position),
    /// Those beyond its value.
    Beyond(&'p Position),
    /// All with a value.
    Filled,
    /// Those without, behind its row when there is one.
    Empty(Option<&'p Position>),
}

fn parts<'p>(descriptor: &Descriptor, page: &'p Page) -> Result<Vec<Part<'p>>> {
    use Part::{Beyond, Empty, Equal, Filled};
    let may_be_empty = Column::named(descriptor, &page.by)?.position.is_some();
    let mut parts = match (&page.after, page.descending) {
        (None, false) => vec![Empty(None), Filled],
        (None, true) => vec![Filled, Empty(None)],
        (Some(p), false) if p.value.is_null() => vec![Empty(Some(p)), Filled],
        (Some(p), true) if p.value.is_null() => vec![Empty(Some(p))],
        (Some(p), false) => vec![Equal(p), Beyond(p)],
        (Some(p), true) => vec![Equal(p), Beyond(p), Empty(None)],
    };
    parts.retain(|part| may_be_empty || !matches!(part, Empty(_)));
    Ok(parts)
}

fn statement(dialect: Dialect, descriptor: &Descriptor, page: &Page, part: &Part<'_>, room: u32) -> Result<(String, Condition)> {
    let column = Column::named(descriptor, &page.by)?;
    let name = quoted(column.name)?;
    let (sign, direction) = if page.descending { ("<", " DESC") } else { (">", "") };
    let mut condition = Condition::new(dialect);
    let mut clause = condition.filter(descriptor, &page.filter)?;
    let mut order = String::new();
    let behind = |condition: &mut Condition, after: &Position| format!(" AND id {sign} {}", condition.bind(&Value::Int(after.row)));
    match part {
        Part::Equal(after) => {
            clause.push_str(" AND ");
            clause.push_str(&condition.compare(&column, Operator::Eq, &after.value)?);
            clause.push_str(&behind(&mut condition, after));
        }
        Part::Beyond(after) => {
            let op = if page.descending { Operator::Lt } else { Operator::Gt };
            clause.push_str(" AND ");
            clause.push_str(&condition.compare(&column, op, &after.value)?);
        }
        Part::Filled if column.position.is_some() => clause.push_str(&format!(" AND {name} IS NOT NULL")),
        Part::Filled => {}
        Part::Empty(after) => {
            clause.push_str(&format!(" AND {name} IS NULL"));
            if let Some(after) = after {
                clause.push_str(&behind(&mut condition, after));
            }
        }
    }
    if matches!(part, Part::Beyond(_) | Part::Filled) {
        for term in terms(dialect, &column)? {
            order.push_str(&term.sql(page.descending));
            order.push_str(", ");
        }
    }
    let limit = condition.bind(&Value::Int(room.into()));
    let (columns, table) = (select::columns(descriptor)?, quoted(&descriptor.names.table)?);
    Ok((format!("SELECT {columns} FROM {table} WHERE {clause} ORDER BY {order}id{direction} LIMIT {limit}"), condition))
}
