//! SQLite's errors in the words of the port.

use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
use std::path::Path;

/// What was being done, for the log.
#[derive(Clone, Copy)]
pub(crate) enum Doing<'a> {
    Open(&'a Path),
    Statement(&'a str),
    Commit,
}

impl Doing<'_> {
    fn sentence(self) -> String {
        match self {
            Doing::Open(path) => format!("opening the database {}", path.display()),
            Doing::Statement(sql) => {
                format!("running {}", sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect::<String>())
            }
            Doing::Commit => "committing".to_owned(),
        }
    }
}

/// A rejection where the caller can act (a broken unique constraint, a full disk, a lock), a fault otherwise.
pub(crate) fn map(e: rusqlite::Error, doing: Doing<'_>) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = &e else {
        return Error::fault_from(doing.sentence(), e);
    };
    match code.code {
        ErrorCode::ConstraintViolation if is_unique(code.extended_code) => unique(message.as_deref().unwrap_or_default()),
        ErrorCode::DiskFull => Error::rejected(
            Kind::Busy,
            "store.full",
            "The disk that holds the database is full. Nothing of this request was kept; free space and send it again.",
        ),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::rejected(
            Kind::Busy,
            "store.busy",
            "Another process holds the database. Nothing of this request was kept; send it again when that process has finished.",
        ),
        ErrorCode::NotADatabase => Error::fault_from(format!("{}: this file is not a database of this store", doing.sentence()), e),
        _ => Error::fault_from(doing.sentence(), e),
    }
}

fn is_unique(extended: i32) -> bool {
    [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID].contains(&extended)
}

/// SQLite says `UNIQUE constraint failed: table.a, table.b`.
fn unique(message: &str) -> Error {
    let columns = message.rsplit_once("failed: ").map_or(message, |(_, columns)| columns);
    let table = columns.split('.').next().unwrap_or_default();
    let names: Vec<&str> = columns.split(", ").map(|c| c.rsplit_once('.').map_or(c, |(_, name)| name)).collect();
    let names = names.join(", ");
    Error::conflict("store.unique", format!("A row of {table} with the same {names} exists already.")).in_column(format!("{table}.{names}"))
}

/// Maps the error of a statement.
pub(crate) trait InStatement<T> {
    fn running(self, sql: &str) -> Result<T>;
}

impl<T> InStatement<T> for rusqlite::Result<T> {
    fn running(self, sql: &str) -> Result<T> {
        self.map_err(|e| map(e, Doing::Statement(sql)))
    }
}

/// The same error for one more of those that shared its transaction.
pub(crate) fn replicate(e: &Error) -> Error {
    match e {
        Error::Rejected(r) => Error::Rejected(r.clone()),
        Error::Fault(_) => Error::fault(e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unique_violation_names_table_and_columns() {
        let e = unique("UNIQUE constraint failed: order_line_key.hash, order_line_key.line_id");
        let r = e.rejection().expect("a rejection");
        assert_eq!((r.code, r.kind), ("store.unique", Kind::Conflict));
        assert_eq!(r.message, "A row of order_line_key with the same hash, line_id exists already.");
        assert_eq!(r.place.column.as_deref(), Some("order_line_key.hash, line_id"));
    }
}
