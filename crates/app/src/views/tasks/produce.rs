//! The thread of a task: streams the view and cuts it into page files.

use super::{Output, Request};
use crate::Tenant;
use crate::views::{CsvRow, header, stream};
use accrual_base::{Error, Result};
use accrual_store::Flow;
use flate2::{Compression, write::GzEncoder};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How far a task has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Pages whose files are whole.
    pub pages: u64,
    /// Rows in them.
    pub rows: u64,
    pub finished: bool,
}

/// What the thread and those who wait for it share.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<(Progress, Option<String>)>,
    changed: Condvar,
    cancelled: AtomicBool,
}

impl Shared {
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
    pub fn finished(&self) -> bool {
        self.progress().0.finished
    }
    pub fn progress(&self) -> (Progress, Option<String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Waits until a page is there, or cannot come, or `patience` is used up.
    pub fn wait_for(&self, page: u64, patience: Duration) -> Result<Progress> {
        let guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |s: &mut (Progress, Option<String>)| !s.0.finished && s.0.pages < page;
        let (guard, _) = self.changed.wait_timeout_while(guard, patience, waiting).unwrap_or_else(PoisonError::into_inner);
        match &guard.1 {
            Some(error) => Err(Error::fault(format!("the task failed: {error}"))),
            None => Ok(guard.0),
        }
    }
    fn set(&self, change: impl FnOnce(&mut (Progress, Option<String>))) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

/// The file of a page, counted from 1.
pub(super) fn file_name(page: u64, output: Output) -> String {
    match output {
        Output::Csv => format!("page-{page:06}.csv"),
        Output::Gzip => format!("page-{page:06}.csv.gz"),
    }
}

/// Starts the thread.
pub(super) fn spawn(tenant: Arc<Tenant>, request: Request, directory: PathBuf, shared: Arc<Shared>) -> Result<()> {
    std::thread::Builder::new()
        .name("view".to_owned())
        .spawn(move || {
            let ended = run(&tenant, &request, &directory, &shared);
            if let Err(error) = &ended {
                tracing::error!(view = %request.view, %error, "a view could not be frozen");
            }
            shared.set(|s| {
                s.0.finished = true;
                s.1 = ended.err().map(|e| e.to_string());
            });
        })
        .map(drop)
        .map_err(|e| Error::fault_from("a thread could not be started", e))
}

fn run(tenant: &Tenant, request: &Request, directory: &Path, shared: &Shared) -> Result<()> {
    let head = header(&request.view, &request.query.fields)?;
    let mut pages = Pages { request, directory, shared, head: &head, open: None, in_page: 0, line: Vec::new() };
    stream(tenant, &request.view, &request.query, &mut |row| {
        if shared.cancelled.load(Ordering::Relaxed) {
            return Ok(Flow::Stop);
        }
        pages.push(row)?;
        Ok(Flow::Continue)
    })?;
    pages.close()
}

/// Writes rows into page files, one after another.
struct Pages<'a> {
    request: &'a Request,
    directory: &'a Path,
    shared: &'a Shared,
    head: &'a [u8],
    open: Option<(PathBuf, Sink)>,
    in_page: u32,
    line: Vec<u8>,
}

enum Sink {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Gzip(file) => file.write_all(bytes),
        }
    }
    fn finish(self) -> std::io::Result<()> {
        match self {
            Self::Plain(mut file) => file.flush(),
            Self::Gzip(file) => file.finish()?.flush(),
        }
    }
}

impl Pages<'_> {
    fn push(&mut self, row: &CsvRow) -> Result<()> {
        self.line.clear();
        row.write_csv(&mut self.line);
        if self.open.is_none() {
            self.begin()?;
        }
        if let Some((path, sink)) = &mut self.open {
            sink.write(&self.line).map_err(|e| broken(path, e))?;
        }
        self.in_page += 1;
        if self.in_page == self.request.page_size { self.close() } else { Ok(()) }
    }
    fn begin(&mut self) -> Result<()> {
        let path = self.directory.join("page.part");
        let file = BufWriter::new(File::create(&path).map_err(|e| broken(&path, e))?);
        let mut sink = match self.request.output {
            Output::Csv => Sink::Plain(file),
            Output::Gzip => Sink::Gzip(Box::new(GzEncoder::new(file, Compression::fast()))),
        };
        sink.write(self.head).map_err(|e| broken(&path, e))?;
        self.open = Some((path, sink));
        Ok(())
    }
    /// Ends the page under way, if any: only then its file gets its name.
    fn close(&mut self) -> Result<()> {
        let Some((path, sink)) = self.open.take() else { return Ok(()) };
        sink.finish().map_err(|e| broken(&path, e))?;
        let rows = u64::from(std::mem::take(&mut self.in_page));
        let page = self.shared.progress().0.pages + 1;
        let name = self.directory.join(file_name(page, self.request.output));
        std::fs::rename(&path, &name).map_err(|e| broken(&name, e))?;
        self.shared.set(|s| {
            s.0.pages = page;
            s.0.rows += rows;
        });
        Ok(())
    }
}

fn broken(path: &Path, error: std::io::Error) -> Error {
    Error::fault_from(format!("{} cannot be written", path.display()), error)
}
