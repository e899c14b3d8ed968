//! Many deferred rows for one table become one statement.
//!
//! `INSERT INTO t (a, b) VALUES ($1, $2)` sent for many rows costs the server a bind, an execution and an answer each.
//! The same rows as arrays cost one. Only plain inserts are merged, because their order among themselves has no
//! effect: every row of a run is inserted or the run fails and is sent again row by row, so that the unit of work
//! at fault is found.

use tokio_postgres::types::Type;

/// The array form of an insert, or nothing when the statement is anything but a plain insert of its parameters in order.
pub(crate) fn array_form(sql: &str, types: &[Type]) -> Option<String> {
    let names: Vec<&str> = types.iter().map(array_name).collect::<Option<_>>()?;
    let head = sql.trim_start().get(..11).filter(|h| h.eq_ignore_ascii_case("INSERT INTO"))?;
    let rest = &sql.trim_start()[head.len()..];
    let (target, values) = split_at_values(rest)?;
    let (list, tail) = values.strip_prefix('(')?.split_once(')')?;
    let wanted = (1..=types.len()).map(|n| format!("${n}"));
    if types.is_empty() || !list.split(',').map(str::trim).eq(wanted) || !is_harmless(tail) || !target.trim_end().ends_with(')') {
        return None;
    }
    let arrays: Vec<String> = names.iter().enumerate().map(|(i, name)| format!("${}::{name}[]", i + 1)).collect();
    Some(format!("INSERT INTO{target}SELECT * FROM UNNEST({}){tail}", arrays.join(", ")))
}

/// Splits after the target and its columns, at the keyword VALUES.
fn split_at_values(sql: &str) -> Option<(&str, &str)> {
    let at = sql.to_ascii_uppercase().find(" VALUES ").filter(|_| sql.is_ascii())?;
    Some((&sql[..=at], sql[at + " VALUES ".len()..].trim_start()))
}

/// An upsert may touch one row twice, which one statement may not; skipping a duplicate is the same either way.
fn is_harmless(tail: &str) -> bool {
    let tail = tail.trim().to_ascii_uppercase();
    tail.is_empty() || (tail.starts_with("ON CONFLICT") && tail.ends_with("DO NOTHING"))
}

fn array_name(ty: &Type) -> Option<&'static str> {
    match *ty {
        Type::INT8 => Some("BIGINT"),
        Type::TEXT => Some("TEXT"),
        Type::BYTEA => Some("BYTEA"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_insert_has_an_array_form() {
        let found = array_form("INSERT INTO t (a, b) VALUES ($1, $2)", &[Type::INT8, Type::TEXT]);
        assert_eq!(found.unwrap(), "INSERT INTO t (a, b) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[])");
        let found = array_form("insert into t (a) values ( $1 ) ON CONFLICT (a) DO NOTHING", &[Type::BYTEA]);
        assert_eq!(found.unwrap(), "INSERT INTO t (a) SELECT * FROM UNNEST($1::BYTEA[]) ON CONFLICT (a) DO NOTHING");
    }

    #[test]
    fn everything_else_is_left_alone() {
        let two = [Type::INT8, Type::TEXT];
        for sql in [
            "INSERT INTO t (a, b) VALUES ($2, $1)",
            "INSERT INTO t (a, b) VALUES ($1, 'x' || $2)",
            "INSERT INTO t (a, b) VALUES ($1, $2), ($1, $2)",
            "INSERT INTO t (a, b) VALUES ($1, $2) RETURNING a",
            "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
            "INSERT INTO t VALUES ($1, $2)",
            "UPDATE t SET a = $1 WHERE b = $2",
        ] {
            assert_eq!(array_form(sql, &two), None, "{sql}");
        }
        assert_eq!(array_form("INSERT INTO t (a) VALUES ($1)", &[Type::INT4]), None);
    }
}
