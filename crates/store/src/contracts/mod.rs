//! Revenue contracts as rows: heads, lines, performance obligations, bills and the keys that find them.
//!
//! Rows of a new contract are loaded in bulk. Rows that changed are taken out first ([`Removal`]) and loaded
//! again in the same transaction, because a bulk load cannot update.

mod bill;
mod head;
mod keys;
mod line;
mod pob;

pub use bill::BillRow;
pub use head::{HeadRow, flag as head_flag};
pub use keys::{KeyOf, KeyRow, add_keys, bill_key, close_gap, contract_keys, insert_keys, keyed_lines, left_gaps, line_key, open_gap};
pub use line::{Leads, LineRow, PackedLegs, WholeLine, flag as line_flag};
pub use pob::PobRow;

use crate::{BulkTable, Cell, Flow, Read, Row, Write};
use accrual_base::{Currency, Error, Result};

/// Reads currency codes of many rows without looking each one up again.
#[derive(Default)]
pub struct CurrencyReader(Option<Currency>);

impl CurrencyReader {
    /// # Errors
    /// A fault when the column holds no ISO 4217 code: only such codes are ever stored.
    pub fn read(&mut self, row: &dyn Row, column: usize) -> Result<Currency> {
        let code = row.text(column)?;
        match self.0 {
            Some(known) if known.code() == code => Ok(known),
            _ => {
                let found = Currency::named(code).ok_or_else(|| Error::fault(format!("the store holds currency {code:?}")))?;
                self.0 = Some(found);
                Ok(found)
            }
        }
    }
}

/// Reads a column that the schema bounds to 32 bits (periods, types).
pub(crate) fn int32(row: &dyn Row, column: usize) -> Result<i32> {
    i32::try_from(row.int(column)?).map_err(|_| Error::fault(format!("column {column} does not fit 32 bits")))
}

/// Rows of `sql` for many keys, mapped and in the order the store gives them.
pub(crate) fn keyed<T>(tx: &mut dyn Read, sql: &str, keys: &[i64], mut map: impl FnMut(&dyn Row) -> Result<T>) -> Result<Vec<T>> {
    let mut rows = Vec::with_capacity(keys.len());
    if !keys.is_empty() {
        tx.query_keys(sql, keys, &mut |row| {
            rows.push(map(row)?);
            Ok(Flow::Continue)
        })?;
    }
    Ok(rows)
}

/// Every row of `sql`, mapped and handed over one by one in constant memory.
pub(crate) fn streamed<T>(
    tx: &mut dyn Read,
    sql: &str,
    params: &[Cell<'_>],
    mut map: impl FnMut(&dyn Row) -> Result<T>,
    each: &mut dyn FnMut(T) -> Result<Flow>,
) -> Result<()> {
    tx.query(sql, params, &mut |row| each(map(row)?))
}

/// Loads `rows` into `table`; nothing happens for an empty slice.
pub(crate) fn load<T>(
    tx: &mut dyn Write,
    table: &BulkTable,
    rows: &[T],
    mut push: impl FnMut(&T, &mut dyn crate::BulkSink) -> Result<()>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.bulk(table, &mut |sink| rows.iter().try_for_each(|row| push(row, sink)))?;
    Ok(())
}

/// Rows by their ids: ascending keys append to their tables instead of splitting pages. Rows are wide, so they stay
/// where they are.
fn by_id<T>(rows: &[T], id: impl Fn(&T) -> i64) -> Vec<&T> {
    let mut order: Vec<(i64, &T)> = rows.iter().map(|row| (id(row), row)).collect();
    order.sort_unstable_by_key(|(id, _)| *id);
    order.into_iter().map(|(_, row)| row).collect()
}

/// Rows of some contracts, ready to be written in one transaction.
#[derive(Debug, Default)]
pub struct ContractRows {
    pub heads: Vec<HeadRow>,
    pub lines: Vec<WholeLine>,
    pub bills: Vec<BillRow>,
}

/// What to take out before changed rows are written again: a bulk load cannot update. Keys stay.
#[derive(Debug, Default)]
pub struct Removal {
    pub heads: Vec<i64>,
    pub lines: Vec<i64>,
    pub bills: Vec<i64>,
}

impl ContractRows {
    /// Writes all rows in one transaction.
    ///
    /// # Errors
    /// A fault from the database; a `store.unique` conflict when a row is there already.
    pub fn save(&self, tx: &mut dyn Write) -> Result<()> {
        head::insert(tx, &by_id(&self.heads, |h| h.id))?;
        line::insert(tx, &by_id(&self.lines, |l| l.line.id))?;
        bill::insert(tx, &by_id(&self.bills, |b| b.id))
    }
}

impl Removal {
    /// # Errors
    /// A fault from the database.
    pub fn run(&self, tx: &mut dyn Write) -> Result<()> {
        let all: [(&str, &[i64]); 3] = [
            ("DELETE FROM rc_head WHERE id = $1", &self.heads),
            ("DELETE FROM rc_line WHERE id = $1", &self.lines),
            ("DELETE FROM rc_bill WHERE id = $1", &self.bills),
        ];
        for (sql, ids) in all {
            for id in ids {
                tx.defer(sql, &[Cell::Int(*id)])?;
            }
        }
        Ok(())
    }
}

/// Contracts as they stand in the store.
#[derive(Debug, Default)]
pub struct StoredContracts {
    pub heads: Vec<HeadRow>,
    pub lines: Vec<WholeLine>,
    pub bills: Vec<BillRow>,
}

/// Loads whole contracts, each table sorted by its key. `ids` must be sorted; unknown ids are left out.
///
/// # Errors
/// A fault from the database.
pub fn load_by_id(tx: &mut dyn Read, ids: &[i64]) -> Result<StoredContracts> {
    let mut found = StoredContracts { heads: head::by_id(tx, ids)?, ..StoredContracts::default() };
    let mut line_ids: Vec<i64> = found.heads.iter().flat_map(|h| h.line_ids.iter().copied()).collect();
    line_ids.sort_unstable();
    found.lines = line::whole_by_id(tx, &line_ids)?;
    found.bills = bill::by_line(tx, &line_ids)?;
    found.heads.sort_unstable_by_key(|h| h.id);
    found.lines.sort_unstable_by_key(|l| l.line.id);
    found.bills.sort_unstable_by_key(|b| b.id);
    Ok(found)
}

pub use bill::{by_id as bills_by_id, contract_of_bills, scan as scan_bills};
pub use head::{by_group, by_id as heads_by_id, groups_of, have_any, scan as scan_heads};
pub use keys::{bills_by_key, orders_by_key};
pub use line::{by_id as lines_by_id, contract_of_lines, scan as scan_lines};
pub use pob::scan as scan_pobs;
