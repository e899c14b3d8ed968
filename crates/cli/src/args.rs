//! The command line. Every flag can also be given as an `ACCRUAL_*` variable.

mod admin;

pub use admin::{Audit, Client, Entity, Organization, Reach, Role, Settings, Tenant, User};

use accrual_base::PeriodId;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Accrual: orders, usage and invoices to cash, ASC 606 / IFRS 15 revenue and the general ledger.
///
/// Start with `accrual demo` to see a million order lines become journals, or `accrual serve` to run the server.
#[derive(Debug, Parser)]
#[command(name = "accrual", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server: the REST API, the job queue, metrics.
    ///
    /// The first start creates a tenant, an administrator and an API client, and prints their secrets once.
    /// GET /healthz answers 200 when the server is ready.
    Serve(Serve),
    /// See the main job: generate order lines, load, collect, recognise, transfer, print the waterfall.
    Demo(Demo),
    /// Write a realistic input file.
    #[command(subcommand)]
    Generate(Generate),
    /// Run the job queue without the API; several workers may share one PostgreSQL database.
    Worker(Worker),
    /// Bring the databases to this version's schema and stop.
    Migrate(Store),
    /// Check every invariant of the live data and say what does not hold.
    Check(Tenanted),
    /// Write a consistent copy of the embedded databases while the server runs.
    Backup(Backup),
    /// Write a report or view as CSV.
    #[command(subcommand)]
    Export(Export),
    /// Tenants: each has its own database, users and clients, and its settings.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Entities of a tenant: data, settings and numbers of their own under the tenant's users.
    ///
    /// A tenant begins with one entity, Global. Each further one has a database of its own, called TENANT_e1, TENANT_e2 …,
    /// which is the name to give to --tenant where a command is about its data. Requests of the billing interface name
    /// the entity in the header Zuora-Entity-Ids.
    #[command(subcommand)]
    Entity(Entity),
    /// Organizations: who sees which accounts, and the organisation numbers of revenue files.
    #[command(subcommand, alias = "org")]
    Organization(Organization),
    /// Users: their passwords, roles, entities and organizations.
    #[command(subcommand)]
    User(User),
    /// Roles: what users may do.
    ///
    /// A role has a category. Revenue roles hold privileges, and requests of the revenue interface name one. Roles of the
    /// other categories (Platform, Billing, Payments, Finance, Commerce, Reporting) hold permissions of the billing
    /// interface; a user has at most one of each, and they count together.
    #[command(subcommand)]
    Role(Role),
    /// API clients and their secrets.
    ///
    /// A client belongs to a user and may do in the billing interface what the user may do.
    #[command(subcommand)]
    Client(Client),
    /// Who changed what, when, from what to what.
    Audit(Audit),
    /// Accounting periods.
    #[command(subcommand)]
    Period(Period),
    /// Configuration: organisations, books, templates, rules, profiles … any object by its name.
    ///
    /// `accrual object list` names them all; `accrual object list pob-templates` lists one.
    #[command(subcommand)]
    Object(Object),
}

/// Most small writes that share one commit, unless said otherwise.
pub const COMMIT_GROUP: u16 = 256;

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct Store {
    /// Directory of the embedded databases (one file a tenant) and of files under way.
    #[arg(long, env = "ACCRUAL_DATA", default_value = "accrual-data", value_name = "DIR")]
    pub data: PathBuf,
    /// Use PostgreSQL instead: postgres://user:password@host:port/database. One schema a tenant.
    #[arg(long, env = "ACCRUAL_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Most small writes that may share one commit; 1 gives each its own, to measure what sharing is worth.
    #[arg(long, env = "ACCRUAL_COMMIT_GROUP", default_value_t = COMMIT_GROUP, value_name = "WRITES", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub commit_group: u16,
}

/// What the first start creates; generated and printed once where not given.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "First start")]
pub struct First {
    /// Client id of the API client, 36 characters.
    #[arg(long, env = "ACCRUAL_CLIENT_ID", value_name = "ID")]
    pub client_id: Option<String>,
    /// Its secret, at most 42 characters.
    #[arg(long, env = "ACCRUAL_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
    /// Name of the first user, who has every role.
    #[arg(long, env = "ACCRUAL_REVENUE_USER", value_name = "NAME")]
    pub revenue_user: Option<String>,
    /// Its password.
    #[arg(long, env = "ACCRUAL_REVENUE_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub revenue_password: Option<String>,
    /// Password of the administrator.
    #[arg(long, env = "ACCRUAL_ADMINISTRATOR_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub administrator_password: Option<String>,
    /// The accounting period that is opened first, YYYY-MM; the current month when not given.
    #[arg(long, env = "ACCRUAL_FIRST_PERIOD", value_name = "YYYY-MM", value_parser = period)]
    pub first_period: Option<PeriodId>,
}

#[derive(Clone, Debug, Args)]
pub struct Tenanted {
    #[command(flatten)]
    pub store: Store,
    /// The tenant to work on.
    #[arg(long, env = "ACCRUAL_TENANT", default_value = "default", value_name = "NAME")]
    pub tenant: String,
}

/// What leads out of the program.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Documents and mail")]
pub struct Outward {
    /// Mail server: smtp://user:password@host:587?tls=required, smtps://user:password@host, or smtp://localhost:25.
    ///
    /// Without one, no mail is taken to be sent.
    #[arg(long, env = "ACCRUAL_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// A TrueType or OpenType font for characters that the built-in ones lack; may be given several times.
    #[arg(long, env = "ACCRUAL_FONT", value_name = "FILE", value_delimiter = ',')]
    pub font: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub store: Store,
    /// Address to listen on. Any other than loopback needs TLS.
    #[arg(long, env = "ACCRUAL_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// Certificate chain for HTTPS, PEM.
    #[arg(long, env = "ACCRUAL_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, env = "ACCRUAL_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Allow plain HTTP on an address that is not loopback: passwords and tokens then travel in clear.
    #[arg(long, env = "ACCRUAL_INSECURE_HTTP")]
    pub insecure_http: bool,
    /// Jobs that run at the same time.
    #[arg(long, env = "ACCRUAL_JOBS", default_value_t = 1, value_name = "N")]
    pub jobs: usize,
    /// Log lines as JSON.
    #[arg(long, env = "ACCRUAL_LOG_JSON")]
    pub log_json: bool,
    #[command(flatten)]
    pub outward: Outward,
    #[command(flatten)]
    pub first: First,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Order lines to generate; about four make a contract.
    #[arg(long, env = "ACCRUAL_LINES", default_value_t = 1_000_000, value_name = "N")]
    pub lines: u64,
    /// Keep the data here, to open it with `accrual serve` afterwards. A new directory is made when not given.
    #[arg(long, env = "ACCRUAL_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Run on PostgreSQL instead; the database should be empty.
    #[arg(long, env = "ACCRUAL_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The same seed gives the same file.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
}

#[derive(Debug, Subcommand)]
pub enum Generate {
    /// An upload file of order lines for the template `Upload Template`.
    Revenue(GenerateRevenue),
}

#[derive(Debug, Args)]
pub struct GenerateRevenue {
    /// How many lines.
    #[arg(long, value_name = "N")]
    pub lines: u64,
    /// The same seed gives the same file.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// Booking dates fall into this period or the year before it; January 2024 when not given.
    #[arg(long, env = "ACCRUAL_FIRST_PERIOD", value_name = "YYYY-MM", value_parser = period)]
    pub period: Option<PeriodId>,
    /// The file to write; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Worker {
    #[command(flatten)]
    pub store: Store,
    /// Jobs that run at the same time.
    #[arg(long, env = "ACCRUAL_JOBS", default_value_t = 1, value_name = "N")]
    pub jobs: usize,
    #[command(flatten)]
    pub outward: Outward,
}

#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    pub store: Store,
    /// A directory that does not exist yet.
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// The revenue waterfall: prior, open and future periods by account.
    Waterfall(Tenanted),
    /// A business view, for example BI3_RC_LNS, to standard output.
    View {
        /// Name of the view.
        name: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

#[derive(Debug, Subcommand)]
pub enum Period {
    /// List periods and their status.
    List(Tenanted),
    /// Close a period of an organisation and open the next; everything in it must have been transferred.
    Close {
        /// YYYY-MM
        #[arg(value_parser = period)]
        period: PeriodId,
        #[arg(long, default_value_t = 1)]
        org: i64,
        #[arg(long, default_value_t = 1)]
        book: i64,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

#[derive(Debug, Subcommand)]
pub enum Object {
    /// List the objects there are, or the rows of one.
    List {
        /// For example pob-templates.
        object: Option<String>,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Describe the fields of an object.
    Describe { object: String },
    /// Show one row as JSON.
    Show {
        object: String,
        /// What people call it, or its id.
        name: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Create a row from JSON.
    Create {
        object: String,
        /// For example '{"name":"ALLOC_WITHIN_FV_TRANS","value":"Y"}'.
        json: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Change fields of a row.
    Update {
        object: String,
        /// What people call it, or its id.
        name: String,
        json: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Freeze an upload template: files can be uploaded with it, and it cannot change any more.
    Freeze {
        template: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
    /// Delete a row.
    Delete {
        object: String,
        /// What people call it, or its id.
        name: String,
        #[command(flatten)]
        tenant: Tenanted,
    },
}

pub(crate) fn period(text: &str) -> Result<PeriodId, String> {
    PeriodId::parse(text).map_err(|e| e.to_string())
}
