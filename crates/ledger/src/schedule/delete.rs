//! Deleting a schedule (reference section 6.7).

use super::{RecognitionRule, Schedule};
use crate::field::SCHEDULE;
use crate::period::Periods;
use accrual_base::{Day, Result};

/// What deleting needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteFacts {
    pub rule: RecognitionRule,
    /// It belongs to an invoice item, an adjustment or a memo item.
    pub linked: bool,
    /// Its revenue is in a journal entry.
    pub in_journal_entry: bool,
    pub date: Day,
}

/// Checks that a schedule may be deleted.
///
/// # Errors
/// Rejects any but a custom unlimited one that is not linked, has nothing in closed periods or journal entries, and is dated in
/// an open period.
pub fn check_delete(schedule: &Schedule, periods: &Periods, facts: DeleteFacts) -> Result<()> {
    let refuse = |why: &str| Err(SCHEDULE.rule(why));
    if facts.rule != RecognitionRule::CustomUnlimited {
        return refuse("Only a revenue schedule under the rule Custom unlimited can be deleted.");
    }
    if facts.linked {
        return refuse("The revenue schedule belongs to a transaction and cannot be deleted.");
    }
    if schedule.items.keys().any(|bucket| periods.is_closed(*bucket)) {
        return refuse("Revenue of the schedule is recognised in a closed accounting period.");
    }
    if facts.in_journal_entry {
        return refuse("Revenue of the schedule is in a journal entry; cancel that first.");
    }
    if periods.closed_through().is_some_and(|day| facts.date <= day) {
        return refuse("The revenue schedule is dated in a closed accounting period.");
    }
    Ok(())
}
