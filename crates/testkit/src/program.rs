//! The built binary as a process of its own: what a test needs to kill it, restart it and look at it from outside.

use crate::{Backend, Client};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// Credentials that every place is started with.
const FIRST: [(&str, &str); 5] = [
    ("ACCRUAL_CLIENT_ID", "00000000-0000-4000-8000-000000000001"),
    ("ACCRUAL_CLIENT_SECRET", "client-secret"),
    ("ACCRUAL_REVENUE_USER", "revenue"),
    ("ACCRUAL_REVENUE_PASSWORD", crate::PASSWORD),
    ("ACCRUAL_ADMINISTRATOR_PASSWORD", crate::PASSWORD),
];
/// How long a server may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The path of the binary: `Program(env!("CARGO_BIN_EXE_accrual"))`.
#[derive(Clone, Copy, Debug)]
pub struct Program(pub &'static str);

/// Where the data of a program is: a directory of its own and, on PostgreSQL, a database of its own. Both go with it.
pub struct Place {
    dir: TempDir,
    database: Option<Database>,
    first_period: String,
}

struct Database {
    server: String,
    name: String,
}

impl Place {
    /// Nothing yet; the first command makes the tenant and opens January 2024.
    ///
    /// # Panics
    /// When there is no temporary directory, or no database can be made.
    pub fn new(backend: Backend) -> Self {
        let database = (backend == Backend::Postgres).then(Database::create);
        Self { dir: tempfile::tempdir().expect("a temporary directory"), database, first_period: "2024-01".to_owned() }
    }

    /// Opens another period first.
    #[must_use]
    pub fn first_period(mut self, period: &str) -> Self {
        period.clone_into(&mut self.first_period);
        self
    }

    /// The two backends a program can run on, as far as they can be had; see [`Backend::all`].
    pub fn backends() -> Vec<Backend> {
        Backend::all().into_iter().filter(|b| *b != Backend::Memory).collect()
    }

    /// A directory that ends with the place; the data is in `data` below it.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Ends every connection to the database, as a restart of its server does. Nothing happens without one.
    pub fn break_connections(&self) {
        if let Some(database) = &self.database {
            let others = format!("datname = '{}' AND pid <> pg_backend_pid()", database.name);
            sql(&database.server, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
        }
    }

    /// Sets flags by their variables; nothing else of the environment of the test reaches the program.
    fn configure(&self, command: &mut Command) {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ACCRUAL_")) {
            command.env_remove(name);
        }
        command.env_remove("RUST_LOG");
        command.env("ACCRUAL_DATA", self.data()).env("ACCRUAL_FIRST_PERIOD", &self.first_period).envs(FIRST);
        if let Some(database) = &self.database {
            command.env("ACCRUAL_DATABASE_URL", database.url());
        }
    }
}

impl Database {
    fn create() -> Self {
        let server = accrual_store_postgres::test_url().expect("a PostgreSQL server for tests");
        let name = format!("accrual_{}", uuid::Uuid::new_v4().simple());
        sql(&server, &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// The URL of the server with this database in place of its own.
    fn url(&self) -> String {
        let (scheme, rest) = self.server.split_once("://").expect("a URL");
        let (host, tail) = rest.split_once('/').expect("a URL with a database");
        let options = tail.split_once('?').map_or(String::new(), |(_, options)| format!("?{options}"));
        format!("{scheme}://{host}/{}{options}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        sql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn sql(url: &str, text: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
        let driver = tokio::spawn(connection);
        if let Err(e) = client.batch_execute(text).await {
            eprintln!("{text}: {e}");
        }
        drop(client);
        drop(driver.await);
    });
}

impl Program {
    /// Runs a command to its end, without standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(self, place: &Place, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.0);
        place.configure(&mut command);
        command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
    }

    /// Runs a command that must succeed; answers what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn good(self, place: &Place, arguments: &[&str]) -> String {
        let output = self.run(place, arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "accrual {arguments:?}: {}\n{out}{err}", output.status);
        out.into_owned()
    }

    /// Runs a command that must be refused (exit code 1, or 2 when the command line itself is wrong); answers its
    /// message.
    ///
    /// # Panics
    /// When it ends otherwise.
    pub fn refused(self, place: &Place, arguments: &[&str], code: i32) -> String {
        let output = self.run(place, arguments);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "accrual {arguments:?}: {}\n{err}", String::from_utf8_lossy(&output.stdout));
        err
    }

    /// Starts the server on a free port and waits until it is ready.
    ///
    /// # Panics
    /// When it does not start.
    pub fn serve(self, place: &Place) -> Running {
        self.serve_by(place, |_| Command::new(self.0))
    }

    /// As [`Program::serve`], started by another command that ends in the arguments of the program, such as
    /// `sh -c 'ulimit -f 1000; exec "$@"' sh accrual`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn serve_by(self, place: &Place, command: impl FnOnce(&str) -> Command) -> Running {
        let mut command = command(self.0);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let running = start(command, place, "listens on ");
        running.wait_until_ready();
        running
    }

    /// Starts a worker and waits until it takes jobs.
    ///
    /// # Panics
    /// When it does not start.
    pub fn work(self, place: &Place) -> Running {
        let mut command = Command::new(self.0);
        command.arg("worker");
        start(command, place, "takes ")
    }
}

/// Starts a process and waits for the line that says it is ready; what follows these words there is its origin.
fn start(mut command: Command, place: &Place, ready: &str) -> Running {
    place.configure(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let lines = lines_of(child.stdout.take().expect("its output"));
    let log = Mutex::new(lines_of(child.stderr.take().expect("its log")));
    let mut running = Running { child, origin: String::new(), log, printed: Vec::new() };
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                let address = line.split_once(ready).map(|(_, rest)| rest.split(". ").next().unwrap_or(rest).to_owned());
                running.printed.push(line);
                if let Some(origin) = address {
                    running.origin = origin;
                    break;
                }
            }
            Err(e) => panic!("the server did not start ({e}):\n{}\n{}", running.printed.join("\n"), running.log()),
        }
    }
    running
}

/// A server as a process; killed when dropped.
pub struct Running {
    child: Child,
    origin: String,
    log: Mutex<Receiver<String>>,
    /// What it printed up to the line with its address.
    pub printed: Vec<String>,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `http://127.0.0.1:port`
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What it logged since the last call.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).try_iter().fold(String::new(), |all, line| all + &line + "\n")
    }

    pub fn client(&self) -> Client {
        Client::of(&self.origin)
    }

    /// A client logged in as the revenue user.
    ///
    /// # Panics
    /// When the login is refused.
    pub fn log_in(&self) -> Client {
        self.client().log_in("revenue", crate::PASSWORD, "API Role")
    }

    /// A client logged in as the administrator.
    ///
    /// # Panics
    /// When the login is refused.
    pub fn administrator(&self) -> Client {
        self.client().log_in("admin", crate::PASSWORD, "Administrator")
    }

    fn wait_until_ready(&self) {
        let client = self.client();
        let deadline = Instant::now() + PATIENCE;
        while client.get("/healthz").status() != 200 {
            assert!(Instant::now() < deadline, "the server is not ready:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as a power cut would: SIGKILL.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn kill(mut self) {
        drop(self.child.kill());
        self.child.wait().expect("the end of the server");
    }

    /// Asks it to stop, as an operator does, and waits for its good end.
    ///
    /// # Panics
    /// When it ends badly or not at all.
    pub fn stop(mut self) {
        signal(self.pid(), "TERM");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the state of the server") {
                assert!(status.success(), "the server ended with {status}:\n{}", self.log());
                return;
            }
            assert!(Instant::now() < deadline, "the server does not stop:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The most memory it has had resident so far, in bytes.
    ///
    /// # Panics
    /// Where there is no `/proc`.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the state of the process");
        let line = status.lines().find(|l| l.starts_with("VmHWM:")).expect("VmHWM");
        let number = line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).expect("a number of kB");
        number * 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {pid}")).status().expect("a shell");
    assert!(sent.success(), "signal {name} to {pid}");
}

/// Reads a pipe to its end on a thread, so that it never fills.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (to, from) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // nobody may be listening any more, but the pipe must not fill
            drop(to.send(line));
        }
    });
    from
}
