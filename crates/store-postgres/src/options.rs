//! How to reach the server and which schema to work in.

use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// Knobs of one store; the defaults fit a server that shares its machine with Accrual.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for reads, at most. The two writers come on top.
    pub readers: usize,
    /// Small writes that may share one commit, at most.
    pub group: usize,
    /// How long a read waits for a free connection, and a connection attempt for the server.
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 16, group: 256, wait: Duration::from_secs(30) }
    }
}

/// Reads a database URL.
///
/// # Errors
/// A rejection that says what is wrong with it; the password never appears in it.
pub(crate) fn parse_url(url: &str, wait: Duration) -> Result<Config> {
    let mut config: Config = url.parse().map_err(|e: tokio_postgres::Error| {
        let why = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
        Error::invalid(
            "store.url",
            format!("the database URL cannot be read ({why}); expected postgres://user:password@host:port/database"),
        )
    })?;
    if config.get_ssl_mode() == SslMode::Require {
        let text = "TLS to the database is not built; use a local socket, a private network or a local TLS proxy, without sslmode=require";
        return Err(Error::rejected(Kind::NotBuilt, "store.tls", text));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(wait);
    }
    if config.get_application_name().is_none() {
        config.application_name("accrual");
    }
    Ok(config)
}

/// Checks the name of a schema: it goes into SQL text, so it may hold nothing but lower-case letters, digits and underscores.
///
/// # Errors
/// A rejection with the name.
pub(crate) fn check_schema(schema: &str) -> Result<()> {
    let starts = schema.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_');
    let known = schema.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    // PostgreSQL cuts names at 63 bytes: two long tenant names must not become one schema.
    if starts && known && schema.len() <= 63 && !schema.starts_with("pg_") {
        return Ok(());
    }
    let text = "a schema name has 1 to 63 lower-case letters, digits and underscores, starts with a letter or underscore and not with pg_";
    Err(Error::invalid("store.schema", text).with_value(schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_names_that_could_escape_or_collide_are_refused() {
        for good in ["tenant_1", "_t", "a"] {
            assert!(check_schema(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in ["", "1a", "Tenant", "a b", "a\"; DROP SCHEMA x", "pg_temp", "ä", long.as_str()] {
            assert_eq!(check_schema(bad).unwrap_err().rejection().unwrap().code, "store.schema", "{bad}");
        }
    }

    #[test]
    fn a_wrong_url_is_refused_without_its_password() {
        let e = parse_url("postgres://u:secret@host:notaport/db", Duration::from_secs(1)).unwrap_err();
        assert_eq!(e.rejection().unwrap().code, "store.url");
        assert!(!e.to_string().contains("secret"));
    }

    #[test]
    fn tls_that_is_not_built_is_refused_instead_of_silently_left_out() {
        let e = parse_url("postgres://u@h/db?sslmode=require", Duration::from_secs(1)).unwrap_err();
        assert_eq!(e.rejection().unwrap().kind, Kind::NotBuilt);
    }
}
