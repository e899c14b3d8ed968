//! Batches whose job ended before they were whole: cancelled, or stopped by a fault of the store.
//!
//! A batch counts as posted from the moment it exists, so that nothing changes under it. One that nobody works on any
//! more would keep its entries from the general ledger for ever: the next transfer of the organisation sees to it, and
//! no period closes before.

use super::balance::Balance;
use super::criteria::Criteria;
use super::frozen::Frozen;
use super::{run, status};
use crate::Tenant;
use crate::job::{JobRow, Progress};
use accrual_base::Result;
use accrual_store::journals::{self, BatchRow, BatchUpdate};
use accrual_store::{Commit, Flow, Lane, Read};

/// Batches of an organisation and book that are not whole, oldest first.
///
/// # Errors
/// A fault from the database.
pub(crate) fn unfinished(tx: &mut dyn Read, org: i64, book: i64) -> Result<Vec<BatchRow>> {
    let mut batches = journals::with_status(tx, status::NEW)?;
    batches.extend(journals::with_status(tx, status::UPDATED)?);
    batches.retain(|b| b.org_id == org && b.book_id == book);
    batches.sort_unstable_by_key(|b| b.id);
    Ok(batches)
}

/// Sees to the unfinished batches of the job's organisation. No job works on them: transfers of an organisation
/// exclude each other, and one that goes on from its checkpoint is older than this one and came first.
///
/// A batch without criteria is given up, the next one takes its entries. One with criteria has marked what it took and
/// is brought to its end.
///
/// # Errors
/// `job.cancelled`; a fault.
pub(super) fn settle(tenant: &Tenant, job: &JobRow, book: i64, chunk: usize, progress: &mut dyn Progress) -> Result<()> {
    for batch in tenant.store.read(|tx| unfinished(tx, job.org_id, book))? {
        let mut frozen = written(tenant, &batch)?;
        if batch.status == status::NEW && (batch.whole || frozen.lines == 0) {
            give_up(tenant, job, &batch)?;
        } else if batch.status == status::UPDATED
            || run::fill(tenant, job, &Criteria::stored(&batch.criteria)?, chunk, &mut frozen, progress)?.is_none()
        {
            run::finish(tenant, job, &frozen)?;
        }
    }
    Ok(())
}

/// How far a batch came, by the lines it has: each transaction ended with a contract line.
fn written(tenant: &Tenant, batch: &BatchRow) -> Result<Frozen> {
    let mut frozen = Frozen::new(batch.id, batch.org_id, batch.book_id, batch.period, batch.leg_sequence, batch.summary);
    let mut balance = Balance::default();
    tenant.store.read(|tx| {
        journals::stream(tx, batch.id, &mut |line| {
            frozen.lines += 1;
            frozen.after = frozen.after.max(line.line_id.unwrap_or(i64::MIN));
            balance.take_written(line);
            Ok(Flow::Continue)
        })
    })?;
    frozen.add(&balance)?;
    Ok(frozen)
}

fn give_up(tenant: &Tenant, job: &JobRow, batch: &BatchRow) -> Result<()> {
    let (id, by, at) = (batch.id, job.created_by.clone(), tenant.now());
    tenant.store.write(Lane::Small, move |tx| {
        let message = Some("Its job ended before it was whole; a later batch takes its entries.");
        let update = BatchUpdate { status: status::ERRORS, line_count: 0, message, report_id: None, by: &by, at };
        journals::update(tx, id, status::NEW, update).map(Commit::Keep)
    })?;
    Ok(())
}
