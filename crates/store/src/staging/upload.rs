//! The upload row: the state of a file.

use super::Family;
use crate::{Cell, Dialect, Read, Row, Write};
use accrual_base::{Error, Instant, Result};

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStatus {
    /// Rows are being written; nobody sees them.
    Loading,
    /// Complete: its rows wait for collection.
    Staged,
    /// Its rows were collected, except those in `stage_exception`.
    Collected,
    /// Refused or broken; its rows do not exist for anyone and are swept.
    Failed,
}

impl UploadStatus {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Loading, "Loading"), (Self::Staged, "Staged"), (Self::Collected, "Collected"), (Self::Failed, "Failed")];

    /// The spelling in the store.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(s, _)| *s == self).map_or("", |(_, n)| n)
    }
    fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(_, n)| *n == name).map(|(s, _)| *s);
        found.ok_or_else(|| Error::fault(format!("{name:?} is no status of an upload")))
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    pub id: i64,
    pub family: Family,
    pub template: String,
    pub file_name: String,
    pub status: UploadStatus,
    /// One sentence for the sender.
    pub message: String,
    /// What was wrong, one line each: line, column, reason, value.
    pub log: String,
    pub rows_read: i64,
    /// Rows with a stage validation error.
    pub rows_error: i64,
    pub org_id: Option<i64>,
    /// First and last id of its rows; nothing before the first row and after the sweep.
    pub ids: Option<(i64, i64)>,
    /// Control totals as JSON: heading → count, sum.
    pub control_sums: Option<String>,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_at: Instant,
}

const COLUMNS: &str = "id, kind, template, file_name, status, message, log, rows_read, rows_error, org_id, first_id, last_id, control_sums, \
                       created_by, created_at, updated_at";

fn map(row: &dyn Row) -> Result<UploadRow> {
    Ok(UploadRow {
        id: row.int(0)?,
        family: Family::named(row.text(1)?)?,
        template: row.text(2)?.to_owned(),
        file_name: row.text(3)?.to_owned(),
        status: UploadStatus::named(row.text(4)?)?,
        message: row.text(5)?.to_owned(),
        log: row.text(6)?.to_owned(),
        rows_read: row.int(7)?,
        rows_error: row.int(8)?,
        org_id: row.opt_int(9)?,
        ids: row.opt_int(10)?.zip(row.opt_int(11)?),
        control_sums: row.opt_text(12)?.map(str::to_owned),
        created_by: row.text(13)?.to_owned(),
        created_at: Instant(row.int(14)?),
        updated_at: Instant(row.int(15)?),
    })
}

/// Writes a new upload row.
///
/// # Errors
/// A fault from the database.
pub fn insert_upload(tx: &mut dyn Write, upload: &UploadRow) -> Result<()> {
    let sql = format!("INSERT INTO upload ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)");
    let params: [Cell<'_>; 16] = [
        upload.id.into(),
        upload.family.name().into(),
        (&upload.template).into(),
        (&upload.file_name).into(),
        upload.status.name().into(),
        (&upload.message).into(),
        (&upload.log).into(),
        upload.rows_read.into(),
        upload.rows_error.into(),
        upload.org_id.into(),
        upload.ids.map(|i| i.0).into(),
        upload.ids.map(|i| i.1).into(),
        upload.control_sums.as_deref().into(),
        (&upload.created_by).into(),
        upload.created_at.0.into(),
        upload.updated_at.0.into(),
    ];
    tx.execute(&sql, &params).map(|_| ())
}

/// One upload.
///
/// # Errors
/// A fault from the database.
pub fn upload(tx: &mut dyn Read, id: i64) -> Result<Option<UploadRow>> {
    tx.first(&format!("SELECT {COLUMNS} FROM upload WHERE id = $1"), &[id.into()], map)
}

/// All uploads of a status, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn uploads(tx: &mut dyn Read, status: UploadStatus) -> Result<Vec<UploadRow>> {
    tx.all(&format!("SELECT {COLUMNS} FROM upload WHERE status = $1 ORDER BY id"), &[status.name().into()], map)
}

/// How many uploads are being loaded, `except` one (0 = none).
///
/// # Errors
/// A fault from the database.
pub fn loading(tx: &mut dyn Read, except: i64) -> Result<i64> {
    let count = tx.first("SELECT count(*) FROM upload WHERE status = 'Loading' AND id <> $1", &[except.into()], |row| row.int(0))?;
    Ok(count.unwrap_or(0))
}

/// Whether another upload began after this one. It may have staged the same bills and ended already, so that it is no longer
/// among those under way.
///
/// # Errors
/// A fault from the database.
pub fn followed(tx: &mut dyn Read, id: i64) -> Result<bool> {
    Ok(tx.first("SELECT id FROM upload WHERE id > $1 LIMIT 1", &[id.into()], |row| row.int(0))?.is_some())
}

/// Notes that rows up to `last` are written; `first` counts only the first time. In the transaction that
/// wrote them, so that a sweep after a crash finds every row. Answers false when the upload is not loading any
/// more: the rows must then be undone.
///
/// # Errors
/// A fault from the database.
pub fn progress(tx: &mut dyn Write, id: i64, (first, last): (i64, i64), rows: i64, errors: i64, now: Instant) -> Result<bool> {
    let sql = "UPDATE upload SET first_id = coalesce(first_id, $2), last_id = $3, rows_read = rows_read + $4, rows_error = rows_error + $5, \
               updated_at = $6 WHERE id = $1 AND status = 'Loading'";
    Ok(tx.execute(sql, &[id.into(), first.into(), last.into(), rows.into(), errors.into(), now.0.into()])? == 1)
}

/// The end of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    pub status: UploadStatus,
    pub message: String,
    pub log: String,
    pub rows_read: i64,
    pub org_id: Option<i64>,
    pub control_sums: Option<String>,
}

impl Finish {
    /// A failure of an upload that nobody reads any more; what was counted so far stays.
    pub fn failed(message: &str, log: &str, upload: &UploadRow) -> Self {
        let (message, log) = (message.to_owned(), log.to_owned());
        Self { status: UploadStatus::Failed, message, log, rows_read: upload.rows_read, org_id: upload.org_id, control_sums: None }
    }
}

/// Ends a loading upload. Answers false when it was not loading any more: recovery or another process ended it.
///
/// # Errors
/// A fault from the database.
pub fn finish_upload(tx: &mut dyn Write, id: i64, finish: &Finish, now: Instant) -> Result<bool> {
    let params: [Cell<'_>; 8] = [
        id.into(),
        finish.status.name().into(),
        (&finish.message).into(),
        (&finish.log).into(),
        finish.rows_read.into(),
        finish.org_id.into(),
        finish.control_sums.as_deref().into(),
        now.0.into(),
    ];
    let sql = "UPDATE upload SET status = $2, message = $3, log = $4, rows_read = $5, org_id = $6, control_sums = $7, updated_at = $8 \
               WHERE id = $1 AND status = 'Loading'";
    Ok(tx.execute(sql, &params)? == 1)
}

/// Moves an upload from one status to another. Answers false when it was not in the first.
///
/// # Errors
/// A fault from the database.
pub fn set_status(tx: &mut dyn Write, id: i64, from: UploadStatus, to: UploadStatus, now: Instant) -> Result<bool> {
    let params: [Cell<'_>; 4] = [id.into(), from.name().into(), to.name().into(), now.0.into()];
    Ok(tx.execute("UPDATE upload SET status = $3, updated_at = $4 WHERE id = $1 AND status = $2", &params)? == 1)
}

/// Notes that the rows of a failed upload are gone.
///
/// # Errors
/// A fault from the database.
pub fn swept(tx: &mut dyn Write, id: i64) -> Result<()> {
    tx.execute("UPDATE upload SET first_id = NULL, last_id = NULL WHERE id = $1 AND status = 'Failed'", &[id.into()]).map(|_| ())
}

/// Who takes the file of an upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadOwner {
    pub upload_id: i64,
    /// The process, in the words of the layer above.
    pub worker: Option<String>,
    /// Seconds since its last sign of life, by the database's clock; nothing on an embedded database.
    pub silent_seconds: Option<i64>,
}

/// The time of a database server, which all its clients share, in microseconds.
const SERVER_TIME: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// Notes who takes the file of an upload.
///
/// # Errors
/// A fault from the database.
pub fn own(tx: &mut dyn Write, id: i64, worker: Option<&str>) -> Result<()> {
    tx.defer("UPDATE upload SET worker = $2 WHERE id = $1", &[id.into(), worker.into()])?;
    beat(tx, id)
}

/// Gives a sign of life for an upload under way. An embedded database has one process and needs none.
///
/// # Errors
/// A fault from the database.
pub fn beat(tx: &mut dyn Write, id: i64) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    tx.defer(&format!("UPDATE upload SET beat = {SERVER_TIME} WHERE id = $1 AND status = 'Loading'"), &[id.into()])
}

/// Who takes the files of the uploads under way.
///
/// # Errors
/// A fault from the database.
pub fn owners(tx: &mut dyn Read) -> Result<Vec<UploadOwner>> {
    let silent = match tx.dialect() {
        Dialect::Sqlite => "NULL".to_owned(),
        Dialect::Postgres => format!("({SERVER_TIME} - beat) / 1000000"),
    };
    let sql = format!("SELECT id, worker, {silent} FROM upload WHERE status = 'Loading' ORDER BY id");
    tx.all(&sql, &[], |row| {
        Ok(UploadOwner { upload_id: row.int(0)?, worker: row.opt_text(1)?.map(str::to_owned), silent_seconds: row.opt_int(2)? })
    })
}
