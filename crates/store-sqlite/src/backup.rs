//! Copying a live database.

use crate::error::{Doing, map};
use accrual_base::{Error, Result};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Writes a consistent, compact copy of a database to a file that does not exist yet. The database may be in use by
/// a server: its writers go on, the copy holds what was committed when it began.
///
/// # Errors
/// `store.backup` when the target exists or the source does not; `store.full`; a fault from the database.
pub fn backup(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::invalid("store.backup", format!("{} exists; a backup never overwrites.", to.display())));
    }
    if !from.exists() {
        return Err(Error::invalid("store.backup", format!("There is no database {}.", from.display())));
    }
    let target = to.to_str().ok_or_else(|| Error::invalid("store.backup", "The path of a backup must be UTF-8."))?;
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|e| map(e, Doing::Open(from)))?;
    source.busy_timeout(Duration::from_secs(30)).map_err(|e| map(e, Doing::Open(from)))?;
    source.execute("VACUUM INTO ?1", [target]).map_err(|e| map(e, Doing::Statement("VACUUM INTO")))?;
    // the copy is only worth something when it survives what destroys the original
    std::fs::File::open(to).and_then(|f| f.sync_all()).map_err(|e| Error::fault_from(format!("syncing {}", to.display()), e))
}

#[cfg(test)]
mod tests {
    use super::backup;
    use crate::{Options, SqliteStore};
    use accrual_store::{Commit, Lane};

    #[test]
    fn a_copy_holds_what_was_committed_and_overwrites_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a.db"), dir.path().join("b.db"));
        let store = SqliteStore::open(&from, Options::default()).unwrap().into_handle();
        let write = |sql: &'static str| store.write(Lane::Small, move |tx| tx.execute(sql, &[]).map(Commit::Keep)).unwrap();
        write("CREATE TABLE t (n INTEGER)");
        write("INSERT INTO t VALUES (41)");
        backup(&from, &to).unwrap();
        write("INSERT INTO t VALUES (42)");
        let copy = SqliteStore::open(&to, Options::default()).unwrap().into_handle();
        let rows = copy.read(|tx| tx.all("SELECT n FROM t", &[], |r| r.int(0))).unwrap();
        assert_eq!(rows, [41]);
        assert_eq!(backup(&from, &to).unwrap_err().rejection().unwrap().code, "store.backup");
        assert_eq!(backup(&dir.path().join("none.db"), &dir.path().join("c.db")).unwrap_err().rejection().unwrap().code, "store.backup");
    }
}
