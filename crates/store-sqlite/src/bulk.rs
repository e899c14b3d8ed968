//! Bulk load: one prepared insert, bound and stepped once a row, nothing allocated on the way.

use crate::error::InStatement;
use crate::tx::bind;
use accrual_base::{Error, Result};
use accrual_store::{BulkSink, BulkTable, BulkType, Cell};
use rusqlite::{CachedStatement, Connection};
use std::fmt::Write as _;

pub(crate) struct Loader<'c, 't> {
    stmt: CachedStatement<'c>,
    table: &'t BulkTable,
    rows: u64,
}

impl<'c, 't> Loader<'c, 't> {
    pub(crate) fn new(conn: &'c Connection, table: &'t BulkTable) -> Result<Self> {
        let sql = insert(table)?;
        Ok(Self { stmt: conn.prepare_cached(&sql).running(&sql)?, table, rows: 0 })
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }
}

impl BulkSink for Loader<'_, '_> {
    fn push(&mut self, row: &[Cell<'_>]) -> Result<()> {
        if row.len() != self.table.columns.len() {
            return Err(Error::fault(format!("{} takes {} columns, a row has {}", self.table.name, self.table.columns.len(), row.len())));
        }
        for (i, (cell, (column, kind))) in row.iter().zip(self.table.columns).enumerate() {
            if !fits(cell, *kind) {
                return Err(Error::fault(format!("{}.{column} is declared {kind:?}, a row holds another type", self.table.name)));
            }
            bind(&mut self.stmt, i + 1, cell).running(self.table.name)?;
        }
        self.stmt.raw_execute().running(self.table.name)?;
        self.rows += 1;
        Ok(())
    }
}

fn fits(cell: &Cell<'_>, kind: BulkType) -> bool {
    matches!(
        (cell, kind),
        (Cell::Null, _) | (Cell::Int(_), BulkType::Int) | (Cell::Text(_), BulkType::Text) | (Cell::Bytes(_), BulkType::Bytes)
    )
}

fn insert(table: &BulkTable) -> Result<String> {
    let (mut names, mut values) = (String::new(), String::new());
    for (i, (column, _)) in table.columns.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(names, "{comma}{column}")
            .and_then(|()| write!(values, "{comma}?{}", i + 1))
            .map_err(|e| Error::fault_from("building an insert", e))?;
    }
    Ok(format!("INSERT INTO {} ({names}) VALUES ({values})", table.name))
}
