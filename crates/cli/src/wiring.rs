//! Puts the parts together: databases, clock, system, job runners.

use crate::args::{First, Store};
use accrual_app::system::{FirstCredentials, FirstStart, StoreFactory, System};
use accrual_app::{Context, Tenant};
use accrual_base::{Clock, Error, Instant, Result};
use accrual_jobs::{Options as JobOptions, Runner};
use accrual_store::StoreHandle;
use accrual_store_postgres::{Options as PostgresOptions, PostgresStore};
use accrual_store_sqlite::{Options as SqliteOptions, SqliteStore};
use clap::{Args, FromArgMatches};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The wall clock: the only place of the program that reads it.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// One file a database in the data directory, or one schema a database on a server.
pub struct Factory {
    data: PathBuf,
    database_url: Option<String>,
    /// Most small writes that share a commit.
    group: usize,
}

impl Factory {
    pub fn new(store: &Store) -> Self {
        Self { data: store.data.clone(), database_url: store.database_url.clone(), group: usize::from(store.commit_group) }
    }

    fn open(&self, name: &str) -> Result<StoreHandle> {
        match &self.database_url {
            Some(url) => {
                let options = PostgresOptions { group: self.group, ..PostgresOptions::default() };
                Ok(PostgresStore::open(url, &format!("accrual_{name}"), options)?.into_handle())
            }
            None => {
                make_directory(&self.data)?;
                let options = SqliteOptions { group: self.group, ..SqliteOptions::default() };
                Ok(SqliteStore::open(file(&self.data, name), options)?.into_handle())
            }
        }
    }
}

/// The file of a database in a data directory.
pub fn file(data: &Path, name: &str) -> PathBuf {
    data.join(format!("{name}.db"))
}

fn make_directory(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|e| {
        Error::invalid("data.directory", format!("The directory {} cannot be made: {e}. Choose another with --data.", dir.display()))
    })
}

impl StoreFactory for Factory {
    fn system(&self) -> Result<StoreHandle> {
        self.open("system")
    }
    fn tenant(&self, name: &str) -> Result<StoreHandle> {
        self.open(&format!("tenant_{name}"))
    }
    fn spool(&self, name: &str) -> Result<PathBuf> {
        let dir = self.data.join("spool").join(name);
        make_directory(&dir)?;
        Ok(dir)
    }
}

/// What the first start is given by flags and variables.
pub fn first_start(first: &First) -> FirstStart {
    FirstStart {
        client_id: first.client_id.clone(),
        client_secret: first.client_secret.clone(),
        revenue_user: first.revenue_user.clone(),
        revenue_password: first.revenue_password.clone(),
        administrator_password: first.administrator_password.clone(),
        first_period: first.first_period,
    }
}

/// Opens the system; prints the secrets of a first start.
pub fn open(store: &Store, first: &FirstStart) -> Result<Arc<System>> {
    let (system, made) = System::open(Arc::new(Factory::new(store)), Arc::new(SystemClock), first)?;
    if let Some(credentials) = made {
        print_credentials(&credentials);
    }
    Ok(system)
}

/// What a command without these flags makes of a first start: the variables alone.
///
/// # Errors
/// When a variable cannot be read.
pub fn first_from_environment() -> Result<FirstStart> {
    let matches = First::augment_args(clap::Command::new("accrual")).try_get_matches_from(["accrual"]);
    let given = matches.and_then(|m| First::from_arg_matches(&m));
    given.map(|first| first_start(&first)).map_err(|e| Error::invalid("first.variables", e.to_string()))
}

/// Opens a system that is there: a slip in the name of a directory must not make a new one.
pub fn open_existing(store: &Store) -> Result<Arc<System>> {
    if store.database_url.is_none() && !file(&store.data, "system").exists() {
        let text = format!(
            "There is no data in {}; say where with --data, or make it with accrual serve or accrual migrate.",
            store.data.display()
        );
        return Err(Error::not_found("data.missing", text));
    }
    open(store, &first_from_environment()?)
}

/// Opens one tenant of a system that is there.
pub fn open_tenant(store: &Store, name: &str) -> Result<(Arc<System>, Arc<Tenant>)> {
    let system = open_existing(store)?;
    let tenant = system.tenant(name)?;
    Ok((system, tenant))
}

/// The person at the command line: who can read the data directory may do everything.
pub fn operator() -> Context {
    Context::system("command line")
}

fn print_credentials(made: &FirstCredentials) {
    println!("This is the first start. Keep what was generated: it is not shown again.\n");
    for (what, secret) in [("administrator", &made.administrator), ("API client", &made.client), ("revenue user", &made.revenue)] {
        let shown = if secret.generated { secret.secret.as_str() } else { "(as given)" };
        println!("  {what:<14} {:<38} {shown}", secret.name);
    }
    println!();
}

/// Starts the job runners of every open tenant.
pub fn start_runners(system: &System, threads: usize) -> Result<Vec<Runner>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut runners = Vec::new();
    for tenant in system.open_tenants() {
        let worker = format!("{}-{:x}", std::process::id(), clock.now().0);
        let options = JobOptions { threads, ..JobOptions::new(worker, clock.clone()) };
        runners.push(Runner::start(tenant, options)?);
    }
    Ok(runners)
}
