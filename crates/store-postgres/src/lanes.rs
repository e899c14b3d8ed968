//! The writer threads: who waits is collected, run in one transaction, committed once, answered.
//! Threads of one lane take their work from one queue, in its order.

use crate::batch::Batch;
use crate::connection::Line;
use crate::error::replicate;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_store::{Commit, Counters, Write, WriteJob};
use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

type Value = Box<dyn Any + Send>;
type Run = Box<dyn FnOnce(&mut dyn Write) -> Result<Commit<Value>> + Send>;
type Done = Box<dyn FnOnce(Result<Value>) + Send>;

/// The writer threads of one lane.
pub(crate) struct LaneThreads {
    sender: Mutex<Option<Sender<WriteJob>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    pub written: Arc<Counters>,
}

impl LaneThreads {
    /// Starts a thread for each line; up to `group` jobs share a commit.
    ///
    /// # Errors
    /// A fault when the system refuses a thread.
    pub fn start(name: &str, lines: impl IntoIterator<Item = Line>, group: usize) -> Result<Self> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let written = Arc::<Counters>::default();
        let start = |line| {
            let (receiver, counters) = (Arc::clone(&receiver), Arc::clone(&written));
            let work = move || serve(line, &receiver, group.max(1), &counters);
            let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
            thread.map_err(|e| Error::fault_from("a database writer could not start", e))
        };
        let threads = lines.into_iter().map(start).collect::<Result<Vec<_>>>()?;
        Ok(Self { sender: Mutex::new(Some(sender)), threads: Mutex::new(threads), written })
    }

    /// Queues a job, or answers it at once when the store is closed.
    pub fn submit(&self, job: WriteJob) {
        let refused = match &*lock(&self.sender) {
            Some(sender) => sender.send(job).err().map(|e| e.0),
            None => Some(job),
        };
        if let Some(job) = refused {
            (job.done)(Err(Error::fault("the store is closed")));
        }
    }

    /// Waits for what is queued and stops.
    pub fn close(&self) {
        drop(lock(&self.sender).take());
        let threads = std::mem::take(&mut *lock(&self.threads));
        // The last handle may be dropped by a job: a thread cannot wait for itself.
        for thread in threads.into_iter().filter(|t| t.thread().id() != thread::current().id()) {
            if thread.join().is_err() {
                tracing::error!("a database writer ended with a panic");
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn serve(mut line: Line, receiver: &Mutex<Receiver<WriteJob>>, group: usize, written: &Counters) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            // whoever holds the queue waits for work, the others of the lane wait for the queue
            let Ok(job) = lock(receiver).recv() else { return };
            waiting.push_back(job);
        }
        while waiting.len() < group {
            let Ok(job) = lock(receiver).try_recv() else { break };
            waiting.push_back(job);
        }
        serve_group(&mut line, &mut waiting, written);
    }
}

/// How a job's code ended.
enum End {
    /// To be kept, if the commit succeeds.
    Keep(Value),
    /// Undone already; this is the answer.
    Answer(Result<Value>),
}

/// Runs what waits in one transaction. Jobs not started when the connection is lost stay for the next one.
fn serve_group(line: &mut Line, waiting: &mut VecDeque<WriteJob>, written: &Counters) {
    let begun = Instant::now();
    if let Err(e) = line.connect() {
        for job in waiting.drain(..) {
            answer(job.done, Err(replicate(&e)));
        }
        return;
    }
    let Some(live) = line.live.as_mut() else { return };
    let mut batch = Batch::new(&line.runtime, live, waiting.len());
    let mut ended: Vec<(Done, End)> = Vec::with_capacity(waiting.len());
    while !batch.is_lost() {
        let Some(job) = waiting.pop_front() else { break };
        let end = run(&mut batch, ended.len(), job.run);
        ended.push((job.done, end));
    }
    let committed = batch.commit();
    written.ended(ended.len(), begun.elapsed());
    if batch.is_lost() || live.client.is_closed() {
        line.live = None;
    }
    tell(ended, committed);
}

fn run(batch: &mut Batch<'_>, unit: usize, run: Run) -> End {
    batch.start(unit);
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut Unit(batch))));
    match outcome {
        Ok(Ok(Commit::Keep(value))) => match batch.keep() {
            Ok(()) => End::Keep(value),
            Err(e) => End::Answer(Err(e)),
        },
        Ok(Ok(Commit::RollBack(value))) => End::Answer(batch.preview().map(|()| value)),
        Ok(Err(e)) => {
            batch.give_up();
            End::Answer(Err(e))
        }
        Err(panic) => {
            batch.give_up();
            let text = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
            End::Answer(Err(Error::fault(format!("a unit of work panicked: {}", text.unwrap_or_default()))))
        }
    }
}

fn tell(ended: Vec<(Done, End)>, committed: Result<Vec<(usize, Error)>>) {
    let (mut failed, refused) = match committed {
        Ok(failed) => (failed, None),
        Err(e) => (Vec::new(), Some(e)),
    };
    for (unit, (done, end)) in ended.into_iter().enumerate() {
        let result = match end {
            End::Answer(result) => result,
            End::Keep(value) => match (&refused, failed.iter().position(|(u, _)| *u == unit)) {
                (Some(e), _) => Err(replicate(e)),
                (None, Some(at)) => Err(failed.swap_remove(at).1),
                (None, None) => Ok(value),
            },
        };
        answer(done, result);
    }
}

/// A callback that panics must not take the writer with it.
fn answer(done: Done, result: Result<Value>) {
    if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
        tracing::error!("the receiver of a write's answer panicked");
    }
}
