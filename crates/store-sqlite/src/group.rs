//! Group commit: many jobs, a savepoint each, one commit.

use crate::control::Control;
use crate::error::replicate;
use crate::tx::Tx;
use accrual_base::{Error, Result};
use accrual_store::{Commit, WriteJob};
use rusqlite::Connection;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

type Value = Box<dyn Any + Send>;
type Job = Box<dyn FnOnce(&mut dyn accrual_store::Write) -> Result<Commit<Value>> + Send>;
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

/// Runs jobs on the writer's connection.
pub(crate) struct Runner<'c> {
    control: Control<'c>,
    tx: Tx<'c>,
}

impl<'c> Runner<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Self> {
        Ok(Self { control: Control::new(conn)?, tx: Tx::new(conn) })
    }

    /// Runs one job in its own transaction.
    pub(crate) fn alone(&mut self, job: WriteJob) -> Answers {
        let result = self.control.begin().and_then(|()| match self.run(job.run) {
            Ok(Commit::Keep(value)) => self.control.commit().map(|()| value),
            Ok(Commit::RollBack(value)) => self.control.roll_back().map(|()| value),
            Err(e) => self.control.roll_back().and(Err(e)),
        });
        Answers(vec![(job.done, result)])
    }

    /// Runs jobs until they are all done or `limit` has passed; what is left stays in `jobs`.
    pub(crate) fn together(&mut self, jobs: &mut std::vec::IntoIter<WriteJob>, limit: Duration) -> Answers {
        if jobs.len() == 1 {
            return jobs.next().map_or_else(|| Answers(Vec::new()), |job| self.alone(job));
        }
        let started = Instant::now();
        let mut answers = Answers(Vec::with_capacity(jobs.len()));
        let mut kept = false;
        for job in jobs.by_ref() {
            let result = self.savepoint(job.run, &mut kept);
            // When SQLite has undone the whole transaction, those before this job must not hear that they were kept.
            if kept && !self.control.is_open() {
                let lost = Error::fault("the shared transaction was undone by the database");
                answers.fail(result.as_ref().err().unwrap_or(&lost));
                kept = false;
            }
            answers.0.push((job.done, result));
            if started.elapsed() >= limit {
                break;
            }
        }
        if let Err(e) = if kept { self.control.commit() } else { self.control.roll_back() } {
            answers.fail(&e);
        }
        answers
    }

    /// One job of a group: undone alone when it fails.
    fn savepoint(&mut self, job: Job, kept: &mut bool) -> Result<Value> {
        self.control.savepoint()?;
        match self.run(job) {
            Ok(Commit::Keep(value)) => {
                self.control.release()?;
                *kept = true;
                Ok(value)
            }
            Ok(Commit::RollBack(value)) => self.control.undo().map(|()| value),
            Err(e) => self.control.undo().and(Err(e)),
        }
    }

    /// A panic is the job's failure, not the writer's.
    fn run(&mut self, job: Job) -> Result<Commit<Value>> {
        catch_unwind(AssertUnwindSafe(|| job(&mut self.tx))).unwrap_or_else(|panic| {
            tracing::error!(panic = said(&*panic), "a write panicked");
            Err(Error::fault(format!("a write panicked: {}", said(&*panic))))
        })
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
