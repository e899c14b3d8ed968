//! The worker's side of the queue. Every call is one small durable write.

use super::{Group, JobRow, Programs, Status};
use crate::tenant::Tenant;
use accrual_base::{Instant, Result};
use accrual_store::{Commit, Dialect, Lane, jobs};
use std::collections::BTreeMap;

/// Takes the oldest job that may run now. `worker` must be unique for every call: it is what tells a worker that
/// was given up for dead from the one that went on. `alive_at` is wall-clock time, whatever the tenant's clock says.
///
/// # Errors
/// A fault from the database.
pub fn claim(tenant: &Tenant, worker: &str, alive_at: Instant) -> Result<Option<JobRow>> {
    let waiting = |j: &JobRow| Status::parse(&j.status).is_some_and(|s| matches!(s, Status::Pending | Status::Incompatible));
    if !tenant.store.read(|tx| jobs::open(tx))?.iter().any(waiting) {
        return Ok(None);
    }
    let (programs, worker, now) = (tenant.programs.clone(), worker.to_owned(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| {
        jobs::lock_queue(tx)?;
        let mut busy = Busy::default();
        for job in jobs::open(tx.as_read())?.iter().filter(|j| j.status == Status::Running.name()) {
            busy.add(&programs, job);
        }
        let mut taken = None;
        for job in jobs::waiting(tx)? {
            let blocked = busy.blocks(&programs, &job);
            if !blocked && taken.is_none() && jobs::start(tx, job.id, &worker, now, alive_at)? {
                busy.add(&programs, &job);
                taken = jobs::get(tx.as_read(), job.id)?;
                continue;
            }
            let status = if blocked { Status::Incompatible } else { Status::Pending };
            if job.status != status.name() {
                jobs::set_waiting(tx, job.id, status.name())?;
            }
        }
        Ok(Commit::Keep(taken))
    })
}

/// Groups at work per organisation.
#[derive(Default)]
struct Busy(BTreeMap<i64, Vec<Group>>);

impl Busy {
    fn add(&mut self, programs: &Programs, job: &JobRow) {
        self.0.entry(job.org_id).or_default().push(group(programs, job));
    }
    fn blocks(&self, programs: &Programs, job: &JobRow) -> bool {
        let own = group(programs, job);
        self.0.get(&job.org_id).is_some_and(|groups| groups.iter().any(|g| g.excludes(own)))
    }
}

/// A program this version does not know excludes nothing; it fails when it is started.
fn group(programs: &Programs, job: &JobRow) -> Group {
    programs.by_name(&job.program).map_or(Group::Free, |p| p.group)
}

/// Says that the worker lives and how far it is. Answers whether the job was asked to stop.
///
/// # Errors
/// `job.lost` when another worker has it.
pub fn beat(tenant: &Tenant, job_id: i64, worker: &str, done: u64, total: u64, alive_at: Instant) -> Result<bool> {
    let (worker, done, total) = (worker.to_owned(), clamp(done), clamp(total));
    tenant.store.write(Lane::Small, move |tx| jobs::beat(tx, job_id, &worker, done, total, alive_at).map(Commit::Keep))
}

/// Counters are for people; one beyond i64 is shown as its maximum.
fn clamp(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Writes a checkpoint on its own.
///
/// # Errors
/// `job.lost` when another worker has it.
pub fn save_checkpoint(tenant: &Tenant, job_id: i64, worker: &str, state: &[u8]) -> Result<()> {
    let (worker, state) = (worker.to_owned(), state.to_vec());
    tenant.store.write(Lane::Small, move |tx| jobs::checkpoint(tx, job_id, &worker, &state).map(Commit::Keep))
}

/// Ends a job.
///
/// # Errors
/// `job.lost` when another worker has it.
pub fn finish(tenant: &Tenant, job_id: i64, worker: &str, status: Status, message: &str) -> Result<()> {
    let (worker, message, now) = (worker.to_owned(), message.to_owned(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| jobs::finish(tx, job_id, &worker, status.name(), &message, now).map(Commit::Keep))?;
    tenant.wake.ring();
    Ok(())
}

/// Gives a running job back: the next worker goes on at its checkpoint.
///
/// # Errors
/// A fault from the database.
pub fn release(tenant: &Tenant, job_id: i64, worker: &str) -> Result<()> {
    let worker = worker.to_owned();
    tenant.store.write(Lane::Small, move |tx| jobs::release(tx, job_id, &worker).map(Commit::Keep))?;
    tenant.wake.ring();
    Ok(())
}

/// Puts jobs without a living worker back into the queue; answers their ids.
///
/// At the start of a process with an embedded store every running job is such a one: only one process has the
/// file. On a server, a job is given up when its worker was silent since `silent_since`.
///
/// # Errors
/// A fault from the database.
pub fn recover(tenant: &Tenant, at_start: bool, silent_since: Instant) -> Result<Vec<i64>> {
    let since = if at_start && tenant.store.dialect() == Dialect::Sqlite { Instant(i64::MAX) } else { silent_since };
    let silent = move |j: &JobRow| j.status == Status::Running.name() && j.updated_at <= since;
    if !tenant.store.read(|tx| jobs::open(tx))?.iter().any(silent) {
        return Ok(Vec::new());
    }
    let ids = tenant.store.write(Lane::Small, move |tx| jobs::recover(tx, since).map(Commit::Keep))?;
    tenant.wake.ring();
    Ok(ids)
}
