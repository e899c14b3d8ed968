//! Rows in batches by id, so that what they refer to is looked up for many at once in constant memory.

use accrual_base::Result;
use accrual_store::Flow;
use std::collections::BTreeMap;

/// Rows held at a time.
const SIZE: usize = 2_000;
/// The same, for the limit of a query.
pub(super) const LIMIT: i64 = 2_000;

/// Where the next batch begins.
pub(super) struct Batches {
    after: i64,
    ended: bool,
}

impl Batches {
    pub fn new(after: i64) -> Self {
        Self { after, ended: false }
    }
    /// The next rows; none at the end. `scan` streams rows with ids above its first argument, ascending, and
    /// hands each with its id to the function it is given.
    pub fn next<T>(&mut self, scan: impl FnOnce(i64, &mut dyn FnMut(i64, T) -> Result<Flow>) -> Result<()>) -> Result<Vec<T>> {
        let mut rows = Vec::with_capacity(SIZE);
        if self.ended {
            return Ok(rows);
        }
        let mut last = self.after;
        scan(self.after, &mut |id, row| {
            last = id;
            rows.push(row);
            Ok(if rows.len() == SIZE { Flow::Stop } else { Flow::Continue })
        })?;
        self.after = last;
        self.ended = rows.len() < SIZE;
        Ok(rows)
    }
}

/// Rows by their id.
pub(super) fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> i64) -> BTreeMap<i64, T> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}
