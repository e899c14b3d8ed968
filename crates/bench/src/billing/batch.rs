//! A batch of 50 invoices of 20 items against a bare insert of the rows it left in the database.

use super::bare::{self, Bare};
use super::{Billing, Run, invoices, median};
use crate::load::Connection;
use crate::table::Row;
use anyhow::Result;

const INVOICES: u64 = 50;
const ITEMS: u64 = 20;
/// Batches on each side.
const TURNS: u64 = 20;

/// Sends the batches, then inserts the same rows as often into tables of the same columns.
pub fn measure(billing: &Billing, run: &Run<'_>) -> Result<Vec<Row>> {
    eprintln!("batches of {INVOICES} invoices of {ITEMS} items …");
    let mut connection = Connection::open(billing.address, &billing.post("/v1/invoices/batch"))?;
    let mut ours = Vec::new();
    for turn in 0..TURNS {
        ours.push(connection.send(&invoices(turn * INVOICES, INVOICES, ITEMS))?);
    }
    let tables = [("invoice", INVOICES), ("invoice_item", INVOICES * ITEMS)];
    let mut bare: Box<dyn Bare> = match run.url {
        None => Box::new(bare::Sqlite::copy(&run.data.join("tenant_default.db"), &run.data.join("batch.db"), &tables)?),
        Some(url) => Box::new(bare::Postgres::copy(url, "accrual_tenant_default", &tables)?),
    };
    let floor = (0..TURNS).map(|_| bare.insert()).collect::<Result<Vec<_>>>()?;
    let label = format!(
        "batch of {INVOICES} invoices of {ITEMS} items in one request, median of {TURNS} (baseline: a bare insert of those {} rows, durable)",
        INVOICES * (ITEMS + 1)
    );
    Ok(vec![Row::short(&label, median(ours), median(floor), 2_000)])
}
