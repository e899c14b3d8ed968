//! Invoices over HTTP: pages and single calls over a growing store, durable posts with and without shared commits, and
//! batches against a bare insert of their rows.

mod bare;
mod batch;
mod fill;
mod pages;
mod posts;

use crate::load::Post;
use crate::server::Server;
use crate::table::Row;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;

/// What is measured where.
pub struct Run<'a> {
    pub binary: &'a Path,
    pub data: &'a Path,
    pub url: Option<&'a str>,
    /// How many invoices there are at the end of the curve.
    pub invoices: u64,
    /// How long each side of the posts is measured.
    pub time: Duration,
}

impl Run<'_> {
    /// The server; `group` is how many writes share a commit at most.
    pub fn server(&self, group: &str) -> Result<Server> {
        Server::start_with(self.binary, self.data, self.url, &[("ACCRUAL_COMMIT_GROUP", group)])
    }
}

/// Accounts that the invoices belong to.
const ACCOUNTS: u64 = 1_000;
/// Connections of a load.
const CLIENTS: usize = 64;
/// Most writes that share a commit, as the server has it unless said otherwise.
const SHARED: &str = "256";

/// Runs all parts, the curve first: the others add invoices.
pub fn measure(run: &Run<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    {
        let server = run.server(SHARED)?;
        let billing = Billing::of(&server)?;
        fill::accounts(&billing)?;
        rows.extend(pages::curve(&billing, run.invoices)?);
        rows.extend(batch::measure(&billing, run)?);
    }
    rows.extend(posts::measure(run)?);
    Ok(rows)
}

/// A running server and the credentials for its billing interface.
pub struct Billing {
    pub address: std::net::SocketAddr,
    pub credentials: String,
}

impl Billing {
    pub fn of(server: &Server) -> Result<Self> {
        let credentials = format!("authorization: Bearer {}\r\nzuora-version: 2025-08-12", server.billing_token()?);
        Ok(Self { address: server.address, credentials })
    }

    pub fn post(&self, path: &str) -> Post {
        Post { path: path.to_owned(), credentials: self.credentials.clone() }
    }
}

/// The number of one of the accounts.
fn account(n: u64) -> String {
    format!("BENCH-{:05}", n % ACCOUNTS)
}

/// An invoice that is posted as it is created, with `items` items.
fn invoice(n: u64, items: u64) -> String {
    let rows: Vec<String> = (0..items)
        .map(|i| {
            let amount = 10_000 + (n * 31 + i * 7) % 977;
            format!(
                r#"{{"chargeName":"Platform {i}","amount":{}.{:02},"serviceStartDate":"2024-03-01","serviceEndDate":"2024-03-31"}}"#,
                amount / 100,
                amount % 100
            )
        })
        .collect();
    let (account, day) = (account(n), n % 28 + 1);
    format!(r#"{{"accountNumber":"{account}","invoiceDate":"2024-03-{day:02}","status":"Posted","invoiceItems":[{}]}}"#, rows.join(","))
}

/// A batch of invoices, all or nothing.
fn invoices(first: u64, count: u64, items: u64) -> String {
    let all: Vec<String> = (first..first + count).map(|n| invoice(n, items)).collect();
    format!(r#"{{"useSingleTransaction":true,"invoices":[{}]}}"#, all.join(","))
}

/// The middle of some durations.
fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
