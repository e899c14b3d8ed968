//! The running upload: rows that documents of the product write as they are posted, a few at a time.
//!
//! It is an ordinary upload that is `Staged` from its first row on. `live_upload` says which one still takes rows, one
//! an organisation; a collection that freezes it takes it off there first, so that no row is added behind the
//! collection's back. The row of `live_upload` is locked by both, so also two processes take turns.

use super::{Family, UploadRow, UploadStatus, insert_upload};
use crate::{Cell, Flow, Write};
use accrual_base::{Instant, Result};

/// Rows after which a new upload begins, so that lists of its errors stay readable.
const MOST: i64 = 100_000;

/// The upload that takes `rows` rows with ids from `first`, counted there with `errors` of them in error.
/// `fresh` gives the id of a new one, when none takes rows or the rows do not follow its last one.
///
/// # Errors
/// A fault from the database, or whatever `fresh` returned.
pub fn extend(
    tx: &mut dyn Write,
    org: i64,
    (first, rows, errors): (i64, i64, i64),
    user: &str,
    now: Instant,
    fresh: &mut dyn FnMut(&mut dyn Write) -> Result<i64>,
) -> Result<i64> {
    // the update locks the row whether or not the upload fits
    let mut running = None;
    tx.query(
        "UPDATE live_upload SET rows = rows + $2 WHERE org_id = $1 RETURNING upload_id, rows",
        &[org.into(), rows.into()],
        &mut |r| {
            running = Some((r.int(0)?, r.int(1)?));
            Ok(Flow::Stop)
        },
    )?;
    if let Some((upload, held)) = running
        && held <= MOST
    {
        let sql = "UPDATE upload SET last_id = $2, rows_read = rows_read + $3, rows_error = rows_error + $4, updated_at = $5 \
                   WHERE id = $1 AND status = 'Staged' AND last_id = $6";
        let params: [Cell<'_>; 6] =
            [upload.into(), (first + rows - 1).into(), rows.into(), errors.into(), now.0.into(), (first - 1).into()];
        if tx.execute(sql, &params)? == 1 {
            return Ok(upload);
        }
    }
    let id = fresh(tx)?;
    insert_upload(
        tx,
        &UploadRow {
            id,
            family: Family::Line,
            template: "Billing".into(),
            file_name: "Posted billing documents".into(),
            status: UploadStatus::Staged,
            message: "Data Received".into(),
            log: String::new(),
            rows_read: rows,
            rows_error: errors,
            org_id: Some(org),
            ids: Some((first, first + rows - 1)),
            control_sums: None,
            created_by: user.to_owned(),
            created_at: now,
            updated_at: now,
        },
    )?;
    let sql = "INSERT INTO live_upload (org_id, upload_id, rows) VALUES ($1, $2, $3) \
               ON CONFLICT (org_id) DO UPDATE SET upload_id = excluded.upload_id, rows = excluded.rows";
    tx.execute(sql, &[org.into(), id.into(), rows.into()])?;
    Ok(id)
}

/// No further row goes to the running upload of an organisation. Call it before reading which uploads are ready.
///
/// # Errors
/// A fault from the database.
pub fn seal(tx: &mut dyn Write, org: i64) -> Result<()> {
    tx.execute("DELETE FROM live_upload WHERE org_id = $1", &[org.into()]).map(|_| ())
}
