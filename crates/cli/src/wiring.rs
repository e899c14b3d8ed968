//! Puts the parts together: databases, clock, system, job runners.

use crate::args::{First, Outward, Store};
use accrual_api::Api;
use accrual_app::system::{FirstCredentials, FirstStart, StoreFactory, System};
use accrual_app::{Context, Services, Tenant};
use accrual_base::{Clock, Error, Instant, Result};
use accrual_connect::PdfRenderer;
use accrual_connect::document::FontFile;
use accrual_connect::mail::{Mailer, SmtpMailer};
use accrual_jobs::{Options as JobOptions, Runner};
use accrual_store::StoreHandle;
use accrual_store_postgres::{Options as PostgresOptions, PostgresStore};
use accrual_store_sqlite::{Options as SqliteOptions, SqliteStore};
use clap::{Args, FromArgMatches};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

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
    services: Services,
}

impl Factory {
    pub fn new(store: &Store) -> Self {
        Self {
            data: store.data.clone(),
            database_url: store.database_url.clone(),
            group: usize::from(store.commit_group),
            services: Services::default(),
        }
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
    fn services(&self) -> Services {
        self.services.clone()
    }
}

/// How a server or worker renders documents and sends mail.
///
/// # Errors
/// A rejection of the address of the mail server or of a font.
pub fn services(outward: &Outward) -> Result<Services> {
    let fonts = outward.font.iter().map(|path| FontFile::read(path)).collect::<Result<Vec<_>>>()?;
    let mailer = outward.smtp_url.as_deref().map(SmtpMailer::new).transpose()?;
    Ok(Services { renderer: Arc::new(PdfRenderer::with_fonts(fonts)), mailer: mailer.map(|m| Arc::new(m) as Arc<dyn Mailer>) })
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
    open_with(store, first, Services::default())
}

/// As [`open`], with what leads out.
pub fn open_with(store: &Store, first: &FirstStart, services: Services) -> Result<Arc<System>> {
    let factory = Factory { services, ..Factory::new(store) };
    let (system, made) = System::open(Arc::new(factory), Arc::new(SystemClock), first)?;
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

/// The job runners of every tenant and entity, those that are made while the process runs as well.
pub struct Runners {
    stop: Sender<()>,
    watch: JoinHandle<Vec<Runner>>,
}

/// How soon the jobs of a new tenant run.
const WATCH: Duration = Duration::from_secs(2);

impl Runners {
    /// Starts them. Requests that were taken for later are carried out through the interface, and wait without one.
    ///
    /// # Errors
    /// A fault from a database, or when a thread cannot be started.
    pub fn start(system: &Arc<System>, threads: usize, api: Option<Arc<Api>>) -> Result<Self> {
        let (mut runners, mut started) = (Vec::new(), BTreeSet::new());
        for tenant in system.open_tenants() {
            started.insert(tenant.name.clone());
            runners.push(run(tenant, threads, api.as_ref())?);
        }
        let (stop, stopped) = channel();
        let system = Arc::clone(system);
        let watch = move || {
            while stopped.recv_timeout(WATCH) == Err(RecvTimeoutError::Timeout) {
                for entry in system.tenants().iter().filter(|t| !started.contains(&t.name)).map(|t| t.name.clone()).collect::<Vec<_>>() {
                    match system.tenant(&entry).and_then(|tenant| run(tenant, threads, api.as_ref())) {
                        Ok(runner) => runners.push(runner),
                        Err(e) => tracing::error!(tenant = %entry, error = %e, "the jobs of a new tenant cannot be run"),
                    }
                    // one that failed is not tried again: its store is broken, and a restart tells
                    started.insert(entry);
                }
            }
            runners
        };
        let watch = std::thread::Builder::new().name("runners".to_owned()).spawn(watch);
        Ok(Self { stop, watch: watch.map_err(|e| Error::fault_from("a thread could not be started", e))? })
    }

    /// Lets running jobs leave at their next safe point, and waits for that.
    pub fn stop(self) {
        drop(self.stop);
        match self.watch.join() {
            Ok(runners) => runners.into_iter().for_each(Runner::stop),
            Err(_) => tracing::error!("the thread of the job runners ended in panic"),
        }
    }
}

fn run(tenant: Arc<Tenant>, threads: usize, api: Option<&Arc<Api>>) -> Result<Runner> {
    if let Some(api) = api {
        accrual_api::billing::asynchronous::install_in(api, &tenant);
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let worker = format!("{}-{:x}", std::process::id(), clock.now().0);
    Runner::start(tenant, JobOptions { threads, ..JobOptions::new(worker, clock) })
}
