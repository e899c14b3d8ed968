//! The keys that find an order line by SO_LINE_ID and a bill by INV_LINE_ID.
//!
//! A key is a 64-bit hash, not the text: whoever looks one up compares the text on the row it leads to.

use super::{keyed, load};
use crate::{BulkTable, BulkType, Cell, Read, Write};
use accrual_base::{Result, hash};

/// (hash, row id), as the key tables hold it.
pub type KeyRow = (i64, i64);

const ORDERS: BulkTable = BulkTable { name: "order_line_key", columns: &[("hash", BulkType::Int), ("line_id", BulkType::Int)] };

/// The key of an order line.
pub fn line_key(so_line_id: &str) -> i64 {
    hash::key(so_line_id)
}

/// The key of a bill.
pub fn bill_key(inv_line_id: &str) -> i64 {
    hash::key(inv_line_id)
}

pub(super) fn insert_orders(tx: &mut dyn Write, rows: &[KeyRow]) -> Result<()> {
    load(tx, &ORDERS, rows, |(key, id), sink| sink.push(&[Cell::Int(*key), Cell::Int(*id)]))
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
