//! What waits for the writer, in two lanes.

use crate::options::Options;
use accrual_store::{Lane, WriteJob};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The writer's next turn.
pub(crate) enum Turn {
    /// Small jobs that share one commit.
    Group(Vec<WriteJob>),
    /// One bulk job, alone.
    Bulk(WriteJob),
    /// Closed, and everything that waited has run.
    End,
}

#[derive(Default)]
struct State {
    small: VecDeque<WriteJob>,
    bulk: VecDeque<WriteJob>,
    /// Since when the first bulk job has let small jobs pass.
    passed_over: Option<Instant>,
    closed: bool,
    /// The writer sleeps. Only then is it woken: a wake-up is a system call, and most jobs come while it works.
    asleep: bool,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    group: usize,
    patience: Duration,
}

impl Queue {
    pub(crate) fn new(options: &Options) -> Self {
        Self { state: Mutex::default(), wake: Condvar::new(), group: options.group, patience: options.bulk_patience }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Only queue operations run under the lock; a poisoned queue is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a job, or gives it back when the store is closed.
    pub(crate) fn push(&self, job: WriteJob) -> Result<(), WriteJob> {
        let mut state = self.lock();
        if state.closed {
            return Err(job);
        }
        match job.lane {
            Lane::Small => state.small.push_back(job),
            Lane::Bulk | Lane::Load => state.bulk.push_back(job),
        }
        let asleep = std::mem::take(&mut state.asleep);
        drop(state);
        if asleep {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Puts the rest of a group that was cut short back to the front, in order.
    pub(crate) fn put_back(&self, rest: impl DoubleEndedIterator<Item = WriteJob>) {
        let mut state = self.lock();
        for job in rest.rev() {
            state.small.push_front(job);
        }
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// The writer is gone: what still waits is dropped, which its submitters see as a writer that stopped.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let left = (std::mem::take(&mut state.small), std::mem::take(&mut state.bulk));
        drop(state);
        drop(left);
    }

    /// Waits for work. Small jobs go first; a bulk job that has let them pass for the whole patience takes one
    /// turn, so that it cannot starve under small writes that never pause.
    pub(crate) fn next(&self) -> Turn {
        let mut state = self.lock();
        loop {
            let overdue = state.passed_over.is_some_and(|since| since.elapsed() >= self.patience);
            if !state.small.is_empty() && (!overdue || state.bulk.is_empty()) {
                if !state.bulk.is_empty() && state.passed_over.is_none() {
                    state.passed_over = Some(Instant::now());
                }
                let n = state.small.len().min(self.group);
                return Turn::Group(state.small.drain(..n).collect());
            }
            if let Some(job) = state.bulk.pop_front() {
                state.passed_over = None;
                return Turn::Bulk(job);
            }
            if state.closed {
                return Turn::End;
            }
            state.asleep = true;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
