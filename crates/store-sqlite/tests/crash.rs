//! A writing process is killed at random moments; what it was answered is there, and nothing is half done.

use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Commit, Flow, Lane, StoreHandle, Write};
use accrual_store_sqlite::{Options, SqliteStore};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const CHILD: &str = "ACCRUAL_CRASH_CHILD";
const ROUNDS: u64 = 10;
const THREADS: i64 = 8;
const CHUNK: i64 = 1500;

const SMALL: &str = "CREATE TABLE small (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT";
/// A second row of the same job: both or none.
const TWIN: &str = "CREATE TABLE twin (id INTEGER PRIMARY KEY) STRICT";
const CHUNKED: &str = "CREATE TABLE chunked (id INTEGER PRIMARY KEY, chunk INTEGER NOT NULL, body BLOB NOT NULL) STRICT";
const ROWS: BulkTable =
    BulkTable { name: "chunked", columns: &[("id", BulkType::Int), ("chunk", BulkType::Int), ("body", BulkType::Bytes)] };

fn open(path: &Path, round: u64) -> StoreHandle {
    // Every other round checkpoints all the time, so that kills meet half-done checkpoints too.
    let checkpoint_pages = if round.is_multiple_of(2) { 40 } else { Options::default().checkpoint_pages };
    SqliteStore::open(path, Options { checkpoint_pages, ..Options::default() }).expect("the store opens").into_handle()
}

#[test]
fn a_killed_process_loses_nothing_that_was_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("tenant.db");
    let store = open(&path, 0);
    for sql in [SMALL, TWIN, CHUNKED] {
        store.write(Lane::Small, move |tx| tx.execute(sql, &[]).map(Commit::Keep)).expect("the tables are made");
    }
    drop(store);
    let (mut small, mut chunks) = (BTreeSet::new(), BTreeSet::new());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..ROUNDS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        for line in run_and_kill(&path, round, Duration::from_millis(120 + random % 500)) {
            match line.split_once(' ').map(|(kind, id)| (kind, id.parse::<i64>())) {
                Some(("small", Ok(id))) => assert!(small.insert(id), "{id} is answered once"),
                Some(("chunk", Ok(id))) => assert!(chunks.insert(id), "{id} is answered once"),
                _ => {}
            }
        }
        verify(&open(&path, round), &small, &chunks);
    }
    assert!(small.len() > 200 && chunks.len() > 5, "the rounds did something: {} rows, {} chunks", small.len(), chunks.len());
}

/// Lets a child write and answers the whole lines that it printed before it was killed.
fn run_and_kill(path: &Path, round: u64, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "the_child_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, format!("{round} {}", path.display()))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let output = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let (mut output, mut lines) = (BufReader::new(output), Vec::new());
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|n| n > 0) {
            if line.ends_with('\n') {
                lines.push(line.trim_end().to_owned());
            }
            line.clear();
        }
        lines
    });
    std::thread::sleep(after);
    child.kill().expect("the child is killed");
    child.wait().expect("the child is gone");
    reader.join().expect("the answers are read")
}

fn verify(store: &StoreHandle, small: &BTreeSet<i64>, chunks: &BTreeSet<i64>) {
    let ids = |sql: &'static str| -> BTreeSet<i64> {
        store.read(|tx| tx.all(sql, &[], |row| row.int(0))).expect("the rows can be read").into_iter().collect()
    };
    let found = ids("SELECT id FROM small");
    assert_eq!(small.difference(&found).count(), 0, "every answered row is there");
    assert_eq!(found, ids("SELECT id FROM twin"), "both rows of a job or none");
    assert!(found.iter().all(|id| *id >= 0), "no preview is left");
    let mut sizes = BTreeMap::new();
    store
        .read(|tx| {
            tx.query("SELECT chunk, count(*) FROM chunked GROUP BY chunk", &[], &mut |row| {
                sizes.insert(row.int(0)?, row.int(1)?);
                Ok(Flow::Continue)
            })
        })
        .expect("the chunks can be read");
    assert!(sizes.values().all(|n| *n == CHUNK), "no chunk is half done: {sizes:?}");
    assert!(chunks.iter().all(|c| sizes.contains_key(c)), "every answered chunk is there");
    let sound = store.read(|tx| tx.first("PRAGMA integrity_check", &[], |row| row.text(0).map(str::to_owned)));
    assert_eq!(sound.expect("the check runs").as_deref(), Some("ok"));
}

/// Does nothing unless the test above started it.
#[test]
fn the_child_writes_until_it_is_killed() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let (round, path) = order.split_once(' ').expect("round and path");
    let round: u64 = round.parse().expect("a round");
    let first = i64::try_from(round).expect("a small number") * 100_000_000;
    let store = open(Path::new(path), round);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || (0..1_000_000).for_each(|n| small_write(store, first + thread * 1_000_000 + n)));
        }
        (0..100_000).for_each(|n| bulk_chunk(&store, first / 1000 + n));
    });
}

fn say(kind: &str, id: i64) {
    // One write of one short line to a pipe is never torn.
    let _ = std::io::stdout().lock().write_all(format!("{kind} {id}\n").as_bytes());
    let _ = std::io::stdout().lock().flush();
}

fn small_write(store: &StoreHandle, id: i64) {
    let pair = |tx: &mut dyn Write, id: i64| -> Result<u64> {
        tx.execute("INSERT INTO small (id, note) VALUES ($1, 'a note of some length')", &[id.into()])?;
        tx.execute("INSERT INTO twin (id) VALUES ($1)", &[id.into()])
    };
    match id % 5 {
        // A failure and a preview beside the others: nothing of them may ever be seen.
        3 => {
            let failed = store.write::<()>(Lane::Small, move |tx| {
                pair(tx, -id)?;
                Err(Error::invalid("crash.wanted", "this job fails"))
            });
            assert!(failed.is_err());
        }
        4 => assert!(store.write(Lane::Small, move |tx| pair(tx, -id).map(Commit::RollBack)).is_ok()),
        _ => {
            store.write(Lane::Small, move |tx| pair(tx, id).map(Commit::Keep)).expect("a small write succeeds");
            say("small", id);
        }
    }
}

fn bulk_chunk(store: &StoreHandle, chunk: i64) {
    let load = move |tx: &mut dyn Write| {
        tx.bulk(&ROWS, &mut |sink| {
            (0..CHUNK).try_for_each(|n| sink.push(&[(chunk * CHUNK + n).into(), chunk.into(), accrual_store::Cell::Bytes(&[7; 300])]))
        })
    };
    store.write(Lane::Bulk, move |tx| load(tx).map(Commit::Keep)).expect("a chunk succeeds");
    say("chunk", chunk);
}
