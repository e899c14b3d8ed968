//! Staged rows: loading, reading in order, sweeping.

use super::{Family, UploadRow};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::{Day, Error, Result};

/// One staged row. `record` is the packed row as the revenue crate encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StagedRow<'a> {
    pub id: i64,
    pub upload_id: i64,
    /// Line of the file, counted from 1.
    pub line_no: i64,
    pub org_id: i64,
    /// Number of the transaction type; 255 when the type is wrong; 0 for events.
    pub kind: i64,
    /// The day that decides the period of collection; day 0 when the row has none and cannot be collected.
    pub due: Day,
    pub record: &'a [u8],
}

/// The table of transaction lines.
pub const LINES: BulkTable = BulkTable {
    name: "stage_line",
    columns: &[
        ("id", BulkType::Int),
        ("upload_id", BulkType::Int),
        ("line_no", BulkType::Int),
        ("org_id", BulkType::Int),
        ("type", BulkType::Int),
        ("due", BulkType::Int),
        ("record", BulkType::Bytes),
    ],
};

/// The table of events.
pub const EVENTS: BulkTable = BulkTable {
    name: "stage_event",
    columns: &[
        ("id", BulkType::Int),
        ("upload_id", BulkType::Int),
        ("line_no", BulkType::Int),
        ("org_id", BulkType::Int),
        ("due", BulkType::Int),
        ("record", BulkType::Bytes),
    ],
};

/// Loads rows; ids ascend.
///
/// # Errors
/// A fault from the database.
pub fn insert_rows<'a>(tx: &mut dyn Write, family: Family, rows: impl Iterator<Item = StagedRow<'a>>) -> Result<u64> {
    let mut rows = Some(rows);
    let table = match family {
        Family::Line => &LINES,
        Family::Event => &EVENTS,
    };
    tx.bulk(table, &mut |sink| {
        for r in rows.take().into_iter().flatten() {
            let (id, upload, line, org, due, record) =
                (r.id.into(), r.upload_id.into(), r.line_no.into(), r.org_id.into(), r.due.epoch().into(), Cell::Bytes(r.record));
            match family {
                Family::Line => sink.push(&[id, upload, line, org, r.kind.into(), due, record])?,
                Family::Event => sink.push(&[id, upload, line, org, due, record])?,
            }
        }
        Ok(())
    })
}

fn columns(family: Family) -> &'static str {
    match family {
        Family::Line => "s.id, s.upload_id, s.line_no, s.org_id, s.type, s.due, s.record",
        Family::Event => "s.id, s.upload_id, s.line_no, s.org_id, 0, s.due, s.record",
    }
}

pub(super) fn map(row: &dyn Row, from: usize) -> Result<StagedRow<'_>> {
    let due = row.int(from + 5)?;
    Ok(StagedRow {
        id: row.int(from)?,
        upload_id: row.int(from + 1)?,
        line_no: row.int(from + 2)?,
        org_id: row.int(from + 3)?,
        kind: row.int(from + 4)?,
        due: Day::from_epoch(i32::try_from(due).map_err(|_| Error::fault(format!("day {due} of a staged row is out of range")))?),
        record: row.bytes(from + 6)?,
    })
}

/// A callback over staged rows.
pub type EachRow<'f> = &'f mut dyn FnMut(&StagedRow<'_>) -> Result<Flow>;

/// All rows of an upload with ids in `from..=to` (and in the upload's own range), by id.
///
/// # Errors
/// A fault from the database, or what `each` returned.
pub fn rows(tx: &mut dyn Read, upload: &UploadRow, from: i64, to: i64, each: EachRow<'_>) -> Result<()> {
    let Some((first, last)) = upload.ids else { return Ok(()) };
    let (columns, table) = (columns(upload.family), upload.family.table());
    let sql = format!("SELECT {columns} FROM {table} s WHERE s.id BETWEEN $1 AND $2 AND s.upload_id = $3 ORDER BY s.id");
    tx.query(&sql, &[first.max(from).into(), last.min(to).into(), upload.id.into()], &mut |r| each(&map(r, 0)?))
}

/// The rows of [`rows`] that are not in `stage_exception`: new ones of a staged upload, collected ones of a
/// collected upload.
///
/// # Errors
/// A fault from the database, or what `each` returned.
pub fn new_rows(tx: &mut dyn Read, upload: &UploadRow, from: i64, to: i64, each: EachRow<'_>) -> Result<()> {
    let Some((first, last)) = upload.ids else { return Ok(()) };
    let (columns, table) = (columns(upload.family), upload.family.table());
    let sql = format!(
        "SELECT {columns} FROM {table} s WHERE s.id BETWEEN $1 AND $2 AND s.upload_id = $3 \
         AND NOT EXISTS (SELECT 1 FROM stage_exception e WHERE e.family = $4 AND e.stage_id = s.id) ORDER BY s.id"
    );
    let params: [Cell<'_>; 4] = [first.max(from).into(), last.min(to).into(), upload.id.into(), upload.family.name().into()];
    tx.query(&sql, &params, &mut |r| each(&map(r, 0)?))
}

/// Deletes the rows of a failed upload with ids in `from..=to`, with their exceptions and the look-up keys of
/// its bills (`hash`, `id`).
///
/// # Errors
/// A fault from the database.
pub fn sweep(tx: &mut dyn Write, upload: &UploadRow, from: i64, to: i64, bill_keys: &[(i64, i64)]) -> Result<()> {
    for (hash, id) in bill_keys {
        tx.defer("DELETE FROM bill_line_key WHERE hash = $1 AND stage_id = $2", &[(*hash).into(), (*id).into()])?;
    }
    let family = upload.family;
    tx.defer(
        "DELETE FROM stage_exception WHERE family = $1 AND stage_id BETWEEN $2 AND $3 AND upload_id = $4",
        &[family.name().into(), from.into(), to.into(), upload.id.into()],
    )?;
    let sql = format!("DELETE FROM {} WHERE id BETWEEN $1 AND $2 AND upload_id = $3", family.table());
    tx.defer(&sql, &[from.into(), to.into(), upload.id.into()])
}
