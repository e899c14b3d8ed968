//! What a unit of work sees of the transaction.

use crate::batch::Batch;
use crate::copy::{Encoder, copy_sql};
use crate::pipeline::Last;
use crate::row::{Each, KEYS, array_sql};
use crate::value::{Kept, Param};
use accrual_base::{Error, Result};
use accrual_store::{BulkSink, BulkTable, Cell, Dialect, Read, Refuse, Write};
use bytes::Bytes;
use futures_util::SinkExt;
use std::pin::Pin;
use tokio::runtime::Runtime;
use tokio_postgres::CopyInSink;

/// The current unit of a batch.
pub(crate) struct Unit<'b, 'c>(pub &'b mut Batch<'c>);

impl Read for Unit<'_, '_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query(&mut self, sql: &str, params: &[Cell<'_>], each: Each<'_>) -> Result<()> {
        let prepared = self.0.prepared(sql)?;
        let params: Vec<Param<'_>> = params.iter().map(|c| Param(*c)).collect();
        self.0.sync(true, Last::Query { sql, statement: &prepared.statement, params: &params, each }).map(drop)
    }

    fn query_keys(&mut self, sql: &str, keys: &[i64], each: Each<'_>) -> Result<()> {
        let sql = &array_sql(sql)?;
        let prepared = self.0.prepared(sql)?;
        let mut stopped = false;
        for keys in keys.chunks(KEYS) {
            let mut each = |row: &dyn accrual_store::Row| {
                let flow = each(row)?;
                stopped = flow == accrual_store::Flow::Stop;
                Ok(flow)
            };
            self.0.sync(true, Last::Keys { sql, statement: &prepared.statement, keys, each: &mut each })?;
            if stopped {
                break;
            }
        }
        Ok(())
    }
}

impl Write for Unit<'_, '_> {
    fn as_read(&mut self) -> &mut dyn Read {
        self
    }

    fn execute(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<u64> {
        let prepared = self.0.prepared(sql)?;
        let params: Vec<Param<'_>> = params.iter().map(|c| Param(*c)).collect();
        self.0.sync(true, Last::Execute { sql, statement: &prepared.statement, params: &params })
    }

    fn defer(&mut self, sql: &str, params: &[Cell<'_>]) -> Result<()> {
        self.queue(sql, params, None)
    }

    fn defer_unique(&mut self, sql: &str, params: &[Cell<'_>], refuse: Refuse) -> Result<()> {
        self.queue(sql, params, Some(refuse))
    }

    fn next_id(&mut self, sequence: &str) -> Result<i64> {
        match self.0.reserved_id(sequence)? {
            Some(id) => Ok(id),
            None => accrual_store::sequence::reserve(self, sequence, 1),
        }
    }

    fn sequence_moved(&mut self, sequence: &str) {
        self.0.live.reserved.remove(sequence);
    }

    fn bulk(&mut self, table: &BulkTable, fill: &mut dyn FnMut(&mut dyn BulkSink) -> Result<()>) -> Result<u64> {
        let sql = copy_sql(table);
        let prepared = self.0.prepared(&sql)?;
        self.0.open()?;
        let runtime = self.0.runtime;
        match runtime.block_on(self.0.live.client.copy_in::<_, Bytes>(&prepared.statement)) {
            Err(e) => Err(self.0.fail_current(&sql, e)),
            Ok(sink) => self.load(&sql, table, fill, Box::pin(sink)),
        }
    }
}

impl Unit<'_, '_> {
    fn queue(&mut self, sql: &str, params: &[Cell<'_>], refuse: Option<Refuse>) -> Result<()> {
        let prepared = self.0.prepared(sql)?;
        match Kept::new(params, prepared.types()) {
            Ok(params) => self.0.defer(prepared, params, refuse),
            Err(e) => {
                let error = Error::fault(format!("{e} in {sql}"));
                self.0.poison_current(&error);
                Err(error)
            }
        }
    }

    fn load(
        &mut self,
        sql: &str,
        table: &BulkTable,
        fill: &mut dyn FnMut(&mut dyn BulkSink) -> Result<()>,
        sink: Pin<Box<CopyInSink<Bytes>>>,
    ) -> Result<u64> {
        let mut copy = Copy { runtime: self.0.runtime, encoder: Encoder::new(table)?, sink, broken: None };
        let filled = fill(&mut copy);
        let Copy { encoder, mut sink, broken, runtime } = copy;
        let sent = match (filled, broken) {
            // What the server said matters more than that the sink was closed under the rows.
            (Err(error), None) => {
                drop(sink);
                self.0.poison_current(&error);
                return Err(error);
            }
            (_, Some(_)) => Err(()),
            (Ok(()), None) => runtime.block_on(sink.send(encoder.finish())).map_err(drop),
        };
        // After a failed send the server's reason is the answer to `finish`.
        match (runtime.block_on(sink.as_mut().finish()), sent) {
            (Ok(rows), Ok(())) => Ok(rows),
            (Err(e), _) => Err(self.0.fail_current(sql, e)),
            (Ok(_), Err(())) => {
                let error = Error::fault(format!("a load was cut short while running {sql}"));
                self.0.poison_current(&error);
                Err(error)
            }
        }
    }
}

/// A COPY under way.
struct Copy<'a> {
    runtime: &'a Runtime,
    encoder: Encoder<'a>,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    broken: Option<()>,
}

impl BulkSink for Copy<'_> {
    fn push(&mut self, row: &[Cell<'_>]) -> Result<()> {
        if let Some(full) = self.encoder.push(row)?
            && let Err(e) = self.runtime.block_on(self.sink.send(full))
        {
            self.broken = Some(());
            return Err(Error::fault_from("the database stopped taking rows", e));
        }
        Ok(())
    }
}
