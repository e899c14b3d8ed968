//! Reads and writes of data collection over staged rows.

pub use crate::staging::Family;

use crate::contracts::int32;
use crate::{Cell, Flow, Read, Row, Write};
use accrual_base::{Instant, Result};

/// An upload that waits for collection, or was collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenUpload {
    pub id: i64,
    /// Lowest and highest id of its rows. Rows of other uploads may lie between.
    pub first_id: i64,
    pub last_id: i64,
}

/// A staged row, borrowed while it streams.
#[derive(Clone, Copy, Debug)]
pub struct StageRef<'a> {
    pub id: i64,
    pub upload_id: i64,
    pub org_id: i64,
    /// The transaction type's number; 0 for events.
    pub kind: i32,
    /// Day number that decides the period.
    pub due: i32,
    pub record: &'a [u8],
}

fn read(row: &dyn Row) -> Result<StageRef<'_>> {
    Ok(StageRef {
        id: row.int(0)?,
        upload_id: row.int(1)?,
        org_id: row.int(2)?,
        kind: int32(row, 3)?,
        due: int32(row, 4)?,
        record: row.bytes(5)?,
    })
}

/// Uploads of a family and organisation whose rows are ready, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn ready_uploads(tx: &mut dyn Read, family: Family, org: i64) -> Result<Vec<FrozenUpload>> {
    tx.all(
        "SELECT id, first_id, last_id FROM upload WHERE status = 'Staged' AND kind = $1 AND (org_id = $2 OR org_id IS NULL) \
         AND first_id IS NOT NULL AND last_id IS NOT NULL ORDER BY id",
        &[family.name().into(), org.into()],
        |row| Ok(FrozenUpload { id: row.int(0)?, first_id: row.int(1)?, last_id: row.int(2)? }),
    )
}

/// Streams the rows of one upload that belong to an organisation, by id.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan_upload(
    tx: &mut dyn Read,
    family: Family,
    upload: FrozenUpload,
    org_id: i64,
    each: &mut dyn FnMut(StageRef<'_>) -> Result<()>,
) -> Result<()> {
    let kind = if family == Family::Line { "type" } else { "0" };
    // what is alike in all rows is not asked for: every row of a staged upload passes here
    let sql = format!(
        "SELECT id, {kind}, due, record FROM {} WHERE id BETWEEN $1 AND $2 AND upload_id = $3 AND org_id = $4 ORDER BY id",
        family.table()
    );
    tx.scan(&sql, &[upload.first_id, upload.last_id, upload.id, org_id], &mut |row| {
        let (id, kind, due, record) = (row.int(0)?, int32(row, 1)?, int32(row, 2)?, row.bytes(3)?);
        each(StageRef { id, upload_id: upload.id, org_id, kind, due, record })?;
        Ok(Flow::Continue)
    })
}

/// The rows with these ids, which must be sorted. Dense ids are read as one range; rows nobody asked for are passed over.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn rows_by_id(tx: &mut dyn Read, family: Family, ids: &[i64], each: &mut dyn FnMut(StageRef<'_>) -> Result<()>) -> Result<()> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(()) };
    let kind = if family == Family::Line { "type" } else { "0" };
    let select = format!("SELECT id, upload_id, org_id, {kind}, due, record FROM {} WHERE id", family.table());
    let width = usize::try_from(last - first).unwrap_or(usize::MAX);
    if width / 4 > ids.len() {
        return tx.query_keys(&format!("{select} = $key"), ids, &mut |row| {
            each(read(row)?)?;
            Ok(Flow::Continue)
        });
    }
    let mut wanted = ids.iter().copied().peekable();
    tx.scan(&format!("{select} BETWEEN $1 AND $2 ORDER BY id"), &[*first, *last], &mut |row| {
        let row = read(row)?;
        while wanted.next_if(|id| *id < row.id).is_some() {}
        if wanted.peek() == Some(&row.id) {
            each(row)?;
        }
        Ok(Flow::Continue)
    })
}

/// What keeps a row out of collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRef {
    pub stage_id: i64,
    /// It waits for a later period; otherwise it is in error, or a corrected row took its place.
    pub waits: bool,
    /// The collection that wrote it; nothing for staging's own.
    pub sequence: Option<i64>,
}

/// Exceptions of rows with ids `first ..= last`, by id.
///
/// # Errors
/// A fault from the database.
pub fn exceptions(tx: &mut dyn Read, family: Family, first: i64, last: i64) -> Result<Vec<ExceptionRef>> {
    tx.all(
        "SELECT stage_id, kind, sequence FROM stage_exception WHERE family = $1 AND stage_id BETWEEN $2 AND $3 ORDER BY stage_id",
        &[family.name().into(), first.into(), last.into()],
        |row| Ok(ExceptionRef { stage_id: row.int(0)?, waits: row.text(1)? == "W", sequence: row.opt_int(2)? }),
    )
}

/// Ids of rows of collected uploads that waited and have become due by a day, sorted; also those that the
/// collection with this sequence took and refused.
///
/// # Errors
/// A fault from the database.
pub fn due_by(tx: &mut dyn Read, family: Family, org: i64, day: i32, sequence: i64) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT e.stage_id FROM stage_exception e JOIN {} s ON s.id = e.stage_id JOIN upload u ON u.id = s.upload_id \
         WHERE e.family = $1 AND (e.kind = 'W' OR e.sequence = $4) AND s.due <= $2 AND s.org_id = $3 AND u.status = 'Collected' ORDER BY e.stage_id",
        family.table()
    );
    tx.all(&sql, &[family.name().into(), Cell::Int(i64::from(day)), org.into(), sequence.into()], |row| row.int(0))
}

/// One exception to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRow {
    pub stage_id: i64,
    pub upload_id: i64,
    pub waits: bool,
    /// Comma separated.
    pub codes: String,
    pub message: String,
}

/// Writes or replaces an exception.
///
/// # Errors
/// A fault from the database.
pub fn put_exception(tx: &mut dyn Write, family: Family, e: &ExceptionRow, sequence: i64, at: Instant) -> Result<()> {
    tx.defer(
        "INSERT INTO stage_exception (stage_id, family, upload_id, kind, codes, message, updated_at, sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (family, stage_id) DO UPDATE SET kind = excluded.kind, codes = excluded.codes, message = excluded.message, \
         updated_at = excluded.updated_at, sequence = excluded.sequence",
        &[
            e.stage_id.into(),
            family.name().into(),
            e.upload_id.into(),
            (if e.waits { "W" } else { "E" }).into(),
            (&e.codes).into(),
            (&e.message).into(),
            at.0.into(),
            sequence.into(),
        ],
    )
}

/// Takes the wait off rows that were collected.
///
/// # Errors
/// A fault from the database.
pub fn end_waits(tx: &mut dyn Write, family: Family, ids: &[i64]) -> Result<()> {
    for id in ids {
        tx.defer(
            "DELETE FROM stage_exception WHERE family = $1 AND stage_id = $2 AND kind = 'W'",
            &[family.name().into(), Cell::Int(*id)],
        )?;
    }
    Ok(())
}

/// Marks uploads as collected.
///
/// # Errors
/// A fault from the database.
pub fn set_collected(tx: &mut dyn Write, uploads: &[i64], at: Instant) -> Result<()> {
    for id in uploads {
        tx.defer(
            "UPDATE upload SET status = 'Collected', updated_at = $2 WHERE id = $1 AND status = 'Staged'",
            &[Cell::Int(*id), at.0.into()],
        )?;
    }
    Ok(())
}
