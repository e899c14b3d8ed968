//! Status of the accounting periods of an organisation and book.

use crate::{Cell, Read, Row, Write};
use accrual_base::{Instant, PeriodId, Result};

/// One period of one organisation and book. A period without a row was never opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRow {
    pub org_id: i64,
    pub book_id: i64,
    pub period: PeriodId,
    /// `Open` or `Closed`.
    pub status: String,
    pub updated_by: String,
    pub updated_at: Instant,
}

const COLUMNS: &str = "org_id, book_id, period, status, updated_by, updated_at";

fn map(row: &dyn Row) -> Result<PeriodRow> {
    Ok(PeriodRow {
        org_id: row.int(0)?,
        book_id: row.int(1)?,
        period: period(row, 2)?,
        status: row.text(3)?.to_owned(),
        updated_by: row.text(4)?.to_owned(),
        updated_at: Instant(row.int(5)?),
    })
}

fn period(row: &dyn Row, column: usize) -> Result<PeriodId> {
    let value = row.int(column)?;
    i32::try_from(value).map(PeriodId).map_err(|_| accrual_base::Error::fault(format!("period {value} is out of range")))
}

/// The open period, when there is one.
///
/// # Errors
/// A fault from the database.
pub fn open(tx: &mut dyn Read, org_id: i64, book_id: i64) -> Result<Option<PeriodId>> {
    tx.first(
        "SELECT period FROM period_status WHERE org_id = $1 AND book_id = $2 AND status = 'Open' ORDER BY period LIMIT 1",
        &[Cell::Int(org_id), Cell::Int(book_id)],
        |row| period(row, 0),
    )
}

/// The last period that has a row.
///
/// # Errors
/// A fault from the database.
pub fn last(tx: &mut dyn Read, org_id: i64, book_id: i64) -> Result<Option<PeriodRow>> {
    let sql = format!("SELECT {COLUMNS} FROM period_status WHERE org_id = $1 AND book_id = $2 ORDER BY period DESC LIMIT 1");
    tx.first(&sql, &[Cell::Int(org_id), Cell::Int(book_id)], map)
}

/// All periods that have a row, by organisation, book and period.
///
/// # Errors
/// A fault from the database.
pub fn all(tx: &mut dyn Read) -> Result<Vec<PeriodRow>> {
    tx.all(&format!("SELECT {COLUMNS} FROM period_status ORDER BY org_id, book_id, period"), &[], map)
}

/// Writes the status of a period.
///
/// # Errors
/// A fault from the database.
pub fn set(tx: &mut dyn Write, row: &PeriodRow) -> Result<()> {
    tx.execute(
        "INSERT INTO period_status (org_id, book_id, period, status, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (org_id, book_id, period) DO UPDATE SET status = excluded.status, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        &[
            Cell::Int(row.org_id),
            Cell::Int(row.book_id),
            Cell::Int(i64::from(row.period.0)),
            (&row.status).into(),
            (&row.updated_by).into(),
            Cell::Int(row.updated_at.0),
        ],
    )?;
    Ok(())
}
