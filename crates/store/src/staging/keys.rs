//! Keys of staged rows, packed by the chunk they were loaded in: what a collection plans by, without reading a row.
//!
//! A shortcut and nothing more. Where it is missing, or was made under other rules, the rows themselves are read.

use crate::{Flow, Read, Write};
use accrual_base::Result;

/// Keys of the rows `first ..= last` of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkKeys {
    pub upload_id: i64,
    pub first: i64,
    pub last: i64,
    /// Stands for the rules the keys were made by.
    pub rules: i64,
    /// In the order of the rows.
    pub keys: Vec<u8>,
}

/// Notes the keys of a chunk, in the transaction that loads it.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn insert_chunk_keys(tx: &mut dyn Write, chunk: &ChunkKeys) -> Result<()> {
    tx.defer(
        "INSERT INTO stage_keys (upload_id, first_id, last_id, rules, keys) VALUES ($1, $2, $3, $4, $5)",
        &[chunk.upload_id.into(), chunk.first.into(), chunk.last.into(), chunk.rules.into(), chunk.keys.as_slice().into()],
    )
}

/// The chunks of an upload whose keys were made by these rules, by their rows: without the keys.
///
/// # Errors
/// A fault from the database.
pub fn chunks_with_keys(tx: &mut dyn Read, upload: i64, rules: i64) -> Result<Vec<(i64, i64)>> {
    let sql = "SELECT first_id, last_id FROM stage_keys WHERE upload_id = $1 AND rules = $2 ORDER BY first_id";
    tx.all(sql, &[upload.into(), rules.into()], |row| Ok((row.int(0)?, row.int(1)?)))
}

/// The keys of one chunk.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn chunk_keys(tx: &mut dyn Read, upload: i64, first: i64, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    tx.query("SELECT keys FROM stage_keys WHERE upload_id = $1 AND first_id = $2", &[upload.into(), first.into()], &mut |row| {
        each(row.bytes(0)?)?;
        Ok(Flow::Stop)
    })
}

/// Forgets the keys of an upload: its rows are collected, or gone.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn forget_keys(tx: &mut dyn Write, upload: i64) -> Result<()> {
    tx.defer("DELETE FROM stage_keys WHERE upload_id = $1", &[upload.into()])
}
