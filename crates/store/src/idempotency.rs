//! Stored answers of commands that carried an idempotency key.

use crate::{Cell, Read, Write};
use accrual_base::{Instant, Result};

/// What the first command with a key was and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub operation: String,
    pub request_hash: String,
    pub at: Instant,
    /// JSON of the answer or of the rejection; the pipeline knows which.
    pub answer: String,
}

/// The stored answer of a key.
///
/// # Errors
/// A fault from the database.
pub fn find(tx: &mut dyn Read, key: &str) -> Result<Option<Stored>> {
    tx.first("SELECT operation, request_hash, at, answer FROM idempotency WHERE key = $1", &[key.into()], |row| {
        Ok(Stored {
            operation: row.text(0)?.to_owned(),
            request_hash: row.text(1)?.to_owned(),
            at: Instant(row.int(2)?),
            answer: row.opt_text(3)?.unwrap_or_default().to_owned(),
        })
    })
}

/// Stores the answer of a key, replacing one that is too old to be replayed.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn store(tx: &mut dyn Write, key: &str, stored: &Stored) -> Result<()> {
    tx.defer(
        "INSERT INTO idempotency (key, operation, request_hash, at, answer) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (key) DO UPDATE SET operation = excluded.operation, request_hash = excluded.request_hash, at = excluded.at, answer = excluded.answer",
        &[key.into(), (&stored.operation).into(), (&stored.request_hash).into(), Cell::Int(stored.at.0), (&stored.answer).into()],
    )
}

/// Deletes answers older than an instant; answers how many.
///
/// # Errors
/// A fault from the database.
pub fn sweep(tx: &mut dyn Write, before: Instant) -> Result<u64> {
    tx.execute("DELETE FROM idempotency WHERE at < $1", &[Cell::Int(before.0)])
}
