//! What only a file can show: reopening, the write-ahead log, a full disk, a file that is no database.

use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Cell, Commit, Flow, Lane, StoreHandle, Write, WriteJob};
use accrual_store_sqlite::{Options, SqliteStore};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use tempfile::TempDir;

const ROWS: BulkTable = BulkTable { name: "t", columns: &[("id", BulkType::Int), ("body", BulkType::Bytes)] };

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn open(path: &Path, options: Options) -> StoreHandle {
    SqliteStore::open(path, options).expect("the store opens").into_handle()
}

fn with_table(path: &Path, options: Options) -> StoreHandle {
    let store = open(path, options);
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB) STRICT";
    store.write(Lane::Small, move |tx| tx.execute(sql, &[]).map(Commit::Keep)).expect("a table");
    store
}

fn load(tx: &mut dyn Write, first: i64, rows: i64) -> Result<u64> {
    tx.bulk(&ROWS, &mut |sink| (first..first + rows).try_for_each(|id| sink.push(&[id.into(), Cell::Bytes(&[1; 500])])))
}

fn ids(store: &StoreHandle) -> Vec<i64> {
    store.read(|tx| tx.all("SELECT id FROM t ORDER BY id", &[], |row| row.int(0))).expect("ids")
}

fn pragma(store: &StoreHandle, sql: &'static str) -> String {
    let text = |cell: Cell<'_>| match cell {
        Cell::Int(n) => Ok(n.to_string()),
        Cell::Text(t) => Ok(t.to_owned()),
        other => Err(Error::fault(format!("{other:?}"))),
    };
    store
        .write(Lane::Small, move |tx| tx.as_read().first(sql, &[], |row| text(row.cell(0)?)).map(Commit::Keep))
        .expect("a pragma")
        .expect("a value")
}

#[test]
fn the_file_is_durable_and_checked() {
    let directory = directory();
    let store = open(&directory.path().join("tenant.db"), Options::default());
    assert_eq!(pragma(&store, "PRAGMA journal_mode"), "wal");
    assert_eq!(pragma(&store, "PRAGMA synchronous"), "2", "FULL");
    assert_eq!(pragma(&store, "PRAGMA page_size"), "8192");
    assert_eq!(pragma(&store, "PRAGMA foreign_keys"), "1");
}

#[test]
fn a_closed_store_is_one_file_and_opens_again() {
    let directory = directory();
    let path = directory.path().join("tenant.db");
    let store = with_table(&path, Options::default());
    store.write(Lane::Bulk, |tx| load(tx, 1, 100).map(Commit::Keep)).expect("a load");
    store.0.close();
    let log = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |m| m.len());
    assert_eq!(log, 0, "the log is emptied");
    assert_eq!(ids(&open(&path, Options::default())).len(), 100);
}

#[test]
fn the_log_stays_bounded_and_a_long_read_only_delays_that() {
    let directory = directory();
    let path = directory.path().join("tenant.db");
    let limit = 200;
    let store = with_table(&path, Options { checkpoint_pages: limit, ..Options::default() });
    let log = || std::fs::metadata(path.with_extension("db-wal")).expect("a log").len();
    let chunks = |from: i64| {
        for n in from..from + 40 {
            store.write(Lane::Bulk, move |tx| load(tx, n * 1000, 1000).map(Commit::Keep)).expect("a load");
        }
    };
    chunks(0);
    // 40 chunks of half a megabyte; the log ends below four times the limit and what the last chunk wrote above it.
    let bound = (u64::from(limit) * 4 + 200) * 8300;
    assert!(log() < bound, "{} bytes", log());
    let seen = store.read(|tx| {
        let count = |tx: &mut dyn accrual_store::Read| tx.first("SELECT count(*) FROM t", &[], |row| row.int(0));
        let before = count(tx)?;
        chunks(40);
        Ok((before, count(tx)?))
    });
    assert_eq!(seen.expect("the read"), (Some(40_000), Some(40_000)));
    assert_eq!(ids(&store).len(), 80_000);
    // The read has ended: the log is copied, started again, and grows no further.
    let grown = log();
    chunks(80);
    assert!(log() <= grown + bound, "{} after {grown} bytes", log());
}

#[test]
fn a_full_disk_is_a_clear_refusal_and_keeps_nothing_of_it() {
    let directory = directory();
    let store = with_table(&directory.path().join("tenant.db"), Options::default());
    pragma(&store, "PRAGMA max_page_count = 60");
    let full = store.write(Lane::Bulk, |tx| load(tx, 1, 5000).map(Commit::Keep));
    let error = full.expect_err("the disk is full");
    assert_eq!(error.rejection().map(|r| r.code), Some("store.full"), "{error}");
    assert_eq!(ids(&store), [0; 0]);

    // In a group: whoever is told that it was kept was kept, whoever is told otherwise was not. SQLite may undo the
    // whole shared transaction, so neighbours may be refused too; they are told so and may come again.
    let (open_gate, gate) = channel::<()>();
    let held = submit(&store, move |_| Ok(u64::from(gate.recv().is_ok())));
    let waiting: Vec<_> = (1..=5).map(|n| submit(&store, move |tx| load(tx, n * 10_000, if n == 3 { 5000 } else { 1 }))).collect();
    drop(open_gate);
    let answers = waiting.iter().map(|r| r.recv().expect("an answer"));
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for (answer, n) in answers.zip(1_i64..) {
        match answer {
            Ok(()) => kept.push(n * 10_000),
            Err(e) => refused.push((n, e.rejection().map(|r| r.code))),
        }
    }
    held.recv().expect("an answer").or_else(|e| e.rejection().map(|_| ()).ok_or(e)).expect("kept or refused");
    assert_eq!(ids(&store), kept);
    assert!(refused.contains(&(3, Some("store.full"))) && refused.iter().all(|(_, code)| *code == Some("store.full")), "{refused:?}");

    pragma(&store, "PRAGMA max_page_count = 100000");
    store.write(Lane::Bulk, |tx| load(tx, 100_000, 5000).map(Commit::Keep)).expect("there is room again");
    assert_eq!(ids(&store).len(), kept.len() + 5000);
}

fn submit(store: &StoreHandle, f: impl FnOnce(&mut dyn Write) -> Result<u64> + Send + 'static) -> Receiver<Result<()>> {
    let (answer, receiver) = channel();
    store.0.submit(WriteJob {
        lane: Lane::Small,
        run: Box::new(move |tx| f(tx).map(|n| Commit::Keep(Box::new(n) as _))),
        done: Box::new(move |result| drop(answer.send(result.map(|_| ())))),
    });
    receiver
}

#[test]
fn a_file_that_is_no_database_and_a_missing_directory_are_told() {
    let directory = directory();
    let path = directory.path().join("notes.txt");
    std::fs::write(&path, "these are notes and no database, long enough to have a header of one").expect("a file");
    let error = SqliteStore::open(&path, Options::default()).err().expect("refused");
    assert!(error.to_string().contains("notes.txt") && error.to_string().contains("not a database"), "{error}");
    let error = SqliteStore::open(directory.path().join("nowhere/tenant.db"), Options::default()).err().expect("refused");
    assert!(error.to_string().contains("nowhere"), "{error}");
}

#[test]
fn more_reads_than_readers_wait_and_are_then_refused() {
    let directory = directory();
    let options = Options { readers: 2, reader_wait: std::time::Duration::from_millis(20), ..Options::default() };
    let store = with_table(&directory.path().join("tenant.db"), options);
    let refused = store.read(|_| store.read(|_| store.read(|_| Ok(()))));
    assert_eq!(refused.err().and_then(|e| e.rejection().map(|r| r.code)), Some("store.readers"));
    assert!(store.read(|_| store.read(|_| Ok(()))).is_ok(), "they are free again");
}

#[test]
fn a_panic_in_a_read_frees_its_snapshot() {
    let directory = directory();
    let options = Options { readers: 1, ..Options::default() };
    let store = with_table(&directory.path().join("tenant.db"), options);
    for _ in 0..3 {
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.read(|tx| tx.query("SELECT 1", &[], &mut |_| -> Result<Flow> { panic!("a panic that the test wants") }))
        }));
        assert!(panicked.is_err());
    }
    assert_eq!(ids(&store), [0; 0]);
}
