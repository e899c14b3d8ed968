//! Durable posts of single invoices by many clients: the same server with shared commits and with a commit for each.

use super::{Billing, CLIENTS, Run, SHARED, invoice};
use crate::load::{self, Load};
use crate::table::Row;
use anyhow::Result;
use std::time::Duration;

/// Each side is measured this often, by turns, so that what else the machine does meets both.
const TURNS: u32 = 3;

/// Runs both sides by turns; the server is started anew for each, on the same data.
pub fn measure(run: &Run<'_>) -> Result<Vec<Row>> {
    let (mut shared, mut single) = (Load::default(), Load::default());
    for turn in 0..TURNS {
        eprintln!("durable posts of single invoices, {CLIENTS} clients, turn {} of {TURNS} …", turn + 1);
        shared.add(side(run, SHARED)?);
        single.add(side(run, "1")?);
    }
    let label = format!(
        "durable posts of single invoices, {CLIENTS} clients: one request creates and posts (baseline: the same server with a commit for each)"
    );
    let p99 = shared.quantile(990);
    let waits = format!("{} ms (p50 {} ms)", p99.as_millis(), shared.quantile(500).as_millis());
    Ok(vec![
        Row::rate(&label, shared.per_second(), single.per_second(), 500),
        Row::plain(&format!("the same, p99 of {}", shared.latencies.len()), waits, "≤ 250 ms", p99 <= Duration::from_millis(250)),
    ])
}

fn side(run: &Run<'_>, group: &str) -> Result<Load> {
    let server = run.server(group)?;
    let billing = Billing::of(&server)?;
    let post = billing.post("/v1/invoices");
    load::run(billing.address, &post, CLIENTS, run.time / TURNS, |client, n| invoice((client * 100_003 + n) as u64, 1))
}
