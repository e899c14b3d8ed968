//! Invoices and credits attached to contract lines.

use super::{CurrencyReader, int32, keyed, load, streamed};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::{Currency, Result};

/// One row of `rc_bill`. Amounts are minor units of `currency`, signed as the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillRow {
    /// The staged row that brought the bill.
    pub id: i64,
    pub rc_id: i64,
    pub line_id: i64,
    pub org_id: i64,
    /// The transaction type's number.
    pub kind: i32,
    pub currency: Currency,
    pub amount: i64,
    pub deferred: i64,
    pub recognised: i64,
    /// Everything else the engine keeps of the bill, packed.
    pub state: Vec<u8>,
    pub created_period: i32,
    pub updated_at: i64,
}

const TABLE: BulkTable = BulkTable {
    name: "rc_bill",
    columns: &[
        ("id", BulkType::Int),
        ("rc_id", BulkType::Int),
        ("line_id", BulkType::Int),
        ("org_id", BulkType::Int),
        ("type", BulkType::Int),
        ("currency", BulkType::Text),
        ("amount", BulkType::Int),
        ("deferred", BulkType::Int),
        ("recognised", BulkType::Int),
        ("state", BulkType::Bytes),
        ("created_period", BulkType::Int),
        ("updated_at", BulkType::Int),
    ],
};

macro_rules! columns {
    () => {
        "id, rc_id, line_id, org_id, type, currency, amount, deferred, recognised, state, created_period, updated_at"
    };
}

fn read(row: &dyn Row, currency: &mut CurrencyReader) -> Result<BillRow> {
    Ok(BillRow {
        id: row.int(0)?,
        rc_id: row.int(1)?,
        line_id: row.int(2)?,
        org_id: row.int(3)?,
        kind: int32(row, 4)?,
        currency: currency.read(row, 5)?,
        amount: row.int(6)?,
        deferred: row.int(7)?,
        recognised: row.int(8)?,
        state: row.bytes(9)?.to_vec(),
        created_period: int32(row, 10)?,
        updated_at: row.int(11)?,
    })
}

pub(super) fn insert(tx: &mut dyn Write, rows: &[&BillRow]) -> Result<()> {
    load(tx, &TABLE, rows, |b, sink| {
        sink.push(&[
            b.id.into(),
            b.rc_id.into(),
            b.line_id.into(),
            b.org_id.into(),
            b.kind.into(),
            b.currency.code().into(),
            b.amount.into(),
            b.deferred.into(),
            b.recognised.into(),
            b.state.as_slice().into(),
            b.created_period.into(),
            b.updated_at.into(),
        ])
    })
}

/// Bills by id, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<BillRow>> {
    let mut currency = CurrencyReader::default();
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_bill WHERE id = $key"), ids, |row| read(row, &mut currency))
}

/// (bill id, contract id) of some bills.
///
/// # Errors
/// A fault from the database.
pub fn contract_of_bills(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    keyed(tx, "SELECT id, rc_id FROM rc_bill WHERE id = $key", ids, |row| Ok((row.int(0)?, row.int(1)?)))
}

/// All bills of some lines, in no particular order.
pub(super) fn by_line(tx: &mut dyn Read, lines: &[i64]) -> Result<Vec<BillRow>> {
    let mut currency = CurrencyReader::default();
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_bill WHERE line_id = $key"), lines, |row| read(row, &mut currency))
}

/// Streams the bills changed in `from ..= to` (microseconds) by id, starting after `after`, at most `limit` of them.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, after: i64, from: i64, to: i64, limit: i64, each: &mut dyn FnMut(BillRow) -> Result<Flow>) -> Result<()> {
    let mut currency = CurrencyReader::default();
    let sql = concat!("SELECT ", columns!(), " FROM rc_bill WHERE id > $1 AND updated_at BETWEEN $2 AND $3 ORDER BY id LIMIT $4");
    streamed(tx, sql, &[Cell::Int(after), Cell::Int(from), Cell::Int(to), Cell::Int(limit)], |row| read(row, &mut currency), each)
}
