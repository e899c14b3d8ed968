//! The store: a pool for reads and a thread for each lane.

use crate::block::block_on;
use crate::connection::{Line, connect, session_sql};
use crate::error::translate;
use crate::lanes::LaneThreads;
use crate::options::{Options, check_schema, parse_url};
use crate::reader::Reader;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_store::{Dialect, Lane, LaneFigures, Read, Store, StoreHandle, WriteJob};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime as PoolRuntime};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::{Config, NoTls};

/// One tenant's schema on a PostgreSQL server.
pub struct PostgresStore {
    /// Drives the pooled connections.
    runtime: Mutex<Option<Runtime>>,
    handle: Handle,
    pool: Pool,
    small: LaneThreads,
    bulk: LaneThreads,
    load: LaneThreads,
}

impl PostgresStore {
    /// Connects and creates the schema when it is missing. Its tables are made by `accrual_store::migrate`.
    ///
    /// # Errors
    /// A rejection `store.url`, `store.tls` or `store.schema` for wrong arguments, `store.busy` or a fault when the
    /// server cannot be reached or refuses.
    pub fn open(database_url: &str, schema: &str, options: Options) -> Result<Self> {
        check_schema(schema)?;
        let config = parse_url(database_url, options.wait)?;
        let session = session_sql(schema);
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("postgres-reads").enable_all().build();
        let runtime = runtime.map_err(|e| Error::fault_from("the database's event loop could not start", e))?;
        let handle = runtime.handle().clone();
        enter(&handle, create_schema(&config, schema))?;
        let pool = pool(&config, &session, &options)?;
        let line = || Line::new(config.clone(), session.clone());
        let small = LaneThreads::start(&format!("{schema}-small"), [line()?], options.group)?;
        let bulk = LaneThreads::start(&format!("{schema}-bulk"), [line()?], 1)?;
        let load = LaneThreads::start(&format!("{schema}-load"), [line()?, line()?], 1)?;
        Ok(Self { runtime: Mutex::new(Some(runtime)), handle, pool, small, bulk, load })
    }

    /// Removes a tenant: its schema and everything in it. There is no way back.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub fn drop_schema(database_url: &str, schema: &str) -> Result<()> {
        check_schema(schema)?;
        let config = parse_url(database_url, Options::default().wait)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|e| Error::fault_from("the database's event loop could not start", e))?;
        let dropped = enter(runtime.handle(), async {
            let client = connect(&config, "SET client_min_messages TO warning").await?;
            let sql = format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE");
            client.batch_execute(&sql).await.map_err(|e| translate(&sql, e))
        });
        runtime.shutdown_background();
        dropped
    }

    /// The store behind the handle that the layers above take.
    pub fn into_handle(self) -> StoreHandle {
        StoreHandle(Arc::new(self))
    }

    fn reader(&self) -> Result<Reader> {
        enter(&self.handle, self.pool.get()).map(Reader::new).map_err(pool_error)
    }
}

impl Store for PostgresStore {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn read_dyn(&self, f: &mut dyn FnMut(&mut dyn Read) -> Result<()>) -> Result<()> {
        let mut reader = self.reader()?;
        let result = f(&mut reader);
        reader.end();
        result
    }

    fn submit(&self, job: WriteJob) {
        match job.lane {
            Lane::Small => self.small.submit(job),
            Lane::Bulk => self.bulk.submit(job),
            Lane::Load => self.load.submit(job),
        }
    }

    fn close(&self) {
        self.small.close();
        self.bulk.close();
        self.load.close();
        self.pool.close();
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            // Waiting here would panic when the last handle is dropped by async code.
            runtime.shutdown_background();
        }
    }

    fn figures(&self) -> Vec<LaneFigures> {
        vec![self.small.written.read(Lane::Small), self.bulk.written.read(Lane::Bulk), self.load.written.read(Lane::Load)]
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.close();
    }
}

/// Creates the schema when it is missing. Several processes may start at once, and PostgreSQL answers one of two
/// creators with a unique violation in spite of IF NOT EXISTS: a lock makes them take turns.
async fn create_schema(config: &Config, schema: &str) -> Result<()> {
    let client = connect(config, "SET client_min_messages TO warning").await?;
    let sql = format!(
        "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('accrual schema {schema}', 0)); \
         CREATE SCHEMA IF NOT EXISTS \"{schema}\"; COMMIT"
    );
    client.batch_execute(&sql).await.map_err(|e| translate(&sql, e))
}

/// Waits for a future that needs the store's event loop around it.
fn enter<F: Future>(handle: &Handle, future: F) -> F::Output {
    let _context = handle.enter();
    block_on(future)
}

fn pool(config: &Config, session: &str, options: &Options) -> Result<Pool> {
    let manager = Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let session = session.to_owned();
    let set_up = Hook::async_fn(move |client, _| {
        let session = session.clone();
        Box::pin(async move { client.batch_execute(&session).await.map_err(HookError::Backend) })
    });
    Pool::builder(manager)
        .max_size(options.readers.max(1))
        .runtime(PoolRuntime::Tokio1)
        .wait_timeout(Some(options.wait))
        .create_timeout(Some(options.wait))
        .post_create(set_up)
        .build()
        .map_err(|e| Error::fault_from("the connection pool could not be built", e))
}

fn pool_error(e: PoolError) -> Error {
    match e {
        PoolError::Backend(e) | PoolError::PostCreateHook(HookError::Backend(e)) => translate("the connection to the database", e),
        PoolError::Timeout(_) => {
            Error::rejected(Kind::Busy, "store.busy", "no database connection became free in time; try again, or allow more connections")
        }
        PoolError::Closed => Error::fault("the store is closed"),
        other => Error::fault_from("no database connection could be had", other),
    }
}
