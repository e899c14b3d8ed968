//! The program: a batch from NEW to READY TO TRANSFER.

use super::balance::Balance;
use super::criteria::Criteria;
use super::frozen::Frozen;
use super::post::{Chunk, Line, Posting, Summary};
use super::{status, unfinished};
use crate::Tenant;
use crate::collection::policies::{Profiles, primary_book};
use crate::collection::{LEG_SEQUENCE, no_period};
use crate::job::{JobRow, ParameterValue, Progress, Ticket, parameters};
use accrual_base::{Result, currency::Currency};
use accrual_revenue::contract::Watermark;
use accrual_store::journals::{self, BatchRow, BatchUpdate, ReportRow, first_id};
use accrual_store::{Commit, Dialect, Lane, Write, periods, schedules, sequence};
use std::sync::mpsc::sync_channel;

/// Lines of one transaction, more or less: where small writes share the writer, it must not hold it longer than one can
/// wait; where they have their own connection, memory alone bounds it.
const CHUNK: usize = 25_000;
const CHUNK_BESIDE: usize = 60_000;

/// Makes a transfer batch of what the job's organisation has not posted through its open period. Answers what became of it.
///
/// # Errors
/// `collection.period` when no period is open, `transfer.criteria`, `job.cancelled`; a fault.
pub fn run(tenant: &Tenant, job: &JobRow, progress: &mut dyn Progress) -> Result<String> {
    let chunk = match tenant.store.dialect() {
        Dialect::Sqlite => CHUNK,
        Dialect::Postgres => CHUNK_BESIDE,
    };
    run_in_chunks(tenant, job, chunk, progress)
}

/// As [`run`], with another number of journal lines in one transaction.
///
/// # Errors
/// As [`run`].
pub fn run_in_chunks(tenant: &Tenant, job: &JobRow, chunk: usize, progress: &mut dyn Progress) -> Result<String> {
    let criteria = criteria(&parameters(job)?)?;
    let mut frozen = match progress.resume() {
        Some(bytes) => Frozen::parse(bytes)?,
        None => {
            let (book, _) = tenant.store.read(|tx| primary_book(tx))?;
            unfinished::settle(tenant, job, book, chunk, progress)?;
            start(tenant, job, &criteria, progress)?
        }
    };
    let batch = tenant.store.read(|tx| status::batch_in(tx, frozen.batch))?;
    if batch.status == status::NO_DATA || batch.status == status::ERRORS {
        return Ok(format!("Batch {}: {}. {}", batch.id, batch.status, batch.message.unwrap_or_default()));
    }
    if batch.status == status::NEW
        && let Some(message) = fill(tenant, job, &criteria, chunk, &mut frozen, progress)?
    {
        return Ok(message);
    }
    if batch.status == status::NEW || batch.status == status::UPDATED {
        finish(tenant, job, &frozen)?;
    }
    progress.advance(frozen.lines.unsigned_abs());
    Ok(format!("Batch {} is ready to transfer: {} journal lines.", frozen.batch, frozen.lines))
}

fn criteria(given: &[ParameterValue]) -> Result<Criteria> {
    let value = |name: &str| given.iter().find(|p| p.name.eq_ignore_ascii_case(name)).map_or("", |p| p.value.as_str());
    let exclude = matches!(value("EXCLUDE FLAG").to_ascii_uppercase().as_str(), "Y" | "YES");
    Criteria::parse(value("CRITERIA NAME"), value("CRITERIA VALUE"), exclude)
}

/// Makes the batch: from here on a collection leaves alone what it is going to take.
fn start(tenant: &Tenant, job: &JobRow, criteria: &Criteria, progress: &mut dyn Progress) -> Result<Frozen> {
    let (ticket, now, org, user, criteria) = (progress.checkpoint_in(), tenant.now(), job.org_id, job.created_by.clone(), criteria.clone());
    tenant.store.write(Lane::Small, move |tx| {
        let (book, _) = primary_book(tx.as_read())?;
        let open = periods::open(tx.as_read(), org, book)?.ok_or_else(no_period)?;
        let period = criteria.period(open)?;
        let summary = Profiles::load(tx.as_read())?.is("SUMMARY_TRANSFER")?;
        let batch = sequence::reserve(tx, "transfer_batch", 1)?;
        let sequence = sequence::reserve(tx, LEG_SEQUENCE, 1)?;
        let frozen = Frozen::new(batch, org, book, period, sequence, summary);
        journals::insert(
            tx,
            &BatchRow {
                id: batch,
                name: format!("Batch {batch} of {}", period.name()),
                org_id: org,
                book_id: book,
                period,
                status: status::NEW.to_owned(),
                criteria: criteria.json()?,
                whole: criteria.is_whole(),
                leg_sequence: sequence,
                summary,
                line_count: 0,
                message: None,
                report_id: None,
                created_by: user.clone(),
                created_at: now,
                updated_by: user,
                updated_at: now,
            },
        )?;
        ticket.write(tx, &frozen.bytes()?)?;
        Ok(Commit::Keep(frozen))
    })
}

/// Writes the journal lines. Answers a message when the batch ends here, without lines or in error.
pub(super) fn fill(
    tenant: &Tenant,
    job: &JobRow,
    criteria: &Criteria,
    chunk: usize,
    frozen: &mut Frozen,
    progress: &mut dyn Progress,
) -> Result<Option<String>> {
    let (posts, reporting, watermarks) = tenant.store.read(|tx| {
        let profiles = Profiles::load(tx)?;
        let marks = journals::whole_watermarks(tx, frozen.org, frozen.book)?;
        let others = marks.into_iter().filter(|(_, _, id)| *id != frozen.batch);
        let watermarks: Vec<Watermark> = others.map(|(period, sequence, _)| Watermark { period, sequence }).collect();
        Ok((profiles.is("POST_SCHEDULES")? && primary_book(tx)?.1.postable, profiles.reporting()?, watermarks))
    })?;
    if !posts {
        return end(tenant, job, frozen, status::NO_DATA, "Posting is switched off for schedules or for the book.").map(Some);
    }
    let posting = Posting { frozen: &frozen.clone(), criteria, watermarks, reporting, chunk };
    if !criteria.is_whole() {
        // marks on lines cannot be taken back in one step: whether it balances is known before the first is set
        let mut balance = frozen.clone();
        tenant.store.read(|tx| posting.chunks(tx, &mut |chunk| balance.add(&chunk.balance)))?;
        if frozen.lines == 0 && !balance.balance()?.unbalanced().is_empty() {
            return unbalanced(tenant, job, &balance).map(Some);
        }
    }
    if frozen.summary {
        summarise(tenant, &posting, frozen, progress)?;
    } else {
        stream(tenant, &posting, frozen, progress)?;
    }
    if frozen.lines == 0 {
        return end(tenant, job, frozen, status::NO_DATA, "Nothing is unposted.").map(Some);
    }
    if !frozen.balance()?.unbalanced().is_empty() {
        return unbalanced(tenant, job, frozen).map(Some);
    }
    round(tenant, frozen, progress)?;
    set(tenant, job, frozen, status::NEW, status::UPDATED, None)?;
    Ok(None)
}

/// Writes the entries that make converted amounts balance; once they are written there is no difference left.
fn round(tenant: &Tenant, frozen: &mut Frozen, progress: &mut dyn Progress) -> Result<()> {
    let lines = frozen.balance()?.rounding()?;
    if lines.is_empty() {
        return Ok(());
    }
    let first = frozen.lines + 1;
    frozen.lines += i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let mut balance = Balance::default();
    lines.iter().for_each(|line| balance.take(line, false));
    frozen.add(&balance)?;
    write(tenant, frozen, first, lines, Vec::new(), progress.checkpoint_in())
}

fn unbalanced(tenant: &Tenant, job: &JobRow, frozen: &Frozen) -> Result<String> {
    let message = format!("The batch does not balance: {}.", frozen.balance()?.unbalanced().join(", "));
    end(tenant, job, frozen, status::ERRORS, &message)
}

fn end(tenant: &Tenant, job: &JobRow, frozen: &Frozen, to: &'static str, message: &str) -> Result<String> {
    set(tenant, job, frozen, status::NEW, to, Some(message.to_owned()))?;
    Ok(format!("Batch {}: {to}. {message}", frozen.batch))
}

fn set(tenant: &Tenant, job: &JobRow, frozen: &Frozen, from: &'static str, to: &'static str, message: Option<String>) -> Result<()> {
    let (batch, line_count, by, at) = (frozen.batch, frozen.lines, job.created_by.clone(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| {
        let update = BatchUpdate { status: to, line_count, message: message.as_deref(), report_id: None, by: &by, at };
        journals::update(tx, batch, from, update).map(Commit::Keep)
    })?;
    Ok(())
}

/// One thread reads and computes, the writer commits chunk by chunk, each with the checkpoint behind it.
fn stream(tenant: &Tenant, posting: &Posting<'_>, frozen: &mut Frozen, progress: &mut dyn Progress) -> Result<()> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Result<Chunk>>(1);
        scope.spawn(move || {
            let sent = |chunk| send.send(Ok(chunk)).map_err(|_| accrual_base::Error::fault("the writing side gave up"));
            if let Err(error) = tenant.store.read(|tx| posting.chunks(tx, &mut |chunk| sent(chunk))) {
                let _ = send.send(Err(error));
            }
        });
        for chunk in receive {
            progress.go_on()?;
            let chunk = chunk?;
            let first = frozen.lines + 1;
            frozen.lines += i64::try_from(chunk.lines.len()).unwrap_or(i64::MAX);
            frozen.after = chunk.through;
            frozen.add(&chunk.balance)?;
            write(tenant, frozen, first, chunk.lines, chunk.stamps, progress.checkpoint_in())?;
            progress.advance(frozen.lines.unsigned_abs());
        }
        Ok(())
    })
}

/// A summary fits in memory: it is written in one transaction at the end.
fn summarise(tenant: &Tenant, posting: &Posting<'_>, frozen: &mut Frozen, progress: &mut dyn Progress) -> Result<()> {
    if frozen.lines > 0 {
        return Ok(()); // written before an interruption
    }
    let (mut summary, mut stamps, mut balance) = (Summary::default(), Vec::new(), Balance::default());
    tenant.store.read(|tx| {
        posting.chunks(tx, &mut |mut chunk| {
            progress.go_on()?;
            chunk.lines.iter().try_for_each(|line| summary.add(line))?;
            stamps.append(&mut chunk.stamps);
            balance.merge(&chunk.balance);
            Ok(())
        })
    })?;
    let lines = summary.lines();
    frozen.lines = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    frozen.add(&balance)?;
    if lines.is_empty() { Ok(()) } else { write(tenant, frozen, 1, lines, stamps, progress.checkpoint_in()) }
}

fn write(tenant: &Tenant, frozen: &Frozen, first: i64, lines: Vec<Line>, stamps: Vec<(i64, Vec<u8>)>, ticket: Ticket) -> Result<()> {
    let (state, batch, at) = (frozen.bytes()?, frozen.batch, tenant.now());
    tenant.store.write(Lane::Bulk, move |tx: &mut dyn Write| {
        journals::insert_lines(tx, &mut |push| {
            let mut letters = [0; 2];
            (first..).zip(&lines).try_for_each(|(number, line)| push(&line.row(first_id(batch, number)?, batch, &mut letters)))
        })?;
        for (line, legs) in &stamps {
            schedules::update_legs(tx, *line, legs, at.0)?;
        }
        ticket.write(tx, &state)?;
        Ok(Commit::Keep(()))
    })
}

/// The file exists with its row: it is made of the batch's lines when it is read. Then the batch is ready.
pub(super) fn finish(tenant: &Tenant, job: &JobRow, frozen: &Frozen) -> Result<()> {
    let (batch, lines, summary, by, at) = (frozen.batch, frozen.lines, frozen.summary, job.created_by.clone(), tenant.now());
    let period = frozen.period();
    tenant.store.write(Lane::Small, move |tx| {
        let report_id = sequence::reserve(tx, "report_file", 1)?;
        journals::insert_report(
            tx,
            &ReportRow {
                id: report_id,
                file_name: format!("transfer_batch_{batch}.csv"),
                report: "Transfer Accounting".to_owned(),
                layout: (if summary { "Summary" } else { "Detail" }).to_owned(),
                category: "Accounting".to_owned(),
                description: format!("Journal lines of batch {batch}, period {}", period.name()),
                status: "Available".to_owned(),
                source: format!("batch:{batch}"),
                created_by: by.clone(),
                created_at: at,
            },
        )?;
        let update = BatchUpdate { status: status::READY, line_count: lines, message: None, report_id: Some(report_id), by: &by, at };
        journals::update(tx, batch, status::UPDATED, update)?;
        Ok(Commit::Keep(()))
    })
}

/// The reporting currency, for those who format journal lines.
pub(super) fn reporting(tenant: &Tenant) -> Result<Currency> {
    tenant.store.read(|tx| Profiles::load(tx)?.reporting())
}
