//! Closing and reopening (reference section 5.2). Periods close oldest first and reopen newest first.

use super::{Periods, Status, TrialBalanceStatus};
use crate::field::{PERIOD, PERIOD_STATUS, TRIAL_BALANCE};
use accrual_base::Result;

/// What stands in the way of closing a period: documents of it that are not final.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blockers {
    pub draft_invoices: u64,
    pub draft_payments: u64,
    pub processing_payments: u64,
    pub processing_refunds: u64,
    pub draft_credit_memos: u64,
    pub draft_debit_memos: u64,
    /// They do not refuse the close; the period waits in PendingClose until they are done.
    pub pending_schedules: u64,
}

impl Blockers {
    fn check(&self) -> Result<()> {
        let found: Vec<String> = [
            (self.draft_invoices, "draft invoices"),
            (self.draft_payments, "draft payments"),
            (self.processing_payments, "processing payments"),
            (self.processing_refunds, "processing refunds"),
            (self.draft_credit_memos, "draft credit memos"),
            (self.draft_debit_memos, "draft debit memos"),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {}", if *count == 1 { what.trim_end_matches('s') } else { what }))
        .collect();
        if found.is_empty() {
            return Ok(());
        }
        Err(PERIOD.rule(format!("The period cannot be closed: it has {}. Post, finish or delete them first.", found.join(", "))))
    }
}

impl Periods {
    /// Sets a period pending close and starts its trial balance.
    ///
    /// # Errors
    /// Rejects a period that is not open, has an earlier one that is not closed, or while a trial balance runs.
    pub fn pending_close(&mut self, at: usize) -> Result<()> {
        let status = self.get(at)?.status;
        if status != Status::Open {
            return Err(PERIOD_STATUS.rule("Only an open accounting period can be set to pending close.").with_value(status.name()));
        }
        self.check_turn(at)?;
        let period = self.get_mut(at)?;
        (period.status, period.trial_balance) = (Status::PendingClose, Some(TrialBalanceStatus::Pending));
        Ok(())
    }

    /// Closes a period and starts its trial balance. With pending revenue schedules it waits in PendingClose for
    /// [`Periods::schedules_done`].
    ///
    /// # Errors
    /// Rejects a period that is closed, has an earlier one that is not closed, while a trial balance runs, and documents that
    /// are not final.
    pub fn close(&mut self, at: usize, blockers: Blockers) -> Result<Status> {
        if self.get(at)?.status == Status::Closed {
            return Err(PERIOD_STATUS.rule("The accounting period is closed already.").with_value(Status::Closed.name()));
        }
        self.check_turn(at)?;
        blockers.check()?;
        let period = self.get_mut(at)?;
        period.trial_balance = Some(TrialBalanceStatus::Pending);
        period.status = if blockers.pending_schedules > 0 { Status::PendingClose } else { Status::Closed };
        Ok(period.status)
    }

    /// Moves a period that waited for its revenue schedules to Closed.
    ///
    /// # Errors
    /// Rejects a period that is not pending close or has an earlier one that is not closed.
    pub fn schedules_done(&mut self, at: usize) -> Result<()> {
        let status = self.get(at)?.status;
        if status != Status::PendingClose {
            return Err(PERIOD_STATUS.rule("The accounting period is not pending close.").with_value(status.name()));
        }
        self.check_earlier(at)?;
        self.get_mut(at)?.status = Status::Closed;
        Ok(())
    }

    /// Opens a period again; revenue of it becomes unrecognised.
    ///
    /// # Errors
    /// Rejects a period that is open, and one that is not the last before an open period.
    pub fn reopen(&mut self, at: usize) -> Result<()> {
        if self.get(at)?.status == Status::Open {
            return Err(PERIOD_STATUS.rule("The accounting period is open.").with_value(Status::Open.name()));
        }
        // behind the last dated period comes Open-Ended, which is open
        if let Some(next) = self.0.get(at + 1).filter(|next| next.status != Status::Open) {
            let why = format!("Only the period just before an open one can be reopened; reopen {} first.", next.name);
            return Err(PERIOD.rule(why));
        }
        self.get_mut(at)?.status = Status::Open;
        Ok(())
    }

    /// Starts the trial balance of a period.
    ///
    /// # Errors
    /// Rejects a closed period and a second run at a time.
    pub fn run_trial_balance(&mut self, at: usize) -> Result<()> {
        if self.get(at)?.status == Status::Closed {
            return Err(PERIOD_STATUS.rule("A trial balance is run for open periods only; reopen the period first.").with_value("Closed"));
        }
        self.check_none_running()?;
        self.get_mut(at)?.trial_balance = Some(TrialBalanceStatus::Pending);
        Ok(())
    }

    /// Records how far the trial balance of a period is: Pending, Processing, then Completed or Error.
    ///
    /// # Errors
    /// Rejects any other step.
    pub fn trial_balance_is(&mut self, at: usize, now: TrialBalanceStatus) -> Result<()> {
        use TrialBalanceStatus::{Completed, Error, Pending, Processing};
        let before = self.get(at)?.trial_balance;
        if !matches!((before, now), (Some(Pending), Processing | Error) | (Some(Processing), Completed | Error)) {
            return Err(TRIAL_BALANCE.rule("The trial balance of the period is not at this step.").with_value(now.name()));
        }
        self.get_mut(at)?.trial_balance = Some(now);
        Ok(())
    }

    fn check_turn(&self, at: usize) -> Result<()> {
        self.check_earlier(at)?;
        self.check_none_running()
    }

    fn check_earlier(&self, at: usize) -> Result<()> {
        match self.0.iter().take(at).find(|p| p.status != Status::Closed) {
            Some(earlier) => Err(PERIOD.rule(format!("Periods close oldest first; close {} before this one.", earlier.name))),
            None => Ok(()),
        }
    }

    fn check_none_running(&self) -> Result<()> {
        if self.trial_balance_running() {
            return Err(TRIAL_BALANCE.rule("A trial balance is running; wait until it has finished."));
        }
        Ok(())
    }
}
