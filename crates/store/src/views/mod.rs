//! Reads that only the views need.

mod counts;
mod staged;

pub use counts::{BillCounts, bill_counts, collected_orders, lines_without_rows};
pub use staged::{StagedRecord, record_range, records};

use crate::Read;
use accrual_base::Result;

/// When the tenant's first period was opened, microseconds; 0 before that.
///
/// # Errors
/// A fault from the database.
pub fn began(tx: &mut dyn Read) -> Result<i64> {
    Ok(tx.first("SELECT updated_at FROM period_status ORDER BY updated_at LIMIT 1", &[], |row| row.int(0))?.unwrap_or(0))
}
