//! Lets a few threads through at a time.

use std::sync::{Condvar, Mutex, PoisonError};

/// A counting semaphore for blocking threads.
pub(super) struct Gate {
    free: Mutex<usize>,
    bell: Condvar,
}

impl Gate {
    pub(super) fn new(places: usize) -> Self {
        Self { free: Mutex::new(places), bell: Condvar::new() }
    }

    /// Waits for a place and runs `f` in it.
    pub(super) fn pass<T>(&self, f: impl FnOnce() -> T) -> T {
        let guard = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut guard = self.bell.wait_while(guard, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *guard -= 1;
        drop(guard);
        let place = Place(self);
        let result = f();
        drop(place);
        result
    }
}

/// Gives the place back, also when the work panics.
struct Place<'a>(&'a Gate);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.bell.notify_one();
    }
}
