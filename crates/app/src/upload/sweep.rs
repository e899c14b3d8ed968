//! Taking away the rows of failed uploads, in chunks, and putting things right after a crash.

use crate::{Context, Tenant, Unit};
use accrual_base::{Result, hash};
use accrual_revenue::fields;
use accrual_revenue::record::Record;
use accrual_store::staging::{self, Family, Finish, UploadRow, UploadStatus};
use accrual_store::{Commit, Flow, Lane};

/// Ids a sweep deletes in one transaction.
const STEP: i64 = 10_000;
/// An upload that wrote nothing for so long has lost its sender.
const STALLED_SECONDS: i64 = 3600;

/// Deletes the rows of a failed upload. Can be repeated from anywhere.
///
/// # Errors
/// A fault from the database.
pub(super) fn sweep(tenant: &Tenant, id: i64) -> Result<()> {
    let Some(upload) = tenant.store.read(|tx| staging::upload(tx, id))? else { return Ok(()) };
    if let (UploadStatus::Failed, Some((first, last))) = (upload.status, upload.ids) {
        let mut from = first;
        while from <= last {
            let to = last.min(from.saturating_add(STEP - 1));
            let row = upload.clone();
            tenant.store.write(Lane::Bulk, move |tx| {
                let keys = bill_keys(tx.as_read(), &row, from, to)?;
                staging::sweep(tx, &row, from, to, &keys)?;
                Ok(Commit::Keep(()))
            })?;
            from = to.saturating_add(1);
        }
        tenant.store.write(Lane::Small, move |tx| staging::swept(tx, id).map(Commit::Keep))?;
    }
    Ok(())
}

fn bill_keys(tx: &mut dyn accrual_store::Read, upload: &UploadRow, from: i64, to: i64) -> Result<Vec<(i64, i64)>> {
    let mut keys = Vec::new();
    if upload.family == Family::Line {
        staging::rows(tx, upload, from, to, &mut |row| {
            if let Some(id) = Record::new(row.record).text(fields::INV_LINE_ID)? {
                keys.push((hash::key(id), row.id));
            }
            Ok(Flow::Continue)
        })?;
    }
    Ok(keys)
}

/// At start-up: uploads that were under way when the process ended have failed; their rows and those of
/// failed uploads not yet swept are taken away. Answers how many uploads were ended.
///
/// # Errors
/// A fault from the database.
pub fn recover(tenant: &Tenant) -> Result<usize> {
    let (loading, failed) =
        tenant.store.read(|tx| Ok((staging::uploads(tx, UploadStatus::Loading)?, staging::uploads(tx, UploadStatus::Failed)?)))?;
    for upload in &loading {
        end(tenant, upload, "The server stopped while the file was being loaded; nothing of it was kept, send it again.")?;
    }
    for upload in failed.iter().filter(|u| u.ids.is_some()) {
        sweep(tenant, upload.id)?;
    }
    Ok(loading.len())
}

/// Ends uploads without progress for an hour, so that a dead one does not keep its place for ever: one whose
/// end could not be written because the disk was full, or whose sender hangs.
///
/// # Errors
/// A fault from the database.
pub(super) fn end_stalled(tenant: &Tenant) -> Result<()> {
    let long_ago = tenant.now().plus_seconds(-STALLED_SECONDS);
    let loading = tenant.store.read(|tx| staging::uploads(tx, UploadStatus::Loading))?;
    for upload in loading.iter().filter(|u| u.updated_at < long_ago) {
        end(tenant, upload, "The upload made no progress for an hour; nothing of it was kept, send the file again.")?;
    }
    Ok(())
}

fn end(tenant: &Tenant, upload: &UploadRow, message: &'static str) -> Result<()> {
    let (id, now, finish) = (upload.id, tenant.now(), Finish::failed(message, message, upload));
    tenant.store.write(Lane::Small, move |tx| {
        if staging::finish_upload(tx, id, &finish, now)? {
            let after = serde_json::json!({ "status": "Failed", "message": message });
            Unit::new(tx, now, &Context::system("recovery"), "end_upload").audit("upload", id, None, Some(&after))?;
        }
        Ok(Commit::Keep(()))
    })?;
    sweep(tenant, id)
}
