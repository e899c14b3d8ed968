//! Latency of single calls at 10,000, 100,000 and 1,000,000 invoices: one client, nothing beside it.

use super::{Billing, account, fill, invoice, median};
use crate::load::Connection;
use crate::table::{Row, milliseconds};
use anyhow::{Context, Result};
use serde_json::Value;
use std::time::Duration;

/// Calls of each kind at each size.
const CALLS: usize = 200;
/// Fifty invoices, each with its account and its items.
const PAGE: &str = "/object-query/invoices?pageSize=50&expand%5B%5D=account&expand%5B%5D=invoiceitems";

/// What was measured at one size.
struct Point {
    invoices: u64,
    page: Duration,
    page_p99: Duration,
    of_account: Duration,
    create: Duration,
    read: Duration,
}

/// Measures at each size up to `invoices`; the last is compared with the first.
pub fn curve(billing: &Billing, invoices: u64) -> Result<Vec<Row>> {
    let mut sizes: Vec<u64> = [10_000, 100_000, 1_000_000].into_iter().filter(|s| *s < invoices).collect();
    sizes.push(invoices);
    let (mut points, mut there) = (Vec::new(), 0);
    for size in sizes {
        fill::until(billing, there, size)?;
        points.push(point(billing, size)?);
        there = size + CALLS as u64;
    }
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(Vec::new()) };
    let all = |of: fn(&Point) -> Duration| points.iter().map(|p| milliseconds(of(p))).collect::<Vec<_>>().join(", ");
    let sizes = points.iter().map(|p| p.invoices.to_string()).collect::<Vec<_>>().join(", ");
    let row = |what: &str, of: fn(&Point) -> Duration| {
        let text = format!("{what}, median of {CALLS} (at {sizes}: {}; baseline: the first)", all(of));
        Row::short(&text, of(last), of(first), 200)
    };
    Ok(vec![
        Row::plain(
            &format!("Object Query page of 50 invoices with two expands at {} invoices, median of {CALLS}", last.invoices),
            format!("{} (p99 {})", milliseconds(last.page), milliseconds(last.page_p99)),
            "< 5 ms",
            last.page < Duration::from_millis(5),
        ),
        row("that page", |p| p.page),
        row("the same of one account", |p| p.of_account),
        row("one invoice created and posted", |p| p.create),
        row("one invoice by its number", |p| p.read),
    ])
}

fn point(billing: &Billing, invoices: u64) -> Result<Point> {
    let mut connection = Connection::open(billing.address, &billing.post("/v1/invoices"))?;
    let mut pages = pages(&mut connection)?;
    let accounts = account_ids(&mut connection)?;
    let of_account = times(&mut connection, |n| format!("{PAGE}&filter%5B%5D=accountid.EQ:{}", accounts[n % accounts.len()]))?;
    let mut create = Vec::new();
    let mut numbers = Vec::new();
    for n in 0..CALLS as u64 {
        let (time, answer) = connection.call("POST", "/v1/invoices", &invoice(n * 37, 1))?;
        create.push(time);
        numbers.push(text(&answer, "invoiceNumber")?);
    }
    let read = times(&mut connection, |n| format!("/v1/invoices/{}", numbers[n % numbers.len()]))?;
    let page_p99 = {
        pages.sort_unstable();
        pages.get(pages.len() * 99 / 100).copied().unwrap_or_default()
    };
    Ok(Point { invoices, page: median(pages), page_p99, of_account: median(of_account), create: median(create), read: median(read) })
}

/// Follows the pages from the newest invoice back, and begins again where they end.
fn pages(connection: &mut Connection) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    let mut path = PAGE.to_owned();
    while times.len() < CALLS {
        let (time, answer) = connection.call("GET", &path, "")?;
        times.push(time);
        let answer: Value = serde_json::from_slice(&answer)?;
        anyhow::ensure!(answer["data"].as_array().is_some_and(|d| d.len() == 50), "a page is not full: {answer}");
        let cursor = answer["nextPage"].as_str();
        path = cursor.map_or_else(|| PAGE.to_owned(), |cursor| format!("{PAGE}&cursor={}", escaped(cursor)));
    }
    Ok(times)
}

fn times(connection: &mut Connection, path: impl Fn(usize) -> String) -> Result<Vec<Duration>> {
    (0..CALLS).map(|n| Ok(connection.call("GET", &path(n), "")?.0)).collect()
}

/// The ids of some accounts.
fn account_ids(connection: &mut Connection) -> Result<Vec<String>> {
    let mut read = |n: u64| text(&connection.call("GET", &format!("/object-query/accounts/{}", account(n * 41)), "")?.1, "id");
    (0..20).map(&mut read).collect()
}

fn text(answer: &[u8], field: &str) -> Result<String> {
    let answer: Value = serde_json::from_slice(answer)?;
    answer[field].as_str().map(str::to_owned).with_context(|| format!("no {field} in {answer}"))
}

/// A value of a query, with everything escaped that is no letter and no digit.
fn escaped(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
