//! The port: cells, rows, transactions, lanes and bulk loads.

use crate::figures::LaneFigures;
use accrual_base::{Error, Rejection, Result};
use std::any::Any;
use std::sync::Arc;

/// One value on its way into or out of the database, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Cell<'_> {
    fn from(v: i64) -> Self {
        Cell::Int(v)
    }
}
impl From<i32> for Cell<'_> {
    fn from(v: i32) -> Self {
        Cell::Int(i64::from(v))
    }
}
impl From<bool> for Cell<'_> {
    fn from(v: bool) -> Self {
        Cell::Int(i64::from(v))
    }
}
impl<'a> From<&'a str> for Cell<'a> {
    fn from(v: &'a str) -> Self {
        Cell::Text(v)
    }
}
impl<'a> From<&'a String> for Cell<'a> {
    fn from(v: &'a String) -> Self {
        Cell::Text(v)
    }
}
impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(v: &'a [u8]) -> Self {
        Cell::Bytes(v)
    }
}
impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Cell::Null, Into::into)
    }
}

/// One row of an answer; valid only inside the callback that receives it.
pub trait Row {
    /// The cell of a column, counted from 0.
    ///
    /// # Errors
    /// A fault when the column does not exist or holds a type the port does not know.
    fn cell(&self, column: usize) -> Result<Cell<'_>>;
}

/// Typed access to a row. A wrong type is a fault: the schema and the code disagree.
impl dyn Row + '_ {
    pub fn int(&self, column: usize) -> Result<i64> {
        match self.cell(column)? {
            Cell::Int(v) => Ok(v),
            other => Err(Error::fault(format!("column {column} holds {other:?}, an integer was expected"))),
        }
    }
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            _ => self.int(column).map(Some),
        }
    }
    pub fn text(&self, column: usize) -> Result<&str> {
        match self.cell(column)? {
            Cell::Text(v) => Ok(v),
            other => Err(Error::fault(format!("column {column} holds {other:?}, text was expected"))),
        }
    }
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            _ => self.text(column).map(Some),
        }
    }
    pub fn bytes(&self, column: usize) -> Result<&[u8]> {
        match self.cell(column)? {
            Cell::Bytes(v) => Ok(v),
            other => Err(Error::fault(format!("column {column} holds {other:?}, bytes were expected"))),
        }
    }
}

/// What a row callback wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Continue,
    Stop,
}

/// A snapshot that can be read.
pub trait Read {
    fn dialect(&self) -> Dialect;

    /// Runs one statement and hands over its rows one by one, in constant memory.
    ///
    /// # Errors
    /// A fault from the database, or whatever the callback returned.
    fn query(&mut self, sql: &str, params: &[Cell<'_>], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()>;

    /// As [`Read::query`], for long answers: a store across a network sends them in a cheaper form, which takes a
    /// moment longer to begin. Parameters are integers.
    ///
    /// # Errors
    /// As [`Read::query`].
    fn scan(&mut self, sql: &str, params: &[i64], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()> {
        let params: Vec<Cell<'_>> = params.iter().map(|p| Cell::Int(*p)).collect();
        self.query(sql, &params, each)
    }

    /// Runs `sql` for many integer keys. The text contains `= $key` exactly once and no other parameter;
    /// keys should be sorted. Rows come in no particular order, so select the key as well.
    ///
    /// # Errors
    /// As [`Read::query`].
    fn query_keys(&mut self, sql: &str, keys: &[i64], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()>;
}

impl dyn Read + '_ {
    /// The first row, mapped; nothing when there is none.
    pub fn first<T>(&mut self, sql: &str, params: &[Cell<'_>], mut map: impl FnMut(&dyn Row) -> Result<T>) -> Result<Option<T>> {
        let mut found = None;
        self.query(sql, params, &mut |row| {
            found = Some(map(row)?);
            Ok(Flow::Stop)
        })?;
        Ok(found)
    }
    /// All rows, mapped. For answers whose size is bounded by the caller.
    pub fn all<T>(&mut self, sql: &str, params: &[Cell<'_>], mut map: impl FnMut(&dyn Row) -> Result<T>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.query(sql, params, &mut |row| {
            rows.push(map(row)?);
            Ok(Flow::Continue)
        })?;
        Ok(rows)
    }
}

/// A transaction that can change things.
pub trait Write: Read {
    /// Upcast for the helpers of `dyn Read`.
    fn as_read(&mut self) -> &mut dyn Read;

    /// Runs one statement now and answers the number of rows it changed.
    ///
    /// # Errors
    /// A fault from the database; a broken unique constraint is a rejection of kind `Conflict`, code `store.unique`.
    fn execute(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<u64>;

    /// Runs one statement at the latest before the next read or the commit. A store across a network sends
    /// deferred statements together, which is why writes that need no answer should use it.
    ///
    /// # Errors
    /// As [`Write::execute`], possibly only at commit.
    fn defer(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<()>;

    /// As [`Write::defer`], for a row that may be there already: when a unique constraint refuses it, `refuse` says
    /// so in the caller's words. It saves looking first, which would be a round trip.
    ///
    /// # Errors
    /// As [`Write::defer`]; what `refuse` made of `store.unique`.
    fn defer_unique(&mut self, sql: &str, params: &[Cell<'_>], refuse: Refuse) -> Result<()> {
        self.defer(sql, params).map_err(|e| reworded(e, [&refuse]))
    }

    /// The next id of a sequence. A store across a network may reserve several at once for the writes that wait
    /// together and hand out those left over later, so ids may have gaps and need not follow the order of commits.
    /// Consecutive ids come from [`crate::sequence::reserve`].
    ///
    /// # Errors
    /// As [`crate::sequence::reserve`].
    fn next_id(&mut self, sequence: &str) -> Result<i64>;

    /// A sequence was moved: ids reserved before are not handed out any more.
    fn sequence_moved(&mut self, _sequence: &str) {}

    /// Loads many rows into one table: one prepared statement a row, or COPY.
    ///
    /// # Errors
    /// As [`Write::execute`], or whatever `fill` returned. Answers the number of rows.
    fn bulk(&mut self, table: &BulkTable, fill: &mut dyn FnMut(&mut dyn BulkSink) -> Result<()>) -> Result<u64>;
}

/// Puts the refusal of a unique constraint (`store.unique`) into a caller's words; nothing when the constraint is not
/// one it knows.
pub type Refuse = Box<dyn Fn(&Rejection) -> Option<Error> + Send>;

/// A refusal in the words of the first that knows the constraint; any other error as it is.
pub fn reworded<'r>(error: Error, refuse: impl IntoIterator<Item = &'r Refuse>) -> Error {
    let worded = match &error {
        Error::Rejected(r) if r.code == "store.unique" => refuse.into_iter().find_map(|refuse| refuse(r)),
        _ => None,
    };
    worded.unwrap_or(error)
}

/// Receives the rows of a bulk load.
pub trait BulkSink {
    /// One row, in the order of [`BulkTable::columns`].
    ///
    /// # Errors
    /// A fault from the database.
    fn push(&mut self, row: &[Cell<'_>]) -> Result<()>;
}

/// The kind of a column of a bulk load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkType {
    Int,
    Text,
    Bytes,
}

/// The target of a bulk load.
#[derive(Clone, Debug)]
pub struct BulkTable {
    pub name: &'static str,
    pub columns: &'static [(&'static str, BulkType)],
}

/// Which SQL a backend speaks, for the few places where the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// Whether a transaction that succeeded is kept.
#[derive(Debug)]
pub enum Commit<T> {
    Keep(T),
    /// The work is undone, its result is answered: a preview.
    RollBack(T),
}

/// Who waits for whom: small writes go first and share one commit; bulk chunks go alone, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Small,
    Bulk,
    /// Chunks that read nothing another of them or a bulk chunk may be writing. The embedded store takes them for bulk;
    /// a store across a network runs two beside each other and beside a bulk chunk.
    Load,
}

/// What a unit of work answers, whatever its type.
pub type Answer = Box<dyn Any + Send>;

/// The work itself.
pub type Work = Box<dyn FnOnce(&mut dyn Write) -> Result<Commit<Answer>> + Send>;

/// Who waits for the answer.
pub type Done = Box<dyn FnOnce(Result<Answer>) + Send>;

/// A unit of work for the writer.
pub struct WriteJob {
    pub lane: Lane,
    /// Runs inside a transaction (or a savepoint of a shared one).
    pub run: Work,
    /// Called once, after the commit is durable or the work is undone.
    pub done: Done,
}

/// The database of one tenant (or the system database).
pub trait Store: Send + Sync + 'static {
    fn dialect(&self) -> Dialect;
    /// Hands the closure one consistent snapshot. Blocks.
    ///
    /// # Errors
    /// A fault from the database, or whatever the closure returned.
    fn read_dyn(&self, f: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()>;
    /// Queues a unit of work for the writer. Never blocks for the database; the answer comes through `done`.
    fn submit(&self, job: WriteJob);
    /// Waits for queued work, checkpoints and closes.
    fn close(&self);
    /// What was written since the store was opened.
    fn figures(&self) -> Vec<LaneFigures> {
        Vec::new()
    }
}

/// A write that was handed over. It runs whether or not anybody waits for it.
#[must_use = "whether the write succeeded is not known before it is waited for"]
#[derive(Debug)]
pub struct Pending<T>(std::sync::mpsc::Receiver<Result<T>>);

impl<T> Pending<T> {
    /// Waits until the result is durable. Blocks.
    ///
    /// # Errors
    /// What the write failed with.
    pub fn wait(self) -> Result<T> {
        self.0.recv().map_err(|_| Error::fault("the writer stopped before it answered"))?
    }
}

/// A shared store with typed calls.
#[derive(Clone)]
pub struct StoreHandle(pub Arc<dyn Store>);

impl StoreHandle {
    pub fn dialect(&self) -> Dialect {
        self.0.dialect()
    }
    /// See [`Store::figures`].
    pub fn figures(&self) -> Vec<LaneFigures> {
        self.0.figures()
    }
    /// Reads from one snapshot. Blocks: call it from a blocking thread, not from async code.
    pub fn read<T>(&self, f: impl FnOnce(&mut dyn Read) -> Result<T>) -> Result<T> {
        let (mut f, mut out) = (Some(f), None);
        self.0.read_dyn(&mut |tx| {
            let f = f.take().ok_or_else(|| Error::fault("a read closure ran twice"))?;
            out = Some(f(tx)?);
            Ok(())
        })?;
        out.ok_or_else(|| Error::fault("the store did not run the read"))
    }
    /// Writes and waits until the result is durable. Blocks.
    pub fn write<T: Send + 'static>(&self, lane: Lane, f: impl FnOnce(&mut dyn Write) -> Result<Commit<T>> + Send + 'static) -> Result<T> {
        self.begin(lane, f).wait()
    }
    /// Hands a write over and goes on. Writes begun one after another in a lane are started in that order, but two of
    /// [`Lane::Load`] may run beside each other: one that must not be kept without the other has to wait for it.
    pub fn begin<T: Send + 'static>(&self, lane: Lane, f: impl FnOnce(&mut dyn Write) -> Result<Commit<T>> + Send + 'static) -> Pending<T> {
        let (tx, rx) = std::sync::mpsc::sync_channel(1);
        self.submit(lane, f, move |r| {
            let _ = tx.send(r);
        });
        Pending(rx)
    }
    /// Writes and waits until the result is durable, without blocking the thread.
    pub async fn write_async<T: Send + 'static>(
        &self,
        lane: Lane,
        f: impl FnOnce(&mut dyn Write) -> Result<Commit<T>> + Send + 'static,
    ) -> Result<T> {
        let (tx, rx) = tokio::sync::oneshot::channel();
        self.submit(lane, f, move |r| {
            let _ = tx.send(r);
        });
        rx.await.map_err(|_| Error::fault("the writer stopped before it answered"))?
    }
    fn submit<T: Send + 'static>(
        &self,
        lane: Lane,
        f: impl FnOnce(&mut dyn Write) -> Result<Commit<T>> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        self.0.submit(WriteJob {
            lane,
            run: Box::new(move |tx| {
                Ok(match f(tx)? {
                    Commit::Keep(v) => Commit::Keep(Box::new(v) as Answer),
                    Commit::RollBack(v) => Commit::RollBack(Box::new(v) as Answer),
                })
            }),
            done: Box::new(move |r| {
                done(r.and_then(|v| v.downcast::<T>().map(|b| *b).map_err(|_| Error::fault("a write answered another type"))));
            }),
        });
    }
}
