//! Records of staged rows by id.

use crate::{Cell, Flow, Read, Row};
use accrual_base::Result;

/// A staged transaction row, borrowed while it streams.
#[derive(Clone, Copy, Debug)]
pub struct StagedRecord<'a> {
    pub id: i64,
    pub upload_id: i64,
    pub record: &'a [u8],
}

fn read(row: &dyn Row) -> Result<StagedRecord<'_>> {
    Ok(StagedRecord { id: row.int(0)?, upload_id: row.int(1)?, record: row.bytes(2)? })
}

/// The rows with these ids. `ids` must be sorted. A dense list is read as one range; then rows come by id and
/// those nobody asked for are passed over.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn records(tx: &mut dyn Read, ids: &[i64], each: &mut dyn FnMut(StagedRecord<'_>) -> Result<()>) -> Result<()> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(()) };
    let width = usize::try_from(last - first).unwrap_or(usize::MAX);
    if width / 4 <= ids.len() {
        let mut wanted = ids.iter().copied().peekable();
        return record_range(tx, *first, *last, &mut |staged| {
            while wanted.next_if(|id| *id < staged.id).is_some() {}
            if wanted.peek() == Some(&staged.id) { each(staged) } else { Ok(()) }
        });
    }
    tx.query_keys("SELECT id, upload_id, record FROM stage_line WHERE id = $key", ids, &mut |row| {
        each(read(row)?)?;
        Ok(Flow::Continue)
    })
}

/// All rows with ids `first ..= last`, by id.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn record_range(tx: &mut dyn Read, first: i64, last: i64, each: &mut dyn FnMut(StagedRecord<'_>) -> Result<()>) -> Result<()> {
    let sql = "SELECT id, upload_id, record FROM stage_line WHERE id BETWEEN $1 AND $2 ORDER BY id";
    tx.query(sql, &[Cell::Int(first), Cell::Int(last)], &mut |row| {
        each(read(row)?)?;
        Ok(Flow::Continue)
    })
}
