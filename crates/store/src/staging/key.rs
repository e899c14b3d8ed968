//! Look-up keys of bills: INV_LINE_ID by hash, to find what was sent before.

use crate::{BulkTable, BulkType, Cell, Flow, Read, Write};
use accrual_base::Result;

const TABLE: BulkTable = BulkTable { name: "bill_line_key", columns: &[("hash", BulkType::Int), ("stage_id", BulkType::Int)] };

/// Whether any bill was ever staged.
///
/// # Errors
/// A fault from the database.
pub fn has_bill_keys(tx: &mut dyn Read) -> Result<bool> {
    Ok(tx.first("SELECT hash FROM bill_line_key LIMIT 1", &[], |_| Ok(()))?.is_some())
}

/// Loads keys, sorted: the table is its own index.
///
/// # Errors
/// A fault from the database.
pub fn insert_bill_keys(tx: &mut dyn Write, keys: &[(i64, i64)]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    tx.bulk(&TABLE, &mut |sink| {
        for (hash, id) in keys {
            sink.push(&[(*hash).into(), (*id).into()])?;
        }
        Ok(())
    })
    .map(|_| ())
}

/// A row with a wanted hash. The caller compares the text in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillCandidate<'a> {
    pub hash: i64,
    pub stage_id: i64,
    pub upload_id: i64,
    pub record: &'a [u8],
}

/// Finds staged bills by hash, sorted hashes. Rows of failed uploads and rows in error (or superseded) do not
/// count: they may be sent again.
///
/// # Errors
/// A fault from the database, or what `each` returned.
pub fn bill_candidates(tx: &mut dyn Read, hashes: &[i64], each: &mut dyn FnMut(&BillCandidate<'_>) -> Result<Flow>) -> Result<()> {
    if hashes.is_empty() {
        return Ok(());
    }
    // most hashes find nothing: look at the key table alone, then at the few rows found
    let mut found: Vec<(i64, i64)> = Vec::new();
    tx.query_keys("SELECT hash, stage_id FROM bill_line_key WHERE hash = $key", hashes, &mut |r| {
        found.push((r.int(0)?, r.int(1)?));
        Ok(Flow::Continue)
    })?;
    found.sort_unstable();
    for (hash, stage_id) in found {
        let params: [Cell<'_>; 1] = [stage_id.into()];
        let sql = "SELECT s.upload_id, s.record FROM stage_line s JOIN upload u ON u.id = s.upload_id \
                   LEFT JOIN stage_exception e ON e.family = 'line' AND e.stage_id = s.id \
                   WHERE s.id = $1 AND u.status <> 'Failed' AND (e.kind IS NULL OR e.kind = 'W')";
        let mut stop = false;
        tx.query(sql, &params, &mut |r| {
            let flow = each(&BillCandidate { hash, stage_id, upload_id: r.int(0)?, record: r.bytes(1)? })?;
            stop = flow == Flow::Stop;
            Ok(flow)
        })?;
        if stop {
            break;
        }
    }
    Ok(())
}
