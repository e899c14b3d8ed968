//! The trial balance of a period: beginning + what its transactions post = ending, code by code (reference section 5.2).

use super::chain::Chain;
use super::postings::{Days, Poster};
use crate::billing::records;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_ledger::period::{Bucket, Status, TrialBalanceStatus};
use accrual_ledger::trial_balance::{Row, ending, trial_balance};
use accrual_model::{Filter, Object, Query, Value};
use accrual_objects::billing::{AccountingPeriod, TrialBalanceItem};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;
use std::collections::BTreeMap;

/// Where a run is.
#[derive(Clone, Debug, Serialize)]
enum Step {
    Started,
    /// The currency of the books, and beginning, debit, credit and ending of every code.
    Balanced(String, Vec<(String, [i64; 4])>),
    Failed(String),
}

#[derive(Serialize)]
struct TrialBalanceStep {
    period: String,
    step: Step,
}

impl Command for TrialBalanceStep {
    const OPERATION: &'static str = "accounting_period_balance";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        let status = match &self.step {
            Step::Started => TrialBalanceStatus::Processing,
            Step::Balanced(..) => TrialBalanceStatus::Completed,
            Step::Failed(_) => TrialBalanceStatus::Error,
        };
        chain.periods.trial_balance_is(at, status)?;
        let mut values = chain.records[at].data.clone();
        let now = Value::Instant(unit.now);
        let mut set = |field, value: Value| records::set(&chain.descriptor, &mut values, field, value);
        set("run_trial_balance_status", status.name().into())?;
        match &self.step {
            Step::Started => {
                set("run_trial_balance_start", now)?;
                set("run_trial_balance_end", Value::Null)?;
                set("run_trial_balance_error_message", Value::Null)?;
            }
            Step::Balanced(..) => set("run_trial_balance_end", now)?,
            Step::Failed(why) => {
                set("run_trial_balance_end", now)?;
                set("run_trial_balance_error_message", why.as_str().into())?;
            }
        }
        let record = records::store(unit, &chain.descriptor, &chain.records[at], values)?;
        match self.step {
            Step::Balanced(currency, rows) => replace(unit, &record.uid, &currency, rows),
            Step::Started | Step::Failed(_) => Ok(()),
        }
    }
}

/// The rows of a period, one for each code that has a balance or moved.
fn replace(unit: &mut Unit<'_>, period: &str, currency: &str, rows: Vec<(String, [i64; 4])>) -> Result<()> {
    for old in stored(unit.read(), period)? {
        nouns::delete(unit.tx, TrialBalanceItem::descriptor(), old.id, None)?;
    }
    let stamp = unit.stamp();
    for (code, [beginning, debit, credit, ending]) in rows {
        let item = TrialBalanceItem {
            accounting_period_id: period.to_owned(),
            accounting_code: code,
            currency: currency.to_owned(),
            beginning,
            debit,
            credit,
            ending,
        };
        typed::create(unit.tx, None, &item, stamp)?;
    }
    Ok(())
}

fn stored(tx: &mut dyn Read, period: &str) -> Result<Vec<accrual_model::Stored<TrialBalanceItem>>> {
    const MOST: u32 = 10_000;
    typed::list(tx, &Query { limit: MOST, ..Query::of(Filter::eq("accounting_period_id", period)) })
}

/// Computes the trial balance of a period (its id) that waits for it, and keeps it. What goes wrong stands in the period.
///
/// # Errors
/// A fault from the database; a rejection when no trial balance was started.
pub fn balance(tenant: &Tenant, context: &Context, period: &str) -> Result<()> {
    let own = Context::system(context.request_id.clone());
    let step = |step| execute_blocking(tenant, &own, TrialBalanceStep { period: period.to_owned(), step });
    step(Step::Started)?;
    let found = tenant.store.read(|tx| compute(tx, period));
    match found {
        Ok((currency, rows)) => {
            let rows = rows.into_iter().map(|(code, r)| (code, [r.beginning, r.debit, r.credit, r.ending])).collect();
            step(Step::Balanced(currency, rows))
        }
        Err(error) => {
            if error.rejection().is_none() {
                tracing::error!(%period, %error, "a trial balance failed");
            }
            let why = error.rejection().map_or_else(|| "The trial balance failed; the log says why.".to_owned(), |r| r.message.clone());
            step(Step::Failed(why.chars().take(255).collect()))
        }
    }
}

fn compute(tx: &mut dyn Read, period: &str) -> Result<(String, BTreeMap<String, Row>)> {
    let chain = Chain::load(tx)?;
    let at = chain.place(period)?;
    let (known, mut beginning) = carried(tx, &chain, at)?;
    let mut poster = Poster::new(tx)?;
    let home = poster.home;
    for earlier in known..at {
        let impact = poster.impact(&chain, &[earlier], days(&chain, earlier)?)?.lines(home);
        beginning = ending(&trial_balance(&beginning, &impact)?);
    }
    let impact = poster.impact(&chain, &[at], days(&chain, at)?)?.lines(home);
    Ok((home.code().to_owned(), trial_balance(&beginning, &impact)?))
}

/// The first place whose transactions are not in the balances carried over, and those balances: the endings of the latest
/// closed period with a trial balance.
fn carried(tx: &mut dyn Read, chain: &Chain, at: usize) -> Result<(usize, BTreeMap<String, i64>)> {
    let done = |p: &accrual_ledger::Period| p.status == Status::Closed && p.trial_balance == Some(TrialBalanceStatus::Completed);
    let Some(last) = (0..at).rev().find(|place| chain.periods.get(*place).is_ok_and(done)) else { return Ok((0, BTreeMap::new())) };
    let rows = stored(tx, &chain.record(Bucket::Period(last))?.uid)?;
    Ok((last + 1, rows.into_iter().map(|r| (r.data.accounting_code, r.data.ending)).collect()))
}

/// The days of a period; the first one takes what lies before it.
fn days(chain: &Chain, at: usize) -> Result<Days> {
    let period = chain.periods.get(at)?;
    Ok(Days { from: (at > 0).then_some(period.start), to: period.end })
}

/// Ends the runs of a process that is gone: they would keep periods from closing for ever.
///
/// # Errors
/// A fault from the database.
pub(crate) fn recover(tenant: &Tenant) -> Result<()> {
    let running = |tx: &mut dyn Read| -> Result<Vec<String>> {
        let chain = Chain::load(tx)?;
        let all = chain.periods.all().iter().zip(&chain.records);
        Ok(all.filter(|(p, _)| p.trial_balance.is_some_and(TrialBalanceStatus::running)).map(|(_, r)| r.uid.clone()).collect())
    };
    for period in tenant.store.read(running)? {
        let step = Step::Failed("The server stopped while the trial balance ran; run it again.".to_owned());
        execute_blocking(tenant, &Context::system("start"), TrialBalanceStep { period, step })?;
    }
    Ok(())
}

/// The rows of the trial balance of a period (its id), by the name of their code.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn rows(tenant: &Tenant, context: &Context, period: &str) -> Result<Vec<TrialBalanceItem>> {
    context.actor.require(crate::context::Privilege::WebservicesOutbound)?;
    let mut all = tenant.store.read(|tx| {
        let period = records::resolve::<AccountingPeriod>(tx, period)?;
        stored(tx, &period)
    })?;
    all.sort_by(|a, b| a.accounting_code.cmp(&b.accounting_code));
    Ok(all.into_iter().map(|s| s.data).collect())
}
