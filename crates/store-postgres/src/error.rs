//! What a database error means to the layers above.

use accrual_base::Error;
use accrual_base::error::Kind;
use tokio_postgres::error::SqlState;

/// Translates an error of the driver. `doing` says what was attempted, usually the SQL text.
pub(crate) fn translate(doing: &str, e: tokio_postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        let what = if e.is_closed() { "the connection to the database was lost" } else { "the database could not be asked" };
        return Error::fault_from(format!("{what} while running {}", shorten(doing)), e);
    };
    let code = db.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return unique(db.table().unwrap_or_default(), db.detail().unwrap_or_default());
    }
    if *code == SqlState::DISK_FULL {
        return Error::rejected(
            Kind::Busy,
            "store.full",
            "The disk that holds the database is full. Nothing of this request was kept; free space and send it again.",
        );
    }
    if is_crowded(code) {
        let text = format!("The database could not take this now ({}). Nothing of this request was kept; send it again.", db.message());
        return Error::rejected(Kind::Busy, "store.busy", text);
    }
    let detail = db.detail().map(|d| format!(" ({d})")).unwrap_or_default();
    Error::fault(format!("{} [{}]{detail} while running {}", db.message(), code.code(), shorten(doing)))
}

/// The server says `Key (hash, line_id)=(1, 2) already exists.`
fn unique(table: &str, detail: &str) -> Error {
    let (names, values) = detail.strip_prefix("Key (").and_then(|d| d.split_once(")=(")).unwrap_or(("key", ""));
    let error = Error::conflict("store.unique", format!("A row of {table} with the same {names} exists already."));
    let error = error.in_column(format!("{table}.{names}"));
    match values.strip_suffix(") already exists.") {
        Some(values) => error.with_value(values),
        None => error,
    }
}

/// Conditions that pass by themselves: another writer was in the way or the server has no room for the moment.
fn is_crowded(code: &SqlState) -> bool {
    [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::OUT_OF_MEMORY,
    ]
    .contains(code)
}

/// Whether the connection can be used after this error.
pub(crate) fn is_fatal(e: &tokio_postgres::Error) -> bool {
    e.is_closed()
        || match e.as_db_error() {
            Some(db) => matches!(db.severity(), "FATAL" | "PANIC"),
            // Wrong parameters are found before anything is sent; everything else without a code is the wire.
            None => !is_parameter_error(e),
        }
}

/// A parameter that does not fit: nothing was sent.
pub(crate) fn is_parameter_error(e: &tokio_postgres::Error) -> bool {
    let text = e.to_string();
    text.starts_with("error serializing parameter") || text.starts_with("expected ")
}

/// The same error once more: a job's failure is told to the code that met it and again to the caller.
pub(crate) fn replicate(e: &Error) -> Error {
    match e {
        Error::Rejected(r) => Error::Rejected(r.clone()),
        Error::Fault(_) => Error::fault(e.to_string()),
    }
}

fn shorten(sql: &str) -> String {
    match sql.char_indices().nth(400) {
        None => sql.to_owned(),
        Some((end, _)) => format!("{}…", &sql[..end]),
    }
}
