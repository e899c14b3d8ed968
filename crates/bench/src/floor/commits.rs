//! The bare group-committing loop behind the barest HTTP server: what durable small writes can cost here.
//!
//! The rows are those of Accrual: an event type with its unique name, and an audit row that spells it out.

use super::{postgres, sqlite};
use anyhow::Result;
use axum::extract::State;
use axum::routing::post;
use rusqlite::params;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

type Item = (String, oneshot::Sender<()>);

/// A server that stores each body as two rows (the thing and its audit row) and answers when they are durable.
pub struct Bare {
    pub address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

/// Most requests that share one commit.
const GROUP: usize = 256;
const ACTOR: &str = "bench";
const OPERATION: &str = "config_create";
const OBJECT: &str = "EventType";
const REQUEST: &str = "0123456789abcdef0123456789abcdef";
/// What the audit row says beside the body, so that it is as long as Accrual's.
const SPELT_OUT: &str = r#","id":1000000,"kind":"Revenue","cumulative":false,"mapping":[],"orderBy":null,"enabled":true,"version":1,"createdBy":"bench","createdAt":"2024-01-15T12:00:00.000000Z","updatedBy":"bench","updatedAt":"2024-01-15T12:00:00.000000Z"}"#;
const THING: &str =
    "version, created_by, created_at, updated_by, updated_at, name, kind, process_type, cumulative, mapping, order_by, enabled";
const AUDIT: &str = "at, actor, operation, object, object_id, before_json, after_json, request_id";

impl Bare {
    pub fn start_sqlite(path: &Path) -> Result<Self> {
        let mut db = sqlite::open(path)?;
        db.execute_batch(
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, version BIGINT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL,
               updated_by TEXT NOT NULL, updated_at BIGINT NOT NULL, name TEXT UNIQUE, kind TEXT, process_type TEXT, cumulative BIGINT,
               mapping TEXT, order_by TEXT, enabled BIGINT);
             CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, operation TEXT NOT NULL,
               object TEXT NOT NULL, object_id TEXT NOT NULL, before_json TEXT, after_json TEXT, request_id TEXT) STRICT;",
        )?;
        let (send, receive) = channel::<Item>();
        std::thread::spawn(move || {
            while let Some(items) = collect(&receive) {
                match in_sqlite(&mut db, &items) {
                    Ok(()) => answer(items),
                    Err(e) => eprintln!("baseline: {e:#}"),
                }
            }
        });
        Self::serve(send)
    }

    /// One connection; the rows of a group go as two array inserts, with their commit in one round trip.
    pub fn start_postgres(url: &str) -> Result<Self> {
        let floor = postgres::Postgres::new(url)?;
        floor.execute(
            "CREATE TABLE thing (id BIGSERIAL PRIMARY KEY, version BIGINT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL,
               updated_by TEXT NOT NULL, updated_at BIGINT NOT NULL, name TEXT COLLATE \"C\" UNIQUE, kind TEXT, process_type TEXT,
               cumulative BIGINT, mapping TEXT, order_by TEXT, enabled BIGINT);
             CREATE TABLE audit (id BIGSERIAL PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, operation TEXT NOT NULL,
               object TEXT NOT NULL, object_id TEXT NOT NULL, before_json TEXT, after_json TEXT, request_id TEXT);",
        )?;
        let thing = format!(
            "INSERT INTO thing ({THING}) SELECT 1, '{ACTOR}', 1, '{ACTOR}', 1, name, 'Revenue', 'By Amount', 0, '[]', NULL, 1 \
             FROM UNNEST($1::TEXT[]) AS n (name)"
        );
        let audit = format!(
            "INSERT INTO audit ({AUDIT}) SELECT 1, '{ACTOR}', '{OPERATION}', '{OBJECT}', '1000000', NULL, body, '{REQUEST}' \
             FROM UNNEST($1::TEXT[]) AS b (body)"
        );
        let statements = floor.prepare(&[&thing, &audit])?;
        let (send, receive) = channel::<Item>();
        std::thread::spawn(move || {
            while let Some(items) = collect(&receive) {
                let names: Vec<&str> = items.iter().map(|(body, _)| name(body)).collect();
                let spelt_out: Vec<String> = items.iter().map(|(body, _)| spelt_out(body)).collect();
                let bodies: Vec<&str> = spelt_out.iter().map(String::as_str).collect();
                match floor.commit(&statements, &[names, bodies]) {
                    Ok(()) => answer(items),
                    Err(e) => eprintln!("baseline: {e:#}"),
                }
            }
        });
        Self::serve(send)
    }

    fn serve(send: Sender<Item>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let app = axum::Router::new().route("/", post(store)).with_state(Arc::new(send));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, _runtime: runtime })
    }
}

async fn store(State(send): State<Arc<Sender<Item>>>, body: String) -> (axum::http::StatusCode, &'static str) {
    let (done, wait) = oneshot::channel();
    if send.send((body, done)).is_ok() && wait.await.is_ok() {
        (axum::http::StatusCode::CREATED, "{\"ok\":true}")
    } else {
        (axum::http::StatusCode::INTERNAL_SERVER_ERROR, "{\"ok\":false}")
    }
}

/// Takes what waits; nothing when the server is gone.
fn collect(receive: &Receiver<Item>) -> Option<Vec<Item>> {
    let mut items = vec![receive.recv().ok()?];
    while items.len() < GROUP
        && let Ok(item) = receive.try_recv()
    {
        items.push(item);
    }
    Some(items)
}

fn answer(items: Vec<Item>) {
    for (_, done) in items {
        let _ = done.send(());
    }
}

/// The value of the first member of the body.
fn name(body: &str) -> &str {
    body.split('"').nth(3).unwrap_or(body)
}

fn spelt_out(body: &str) -> String {
    format!("{}{SPELT_OUT}", body.trim_end_matches('}'))
}

/// Stores a group in one transaction.
fn in_sqlite(db: &mut rusqlite::Connection, items: &[Item]) -> Result<()> {
    let tx = db.transaction()?;
    for (body, _) in items {
        tx.prepare_cached(&format!("INSERT INTO thing ({THING}) VALUES (1, ?1, 1, ?1, 1, ?2, 'Revenue', 'By Amount', 0, '[]', NULL, 1)"))?
            .execute(params![ACTOR, name(body)])?;
        tx.prepare_cached(&format!("INSERT INTO audit ({AUDIT}) VALUES (1, ?1, ?2, ?3, '1000000', NULL, ?4, ?5)"))?.execute(params![
            ACTOR,
            OPERATION,
            OBJECT,
            spelt_out(body),
            REQUEST
        ])?;
    }
    tx.commit()?;
    Ok(())
}
