//! Upload files: received as a stream, parsed, judged and staged in chunks, all or nothing.
//!
//! Three threads share the work: the caller's reads the stream and cuts it into blocks, one parses and judges,
//! one waits for the store. The channels between them are bounded, so that a file of any size takes the memory
//! of a few blocks. Rows are written while the upload is `Loading` and nobody sees them; the last small write
//! makes all of them visible at once, or none.

mod chunk;
mod correction;
mod listing;
pub(crate) mod live;
mod owner;
mod receive;
mod setup;
mod sweep;

pub use listing::{MappedColumn, StageError, TemplateMapping, mapping, stage_errors, uploads};
pub use receive::{Receipt, receive, receive_with};
pub(crate) use setup::profile;
pub use setup::{Organisation, UploadSetup, setup};
pub use sweep::{end_abandoned, recover};

use crate::{Context, Tenant};
use accrual_base::{Error, Result};
use accrual_store::staging::{self, Family};

pub use accrual_store::staging::{UploadRow, UploadStatus};

/// Uploads a tenant may have under way at once.
pub const PARALLEL_UPLOADS: i64 = 2;

/// Where an upload stands, with its log.
///
/// # Errors
/// `upload.unknown` when there is no such request, or the role does not see its organisation.
pub fn status(tenant: &Tenant, context: &Context, id: i64) -> Result<UploadRow> {
    let unknown = || Error::not_found("upload.unknown", format!("There is no upload request {id}."));
    let row = tenant.store.read(|tx| staging::upload(tx, id))?.ok_or_else(unknown)?;
    match row.org_id {
        Some(org) if !context.actor.organisations.contains(org) => Err(unknown()),
        _ => Ok(row),
    }
}

/// The store's spelling of a family.
fn family(family: accrual_revenue::upload::Family) -> Family {
    match family {
        accrual_revenue::upload::Family::Line => Family::Line,
        accrual_revenue::upload::Family::Event => Family::Event,
    }
}

#[cfg(test)]
mod tests;
