//! Statuses of batches, lists of them, and setting one Transferred.

use crate::{Command, Context, Tenant, Unit};
use accrual_base::{Error, Instant, PeriodId, Result};
use accrual_store::Read;
use accrual_store::journals::{self, BatchRow, BatchUpdate};
use serde::Serialize;
use serde_json::json;

/// Statuses of a batch (reference section 12).
pub const NEW: &str = "NEW";
pub const NO_DATA: &str = "NO DATA FOUND";
pub const UPDATED: &str = "UPDATED";
pub const READY: &str = "READY TO TRANSFER";
pub const TRANSFERRED: &str = "TRANSFERRED";
pub const ERRORS: &str = "ERRORS";

/// A transfer batch as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: i64,
    pub name: String,
    pub org_id: i64,
    pub period: PeriodId,
    /// One of the statuses above.
    pub status: String,
    pub line_count: i64,
    pub message: Option<String>,
    pub report_id: Option<i64>,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_by: String,
    pub updated_at: Instant,
}

impl From<BatchRow> for Batch {
    fn from(b: BatchRow) -> Self {
        Self {
            id: b.id,
            name: b.name,
            org_id: b.org_id,
            period: b.period,
            status: b.status,
            line_count: b.line_count,
            message: b.message,
            report_id: b.report_id,
            created_by: b.created_by,
            created_at: b.created_at,
            updated_by: b.updated_by,
            updated_at: b.updated_at,
        }
    }
}

fn unknown(id: i64) -> Error {
    Error::not_found("transfer.batch", "There is no transfer batch with this id.").with_value(&id.to_string())
}

/// A batch that must exist.
pub(super) fn batch_in(tx: &mut dyn Read, id: i64) -> Result<BatchRow> {
    journals::get(tx, id)?.ok_or_else(|| unknown(id))
}

/// A batch of an organisation the caller sees.
pub(super) fn visible(tx: &mut dyn Read, context: &Context, id: i64) -> Result<BatchRow> {
    let batch = batch_in(tx, id)?;
    if context.actor.organisations.contains(batch.org_id) { Ok(batch) } else { Err(unknown(id)) }
}

/// The batches that are ready to transfer, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn ready(tenant: &Tenant, context: &Context) -> Result<Vec<Batch>> {
    let batches = tenant.store.read(|tx| journals::with_status(tx, READY))?;
    Ok(batches.into_iter().filter(|b| context.actor.organisations.contains(b.org_id)).map(Batch::from).collect())
}

/// The newest batches, newest first.
///
/// # Errors
/// A fault from the database.
pub fn list(tenant: &Tenant, context: &Context, limit: i64) -> Result<Vec<Batch>> {
    let batches = tenant.store.read(|tx| journals::latest(tx, limit))?;
    Ok(batches.into_iter().filter(|b| context.actor.organisations.contains(b.org_id)).map(Batch::from).collect())
}

/// One batch.
///
/// # Errors
/// `NotFound` `transfer.batch`, also when the role does not see its organisation.
pub fn batch(tenant: &Tenant, context: &Context, id: i64) -> Result<Batch> {
    tenant.store.read(|tx| visible(tx, context, id)).map(Batch::from)
}

/// Says that a batch is in the general ledger. Allowed only from READY TO TRANSFER.
#[derive(Clone, Debug, Serialize)]
pub struct SetTransferred {
    pub batch_id: i64,
}

impl Command for SetTransferred {
    const OPERATION: &'static str = "set_batch_transferred";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let id = self.batch_id;
        let batch = batch_in(unit.read(), id)?;
        unit.actor.require_org(batch.org_id)?;
        let (by, at) = (unit.actor.user.clone(), unit.now);
        let update =
            BatchUpdate { status: TRANSFERRED, line_count: batch.line_count, message: None, report_id: batch.report_id, by: &by, at };
        if !journals::update(unit.tx, id, READY, update)? {
            let message = format!("Batch {id} is {}; only a batch that is Ready to Transfer can be set to Transferred.", batch.status);
            return Err(Error::conflict("transfer.not_ready", message));
        }
        unit.audit("TransferBatch", id, Some(&json!({"status": batch.status})), Some(&json!({"status": TRANSFERRED})))?;
        unit.outbox("transfer.transferred", &json!({"batch": id, "organisation": batch.org_id, "period": batch.period.0}))
    }
}
