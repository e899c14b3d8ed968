//! A bell: rung when the queue changes, so that an idle runner sleeps without missing a job.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts rings; a waiter that saw count `n` returns as soon as it is above `n`.
#[derive(Default)]
pub struct Wake {
    count: Mutex<u64>,
    bell: Condvar,
}

impl Wake {
    /// The number of rings so far: read it before looking at the queue.
    pub fn count(&self) -> u64 {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn ring(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.bell.notify_all();
    }
    /// Waits for a ring after `seen`, at most `longest`.
    pub fn wait(&self, seen: u64, longest: Duration) {
        let guard = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.bell.wait_timeout_while(guard, longest, |count| *count <= seen));
    }
}
