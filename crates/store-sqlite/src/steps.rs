//! Statements that need no answer wait for the end of their unit of work.
//!
//! A unit that only queued and then fails has changed nothing, so it needs no savepoint; and because nothing it did
//! depended on an answer, its statements can be run once more. A savepoint is dear: SQLite copies every page that is
//! touched behind it.

use crate::tx::Tx;
use accrual_base::{Error, Result};
use accrual_store::{Cell, Refuse, reworded, sequence};
use rusqlite::types::Value;
use std::collections::HashMap;
use std::ops::Range;

/// A statement that waits.
pub(crate) struct Step {
    sql: String,
    params: Vec<Value>,
    /// Words the refusal of a unique constraint.
    refuse: Option<Refuse>,
}

impl Step {
    pub(crate) fn new(sql: &str, params: &[Cell<'_>], refuse: Option<Refuse>) -> Self {
        let kept = |cell: &Cell<'_>| match *cell {
            Cell::Null => Value::Null,
            Cell::Int(v) => Value::Integer(v),
            Cell::Text(v) => Value::Text(v.to_owned()),
            Cell::Bytes(v) => Value::Blob(v.to_owned()),
        };
        Self { sql: sql.to_owned(), params: params.iter().map(kept).collect(), refuse }
    }

    fn weight(&self) -> usize {
        let bytes = |value: &Value| match value {
            Value::Text(v) => v.len(),
            Value::Blob(v) => v.len(),
            _ => 0,
        };
        self.sql.len() + self.params.iter().map(bytes).sum::<usize>()
    }

    pub(crate) fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let cell = |value| match value {
            &Value::Integer(v) => Cell::Int(v),
            Value::Text(v) => Cell::Text(v),
            Value::Blob(v) => Cell::Bytes(v),
            Value::Null | Value::Real(_) => Cell::Null,
        };
        let params: Vec<Cell<'_>> = self.params.iter().map(cell).collect();
        tx.run(&self.sql, &params).map(drop).map_err(|e| reworded(e, &self.refuse))
    }
}

/// What a unit has queued.
#[derive(Default)]
pub(crate) struct Steps {
    list: Vec<Step>,
    /// Bytes of its texts, about.
    pub(crate) bytes: usize,
}

/// What may wait, in statements and bytes: a long unit, and a group of them, must run in constant memory.
const WAITING: usize = 256;
pub(crate) const WAITING_BYTES: usize = 4 << 20;

impl Steps {
    pub(crate) fn push(&mut self, step: Step) {
        self.bytes += step.weight();
        self.list.push(step);
    }

    pub(crate) fn is_long(&self) -> bool {
        self.list.len() >= WAITING || self.bytes >= WAITING_BYTES
    }
}

/// Runs steps in order.
///
/// # Errors
/// The error of the first that fails, and how many were done before it.
pub(crate) fn run_all(tx: &mut Tx<'_>, steps: &Steps) -> Result<(), (usize, Error)> {
    steps.list.iter().enumerate().try_for_each(|(done, step)| step.run(tx).map_err(|e| (done, e)))
}

/// Groups that a reservation of ids serves: it is a commit of its own.
const GROUPS: usize = 16;
/// Ids of one reservation, at most.
const MOST: usize = 4_096;

/// Ids of sequences that were reserved and not used yet. They are lost when the store is closed, which leaves a gap.
#[derive(Default)]
pub(crate) struct Reserved(HashMap<String, Range<i64>>);

impl Reserved {
    pub(crate) fn next(&mut self, name: &str) -> Option<i64> {
        self.0.get_mut(name)?.next()
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    fn lasts(&self, name: &str, units: usize) -> bool {
        let left = self.0.get(name).map_or(0, |ids| ids.end - ids.start);
        usize::try_from(left).is_ok_and(|left| left >= units)
    }
}

/// Makes sure that ids for a group of so many units are at hand. Outside any transaction: the ids stay taken when a
/// unit is undone.
///
/// # Errors
/// As [`sequence::reserve`].
pub(crate) fn reserve(tx: &mut Tx<'_>, name: &str, units: usize) -> Result<()> {
    if tx.reserved.lasts(name, units) {
        return Ok(());
    }
    let count = i64::try_from(units.saturating_mul(GROUPS).min(MOST)).map_err(|e| Error::fault_from("counting ids", e))?;
    let first = sequence::reserve(tx, name, count)?;
    let ids = tx.reserved.0.entry(name.to_owned()).or_insert(first..first);
    if ids.end == first {
        ids.end += count;
    } else {
        *ids = first..first + count;
    }
    Ok(())
}
