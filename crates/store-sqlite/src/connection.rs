//! How connections are opened: the settings that every one of them must have.

use crate::error::{Doing, map};
use crate::options::{Options, Synchronous};
use accrual_base::{Error, Result};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Page size of a new database file, in bytes. Wide staging rows and packed schedules fit better than in 4 KiB.
const PAGE_SIZE: u32 = 8192;

/// The connection of the writer; makes the file when there is none.
pub(crate) fn writer(path: &Path, options: &Options) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = open(path, flags, options)?;
    let setup = || -> rusqlite::Result<String> {
        // The page size must be told before the file exists, the journal mode before the first table.
        conn.pragma_update(None, "page_size", PAGE_SIZE)?;
        let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        conn.pragma_update(None, "synchronous", level(options))?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "cache_size", -i64::from(options.writer_cache))?;
        // The writer decides itself when to checkpoint; see `checkpoint`.
        conn.pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(mode)
    };
    let mode = setup().map_err(|e| map(e, Doing::Open(path)))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(Error::fault(format!("{}: the file system refuses a write-ahead log (journal mode {mode})", path.display())));
    }
    conn.set_prepared_statement_cache_capacity(256);
    Ok(conn)
}

/// A read-only connection for snapshots.
pub(crate) fn reader(path: &Path, options: &Options) -> Result<Connection> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX, options)?;
    let setup = || -> rusqlite::Result<()> {
        conn.pragma_update(None, "query_only", true)?;
        conn.pragma_update(None, "cache_size", -i64::from(options.reader_cache))
    };
    setup().map_err(|e| map(e, Doing::Open(path)))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// A connection that only copies the log into the file; it waits for nobody.
pub(crate) fn helper(path: &Path, options: &Options) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = open(path, flags, options)?;
    conn.pragma_update(None, "synchronous", level(options)).map_err(|e| map(e, Doing::Open(path)))?;
    conn.busy_timeout(Duration::ZERO).map_err(|e| map(e, Doing::Open(path)))?;
    Ok(conn)
}

fn level(options: &Options) -> &'static str {
    match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Off => "OFF",
    }
}

fn open(path: &Path, flags: OpenFlags, options: &Options) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags).map_err(|e| map(e, Doing::Open(path)))?;
    conn.busy_timeout(options.busy_timeout).map_err(|e| map(e, Doing::Open(path)))?;
    Ok(conn)
}
