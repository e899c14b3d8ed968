//! Report files: listed by day, found by name or id, made of what they name when they are read.

use crate::{Tenant, transfer};
use accrual_base::{Error, Instant, Result};
use accrual_store::journals::{self, ReportRow};
use std::io::Write;

/// A report file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: i64,
    pub file_name: String,
    pub report: String,
    pub layout: String,
    pub category: String,
    pub description: String,
    /// Submitted, Available or Error.
    pub status: String,
    pub created_by: String,
    pub created_at: Instant,
    source: String,
}

impl From<ReportRow> for Report {
    fn from(r: ReportRow) -> Self {
        Self {
            id: r.id,
            file_name: r.file_name,
            report: r.report,
            layout: r.layout,
            category: r.category,
            description: r.description,
            status: r.status,
            created_by: r.created_by,
            created_at: r.created_at,
            source: r.source,
        }
    }
}

impl Report {
    /// Names the content: two downloads with the same tag are equal byte for byte. Journal lines never change.
    pub fn tag(&self) -> Option<String> {
        Some(format!("{}-{}", self.id, self.source.replace(':', "-")))
    }
}

/// The files made in `from .. to`, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn list(tenant: &Tenant, from: Instant, to: Instant) -> Result<Vec<Report>> {
    Ok(tenant.store.read(|tx| journals::reports(tx, from, to))?.into_iter().map(Report::from).collect())
}

/// A file by its id.
///
/// # Errors
/// A fault from the database.
pub fn get(tenant: &Tenant, id: i64) -> Result<Option<Report>> {
    Ok(tenant.store.read(|tx| journals::report(tx, id))?.map(Report::from))
}

/// A file by its name.
///
/// # Errors
/// A fault from the database.
pub fn named(tenant: &Tenant, file_name: &str) -> Result<Option<Report>> {
    Ok(tenant.store.read(|tx| journals::report_named(tx, file_name))?.map(Report::from))
}

/// Writes the content, in constant memory.
///
/// # Errors
/// A fault from the database, or when the receiver has gone.
pub fn write(tenant: &Tenant, report: &Report, out: &mut dyn Write) -> Result<()> {
    let batch = report.source.strip_prefix("batch:").and_then(|id| id.parse().ok());
    let batch = batch.ok_or_else(|| Error::fault(format!("report {} is made of {:?}, which nothing makes", report.id, report.source)))?;
    transfer::csv(tenant, batch, &mut |piece| out.write_all(piece).map_err(|e| Error::fault_from("the receiver of a report has gone", e)))
}
