//! `accrual demo`: the main job, end to end, with progress bars.

use crate::args::{COMMIT_GROUP, Demo, Store};
use crate::{print, wiring};
use accrual_app::job::{self, Status};
use accrual_app::system::{FirstStart, System};
use accrual_app::upload::{self, UploadStatus};
use accrual_app::{Context, Tenant, generate};
use accrual_base::{Error, PeriodId, Result};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The period the demonstration works in.
const PERIOD: PeriodId = PeriodId(202_401);
/// The password of the user of a demonstration; the hint at the end shows it.
const PASSWORD: &str = "accrual-demo";
/// About the length of a generated line, for the first progress bar.
const LINE_BYTES: u64 = 670;

pub fn demo(args: &Demo) -> Result<()> {
    let data = match &args.data {
        Some(dir) => dir.clone(),
        None => new_directory()?,
    };
    let store = Store { data: data.clone(), database_url: args.database_url.clone(), commit_group: COMMIT_GROUP };
    let first = FirstStart { revenue_password: Some(PASSWORD.to_owned()), first_period: Some(PERIOD), ..FirstStart::default() };
    let system = wiring::open(&store, &first)?;
    let begin = Instant::now();
    let file = data.join("demo-lines.csv");
    write_file(args, &file)?;
    let done = run(&system, &file);
    system.close();
    done?;
    let _ = std::fs::remove_file(&file);
    println!("\n{} order lines to balanced journals in {}.", args.lines, HumanDuration(begin.elapsed()));
    println!("\nLook around on the same data:\n\n  accrual serve --data {}{}\n", data.display(), database_hint(args));
    println!("then log in as user `revenue` with password `{PASSWORD}`; docs/guide/first-upload.md shows how.");
    Ok(())
}

fn database_hint(args: &Demo) -> &'static str {
    if args.database_url.is_some() { " --database-url …" } else { "" }
}

/// `accrual-demo`, or the first of `accrual-demo-2`, `-3` … that does not exist yet.
fn new_directory() -> Result<PathBuf> {
    let names = std::iter::once("accrual-demo".to_owned()).chain((2..1000).map(|n| format!("accrual-demo-{n}")));
    let free = names.map(PathBuf::from).find(|p| !p.exists());
    free.ok_or_else(|| Error::invalid("demo.directory", "There are a thousand demo directories here; remove some or give --data."))
}

fn write_file(args: &Demo, file: &Path) -> Result<()> {
    let bar = bytes_bar("generate", args.lines * LINE_BYTES);
    let target = File::create(file).map_err(|e| Error::invalid("demo.file", format!("{} cannot be written: {e}.", file.display())))?;
    let options = generate::Revenue { lines: args.lines, seed: args.seed, open: PERIOD };
    generate::revenue(options, &mut BufWriter::new(bar.wrap_write(target)))?;
    finish(&bar, &format!("{} lines", args.lines));
    Ok(())
}

fn run(system: &std::sync::Arc<System>, file: &Path) -> Result<()> {
    let tenant = system.tenant(accrual_app::system::DEFAULT_TENANT)?;
    let context = wiring::operator();
    load(&tenant, &context, file)?;
    let runners = wiring::Runners::start(system, 1, None)?;
    let outcome = run_job(&tenant, &context, "collect", job::DATA_COLLECTION_MASTER)
        .and_then(|()| run_job(&tenant, &context, "transfer", job::ACCOUNTING_TRANSFER_MASTER));
    runners.stop();
    outcome?;
    let begin = Instant::now();
    let waterfall = accrual_app::waterfall::waterfall(&tenant, PERIOD)?;
    println!("\nRevenue waterfall, read from all schedules in {} ms:\n", begin.elapsed().as_millis());
    print::waterfall(PERIOD, &waterfall)
}

fn load(tenant: &Arc<Tenant>, context: &Context, file: &Path) -> Result<()> {
    let source = File::open(file).map_err(|e| Error::fault_from(format!("reading {}", file.display()), e))?;
    let size = source.metadata().map_or(0, |m| m.len());
    let bar = bytes_bar("upload", size);
    let receipt = upload::receive(tenant, context, "Upload Template", "demo-lines.csv", bar.wrap_read(source))?;
    if receipt.status != UploadStatus::Staged {
        return Err(Error::conflict("demo.upload", receipt.message));
    }
    finish(&bar, &format!("{} lines staged, {} with errors", receipt.rows_read, receipt.rows_error));
    Ok(())
}

/// Submits a program and shows its progress until it ends.
fn run_job(tenant: &Arc<Tenant>, context: &Context, label: &'static str, program: &str) -> Result<()> {
    let program = tenant.programs.by_name(program)?.id;
    let org = accrual_app::config::organisations(tenant)?.first().map(|(id, _)| *id);
    let org = org.ok_or_else(|| Error::conflict("demo.organisation", "The tenant has no organisation."))?;
    let id = job::submit_blocking(tenant, context, program, org, &[])?;
    let bar = bar(label, 0, "{pos}/{len}");
    loop {
        let row = job::get(tenant, context, id)?;
        bar.set_length(row.total.max(0).unsigned_abs());
        bar.set_position(row.done.max(0).unsigned_abs());
        let message = row.message.clone().unwrap_or_default();
        match Status::parse(&row.status) {
            Some(Status::Completed | Status::Warning) => {
                finish(&bar, &message);
                return Ok(());
            }
            Some(s) if !s.is_final() => std::thread::sleep(Duration::from_millis(50)),
            _ => return Err(Error::conflict("demo.job", format!("{label} ended as {}: {message}", row.status))),
        }
    }
}

fn bytes_bar(label: &'static str, length: u64) -> ProgressBar {
    bar(label, length, "{bytes}/{total_bytes}")
}

fn bar(label: &'static str, length: u64, counts: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_prefix(label);
    let template = format!("{{prefix:<10}} [{{bar:40}}] {counts} {{elapsed}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// Replaces a bar by one line that stays.
fn finish(bar: &ProgressBar, message: &str) {
    let spent = bar.elapsed();
    bar.finish_and_clear();
    println!("{:<10} {:>3}.{:02} s   {message}", bar.prefix(), spent.as_secs(), spent.subsec_millis() / 10);
}
