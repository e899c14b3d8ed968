//! Bytes of files, in parts.
//!
//! Parts are written before the record that refers to them, each in a write of its own, so that a large file holds
//! nobody up. Until the record is there they are listed as pending; what stays pending is swept.

use crate::{Cell, Read, Write};
use accrual_base::{Instant, Result};

/// Sequence of the numbers of contents.
pub const SEQUENCE: &str = "file_content";

/// Adds a part; the first one lists the content as pending.
///
/// # Errors
/// A fault from the database.
pub fn add_part(tx: &mut dyn Write, content_id: i64, part: i64, bytes: &[u8], now: Instant) -> Result<()> {
    if part == 0 {
        tx.execute("INSERT INTO file_pending (content_id, at) VALUES ($1, $2)", &[content_id.into(), now.0.into()])?;
    }
    tx.execute("INSERT INTO file_part (content_id, part, bytes) VALUES ($1, $2, $3)", &[content_id.into(), part.into(), bytes.into()])?;
    Ok(())
}

/// A record refers to the content now. Answers whether it was pending: what was swept meanwhile is not there any more.
///
/// # Errors
/// A fault from the database.
pub fn claim(tx: &mut dyn Write, content_id: i64) -> Result<bool> {
    Ok(tx.execute("DELETE FROM file_pending WHERE content_id = $1", &[content_id.into()])? == 1)
}

/// One part; nothing behind the last.
///
/// # Errors
/// A fault from the database.
pub fn part(tx: &mut dyn Read, content_id: i64, part: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM file_part WHERE content_id = $1 AND part = $2";
    tx.first(sql, &[content_id.into(), part.into()], |row| row.bytes(0).map(<[u8]>::to_vec))
}

/// Removes a content, pending or not.
///
/// # Errors
/// A fault from the database.
pub fn remove(tx: &mut dyn Write, content_id: i64) -> Result<()> {
    let id: [Cell<'_>; 1] = [content_id.into()];
    tx.execute("DELETE FROM file_part WHERE content_id = $1", &id)?;
    tx.execute("DELETE FROM file_pending WHERE content_id = $1", &id)?;
    Ok(())
}

/// Contents pending since before a time.
///
/// # Errors
/// A fault from the database.
pub fn pending_since(tx: &mut dyn Read, before: Instant, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT content_id FROM file_pending WHERE at < $1 ORDER BY content_id LIMIT $2";
    tx.all(sql, &[before.0.into(), limit.into()], |row| row.int(0))
}
