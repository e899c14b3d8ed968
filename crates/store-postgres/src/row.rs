//! Rows of an answer, streamed.

use crate::error::translate;
use crate::value::Answer;
use accrual_base::{Error, Result};
use accrual_store::{Cell, Flow, Row};
use futures_util::StreamExt;
use std::pin::pin;
use tokio_postgres::RowStream;

pub(crate) struct PgRow(tokio_postgres::Row);

impl Row for PgRow {
    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        match self.0.try_get::<usize, Answer<'_>>(column) {
            Ok(answer) => Ok(answer.0),
            Err(e) => {
                let name = self.0.columns().get(column).map_or("none", |c| c.name());
                Err(Error::fault_from(format!("column {column} ({name}) cannot be read"), e))
            }
        }
    }
}

pub(crate) type Each<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<Flow>;

/// Why a stream of rows ended early.
pub(crate) enum Halt {
    /// The database failed.
    Database(tokio_postgres::Error),
    /// The callback failed; the connection is sound.
    Callback(Error),
}

impl Halt {
    pub fn into_error(self, sql: &str) -> Error {
        match self {
            Self::Database(e) => translate(sql, e),
            Self::Callback(e) => e,
        }
    }
}

/// Hands over the rows one by one. The driver reads no further than one buffer ahead of the callback.
pub(crate) async fn hand_over(stream: RowStream, each: Each<'_>) -> Result<Flow, Halt> {
    let mut stream = pin!(stream);
    while let Some(row) = stream.next().await {
        let row = PgRow(row.map_err(Halt::Database)?);
        if each(&row).map_err(Halt::Callback)? == Flow::Stop {
            return Ok(Flow::Stop);
        }
    }
    Ok(Flow::Continue)
}

/// Keys of one statement: enough to hide the round trip, few enough that the server keeps to the index.
pub(crate) const KEYS: usize = 8_192;

/// Turns `= $key` into a comparison with an array.
///
/// # Errors
/// A fault when the text does not hold it exactly once.
pub(crate) fn array_sql(sql: &str) -> Result<String> {
    if sql.matches("= $key").count() != 1 {
        return Err(Error::fault(format!("a statement by keys holds `= $key` exactly once: {sql}")));
    }
    Ok(sql.replacen("= $key", "= ANY($1::BIGINT[])", 1))
}
