//! Account sets: the account strings of a line, interned.

use crate::{Cell, Flow, Read, Write};
use accrual_base::{Error, Result};

/// Every account set with its id.
///
/// # Errors
/// A fault from the database.
pub fn all(tx: &mut dyn Read) -> Result<Vec<(i64, String)>> {
    tx.all("SELECT id, segments FROM account_set ORDER BY id", &[], |row| Ok((row.int(0)?, row.text(1)?.to_owned())))
}

/// The id of a set that is there already.
///
/// # Errors
/// A fault from the database.
pub fn find(tx: &mut dyn Read, segments: &str) -> Result<Option<i64>> {
    tx.first("SELECT id FROM account_set WHERE segments = $1", &[Cell::Text(segments)], |row| row.int(0))
}

/// The segments of one set.
///
/// # Errors
/// A fault from the database.
pub fn segments(tx: &mut dyn Read, id: i64) -> Result<Option<String>> {
    let mut found = None;
    tx.query("SELECT segments FROM account_set WHERE id = $1", &[Cell::Int(id)], &mut |row| {
        found = Some(row.text(0)?.to_owned());
        Ok(Flow::Stop)
    })?;
    Ok(found)
}

/// The ids of sets, made where they do not exist yet, in the order of `sets`.
///
/// # Errors
/// A fault from the database.
pub fn intern(tx: &mut dyn Write, sets: &[String]) -> Result<Vec<i64>> {
    let mut ids = Vec::with_capacity(sets.len());
    for segments in sets {
        let id = match find(tx.as_read(), segments)? {
            Some(id) => id,
            None => {
                let id = tx
                    .as_read()
                    .first("SELECT COALESCE(MAX(id), 0) + 1 FROM account_set", &[], |row| row.int(0))?
                    .ok_or_else(|| Error::fault("an aggregate answered no row"))?;
                tx.execute("INSERT INTO account_set (id, segments) VALUES ($1, $2)", &[id.into(), segments.into()])?;
                id
            }
        };
        ids.push(id);
    }
    Ok(ids)
}
