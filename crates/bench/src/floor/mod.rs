//! Bare baselines: the least that storing or reading the same rows costs here, without any of Accrual's code.

pub mod commits;
pub mod postgres;
pub mod sqlite;

use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// Columns of the staged rows that the generated file fills; all are stored as text in the baseline.
pub const STAGED_COLUMNS: usize = 44;

/// One journal line as the baseline stores it: nine integers and three short texts of it vary, the rest repeats.
pub const JOURNAL_COLUMNS: &str = "id, batch_id, period, rc_id, line_id, schedule_id, account_type, schedule_type, account, currency, \
functional_currency, debit, credit, functional_debit, functional_credit, reporting_debit, reporting_credit";

/// What every baseline measures.
pub trait Floor {
    /// Parses the file and inserts its filled columns, one row a line, durable at the end.
    fn stage(&mut self, file: &Path) -> Result<(u64, Duration)>;
    /// Inserts journal lines.
    fn journal(&mut self, rows: u64) -> Result<Duration>;
    /// Reads those journal lines and formats them as CSV.
    fn journal_csv(&mut self) -> Result<(u64, Duration)>;
}

/// Appends a journal line as CSV, the way the baselines of both databases do.
pub fn push_csv(out: &mut Vec<u8>, ints: &[i64], texts: &[&str]) {
    use std::io::Write;
    for value in ints {
        let _ = write!(out, "{value},");
    }
    for value in texts {
        out.extend_from_slice(value.as_bytes());
        out.push(b',');
    }
    out.pop();
    out.push(b'\n');
}
