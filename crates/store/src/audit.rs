//! Audit and outbox rows: written in the transaction of the change they speak of.

use crate::{Cell, Read, Row, Write};
use accrual_base::{Instant, Result};

/// Who changed what, when, from what to what. `before` and `after` are JSON; one of them is missing when the
/// object was created or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub at: Instant,
    pub actor: String,
    pub operation: String,
    pub object: String,
    pub object_id: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub request_id: Option<String>,
}

/// Adds an audit row. The id comes from the database, so that no command waits for another's sequence.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn insert(tx: &mut dyn Write, row: &AuditRow) -> Result<()> {
    tx.defer(
        "INSERT INTO audit (at, actor, operation, object, object_id, before_json, after_json, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            Cell::Int(row.at.0),
            (&row.actor).into(),
            (&row.operation).into(),
            (&row.object).into(),
            (&row.object_id).into(),
            row.before.as_ref().into(),
            row.after.as_ref().into(),
            row.request_id.as_ref().into(),
        ],
    )
}

/// Adds an outbox row; whoever delivers it stamps `delivered_at`.
///
/// # Errors
/// A fault from the database, possibly only at commit.
pub fn outbox(tx: &mut dyn Write, at: Instant, topic: &str, payload: &str) -> Result<()> {
    tx.defer("INSERT INTO outbox (at, topic, payload) VALUES ($1, $2, $3)", &[Cell::Int(at.0), topic.into(), payload.into()])
}

/// Which audit rows, in which order. What is not given is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub object: Option<String>,
    pub object_id: Option<String>,
    pub actor: Option<String>,
    pub operation: Option<String>,
    pub request_id: Option<String>,
    /// At this time or later.
    pub from: Option<Instant>,
    /// Before this time.
    pub to: Option<Instant>,
    /// Newest first.
    pub descending: bool,
    /// Rows beyond this one in the order: the last of the page before.
    pub after: Option<Mark>,
    pub limit: u32,
}

/// Where a row stands in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub at: Instant,
    pub id: i64,
}

/// A page of audit rows, each with its mark.
///
/// # Errors
/// A fault from the database.
pub fn find(tx: &mut dyn Read, query: &AuditQuery) -> Result<Vec<(Mark, AuditRow)>> {
    let mut params: Vec<Cell<'_>> = Vec::new();
    let mut conditions = vec!["1 = 1".to_owned()];
    let texts = [
        ("object", &query.object),
        ("object_id", &query.object_id),
        ("actor", &query.actor),
        ("operation", &query.operation),
        ("request_id", &query.request_id),
    ];
    for (column, value) in texts {
        if let Some(value) = value {
            params.push(value.into());
            conditions.push(format!("{column} = ${}", params.len()));
        }
    }
    for (sign, value) in [(">=", query.from), ("<", query.to)] {
        if let Some(value) = value {
            params.push(value.0.into());
            conditions.push(format!("at {sign} ${}", params.len()));
        }
    }
    let (sign, order) = if query.descending { ("<", " DESC") } else { (">", "") };
    if let Some(mark) = query.after {
        params.extend([Cell::Int(mark.at.0), Cell::Int(mark.id)]);
        conditions.push(format!("(at, id) {sign} (${}, ${})", params.len() - 1, params.len()));
    }
    params.push(i64::from(query.limit).into());
    let sql = format!(
        "SELECT at, actor, operation, object, object_id, before_json, after_json, request_id, id FROM audit WHERE {} ORDER BY at{order}, id{order} LIMIT ${}",
        conditions.join(" AND "),
        params.len()
    );
    tx.all(&sql, &params, |row| Ok((Mark { at: Instant(row.int(0)?), id: row.int(8)? }, map(row)?)))
}

/// The audit rows of one object, oldest first, a thousand at most.
///
/// # Errors
/// A fault from the database.
pub fn of_object(tx: &mut dyn Read, object: &str, object_id: &str) -> Result<Vec<AuditRow>> {
    let query =
        AuditQuery { object: Some(object.to_owned()), object_id: Some(object_id.to_owned()), limit: 1_000, ..AuditQuery::default() };
    Ok(find(tx, &query)?.into_iter().map(|(_, row)| row).collect())
}

fn map(row: &dyn Row) -> Result<AuditRow> {
    Ok(AuditRow {
        at: Instant(row.int(0)?),
        actor: row.text(1)?.to_owned(),
        operation: row.text(2)?.to_owned(),
        object: row.text(3)?.to_owned(),
        object_id: row.text(4)?.to_owned(),
        before: row.opt_text(5)?.map(str::to_owned),
        after: row.opt_text(6)?.map(str::to_owned),
        request_id: row.opt_text(7)?.map(str::to_owned),
    })
}

/// Number of outbox rows of a topic, delivered or not.
///
/// # Errors
/// A fault from the database.
pub fn outbox_count(tx: &mut dyn Read, topic: &str) -> Result<i64> {
    Ok(tx.first("SELECT COUNT(*) FROM outbox WHERE topic = $1", &[topic.into()], |row| row.int(0))?.unwrap_or(0))
}
