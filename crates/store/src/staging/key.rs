//! Look-up keys of bills: INV_LINE_ID by hash, to find what was sent before.

use crate::{BulkTable, BulkType, Flow, Read, Write};
use accrual_base::Result;
use std::collections::BTreeMap;

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
    // most hashes find nothing: look at the key table alone, then at the rows found, then at what stands against them
    let mut found: BTreeMap<i64, i64> = BTreeMap::new();
    tx.query_keys("SELECT hash, stage_id FROM bill_line_key WHERE hash = $key", hashes, &mut |r| {
        found.insert(r.int(1)?, r.int(0)?);
        Ok(Flow::Continue)
    })?;
    let ids: Vec<i64> = found.keys().copied().collect();
    let refused = "SELECT stage_id FROM stage_exception WHERE family = 'line' AND kind <> 'W' AND stage_id = $key";
    tx.query_keys(refused, &ids, &mut |r| {
        found.remove(&r.int(0)?);
        Ok(Flow::Continue)
    })?;
    let ids: Vec<i64> = found.keys().copied().collect();
    let rows = "SELECT s.id, s.upload_id, s.record FROM stage_line s JOIN upload u ON u.id = s.upload_id \
                WHERE u.status <> 'Failed' AND s.id = $key";
    tx.query_keys(rows, &ids, &mut |r| {
        let stage_id = r.int(0)?;
        match found.get(&stage_id) {
            Some(hash) => each(&BillCandidate { hash: *hash, stage_id, upload_id: r.int(1)?, record: r.bytes(2)? }),
            None => Ok(Flow::Continue),
        }
    })
}
