//! The statements that begin, end and split transactions, prepared once for the life of the writer.

use crate::error::{Doing, map};
use accrual_base::Result;
use rusqlite::{Connection, Statement};

pub(crate) struct Control<'c> {
    conn: &'c Connection,
    begin: Statement<'c>,
    commit: Statement<'c>,
    roll_back: Statement<'c>,
    savepoint: Statement<'c>,
    release: Statement<'c>,
    back_to: Statement<'c>,
}

impl<'c> Control<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Result<Self> {
        let prepare = |sql| conn.prepare(sql).map_err(|e| map(e, Doing::Statement(sql)));
        Ok(Self {
            conn,
            begin: prepare("BEGIN IMMEDIATE")?,
            commit: prepare("COMMIT")?,
            roll_back: prepare("ROLLBACK")?,
            savepoint: prepare("SAVEPOINT job")?,
            release: prepare("RELEASE job")?,
            back_to: prepare("ROLLBACK TO job")?,
        })
    }

    /// True when a transaction is open. A full disk and a few other failures make SQLite end it by itself.
    pub(crate) fn is_open(&self) -> bool {
        !self.conn.is_autocommit()
    }

    pub(crate) fn begin(&mut self) -> Result<()> {
        run(&mut self.begin, Doing::Statement("BEGIN IMMEDIATE"))
    }

    /// Makes the transaction durable, or undoes it.
    pub(crate) fn commit(&mut self) -> Result<()> {
        run(&mut self.commit, Doing::Commit).inspect_err(|_| {
            if let Err(e) = self.roll_back() {
                tracing::error!(error = %e, "a failed commit could not be undone");
            }
        })
    }

    pub(crate) fn roll_back(&mut self) -> Result<()> {
        if self.is_open() { run(&mut self.roll_back, Doing::Statement("ROLLBACK")) } else { Ok(()) }
    }

    /// Begins one job of a shared transaction, and the transaction with its first job.
    pub(crate) fn savepoint(&mut self) -> Result<()> {
        if !self.is_open() {
            self.begin()?;
        }
        run(&mut self.savepoint, Doing::Statement("SAVEPOINT"))
    }

    /// Keeps one job, or undoes it.
    pub(crate) fn release(&mut self) -> Result<()> {
        run(&mut self.release, Doing::Statement("RELEASE")).or_else(|e| self.undo().and(Err(e)))
    }

    /// Undoes one job.
    pub(crate) fn undo(&mut self) -> Result<()> {
        if !self.is_open() {
            return Ok(());
        }
        run(&mut self.back_to, Doing::Statement("ROLLBACK TO"))?;
        run(&mut self.release, Doing::Statement("RELEASE"))
    }
}

fn run(statement: &mut Statement<'_>, doing: Doing<'_>) -> Result<()> {
    statement.raw_execute().map(|_| ()).map_err(|e| map(e, doing))
}
