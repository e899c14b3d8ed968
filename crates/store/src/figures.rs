//! What the writers of a store have done, counted.

use crate::Lane;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The counters of one lane.
#[derive(Debug, Default)]
pub struct Counters {
    groups: AtomicU64,
    writes: AtomicU64,
    micros: AtomicU64,
}

/// What one lane has done since the store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneFigures {
    pub lane: Lane,
    /// Transactions; small writes share one.
    pub groups: u64,
    /// Units of work in them, also those that were refused.
    pub writes: u64,
    /// Time from the beginning of each transaction to its end, in microseconds.
    pub micros: u64,
}

impl Counters {
    /// One transaction with its units of work has ended.
    pub fn ended(&self, writes: usize, took: Duration) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(u64::try_from(writes).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub fn read(&self, lane: Lane) -> LaneFigures {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LaneFigures { lane, groups: of(&self.groups), writes: of(&self.writes), micros: of(&self.micros) }
    }
}
