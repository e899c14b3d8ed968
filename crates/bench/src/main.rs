//! Runs the main job on a real server and compares every stage with a bare baseline measured in the same run.
//!
//! `cargo xtask bench` builds the server, runs this on both databases and prints the tables.

mod floor;
mod load;
mod server;
mod table;

use anyhow::{Context, Result};
use clap::Parser;
use floor::Floor;
use load::{Load, Post};
use server::{PERIOD, Server};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use table::{Row, Table};

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
    /// How long the load of small writes lasts.
    #[arg(long, default_value_t = 5)]
    load_seconds: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("lines.csv");
    eprintln!("generating {} lines …", arguments.lines);
    let lines = arguments.lines.to_string();
    let made = Command::new(&arguments.accrual)
        .args(["generate", "revenue", "--lines", &lines, "--output"])
        .arg(&file)
        .env("ACCRUAL_FIRST_PERIOD", PERIOD)
        .status()
        .with_context(|| format!("cannot run {}; build it with cargo build --release", arguments.accrual.display()))?;
    anyhow::ensure!(made.success(), "the input file could not be generated");

    if !arguments.no_sqlite {
        let mut floor = floor::sqlite::Sqlite::new(&dir.path().join("floor.db"))?;
        let data = dir.path().join("data");
        let table = measure(&arguments, &file, &mut floor, &data, None)?;
        println!("### SQLite, {} lines\n\n{table}", arguments.lines);
    }
    if let Some(url) = &arguments.database_url {
        let mut floor = floor::postgres::Postgres::new(url)?;
        let data = dir.path().join("data-postgres");
        let table = measure(&arguments, &file, &mut floor, &data, Some(url))?;
        println!("### PostgreSQL, {} lines\n\n{table}", arguments.lines);
    }
    Ok(())
}

/// A new profile each time: the smallest durable write the API has.
fn profile(prefix: &str, client: usize, n: usize) -> String {
    format!("{{\"name\":\"{prefix}_{client}_{n}\",\"value\":\"Y\"}}")
}

fn measure(arguments: &Arguments, file: &Path, floor: &mut dyn Floor, data: &Path, url: Option<&str>) -> Result<Table> {
    eprintln!("baseline: staging …");
    let (_, stage_floor) = floor.stage(file)?;
    let server = Server::start(&arguments.accrual, data, url)?;
    let post = Post { path: "/accrual/v1/objects/profiles".to_owned(), token: server.token().to_owned() };
    let mut rows = Vec::new();

    let stop = AtomicBool::new(false);
    let (stages, waits) = std::thread::scope(|scope| -> Result<(Stages, Load)> {
        let probe = scope.spawn(|| load::probe(server.address, &post, &stop, |n| profile("PROBE", 0, n)));
        let stages = Stages::run(&server, file);
        stop.store(true, Ordering::Relaxed);
        let waits = probe.join().map_err(|_| anyhow::anyhow!("the probe panicked"))??;
        Ok((stages?, waits))
    })?;
    rows.push(Row::times("upload + validate + stage (one request)", stages.upload, stage_floor, 200));
    rows.push(Row::times("collection (baseline: the staging above)", stages.collect, stages.upload, 150));

    eprintln!("baseline: {} journal lines …", stages.journal_lines);
    let journal_floor = floor.journal(stages.journal_lines)?;
    rows.push(Row::times(&format!("transfer of one month, {} journal lines", stages.journal_lines), stages.transfer, journal_floor, 200));
    let (_, csv_floor) = floor.journal_csv()?;
    rows.push(Row::times(
        &format!("download of {} journal lines as CSV by signed URL", stages.journal_lines),
        stages.download,
        csv_floor,
        200,
    ));
    rows.push(Row::plain("waterfall over all schedules", table::seconds(stages.waterfall), "< 1 s", stages.waterfall < Duration::from_secs(1)));
    let p99 = waits.quantile(990);
    rows.push(Row::plain(
        &format!("small durable write while the bulk stages run, p99 of {}", waits.latencies.len()),
        format!("{} ms (p50 {} ms)", p99.as_millis(), waits.quantile(500).as_millis()),
        "≤ 250 ms",
        p99 <= Duration::from_millis(250),
    ));
    let peak = server.peak_memory()?;
    rows.push(Row::plain("peak resident memory of the server", format!("{peak} MiB"), "≤ 1024 MiB", peak <= 1024));

    let time = Duration::from_secs(arguments.load_seconds);
    eprintln!("durable small writes, 64 clients …");
    let ours = load::run(server.address, &post, 64, time, |client, n| profile("LOAD", client, n))?;
    drop(server);
    let bare = floor::commits::Bare::start_sqlite(&data.join("commits.db"))?;
    let bare_post = Post { path: "/".to_owned(), token: "none".to_owned() };
    let base = load::run(bare.address, &bare_post, 64, time, |client, n| format!("LOAD_{client}_{n}"))?;
    let label = "durable small writes over HTTP, 64 clients (baseline: group-committing SQLite loop behind bare HTTP)";
    rows.push(Row::rate(label, ours.per_second(), base.per_second(), 50));
    Ok(Table(rows))
}

/// The main job, stage by stage.
struct Stages {
    upload: Duration,
    collect: Duration,
    transfer: Duration,
    download: Duration,
    waterfall: Duration,
    journal_lines: u64,
}

impl Stages {
    fn run(server: &Server, file: &Path) -> Result<Self> {
        eprintln!("upload …");
        let (_, upload) = timed(|| server.upload(file))?;
        eprintln!("  {}\ncollection …", table::seconds(upload));
        let (_, collect) = timed(|| server.run_program("RevPro3.0 Data Collection Master"))?;
        eprintln!("  {}\ntransfer …", table::seconds(collect));
        let (_, transfer) = timed(|| server.run_program("Revpro3.0 Accounting Transfer Master"))?;
        eprintln!("  {}\ndownload …", table::seconds(transfer));
        let batch = server.get("/api/integration/v1/journal/list")?["result"][0].clone();
        let signed = server.get(&format!("/api/integration/v2/reports/signedurl/{}", batch["report_id"]))?;
        let url = signed["signed_url"].as_str().context("no signed URL")?.to_owned();
        let ((_, lines), download) = timed(|| server.download(&url))?;
        eprintln!("  {}\nwaterfall …", table::seconds(download));
        let (_, waterfall) = timed(|| server.get("/accrual/v1/waterfall"))?;
        Ok(Self { upload, collect, transfer, download, waterfall, journal_lines: lines.saturating_sub(1) })
    }
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let begin = Instant::now();
    let value = work()?;
    Ok((value, begin.elapsed()))
}
