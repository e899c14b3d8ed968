//! Counts and gaps that the checks of a live store look for.

use crate::{Cell, Flow, Read};
use accrual_base::Result;

/// Billing rows that count as collected, and those in contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillCounts {
    pub collected: i64,
    pub stored: i64,
}

/// Rows of collected uploads that no exception keeps out.
macro_rules! collected {
    () => {
        " FROM stage_line s JOIN upload u ON u.id = s.upload_id WHERE u.status = 'Collected' AND NOT EXISTS \
         (SELECT 1 FROM stage_exception e WHERE e.family = 'line' AND e.stage_id = s.id) "
    };
}

/// # Errors
/// A fault from the database.
pub fn bill_counts(tx: &mut dyn Read) -> Result<BillCounts> {
    let count = |tx: &mut dyn Read, sql: &str| Ok(tx.first(sql, &[], |row| row.int(0))?.unwrap_or(0));
    Ok(BillCounts {
        collected: count(tx, concat!("SELECT count(*)", collected!(), "AND s.type <> 0"))?,
        stored: count(
            tx,
            "SELECT count(*) FROM rc_bill b JOIN stage_line s ON s.id = b.id JOIN upload u ON u.id = s.upload_id WHERE u.status = 'Collected'",
        )?,
    })
}

/// Contract lines whose staged row or contract is not there, at most a hundred: the line and what is missing.
///
/// # Errors
/// A fault from the database.
pub fn lines_without_rows(tx: &mut dyn Read) -> Result<Vec<(i64, &'static str)>> {
    let mut found = Vec::new();
    for (sql, what) in [
        (
            "SELECT l.id FROM rc_line l LEFT JOIN stage_line s ON s.id = l.source_id WHERE s.id IS NULL ORDER BY l.id LIMIT 100",
            "staged row",
        ),
        ("SELECT l.id FROM rc_line l LEFT JOIN rc_head h ON h.id = l.rc_id WHERE h.id IS NULL ORDER BY l.id LIMIT 100", "contract"),
        (
            "SELECT l.id FROM rc_line l LEFT JOIN rc_line p ON p.id = l.pob_id AND p.pob_template IS NOT NULL WHERE p.id IS NULL \
             ORDER BY l.id LIMIT 100",
            "performance obligation",
        ),
    ] {
        found.extend(tx.all(sql, &[], |row| row.int(0))?.into_iter().map(|id| (id, what)));
    }
    Ok(found)
}

/// The next collected order rows behind a row id: id and record.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn collected_orders(tx: &mut dyn Read, after: i64, limit: usize, each: &mut dyn FnMut(i64, &[u8]) -> Result<()>) -> Result<()> {
    let sql = concat!("SELECT s.id, s.record", collected!(), "AND s.type = 0 AND s.id > $1 ORDER BY s.id LIMIT $2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.query(sql, &[Cell::Int(after), Cell::Int(limit)], &mut |row| {
        each(row.int(0)?, row.bytes(1)?)?;
        Ok(Flow::Continue)
    })
}
