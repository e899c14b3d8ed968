//! Rows of the job queue.

use crate::{Cell, Dialect, Flow, Read, Row, Write};
use accrual_base::{Error, Instant, Result};

/// One durable job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: i64,
    /// Name of the program.
    pub program: String,
    pub org_id: i64,
    /// Pending, Incompatible, Running, Completed, Warning, Error or Cancelled.
    pub status: String,
    /// JSON, as the program wants it.
    pub parameters: String,
    pub done: i64,
    pub total: i64,
    /// Where the program goes on when it is started again; its own format.
    pub checkpoint: Option<Vec<u8>>,
    /// Somebody asked it to stop.
    pub cancel: bool,
    /// What it answered, or why it failed.
    pub message: Option<String>,
    pub created_by: String,
    pub created_at: Instant,
    pub started_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    /// Last sign of life of the worker.
    pub updated_at: Instant,
    pub worker: Option<String>,
}

const COLUMNS: &str = "id, program, org_id, status, parameters, done, total, checkpoint, cancel, message, created_by, created_at, started_at, finished_at, updated_at, worker";

/// [`COLUMNS`] without the checkpoint, which can be large.
const LISTED: &str = "id, program, org_id, status, parameters, done, total, NULL, cancel, message, created_by, created_at, started_at, finished_at, updated_at, worker";

fn map(row: &dyn Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.int(0)?,
        program: row.text(1)?.to_owned(),
        org_id: row.int(2)?,
        status: row.text(3)?.to_owned(),
        parameters: row.text(4)?.to_owned(),
        done: row.int(5)?,
        total: row.int(6)?,
        checkpoint: match row.cell(7)? {
            Cell::Null => None,
            _ => Some(row.bytes(7)?.to_vec()),
        },
        cancel: row.int(8)? != 0,
        message: row.opt_text(9)?.map(str::to_owned),
        created_by: row.text(10)?.to_owned(),
        created_at: Instant(row.int(11)?),
        started_at: row.opt_int(12)?.map(Instant),
        finished_at: row.opt_int(13)?.map(Instant),
        updated_at: Instant(row.int(14)?),
        worker: row.opt_text(15)?.map(str::to_owned),
    })
}

/// Adds a job.
///
/// # Errors
/// A fault from the database.
pub fn insert(tx: &mut dyn Write, job: &JobRow) -> Result<()> {
    tx.execute(
        "INSERT INTO job (id, program, org_id, status, parameters, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            Cell::Int(job.id),
            (&job.program).into(),
            Cell::Int(job.org_id),
            (&job.status).into(),
            (&job.parameters).into(),
            (&job.created_by).into(),
            Cell::Int(job.created_at.0),
            Cell::Int(job.updated_at.0),
        ],
    )?;
    Ok(())
}

/// One job.
///
/// # Errors
/// A fault from the database.
pub fn get(tx: &mut dyn Read, id: i64) -> Result<Option<JobRow>> {
    tx.first(&format!("SELECT {COLUMNS} FROM job WHERE id = $1"), &[Cell::Int(id)], map)
}

/// The newest jobs, newest first.
///
/// # Errors
/// A fault from the database.
pub fn latest(tx: &mut dyn Read, limit: i64) -> Result<Vec<JobRow>> {
    tx.all(&format!("SELECT {COLUMNS} FROM job ORDER BY id DESC LIMIT $1"), &[Cell::Int(limit)], map)
}

/// Hands over every job, oldest first, in constant memory.
///
/// # Errors
/// A fault from the database, or whatever the callback returned.
pub fn each(tx: &mut dyn Read, visit: &mut dyn FnMut(JobRow) -> Result<()>) -> Result<()> {
    tx.query(&format!("SELECT {COLUMNS} FROM job ORDER BY id"), &[], &mut |row| {
        visit(map(row)?)?;
        Ok(Flow::Continue)
    })
}

/// Number of jobs of an organisation that ran to an end: when it has not changed and none is open, no job changed
/// anything.
///
/// # Errors
/// A fault from the database.
pub fn ended(tx: &mut dyn Read, org_id: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM job WHERE org_id = $1 AND status NOT IN ('Pending', 'Incompatible', 'Running')";
    Ok(tx.first(sql, &[Cell::Int(org_id)], |row| row.int(0))?.unwrap_or(0))
}

/// Jobs that wait or run, oldest first, without their checkpoints.
///
/// # Errors
/// A fault from the database.
pub fn open(tx: &mut dyn Read) -> Result<Vec<JobRow>> {
    tx.all(&format!("SELECT {LISTED} FROM job WHERE status IN ('Pending', 'Incompatible', 'Running') ORDER BY id"), &[], map)
}

/// Lets one worker at a time look at the queue, until its transaction ends. One process writes to an
/// embedded database anyway; workers on a server take a lock of the schema.
///
/// # Errors
/// A fault from the database.
pub fn lock_queue(tx: &mut dyn Write) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext('accrual.job.' || current_schema()))) AS locked", &[], &mut |_| {
            Ok(Flow::Continue)
        })?;
    }
    Ok(())
}

/// Jobs that wait, oldest first, without their checkpoints and without those another transaction is changing right now.
///
/// # Errors
/// A fault from the database.
pub fn waiting(tx: &mut dyn Write) -> Result<Vec<JobRow>> {
    let lock = unlocked(tx.dialect());
    let sql = format!("SELECT {LISTED} FROM job WHERE status IN ('Pending', 'Incompatible') ORDER BY id{lock}");
    tx.as_read().all(&sql, &[], map)
}

/// Sets the status of a job that waits.
///
/// # Errors
/// A fault from the database.
pub fn set_waiting(tx: &mut dyn Write, id: i64, status: &str) -> Result<()> {
    tx.defer("UPDATE job SET status = $2 WHERE id = $1 AND status IN ('Pending', 'Incompatible')", &[Cell::Int(id), status.into()])
}

/// Gives a waiting job to a worker.
///
/// # Errors
/// A fault from the database.
pub fn start(tx: &mut dyn Write, id: i64, worker: &str, now: Instant, alive_at: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE job SET status = 'Running', worker = $2, started_at = COALESCE(started_at, $3), updated_at = $4 \
         WHERE id = $1 AND status IN ('Pending', 'Incompatible')",
        &[Cell::Int(id), worker.into(), Cell::Int(now.0), Cell::Int(alive_at.0)],
    )?;
    Ok(changed == 1)
}

/// Puts a running job back into the queue; its checkpoint stays.
///
/// # Errors
/// A fault from the database.
pub fn release(tx: &mut dyn Write, id: i64, worker: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE job SET status = 'Pending', worker = NULL WHERE id = $1 AND status = 'Running' AND worker = $2",
        &[Cell::Int(id), worker.into()],
    )?;
    Ok(changed == 1)
}

/// A sign of life, with the progress. Answers whether the job was asked to stop.
///
/// A step of the program may hold the row while it commits its checkpoint; the sign is left out then, so that no
/// small write waits for it.
///
/// # Errors
/// A conflict `job.lost` when the job is no longer this worker's.
pub fn beat(tx: &mut dyn Write, id: i64, worker: &str, done: i64, total: i64, alive_at: Instant) -> Result<bool> {
    let own = "SELECT cancel FROM job WHERE id = $1 AND worker = $2 AND status = 'Running'";
    let cancel = tx.as_read().first(own, &[Cell::Int(id), worker.into()], |row| Ok(row.int(0)? != 0))?.ok_or_else(|| lost(id))?;
    let sql = format!(
        "UPDATE job SET done = $3, total = $4, updated_at = $5 \
         WHERE id IN (SELECT id FROM job WHERE id = $1 AND worker = $2 AND status = 'Running'{})",
        unlocked(tx.dialect())
    );
    tx.execute(&sql, &[Cell::Int(id), worker.into(), Cell::Int(done), Cell::Int(total), Cell::Int(alive_at.0)])?;
    Ok(cancel)
}

/// Passes over rows that another transaction is changing right now.
fn unlocked(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    }
}

/// Writes the checkpoint of a running job, in the transaction of the work it stands for.
///
/// # Errors
/// A conflict `job.lost` when the job is no longer this worker's: the work of the transaction must not be kept.
pub fn checkpoint(tx: &mut dyn Write, id: i64, worker: &str, state: &[u8]) -> Result<()> {
    let changed = tx.execute(
        "UPDATE job SET checkpoint = $3 WHERE id = $1 AND worker = $2 AND status = 'Running'",
        &[Cell::Int(id), worker.into(), state.into()],
    )?;
    if changed == 1 { Ok(()) } else { Err(lost(id)) }
}

/// Ends a running job.
///
/// # Errors
/// A conflict `job.lost` when the job is no longer this worker's.
pub fn finish(tx: &mut dyn Write, id: i64, worker: &str, status: &str, message: &str, now: Instant) -> Result<()> {
    let changed = tx.execute(
        "UPDATE job SET status = $3, message = $4, finished_at = $5, updated_at = $5 WHERE id = $1 AND worker = $2 AND status = 'Running'",
        &[Cell::Int(id), worker.into(), status.into(), message.into(), Cell::Int(now.0)],
    )?;
    if changed == 1 { Ok(()) } else { Err(lost(id)) }
}

/// Asks a job to stop: one that waits is cancelled at once, one that runs is told. Answers false when it has ended.
///
/// # Errors
/// A fault from the database.
pub fn cancel(tx: &mut dyn Write, id: i64, now: Instant) -> Result<bool> {
    let waiting = tx.execute(
        "UPDATE job SET status = 'Cancelled', cancel = 1, finished_at = $2, updated_at = $2, message = 'Cancelled before it started' \
         WHERE id = $1 AND status IN ('Pending', 'Incompatible')",
        &[Cell::Int(id), Cell::Int(now.0)],
    )?;
    if waiting == 1 {
        return Ok(true);
    }
    Ok(tx.execute("UPDATE job SET cancel = 1 WHERE id = $1 AND status = 'Running'", &[Cell::Int(id)])? == 1)
}

/// Puts jobs whose worker gave no sign of life since `silent_since` back into the queue. Answers their ids.
///
/// # Errors
/// A fault from the database.
pub fn recover(tx: &mut dyn Write, silent_since: Instant) -> Result<Vec<i64>> {
    let sql = format!(
        "UPDATE job SET status = 'Pending', worker = NULL \
         WHERE id IN (SELECT id FROM job WHERE status = 'Running' AND updated_at <= $1{}) RETURNING id",
        unlocked(tx.dialect())
    );
    tx.as_read().all(&sql, &[Cell::Int(silent_since.0)], |row| row.int(0))
}

fn lost(id: i64) -> Error {
    Error::conflict("job.lost", format!("Job {id} is run by another worker now; this one stops without keeping its last step."))
}
