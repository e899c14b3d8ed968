//! One transaction shared by several units of work.
//!
//! Statements that need no answer wait in a queue and are sent together with the next one that does, or before the
//! commit. A unit that asked for an answer stands behind a savepoint of its own; units that only queued share one, and
//! are sent again one by one behind savepoints of their own when one of their statements fails. Either way a failure
//! undoes the unit at fault and no other.

use crate::connection::{Live, Prepared};
use crate::error::{is_fatal, is_parameter_error, replicate, translate};
use crate::pipeline::{Last, Out, Outcome, run};
use crate::plan::{Plan, Step};
use crate::row::Halt;
use crate::value::Kept;
use accrual_base::{Error, Result};
use accrual_store::{Refuse, reworded};
use std::sync::Arc;
use tokio::runtime::Runtime;

const BACK: &str = "ROLLBACK TO SAVEPOINT unit";
/// What may wait unsent, in statements and bytes: a long unit must run in constant memory.
const WAITING: usize = 4_096;
const WAITING_BYTES: usize = 4 << 20;
/// The unit of nobody: between the last one and the commit.
const NOBODY: usize = usize::MAX;

pub(crate) struct Batch<'c> {
    pub runtime: &'c Runtime,
    pub live: &'c mut Live,
    /// How many units share the transaction.
    units: usize,
    /// Whether several do, so that each needs a way back of its own.
    shared: bool,
    begun: bool,
    /// Whether the savepoint exists.
    saved: bool,
    /// The unit whose statements, and nobody else's, came after the savepoint.
    anchor: Option<usize>,
    current: usize,
    queue: Vec<Step>,
    waiting_bytes: usize,
    /// Units found at fault after they had ended.
    failed: Vec<(usize, Error)>,
    /// Why the current unit can only be given up; it has been undone.
    poison: Option<Error>,
    lost: Option<String>,
}

impl<'c> Batch<'c> {
    pub fn new(runtime: &'c Runtime, live: &'c mut Live, units: usize) -> Self {
        Self {
            runtime,
            live,
            units,
            shared: units > 1,
            begun: false,
            saved: false,
            anchor: None,
            current: NOBODY,
            queue: Vec::new(),
            waiting_bytes: 0,
            failed: Vec::new(),
            poison: None,
            lost: None,
        }
    }

    pub fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Starts the next unit.
    pub fn start(&mut self, unit: usize) {
        self.current = unit;
        self.poison = None;
    }

    /// Ends the current unit, keeping what it did.
    ///
    /// # Errors
    /// When one of its statements had failed, even if its code went on.
    pub fn keep(&mut self) -> Result<()> {
        self.poison.take().map_or(Ok(()), Err)
    }

    /// Ends the current unit, undoing what it did, after making sure that it would have worked.
    ///
    /// # Errors
    /// When one of its statements failed.
    pub fn preview(&mut self) -> Result<()> {
        if self.poison.is_none() && self.queue.iter().any(|s| s.unit == self.current) {
            self.sync(true, Last::Nothing)?;
        }
        let verdict = self.keep();
        self.give_up();
        verdict
    }

    /// Ends the current unit, undoing what it did.
    pub fn give_up(&mut self) {
        let (current, was_undone) = (self.current, self.poison.take().is_some());
        self.queue.retain(|s| s.unit != current);
        let reached_server = if self.shared { self.anchor == Some(current) } else { self.begun };
        if reached_server && !was_undone {
            self.undo();
        }
    }

    /// Queues a statement of the current unit.
    ///
    /// # Errors
    /// When the unit has failed already, or the queue was full and a statement in it failed.
    pub fn defer(&mut self, prepared: Arc<Prepared>, params: Kept, refuse: Option<Refuse>) -> Result<()> {
        self.usable()?;
        self.waiting_bytes += params.weight();
        self.queue.push(Step { unit: self.current, prepared, params, refuse });
        if self.queue.len() >= WAITING || self.waiting_bytes >= WAITING_BYTES {
            self.sync(true, Last::Nothing)?;
        }
        Ok(())
    }

    /// An id that was reserved for the units of this group or an earlier one, or nothing when ids come from the
    /// transaction itself: that of a unit alone, which leaves no gaps, or one that has begun.
    ///
    /// # Errors
    /// When the unit has failed already or the server does not give ids.
    pub fn reserved_id(&mut self, sequence: &str) -> Result<Option<i64>> {
        self.usable()?;
        if let Some(id) = self.live.reserved.get_mut(sequence).and_then(Iterator::next) {
            return Ok(Some(id));
        }
        if self.begun || !self.shared {
            return Ok(None);
        }
        // By itself and durable before anything that uses it: the ids stay taken when a unit is undone.
        match self.runtime.block_on(self.live.reserve(sequence, self.units)) {
            Ok(id) => Ok(id),
            Err(e) => Err(self.fail_current("the reservation of ids", e)),
        }
    }

    /// The statement, prepared. What is not known yet is prepared behind the current unit's savepoint, because a
    /// statement that cannot be prepared breaks the transaction.
    ///
    /// # Errors
    /// When the unit has failed already or the server does not accept the text.
    pub fn prepared(&mut self, sql: &str) -> Result<Arc<Prepared>> {
        self.usable()?;
        if let Some(known) = self.live.statements.get(sql) {
            return Ok(Arc::clone(known));
        }
        self.behind_savepoint()?;
        match self.runtime.block_on(self.live.prepare(sql)) {
            Ok(prepared) => Ok(prepared),
            Err(e) => Err(self.fail_current(sql, e)),
        }
    }

    /// Sends what waits; from here on a failure undoes the current unit alone.
    ///
    /// # Errors
    /// When a statement of the current unit failed.
    pub fn behind_savepoint(&mut self) -> Result<()> {
        self.usable()?;
        if self.begun || !self.queue.is_empty() { self.sync(true, Last::Nothing).map(drop) } else { Ok(()) }
    }

    /// Makes sure that the transaction is open and the current unit is behind its savepoint: for COPY.
    ///
    /// # Errors
    /// When a statement of the current unit failed.
    pub fn open(&mut self) -> Result<()> {
        self.usable()?;
        self.sync(true, Last::Nothing).map(drop)
    }

    /// Notes that the current unit met an error the server knows of, and undoes it.
    pub fn fail_current(&mut self, sql: &str, e: tokio_postgres::Error) -> Error {
        self.forget_stale_plans(&e);
        if is_fatal(&e) {
            return self.lose(translate(sql, e));
        }
        let error = translate(sql, e);
        self.poison_current(&error);
        error
    }

    /// Undoes the current unit because of an error, and keeps it from doing anything more.
    pub fn poison_current(&mut self, error: &Error) {
        self.give_up();
        self.poison = Some(replicate(error));
    }

    /// Sends what waits and then `last`, and answers its count. `own` puts the current unit behind its own savepoint.
    ///
    /// # Errors
    /// When a statement of the current unit failed (it has then been undone), or the callback did.
    pub fn sync(&mut self, own: bool, last: Last<'_>) -> Result<u64> {
        self.send(own, false, last)
    }

    fn send(&mut self, own: bool, mut one_by_one: bool, mut last: Last<'_>) -> Result<u64> {
        self.usable()?;
        loop {
            let (outcome, owners) = {
                let (outs, owners) = self.plan(own, one_by_one);
                (self.runtime.block_on(run(&self.live.client, &outs, last.again())), owners)
            };
            let (position, error) = match outcome {
                Outcome::Early(position, error) => (position, error),
                Outcome::Done(count) => {
                    self.sent(own);
                    return Ok(count);
                }
                Outcome::Late(Halt::Callback(error)) => {
                    self.sent(own);
                    return Err(error);
                }
                Outcome::Late(Halt::Database(error)) => {
                    self.sent(own);
                    let sql = last_sql(&last);
                    return Err(self.fail_current(sql, error));
                }
            };
            self.recover(owners[position], error, &mut one_by_one)?;
        }
    }

    /// Sends what waits and commits.
    ///
    /// # Errors
    /// When nothing was kept: the connection is gone or the commit was refused.
    pub fn commit(&mut self) -> Result<Vec<(usize, Error)>> {
        self.current = NOBODY;
        self.poison = None;
        self.usable()?;
        if self.begun || self.queue.is_empty() || !self.commit_at_once()? {
            if !self.queue.is_empty() {
                self.send(false, true, Last::Nothing)?;
            }
            if self.begun {
                self.begun = false;
                let committed = self.runtime.block_on(self.live.client.batch_execute("COMMIT"));
                committed.map_err(|e| self.not_committed(e))?;
            }
        }
        Ok(std::mem::take(&mut self.failed))
    }

    /// When no unit asked for anything, everything is sent in one go, commit and all. Answers false when a statement
    /// failed: then nothing was kept, and the units have to be tried one by one.
    fn commit_at_once(&mut self) -> Result<bool> {
        let outcome = {
            let mut plan = Plan::new(false, false);
            plan.steps(&self.queue);
            let last = if plan.outs.len() > 1 {
                plan.outs.insert(0, Out::Text("BEGIN"));
                Last::Commit
            } else {
                // One statement commits by itself.
                Last::Nothing
            };
            self.runtime.block_on(run(&self.live.client, &plan.outs, last))
        };
        match outcome {
            Outcome::Done(_) => {
                self.queue.clear();
                Ok(true)
            }
            Outcome::Early(_, e) | Outcome::Late(Halt::Database(e)) if is_fatal(&e) => Err(self.not_committed(e)),
            Outcome::Late(halt) => Err(halt.into_error("COMMIT")),
            Outcome::Early(_, e) => {
                self.forget_stale_plans(&e);
                if is_parameter_error(&e) {
                    // Nothing was told to commit, so the transaction may still be open.
                    self.back("ROLLBACK");
                }
                Ok(false)
            }
        }
    }

    fn not_committed(&mut self, e: tokio_postgres::Error) -> Error {
        let fatal = is_fatal(&e);
        let error = translate("COMMIT", e);
        if fatal {
            let text = format!("{error}; whether the work was kept is not known: look before sending it again");
            return self.lose(Error::fault(text));
        }
        error
    }

    fn usable(&self) -> Result<()> {
        if let Some(why) = &self.lost {
            return Err(Error::fault(why.clone()));
        }
        if let Some(why) = &self.poison {
            return Err(Error::fault(format!("an earlier statement of this unit of work failed, nothing more can be done in it: {why}")));
        }
        Ok(())
    }

    /// Everything that is to be sent, and whose it is.
    fn plan(&self, own: bool, one_by_one: bool) -> (Vec<Out<'_>>, Vec<Option<usize>>) {
        let mut plan = Plan::new(self.shared, self.saved);
        if !self.begun {
            plan.text("BEGIN");
        }
        // Steps stand in the order of units: first the rest of the unit behind the savepoint, then the others, then the current.
        let tail = self.queue.partition_point(|s| Some(s.unit) == self.anchor);
        let mine = if own { self.queue.partition_point(|s| s.unit != self.current).max(tail) } else { self.queue.len() };
        plan.steps(&self.queue[..tail]);
        let others = &self.queue[tail..mine];
        for group in others.chunk_by(|a, b| !one_by_one || a.unit == b.unit) {
            plan.save();
            plan.steps(group);
        }
        if own && self.anchor != Some(self.current) {
            plan.save();
        }
        plan.steps(&self.queue[mine..]);
        (plan.outs, plan.owners)
    }

    /// Everything in the queue is done.
    fn sent(&mut self, own: bool) {
        self.begun = true;
        self.saved |= self.shared;
        self.anchor = own.then_some(self.current);
        self.queue.clear();
        self.waiting_bytes = 0;
    }

    /// Undoes the unit at fault and takes what has been done out of the queue, so that the rest can be sent again.
    fn recover(&mut self, owner: Option<usize>, error: tokio_postgres::Error, one_by_one: &mut bool) -> Result<()> {
        self.forget_stale_plans(&error);
        let Some(unit) = owner.filter(|_| !is_fatal(&error)) else {
            return Err(self.lose(translate("the transaction", error)));
        };
        self.begun = true;
        self.saved |= self.shared;
        let steps = || self.queue.iter().filter(|s| s.unit == unit);
        let error = translate(steps().next().map_or("a deferred statement", |s| &s.prepared.sql), error);
        let error = reworded(error, steps().filter_map(|s| s.refuse.as_ref()));
        if unit == self.current {
            self.sent(true);
            self.poison_current(&error);
            return Err(error);
        }
        self.undo();
        if self.anchor == Some(unit) || *one_by_one {
            self.failed.push((unit, error));
            self.queue.retain(|s| s.unit > unit);
        } else {
            let anchor = self.anchor;
            self.queue.retain(|s| Some(s.unit) != anchor);
            *one_by_one = true;
        }
        self.anchor = None;
        self.usable()
    }

    /// Back to the savepoint, or to nothing when the unit has the transaction for itself.
    fn undo(&mut self) {
        self.begun = self.shared;
        self.back(if self.shared { BACK } else { "ROLLBACK" });
    }

    fn back(&mut self, text: &str) {
        if let Err(e) = self.runtime.block_on(self.live.client.batch_execute(text)) {
            self.lose(translate(text, e));
        }
    }

    fn lose(&mut self, error: Error) -> Error {
        self.lost = Some(error.to_string());
        error
    }

    /// A table changed under a prepared statement: the next use prepares it anew.
    fn forget_stale_plans(&mut self, e: &tokio_postgres::Error) {
        if e.code() == Some(&tokio_postgres::error::SqlState::FEATURE_NOT_SUPPORTED) {
            self.live.statements.clear();
        }
    }
}

fn last_sql<'a>(last: &Last<'a>) -> &'a str {
    match last {
        Last::Nothing | Last::Commit => "the transaction",
        Last::Execute { sql, .. } | Last::Query { sql, .. } | Last::Keys { sql, .. } => sql,
    }
}
