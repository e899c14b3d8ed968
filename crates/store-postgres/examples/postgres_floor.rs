//! What the port costs: the same rows by a bare loop over the driver and through the port, in one run.
//!
//! ```sh
//! scripts/postgres.sh run cargo run --release -p accrual-store-postgres --example floor
//! ```

use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Cell, Commit, Flow, Lane, StoreHandle};
use accrual_store_postgres::{Scratch, test_url};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls};

const CLIENTS: usize = 64;
const SECONDS: u64 = 3;
const ROUNDS: usize = 3;
const ROWS: i64 = 1_000_000;
const TABLE: BulkTable = BulkTable {
    name: "wide",
    columns: &[
        ("c0", BulkType::Int),
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
const INSERT: &str = "INSERT INTO small (id, account, amount, note) VALUES ($1, $2, $3, $4)";

fn main() -> Result<()> {
    let Some(url) = test_url() else { return Ok(()) };
    let store = Scratch::on(&url)?;
    prepare(&store)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Error::fault_from("the clients' event loop", e))?;
    let client = runtime.block_on(connect(&url, store.schema()))?;
    for round in 1..=ROUNDS {
        println!("round {round}");
        let client = Arc::clone(&client);
        let bare = runtime.block_on(bare_group_commit(client.clone()))?;
        for (name, work) in [("deferred", deferred as Work), ("executed", executed), ("read, then 3 deferred", several)] {
            let rate = runtime.block_on(through_port(&store, work))?;
            println!(
                "  small writes, {CLIENTS} clients: bare unnest {bare:>7}/s, port, {name}: {rate:>7}/s = {}%",
                rate * 100 / bare.max(1)
            );
        }
        let bare = runtime.block_on(bare_copy(&client))?;
        let port = port_copy(&store, ROWS)?;
        let chunks = port_copy(&store, 20_000)?;
        println!("  COPY {ROWS} x 12 integers: bare {bare:?}, port {port:?}, port in chunks of 20,000 {chunks:?}");
        read(&store)?;
        change(&store)?;
        beside_bulk(&store)?;
    }
    Ok(())
}

fn prepare(store: &StoreHandle) -> Result<()> {
    store.write(Lane::Small, |tx| {
        tx.execute("CREATE TABLE small (id BIGINT PRIMARY KEY, account BIGINT NOT NULL, amount BIGINT NOT NULL, note TEXT NOT NULL)", &[])?;
        tx.execute("CREATE INDEX small_account ON small (account)", &[])?;
        let columns: Vec<String> = TABLE.columns.iter().map(|(name, _)| format!("{name} BIGINT NOT NULL")).collect();
        tx.execute(&format!("CREATE TABLE wide ({})", columns.join(", ")), &[])?;
        Ok(Commit::Keep(()))
    })
}

async fn connect(url: &str, schema: &str) -> Result<Arc<Client>> {
    let fault = |e| Error::fault_from("the bare connection", e);
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(fault)?;
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO {schema}")).await.map_err(fault)?;
    Ok(Arc::new(client))
}

static NEXT: AtomicI64 = AtomicI64::new(1);

fn next() -> i64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Runs `one` over and over in every client and answers the rate a second.
async fn clients<F: Future<Output = ()> + Send + 'static>(one: impl Fn() -> F + Clone + Send + 'static) -> u64 {
    let (done, end) = (Arc::new(AtomicU64::new(0)), Instant::now() + Duration::from_secs(SECONDS));
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (one, done) = (one.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while Instant::now() < end {
                    one().await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        let _ = task.await;
    }
    done.load(Ordering::Relaxed) / SECONDS
}

/// The floor: whoever waits is inserted by one statement over arrays, which commits by itself.
async fn bare_group_commit(client: Arc<Client>) -> Result<u64> {
    let sql = "INSERT INTO small (id, account, amount, note) SELECT * FROM UNNEST($1::BIGINT[], $2::BIGINT[], $3::BIGINT[], $4::TEXT[])";
    let statement = client.prepare(sql).await.map_err(|e| Error::fault_from(sql, e))?;
    let (sender, mut receiver) = mpsc::unbounded_channel::<(i64, oneshot::Sender<()>)>();
    let writer = tokio::spawn(async move {
        let mut batch = Vec::new();
        while receiver.recv_many(&mut batch, 256).await > 0 {
            let (ids, waiting): (Vec<i64>, Vec<_>) = batch.drain(..).unzip();
            let notes: Vec<&str> = ids.iter().map(|_| "a note of usual length").collect();
            if client.execute(&statement, &[&ids, &ids, &ids, &notes]).await.is_ok() {
                waiting.into_iter().for_each(|w| w.send(()).unwrap_or_default());
            }
        }
    });
    let rate = clients(move || {
        let sender = sender.clone();
        async move {
            let (done, wait) = oneshot::channel();
            let _ = sender.send((next(), done));
            let _ = wait.await;
        }
    })
    .await;
    let _ = writer.await;
    Ok(rate)
}

type Work = fn(&mut dyn accrual_store::Write, i64) -> Result<()>;

fn row(id: i64) -> [Cell<'static>; 4] {
    [id.into(), id.into(), id.into(), "a note of usual length".into()]
}
fn deferred(tx: &mut dyn accrual_store::Write, id: i64) -> Result<()> {
    tx.defer(INSERT, &row(id))
}
fn executed(tx: &mut dyn accrual_store::Write, id: i64) -> Result<()> {
    tx.execute(INSERT, &row(id)).map(drop)
}
fn several(tx: &mut dyn accrual_store::Write, id: i64) -> Result<()> {
    tx.query("SELECT amount FROM small WHERE id = $1", &[id.into()], &mut |_| Ok(Flow::Stop))?;
    for _ in 0..3 {
        tx.defer(INSERT, &row(next()))?;
    }
    Ok(())
}

async fn through_port(store: &StoreHandle, work: Work) -> Result<u64> {
    let store = store.clone();
    let rate = clients(move || {
        let store = store.clone();
        async move {
            if let Err(e) = store.write_async(Lane::Small, move |tx| work(tx, next()).map(Commit::Keep)).await {
                eprintln!("{e}");
            }
        }
    })
    .await;
    Ok(rate)
}

async fn bare_copy(client: &Client) -> Result<Duration> {
    let fault = |e| Error::fault_from("the bare copy", e);
    let started = Instant::now();
    let names: Vec<&str> = TABLE.columns.iter().map(|(n, _)| *n).collect();
    let sink = client.copy_in::<_, Bytes>(&format!("COPY wide ({}) FROM STDIN BINARY", names.join(", "))).await.map_err(fault)?;
    let mut sink = pin!(sink);
    let mut buffer = BytesMut::with_capacity(300 * 1024);
    buffer.put_slice(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0");
    for id in 0..ROWS {
        buffer.put_i16(12);
        for column in 0..12 {
            buffer.put_i32(8);
            buffer.put_i64(id + column);
        }
        if buffer.len() > 256 * 1024 {
            sink.send(buffer.split().freeze()).await.map_err(fault)?;
            buffer.reserve(300 * 1024);
        }
    }
    buffer.put_i16(-1);
    sink.send(buffer.freeze()).await.map_err(fault)?;
    sink.finish().await.map_err(fault)?;
    Ok(started.elapsed())
}

fn port_copy(store: &StoreHandle, chunk: i64) -> Result<Duration> {
    let started = Instant::now();
    let mut from = 0;
    while from < ROWS {
        store.write(Lane::Bulk, move |tx| {
            tx.bulk(&TABLE, &mut |sink| {
                (from..from + chunk).try_for_each(|id| {
                    sink.push(&std::array::from_fn::<_, 12, _>(|c| Cell::Int(id + i64::try_from(c).unwrap_or_default())))
                })
            })?;
            Ok(Commit::Keep(()))
        })?;
        from += chunk;
    }
    Ok(started.elapsed())
}

fn read(store: &StoreHandle) -> Result<()> {
    let started = Instant::now();
    let (mut rows, mut total) = (0_u64, 0_i64);
    store.read(|tx| {
        tx.query("SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM wide LIMIT 1000000", &[], &mut |row| {
            rows += 1;
            total = total.wrapping_add(row.int(0)?).wrapping_add(row.int(11)?);
            Ok(Flow::Continue)
        })
    })?;
    println!("  read {rows} rows x 12 through the port: {:?} (sum {total})", started.elapsed());
    Ok(())
}

/// Deferred updates by key, as a program that works on many rows makes them.
fn change(store: &StoreHandle) -> Result<()> {
    const COUNT: i64 = 100_000;
    let started = Instant::now();
    let last = store.read(|tx| tx.first("SELECT MAX(id) FROM small", &[], |row| row.int(0)))?.unwrap_or_default();
    store.write(Lane::Bulk, move |tx| {
        for id in last - COUNT..last {
            tx.defer("UPDATE small SET amount = $2, note = $3 WHERE id = $1", &[id.into(), (-id).into(), "changed".into()])?;
        }
        Ok(Commit::Keep(()))
    })?;
    println!("  {COUNT} deferred updates by key: {:?}", started.elapsed());
    Ok(())
}

/// How long a small write takes while chunks are loaded.
fn beside_bulk(store: &StoreHandle) -> Result<()> {
    let (loader, started) = (store.clone(), Instant::now());
    let load = std::thread::spawn(move || port_copy(&loader, 20_000));
    let mut times = Vec::new();
    while !load.is_finished() {
        let before = Instant::now();
        store.write(Lane::Small, |tx| deferred(tx, next()).map(Commit::Keep))?;
        times.push(before.elapsed());
    }
    times.sort_unstable();
    let at = |per_mille: usize| times.get(times.len() * per_mille / 1_000).copied().unwrap_or_default();
    println!("  small writes beside a load of {:?}: {} of them, median {:?}, p99 {:?}", started.elapsed(), times.len(), at(500), at(990));
    Ok(())
}
