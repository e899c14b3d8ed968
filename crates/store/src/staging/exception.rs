//! Rows that were not collected, and why.

use super::{Family, StagedRow, row};
use crate::{BulkTable, BulkType, Cell, Flow, Read, Write};
use accrual_base::{Error, Instant, Result};

/// Why a row stands in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionKind {
    /// Stage validation or collection refused it.
    Error,
    /// It waits for its period.
    Waiting,
    /// It was an error, and a corrected row of a later upload took its place.
    Superseded,
}

impl ExceptionKind {
    /// The letter in the store and in `processed_flag`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Error => "E",
            Self::Waiting => "W",
            Self::Superseded => "S",
        }
    }
    fn of(letter: &str) -> Result<Self> {
        [Self::Error, Self::Waiting, Self::Superseded]
            .into_iter()
            .find(|k| k.letter() == letter)
            .ok_or_else(|| Error::fault(format!("{letter:?} is no kind of exception")))
    }
}

/// An exception to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub stage_id: i64,
    pub kind: ExceptionKind,
    /// Comma separated.
    pub codes: String,
    pub message: String,
}

const TABLE: BulkTable = BulkTable {
    name: "stage_exception",
    columns: &[
        ("stage_id", BulkType::Int),
        ("family", BulkType::Text),
        ("upload_id", BulkType::Int),
        ("kind", BulkType::Text),
        ("codes", BulkType::Text),
        ("message", BulkType::Text),
        ("updated_at", BulkType::Int),
    ],
};

/// Loads exceptions of rows that have none yet.
///
/// # Errors
/// A fault from the database.
pub fn insert_exceptions(tx: &mut dyn Write, family: Family, upload_id: i64, exceptions: &[Exception], now: Instant) -> Result<()> {
    if exceptions.is_empty() {
        return Ok(());
    }
    tx.bulk(&TABLE, &mut |sink| {
        for e in exceptions {
            sink.push(&[
                e.stage_id.into(),
                family.name().into(),
                upload_id.into(),
                e.kind.letter().into(),
                (&e.codes).into(),
                (&e.message).into(),
                now.0.into(),
            ])?;
        }
        Ok(())
    })
    .map(|_| ())
}

/// Marks errors as superseded by an upload; codes and message stay.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn supersede(tx: &mut dyn Write, family: Family, stage_ids: &[i64], now: Instant) -> Result<()> {
    for id in stage_ids {
        tx.defer(
            "UPDATE stage_exception SET kind = 'S', updated_at = $3 WHERE family = $1 AND stage_id = $2 AND kind = 'E'",
            &[family.name().into(), (*id).into(), now.0.into()],
        )?;
    }
    Ok(())
}

/// An exception with its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExceptionRow<'a> {
    pub kind: ExceptionKind,
    pub codes: &'a str,
    pub message: &'a str,
    pub updated_at: Instant,
    pub row: StagedRow<'a>,
}

/// Exceptions of one kind with ids after `after`, by id, at most `limit`. Only rows of staged and collected uploads.
///
/// # Errors
/// A fault from the database, or what `each` returned.
pub fn exceptions(
    tx: &mut dyn Read,
    family: Family,
    kind: ExceptionKind,
    after: i64,
    limit: i64,
    each: &mut dyn FnMut(&ExceptionRow<'_>) -> Result<Flow>,
) -> Result<()> {
    let columns = match family {
        Family::Line => "s.id, s.upload_id, s.line_no, s.org_id, s.type, s.due, s.record",
        Family::Event => "s.id, s.upload_id, s.line_no, s.org_id, 0, s.due, s.record",
    };
    let sql = format!(
        "SELECT e.kind, e.codes, e.message, e.updated_at, {columns} \
         FROM stage_exception e JOIN upload u ON u.id = e.upload_id JOIN {} s ON s.id = e.stage_id \
         WHERE e.family = $1 AND e.stage_id > $2 AND e.kind = $3 AND u.status IN ('Staged', 'Collected') ORDER BY e.stage_id LIMIT $4",
        family.table()
    );
    let params: [Cell<'_>; 4] = [family.name().into(), after.into(), kind.letter().into(), limit.into()];
    tx.query(&sql, &params, &mut |r| {
        each(&ExceptionRow {
            kind: ExceptionKind::of(r.text(0)?)?,
            codes: r.text(1)?,
            message: r.text(2)?,
            updated_at: Instant(r.int(3)?),
            row: row::map(r, 4)?,
        })
    })
}
