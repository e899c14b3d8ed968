//! PostgreSQL through tokio-postgres alone: COPY in text for the load, one streaming query for the read.

use super::{Floor, JOURNAL_COLUMNS, STAGED_COLUMNS, push_csv};
use anyhow::Result;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::future::join4;
use futures_util::{SinkExt, TryStreamExt};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

pub struct Postgres {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

/// Bytes handed to the driver at once.
const CHUNK: usize = 256 << 10;

impl Postgres {
    pub fn new(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            let columns: Vec<String> = (0..STAGED_COLUMNS).map(|i| format!("c{i} TEXT")).collect();
            client
                .batch_execute(&format!(
                    "DROP SCHEMA IF EXISTS accrual_floor CASCADE; CREATE SCHEMA accrual_floor; SET search_path = accrual_floor;
                     CREATE TABLE staged (id BIGINT PRIMARY KEY, {});
                     CREATE TABLE journal (id BIGINT PRIMARY KEY, batch_id BIGINT, period BIGINT, rc_id BIGINT, line_id BIGINT,
                       schedule_id BIGINT, account_type TEXT, schedule_type TEXT, account TEXT, currency TEXT, functional_currency TEXT,
                       debit BIGINT, credit BIGINT, functional_debit BIGINT, functional_credit BIGINT, reporting_debit BIGINT,
                       reporting_credit BIGINT);",
                    columns.join(", ")
                ))
                .await?;
            anyhow::Ok(client)
        })?;
        Ok(Self { runtime, client })
    }

    /// Runs SQL text, such as the tables of another baseline.
    pub fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    pub fn prepare(&self, sql: &[&str]) -> Result<Vec<Statement>> {
        self.runtime.block_on(async {
            let mut statements = Vec::with_capacity(sql.len());
            for text in sql {
                statements.push(self.client.prepare(text).await?);
            }
            Ok(statements)
        })
    }

    /// Runs two statements over one array each, durable at the end, in one round trip.
    pub fn commit(&self, statements: &[Statement], arrays: &[Vec<&str>; 2]) -> Result<()> {
        let [first, second] = statements else { anyhow::bail!("two statements were expected") };
        let client = &self.client;
        self.runtime.block_on(async {
            // the first poll of each hands it to the connection, so they travel together and in this order
            let (first_array, second_array): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) = ([&arrays[0]], [&arrays[1]]);
            let all = join4(
                client.batch_execute("BEGIN"),
                client.execute(first, &first_array),
                client.execute(second, &second_array),
                client.batch_execute("COMMIT"),
            );
            let (begun, one, two, committed) = all.await;
            begun?;
            one?;
            two?;
            Ok(committed?)
        })
    }

    fn copy(&mut self, table: &str, mut next: impl FnMut(&mut BytesMut) -> Result<bool>) -> Result<()> {
        let client = &mut self.client;
        self.runtime.block_on(async {
            let tx = client.transaction().await?;
            {
                let mut sink = pin!(tx.copy_in::<_, Bytes>(&format!("COPY {table} FROM STDIN")).await?);
                let mut buffer = BytesMut::with_capacity(CHUNK * 2);
                while next(&mut buffer)? {
                    if buffer.len() >= CHUNK {
                        sink.send(buffer.split().freeze()).await?;
                    }
                }
                sink.send(buffer.freeze()).await?;
                sink.close().await?;
            }
            tx.commit().await?;
            Ok(())
        })
    }
}

impl Floor for Postgres {
    fn stage(&mut self, file: &Path) -> Result<(u64, Duration)> {
        let begin = Instant::now();
        let mut reader = csv::Reader::from_path(file)?;
        let mut record = csv::ByteRecord::new();
        let mut rows = 0u64;
        self.copy("staged", |out| {
            if !reader.read_byte_record(&mut record)? {
                return Ok(false);
            }
            rows += 1;
            out.put_slice(rows.to_string().as_bytes());
            let mut filled = record.iter().filter(|c| !c.is_empty());
            for _ in 0..STAGED_COLUMNS {
                out.put_u8(b'\t');
                // the generated file has no tabs, backslashes or line breaks in its cells
                out.put_slice(filled.next().unwrap_or(b"\\N"));
            }
            out.put_u8(b'\n');
            Ok(true)
        })?;
        Ok((rows, begin.elapsed()))
    }

    fn journal(&mut self, rows: u64) -> Result<Duration> {
        let begin = Instant::now();
        let mut i = 0i64;
        let rows = i64::try_from(rows)?;
        self.copy("journal", |out| {
            use std::fmt::Write;
            if i == rows {
                return Ok(false);
            }
            let (line, amount) = (i / 2, 10_000 + i % 977);
            let (debit, credit) = if i % 2 == 0 { (amount, 0) } else { (0, amount) };
            let kind = if i % 2 == 0 { "L" } else { "R" };
            writeln!(
                out,
                "{i}\t1\t202401\t{}\t{line}\t{}\t{kind}\tR\t01-000-2400-0000-000\tUSD\tUSD\t{debit}\t{credit}\t{debit}\t{credit}\t{debit}\t{credit}",
                line / 4,
                line << 20
            )?;
            i += 1;
            Ok(true)
        })?;
        Ok(begin.elapsed())
    }

    fn journal_csv(&mut self) -> Result<(u64, Duration)> {
        let begin = Instant::now();
        let client = &self.client;
        let bytes = self.runtime.block_on(async {
            let sql = format!("SELECT {JOURNAL_COLUMNS} FROM journal ORDER BY id");
            let mut rows = pin!(client.query_raw(&sql, Vec::<i64>::new()).await?);
            let (mut out, mut bytes) = (Vec::with_capacity(1 << 20), 0u64);
            while let Some(row) = rows.try_next().await? {
                let mut ints = [0i64; 12];
                let columns = [0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16];
                for (slot, column) in ints.iter_mut().zip(columns) {
                    *slot = row.get(column);
                }
                push_csv(&mut out, &ints, &[row.get(6), row.get(7), row.get(8), row.get(9), row.get(10)]);
                if out.len() > 1 << 19 {
                    bytes += out.len() as u64;
                    out.clear();
                }
            }
            anyhow::Ok(bytes + out.len() as u64)
        })?;
        Ok((bytes, begin.elapsed()))
    }
}
