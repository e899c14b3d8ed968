//! Integer ids from named sequences, without gaps between the ids of one reservation.

use crate::{Cell, Flow, Read, Write};
use accrual_base::{Error, Result};

/// Reserves `n` consecutive ids of a sequence and answers the first. A sequence starts at 1 when it is first used.
///
/// The row of the sequence stays locked until the transaction ends, so a long bulk load reserves its ids in
/// a small write of its own first; ids of a transaction that fails are given out again.
///
/// # Errors
/// A fault when `n` is below 1 or the sequence is exhausted.
pub fn reserve(tx: &mut dyn Write, name: &str, n: i64) -> Result<i64> {
    if n < 1 {
        return Err(Error::fault(format!("{n} ids of sequence {name} were asked for")));
    }
    let after = n.checked_add(1).ok_or_else(|| Error::fault(format!("sequence {name} cannot give {n} ids")))?;
    let mut next = None;
    tx.query(
        "INSERT INTO sequence (name, next) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = sequence.next + $3 RETURNING next",
        &[Cell::Text(name), Cell::Int(after), Cell::Int(n)],
        &mut |row| {
            next = Some(row.int(0)?);
            Ok(Flow::Continue)
        },
    )?;
    next.map(|next| next - n).ok_or_else(|| Error::fault(format!("sequence {name} answered no row")))
}

/// Makes sure the next id of a sequence is at least `floor`: for seeds that bring fixed ids.
///
/// # Errors
/// A fault from the database.
pub fn at_least(tx: &mut dyn Write, name: &str, floor: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO sequence (name, next) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE sequence.next < excluded.next",
        &[Cell::Text(name), Cell::Int(floor)],
    )?;
    tx.sequence_moved(name);
    Ok(())
}

/// The id a sequence gives next; 1 when it was never used.
///
/// # Errors
/// A fault from the database.
pub fn next(tx: &mut dyn Read, name: &str) -> Result<i64> {
    Ok(tx.first("SELECT next FROM sequence WHERE name = $1", &[Cell::Text(name)], |row| row.int(0))?.unwrap_or(1))
}
