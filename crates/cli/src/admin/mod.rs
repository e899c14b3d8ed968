//! Administration from the command line: the same commands as over the API, audited the same way.

pub mod audit;
pub mod client;
pub mod entity;
pub mod object;
pub mod organization;
pub mod period;
pub mod role;
pub mod tenant;
pub mod user;

use crate::args::{Store, Tenanted};
use crate::{print, wiring};
use accrual_app::{System, Tenant};
use accrual_base::{Error, Result};
use serde_json::Value;
use std::io::{BufRead, IsTerminal, stdin};

/// Opens the tenant for one piece of work and closes it again.
fn with_tenant<T>(args: &Tenanted, work: impl FnOnce(&Tenant) -> Result<T>) -> Result<T> {
    let (system, tenant) = wiring::open_tenant(&args.store, &args.tenant)?;
    let done = work(&tenant);
    system.close();
    done
}

/// Opens the system for one piece of work and closes it again.
fn with_system<T>(store: &Store, work: impl FnOnce(&System) -> Result<T>) -> Result<T> {
    let system = wiring::open_existing(store)?;
    let done = work(&system);
    system.close();
    done
}

/// What a list shows: a table for people, or a JSON object a line.
fn listed(records: &[Value], json: bool, columns: &[(&str, &str)]) {
    if json {
        return print::rows(records);
    }
    let cell = |record: &Value, field: &str| match &record[field] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(all) => all.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    let heads: Vec<&str> = columns.iter().map(|(head, _)| *head).collect();
    let rows: Vec<Vec<String>> = records.iter().map(|r| columns.iter().map(|(_, field)| cell(r, field)).collect()).collect();
    print::table(&heads, &rows);
}

/// Puts a field into a body when it is given.
fn put(body: &mut Value, field: &str, value: Option<impl Into<Value>>) {
    if let (Some(fields), Some(value)) = (body.as_object_mut(), value) {
        fields.insert(field.to_owned(), value.into());
    }
}

/// Refuses a change that changes nothing.
fn something(body: Value) -> Result<Value> {
    match body.as_object().is_none_or(serde_json::Map::is_empty) {
        true => Err(Error::invalid("command.nothing", "Nothing would change; say what with a flag, --help lists them.")),
        false => Ok(body),
    }
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
