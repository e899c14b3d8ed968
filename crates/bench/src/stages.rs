//! The main job, stage by stage, with a small write probing all the while how long it has to wait.

use crate::floor::Floor;
use crate::load::{self, Load};
use crate::server::Server;
use crate::small;
use crate::table::{self, Row};
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long each stage took.
struct Stages {
    upload: Duration,
    collect: Duration,
    transfer: Duration,
    download: Duration,
    waterfall: Duration,
    journal_lines: u64,
}

/// Runs the stages on a fresh server, each beside its baseline.
pub fn measure(server: &Server, file: &Path, floor: &mut dyn Floor) -> Result<Vec<Row>> {
    eprintln!("baseline: staging …");
    let (_, stage_floor) = floor.stage(file)?;
    let post = small::post(server);
    let stop = AtomicBool::new(false);
    let (stages, waits) = std::thread::scope(|scope| -> Result<(Stages, Load)> {
        let probe = scope.spawn(|| load::probe(server.address, &post, &stop, |n| small::event_type("PROBE", 0, n)));
        let stages = Stages::run(server, file);
        stop.store(true, Ordering::Relaxed);
        let waits = probe.join().map_err(|_| anyhow::anyhow!("the probe panicked"))?.context("a small write beside the bulk stages")?;
        Ok((stages?, waits))
    })?;
    eprintln!("baseline: {} journal lines …", stages.journal_lines);
    let journal_floor = floor.journal(stages.journal_lines)?;
    let (_, csv_floor) = floor.journal_csv()?;
    let p99 = waits.quantile(990);
    let peak = server.peak_memory()?;
    Ok(vec![
        Row::times("upload + validate + stage (one request)", stages.upload, stage_floor, 200),
        Row::times("collection (baseline: the staging above)", stages.collect, stages.upload, 150),
        Row::times(&format!("transfer of one month, {} journal lines", stages.journal_lines), stages.transfer, journal_floor, 200),
        Row::times(&format!("download of {} journal lines as CSV by signed URL", stages.journal_lines), stages.download, csv_floor, 200),
        Row::plain("waterfall over all schedules", table::seconds(stages.waterfall), "< 1 s", stages.waterfall < Duration::from_secs(1)),
        Row::plain(
            &format!("small durable write while the bulk stages run, p99 of {}", waits.latencies.len()),
            format!("{} ms (p50 {} ms)", p99.as_millis(), waits.quantile(500).as_millis()),
            "≤ 250 ms",
            p99 <= Duration::from_millis(250),
        ),
        Row::plain("peak resident memory of the server", format!("{peak} MiB"), "≤ 1024 MiB", peak <= 1024),
    ])
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
