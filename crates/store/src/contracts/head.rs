//! Contract heads.

use super::{CurrencyReader, int32, keyed, load, streamed};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Row, Write};
use accrual_base::{Currency, Error, Result};

/// Bits of [`HeadRow::flags`].
pub mod flag {
    /// Allocation was not done; the reason stands on the contract.
    pub const ALLOCATION_ERROR: i64 = 1;
    /// No SSP for at least one eligible line (RPRO-00607).
    pub const NO_SSP: i64 = 2;
    /// The total SSP is zero (RPRO-00604).
    pub const ZERO_SSP: i64 = 4;
    /// Lines of more than one transaction currency.
    pub const MULTI_CURRENCY: i64 = 8;
    /// At least one line takes part in allocation.
    pub const ALLOCATABLE: i64 = 16;
    /// Allocated prices are in the functional currency, not in the lines' own.
    pub const ALLOCATED_IN_FUNCTIONAL: i64 = 32;
    /// Allocated prices are in the tenant's reporting currency.
    pub const ALLOCATED_IN_REPORTING: i64 = 64;
}

/// One row of `rc_head`. Amounts are minor units of `currency`, instants microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    pub id: i64,
    pub version: i64,
    pub book_id: i64,
    pub org_id: i64,
    pub template_id: i64,
    /// [`accrual_base::hash::key`] of `group_key`.
    pub group_hash: i64,
    pub group_key: String,
    pub customer: Option<String>,
    pub currency: Currency,
    pub functional_currency: Currency,
    pub list_amount: i64,
    pub sell_amount: i64,
    pub transaction_price: i64,
    pub flags: i64,
    pub created_period: i32,
    pub created_by: String,
    pub created_at: i64,
    pub updated_by: String,
    pub updated_at: i64,
    /// The contract's lines, ascending.
    pub line_ids: Vec<i64>,
}

const TABLE: BulkTable = BulkTable {
    name: "rc_head",
    columns: &[
        ("id", BulkType::Int),
        ("version", BulkType::Int),
        ("book_id", BulkType::Int),
        ("org_id", BulkType::Int),
        ("template_id", BulkType::Int),
        ("group_hash", BulkType::Int),
        ("group_key", BulkType::Text),
        ("customer", BulkType::Text),
        ("currency", BulkType::Text),
        ("functional_currency", BulkType::Text),
        ("list_amount", BulkType::Int),
        ("sell_amount", BulkType::Int),
        ("transaction_price", BulkType::Int),
        ("flags", BulkType::Int),
        ("created_period", BulkType::Int),
        ("created_by", BulkType::Text),
        ("created_at", BulkType::Int),
        ("updated_by", BulkType::Text),
        ("updated_at", BulkType::Int),
        ("line_ids", BulkType::Bytes),
    ],
};

/// The columns every query below selects, in the order [`read`] expects.
macro_rules! columns {
    () => {
        "h.id, h.version, h.book_id, h.org_id, h.template_id, h.group_hash, h.group_key, h.customer, h.currency, h.functional_currency, \
         h.list_amount, h.sell_amount, h.transaction_price, h.flags, h.created_period, h.created_by, h.created_at, h.updated_by, \
         h.updated_at, h.line_ids"
    };
}

fn read(row: &dyn Row, currency: &mut CurrencyReader, functional: &mut CurrencyReader) -> Result<HeadRow> {
    Ok(HeadRow {
        id: row.int(0)?,
        version: row.int(1)?,
        book_id: row.int(2)?,
        org_id: row.int(3)?,
        template_id: row.int(4)?,
        group_hash: row.int(5)?,
        group_key: row.text(6)?.to_owned(),
        customer: row.opt_text(7)?.map(str::to_owned),
        currency: currency.read(row, 8)?,
        functional_currency: functional.read(row, 9)?,
        list_amount: row.int(10)?,
        sell_amount: row.int(11)?,
        transaction_price: row.int(12)?,
        flags: row.int(13)?,
        created_period: int32(row, 14)?,
        created_by: row.text(15)?.to_owned(),
        created_at: row.int(16)?,
        updated_by: row.text(17)?.to_owned(),
        updated_at: row.int(18)?,
        line_ids: unpack(row.bytes(19)?)?,
    })
}

/// Packs ascending ids: the first, then the distances, seven bits a byte.
fn pack(ids: &[i64], out: &mut Vec<u8>) {
    out.clear();
    let mut before = 0i64;
    for id in ids {
        let mut rest = id.wrapping_sub(before).cast_unsigned();
        before = *id;
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push((rest & 0x7f) as u8);
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<i64>> {
    let mut ids = Vec::with_capacity(packed.len());
    let (mut id, mut rest, mut shift) = (0i64, 0u64, 0u32);
    for byte in packed {
        rest |= u64::from(byte & 0x7f).checked_shl(shift).ok_or_else(|| Error::fault("a contract's list of lines is broken"))?;
        shift += 7;
        if *byte < 0x80 {
            id = id.wrapping_add(rest.cast_signed());
            ids.push(id);
            (rest, shift) = (0, 0);
        }
    }
    if shift == 0 { Ok(ids) } else { Err(Error::fault("a contract's list of lines is cut off")) }
}

pub(super) fn insert(tx: &mut dyn Write, rows: &[&HeadRow]) -> Result<()> {
    let mut packed = Vec::new();
    load(tx, &TABLE, rows, |h, sink| {
        pack(&h.line_ids, &mut packed);
        sink.push(&[
            h.id.into(),
            h.version.into(),
            h.book_id.into(),
            h.org_id.into(),
            h.template_id.into(),
            h.group_hash.into(),
            (&h.group_key).into(),
            h.customer.as_deref().into(),
            h.currency.code().into(),
            h.functional_currency.code().into(),
            h.list_amount.into(),
            h.sell_amount.into(),
            h.transaction_price.into(),
            h.flags.into(),
            h.created_period.into(),
            (&h.created_by).into(),
            h.created_at.into(),
            (&h.updated_by).into(),
            h.updated_at.into(),
            packed.as_slice().into(),
        ])
    })
}

/// Heads by id, in no particular order.
///
/// # Errors
/// A fault from the database.
pub fn by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<HeadRow>> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    keyed(tx, concat!("SELECT ", columns!(), " FROM rc_head h WHERE h.id = $key"), ids, |row| read(row, &mut currency, &mut functional))
}

/// Heads whose group key has one of these hashes. The text must still be compared.
///
/// # Errors
/// A fault from the database.
pub fn by_group(tx: &mut dyn Read, hashes: &[i64]) -> Result<Vec<HeadRow>> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    keyed(tx, concat!("SELECT ", columns!(), " FROM contract_key k JOIN rc_head h ON h.id = k.rc_id WHERE k.hash = $key"), hashes, |row| {
        read(row, &mut currency, &mut functional)
    })
}

/// Whether there is any contract.
///
/// # Errors
/// A fault from the database.
pub fn have_any(tx: &mut dyn Read) -> Result<bool> {
    Ok(tx.first("SELECT id FROM rc_head LIMIT 1", &[], |row| row.int(0))?.is_some())
}

/// (contract id, hash of its group key) of some contracts.
///
/// # Errors
/// A fault from the database.
pub fn groups_of(tx: &mut dyn Read, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    keyed(tx, "SELECT id, group_hash FROM rc_head WHERE id = $key", ids, |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Streams the heads changed in `from ..= to` (microseconds) by id, starting after `after`.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn scan(tx: &mut dyn Read, after: i64, from: i64, to: i64, each: &mut dyn FnMut(HeadRow) -> Result<Flow>) -> Result<()> {
    let (mut currency, mut functional) = (CurrencyReader::default(), CurrencyReader::default());
    let sql = concat!("SELECT ", columns!(), " FROM rc_head h WHERE h.id > $1 AND h.updated_at BETWEEN $2 AND $3 ORDER BY h.id");
    streamed(tx, sql, &[Cell::Int(after), Cell::Int(from), Cell::Int(to)], |row| read(row, &mut currency, &mut functional), each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_lines_come_back() {
        for ids in [vec![], vec![1], vec![5, 6, 900, 1 << 40], vec![-3, 0, i64::MAX]] {
            let mut packed = Vec::new();
            pack(&ids, &mut packed);
            assert_eq!(unpack(&packed).unwrap(), ids);
        }
        assert!(unpack(&[0x80]).is_err());
        assert!(unpack(&[0x80; 12]).is_err());
    }
}
