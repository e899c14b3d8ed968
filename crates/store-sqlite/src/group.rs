//! Group commit: many jobs, a savepoint each, one commit.

use crate::error::{Doing, map, replicate};
use crate::tx::Tx;
use accrual_base::{Error, Result};
use accrual_store::{Commit, WriteJob};
use rusqlite::Connection;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

type Value = Box<dyn Any + Send>;
type Done = Box<dyn FnOnce(Result<Value>) + Send>;

/// Who is answered with what once the transaction has ended.
pub(crate) struct Answers(Vec<(Done, Result<Value>)>);

impl Answers {
    /// A callback that panics must not take the writer with it.
    pub(crate) fn deliver(self) {
        for (done, result) in self.0 {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| done(result))) {
                tracing::error!(panic = said(&*panic), "the receiver of a write's answer panicked");
            }
        }
    }

    /// The shared transaction is lost: nobody in it may be told that it succeeded.
    fn fail(&mut self, cause: &Error) {
        for (_, result) in &mut self.0 {
            if result.is_ok() {
                *result = Err(replicate(cause));
            }
        }
    }
}

/// Runs one job in its own transaction.
pub(crate) fn alone(conn: &Connection, job: WriteJob) -> Answers {
    let result = begin(conn).and_then(|()| match run(conn, job.run) {
        Ok(Commit::Keep(value)) => commit(conn).map(|()| value),
        Ok(Commit::RollBack(value)) => roll_back(conn).map(|()| value),
        Err(e) => roll_back(conn).and(Err(e)),
    });
    Answers(vec![(job.done, result)])
}

/// Runs jobs until they are all done or `limit` has passed; what is left stays in `jobs`.
pub(crate) fn together(conn: &Connection, jobs: &mut std::vec::IntoIter<WriteJob>, limit: Duration) -> Answers {
    if jobs.len() == 1 {
        if let Some(job) = jobs.next() {
            return alone(conn, job);
        }
    }
    let started = Instant::now();
    let mut answers = Answers(Vec::with_capacity(jobs.len()));
    let mut kept = false;
    while let Some(job) = jobs.next() {
        let result = savepoint(conn, job.run, &mut kept);
        // A full disk and a few other failures make SQLite undo the whole transaction, not only the savepoint.
        if kept && conn.is_autocommit() {
            let lost = Error::fault("the shared transaction was undone by the database");
            answers.fail(result.as_ref().err().unwrap_or(&lost));
            kept = false;
        }
        answers.0.push((job.done, result));
        if started.elapsed() >= limit {
            break;
        }
    }
    if let Err(e) = if kept { commit(conn) } else { roll_back(conn) } {
        answers.fail(&e);
    }
    answers
}

/// One job of a group: undone alone when it fails.
fn savepoint(conn: &Connection, job: Job, kept: &mut bool) -> Result<Value> {
    if conn.is_autocommit() {
        begin(conn)?;
    }
    control(conn, "SAVEPOINT job")?;
    match run(conn, job) {
        Ok(Commit::Keep(value)) => {
            control(conn, "RELEASE job").or_else(|e| undo(conn).and(Err(e)))?;
            *kept = true;
            Ok(value)
        }
        Ok(Commit::RollBack(value)) => undo(conn).map(|()| value),
        Err(e) => undo(conn).and(Err(e)),
    }
}

type Job = Box<dyn FnOnce(&mut dyn accrual_store::Write) -> Result<Commit<Value>> + Send>;

/// A panic is the job's failure, not the writer's.
fn run(conn: &Connection, job: Job) -> Result<Commit<Value>> {
    catch_unwind(AssertUnwindSafe(|| job(&mut Tx::new(conn)))).unwrap_or_else(|panic| {
        tracing::error!(panic = said(&*panic), "a write panicked");
        Err(Error::fault(format!("a write panicked: {}", said(&*panic))))
    })
}

fn said(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn undo(conn: &Connection) -> Result<()> {
    if conn.is_autocommit() {
        return Ok(());
    }
    control(conn, "ROLLBACK TO job")?;
    control(conn, "RELEASE job")
}

fn begin(conn: &Connection) -> Result<()> {
    control(conn, "BEGIN IMMEDIATE")
}

fn roll_back(conn: &Connection) -> Result<()> {
    if conn.is_autocommit() { Ok(()) } else { control(conn, "ROLLBACK") }
}

fn commit(conn: &Connection) -> Result<()> {
    let committed = conn.prepare_cached("COMMIT").and_then(|mut s| s.raw_execute());
    committed.map(|_| ()).map_err(|e| {
        if let Err(undone) = roll_back(conn) {
            tracing::error!(error = %undone, "a failed commit could not be undone");
        }
        map(e, Doing::Commit)
    })
}

fn control(conn: &Connection, sql: &str) -> Result<()> {
    conn.prepare_cached(sql).and_then(|mut s| s.raw_execute()).map(|_| ()).map_err(|e| map(e, Doing::Statement(sql)))
}
