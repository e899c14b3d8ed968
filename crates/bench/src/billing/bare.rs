//! The bare insert of rows that are there already: newest rows of tables, into tables of the same columns and nothing else.

use crate::floor::sqlite;
use anyhow::{Context, Result};
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, TryStreamExt};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio_postgres::{Client, NoTls};

/// Inserts the rows once, durable at the end, and says how long it took.
pub trait Bare {
    fn insert(&mut self) -> Result<Duration>;
}

/// A statement and the rows it is run for.
struct Statement {
    sql: String,
    rows: Vec<Vec<Value>>,
}

/// A file of its own; prepared statements, one transaction.
pub struct Sqlite {
    db: Connection,
    statements: Vec<Statement>,
}

impl Sqlite {
    pub fn copy(from: &Path, to: &Path, tables: &[(&str, u64)]) -> Result<Self> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let db = sqlite::open(to)?;
        let mut statements = Vec::new();
        for (table, count) in tables {
            let mut select = source.prepare(&format!("SELECT * FROM \"{table}\" ORDER BY id DESC LIMIT {count}"))?;
            let columns: Vec<String> = select.column_names().map(|c| format!("\"{c}\"")).collect();
            let width = columns.len();
            let read = select.query_map([], |row| (0..width).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<Value>>>())?;
            let rows = read.collect::<rusqlite::Result<Vec<_>>>()?;
            anyhow::ensure!(rows.len() as u64 == *count, "{table} has {} rows", rows.len());
            // rows are kept in order of arrival, as their own table keeps them
            db.execute_batch(&format!("CREATE TABLE \"{table}\" ({})", columns.join(", ")))?;
            let marks: Vec<String> = (1..=width).map(|i| format!("?{i}")).collect();
            statements.push(Statement { sql: format!("INSERT INTO \"{table}\" VALUES ({})", marks.join(", ")), rows });
        }
        Ok(Self { db, statements })
    }
}

impl Bare for Sqlite {
    fn insert(&mut self) -> Result<Duration> {
        let begin = Instant::now();
        let tx = self.db.transaction()?;
        for statement in &self.statements {
            let mut insert = tx.prepare_cached(&statement.sql)?;
            for row in &statement.rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
        }
        tx.commit()?;
        Ok(begin.elapsed())
    }
}

/// A schema of its own; COPY, one transaction.
pub struct Postgres {
    runtime: tokio::runtime::Runtime,
    client: Client,
    tables: Vec<(String, Bytes)>,
}

impl Postgres {
    pub fn copy(url: &str, schema: &str, tables: &[(&str, u64)]) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (client, tables) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute("DROP SCHEMA IF EXISTS accrual_bare CASCADE; CREATE SCHEMA accrual_bare").await?;
            let mut kept = Vec::new();
            for (table, count) in tables {
                let name = format!("accrual_bare.\"{table}\"");
                client.batch_execute(&format!("CREATE TABLE {name} AS TABLE {schema}.\"{table}\" WITH NO DATA")).await?;
                let select = format!("COPY (SELECT * FROM {schema}.\"{table}\" ORDER BY id DESC LIMIT {count}) TO STDOUT");
                let rows: Vec<Bytes> = client.copy_out(&select).await?.try_collect().await?;
                let rows = rows.iter().fold(BytesMut::new(), |mut all, part| {
                    all.extend_from_slice(part);
                    all
                });
                anyhow::ensure!(!rows.is_empty(), "{table} is empty");
                kept.push((name, rows.freeze()));
            }
            anyhow::Ok((client, kept))
        })?;
        Ok(Self { runtime, client, tables })
    }
}

impl Bare for Postgres {
    fn insert(&mut self) -> Result<Duration> {
        let (client, tables) = (&mut self.client, &self.tables);
        self.runtime.block_on(async {
            let begin = Instant::now();
            let tx = client.transaction().await.context("a transaction")?;
            for (table, rows) in tables {
                let mut sink = pin!(tx.copy_in::<_, Bytes>(&format!("COPY {table} FROM STDIN")).await?);
                sink.send(rows.clone()).await?;
                sink.close().await?;
            }
            tx.commit().await?;
            Ok(begin.elapsed())
        })
    }
}
