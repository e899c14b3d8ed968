//! Data collection: staged rows become revenue contracts (reference section 1.8).
//!
//! A collection freezes what it takes in its checkpoint, plans by keys, then works in chunks of whole contracts:
//! one thread reads and computes the next chunk while the writer commits the one before. A chunk and the
//! checkpoint behind it are one transaction, so that a collection that dies goes on where it was and never
//! collects a row twice.

mod accounts;
mod assign;
mod attributes;
pub(crate) mod check;
mod chunk;
pub(crate) mod convert;
mod events;
mod frozen;
mod keys;
mod plan;
pub(crate) mod policies;
pub(crate) mod row_keys;
mod scan;
mod transaction;
mod under_way;

pub use accounts::AccountDefaults;
pub use policies::{CollectionPolicies, load as load_policies};

use crate::Tenant;
use crate::job::{JobRow, Progress};
use accounts::Interner;
use accrual_base::{Error, Instant, PeriodId, Result};
use accrual_revenue::contract::{PeriodContext, Watermark};
use accrual_store::collection::{self as stage, ExceptionRow, Family};
use accrual_store::{Commit, Dialect, Lane, contracts, journals, periods, sequence, staging};
use chunk::{Prepared, Preparer};
use convert::Stamp;
use events::{EventPreparer, EventTypes};
use frozen::{Frozen, Tally};
use keys::NewKeys;
use scan::{Scanned, scan};
use std::sync::mpsc::sync_channel;
use under_way::UnderWay;

/// The sequence from which collections and whole transfer batches take their place in time.
pub(crate) const LEG_SEQUENCE: &str = "leg_sequence";

/// Rows of the plan in one transaction, more or less: where small writes share the writer, it must not hold it longer
/// than one can wait; where they have their own connection, memory alone bounds it.
const CHUNK: usize = 10_000;
const CHUNK_BESIDE: usize = 25_000;
/// Exceptions written or removed in one transaction.
const SLICE: usize = 5_000;

/// Collects everything that is staged for the job's organisation. Answers the batch status of the reference
/// (section 1.3) and figures.
///
/// # Errors
/// `collection.period` when the organisation has no open period; `job.cancelled`; a fault.
pub fn run(tenant: &Tenant, job: &JobRow, policies: &CollectionPolicies, progress: &mut dyn Progress) -> Result<String> {
    run_in_chunks(tenant, job, policies, chunk_size(tenant), progress)
}

/// As [`run`], with another number of rows in one transaction.
///
/// # Errors
/// As [`run`].
pub fn run_in_chunks(
    tenant: &Tenant,
    job: &JobRow,
    policies: &CollectionPolicies,
    chunk: usize,
    progress: &mut dyn Progress,
) -> Result<String> {
    let mut run = Run::start(tenant, Family::Line, job, policies, chunk, progress)?;
    if !run.frozen.closing {
        let scanned = scan(tenant, &run.frozen, policies)?;
        let fixed = run.frozen.clone();
        let mut preparer = Preparer {
            tenant,
            policies,
            frozen: &fixed,
            context: run.context(policies)?,
            accounts: Interner::load(&tenant.store)?,
            stamp: run.stamp(job),
            ids: (0, 0),
            loaded: chunk::Loaded::default(),
            ahead: chunk::Loaded::default(),
        };
        run.rows(&scanned, move |rows, next| preparer.prepare(rows, next))?;
    }
    run.close()?;
    Ok(answer(run.frozen.tally, progress))
}

/// Processes everything staged of one event, or of all when no name is given.
///
/// # Errors
/// As [`run`]; `events.type` when no event type has the name.
pub fn run_events(
    tenant: &Tenant,
    job: &JobRow,
    policies: &CollectionPolicies,
    name: Option<&str>,
    progress: &mut dyn Progress,
) -> Result<String> {
    let types = tenant.store.read(|tx| EventTypes::load(tx))?;
    if let Some(name) = name.filter(|n| !types.has(n)) {
        return Err(Error::not_found("events.type", "There is no enabled event type of this name.").with_value(name));
    }
    let mut run = Run::start(tenant, Family::Event, job, policies, chunk_size(tenant), progress)?;
    if !run.frozen.closing {
        let (scanned, kept) = tenant.store.read(|tx| events::scan(tx, &run.frozen, name))?;
        (run.frozen.kept, run.frozen.named) = (kept, name.is_some());
        let (context, stamp) = (run.context(policies)?, run.stamp(job));
        let mut preparer = EventPreparer { tenant, policies, types: &types, context, stamp };
        run.rows(&scanned, move |rows, _| preparer.prepare(rows))?;
    }
    run.close()?;
    Ok(answer(run.frozen.tally, progress))
}

fn chunk_size(tenant: &Tenant) -> usize {
    match tenant.store.dialect() {
        Dialect::Sqlite => CHUNK,
        Dialect::Postgres => CHUNK_BESIDE,
    }
}

/// The answer of the program; a collection with refused rows ends as a warning.
fn answer(tally: Tally, progress: &mut dyn Progress) -> String {
    if tally == Tally::default() {
        return "No Data Found".to_owned();
    }
    let Tally { collected, refused, waiting, contracts } = tally;
    let figures =
        format!("{collected} rows collected, {contracts} new contracts, {refused} rows refused, {waiting} rows wait for a later period");
    if refused > 0 {
        progress.warn(&format!("{refused} rows were refused; the stage errors say why."));
        return format!("Warning: {figures}");
    }
    format!("Data Collected: {figures}")
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

/// Chunks that may wait for the writer: enough to even out, few enough to be small.
const PREPARED: usize = 2;

/// A run over staged rows of one family.
struct Run<'a> {
    tenant: &'a Tenant,
    family: Family,
    frozen: Frozen,
    chunk: usize,
    job: i64,
    /// Keys of all lines and contracts it made; nothing when an earlier attempt made some of them.
    keys: Option<NewKeys>,
    progress: &'a mut dyn Progress,
}

impl<'a> Run<'a> {
    /// Goes on behind the checkpoint, or decides what the job takes and writes that down before anything else.
    fn start(
        tenant: &'a Tenant,
        family: Family,
        job: &JobRow,
        policies: &CollectionPolicies,
        chunk: usize,
        progress: &'a mut dyn Progress,
    ) -> Result<Self> {
        keys::fill_left(tenant)?;
        let frozen = match progress.resume() {
            Some(bytes) => Frozen::parse(bytes)?,
            None => freeze(tenant, family, job.org_id, policies.book_id, progress)?,
        };
        let keys = (frozen.next == 0 && !frozen.closing).then(NewKeys::default);
        Ok(Self { tenant, family, frozen, chunk, job: job.id, keys, progress })
    }

    fn context(&self, policies: &CollectionPolicies) -> Result<PeriodContext> {
        period_context(self.tenant, self.frozen.org, policies.book_id, self.frozen.open(), self.frozen.sequence)
    }

    fn stamp(&self, job: &JobRow) -> Stamp {
        Stamp { user: job.created_by.clone(), at: self.frozen.at }
    }

    /// One thread prepares the next chunks while the writer commits the one before. `prepare` is told the rows of its
    /// chunk and those of the one that follows.
    fn rows(&mut self, scanned: &Scanned, mut prepare: impl FnMut(&[(i64, i64)], &[(i64, i64)]) -> Result<Prepared> + Send) -> Result<()> {
        let (plan, from, size) = (&scanned.plan, self.frozen.next, self.chunk);
        self.progress.total(plan.len() as u64);
        self.progress.advance(from as u64);
        self.frozen.tally.waiting = scanned.waits.len() as u64;
        self.waits(&scanned.waits)?;
        if let (Family::Line, Some(range)) = (self.family, plan.range()) {
            keys::open_gap(self.tenant, self.job, range)?;
            self.frozen.keyed = Some(range);
        }
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel::<Result<Prepared>>(PREPARED);
            scope.spawn(move || {
                let mut at = from;
                while at < plan.len() {
                    let rows = plan.chunk(at, size);
                    let prepared = prepare(rows, plan.chunk(at + rows.len(), size));
                    at += prepared.as_ref().map_or(plan.len(), |p| p.taken);
                    if send.send(prepared).is_err() {
                        return; // the writing side gave up
                    }
                }
            });
            let mut under_way = UnderWay::default();
            for prepared in receive {
                self.progress.go_on()?;
                let written = self.write(prepared?, &mut under_way)?;
                self.written(written)?;
                self.progress.advance(self.frozen.next as u64);
            }
            let written = under_way.settle()?;
            self.written(written)
        })
    }

    /// Takes the keys of a chunk that is durable, and writes some when many have come together.
    fn written(&mut self, mut written: NewKeys) -> Result<()> {
        let Some(keys) = &mut self.keys else { return Ok(()) };
        keys.append(&mut written);
        keys.write_some(self.tenant)
    }

    /// One transaction: the chunk and the checkpoint behind it. Answers the keys of one before it that is durable.
    fn write(&mut self, mut chunk: Prepared, under_way: &mut UnderWay) -> Result<NewKeys> {
        let keys = std::mem::take(&mut chunk.keys);
        let frozen = &mut self.frozen;
        frozen.next += chunk.taken;
        frozen.tally.collected += chunk.tally.collected;
        frozen.tally.refused += chunk.tally.refused;
        frozen.tally.contracts += chunk.tally.contracts;
        let (ticket, state) = (self.progress.checkpoint_in(), frozen.bytes()?);
        let (family, sequence, at) = (self.family, frozen.sequence, Instant(frozen.at));
        under_way.begin(self.tenant, keys, move |tx, turn| {
            chunk.removal.run(tx)?;
            chunk.rows.save(tx)?;
            for e in &chunk.exceptions {
                stage::put_exception(tx, family, e, sequence, at)?;
            }
            turn.wait()?;
            ticket.write(tx, &state)
        })
    }

    /// Marks rows that are due after the open period. Writing a mark again changes nothing.
    fn waits(&mut self, waits: &[(i64, i64, i32)]) -> Result<()> {
        let (family, sequence, at, open) = (self.family, self.frozen.sequence, Instant(self.frozen.at), self.frozen.open());
        for slice in waits.chunks(SLICE) {
            self.progress.go_on()?;
            let rows: Vec<ExceptionRow> = slice.iter().map(|(id, upload, due)| wait(*id, *upload, *due, open)).collect();
            self.tenant.store.write(Lane::Bulk, move |tx| {
                rows.iter().try_for_each(|e| stage::put_exception(tx, family, e, sequence, at))?;
                Ok(Commit::Keep(()))
            })?;
        }
        Ok(())
    }

    /// Takes waits off what was collected and writes the keys, then closes the uploads in one small write.
    fn close(&mut self) -> Result<()> {
        if !self.frozen.closing {
            self.frozen.closing = true;
            self.progress.checkpoint(&self.frozen.bytes()?)?;
        }
        let (family, org, day, sequence) = (self.family, self.frozen.org, self.frozen.last_day().epoch(), self.frozen.sequence);
        if !self.frozen.named {
            let waited = self.tenant.store.read(|tx| stage::due_by(tx, family, org, day, sequence))?;
            for slice in waited.chunks(SLICE) {
                let ids = slice.to_vec();
                self.tenant.store.write(Lane::Bulk, move |tx| stage::end_waits(tx, family, &ids).map(Commit::Keep))?;
            }
        }
        if let Some(range) = self.frozen.keyed {
            match self.keys.take() {
                Some(keys) => keys.write(self.tenant, true)?,
                None => keys::fill(self.tenant, range)?,
            }
        }
        let kept = &self.frozen.kept;
        let uploads: Vec<i64> = self.frozen.uploads().map(|u| u.id).filter(|id| !kept.contains(id)).collect();
        if self.family == Family::Line {
            for id in &uploads {
                let id = *id;
                self.tenant.store.write(Lane::Bulk, move |tx| staging::forget_keys(tx, id).map(Commit::Keep))?;
            }
        }
        let (at, job) = (self.tenant.now(), self.job);
        self.tenant.store.write(Lane::Small, move |tx| {
            contracts::close_gap(tx, job)?;
            stage::set_collected(tx, &uploads, at).map(Commit::Keep)
        })
    }
}

fn freeze(tenant: &Tenant, family: Family, org: i64, book: i64, progress: &mut dyn Progress) -> Result<Frozen> {
    let (ticket, now) = (progress.checkpoint_in(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| {
        let open = periods::open(tx.as_read(), org, book)?.ok_or_else(no_period)?;
        staging::live::seal(tx, org)?;
        let uploads = stage::ready_uploads(tx.as_read(), family, org)?;
        let looks_up = contracts::have_any(tx.as_read())?;
        let sequence = sequence::reserve(tx, LEG_SEQUENCE, 1)?;
        let frozen = Frozen::new(&uploads, org, open, sequence, now.0, looks_up);
        ticket.write(tx, &frozen.bytes()?)?;
        Ok(Commit::Keep(frozen))
    })
}

fn wait(stage_id: i64, upload_id: i64, due: i32, open: PeriodId) -> ExceptionRow {
    let day = accrual_base::Day::from_epoch(due);
    let message = format!("The row is dated {day}, after the open period {open}; it is collected when its period is open.");
    ExceptionRow { stage_id, upload_id, waits: true, codes: String::new(), message }
}
