//! A row of SQLite as a row of the port, borrowed.

use accrual_base::{Error, Result};
use accrual_store::{Cell, Row};
use rusqlite::types::ValueRef;

pub(crate) struct SqliteRow<'r, 's>(pub &'r rusqlite::Row<'s>);

impl Row for SqliteRow<'_, '_> {
    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        let value = self.0.get_ref(column).map_err(|e| Error::fault_from(format!("reading column {column} of a row"), e))?;
        Ok(match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(v) => Cell::Int(v),
            ValueRef::Text(bytes) => Cell::Text(
                std::str::from_utf8(bytes).map_err(|e| Error::fault_from(format!("column {column} holds text that is not UTF-8"), e))?,
            ),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
            ValueRef::Real(_) => return Err(Error::fault(format!("column {column} holds a floating point number; no column may"))),
        })
    }
}
