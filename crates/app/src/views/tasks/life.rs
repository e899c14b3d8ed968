//! How long a task lives: states by the clock (reference section 16).

use super::{Task, TaskStatus};
use accrual_base::Instant;

/// Seconds without access after which a task is stale.
const STALE_AFTER: i64 = 240;
/// Seconds a stale task can be called back.
const STALE_FOR: i64 = 300;
/// Seconds a completed task is kept.
const COMPLETED_FOR: i64 = 300;
/// Seconds a draining task is still shown.
const DRAINING_FOR: i64 = 5;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Reads the store or serves pages.
    Active,
    /// Nobody asked for a page for 240 seconds; one request within 300 seconds makes it active again.
    Stale,
    /// Its last page was fetched; kept for 300 seconds.
    Completed,
    /// Cancelled or given up; goes away within 5 seconds.
    Draining,
}

impl TaskState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Stale => "Stale",
            Self::Completed => "Completed",
            Self::Draining => "Draining",
        }
    }
}

/// The instants a state follows from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub last_access: Instant,
    pub served_all: Option<Instant>,
    pub cancelled: Option<Instant>,
}

impl Marks {
    /// The state at an instant; nothing when the task is to be forgotten.
    pub fn state(self, now: Instant) -> Option<TaskState> {
        let since = |at: Instant| (now.0 - at.0) / 1_000_000;
        if let Some(cancelled) = self.cancelled {
            return (since(cancelled) < DRAINING_FOR).then_some(TaskState::Draining);
        }
        let idle = since(self.last_access);
        if self.served_all.is_some() {
            return (idle < COMPLETED_FOR).then_some(TaskState::Completed);
        }
        match idle {
            ..STALE_AFTER => Some(TaskState::Active),
            _ if idle < STALE_AFTER + STALE_FOR => Some(TaskState::Stale),
            _ if idle < STALE_AFTER + STALE_FOR + DRAINING_FOR => Some(TaskState::Draining),
            _ => None,
        }
    }
}

impl Task {
    pub(super) fn state(&self, now: Instant) -> Option<TaskState> {
        Marks { last_access: self.last_access, served_all: self.served_all, cancelled: self.cancelled }.state(now)
    }
    pub(super) fn status(&self, id: u64, now: Instant) -> Option<TaskStatus> {
        let state = self.state(now)?;
        let (progress, error) = self.shared.progress();
        Some(TaskStatus {
            id,
            token: self.token.clone(),
            query: self.request.query.clone(),
            view: self.request.view.clone(),
            user: self.request.user.clone(),
            state,
            created_at: self.created_at,
            last_access: self.last_access,
            pages_ready: progress.pages,
            rows: progress.rows,
            finished: progress.finished,
            error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(idle: i64, served: bool, cancelled: Option<i64>) -> Option<TaskState> {
        let now = Instant(0).plus_seconds(10_000);
        let marks = Marks {
            last_access: now.plus_seconds(-idle),
            served_all: served.then(|| now.plus_seconds(-idle)),
            cancelled: cancelled.map(|s| now.plus_seconds(-s)),
        };
        marks.state(now)
    }

    #[test]
    fn an_idle_task_goes_stale_then_drains_then_is_gone() {
        assert_eq!(state(239, false, None), Some(TaskState::Active));
        assert_eq!(state(240, false, None), Some(TaskState::Stale));
        assert_eq!(state(539, false, None), Some(TaskState::Stale));
        assert_eq!(state(540, false, None), Some(TaskState::Draining));
        assert_eq!(state(545, false, None), None);
    }

    #[test]
    fn completed_tasks_stay_five_minutes_and_cancelled_ones_five_seconds() {
        assert_eq!(state(299, true, None), Some(TaskState::Completed));
        assert_eq!(state(300, true, None), None);
        assert_eq!(state(0, false, Some(4)), Some(TaskState::Draining));
        assert_eq!(state(0, false, Some(5)), None);
    }
}
