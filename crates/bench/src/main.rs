//! Runs the main job and a load of small writes on a real server and compares each with a bare baseline measured in
//! the same run.
//!
//! `cargo xtask bench` builds the server, runs this on both databases and prints the tables.

mod billing;
mod floor;
mod load;
mod server;
mod small;
mod stages;
mod table;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use floor::Floor;
use server::{PERIOD, Server};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use table::Table;

#[derive(Parser)]
struct Arguments {
    /// The release binary of Accrual.
    #[arg(long, default_value = "target/release/accrual")]
    accrual: PathBuf,
    #[arg(long, default_value_t = 1_000_000)]
    lines: u64,
    /// Also run on this PostgreSQL database; its schemas `tenant_*` and `accrual_*` are used.
    #[arg(long, env = "ACCRUAL_TEST_DATABASE_URL")]
    database_url: Option<String>,
    /// Leave SQLite out.
    #[arg(long)]
    no_sqlite: bool,
    /// Only one part.
    #[arg(long)]
    only: Option<Part>,
    /// How long the load of small writes lasts, in seconds, for Accrual and for the baseline each.
    #[arg(long, default_value_t = 6)]
    load_seconds: u64,
    /// How many invoices the billing part ends with.
    #[arg(long, default_value_t = 1_000_000)]
    invoices: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The main job: upload, collect, transfer, download, report.
    Main,
    /// Small durable writes of many clients at once.
    Small,
    /// Invoices: durable posts, batches and pages over a growing store.
    Billing,
}

impl Arguments {
    fn runs(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("lines.csv");
    if arguments.runs(Part::Main) {
        generate(&arguments, &file)?;
    }
    if !arguments.no_sqlite {
        let mut floor = floor::sqlite::Sqlite::new(&dir.path().join("floor.db"))?;
        let table = measure(&arguments, &file, &mut floor, &dir.path().join("data"), None)?;
        println!("### SQLite{}\n\n{table}", title(&arguments));
    }
    if let Some(url) = &arguments.database_url {
        let mut floor = floor::postgres::Postgres::new(url)?;
        let table = measure(&arguments, &file, &mut floor, &dir.path().join("data-postgres"), Some(url))?;
        println!("### PostgreSQL{}\n\n{table}", title(&arguments));
    }
    Ok(())
}

fn title(arguments: &Arguments) -> String {
    if arguments.runs(Part::Main) { format!(", {} lines", arguments.lines) } else { String::new() }
}

fn generate(arguments: &Arguments, file: &Path) -> Result<()> {
    eprintln!("generating {} lines …", arguments.lines);
    let lines = arguments.lines.to_string();
    let made = Command::new(&arguments.accrual)
        .args(["generate", "revenue", "--lines", &lines, "--output"])
        .arg(file)
        .env("ACCRUAL_FIRST_PERIOD", PERIOD)
        .status()
        .with_context(|| format!("cannot run {}; build it with cargo build --release", arguments.accrual.display()))?;
    anyhow::ensure!(made.success(), "the input file could not be generated");
    Ok(())
}

fn measure(arguments: &Arguments, file: &Path, floor: &mut dyn Floor, data: &Path, url: Option<&str>) -> Result<Table> {
    let mut rows = Vec::new();
    if arguments.runs(Part::Billing) {
        let time = Duration::from_secs(arguments.load_seconds);
        rows.extend(billing::measure(&billing::Run { binary: &arguments.accrual, data, url, invoices: arguments.invoices, time })?);
    }
    if !arguments.runs(Part::Main) && !arguments.runs(Part::Small) {
        return Ok(Table(rows));
    }
    let server = Server::start(&arguments.accrual, data, url)?;
    if arguments.runs(Part::Main) {
        rows.extend(stages::measure(&server, file, floor)?);
    }
    if arguments.runs(Part::Small) {
        rows.extend(small::measure(&server, data, url, Duration::from_secs(arguments.load_seconds))?);
    }
    Ok(Table(rows))
}
