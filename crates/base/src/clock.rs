//! Time comes from the unit of work, never from the system, so that a test or a sandbox can set it.

use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// The UTC day the instant lies in.
    pub fn day(self) -> crate::Day {
        crate::Day::from_epoch(i32::try_from(self.0.div_euclid(86_400_000_000)).unwrap_or(i32::MAX))
    }
    /// `YYYY-MM-DDTHH:MM:SS` in UTC, the spelling the BI views and JSON answers use.
    pub fn iso_seconds(self) -> String {
        let seconds = self.0.div_euclid(1_000_000).rem_euclid(86_400);
        format!("{}T{:02}:{:02}:{:02}", self.day(), seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
    /// This instant and a number of seconds more (or fewer).
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

/// Source of the current time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    pub fn at(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.0))
    }
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}
