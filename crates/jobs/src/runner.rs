//! The worker threads and the heartbeat of one tenant.

use crate::handle::{JobHandle, Shared};
use accrual_app::Tenant;
use accrual_app::job::{JobRow, Status, Wake, queue};
use accrual_base::{Clock, Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two sweeps of old answers of idempotent commands.
const SWEEP: Duration = Duration::from_secs(600);

/// How a runner works.
#[derive(Clone)]
pub struct Options {
    /// Name of this process, different for every start: host, process id and something random.
    pub worker: String,
    /// Jobs that run at the same time.
    pub threads: usize,
    /// Wall-clock time for signs of life, whatever the tenant's clock says.
    pub clock: Arc<dyn Clock>,
    /// Time between signs of life.
    pub beat: Duration,
    /// A job silent for so long has lost its worker. Several times `beat`.
    pub stale: Duration,
    /// Longest sleep of an idle worker: jobs submitted by other processes are found after it.
    pub poll: Duration,
}

impl Options {
    /// Two threads, a sign of life every 3 seconds, given up after 20.
    pub fn new(worker: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self {
            worker: worker.into(),
            threads: 2,
            clock,
            beat: Duration::from_secs(3),
            stale: Duration::from_secs(20),
            poll: Duration::from_secs(1),
        }
    }
}

pub(crate) struct Inner {
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) options: Options,
    stopping: Arc<AtomicBool>,
    /// Wakes the heartbeat for shutdown.
    bell: Wake,
    active: Mutex<Vec<Arc<Shared>>>,
    claims: AtomicU64,
}

/// Runs the jobs of one tenant until it is stopped or dropped.
pub struct Runner {
    inner: Arc<Inner>,
    threads: Vec<JoinHandle<()>>,
}

impl Runner {
    /// Takes up the jobs of dead workers and starts the threads.
    ///
    /// # Errors
    /// A fault from the database, or when a thread cannot be started.
    pub fn start(tenant: Arc<Tenant>, options: Options) -> Result<Self> {
        let inner = Arc::new(Inner {
            tenant,
            options,
            stopping: Arc::new(AtomicBool::new(false)),
            bell: Wake::default(),
            active: Mutex::new(Vec::new()),
            claims: AtomicU64::new(0),
        });
        inner.recover(true)?;
        let mut runner = Self { inner: inner.clone(), threads: Vec::new() };
        for n in 0..inner.options.threads.max(1) {
            runner.spawn(format!("job-{n}"), Inner::work)?;
        }
        runner.spawn("job-beat".to_owned(), Inner::beats)?;
        runner.spawn("mail".to_owned(), Inner::mails)?;
        Ok(runner)
    }

    fn spawn(&mut self, name: String, body: fn(&Inner)) -> Result<()> {
        let inner = self.inner.clone();
        let thread = std::thread::Builder::new().name(name).spawn(move || body(&inner));
        self.threads.push(thread.map_err(|e| Error::fault_from("a job thread could not be started", e))?);
        Ok(())
    }

    /// Asks running programs to leave at their next safe point, puts their jobs back and waits for the threads.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
        self.inner.tenant.wake.ring();
        self.inner.bell.ring();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a job thread ended in panic");
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl Inner {
    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn active(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Shared>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while !self.stopping() {
            let seen = self.tenant.wake.count();
            let worker = format!("{}#{}", self.options.worker, self.claims.fetch_add(1, Ordering::Relaxed));
            match queue::claim(&self.tenant, &worker, self.options.clock.now()) {
                Ok(Some(job)) => self.run(&job, worker),
                Ok(None) => self.tenant.wake.wait(seen, self.options.poll),
                Err(e) => {
                    tracing::error!(tenant = %self.tenant.name, error = %e, "the job queue cannot be read");
                    self.tenant.wake.wait(seen, self.options.poll);
                }
            }
        }
    }

    fn run(&self, job: &JobRow, worker: String) {
        let shared = Arc::new(Shared {
            job_id: job.id,
            worker,
            done: AtomicU64::new(u64::try_from(job.done).unwrap_or(0)),
            total: AtomicU64::new(u64::try_from(job.total).unwrap_or(0)),
            cancel: AtomicBool::new(job.cancel),
            lost: AtomicBool::new(false),
            stopping: self.stopping.clone(),
        });
        self.active().push(shared.clone());
        let mut handle = JobHandle::new(self.tenant.clone(), shared.clone(), job.checkpoint.clone());
        tracing::info!(tenant = %self.tenant.name, job = job.id, program = %job.program, resumed = job.checkpoint.is_some(), "job starts");
        let result = self.tenant.programs.by_name(&job.program).map(|p| p.run).and_then(|program| {
            catch_unwind(AssertUnwindSafe(|| program(&self.tenant, job, &mut handle)))
                .unwrap_or_else(|_| Err(Error::fault(format!("the program {} panicked", job.program))))
        });
        self.end(job, &shared, result, &handle.warnings);
        self.active().retain(|s| !Arc::ptr_eq(s, &shared));
    }

    /// Writes down how the job ended. The heartbeat still runs, so that a slow write is not taken for death.
    fn end(&self, job: &JobRow, shared: &Shared, result: Result<String>, warnings: &[String]) {
        let last = self.beat(shared);
        let code = result.as_ref().err().and_then(Error::rejection).map(|r| r.code);
        let written = match (result, code) {
            (_, Some("job.lost")) => Ok(()),
            _ if shared.lost.load(Ordering::Relaxed) || is_lost(&last) => Ok(()),
            (Err(_), Some("job.cancelled")) if shared.cancel.load(Ordering::Relaxed) => {
                queue::finish(&self.tenant, job.id, &shared.worker, Status::Cancelled, "Cancelled on request")
            }
            (Err(_), Some("job.cancelled")) if self.stopping() => queue::release(&self.tenant, job.id, &shared.worker),
            (Ok(text), _) if warnings.is_empty() => queue::finish(&self.tenant, job.id, &shared.worker, Status::Completed, &text),
            (Ok(text), _) => {
                let text = format!("{text}\n{}", warnings.join("\n"));
                queue::finish(&self.tenant, job.id, &shared.worker, Status::Warning, text.trim_start())
            }
            (Err(e), Some(_)) => queue::finish(&self.tenant, job.id, &shared.worker, Status::Error, &e.to_string()),
            (Err(e), None) => {
                tracing::error!(tenant = %self.tenant.name, job = job.id, program = %job.program, error = %e, "job failed");
                let text = format!("The program stopped on an internal fault; the log tells more under job {}.", job.id);
                queue::finish(&self.tenant, job.id, &shared.worker, Status::Error, &text)
            }
        };
        // A job whose end could not be written falls silent and is run again from its checkpoint.
        match written {
            Ok(()) => tracing::info!(tenant = %self.tenant.name, job = job.id, "job ended"),
            Err(e) => tracing::error!(tenant = %self.tenant.name, job = job.id, error = %e, "the end of a job could not be written"),
        }
    }

    fn beats(&self) {
        let mut swept = std::time::Instant::now();
        while !self.stopping() || !self.active().is_empty() {
            let seen = self.bell.count();
            self.bell.wait(seen, if self.stopping() { Duration::from_millis(50) } else { self.options.beat });
            for shared in self.active().clone() {
                if let Err(e) = self.beat(&shared) {
                    tracing::warn!(tenant = %self.tenant.name, job = shared.job_id, error = %e, "no sign of life written");
                }
            }
            if !self.stopping()
                && let Err(e) = self.recover(false)
            {
                tracing::error!(tenant = %self.tenant.name, error = %e, "silent jobs cannot be looked for");
            }
            if swept.elapsed() >= SWEEP {
                swept = std::time::Instant::now();
                if let Err(e) = accrual_app::upload::end_abandoned(&self.tenant) {
                    tracing::error!(tenant = %self.tenant.name, error = %e, "abandoned uploads cannot be ended");
                }
                if let Err(e) = accrual_app::idempotency::sweep(&self.tenant) {
                    tracing::error!(tenant = %self.tenant.name, error = %e, "old answers cannot be swept");
                }
                if let Err(e) = accrual_app::billing::file::sweep(&self.tenant) {
                    tracing::error!(tenant = %self.tenant.name, error = %e, "what broken uploads left cannot be swept");
                }
            }
        }
    }

    fn beat(&self, shared: &Shared) -> Result<()> {
        let (done, total) = (shared.done.load(Ordering::Relaxed), shared.total.load(Ordering::Relaxed));
        match queue::beat(&self.tenant, shared.job_id, &shared.worker, done, total, self.options.clock.now()) {
            Ok(cancel) => {
                shared.cancel.fetch_or(cancel, Ordering::Relaxed);
                Ok(())
            }
            Err(e) => {
                let answer = Err(e);
                shared.lost.fetch_or(is_lost(&answer), Ordering::Relaxed);
                answer
            }
        }
    }

    fn recover(&self, at_start: bool) -> Result<()> {
        let stale = i64::try_from(self.options.stale.as_secs()).unwrap_or(i64::MAX);
        let ids = queue::recover(&self.tenant, at_start, self.options.clock.now().plus_seconds(stale.saturating_neg()))?;
        for id in ids {
            tracing::warn!(tenant = %self.tenant.name, job = id, "the worker of a job is gone; the job goes on at its checkpoint");
        }
        Ok(())
    }
}

fn is_lost(result: &Result<()>) -> bool {
    result.as_ref().err().and_then(Error::rejection).is_some_and(|r| r.code == "job.lost")
}
