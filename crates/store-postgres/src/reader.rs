//! One consistent snapshot on a pooled connection.

use crate::block::block_on;
use crate::connection::STATEMENTS;
use crate::copy_out::{self, copy_out_sql};
use crate::error::translate;
use crate::row::{Each, Halt, KEYS, array_sql, hand_over};
use crate::value::Param;
use accrual_base::Result;
use accrual_store::{Cell, Dialect, Flow, Read, Row};
use deadpool_postgres::Object;
use futures_util::future::{join, maybe_done};
use futures_util::poll;
use std::pin::pin;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, RowStream, Statement};

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Long answers come in the order of a key. Tables that were just loaded have no statistics yet: without this the
/// planner expects few rows and sorts all of them instead of following the key.
const IN_ORDER: &str = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";

pub(crate) struct Reader {
    connection: Object,
    begun: bool,
    /// [`IN_ORDER`] was said.
    in_order: bool,
}

impl Reader {
    pub fn new(connection: Object) -> Self {
        if connection.statement_cache.size() >= STATEMENTS {
            connection.statement_cache.clear();
        }
        Self { connection, begun: false, in_order: false }
    }

    /// Starts a statement; the first one carries the BEGIN with it in the same round trip.
    async fn start(&mut self, statement: &Statement, values: Values<'_>) -> Result<RowStream, Error> {
        let client = &self.connection;
        let begin = async { if self.begun { Ok(()) } else { client.batch_execute(BEGIN).await } };
        let rows = async {
            match values {
                Values::Params(params) => client.query_raw(statement, params).await,
                Values::Keys(keys) => client.query_raw(statement, [keys]).await,
            }
        };
        let (begin, rows) = join(begin, rows).await;
        begin?;
        self.begun = true;
        rows
    }

    async fn run(&mut self, sql: &str, values: Values<'_>, each: Each<'_>) -> Result<Flow> {
        let statement = self.connection.prepare_cached(sql).await.map_err(|e| translate(sql, e))?;
        let flow = match self.start(&statement, values).await {
            Ok(rows) => hand_over(rows, each).await,
            Err(e) => Err(Halt::Database(e)),
        };
        flow.map_err(|halt| {
            // A table changed under a prepared statement: the next snapshot prepares it anew.
            if let Halt::Database(e) = &halt
                && e.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED)
            {
                self.connection.statement_cache.clear();
            }
            halt.into_error(sql)
        })
    }

    /// As [`Reader::run`], by COPY.
    async fn copy(&mut self, sql: &str, params: &[i64], each: Each<'_>) -> Result<Flow> {
        // the prepared form says what the columns are
        let statement = self.connection.prepare_cached(sql).await.map_err(|e| translate(sql, e))?;
        let types: Vec<Type> = statement.columns().iter().map(|c| c.type_().clone()).collect();
        let text = copy_out_sql(sql, params).ok_or_else(|| accrual_base::Error::fault(format!("parameters are missing in {sql}")))?;
        if !self.begun {
            self.connection.batch_execute(BEGIN).await.map_err(|e| translate(BEGIN, e))?;
            self.begun = true;
        }
        if !self.in_order {
            self.connection.batch_execute(IN_ORDER).await.map_err(|e| translate(IN_ORDER, e))?;
            self.in_order = true;
        }
        let stream = self.connection.copy_out(text.as_str()).await.map_err(|e| translate(&text, e))?;
        copy_out::hand_over(stream, &types, each).await.map_err(|halt| halt.into_error(sql))
    }

    /// Ends the snapshot without waiting for the answer: whoever uses the connection next is served after it.
    pub fn end(self) {
        if self.begun {
            block_on(async {
                let mut end = pin!(maybe_done(self.connection.batch_execute("ROLLBACK")));
                let _ = poll!(end.as_mut());
            });
        }
    }
}

enum Values<'a> {
    Params(&'a [Param<'a>]),
    Keys(&'a [i64]),
}

impl Read for Reader {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query(&mut self, sql: &str, params: &[Cell<'_>], each: Each<'_>) -> Result<()> {
        let params: Vec<Param<'_>> = params.iter().map(|c| Param(*c)).collect();
        block_on(self.run(sql, Values::Params(&params), each)).map(drop)
    }

    fn scan(&mut self, sql: &str, params: &[i64], each: Each<'_>) -> Result<()> {
        block_on(self.copy(sql, params, each)).map(drop)
    }

    fn query_keys(&mut self, sql: &str, keys: &[i64], each: &mut dyn FnMut(&dyn Row) -> Result<Flow>) -> Result<()> {
        let sql = array_sql(sql)?;
        for keys in keys.chunks(KEYS) {
            if block_on(self.run(&sql, Values::Keys(keys), each))? == Flow::Stop {
                break;
            }
        }
        Ok(())
    }
}
