//! Administration from the command line: the same commands as over the API, audited the same way.

pub mod client;
pub mod object;
pub mod period;
pub mod tenant;
pub mod user;

use crate::args::Tenanted;
use crate::wiring;
use accrual_app::Tenant;
use accrual_base::{Error, Result};
use std::io::{BufRead, IsTerminal, stdin};

/// Opens the tenant for one piece of work and closes it again.
fn with_tenant<T>(args: &Tenanted, work: impl FnOnce(&Tenant) -> Result<T>) -> Result<T> {
    let (system, tenant) = wiring::open_tenant(&args.store, &args.tenant)?;
    let done = work(&tenant);
    system.close();
    done
}

/// The password given, or the first line of standard input.
fn password(given: Option<&String>) -> Result<String> {
    if let Some(password) = given {
        return Ok(password.clone());
    }
    if stdin().is_terminal() {
        eprintln!("Password (it is shown while you type; give it by ACCRUAL_PASSWORD or a pipe to avoid that):");
    }
    let mut line = String::new();
    stdin().lock().read_line(&mut line).map_err(|e| Error::fault_from("reading standard input", e))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() { Err(Error::invalid("user.password", "A password must not be empty.")) } else { Ok(password) }
}
