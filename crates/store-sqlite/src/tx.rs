//! An open transaction as the port sees it.

use crate::bulk::Loader;
use crate::error::InStatement;
use crate::parameters::numbered;
use crate::row::SqliteRow;
use crate::steps::{self, Reserved, Step, Steps};
use accrual_base::{Error, Result};
use accrual_store::{BulkSink, BulkTable, Cell, Dialect, Flow, Read, Refuse, Row, Write, sequence};
use rusqlite::types::Null;
use rusqlite::{CachedStatement, Connection, Statement};

/// Reads, and on the writer's connection writes, inside the transaction that is open on `conn`.
pub(crate) struct Tx<'c> {
    conn: &'c Connection,
    /// Scratch for the statement text as SQLite spells it.
    text: String,
    /// What the unit of work has queued; nothing when statements run at once.
    waiting: Option<Steps>,
    /// How many units are to share the transaction.
    pub(crate) units: usize,
    pub(crate) reserved: Reserved,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self { conn, text: String::new(), waiting: None, units: 1, reserved: Reserved::default() }
    }

    /// Begins a unit whose statements wait until it ends or wants an answer.
    pub(crate) fn wait(&mut self) {
        self.waiting = Some(Steps::default());
    }

    /// What the unit has queued, or nothing when it wanted an answer and so stands behind a savepoint.
    pub(crate) fn waited(&mut self) -> Option<Steps> {
        self.waiting.take()
    }

    /// An answer is wanted: the unit gets its savepoint, and what it has queued runs.
    fn at_once(&mut self) -> Result<()> {
        let Some(steps) = self.waiting.take() else { return Ok(()) };
        if self.conn.is_autocommit() {
            self.run("BEGIN IMMEDIATE", &[])?;
        }
        self.run("SAVEPOINT job", &[])?;
        steps::run_all(self, &steps).map_err(|(_, e)| e)
    }

    /// Runs a statement now.
    pub(crate) fn run(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<u64> {
        let mut stmt = self.prepare(sql, params.len())?;
        bind_all(&mut stmt, params).running(sql)?;
        let changed = stmt.raw_execute().running(sql)?;
        u64::try_from(changed).map_err(|e| Error::fault_from("counting changed rows", e))
    }

    fn queue(&mut self, sql: &str, params: &[Cell<'_>], refuse: Option<Refuse>) -> Result<()> {
        let step = Step::new(sql, params, refuse);
        let Some(waiting) = &mut self.waiting else { return step.run(self) };
        waiting.push(step);
        if waiting.is_long() { self.at_once() } else { Ok(()) }
    }

    fn prepare(&mut self, sql: &str, params: usize) -> Result<CachedStatement<'c>> {
        numbered(sql, &mut self.text);
        let stmt = self.conn.prepare_cached(&self.text).running(sql)?;
        let wanted = stmt.parameter_count();
        if wanted != params {
            return Err(Error::fault(format!("{params} parameters given, {wanted} wanted by {sql}")));
        }
        Ok(stmt)
    }
}

/// Binds one cell to the parameter of a number, counted from 1.
pub(crate) fn bind(stmt: &mut Statement<'_>, number: usize, cell: &Cell<'_>) -> rusqlite::Result<()> {
    match *cell {
        Cell::Null => stmt.raw_bind_parameter(number, Null),
        Cell::Int(v) => stmt.raw_bind_parameter(number, v),
        Cell::Text(v) => stmt.raw_bind_parameter(number, v),
        Cell::Bytes(v) => stmt.raw_bind_parameter(number, v),
    }
}

fn bind_all(stmt: &mut Statement<'_>, params: &[Cell<'_>]) -> rusqlite::Result<()> {
    params.iter().enumerate().try_for_each(|(i, cell)| bind(stmt, i + 1, cell))
}

/// Steps through the rows of a bound statement. False when the callback wanted no more.
fn step(stmt: &mut Statement<'_>, sql: &str, each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<Flow> {
    let mut rows = stmt.raw_query();
    while let Some(row) = rows.next().running(sql)? {
        if each(&SqliteRow(row))? == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Continue)
}

impl Read for Tx<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query(&mut self, sql: &str, params: &[Cell<'_>], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()> {
        self.at_once()?;
        let mut stmt = self.prepare(sql, params.len())?;
        bind_all(&mut stmt, params).running(sql)?;
        step(&mut stmt, sql, each)?;
        Ok(())
    }

    fn query_keys(&mut self, sql: &str, keys: &[i64], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()> {
        if sql.matches("= $key").count() != 1 {
            return Err(Error::fault(format!("a query by keys must hold `= $key` exactly once: {sql}")));
        }
        self.at_once()?;
        let mut stmt = self.prepare(&sql.replacen("= $key", "= $1", 1), 1)?;
        for key in keys {
            stmt.raw_bind_parameter(1, key).running(sql)?;
            if step(&mut stmt, sql, each)? == Flow::Stop {
                break;
            }
        }
        Ok(())
    }
}

impl Write for Tx<'_> {
    fn as_read(&mut self) -> &mut dyn Read {
        self
    }

    fn execute(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<u64> {
        self.at_once()?;
        self.run(sql, params)
    }

    fn defer(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<()> {
        if self.waiting.is_none() { self.run(sql, params).map(drop) } else { self.queue(sql, params, None) }
    }

    fn defer_unique(&mut self, sql: &str, params: &[Cell<'_>], refuse: Refuse) -> Result<()> {
        self.queue(sql, params, Some(refuse))
    }

    fn next_id(&mut self, name: &str) -> Result<i64> {
        if self.units > 1 && self.conn.is_autocommit() {
            let waiting = self.waiting.take();
            let reserved = steps::reserve(self, name, self.units);
            self.waiting = waiting;
            reserved?;
        }
        match self.reserved.next(name) {
            Some(id) => Ok(id),
            None => sequence::reserve(self, name, 1),
        }
    }

    fn sequence_moved(&mut self, name: &str) {
        self.reserved.forget(name);
    }

    fn bulk(&mut self, table: &BulkTable, fill: &mut dyn FnMut(&mut dyn BulkSink) -> Result<()>) -> Result<u64> {
        self.at_once()?;
        let mut loader = Loader::new(self.conn, table)?;
        fill(&mut loader)?;
        Ok(loader.rows())
    }
}
