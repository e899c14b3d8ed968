//! Background tasks that freeze a view into page files, so that all pages come from one snapshot
//! (reference section 16).
//!
//! Page 1 starts a task; it streams the view once, in constant memory, and cuts it into files of one page.
//! A page is ready when its file is there whole. Idle tasks are forgotten by the clock of the tenant.

mod life;
mod produce;

pub use life::TaskState;

use super::{Query, columns};
use crate::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Error, Instant, Result};
use produce::Shared;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Tasks of a tenant that may read the store at the same time.
pub const MOST_TASKS: usize = 5;

/// The form of a page file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// CSV text.
    Csv,
    /// CSV text, gzip.
    Gzip,
}

impl Output {
    /// The largest page.
    pub fn most_rows(self) -> u32 {
        match self {
            Self::Csv => 10_000,
            Self::Gzip => 20_000,
        }
    }
}

/// What a task is to freeze.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub view: String,
    pub query: Query,
    /// Rows per page.
    pub page_size: u32,
    pub output: Output,
    /// Who asks: another user does not share the task.
    pub user: String,
}

/// What is behind a page number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The file of the page, whole and final.
    Ready(PathBuf),
    /// It will come; try again.
    NotCached,
    /// It will never come: the view ended before.
    Past { pages: u64, rows: u64 },
}

/// A task as status lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    pub id: u64,
    /// The continuation token: who lost it finds it here.
    pub token: String,
    pub query: Query,
    pub view: String,
    pub user: String,
    pub state: TaskState,
    pub created_at: Instant,
    pub last_access: Instant,
    pub pages_ready: u64,
    pub rows: u64,
    /// Everything is frozen.
    pub finished: bool,
    /// Why it failed.
    pub error: Option<String>,
}

struct Task {
    request: Request,
    token: String,
    created_at: Instant,
    last_access: Instant,
    /// The last page was fetched.
    served_all: Option<Instant>,
    cancelled: Option<Instant>,
    directory: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    tasks: BTreeMap<u64, Task>,
    cleaned: bool,
}

/// The tasks of one tenant.
#[derive(Default)]
pub struct Tasks(Mutex<Inner>);

impl Tasks {
    fn lock(&self, tenant: &Tenant) -> MutexGuard<'_, Inner> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.cleaned {
            // files of an earlier process belong to no task
            let _ = std::fs::remove_dir_all(tenant.spool.join("views"));
            inner.cleaned = true;
        }
        let now = tenant.now();
        inner.tasks.retain(|_, task| {
            let keep = task.state(now).is_some();
            if !keep {
                task.shared.cancel();
                let _ = std::fs::remove_dir_all(&task.directory);
            }
            keep
        });
        inner
    }

    /// Starts a task and answers its continuation token.
    ///
    /// # Errors
    /// What [`columns`] refuses; `view.page_size`; `Busy` `view.busy` when five tasks run or one of this view does.
    pub fn start(&self, tenant: &Arc<Tenant>, request: Request) -> Result<String> {
        columns(&request.view, &request.query.fields)?;
        let most = request.output.most_rows();
        if request.page_size == 0 || request.page_size > most {
            return Err(Error::invalid("view.page_size", format!("A page has 1 to {most} rows in this output type."))
                .with_value(&request.page_size.to_string()));
        }
        let mut inner = self.lock(tenant);
        let running = |t: &&Task| t.cancelled.is_none() && !t.shared.finished();
        if inner.tasks.values().filter(running).any(|t| t.request.view == request.view) {
            return Err(busy(format!("Another query of {} is running; wait for it or cancel it.", request.view)));
        }
        if inner.tasks.values().filter(running).count() >= MOST_TASKS {
            return Err(busy(format!("{MOST_TASKS} queries are running; wait for one of them.")));
        }
        inner.next += 1;
        let (id, now) = (inner.next, tenant.now());
        let token = uuid::Uuid::new_v4().simple().to_string();
        let directory = tenant.spool.join("views").join(id.to_string());
        std::fs::create_dir_all(&directory).map_err(|e| Error::fault_from(format!("{} cannot be made", directory.display()), e))?;
        let shared = Arc::new(Shared::default());
        produce::spawn(tenant.clone(), request.clone(), directory.clone(), shared.clone())?;
        let task =
            Task { request, token: token.clone(), created_at: now, last_access: now, served_all: None, cancelled: None, directory, shared };
        inner.tasks.insert(id, task);
        Ok(token)
    }

    /// The token of a task with the same request, or of a new one: for clients without tokens. Page 1 starts anew.
    ///
    /// # Errors
    /// As [`Tasks::start`].
    pub fn join(&self, tenant: &Arc<Tenant>, request: Request, page: u64) -> Result<String> {
        let found = self.lock(tenant).tasks.values().rev().find(|t| t.request == request && t.cancelled.is_none()).map(|t| t.token.clone());
        match found {
            Some(token) if page > 1 => Ok(token),
            Some(token) => {
                self.cancel_token(tenant, &token);
                self.start(tenant, request)
            }
            None => self.start(tenant, request),
        }
    }

    /// One page, counted from 1. Waits for it up to `patience`.
    ///
    /// # Errors
    /// `NotFound` `view.token`; the error the task ended with.
    pub fn page(&self, tenant: &Tenant, token: &str, page: u64, patience: Duration) -> Result<Page> {
        let (shared, directory, output, id) = {
            let mut inner = self.lock(tenant);
            let now = tenant.now();
            let (id, task) = inner.tasks.iter_mut().find(|(_, t)| t.token == token && t.cancelled.is_none()).ok_or_else(|| {
                Error::not_found("view.token", "The continuation token is unknown or has expired; start again with page 1.")
            })?;
            task.last_access = now;
            (task.shared.clone(), task.directory.clone(), task.request.output, *id)
        };
        let progress = shared.wait_for(page, patience)?;
        if page >= 1 && page <= progress.pages {
            if progress.finished && page == progress.pages {
                let now = tenant.now();
                if let Some(task) = self.lock(tenant).tasks.get_mut(&id) {
                    task.served_all = Some(now);
                }
            }
            return Ok(Page::Ready(directory.join(produce::file_name(page, output))));
        }
        Ok(if progress.finished { Page::Past { pages: progress.pages, rows: progress.rows } } else { Page::NotCached })
    }

    /// All tasks that are still known, oldest first.
    pub fn list(&self, tenant: &Tenant) -> Vec<TaskStatus> {
        let now = tenant.now();
        self.lock(tenant).tasks.iter().filter_map(|(id, t)| t.status(*id, now)).collect()
    }

    /// One task.
    ///
    /// # Errors
    /// `NotFound` `view.task`.
    pub fn task(&self, tenant: &Tenant, id: u64) -> Result<TaskStatus> {
        let now = tenant.now();
        self.lock(tenant).tasks.get(&id).and_then(|t| t.status(id, now)).ok_or_else(|| unknown(id))
    }

    /// Stops a task and drops its pages.
    ///
    /// # Errors
    /// `NotFound` `view.task`.
    pub fn cancel(&self, tenant: &Tenant, id: u64) -> Result<()> {
        let now = tenant.now();
        let mut inner = self.lock(tenant);
        let task = inner.tasks.get_mut(&id).ok_or_else(|| unknown(id))?;
        task.shared.cancel();
        task.cancelled.get_or_insert(now);
        Ok(())
    }

    /// The id of a task by its token.
    pub fn id_of(&self, tenant: &Tenant, token: &str) -> Option<u64> {
        self.lock(tenant).tasks.iter().find(|(_, t)| t.token == token).map(|(id, _)| *id)
    }

    fn cancel_token(&self, tenant: &Tenant, token: &str) {
        if let Some(id) = self.id_of(tenant, token) {
            let _ = self.cancel(tenant, id);
        }
    }
}

fn busy(message: String) -> Error {
    Error::rejected(Kind::Busy, "view.busy", message)
}

fn unknown(id: u64) -> Error {
    Error::not_found("view.task", "There is no such task; it may have expired.").with_value(&id.to_string())
}
