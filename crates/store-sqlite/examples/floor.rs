//! What SQLite costs bare, and what the port adds: `cargo run --release -p accrual-store-sqlite --example floor`.
//!
//! Each pair of figures does the same work with the same settings in the same run, in turns, so that the ratio means
//! something on a busy machine. Figures are medians.

use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Cell, Commit, Lane, StoreHandle};
use accrual_store_sqlite::{Options, SqliteStore};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

const CLIENTS: i64 = 64;
const ROUNDS: usize = 5;
const SMALL_TIME: Duration = Duration::from_millis(1500);
const ROWS: i64 = 1_000_000;
const CHUNK: i64 = 10_000;

const SMALL_TABLE: &str =
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, amount INTEGER NOT NULL, memo TEXT NOT NULL) STRICT";
const SMALL_INSERT: &str = "INSERT INTO entry (customer, amount, memo) VALUES ($1, $2, $3)";
const BULK: BulkTable = BulkTable {
    name: "wide",
    columns: &[
        ("id", BulkType::Int),
        ("c1", BulkType::Int),
        ("c2", BulkType::Int),
        ("c3", BulkType::Int),
        ("c4", BulkType::Int),
        ("c5", BulkType::Int),
        ("c6", BulkType::Int),
        ("c7", BulkType::Int),
        ("c8", BulkType::Int),
        ("c9", BulkType::Int),
        ("c10", BulkType::Int),
        ("c11", BulkType::Int),
    ],
};

fn main() -> Result<()> {
    // One part by its name, or all.
    let wanted = std::env::args().nth(1);
    let on = |part: &str| wanted.as_deref().is_none_or(|w| w == part);
    if on("small") {
        println!("small durable writes, {CLIENTS} threads, 1 row of 4 columns each");
        let mut runs: [Vec<u64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            runs[0].push(bare_small(false)?);
            runs[1].push(bare_small(true)?);
            runs[2].push(port_small()?);
        }
        report(["bare group-committing loop", "the same, a savepoint a row", "through the port"], &mut runs);
    }
    if on("bulk") {
        println!("bulk, {ROWS} rows of 12 integers, chunks of {CHUNK}");
        let mut runs: [Vec<u64>; 2] = Default::default();
        for _ in 0..ROUNDS {
            runs[0].push(bare_bulk()?);
            runs[1].push(port_bulk()?);
        }
        report(["bare prepared insert", "through the port"], &mut runs);
    }
    if on("beside") {
        println!("small durable writes while bulk chunks run");
        beside_bulk()?;
    }
    Ok(())
}

fn median(figures: &mut [u64]) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// The first figure is what the others are measured against.
fn report<const N: usize>(names: [&str; N], runs: &mut [Vec<u64>; N]) {
    println!("  runs: {runs:?}");
    let mut base = 0;
    for (name, runs) in names.iter().zip(runs) {
        let figure = median(runs);
        base = if base == 0 { figure.max(1) } else { base };
        println!("  {name:<28} {figure:>9} rows/s {:>4} %", figure * 100 / base);
    }
}

fn directory() -> Result<tempfile::TempDir> {
    tempfile::tempdir().map_err(|e| Error::fault_from("making a directory", e))
}

fn sql<T>(r: rusqlite::Result<T>) -> Result<T> {
    r.map_err(|e| Error::fault_from("bare SQLite", e))
}

/// The same settings as the store's writer.
fn bare(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "page_size", 8192)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 2000")?;
    Ok(conn)
}

fn per_second(n: usize, time: Duration) -> u64 {
    u64::try_from(n as u128 * 1_000_000 / time.as_micros().max(1)).unwrap_or(u64::MAX)
}

/// Clients that wait for each answer, over whatever `send` does. Answers the number of rows answered.
fn clients(send: impl Fn(i64, i64) -> Result<()> + Sync) -> Result<u64> {
    let (stop, started) = (AtomicBool::new(false), Instant::now());
    let done: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (send, stop) = (&send, &stop);
                scope.spawn(move || {
                    let mut n = 0;
                    while !stop.load(Ordering::Relaxed) && send(client, i64::try_from(n).unwrap_or(0)).is_ok() {
                        n += 1;
                    }
                    n
                })
            })
            .collect();
        std::thread::sleep(SMALL_TIME);
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|t| t.join().unwrap_or(0)).sum()
    });
    Ok(per_second(done, started.elapsed()))
}

type Order = (i64, i64, std::sync::mpsc::SyncSender<()>);

/// The least that a group commit can be: a channel, inserts, one commit, answers.
fn bare_small(savepoints: bool) -> Result<u64> {
    let directory = directory()?;
    let conn = sql(bare(&directory.path().join("bare.db")))?;
    sql(conn.execute_batch(SMALL_TABLE))?;
    let (queue, orders): (Sender<Order>, Receiver<Order>) = channel();
    let writer = std::thread::spawn(move || -> rusqlite::Result<()> {
        let mut group = Vec::new();
        while let Ok(first) = orders.recv() {
            group.push(first);
            group.extend(orders.try_iter().take(255));
            conn.execute_batch("BEGIN IMMEDIATE")?;
            for (customer, amount, _) in &group {
                if savepoints {
                    conn.prepare_cached("SAVEPOINT job")?.execute(())?;
                }
                conn.prepare_cached("INSERT INTO entry (customer, amount, memo) VALUES (?1, ?2, ?3)")?
                    .execute((customer, amount, "a memo"))?;
                if savepoints {
                    conn.prepare_cached("RELEASE job")?.execute(())?;
                }
            }
            conn.execute_batch("COMMIT")?;
            for (_, _, answer) in group.drain(..) {
                let _ = answer.send(());
            }
        }
        Ok(())
    });
    let rate = clients(|customer, amount| {
        let (answer, answered) = sync_channel(1);
        queue.send((customer, amount, answer)).map_err(|_| Error::fault("the writer is gone"))?;
        answered.recv().map_err(|e| Error::fault_from("no answer", e))
    });
    drop(queue);
    writer.join().map_err(|_| Error::fault("the writer panicked"))?.map_err(|e| Error::fault_from("bare SQLite", e))?;
    rate
}

fn open(directory: &Path, tables: &[&'static str]) -> Result<StoreHandle> {
    let store = SqliteStore::open(directory.join("port.db"), Options::default())?.into_handle();
    for table in tables {
        let table: &'static str = table;
        store.write(Lane::Small, move |tx| tx.execute(table, &[]).map(Commit::Keep))?;
    }
    Ok(store)
}

fn small(store: &StoreHandle, customer: i64, amount: i64) -> Result<()> {
    store.write(Lane::Small, move |tx| {
        tx.execute(SMALL_INSERT, &[customer.into(), amount.into(), "a memo".into()])?;
        Ok(Commit::Keep(()))
    })
}

fn port_small() -> Result<u64> {
    let directory = directory()?;
    let store = open(directory.path(), &[SMALL_TABLE])?;
    clients(|customer, amount| small(&store, customer, amount))
}

fn wide_table() -> String {
    let columns: Vec<String> = BULK.columns.iter().skip(1).map(|(name, _)| format!("{name} INTEGER NOT NULL")).collect();
    format!("CREATE TABLE wide (id INTEGER PRIMARY KEY, {}) STRICT", columns.join(", "))
}

fn bare_bulk() -> Result<u64> {
    let directory = directory()?;
    let conn = sql(bare(&directory.path().join("bare.db")))?;
    sql(conn.execute_batch(&wide_table()))?;
    let started = Instant::now();
    for first in (0..ROWS).step_by(usize::try_from(CHUNK).unwrap_or(1)) {
        sql(conn.execute_batch("BEGIN IMMEDIATE"))?;
        let mut insert = sql(conn.prepare_cached("INSERT INTO wide VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"))?;
        for id in first..first + CHUNK {
            let n = |k: i64| id.wrapping_mul(k);
            sql(insert.execute((id, n(1), n(3), n(5), n(7), n(11), n(13), n(17), n(19), n(23), n(29), n(31))))?;
        }
        drop(insert);
        sql(conn.execute_batch("COMMIT"))?;
    }
    Ok(per_second(usize::try_from(ROWS).unwrap_or(0), started.elapsed()))
}

fn chunk(store: &StoreHandle, first: i64) -> Result<u64> {
    store.write(Lane::Bulk, move |tx| {
        let rows = tx.bulk(&BULK, &mut |sink| {
            for id in first..first + CHUNK {
                let n = |k: i64| Cell::Int(id.wrapping_mul(k));
                sink.push(&[Cell::Int(id), n(1), n(3), n(5), n(7), n(11), n(13), n(17), n(19), n(23), n(29), n(31)])?;
            }
            Ok(())
        })?;
        Ok(Commit::Keep(rows))
    })
}

fn port_bulk() -> Result<u64> {
    let directory = directory()?;
    let table: &'static str = wide_table().leak();
    let store = open(directory.path(), &[table])?;
    let started = Instant::now();
    for first in (0..ROWS).step_by(usize::try_from(CHUNK).unwrap_or(1)) {
        chunk(&store, first)?;
    }
    Ok(per_second(usize::try_from(ROWS).unwrap_or(0), started.elapsed()))
}

/// Eight clients write small rows, one feeds bulk chunks without a pause: how long does a small write take?
fn beside_bulk() -> Result<()> {
    let directory = directory()?;
    let table: &'static str = wide_table().leak();
    let store = open(directory.path(), &[SMALL_TABLE, table])?;
    let chunks = || (0..ROWS).step_by(usize::try_from(CHUNK).unwrap_or(1));
    waits("inserts in order", &store, || chunks().try_for_each(|first| chunk(&store, first).map(|_| ())))?;
    waits("updates all over the table", &store, || (0..60).try_for_each(|round| scattered(&store, round)))?;
    let log = std::fs::metadata(directory.path().join("port.db-wal")).map_or(0, |m| m.len());
    println!("  write-ahead log {} MB", log >> 20);
    Ok(())
}

/// 2,000 updates that touch almost as many pages: the worst that a chunk does to the log and to a checkpoint.
fn scattered(store: &StoreHandle, round: i64) -> Result<()> {
    store.write(Lane::Bulk, move |tx| {
        for n in 0..2000_i64 {
            let id = (n * 7919 + round * 104_729) * 61 % ROWS;
            tx.defer("UPDATE wide SET c1 = $1 WHERE id = $2", &[round.into(), id.into()])?;
        }
        Ok(Commit::Keep(()))
    })
}

/// Small writes by eight clients for as long as `bulk` runs.
fn waits(name: &str, store: &StoreHandle, bulk: impl FnOnce() -> Result<()>) -> Result<()> {
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let mut waits: Vec<u64> = std::thread::scope(|scope| -> Result<Vec<u64>> {
        let threads: Vec<_> = (0..8)
            .map(|client| {
                let stop = &stop;
                scope.spawn(move || {
                    let mut waits = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let started = Instant::now();
                        if small(store, client, 1).is_err() {
                            break;
                        }
                        waits.push(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    waits
                })
            })
            .collect();
        let result = bulk();
        stop.store(true, Ordering::Relaxed);
        result?;
        Ok(threads.into_iter().flat_map(|t| t.join().unwrap_or_default()).collect())
    })?;
    waits.sort_unstable();
    let at = |percent: usize| waits.get((waits.len().saturating_sub(1)) * percent / 100).copied().unwrap_or_default();
    let time = started.elapsed().as_millis();
    println!("  {name}: {time} ms; {} small writes, p50 {} us, p99 {} us, longest {} us", waits.len(), at(50), at(99), at(100));
    Ok(())
}
