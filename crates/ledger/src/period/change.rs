//! Changing and deleting periods (reference section 5.2).

use super::create::{check_dates, check_first, check_fiscal, check_notes};
use super::{Model, Periods, Status, TrialBalanceStatus};
use crate::field::{FISCAL_QUARTER, PERIOD, PERIOD_END, PERIOD_START, PERIOD_STATUS, TRIAL_BALANCE};
use accrual_base::{Day, Result};

/// A change of a period; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdatePeriod {
    pub name: Option<String>,
    pub start: Option<Day>,
    /// Moves the start of the next period.
    pub end: Option<Day>,
    pub fiscal_year: Option<i32>,
    pub fiscal_quarter: Option<u8>,
    pub notes: Option<String>,
}

impl Periods {
    /// Changes a period; on a refusal the chain is as before. A new end discards the trial balances it touches.
    ///
    /// # Errors
    /// Rejects more than name, notes and fiscal year on a closed period, a start on any but the earliest, dates once revenue is
    /// distributed or journal entries are active (there or in the period that would move), a new end that leaves the next
    /// period no day, while a trial balance runs, and everything [`Periods::create`] rejects.
    pub fn update(&mut self, at: usize, change: &UpdatePeriod, model: Model) -> Result<()> {
        let mut changed = self.clone();
        if let Some(name) = &change.name {
            changed.check_name(name, Some(at))?;
            changed.get_mut(at)?.name.clone_from(name);
        }
        if let Some(notes) = &change.notes {
            check_notes(notes)?;
            changed.get_mut(at)?.notes.clone_from(notes);
        }
        let period = changed.get_mut(at)?;
        if period.status == Status::Closed && change.fiscal_quarter.is_some_and(|q| Some(q) != period.fiscal_quarter) {
            return Err(FISCAL_QUARTER.rule("Of a closed period only name, notes and fiscal year can be changed; reopen it first."));
        }
        period.fiscal_year = change.fiscal_year.unwrap_or(period.fiscal_year);
        period.fiscal_quarter = change.fiscal_quarter.or(period.fiscal_quarter);
        check_fiscal(period.fiscal_year, period.fiscal_quarter)?;
        changed.move_start(at, change.start, model)?;
        changed.move_end(at, change.end, model)?;
        *self = changed;
        Ok(())
    }

    fn move_start(&mut self, at: usize, start: Option<Day>, model: Model) -> Result<()> {
        let Some(start) = start.filter(|start| self.get(at).is_ok_and(|p| p.start != *start)) else { return Ok(()) };
        if at != 0 {
            return Err(PERIOD_START.rule("Only the start of the earliest period can be changed; change the end of the one before."));
        }
        self.check_movable(at)?;
        check_dates(start, self.get(at)?.end, model)?;
        check_first(start, model)?;
        let period = self.get_mut(at)?;
        (period.start, period.trial_balance) = (start, None);
        Ok(())
    }

    fn move_end(&mut self, at: usize, end: Option<Day>, model: Model) -> Result<()> {
        let Some(end) = end.filter(|end| self.get(at).is_ok_and(|p| p.end != *end)) else { return Ok(()) };
        self.check_movable(at)?;
        check_dates(self.get(at)?.start, end, model)?;
        if at + 1 < self.0.len() {
            self.check_movable(at + 1)?;
            let next = self.get_mut(at + 1)?;
            if end.plus(1) > next.end {
                let why = "The new end would leave the next period no day; change that one first.";
                return Err(PERIOD_END.rule(why).with_value(&end.to_string()));
            }
            (next.start, next.trial_balance) = (end.plus(1), None);
        }
        let period = self.get_mut(at)?;
        (period.end, period.trial_balance) = (end, None);
        Ok(())
    }

    /// Refuses to move the dates of a period that is closed or in use.
    fn check_movable(&self, at: usize) -> Result<()> {
        let period = self.get(at)?;
        let name = &period.name;
        if period.status != Status::Open {
            return Err(PERIOD_STATUS.rule(format!("The dates of {name} cannot be changed: it is {}.", period.status)));
        }
        if period.revenue {
            return Err(PERIOD.rule(format!("The dates of {name} cannot be changed: revenue is distributed to it.")));
        }
        if period.journal_entries {
            return Err(PERIOD.rule(format!("The dates of {name} cannot be changed: it has active journal entries.")));
        }
        if period.trial_balance.is_some_and(TrialBalanceStatus::running) {
            return Err(TRIAL_BALANCE.rule(format!("The trial balance of {name} is running; wait until it has finished.")));
        }
        Ok(())
    }

    /// Deletes the latest period.
    ///
    /// # Errors
    /// Rejects any other period, one that is not open, has revenue or active journal entries, or whose trial balance runs.
    pub fn delete(&mut self, at: usize) -> Result<()> {
        let period = self.get(at)?;
        let refuse = |why: &str| Err(PERIOD.rule(why).with_value(&period.name));
        if at + 1 != self.0.len() {
            return refuse("Only the latest accounting period can be deleted.");
        }
        if period.status != Status::Open {
            return Err(PERIOD_STATUS.rule("Only an open accounting period can be deleted.").with_value(period.status.name()));
        }
        if period.revenue {
            return refuse("Revenue is distributed to the period; redistribute it first.");
        }
        if period.journal_entries {
            return refuse("The period has active journal entries; cancel them first.");
        }
        if period.trial_balance.is_some_and(TrialBalanceStatus::running) {
            return Err(TRIAL_BALANCE.rule("The trial balance of the period is running; wait until it has finished."));
        }
        self.0.pop();
        Ok(())
    }
}
