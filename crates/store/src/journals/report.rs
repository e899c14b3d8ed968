//! Rows of `report_file`: files that can be listed and downloaded.

use crate::{Cell, Read, Row, Write};
use accrual_base::{Instant, Result};

/// One file. Its content is made when it is read, from what `source` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub id: i64,
    /// Unique in the tenant.
    pub file_name: String,
    pub report: String,
    pub layout: String,
    pub category: String,
    pub description: String,
    /// Submitted, Available or Error.
    pub status: String,
    /// What it is made of, for example `batch:12`.
    pub source: String,
    pub created_by: String,
    pub created_at: Instant,
}

const COLUMNS: &str = "id, file_name, report, layout, category, description, status, source, created_by, created_at";

fn map(row: &dyn Row) -> Result<ReportRow> {
    Ok(ReportRow {
        id: row.int(0)?,
        file_name: row.text(1)?.to_owned(),
        report: row.text(2)?.to_owned(),
        layout: row.text(3)?.to_owned(),
        category: row.text(4)?.to_owned(),
        description: row.text(5)?.to_owned(),
        status: row.text(6)?.to_owned(),
        source: row.text(7)?.to_owned(),
        created_by: row.text(8)?.to_owned(),
        created_at: Instant(row.int(9)?),
    })
}

/// Adds a file.
///
/// # Errors
/// A fault from the database; `store.unique` when the name is taken.
pub fn insert_report(tx: &mut dyn Write, r: &ReportRow) -> Result<()> {
    tx.execute(
        &format!("INSERT INTO report_file ({COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)"),
        &[
            r.id.into(),
            (&r.file_name).into(),
            (&r.report).into(),
            (&r.layout).into(),
            (&r.category).into(),
            (&r.description).into(),
            (&r.status).into(),
            (&r.source).into(),
            (&r.created_by).into(),
            r.created_at.0.into(),
        ],
    )?;
    Ok(())
}

/// One file by id.
///
/// # Errors
/// A fault from the database.
pub fn report(tx: &mut dyn Read, id: i64) -> Result<Option<ReportRow>> {
    tx.first(&format!("SELECT {COLUMNS} FROM report_file WHERE id = $1"), &[Cell::Int(id)], map)
}

/// One file by name.
///
/// # Errors
/// A fault from the database.
pub fn report_named(tx: &mut dyn Read, file_name: &str) -> Result<Option<ReportRow>> {
    tx.first(&format!("SELECT {COLUMNS} FROM report_file WHERE file_name = $1"), &[Cell::Text(file_name)], map)
}

/// Files made in `from .. to` (half open), oldest first.
///
/// # Errors
/// A fault from the database.
pub fn reports(tx: &mut dyn Read, from: Instant, to: Instant) -> Result<Vec<ReportRow>> {
    let sql = format!("SELECT {COLUMNS} FROM report_file WHERE created_at >= $1 AND created_at < $2 ORDER BY id");
    tx.all(&sql, &[Cell::Int(from.0), Cell::Int(to.0)], map)
}
