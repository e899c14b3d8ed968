//! Taking away the rows of failed uploads, in chunks, and putting things right after a crash.

use super::owner;
use crate::{Context, Tenant, Unit};
use accrual_base::{Result, hash};
use accrual_revenue::fields;
use accrual_revenue::record::Record;
use accrual_store::staging::{self, Family, Finish, UploadRow, UploadStatus};
use accrual_store::{Commit, Dialect, Flow, Lane, Read};

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
        tenant.store.write(Lane::Small, move |tx| {
            staging::forget_keys(tx, id)?;
            staging::swept(tx, id).map(Commit::Keep)
        })?;
    }
    Ok(())
}

fn bill_keys(tx: &mut dyn Read, upload: &UploadRow, from: i64, to: i64) -> Result<Vec<(i64, i64)>> {
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

/// At start-up: uploads whose process has ended have failed; their rows and those of failed uploads not yet swept are
/// taken away. On an embedded database that is every upload under way; on a server those of other processes go on.
/// Answers how many uploads were ended.
///
/// # Errors
/// A fault from the database.
pub fn recover(tenant: &Tenant) -> Result<usize> {
    let failed = tenant.store.read(|tx| staging::uploads(tx, UploadStatus::Failed))?;
    let ended = end_lost(tenant)?;
    for upload in failed.iter().filter(|u| u.ids.is_some()) {
        sweep(tenant, upload.id)?;
    }
    Ok(ended)
}

fn end_lost(tenant: &Tenant) -> Result<usize> {
    let lost = tenant.store.read(|tx| lost(tx))?;
    for upload in &lost {
        end(tenant, upload, "The server stopped while the file was being loaded; nothing of it was kept, send it again.")?;
    }
    Ok(lost.len())
}

fn lost(tx: &mut dyn Read) -> Result<Vec<UploadRow>> {
    let mut loading = staging::uploads(tx, UploadStatus::Loading)?;
    if tx.dialect() == Dialect::Postgres {
        let owners = staging::owners(tx)?;
        loading.retain(|u| owners.iter().any(|o| o.upload_id == u.id && owner::is_lost(o.worker.as_deref(), o.silent_seconds)));
    }
    Ok(loading)
}

/// Ends uploads that would keep their place for ever: without progress for an hour, because the end could not be written
/// (a full disk) or the sender hangs; and on a server those whose process is gone.
///
/// # Errors
/// A fault from the database.
pub fn end_abandoned(tenant: &Tenant) -> Result<()> {
    if tenant.store.dialect() == Dialect::Postgres {
        end_lost(tenant)?;
    }
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
