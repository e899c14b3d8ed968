//! The keys that find an order line by SO_LINE_ID, a contract by its grouping key and a bill by INV_LINE_ID.
//!
//! A key is a 64-bit hash, not the text: whoever looks one up compares the text on the row it leads to.

use super::{keyed, load};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Write};
use accrual_base::{Result, hash};

/// (hash, row id), as the key tables hold it.
pub type KeyRow = (i64, i64);

const ORDERS: BulkTable = BulkTable { name: "order_line_key", columns: &[("hash", BulkType::Int), ("line_id", BulkType::Int)] };

const CONTRACTS: BulkTable = BulkTable { name: "contract_key", columns: &[("hash", BulkType::Int), ("rc_id", BulkType::Int)] };

/// The key of an order line.
pub fn line_key(so_line_id: &str) -> i64 {
    hash::key(so_line_id)
}

/// The key of a bill.
pub fn bill_key(inv_line_id: &str) -> i64 {
    hash::key(inv_line_id)
}

/// What the keys of a table lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOf {
    OrderLine,
    Contract,
}

/// Loads keys, which should be sorted: the table is its own index.
///
/// # Errors
/// A fault from the database; a `store.unique` conflict when a key is there already.
pub fn insert_keys(tx: &mut dyn Write, of: KeyOf, rows: &[KeyRow]) -> Result<()> {
    let table = match of {
        KeyOf::OrderLine => &ORDERS,
        KeyOf::Contract => &CONTRACTS,
    };
    load(tx, table, rows, |(key, id), sink| sink.push(&[Cell::Int(*key), Cell::Int(*id)]))
}

/// Adds the keys that are not there yet.
///
/// # Errors
/// A fault from the database.
pub fn add_keys(tx: &mut dyn Write, of: KeyOf, rows: &[KeyRow]) -> Result<()> {
    let sql = match of {
        KeyOf::OrderLine => "INSERT INTO order_line_key (hash, line_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        KeyOf::Contract => "INSERT INTO contract_key (hash, rc_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    };
    rows.iter().try_for_each(|(key, id)| tx.defer(sql, &[Cell::Int(*key), Cell::Int(*id)]))
}

/// Keys of lines with ids from `first` to `last`, and of their contracts, may be missing until the job fills them in.
///
/// # Errors
/// A fault from the database.
pub fn open_gap(tx: &mut dyn Write, job: i64, first: i64, last: i64) -> Result<()> {
    tx.defer(
        "INSERT INTO key_gap (job_id, first_line, last_line) VALUES ($1, $2, $3) \
         ON CONFLICT (job_id) DO UPDATE SET first_line = excluded.first_line, last_line = excluded.last_line",
        &[job.into(), first.into(), last.into()],
    )
}

/// Nothing of the job's keys is missing any more.
///
/// # Errors
/// A fault from the database.
pub fn close_gap(tx: &mut dyn Write, job: i64) -> Result<()> {
    tx.defer("DELETE FROM key_gap WHERE job_id = $1", &[job.into()])
}

/// (job, first line, last line) of gaps whose job has ended and will not fill them any more.
///
/// # Errors
/// A fault from the database.
pub fn left_gaps(tx: &mut dyn Read) -> Result<Vec<(i64, i64, i64)>> {
    let sql = "SELECT g.job_id, g.first_line, g.last_line FROM key_gap g WHERE NOT EXISTS \
               (SELECT 1 FROM job j WHERE j.id = g.job_id AND j.status IN ('Pending', 'Incompatible', 'Running')) ORDER BY g.job_id";
    tx.all(sql, &[], |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// Streams (line id, record of its first row) of the order lines with ids from `first` to `last`.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn keyed_lines(tx: &mut dyn Read, first: i64, last: i64, each: &mut dyn FnMut(i64, &[u8]) -> Result<()>) -> Result<()> {
    let sql =
        "SELECT l.id, s.record FROM rc_line l JOIN stage_line s ON s.id = l.id WHERE l.id BETWEEN $1 AND $2 AND s.type = 0 ORDER BY l.id";
    tx.query(sql, &[first.into(), last.into()], &mut |row| {
        each(row.int(0)?, row.bytes(1)?)?;
        Ok(Flow::Continue)
    })
}

/// Keys of the contracts of the lines with ids from `first` to `last`, sorted.
///
/// # Errors
/// A fault from the database.
pub fn contract_keys(tx: &mut dyn Read, first: i64, last: i64) -> Result<Vec<KeyRow>> {
    let sql =
        "SELECT group_hash, id FROM rc_head WHERE id IN (SELECT rc_id FROM rc_line WHERE id BETWEEN $1 AND $2) ORDER BY group_hash, id";
    tx.all(sql, &[first.into(), last.into()], |row| Ok((row.int(0)?, row.int(1)?)))
}

/// (hash, line id) of the order lines with one of these hashes.
///
/// # Errors
/// A fault from the database.
pub fn orders_by_key(tx: &mut dyn Read, hashes: &[i64]) -> Result<Vec<KeyRow>> {
    keyed(tx, "SELECT hash, line_id FROM order_line_key WHERE hash = $key", hashes, |row| Ok((row.int(0)?, row.int(1)?)))
}

/// (hash, staged row id) of the bills with one of these hashes; staged, not necessarily collected.
///
/// # Errors
/// A fault from the database.
pub fn bills_by_key(tx: &mut dyn Read, hashes: &[i64]) -> Result<Vec<KeyRow>> {
    keyed(tx, "SELECT hash, stage_id FROM bill_line_key WHERE hash = $key", hashes, |row| Ok((row.int(0)?, row.int(1)?)))
}
