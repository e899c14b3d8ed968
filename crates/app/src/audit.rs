//! Reading the audit rows that every change writes.

use crate::context::{Context, Permission, Privilege};
use crate::system::System;
use crate::tenant::Tenant;
use accrual_base::{Error, Instant, Result};

pub use accrual_store::audit::{AuditQuery, AuditRow, Mark};

/// Rows of one page at most.
pub const MOST: u32 = 1_000;

/// Everything that was changed on one object, oldest first, a page at most. For administrators and who may read the
/// audit trail.
///
/// # Errors
/// `role.permission`; a fault from the database.
pub fn history(tenant: &Tenant, context: &Context, object: &str, object_id: &str) -> Result<Vec<AuditRow>> {
    let query = AuditQuery { object: Some(object.to_owned()), object_id: Some(object_id.to_owned()), limit: MOST, ..AuditQuery::default() };
    Ok(find(tenant, context, &query)?.into_iter().map(|(_, row)| row).collect())
}

/// A page of the audit trail of a tenant, each row with its mark, by which the next page is asked for.
///
/// # Errors
/// As [`history`].
pub fn find(tenant: &Tenant, context: &Context, query: &AuditQuery) -> Result<Vec<(Mark, AuditRow)>> {
    allowed(context)?;
    tenant.store.read(|tx| accrual_store::audit::find(tx, query))
}

/// A page of the audit trail of the system: tenants, entities and their settings.
///
/// # Errors
/// As [`history`].
pub fn find_in_system(system: &System, context: &Context, query: &AuditQuery) -> Result<Vec<(Mark, AuditRow)>> {
    allowed(context)?;
    system.read(|tx| accrual_store::audit::find(tx, query))
}

fn allowed(context: &Context) -> Result<()> {
    const TRAIL: Permission = Permission::named("Audit Trail Access");
    if context.actor.permissions.contains(TRAIL) { Ok(()) } else { context.actor.require(Privilege::Administrator) }
}

/// A mark as clients send it back: `1705320000000000.17`.
pub fn spelt(mark: Mark) -> String {
    format!("{}.{}", mark.at.0, mark.id)
}

/// Reads [`spelt`].
///
/// # Errors
/// `audit.after` for a text that is no mark.
pub fn mark(text: &str) -> Result<Mark> {
    let read = || {
        let (at, id) = text.split_once('.')?;
        Some(Mark { at: Instant(at.parse().ok()?), id: id.parse().ok()? })
    };
    read().ok_or_else(|| {
        Error::invalid("audit.after", "after is the value of next in the page before; send it as it came.")
            .in_column("after")
            .with_value(text)
    })
}
