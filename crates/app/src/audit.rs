//! Reading the audit rows that every change writes.

use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;

pub use accrual_store::audit::AuditRow;

/// Everything that was changed on one object, oldest first. Administrators only.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn history(tenant: &Tenant, context: &Context, object: &str, object_id: &str) -> Result<Vec<AuditRow>> {
    context.actor.require(Privilege::Administrator)?;
    tenant.store.read(|tx| accrual_store::audit::of_object(tx, object, object_id))
}
