//! Many deferred rows for one table become one statement.
//!
//! `INSERT INTO t (a, b) VALUES ($1, $2)` sent for many rows costs the server a bind, an execution and an answer each.
//! The same rows as arrays cost one. Only what has no effect on its neighbours is merged: plain inserts, and updates
//! and deletes by the value of one column. Every row of a merged statement is done or it fails, and is sent again row
//! by row, so that the unit of work at fault is found.

use tokio_postgres::types::Type;

/// What may stand together in one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Also beside inserts into other tables.
    Insert,
    /// Only deletes of the same text in a row.
    Delete,
    /// Only updates of the same text in a row, each with another value of this parameter, counted from 0.
    Update { key: usize },
}

/// The array form of a statement, or nothing when it has none.
pub(crate) fn array_form(sql: &str, types: &[Type]) -> Option<(String, Form)> {
    let names: Vec<&str> = types.iter().map(array_name).collect::<Option<_>>()?;
    let arrays: Vec<String> = names.iter().enumerate().map(|(i, name)| format!("${}::{name}[]", i + 1)).collect();
    let words: Vec<&str> = sql.split_whitespace().collect();
    match words.first()?.to_ascii_uppercase().as_str() {
        "INSERT" => insert(sql, types.len(), &arrays.join(", ")).map(|text| (text, Form::Insert)),
        "DELETE" => delete(&words, arrays.first()?).map(|text| (text, Form::Delete)),
        "UPDATE" => update(&words, &arrays),
        _ => None,
    }
}

/// `INSERT INTO t (…) VALUES ($1, …)` with its parameters in order.
fn insert(sql: &str, count: usize, arrays: &str) -> Option<String> {
    let head = sql.trim_start().get(..11).filter(|h| h.eq_ignore_ascii_case("INSERT INTO"))?;
    let rest = &sql.trim_start()[head.len()..];
    let (target, values) = split_at_values(rest)?;
    let (list, tail) = values.strip_prefix('(')?.split_once(')')?;
    let wanted = (1..=count).map(|n| format!("${n}"));
    if count == 0 || !list.split(',').map(str::trim).eq(wanted) || !is_harmless(tail) || !target.trim_end().ends_with(')') {
        return None;
    }
    Some(format!("INSERT INTO{target}SELECT * FROM UNNEST({arrays}){tail}"))
}

/// `DELETE FROM t WHERE k = $1`.
fn delete(words: &[&str], array: &str) -> Option<String> {
    let [_, from, table, wher, column, "=", "$1"] = words else { return None };
    let plain = from.eq_ignore_ascii_case("FROM") && wher.eq_ignore_ascii_case("WHERE") && is_name(table) && is_name(column);
    plain.then(|| format!("DELETE FROM {table} WHERE {column} = ANY({array})"))
}

/// `UPDATE t SET a = $2, b = $3 WHERE k = $1`, where k is not among what is set.
fn update(words: &[&str], arrays: &[String]) -> Option<(String, Form)> {
    let [_, table, set, assignments @ .., wher, column, "=", key] = words else { return None };
    let plain = set.eq_ignore_ascii_case("SET") && wher.eq_ignore_ascii_case("WHERE") && is_name(table) && is_name(column);
    let key = parameter(key, arrays.len()).filter(|_| plain)?;
    let text = assignments.join(" ");
    let mut sets = Vec::new();
    for assignment in text.split(',') {
        let (name, value) = assignment.split_once('=')?;
        let (name, value) = (name.trim(), parameter(value.trim(), arrays.len())?);
        if !is_name(name) || name == *column {
            return None;
        }
        sets.push(format!("{name} = rows.p{value}"));
    }
    let names: Vec<String> = (1..=arrays.len()).map(|n| format!("p{n}")).collect();
    let (sets, arrays, names) = (sets.join(", "), arrays.join(", "), names.join(", "));
    let sql = format!("UPDATE {table} SET {sets} FROM UNNEST({arrays}) AS rows ({names}) WHERE {table}.{column} = rows.p{key}");
    Some((sql, Form::Update { key: key - 1 }))
}

/// The number of a parameter.
fn parameter(word: &str, count: usize) -> Option<usize> {
    word.strip_prefix('$')?.parse().ok().filter(|n| (1..=count).contains(n))
}

fn is_name(word: &str) -> bool {
    let inner = word.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(word);
    !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
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
        assert_eq!(found.unwrap().0, "INSERT INTO t (a, b) SELECT * FROM UNNEST($1::BIGINT[], $2::TEXT[])");
        let found = array_form("insert into t (a) values ( $1 ) ON CONFLICT (a) DO NOTHING", &[Type::BYTEA]);
        assert_eq!(found.unwrap().0, "INSERT INTO t (a) SELECT * FROM UNNEST($1::BYTEA[]) ON CONFLICT (a) DO NOTHING");
    }

    #[test]
    fn changes_by_one_column_have_an_array_form() {
        let (sql, form) = array_form("UPDATE t SET a = $2, b = $3, c = $3 WHERE k = $1", &[Type::INT8, Type::BYTEA, Type::TEXT]).unwrap();
        let wanted = "UPDATE t SET a = rows.p2, b = rows.p3, c = rows.p3 FROM UNNEST($1::BIGINT[], $2::BYTEA[], $3::TEXT[]) \
                      AS rows (p1, p2, p3) WHERE t.k = rows.p1";
        assert_eq!((sql.as_str(), form), (wanted, Form::Update { key: 0 }));
        let found = array_form("DELETE FROM t WHERE k = $1", &[Type::INT8]);
        assert_eq!(found, Some(("DELETE FROM t WHERE k = ANY($1::BIGINT[])".to_owned(), Form::Delete)));
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
            "UPDATE t SET a = $1 WHERE b = $2 AND c = 1",
            "UPDATE t SET a = a + $1 WHERE b = $2",
            "UPDATE t SET b = $1 WHERE b = $2",
            "UPDATE t SET a = $1, b = 'x' WHERE c = $2",
            "UPDATE t SET a = $1 WHERE b < $2",
            "DELETE FROM t WHERE a = $1 AND b = $2",
        ] {
            assert_eq!(array_form(sql, &two), None, "{sql}");
        }
        assert_eq!(array_form("INSERT INTO t (a) VALUES ($1)", &[Type::INT4]), None);
    }
}
