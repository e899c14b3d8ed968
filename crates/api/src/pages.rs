//! Frozen pages of a view: one query, written page by page into files, served as long as somebody asks.
//!
//! Page 1 of a view starts a task. It reads one snapshot of the store from its first row to its last and writes
//! each page, packed, into the spool directory, so that every page belongs to the same moment, the query runs once
//! whatever the number of pages, and memory does not grow with the rows.

use accrual_base::error::Kind;
use accrual_base::{Error, Instant, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Queries that may run at the same time; one more is refused.
pub const PARALLEL: usize = 5;
/// Tasks kept at most; the one that was not asked for longest goes first.
const KEPT: usize = 200;
/// How long a finished task is kept after it was asked for last.
const RETENTION: Duration = Duration::from_secs(30 * 60);
/// An active task nobody asks for is called stale after this time.
const STALE: Duration = Duration::from_secs(240);
/// How long a cancelled task is still shown.
const DRAINING: Duration = Duration::from_secs(5);

/// What a task reads. Requests for the same question share its pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    pub view: String,
    /// Names of the columns; empty for all.
    pub fields: Vec<String>,
    /// Bounds as the client spelt them.
    pub from: String,
    pub to: String,
    pub page_size: u64,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    Active,
    Stale,
    Completed,
    Draining,
}

#[derive(Debug)]
struct State {
    pages: u64,
    rows: u64,
    ended: Option<Ended>,
    started: std::time::Instant,
    moved: std::time::Instant,
    asked: std::time::Instant,
}

#[derive(Clone, Debug)]
enum Ended {
    Complete,
    Cancelled,
    Failed(String),
}

/// One query and its pages.
#[derive(Debug)]
pub struct Task {
    pub id: String,
    pub question: Question,
    /// Business time of the first request.
    pub began: Instant,
    directory: PathBuf,
    state: Mutex<State>,
    changed: Notify,
}

/// What there is of a page.
#[derive(Debug)]
pub enum Page {
    /// A packed CSV file.
    Ready(PathBuf),
    NotYet,
    /// The number is beyond the last page.
    Past {
        pages: u64,
        rows: u64,
    },
    Gone,
    Failed(String),
}

/// A task for people.
#[derive(Debug)]
pub struct Report {
    pub queue: Queue,
    pub status: &'static str,
    pub pages: u64,
    pub rows: u64,
    pub elapsed: Duration,
    /// Time since the last page or request.
    pub idle: Duration,
    pub message: String,
}

impl Task {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn file(&self, page: u64) -> PathBuf {
        self.directory.join(format!("{page}.csv.gz"))
    }
    /// What there is of a page right now.
    fn look(&self, page: u64) -> Page {
        let mut state = self.state();
        state.asked = std::time::Instant::now();
        match &state.ended {
            Some(Ended::Cancelled) => Page::Gone,
            Some(Ended::Failed(why)) => Page::Failed(why.clone()),
            _ if page <= state.pages => Page::Ready(self.file(page)),
            Some(Ended::Complete) => Page::Past { pages: state.pages, rows: state.rows },
            None => Page::NotYet,
        }
    }
    /// A page, waiting at most `patience` for it.
    pub async fn page(&self, page: u64, patience: Duration) -> Page {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // listen first, look second: a page that comes in between is not missed
            changed.as_mut().enable();
            match self.look(page) {
                Page::NotYet => {}
                found => return found,
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return self.look(page);
            }
        }
    }
    /// Where the task stands.
    pub fn report(&self) -> Report {
        let state = self.state();
        let (queue, status) = match &state.ended {
            None if state.asked.max(state.moved).elapsed() > STALE => (Queue::Stale, "Stale"),
            None => (Queue::Active, "Running"),
            Some(Ended::Complete) => (Queue::Completed, "Completed"),
            Some(Ended::Cancelled) => (Queue::Draining, "Canceled"),
            Some(Ended::Failed(_)) => (Queue::Draining, "Failed"),
        };
        let message = match &state.ended {
            Some(Ended::Failed(why)) => why.clone(),
            _ => format!("{} rows on {} pages", state.rows, state.pages),
        };
        Report {
            queue,
            status,
            pages: state.pages,
            rows: state.rows,
            elapsed: state.started.elapsed(),
            idle: state.asked.max(state.moved).elapsed(),
            message,
        }
    }
    fn end(&self, ended: Ended) {
        let mut state = self.state();
        if state.ended.is_none() {
            state.ended = Some(ended);
            state.moved = std::time::Instant::now();
        }
        drop(state);
        self.changed.notify_waiters();
    }
    fn cancelled(&self) -> bool {
        matches!(self.state().ended, Some(Ended::Cancelled))
    }
    fn running(&self) -> bool {
        self.state().ended.is_none()
    }
    fn expired(&self) -> bool {
        let state = self.state();
        match &state.ended {
            None => false,
            Some(Ended::Cancelled) => state.moved.elapsed() > DRAINING,
            Some(Ended::Complete | Ended::Failed(_)) => state.asked.max(state.moved).elapsed() > RETENTION,
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Receives the rows of a query and cuts them into pages.
pub struct Pager {
    task: Arc<Task>,
    header: String,
    current: Option<GzEncoder<BufWriter<File>>>,
    on_page: u64,
}

impl Pager {
    /// One CSV row without its line break. Answers false when nobody wants more.
    ///
    /// # Errors
    /// A fault when the spool cannot be written.
    pub fn row(&mut self, line: &str) -> Result<bool> {
        if self.current.is_none() {
            self.open()?;
        }
        if let Some(out) = &mut self.current {
            out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(spool)?;
        }
        self.on_page += 1;
        if self.on_page == self.task.question.page_size {
            self.close()?;
            return Ok(!self.task.cancelled());
        }
        Ok(true)
    }

    fn open(&mut self) -> Result<()> {
        let number = self.task.state().pages + 1;
        let file = File::create(self.task.file(number)).map_err(spool)?;
        let mut out = GzEncoder::new(BufWriter::new(file), Compression::fast());
        out.write_all(self.header.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(spool)?;
        self.current = Some(out);
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let Some(out) = self.current.take() else { return Ok(()) };
        out.finish().and_then(|mut file| file.flush()).map_err(spool)?;
        let mut state = self.task.state();
        state.pages += 1;
        state.rows += self.on_page;
        state.moved = std::time::Instant::now();
        drop(state);
        self.on_page = 0;
        self.task.changed.notify_waiters();
        Ok(())
    }
}

fn spool(e: std::io::Error) -> Error {
    Error::fault_from("a page of a view could not be written to the spool", e)
}

/// The tasks of a server.
pub struct Pages {
    directory: PathBuf,
    tasks: Mutex<BTreeMap<String, Arc<Task>>>,
}

impl Pages {
    /// Tasks whose files lie under a spool directory. Files of an earlier process are removed.
    ///
    /// # Errors
    /// A fault when the directory cannot be made.
    pub fn new(spool_directory: &Path) -> Result<Self> {
        let directory = spool_directory.join("views");
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).map_err(spool)?;
        Ok(Self { directory, tasks: Mutex::default() })
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Task>>> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|_, task| !task.expired());
        tasks
    }

    /// Starts a query. `produce` runs on a thread of its own; it gets the header row and the pager.
    ///
    /// # Errors
    /// `Busy`, code `views.parallel`, when too many run; a fault when the spool cannot be written.
    pub fn start(
        &self,
        question: Question,
        header: String,
        began: Instant,
        produce: impl FnOnce(&mut Pager) -> Result<()> + Send + 'static,
    ) -> Result<Arc<Task>> {
        let mut tasks = self.tasks();
        if tasks.values().filter(|t| t.running()).count() >= PARALLEL {
            let text = format!("{PARALLEL} queries are running already; wait for one to end, or cancel one under biviews-status.");
            return Err(Error::rejected(Kind::Busy, "views.parallel", text));
        }
        if tasks.len() >= KEPT {
            let oldest = tasks.values().filter(|t| !t.running()).min_by_key(|t| t.state().asked).map(|t| t.id.clone());
            oldest.and_then(|id| tasks.remove(&id));
        }
        let id = uuid::Uuid::new_v4().to_string();
        let directory = self.directory.join(&id);
        std::fs::create_dir_all(&directory).map_err(spool)?;
        let now = std::time::Instant::now();
        let state = State { pages: 0, rows: 0, ended: None, started: now, moved: now, asked: now };
        let task = Arc::new(Task { id: id.clone(), question, began, directory, state: Mutex::new(state), changed: Notify::new() });
        tasks.insert(id, Arc::clone(&task));
        drop(tasks);
        let running = Arc::clone(&task);
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(|| fill(&running, header, produce)));
        Ok(task)
    }

    /// The task of a continuation token.
    pub fn get(&self, id: &str) -> Option<Arc<Task>> {
        self.tasks().get(id).cloned()
    }
    /// The newest task that answers a question, for clients that page without a token.
    pub fn latest(&self, question: &Question) -> Option<Arc<Task>> {
        let tasks = self.tasks();
        let same = tasks.values().filter(|t| t.question == *question && !t.cancelled());
        same.max_by_key(|t| t.state().started).cloned()
    }
    /// All tasks, by id.
    pub fn all(&self) -> Vec<Arc<Task>> {
        self.tasks().values().cloned().collect()
    }
    /// Stops a task; false when there is none.
    pub fn cancel(&self, id: &str) -> bool {
        let found = self.get(id);
        if let Some(task) = &found {
            let mut state = task.state();
            // a finished task is dropped as well: its pages are not wanted any more
            state.ended = Some(Ended::Cancelled);
            state.moved = std::time::Instant::now();
            drop(state);
            task.changed.notify_waiters();
        }
        found.is_some()
    }
}

fn fill(task: &Arc<Task>, header: String, produce: impl FnOnce(&mut Pager) -> Result<()>) {
    let mut pager = Pager { task: Arc::clone(task), header, current: None, on_page: 0 };
    let work = std::panic::AssertUnwindSafe(|| produce(&mut pager).and_then(|()| pager.close()));
    let result = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::fault("the query of a view panicked")));
    match result {
        Ok(()) => task.end(Ended::Complete),
        Err(error) => {
            tracing::error!(view = %task.question.view, error = %error, "the query of a view failed");
            let text = error
                .rejection()
                .map_or_else(|| "The query failed because of an internal error; ask for page 1 again.".to_owned(), ToString::to_string);
            task.end(Ended::Failed(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn question(page_size: u64) -> Question {
        Question { view: "BI3_RC_SCHD".to_owned(), fields: Vec::new(), from: String::new(), to: String::new(), page_size }
    }

    fn rows(n: u64) -> impl FnOnce(&mut Pager) -> Result<()> + Send + 'static {
        move |pager| {
            for i in 1..=n {
                if !pager.row(&i.to_string())? {
                    break;
                }
            }
            Ok(())
        }
    }

    async fn text(task: &Task, page: u64) -> String {
        match task.page(page, Duration::from_secs(10)).await {
            Page::Ready(file) => {
                let mut text = String::new();
                flate2::read::GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut text).unwrap();
                text
            }
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn rows_are_cut_into_pages_and_the_end_is_known() {
        let spool = tempfile::tempdir().unwrap();
        let pages = Pages::new(spool.path()).unwrap();
        let task = pages.start(question(2), "ID".to_owned(), Instant(0), rows(5)).unwrap();
        assert_eq!(text(&task, 1).await, "ID\n1\n2\n");
        assert_eq!(text(&task, 3).await, "ID\n5\n");
        assert!(matches!(task.page(4, Duration::from_secs(10)).await, Page::Past { pages: 3, rows: 5 }));
        assert_eq!(task.report().queue, Queue::Completed);
        assert_eq!(pages.latest(&question(2)).unwrap().id, task.id);
        assert!(pages.latest(&question(3)).is_none());
    }

    #[tokio::test]
    async fn a_page_that_is_not_there_yet_says_so() {
        let spool = tempfile::tempdir().unwrap();
        let pages = Pages::new(spool.path()).unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let task = pages
            .start(question(1), "ID".to_owned(), Instant(0), move |pager| {
                pager.row("1")?;
                let _ = wait.recv();
                pager.row("2")?;
                Ok(())
            })
            .unwrap();
        assert_eq!(text(&task, 1).await, "ID\n1\n");
        assert!(matches!(task.page(2, Duration::ZERO).await, Page::NotYet));
        go.send(()).unwrap();
        assert_eq!(text(&task, 2).await, "ID\n2\n");
    }

    #[tokio::test]
    async fn too_many_queries_are_refused_and_a_cancelled_one_makes_room() {
        let spool = tempfile::tempdir().unwrap();
        let pages = Pages::new(spool.path()).unwrap();
        let (_go, wait) = std::sync::mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let start = || {
            let wait = Arc::clone(&wait);
            pages.start(question(1), "ID".to_owned(), Instant(0), move |_| {
                let _ = wait.lock().map(|w| w.recv_timeout(Duration::from_millis(500)));
                Ok(())
            })
        };
        let running: Vec<_> = (0..PARALLEL).map(|_| start().unwrap()).collect();
        assert_eq!(start().unwrap_err().rejection().unwrap().code, "views.parallel");
        assert!(pages.cancel(&running[0].id));
        assert!(!pages.cancel("nothing"));
        assert!(start().is_ok());
        assert!(matches!(running[0].page(1, Duration::ZERO).await, Page::Gone));
        assert_eq!(running[0].report().queue, Queue::Draining);
    }

    #[tokio::test]
    async fn a_failed_query_says_why() {
        let spool = tempfile::tempdir().unwrap();
        let pages = Pages::new(spool.path()).unwrap();
        let task = pages.start(question(1), "ID".to_owned(), Instant(0), |_| Err(Error::invalid("x", "no such column"))).unwrap();
        assert!(matches!(task.page(1, Duration::from_secs(10)).await, Page::Failed(why) if why == "no such column"));
    }
}
