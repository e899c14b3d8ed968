//! Rows of `transfer_batch`.

use crate::contracts::int32;
use crate::{Cell, Read, Row, Write};
use accrual_base::{Instant, PeriodId, Result};

/// One transfer batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub id: i64,
    pub name: String,
    pub org_id: i64,
    pub book_id: i64,
    pub period: PeriodId,
    /// NEW, NO DATA FOUND, UPDATED, READY TO TRANSFER, TRANSFERRED, ERRORS.
    pub status: String,
    /// JSON list of the criteria it was made with.
    pub criteria: String,
    /// Made without criteria: known to be posted by its watermark.
    pub whole: bool,
    /// Every leg up to this sequence in periods up to `period` is posted by this batch or an earlier one.
    pub leg_sequence: i64,
    /// Lines are grouped by account, account type, currency and period.
    pub summary: bool,
    pub line_count: i64,
    pub message: Option<String>,
    pub report_id: Option<i64>,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_by: String,
    pub updated_at: Instant,
}

const COLUMNS: &str = "id, name, org_id, book_id, period, status, criteria, whole, leg_sequence, summary, line_count, message, report_id, \
                       created_by, created_at, updated_by, updated_at";

fn map(row: &dyn Row) -> Result<BatchRow> {
    Ok(BatchRow {
        id: row.int(0)?,
        name: row.text(1)?.to_owned(),
        org_id: row.int(2)?,
        book_id: row.int(3)?,
        period: PeriodId(int32(row, 4)?),
        status: row.text(5)?.to_owned(),
        criteria: row.text(6)?.to_owned(),
        whole: row.int(7)? != 0,
        leg_sequence: row.int(8)?,
        summary: row.int(9)? != 0,
        line_count: row.int(10)?,
        message: row.opt_text(11)?.map(str::to_owned),
        report_id: row.opt_int(12)?,
        created_by: row.text(13)?.to_owned(),
        created_at: Instant(row.int(14)?),
        updated_by: row.text(15)?.to_owned(),
        updated_at: Instant(row.int(16)?),
    })
}

/// Adds a batch.
///
/// # Errors
/// A fault from the database.
pub fn insert(tx: &mut dyn Write, b: &BatchRow) -> Result<()> {
    let sql = format!("INSERT INTO transfer_batch ({COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)");
    tx.execute(
        &sql,
        &[
            b.id.into(),
            (&b.name).into(),
            b.org_id.into(),
            b.book_id.into(),
            b.period.0.into(),
            (&b.status).into(),
            (&b.criteria).into(),
            b.whole.into(),
            b.leg_sequence.into(),
            b.summary.into(),
            b.line_count.into(),
            b.message.as_deref().into(),
            b.report_id.into(),
            (&b.created_by).into(),
            b.created_at.0.into(),
            (&b.updated_by).into(),
            b.updated_at.0.into(),
        ],
    )?;
    Ok(())
}

/// What changes on a batch as it goes on.
#[derive(Clone, Copy, Debug)]
pub struct BatchUpdate<'a> {
    pub status: &'a str,
    pub line_count: i64,
    pub message: Option<&'a str>,
    pub report_id: Option<i64>,
    pub by: &'a str,
    pub at: Instant,
}

/// Moves a batch from status `from` to another. Answers false when it is not in `from`.
///
/// # Errors
/// A fault from the database.
pub fn update(tx: &mut dyn Write, id: i64, from: &str, to: BatchUpdate<'_>) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE transfer_batch SET status = $3, line_count = $4, message = $5, report_id = $6, updated_by = $7, updated_at = $8 \
         WHERE id = $1 AND status = $2",
        &[
            id.into(),
            from.into(),
            to.status.into(),
            to.line_count.into(),
            to.message.into(),
            to.report_id.into(),
            to.by.into(),
            to.at.0.into(),
        ],
    )?;
    Ok(changed == 1)
}

/// One batch.
///
/// # Errors
/// A fault from the database.
pub fn get(tx: &mut dyn Read, id: i64) -> Result<Option<BatchRow>> {
    tx.first(&format!("SELECT {COLUMNS} FROM transfer_batch WHERE id = $1"), &[Cell::Int(id)], map)
}

/// Batches of one status, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn with_status(tx: &mut dyn Read, status: &str) -> Result<Vec<BatchRow>> {
    tx.all(&format!("SELECT {COLUMNS} FROM transfer_batch WHERE status = $1 ORDER BY id"), &[Cell::Text(status)], map)
}

/// The newest batches, newest first.
///
/// # Errors
/// A fault from the database.
pub fn latest(tx: &mut dyn Read, limit: i64) -> Result<Vec<BatchRow>> {
    tx.all(&format!("SELECT {COLUMNS} FROM transfer_batch ORDER BY id DESC LIMIT $1"), &[Cell::Int(limit)], map)
}

/// (period, leg sequence, id) of the whole batches of an organisation and book that took or are taking lines.
/// A batch counts from the moment it exists: what it is reading must not change under it.
///
/// # Errors
/// A fault from the database.
pub fn whole_watermarks(tx: &mut dyn Read, org: i64, book: i64) -> Result<Vec<(PeriodId, i64, i64)>> {
    tx.all(
        "SELECT period, leg_sequence, id FROM transfer_batch WHERE org_id = $1 AND book_id = $2 AND whole = 1 \
         AND status NOT IN ('NO DATA FOUND', 'ERRORS') ORDER BY id",
        &[org.into(), book.into()],
        |row| Ok((PeriodId(int32(row, 0)?), row.int(1)?, row.int(2)?)),
    )
}

/// Batches whose lines count as posted, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn posted(tx: &mut dyn Read) -> Result<Vec<BatchRow>> {
    let sql = format!("SELECT {COLUMNS} FROM transfer_batch WHERE status IN ('UPDATED', 'READY TO TRANSFER', 'TRANSFERRED') ORDER BY id");
    tx.all(&sql, &[], map)
}
