//! Accounting periods of an organisation and book: which is open, opening the next, closing the current.
//!
//! At most one period of an organisation and book is open. A closed period never opens again here, and what is
//! in it never changes: amounts that belong there later are caught up in the open one.

mod unposted;

use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Instant, PeriodId, Result};
use accrual_store::periods::{self, PeriodRow};
use accrual_store::{Read, Write, jobs};
use serde::Serialize;
use serde_json::json;

pub use accrual_store::periods::PeriodRow as Row;

/// The spellings of a period's status.
pub const OPEN: &str = "Open";
pub const CLOSED: &str = "Closed";

/// The open period.
///
/// # Errors
/// A conflict `period.none_open` when none is open.
pub fn open(tx: &mut dyn Read, org_id: i64, book_id: i64) -> Result<PeriodId> {
    periods::open(tx, org_id, book_id)?.ok_or_else(|| {
        Error::conflict(
            "period.none_open",
            format!("No accounting period of organisation {org_id} and book {book_id} is open; open one first."),
        )
    })
}

/// Every period that was ever opened.
///
/// # Errors
/// A fault from the database.
pub fn list(tx: &mut dyn Read) -> Result<Vec<PeriodRow>> {
    periods::all(tx)
}

/// Opens the first period of an organisation and book, or the one after the last closed one.
#[derive(Serialize)]
pub struct OpenPeriod {
    pub org_id: i64,
    pub book_id: i64,
    /// YYYYMM. Any month when none was ever opened, afterwards only the next.
    pub period: i32,
}

impl Command for OpenPeriod {
    const OPERATION: &'static str = "period_open";
    type Output = i32;

    fn run(self, unit: &mut Unit<'_>) -> Result<i32> {
        unit.actor.require(Privilege::Administrator)?;
        unit.actor.require_org(self.org_id)?;
        let period = PeriodId::parse(&self.period.to_string())?;
        match periods::last(unit.read(), self.org_id, self.book_id)? {
            Some(last) if last.status == OPEN => {
                return Err(Error::conflict(
                    "period.already_open",
                    format!("Period {} is open; close it before another opens.", last.period),
                ));
            }
            Some(last) if last.period.plus(1) != period => {
                let next = last.period.plus(1);
                return Err(Error::conflict(
                    "period.order",
                    format!("Periods open in order: after {} comes {next}, not {period}.", last.period),
                ));
            }
            _ => {}
        }
        set(unit, self.org_id, self.book_id, period, OPEN, None)?;
        Ok(period.0)
    }
}

/// Closes the open period and opens the next. Answers the period that is open now. Blocks.
///
/// Whether everything is transferred is counted on a snapshot first, which takes a moment with many schedules; the
/// change itself is a small write that is refused when a job ended in between.
///
/// # Errors
/// `period.not_open` when another period is open, `period.jobs` while jobs of the organisation wait or run,
/// `period.batch` while a batch is not whole, `period.unposted` with the number of amounts that are not transferred,
/// `period.changed` when a job was faster.
pub fn close(tenant: &Tenant, context: &Context, org_id: i64, book_id: i64, period: PeriodId) -> Result<PeriodId> {
    let (unposted, jobs_ended) = tenant.store.read(|tx| {
        if let Some(batch) = crate::transfer::unfinished(tx, org_id, book_id)?.first() {
            return Err(unfinished(batch.id));
        }
        Ok((unposted::count(tx, org_id, book_id, period)?, jobs::ended(tx, org_id)?))
    })?;
    let next = execute_blocking(tenant, context, ClosePeriod { org_id, book_id, period: period.0, unposted, jobs_ended })?;
    Ok(PeriodId(next))
}

/// A batch that is not whole counts as posted and is not.
fn unfinished(batch: i64) -> Error {
    let message = format!("Transfer batch {batch} is not whole; run the accounting transfer, or wait for it, then close again.");
    Error::conflict("period.batch", message)
}

/// The write of [`close`].
#[derive(Serialize)]
struct ClosePeriod {
    org_id: i64,
    book_id: i64,
    period: i32,
    #[serde(skip)]
    unposted: i64,
    #[serde(skip)]
    jobs_ended: i64,
}

impl Command for ClosePeriod {
    const OPERATION: &'static str = "period_close";
    type Output = i32;

    fn run(self, unit: &mut Unit<'_>) -> Result<i32> {
        unit.actor.require(Privilege::Administrator)?;
        unit.actor.require_org(self.org_id)?;
        let current = open(unit.read(), self.org_id, self.book_id)?;
        if current.0 != self.period {
            return Err(Error::conflict("period.not_open", format!("Period {current} is open, not {}.", self.period)));
        }
        no_open_jobs(unit.tx, self.org_id)?;
        if jobs::ended(unit.read(), self.org_id)? != self.jobs_ended {
            return Err(Error::conflict("period.changed", "A job of the organisation ended while the period was closing; close again."));
        }
        if self.unposted > 0 {
            let message = format!(
                "{} schedule amounts of period {current} or before are not transferred; run the accounting transfer, then close again.",
                self.unposted
            );
            return Err(Error::conflict("period.unposted", message));
        }
        set(unit, self.org_id, self.book_id, current, CLOSED, Some(OPEN))?;
        let next = current.plus(1);
        set(unit, self.org_id, self.book_id, next, OPEN, None)?;
        unit.outbox("period.closed", &json!({"organisation": self.org_id, "book": self.book_id, "period": current.0, "open": next.0}))?;
        Ok(next.0)
    }
}

/// Opens a period of an organisation and book that had none: for a new tenant.
///
/// # Errors
/// A fault from the database.
pub(crate) fn open_first(unit: &mut Unit<'_>, org_id: i64, book_id: i64, period: PeriodId) -> Result<()> {
    set(unit, org_id, book_id, period, OPEN, None)
}

/// A job that works on contracts may add to the period that closes. The queue stays locked until the close commits.
fn no_open_jobs(tx: &mut dyn Write, org_id: i64) -> Result<()> {
    jobs::lock_queue(tx)?;
    let open: Vec<String> =
        jobs::open(tx.as_read())?.iter().filter(|j| j.org_id == org_id).map(|j| format!("{} ({})", j.id, j.program)).collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Error::conflict(
        "period.jobs",
        format!("Jobs of the organisation wait or run: {}. Let them end, then close again.", open.join(", ")),
    ))
}

fn set(unit: &mut Unit<'_>, org_id: i64, book_id: i64, period: PeriodId, status: &str, before: Option<&str>) -> Result<()> {
    let (by, at) = (unit.actor.user.clone(), unit.now);
    periods::set(unit.tx, &row(org_id, book_id, period, status, by, at))?;
    let before = before.map(|s| json!({"status": s}));
    unit.audit("Period", format_args!("{org_id}/{book_id}/{period}"), before.as_ref(), Some(&json!({"status": status})))
}

fn row(org_id: i64, book_id: i64, period: PeriodId, status: &str, updated_by: String, updated_at: Instant) -> PeriodRow {
    PeriodRow { org_id, book_id, period, status: status.to_owned(), updated_by, updated_at }
}

/// At most one period is open, and none before it was left out.
///
/// # Errors
/// A fault from the database.
pub fn check(tx: &mut dyn Read, findings: &mut crate::check::Findings) -> Result<()> {
    let rows = periods::all(tx)?;
    for pair in rows.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        if (a.org_id, a.book_id) != (b.org_id, b.book_id) {
            continue;
        }
        let subject = format!("organisation {} book {}", a.org_id, a.book_id);
        if a.status == OPEN {
            findings.add(&subject, format!("Period {} is open although {} was opened after it.", a.period, b.period));
        }
        if a.period.plus(1) != b.period {
            findings.add(&subject, format!("No period between {} and {} was ever opened.", a.period, b.period));
        }
    }
    Ok(())
}
