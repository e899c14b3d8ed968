//! Messages sent together, answered together: one round trip for any number of statements.

use crate::array::Column;
use crate::row::{Each, Halt, hand_over};
use crate::value::{Encoded, Param};
use futures_util::future::{MaybeDone, maybe_done};
use futures_util::poll;
use std::pin::pin;
use tokio_postgres::{Client, Error, Statement};

/// A message whose answer is a count or nothing.
pub(crate) enum Out<'a> {
    Text(&'static str),
    One { statement: &'a Statement, params: Vec<Encoded<'a>> },
    Many { statement: &'a Statement, columns: Vec<Column<'a>> },
}

impl Out<'_> {
    async fn send(&self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Text(text) => client.batch_execute(text).await,
            Self::One { statement, params } => client.execute_raw(*statement, params.iter()).await.map(drop),
            Self::Many { statement, columns } => client.execute_raw(*statement, columns.iter()).await.map(drop),
        }
    }
}

/// The message that ends a pipeline, because its answer is wanted.
pub(crate) enum Last<'a> {
    Nothing,
    /// Ends the transaction with what was sent before it. The server turns it into a roll-back when any of that failed.
    Commit,
    Execute {
        sql: &'a str,
        statement: &'a Statement,
        params: &'a [Param<'a>],
    },
    Query {
        sql: &'a str,
        statement: &'a Statement,
        params: &'a [Param<'a>],
        each: Each<'a>,
    },
    Keys {
        sql: &'a str,
        statement: &'a Statement,
        keys: &'a [i64],
        each: Each<'a>,
    },
}

impl Last<'_> {
    /// The same once more, for when the pipeline has to be sent again.
    pub fn again(&mut self) -> Last<'_> {
        match self {
            Self::Nothing => Last::Nothing,
            Self::Commit => Last::Commit,
            Self::Execute { sql, statement, params } => Last::Execute { sql, statement, params },
            Self::Query { sql, statement, params, each } => Last::Query { sql, statement, params, each: &mut **each },
            Self::Keys { sql, statement, keys, each } => Last::Keys { sql, statement, keys, each: &mut **each },
        }
    }
}

pub(crate) enum Outcome {
    /// All went well; the count of the last statement.
    Done(u64),
    /// The message at this position failed, and whatever came after it with it. The last one had no effect.
    Early(usize, Error),
    /// Only the last message failed.
    Late(Halt),
}

/// Sends everything, then waits for the answers in order.
pub(crate) async fn run(client: &Client, outs: &[Out<'_>], last: Last<'_>) -> Outcome {
    let mut sent = Vec::with_capacity(outs.len());
    for out in outs {
        // The first poll hands the message to the connection; the order of polls is the order on the wire.
        let mut answer = Box::pin(maybe_done(out.send(client)));
        let _ = poll!(answer.as_mut());
        sent.push(answer);
    }
    macro_rules! after_the_others {
        ($future:expr) => {{
            let mut future = pin!(maybe_done($future));
            let _ = poll!(future.as_mut());
            for (position, answer) in sent.iter_mut().enumerate() {
                answer.as_mut().await;
                if let Some(Err(e)) = answer.as_mut().take_output() {
                    return Outcome::Early(position, e);
                }
            }
            future.as_mut().await;
            match future.as_mut().take_output() {
                Some(Ok(out)) => out,
                Some(Err(e)) => return Outcome::Late(Halt::Database(e)),
                None => return Outcome::Late(Halt::Callback(accrual_base::Error::fault("an answer was taken twice"))),
            }
        }};
    }
    let (stream, each) = match last {
        Last::Nothing => {
            after_the_others!(async { Ok::<(), Error>(()) });
            return Outcome::Done(0);
        }
        Last::Commit => {
            // A message that did not even leave, because a parameter does not fit, fails here and not on the server:
            // then the server must not be told to commit the others.
            let left = !sent.iter().any(|answer| matches!(**answer, MaybeDone::Done(_)));
            after_the_others!(async { if left { client.batch_execute("COMMIT").await } else { Ok(()) } });
            return Outcome::Done(0);
        }
        Last::Execute { statement, params, .. } => return Outcome::Done(after_the_others!(client.execute_raw(statement, params))),
        Last::Query { statement, params, each, .. } => (after_the_others!(client.query_raw(statement, params)), each),
        Last::Keys { statement, keys, each, .. } => (after_the_others!(client.query_raw(statement, [keys])), each),
    };
    match hand_over(stream, each).await {
        Ok(_) => Outcome::Done(0),
        Err(halt) => Outcome::Late(halt),
    }
}
