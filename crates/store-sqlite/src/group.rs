//! Group commit: many jobs, one commit.
//!
//! A job that asks for an answer stands behind a savepoint of its own. Jobs that only queue need none as long as all
//! goes well: one whose first statement fails has changed nothing. When a later one fails, the transaction is undone and
//! everything in it is run once more, now with a savepoint each; that is possible while nobody has asked for anything.

use crate::control::Control;
use crate::error::replicate;
use crate::steps::{Steps, WAITING_BYTES, run_all};
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

/// Jobs that share a transaction.
struct Group {
    answers: Answers,
    /// Whether there is something to commit.
    kept: bool,
    /// What was done so far, by the number of the answer, while nobody has asked for anything.
    queued: Option<Vec<(usize, Steps)>>,
}

impl Group {
    /// Notes what the job that is answered next has done. When that becomes too much to keep, later jobs get savepoints.
    fn remember(&mut self, steps: Steps) {
        let at = self.answers.0.len();
        let Some(queued) = &mut self.queued else { return };
        queued.push((at, steps));
        if queued.iter().map(|(_, steps)| steps.bytes).sum::<usize>() >= WAITING_BYTES {
            self.queued = None;
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
        self.tx.units = jobs.len();
        let mut group = Group { answers: Answers(Vec::with_capacity(jobs.len())), kept: false, queued: Some(Vec::new()) };
        for job in jobs.by_ref() {
            let result = if group.queued.is_some() { self.queued(job.run, &mut group) } else { self.behind_savepoint(job.run, &mut group) };
            self.look_for_loss(&mut group, result.as_ref().err());
            group.answers.0.push((job.done, result));
            if started.elapsed() >= limit {
                break;
            }
        }
        self.tx.units = 1;
        if let Err(e) = if group.kept { self.control.commit() } else { self.control.roll_back() } {
            group.answers.fail(&e);
        }
        group.answers
    }

    /// When SQLite has undone the whole transaction, those before this job must not hear that they were kept.
    fn look_for_loss(&mut self, group: &mut Group, cause: Option<&Error>) {
        if group.kept && !self.control.is_open() {
            let lost = Error::fault("the shared transaction was undone by the database");
            group.answers.fail(cause.unwrap_or(&lost));
            group.kept = false;
            group.queued = None;
        }
    }

    /// One job of a group: undone alone when it fails.
    fn behind_savepoint(&mut self, job: Job, group: &mut Group) -> Result<Value> {
        self.control.savepoint()?;
        let outcome = self.run(job);
        self.settle(outcome, group)
    }

    /// Keeps or undoes what stands behind the savepoint.
    fn settle(&mut self, outcome: Result<Commit<Value>>, group: &mut Group) -> Result<Value> {
        match outcome {
            Ok(Commit::Keep(value)) => {
                self.control.release()?;
                group.kept = true;
                Ok(value)
            }
            Ok(Commit::RollBack(value)) => self.control.undo().map(|()| value),
            Err(e) => self.control.undo().and(Err(e)),
        }
    }

    /// One job of a group in which nobody has asked for anything so far.
    fn queued(&mut self, job: Job, group: &mut Group) -> Result<Value> {
        self.tx.wait();
        let outcome = self.run(job);
        let Some(steps) = self.tx.waited() else {
            group.queued = None;
            return self.settle(outcome, group);
        };
        match outcome? {
            Commit::Keep(value) => self.do_queued(steps, group).map(|()| value),
            Commit::RollBack(value) => {
                let tried = self.control.savepoint().and_then(|()| run_all(&mut self.tx, &steps).map_err(|(_, e)| e));
                self.control.undo().and(tried).map(|()| value)
            }
        }
    }

    fn do_queued(&mut self, steps: Steps, group: &mut Group) -> Result<()> {
        if !self.control.is_open() {
            self.control.begin()?;
        }
        match run_all(&mut self.tx, &steps) {
            Ok(()) => {
                group.kept = true;
                group.remember(steps);
                Ok(())
            }
            Err((0, e)) => Err(e),
            Err((_, e)) if !self.control.is_open() => Err(e),
            Err(_) => self.once_more(steps, group),
        }
    }

    /// Undoes the transaction and runs everything in it, and then `last`, behind savepoints.
    fn once_more(&mut self, last: Steps, group: &mut Group) -> Result<()> {
        let queued = group.queued.take().unwrap_or_default();
        group.kept = false;
        if let Err(e) = self.control.roll_back() {
            group.answers.fail(&e);
            return Err(e);
        }
        for (at, steps) in queued {
            let result = self.steps(&steps, group);
            self.look_for_loss(group, result.as_ref().err());
            if let (Err(e), Some((_, answer))) = (result, group.answers.0.get_mut(at)) {
                *answer = Err(e);
            }
        }
        self.steps(&last, group)
    }

    fn steps(&mut self, steps: &Steps, group: &mut Group) -> Result<()> {
        self.control.savepoint()?;
        match run_all(&mut self.tx, steps) {
            Ok(()) => {
                self.control.release()?;
                group.kept = true;
                Ok(())
            }
            Err((_, e)) => self.control.undo().and(Err(e)),
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
