//! Data collection: staged rows become revenue contracts (reference section 1.8).
//!
//! A collection freezes what it takes in its checkpoint, plans by keys, then works in chunks of whole contracts:
//! one thread reads and computes the next chunk while the writer commits the one before. A chunk and the
//! checkpoint behind it are one transaction, so that a collection that dies goes on where it was and never
//! collects a row twice.

mod accounts;
mod assign;
mod attributes;
mod chunk;
pub(crate) mod convert;
mod frozen;
mod plan;
pub(crate) mod policies;
mod scan;
mod transaction;

pub use accounts::AccountDefaults;
pub use policies::{CollectionPolicies, load as load_policies};

use crate::Tenant;
use crate::job::{JobRow, Progress};
use accounts::Interner;
use accrual_base::{Error, Instant, PeriodId, Result};
use accrual_revenue::contract::{PeriodContext, Watermark};
use accrual_store::collection::{self as stage, ExceptionRow, Family};
use accrual_store::{Commit, Lane, contracts, journals, periods, sequence};
use chunk::{Prepared, Preparer};
use convert::Stamp;
use frozen::{Frozen, Tally};
use scan::{Scanned, scan};
use std::sync::mpsc::sync_channel;

/// The sequence from which collections and whole transfer batches take their place in time.
pub(crate) const LEG_SEQUENCE: &str = "leg_sequence";

/// Rows of the plan in one transaction, more or less: it must not hold the writer longer than a small write can wait.
const CHUNK: usize = 10_000;
/// Exceptions written or removed in one transaction.
const SLICE: usize = 5_000;

/// Collects everything that is staged for the job's organisation. Answers the batch status of the reference
/// (section 1.3) and figures.
///
/// # Errors
/// `collection.period` when the organisation has no open period; `job.cancelled`; a fault.
pub fn run(tenant: &Tenant, job: &JobRow, policies: &CollectionPolicies, progress: &mut dyn Progress) -> Result<String> {
    run_in_chunks(tenant, job, policies, CHUNK, progress)
}

/// As [`run`], with another number of rows in one transaction.
///
/// # Errors
/// As [`run`].
pub fn run_in_chunks(tenant: &Tenant, job: &JobRow, policies: &CollectionPolicies, chunk: usize, progress: &mut dyn Progress) -> Result<String> {
    let mut frozen = match progress.resume() {
        Some(bytes) => Frozen::parse(bytes)?,
        None => freeze(tenant, job.org_id, policies.book_id, progress)?,
    };
    if !frozen.closing {
        collect(tenant, job, policies, chunk, &mut frozen, progress)?;
    }
    close(tenant, &mut frozen, progress)?;
    Ok(answer(frozen.tally, progress))
}

/// The answer of the program; a collection with refused rows ends as a warning.
fn answer(tally: Tally, progress: &mut dyn Progress) -> String {
    if tally == Tally::default() {
        return "No Data Found".to_owned();
    }
    let Tally { collected, refused, waiting, contracts } = tally;
    let figures = format!("{collected} rows collected, {contracts} new contracts, {refused} rows refused, {waiting} rows wait for a later period");
    if refused > 0 {
        progress.warn(&format!("{refused} rows were refused; the stage errors say why."));
        return format!("Warning: {figures}");
    }
    format!("Data Collected: {figures}")
}

/// Decides what the job takes, and writes it down before anything else.
fn freeze(tenant: &Tenant, org: i64, book: i64, progress: &mut dyn Progress) -> Result<Frozen> {
    let (ticket, now) = (progress.checkpoint_in(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| {
        let open = periods::open(tx.as_read(), org, book)?.ok_or_else(no_period)?;
        let uploads = stage::ready_uploads(tx.as_read(), Family::Line, org)?;
        let looks_up = contracts::have_any(tx.as_read())?;
        let sequence = sequence::reserve(tx, LEG_SEQUENCE, 1)?;
        let frozen = Frozen::new(&uploads, org, open, sequence, now.0, looks_up);
        ticket.write(tx, &frozen.bytes()?)?;
        Ok(Commit::Keep(frozen))
    })
}

/// The organisation cannot collect or transfer.
pub(crate) fn no_period() -> Error {
    Error::conflict("collection.period", "No period status was found: the organisation has no open accounting period. Open one first.")
}

/// The period the engine works in: what is open, and what was transferred.
pub(crate) fn period_context(tenant: &Tenant, org: i64, book: i64, open: PeriodId, sequence: i64) -> Result<PeriodContext> {
    let marks = tenant.store.read(|tx| journals::whole_watermarks(tx, org, book))?;
    let watermarks = marks.into_iter().map(|(period, sequence, _)| Watermark { period, sequence }).collect();
    Ok(PeriodContext { open, watermarks, sequence })
}

fn collect(
    tenant: &Tenant,
    job: &JobRow,
    policies: &CollectionPolicies,
    chunk: usize,
    frozen: &mut Frozen,
    progress: &mut dyn Progress,
) -> Result<()> {
    let Scanned { plan, waits } = tenant.store.read(|tx| scan(tx, frozen, policies))?;
    progress.total(plan.len() as u64);
    progress.advance(frozen.next as u64);
    frozen.tally.waiting = waits.len() as u64;
    write_waits(tenant, &waits, frozen, progress)?;
    let fixed = frozen.clone();
    let mut preparer = Preparer {
        tenant,
        policies,
        frozen: &fixed,
        context: period_context(tenant, fixed.org, policies.book_id, fixed.open(), fixed.sequence)?,
        accounts: Interner::load(&tenant.store)?,
        stamp: Stamp { user: job.created_by.clone(), at: fixed.at },
        ids: (0, 0),
    };
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel::<Result<Prepared>>(1);
        let plan = &plan;
        scope.spawn(move || {
            let mut at = fixed.next;
            while at < plan.len() {
                let prepared = preparer.prepare(plan.chunk(at, chunk));
                at += prepared.as_ref().map_or(plan.len(), |p| p.taken);
                if send.send(prepared).is_err() {
                    return; // the writing side gave up
                }
            }
        });
        for prepared in receive {
            progress.go_on()?;
            write_chunk(tenant, prepared?, frozen, progress)?;
            progress.advance(frozen.next as u64);
        }
        Ok(())
    })
}

/// One transaction: the chunk and the checkpoint behind it.
fn write_chunk(tenant: &Tenant, mut chunk: Prepared, frozen: &mut Frozen, progress: &mut dyn Progress) -> Result<()> {
    frozen.next += chunk.taken;
    frozen.tally.collected += chunk.tally.collected;
    frozen.tally.refused += chunk.tally.refused;
    frozen.tally.contracts += chunk.tally.contracts;
    let (ticket, state, sequence, at) = (progress.checkpoint_in(), frozen.bytes()?, frozen.sequence, Instant(frozen.at));
    tenant.store.write(Lane::Bulk, move |tx| {
        chunk.removal.run(tx)?;
        chunk.rows.save(tx)?;
        for e in &chunk.exceptions {
            stage::put_exception(tx, Family::Line, e, sequence, at)?;
        }
        ticket.write(tx, &state)?;
        Ok(Commit::Keep(()))
    })
}

/// Marks rows that are due after the open period. Writing a mark again changes nothing.
fn write_waits(tenant: &Tenant, waits: &[(i64, i64, i32)], frozen: &Frozen, progress: &mut dyn Progress) -> Result<()> {
    let (sequence, at, open) = (frozen.sequence, Instant(frozen.at), frozen.open());
    for slice in waits.chunks(SLICE) {
        progress.go_on()?;
        let rows: Vec<ExceptionRow> = slice.iter().map(|(id, upload, due)| wait(*id, *upload, *due, open)).collect();
        tenant.store.write(Lane::Bulk, move |tx| {
            rows.iter().try_for_each(|e| stage::put_exception(tx, Family::Line, e, sequence, at))?;
            Ok(Commit::Keep(()))
        })?;
    }
    Ok(())
}

fn wait(stage_id: i64, upload_id: i64, due: i32, open: PeriodId) -> ExceptionRow {
    let day = accrual_base::Day::from_epoch(due);
    let message = format!("The row is dated {day}, after the open period {open}; it is collected when its period is open.");
    ExceptionRow { stage_id, upload_id, waits: true, codes: String::new(), message }
}

/// Takes waits off what was collected, then closes the uploads in one small write.
fn close(tenant: &Tenant, frozen: &mut Frozen, progress: &mut dyn Progress) -> Result<()> {
    if !frozen.closing {
        frozen.closing = true;
        progress.checkpoint(&frozen.bytes()?)?;
    }
    let (org, day) = (frozen.org, frozen.last_day().epoch());
    let waited = tenant.store.read(|tx| stage::due_by(tx, Family::Line, org, day, frozen.sequence))?;
    for slice in waited.chunks(SLICE) {
        let ids = slice.to_vec();
        tenant.store.write(Lane::Bulk, move |tx| stage::end_waits(tx, Family::Line, &ids).map(Commit::Keep))?;
    }
    let (uploads, at) = (frozen.uploads().map(|u| u.id).collect::<Vec<i64>>(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| stage::set_collected(tx, &uploads, at).map(Commit::Keep))
}
