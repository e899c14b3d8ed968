//! Durable small writes over HTTP against a bare loop that stores the same rows.

use crate::floor::commits::Bare;
use crate::load::{self, Load, Post};
use crate::server::Server;
use crate::table::Row;
use anyhow::Result;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Connections that write at the same time.
const CLIENTS: usize = 64;
/// Each side is measured this often, by turns, so that what else the machine does meets both.
const TURNS: u32 = 3;

/// Where a small durable write goes.
pub fn post(server: &Server) -> Post {
    Post { path: "/accrual/v1/objects/event-types".to_owned(), credentials: format!("token: {}", server.token()) }
}

/// A new event type each time: a small durable write with its audit row.
pub fn event_type(prefix: &str, client: usize, n: usize) -> String {
    format!("{{\"name\":\"{prefix}_{client}_{n}\",\"processType\":\"By Amount\"}}")
}

/// Runs both sides by turns, `time` in all for each.
pub fn measure(server: &Server, data: &Path, url: Option<&str>, time: Duration) -> Result<Vec<Row>> {
    let (bare, name) = match url {
        None => (Bare::start_sqlite(&data.join("commits.db"))?, "SQLite"),
        Some(url) => (Bare::start_postgres(url)?, "PostgreSQL"),
    };
    let bare_post = Post { path: "/".to_owned(), credentials: "token: none".to_owned() };
    let (mut ours, mut base) = (Load::default(), Load::default());
    for turn in 0..TURNS {
        eprintln!("durable small writes, {CLIENTS} clients, turn {} of {TURNS} …", turn + 1);
        ours.add(side(server.address, &post(server), turn, time / TURNS)?);
        base.add(side(bare.address, &bare_post, turn, time / TURNS)?);
    }
    let label = format!(
        "durable small writes over HTTP, {CLIENTS} clients (baseline: a bare loop that commits the same two rows in groups on {name} behind bare HTTP)"
    );
    let p99 = ours.quantile(990);
    let waits =
        format!("{} ms (p50 {} ms; baseline p99 {} ms)", p99.as_millis(), ours.quantile(500).as_millis(), base.quantile(990).as_millis());
    Ok(vec![
        Row::rate(&label, ours.per_second(), base.per_second(), 50),
        Row::plain(&format!("the same, p99 of {}", ours.latencies.len()), waits, "≤ 250 ms", p99 <= Duration::from_millis(250)),
    ])
}

fn side(address: SocketAddr, post: &Post, turn: u32, time: Duration) -> Result<Load> {
    load::run(address, post, CLIENTS, time, |client, n| event_type(&format!("LOAD{turn}"), client, n))
}
