//! The bare group-committing loop behind the barest HTTP server: what durable small writes can cost here.

use super::sqlite;
use anyhow::Result;
use axum::extract::State;
use axum::routing::post;
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

impl Bare {
    pub fn start_sqlite(path: &Path) -> Result<Self> {
        let mut db = sqlite::open(path)?;
        db.execute_batch(
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
             CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER, actor TEXT, operation TEXT, object TEXT, object_id TEXT, body TEXT) STRICT;",
        )?;
        let (send, receive) = channel::<Item>();
        std::thread::spawn(move || while group(&mut db, &receive).is_ok_and(|more| more) {});
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

async fn store(State(send): State<Arc<Sender<Item>>>, body: String) -> &'static str {
    let (done, wait) = oneshot::channel();
    if send.send((body, done)).is_ok() && wait.await.is_ok() { "{\"ok\":true}" } else { "{\"ok\":false}" }
}

/// Takes what waits, stores it in one transaction, answers all. False when the server is gone.
fn group(db: &mut rusqlite::Connection, receive: &Receiver<Item>) -> Result<bool> {
    let Ok(first) = receive.recv() else { return Ok(false) };
    let mut items = vec![first];
    while items.len() < GROUP
        && let Ok(item) = receive.try_recv()
    {
        items.push(item);
    }
    let tx = db.transaction()?;
    for (body, _) in &items {
        tx.prepare_cached("INSERT INTO thing (name, value) VALUES (?1, 'value')")?.execute([body])?;
        tx.prepare_cached("INSERT INTO audit (at, actor, operation, object, object_id, body) VALUES (1, 'bench', 'create', 'thing', '1', ?1)")?
            .execute([body])?;
    }
    tx.commit()?;
    for (_, done) in items {
        let _ = done.send(());
    }
    Ok(true)
}
