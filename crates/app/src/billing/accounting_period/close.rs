//! Closing and reopening periods.

use super::chain::Chain;
use super::extend::{extend, waiting};
use crate::billing::{Done, registry};
use crate::context::{Context, Permission};
use crate::execute::{Command, execute};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_ledger::Period;
use accrual_ledger::period::{Blockers, Status};
use accrual_model::{Filter, Operator, Query};
use accrual_store::Read;
use accrual_store::nouns;
use serde::{Deserialize, Serialize};

/// A step of closing. Both start a trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Closing {
    /// Closed for everybody who does not manage the close process.
    Pending,
    Closed,
    /// The schedules that kept it pending are done.
    SchedulesDone,
}

/// Takes a step of closing a period.
#[derive(Serialize)]
pub struct AccountingPeriodClose {
    /// Id or name.
    pub period: String,
    pub step: Closing,
}

/// What became of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub id: String,
    /// False: it waits for its revenue schedules.
    pub closed: bool,
}

impl Command for AccountingPeriodClose {
    const OPERATION: &'static str = "accounting_period_close";
    type Output = Closed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Closed> {
        unit.actor.permit(const { Permission::named("Manage Close Process") })?;
        unit.actor.permit(const { Permission::named("Run Trial Balance") })?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        let before = chain.periods.clone();
        match self.step {
            Closing::Pending => chain.periods.pending_close(at)?,
            Closing::Closed => {
                let blockers = blockers(unit.read(), &chain, at)?;
                chain.periods.close(at, blockers)?;
            }
            Closing::SchedulesDone => chain.periods.schedules_done(at)?,
        }
        chain.keep(unit, &before)?;
        Ok(Closed { id: chain.records[at].uid.clone(), closed: chain.periods.get(at)?.status == Status::Closed })
    }
}

/// Documents dated in a period that are not final.
fn blockers(tx: &mut dyn Read, chain: &Chain, at: usize) -> Result<Blockers> {
    let period = chain.periods.get(at)?;
    Ok(Blockers {
        draft_invoices: count(tx, "Invoice", "invoice_date", "Draft", period)?,
        draft_payments: count(tx, "Payment", "effective_date", "Draft", period)?,
        processing_payments: count(tx, "Payment", "effective_date", "Processing", period)?,
        processing_refunds: count(tx, "Refund", "refund_date", "Processing", period)?,
        draft_credit_memos: count(tx, "CreditMemo", "memo_date", "Draft", period)?,
        draft_debit_memos: count(tx, "DebitMemo", "memo_date", "Draft", period)?,
        pending_schedules: waiting(tx, &chain.periods, 1)?.len() as u64,
    })
}

/// How many documents of a kind have this status in a period, up to a hundred; none of a kind that is not there yet.
fn count(tx: &mut dyn Read, noun: &str, date: &'static str, status: &'static str, period: &Period) -> Result<u64> {
    const ENOUGH: u32 = 100;
    let Some(descriptor) = registry()?.get(noun) else { return Ok(0) };
    let within = Filter::All(vec![
        Filter::eq("status", status),
        Filter::compare(date, Operator::Ge, period.start),
        Filter::compare(date, Operator::Le, period.end),
    ]);
    Ok(nouns::list(tx, descriptor, &Query { limit: ENOUGH, ..Query::of(within) })?.len() as u64)
}

/// Opens a period again; its revenue is unrecognised from then on.
#[derive(Serialize)]
pub struct AccountingPeriodReopen {
    /// Id or name.
    pub period: String,
}

impl Command for AccountingPeriodReopen {
    const OPERATION: &'static str = "accounting_period_reopen";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Reopen Accounting Period") })?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        let before = chain.periods.clone();
        chain.periods.reopen(at)?;
        chain.keep(unit, &before)?;
        Ok(Done { id: chain.records[at].uid.clone() })
    }
}

/// Starts the trial balance of a period.
#[derive(Serialize)]
pub struct AccountingPeriodTrialBalance {
    /// Id or name.
    pub period: String,
}

impl Command for AccountingPeriodTrialBalance {
    const OPERATION: &'static str = "accounting_period_trial_balance";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Run Trial Balance") })?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        let before = chain.periods.clone();
        chain.periods.run_trial_balance(at)?;
        chain.keep(unit, &before)?;
        Ok(Done { id: chain.records[at].uid.clone() })
    }
}

/// Closes a period. When revenue schedules keep it pending, they are brought up to date and it closes then.
///
/// # Errors
/// As [`AccountingPeriodClose`]; a fault from the database.
pub async fn close(tenant: &Tenant, context: &Context, period: String) -> Result<Closed> {
    let closed = execute(tenant, context, AccountingPeriodClose { period, step: Closing::Closed }).await?;
    if closed.closed || context.preview {
        return Ok(closed);
    }
    extend(tenant, context).await?;
    let own = Context { idempotency_key: None, ..context.clone() };
    execute(tenant, &own, AccountingPeriodClose { period: closed.id, step: Closing::SchedulesDone }).await
}
