//! Migrations: numbered SQL files, embedded, applied in order, each in one transaction.
//!
//! A database records what was applied with a checksum, so that an edited file is noticed. A database from a
//! newer version is refused: an older program would not know what its tables mean.

use crate::{Commit, Dialect, Lane, Read, StoreHandle, Write};
use accrual_base::{Error, Result, hash};

/// One step of the schema, in every dialect.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Counted from 1 without gaps.
    pub number: i64,
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Migration {
    /// The SQL text in one dialect.
    pub fn sql(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    fn checksum(&self, dialect: Dialect) -> i64 {
        hash::key(self.sql(dialect))
    }
}

/// Takes the two files of a number and name.
macro_rules! migration {
    ($number:literal, $name:literal, $file:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
        }
    };
}

/// The schema of a tenant.
pub const TENANT: &[Migration] = &[migration!(1, "revenue", "0001_revenue.sql"), migration!(2, "files", "0002_files.sql")];

/// Brings a tenant's database to the newest schema. Does nothing when it is there already. Answers how many
/// migrations were applied.
///
/// # Errors
/// `store.newer` when a newer version made the database, `store.migration` when an applied file was changed since,
/// a fault from the database. A migration that fails leaves nothing of itself.
pub fn run(store: &StoreHandle) -> Result<usize> {
    run_set(store, TENANT)
}

/// As [`run`] for any set of migrations.
///
/// # Errors
/// As [`run`].
pub fn run_set(store: &StoreHandle, set: &'static [Migration]) -> Result<usize> {
    let applied = store.write(Lane::Small, move |tx| {
        prepare(tx)?;
        let applied = recorded(tx.as_read())?;
        check(&applied, set, tx.dialect())?;
        Ok(Commit::Keep(applied))
    })?;
    let mut count = 0;
    for migration in set.iter().filter(|m| applied.iter().all(|(number, _)| *number != m.number)) {
        if store.write(Lane::Small, move |tx| apply(tx, migration).map(Commit::Keep))? {
            tracing::info!(number = migration.number, name = migration.name, "migration applied");
            count += 1;
        }
    }
    Ok(count)
}

/// The record of what was applied; one process at a time where several can share a database.
fn prepare(tx: &mut dyn Write) -> Result<()> {
    let integer = match tx.dialect() {
        Dialect::Sqlite => "INTEGER",
        Dialect::Postgres => {
            lock(tx.as_read())?;
            "BIGINT"
        }
    };
    let create = format!(
        "CREATE TABLE IF NOT EXISTS schema_migration (number {integer} PRIMARY KEY, name TEXT NOT NULL, checksum {integer} NOT NULL)"
    );
    tx.execute(&create, &[]).map(|_| ())
}

/// Held until the transaction ends. The number is arbitrary, the same in every process.
fn lock(tx: &mut dyn Read) -> Result<()> {
    tx.first("SELECT 1 FROM (SELECT pg_advisory_xact_lock(5224175021)) AS held", &[], |_| Ok(())).map(|_| ())
}

fn recorded(tx: &mut dyn Read) -> Result<Vec<(i64, i64)>> {
    tx.all("SELECT number, checksum FROM schema_migration ORDER BY number", &[], |row| Ok((row.int(0)?, row.int(1)?)))
}

fn check(applied: &[(i64, i64)], set: &[Migration], dialect: Dialect) -> Result<()> {
    let newest = set.last().map_or(0, |m| m.number);
    for (number, checksum) in applied {
        let Some(known) = set.iter().find(|m| m.number == *number) else {
            return Err(Error::conflict(
                "store.newer",
                format!(
                    "The database was made by a newer version of Accrual: it holds migration {number}, this version knows migrations up to {newest}. \
                     Start the newer version, or restore a backup made by this one."
                ),
            ));
        };
        if known.checksum(dialect) != *checksum {
            return Err(Error::conflict(
                "store.migration",
                format!(
                    "Migration {number} ({}) was applied to the database with another text than this version holds. \
                     Start the version that applied it, or restore a backup.",
                    known.name
                ),
            ));
        }
    }
    Ok(())
}

/// False when another process was first.
fn apply(tx: &mut dyn Write, migration: &Migration) -> Result<bool> {
    let dialect = tx.dialect();
    if dialect == Dialect::Postgres {
        lock(tx.as_read())?;
    }
    let there =
        tx.as_read().first("SELECT number FROM schema_migration WHERE number = $1", &[migration.number.into()], |row| row.int(0))?;
    if there.is_some() {
        return Ok(false);
    }
    for statement in statements(migration.sql(dialect)) {
        tx.execute(statement, &[])?;
    }
    tx.execute(
        "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
        &[migration.number.into(), migration.name.into(), migration.checksum(dialect).into()],
    )?;
    Ok(true)
}

/// The statements of a file: split at semicolons outside quotes and comments; empty ones are left out.
fn statements(sql: &str) -> impl Iterator<Item = &str> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (statement, after) = rest.split_at(end(rest.as_bytes()));
            rest = after.strip_prefix(';').unwrap_or(after);
            if !only_comments(statement) {
                return Some(statement.trim());
            }
        }
        None
    })
}

/// Where the first statement ends: at its semicolon or the end of the text.
fn end(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        at = match b {
            b';' => return at,
            b'\'' | b'"' => past(bytes, at + 1, &[b]),
            b'-' if bytes.get(at + 1) == Some(&b'-') => past(bytes, at + 2, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => past(bytes, at + 2, b"*/"),
            _ => at + 1,
        };
    }
    at
}

fn past(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    bytes[from..].windows(end.len()).position(|w| w == end).map_or(bytes.len(), |found| from + found + end.len())
}

fn only_comments(statement: &str) -> bool {
    statement.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_at_its_semicolons() {
        let sql = "-- one; two\nCREATE TABLE a (x TEXT DEFAULT ';');\n/* ; */ CREATE TABLE b (\"y;\" TEXT)\n;\n-- the end;\n";
        let found: Vec<&str> = statements(sql).collect();
        assert_eq!(found, ["-- one; two\nCREATE TABLE a (x TEXT DEFAULT ';')", "/* ; */ CREATE TABLE b (\"y;\" TEXT)"]);
    }

    #[test]
    fn numbers_have_no_gaps_and_the_dialects_make_the_same_tables() {
        for (migration, number) in TENANT.iter().zip(1..) {
            assert_eq!(migration.number, number);
            let heads = |dialect| -> Vec<String> {
                let words = |s: &str| {
                    s.lines().filter(|l| !l.trim().starts_with("--")).flat_map(str::split_whitespace).take(3).collect::<Vec<_>>().join(" ")
                };
                statements(migration.sql(dialect)).map(words).collect()
            };
            assert_eq!(heads(Dialect::Sqlite), heads(Dialect::Postgres), "migration {number}");
        }
    }

    #[test]
    fn a_newer_or_changed_database_is_refused() {
        let own = TENANT[0].checksum(Dialect::Sqlite);
        assert!(check(&[(1, own)], TENANT, Dialect::Sqlite).is_ok());
        let code = |applied: &[(i64, i64)]| check(applied, TENANT, Dialect::Sqlite).err().and_then(|e| e.rejection().map(|r| r.code));
        assert_eq!(code(&[(1, own), (999, 5)]), Some("store.newer"));
        assert_eq!(code(&[(1, own.wrapping_add(1))]), Some("store.migration"));
    }
}
