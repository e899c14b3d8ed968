//! Performance obligations. Each stands on the row of its leading line, whose id it has.

use super::line::leads;
use super::{int32, streamed};
use crate::{Cell, Flow, Read, Row};
use accrual_base::{Error, Result};

/// A performance obligation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PobRow {
    /// The id of the leading line.
    pub id: i64,
    pub rc_id: i64,
    pub template_id: i64,
    /// Derived name; nothing when the template's name holds.
    pub name: Option<String>,
    pub created_period: i32,
    pub updated_at: i64,
}

fn read(row: &dyn Row) -> Result<PobRow> {
    let pob = leads(row, 2)?.ok_or_else(|| Error::fault("a line leads no performance obligation"))?;
    Ok(PobRow {
        id: row.int(0)?,
        rc_id: row.int(1)?,
        template_id: pob.template_id,
        name: pob.name,
        created_period: int32(row, 4)?,
        updated_at: row.int(5)?,
    })
}

/// Streams the performance obligations changed in `from ..= to` (microseconds) by id, starting after `after`, at most `limit` of them.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, after: i64, from: i64, to: i64, limit: i64, each: &mut dyn FnMut(PobRow) -> Result<Flow>) -> Result<()> {
    let sql = "SELECT id, rc_id, pob_template, pob_name, created_period, updated_at FROM rc_line \
               WHERE id > $1 AND pob_template IS NOT NULL AND updated_at BETWEEN $2 AND $3 ORDER BY id LIMIT $4";
    streamed(tx, sql, &[Cell::Int(after), Cell::Int(from), Cell::Int(to), Cell::Int(limit)], read, each)
}
