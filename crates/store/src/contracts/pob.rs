//! Performance obligations.

use super::{int32, keyed, load, streamed};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::Result;

/// One row of `rc_pob`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PobRow {
    pub id: i64,
    pub rc_id: i64,
    pub template_id: i64,
    pub lead_line_id: i64,
    /// Derived name; nothing when the template's name holds.
    pub name: Option<String>,
    pub created_period: i32,
    pub updated_at: i64,
}

const TABLE: BulkTable = BulkTable {
    name: "rc_pob",
    columns: &[
        ("id", BulkType::Int),
        ("rc_id", BulkType::Int),
        ("template_id", BulkType::Int),
        ("lead_line_id", BulkType::Int),
        ("name", BulkType::Text),
        ("created_period", BulkType::Int),
        ("updated_at", BulkType::Int),
    ],
};

macro_rules! columns {
    () => {
        "id, rc_id, template_id, lead_line_id, name, created_period, updated_at"
    };
}

fn read(row: &dyn Row) -> Result<PobRow> {
    Ok(PobRow {
        id: row.int(0)?,
        rc_id: row.int(1)?,
        template_id: row.int(2)?,
        lead_line_id: row.int(3)?,
        name: row.opt_text(4)?.map(str::to_owned),
        created_period: int32(row, 5)?,
        updated_at: row.int(6)?,
    })
}

pub(super) fn insert(tx: &mut dyn Write, rows: &[PobRow]) -> Result<()> {
    load(tx, &TABLE, rows, |p, sink| {
        sink.push(&[
            p.id.into(),
            p.rc_id.into(),
            p.template_id.into(),
            p.lead_line_id.into(),
            p.name.as_deref().into(),
            p.created_period.into(),
            p.updated_at.into(),
        ])
    })
}

/// Performance obligations by id, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<PobRow>> {
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_pob WHERE id = $key"), ids, read)
}

/// Streams the performance obligations changed in `from ..= to` (microseconds) by id, starting after `after`, at most `limit` of them.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, after: i64, from: i64, to: i64, limit: i64, each: &mut dyn FnMut(PobRow) -> Result<Flow>) -> Result<()> {
    let sql = concat!("SELECT ", columns!(), " FROM rc_pob WHERE id > $1 AND updated_at BETWEEN $2 AND $3 ORDER BY id LIMIT $4");
    streamed(tx, sql, &[Cell::Int(after), Cell::Int(from), Cell::Int(to), Cell::Int(limit)], read, each)
}
