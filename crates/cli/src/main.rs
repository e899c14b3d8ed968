//! The `accrual` binary: reads the command line, puts the parts together, prints for people.

mod admin;
mod args;
mod backup;
mod check;
mod demo;
mod export;
mod generate;
mod print;
mod serve;
mod wiring;

use args::{Cli, Command, Generate};
use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Something was refused: wrong input, wrong state.
const REFUSED: u8 = 1;
/// Something broke that should not have.
const BROKEN: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli.command);
    let done = match &cli.command {
        Command::Serve(a) => serve::serve(a),
        Command::Demo(a) => demo::demo(a),
        Command::Generate(Generate::Revenue(a)) => generate::revenue(a),
        Command::Worker(a) => serve::worker(a),
        Command::Migrate(a) => check::migrate(a),
        Command::Check(a) => check::check(a),
        Command::Backup(a) => backup::backup(a),
        Command::Export(a) => export::export(a),
        Command::Tenant(a) => admin::tenant::tenant(a),
        Command::User(a) => admin::user::user(a),
        Command::Client(a) => admin::client::client(a),
        Command::Entity(a) => admin::entity::entity(a),
        Command::Organization(a) => admin::organization::organization(a),
        Command::Role(a) => admin::role::role(a),
        Command::Audit(a) => admin::audit::audit(a),
        Command::Period(a) => admin::period::period(a),
        Command::Object(a) => admin::object::object(a),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("accrual: {error}");
            ExitCode::from(if error.rejection().is_some() { REFUSED } else { BROKEN })
        }
    }
}

/// Logs go to standard error: all of `info` for a server, warnings alone for a command. RUST_LOG overrides.
fn start_log(command: &Command) {
    use tracing_subscriber::EnvFilter;
    let (default, json) = match command {
        Command::Serve(a) => ("info", a.log_json),
        Command::Worker(_) => ("info", false),
        _ => ("warn", false),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    if json { log.json().init() } else { log.init() }
}
