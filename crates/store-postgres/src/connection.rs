//! A connection that belongs to one writer thread, with its event loop and its prepared statements.

use crate::error::translate;
use crate::merge::{Form, array_form};
use accrual_base::{Error, Result};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, NoTls, Statement};

/// A statement the server knows, with the form that takes many rows at once where there is one.
pub(crate) struct Prepared {
    pub sql: Box<str>,
    pub statement: Statement,
    pub many: Option<(Statement, Form)>,
}

impl Prepared {
    /// The types of the parameters.
    pub fn types(&self) -> &[Type] {
        self.statement.params()
    }
}

/// Statements kept ready at most. Generated SQL could otherwise fill the server's memory.
pub(crate) const STATEMENTS: usize = 512;

/// A live connection and the statements prepared on it.
pub(crate) struct Live {
    pub client: Client,
    pub statements: HashMap<Box<str>, Arc<Prepared>>,
    /// Ids of sequences that were reserved and not used yet. They are lost with the connection, which leaves a gap.
    pub reserved: HashMap<Box<str>, Range<i64>>,
}

/// Groups that a reservation of ids serves: it is a commit of its own.
const GROUPS: usize = 16;
const RESERVE: &str = "INSERT INTO sequence (name, next) VALUES ($1, $2::BIGINT + 1) ON CONFLICT (name) DO UPDATE SET next = sequence.next + $2 RETURNING next - $2";

impl Live {
    /// Reserves ids for groups of so many units, outside any transaction, and takes the first.
    pub async fn reserve(&mut self, sequence: &str, units: usize) -> Result<Option<i64>, tokio_postgres::Error> {
        let count = i64::try_from(units.saturating_mul(GROUPS)).unwrap_or(i64::MAX).min(4_096);
        let row = self.client.query_opt(RESERVE, &[&sequence, &count]).await?;
        let first: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
        if let Some(first) = first {
            self.reserved.insert(sequence.into(), first + 1..first + count);
        }
        Ok(first)
    }

    /// Prepares a statement, and its array form. Must not run in a transaction that could not be rolled back to a point before it.
    pub async fn prepare(&mut self, sql: &str) -> Result<Arc<Prepared>, tokio_postgres::Error> {
        let statement = self.client.prepare(sql).await?;
        let many = match array_form(sql, statement.params()) {
            Some((text, form)) => Some((self.client.prepare(&text).await?, form)),
            None => None,
        };
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        let prepared = Arc::new(Prepared { sql: sql.into(), statement, many });
        self.statements.insert(sql.into(), Arc::clone(&prepared));
        Ok(prepared)
    }
}

/// The event loop of one writer thread and, when there is one, its connection.
pub(crate) struct Line {
    pub runtime: Runtime,
    config: Config,
    session: String,
    pub live: Option<Live>,
}

impl Line {
    /// # Errors
    /// A fault when the system refuses an event loop.
    pub fn new(config: Config, session: String) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Error::fault_from("the database writer could not start its event loop", e))?;
        Ok(Self { runtime, config, session, live: None })
    }

    /// Makes sure there is a connection.
    ///
    /// # Errors
    /// A fault or a `store.busy` rejection when the server cannot be reached.
    pub fn connect(&mut self) -> Result<()> {
        // The event loop stands still between batches. One turn lets it see that the server has hung up meanwhile, the
        // next lets the connection act on it.
        self.runtime.block_on(async {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        if self.live.as_ref().is_some_and(|l| !l.client.is_closed()) {
            return Ok(());
        }
        self.live = None;
        let client = self.runtime.block_on(connect(&self.config, &self.session))?;
        self.live = Some(Live { client, statements: HashMap::new(), reserved: HashMap::new() });
        Ok(())
    }
}

/// Connects and sets the session up; the connection is driven by the runtime this runs on.
///
/// # Errors
/// A fault or a `store.busy` rejection when the server cannot be reached.
pub(crate) async fn connect(config: &Config, session: &str) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await.map_err(|e| translate("the connection to the database", e))?;
    tokio::spawn(async move {
        if let Err(e) = connection.await {
            tracing::warn!(error = %e, "a database connection ended");
        }
    });
    client.batch_execute(session).await.map_err(|e| translate("the set-up of the session", e))?;
    Ok(client)
}

/// The SQL every connection starts with. The schema's name has been checked.
///
/// A server configured to answer before the disk has the commit is overruled; one that waits for more (a standby) is not.
pub(crate) fn session_sql(schema: &str) -> String {
    format!(
        "SET search_path TO \"{schema}\"; SET client_min_messages TO warning; SET lock_timeout TO '30s'; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
}
