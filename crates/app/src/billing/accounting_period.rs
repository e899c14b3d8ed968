//! Accounting periods of billing (reference section 5.2 of receivables and accounting): one unbroken chain, and behind
//! it the period Open-Ended, which follows the last day of the chain by itself.
//!
//! What a change may do is decided by the ledger; here it is loaded and kept. Closing comes with trial balances.

use super::records::{self, Created, View};
use super::{Done, Fields};
use crate::context::{Context, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_ledger::period::{Model, NewPeriod, Status, TrialBalanceStatus, UpdatePeriod};
use accrual_ledger::{Period, Periods};
use accrual_model::{Descriptor, Object, Record, Value};
use accrual_objects::billing::{AccountingPeriod, OPEN_ENDED, PeriodStatus};
use accrual_store::nouns;
use accrual_store::{Flow, Read};
use serde::Serialize;

/// The chain as it is stored.
struct Chain {
    descriptor: Descriptor,
    /// Oldest first, in the order of `periods`.
    records: Vec<Record>,
    open_ended: Option<Record>,
    periods: Periods,
}

impl Chain {
    fn load(tx: &mut dyn Read) -> Result<Self> {
        let descriptor = records::descriptor::<AccountingPeriod>(tx)?;
        let (mut dated, mut open_ended) = (Vec::new(), None);
        nouns::scan(tx, &descriptor, &mut |record| {
            let noun = AccountingPeriod::from_values(record.data.clone())?;
            match (noun.start_date, noun.end_date) {
                (Some(start), Some(_)) => dated.push((start, noun, record)),
                _ => open_ended = Some(record),
            }
            Ok(Flow::Continue)
        })?;
        dated.sort_by_key(|(start, ..)| *start);
        let periods = dated.iter().map(|(_, noun, _)| period(noun)).collect::<Result<Vec<_>>>()?;
        let records = dated.into_iter().map(|(_, _, record)| record).collect();
        Ok(Self { descriptor, records, open_ended, periods: Periods::new(periods)? })
    }

    fn place(&self, key: &str) -> Result<usize> {
        let name = |r: &Record| self.descriptor.value(&r.data, "name").as_text() == Some(key);
        if let Some(open_ended) = &self.open_ended
            && (open_ended.uid == key || name(open_ended))
        {
            let message = "The period Open-Ended follows the last accounting period by itself; it cannot be changed or deleted.";
            return Err(Error::conflict("accounting_period.open_ended", message));
        }
        let found = self.records.iter().position(|r| r.uid == key || name(r));
        found.ok_or_else(|| Error::not_found("object.not_found", format!("There is no Accounting Period {key}.")))
    }

    /// Stores the periods that are other than they were, and where Open-Ended starts.
    fn keep(&self, unit: &mut Unit<'_>, before: &Periods) -> Result<()> {
        for ((record, was), is) in self.records.iter().zip(before.all()).zip(self.periods.all()) {
            if was == is {
                continue;
            }
            let mut values = record.data.clone();
            let mut set = |field, value: Value| records::set(&self.descriptor, &mut values, field, value);
            set("start_date", is.start.into())?;
            set("end_date", is.end.into())?;
            set("run_trial_balance_status", is.trial_balance.map_or(Value::Null, |s| s.name().into()))?;
            records::store(unit, &self.descriptor, record, values)?;
        }
        self.follow(unit)
    }

    /// Open-Ended starts behind the last dated period; without one there is none.
    fn follow(&self, unit: &mut Unit<'_>) -> Result<()> {
        let start = self.periods.all().last().map(|last| last.end.plus(1));
        match (&self.open_ended, start) {
            (Some(record), Some(start)) => {
                let mut values = record.data.clone();
                records::set(&self.descriptor, &mut values, "start_date", start)?;
                records::store(unit, &self.descriptor, record, values).map(drop)
            }
            (Some(record), None) => records::remove(unit, &self.descriptor, record),
            (None, Some(start)) => {
                let open_ended = AccountingPeriod { name: OPEN_ENDED.to_owned(), start_date: Some(start), ..AccountingPeriod::default() };
                // a required custom field is the business of periods people make
                records::insert(unit, AccountingPeriod::descriptor(), open_ended.to_values()?).map(drop)
            }
            (None, None) => Ok(()),
        }
    }
}

/// A stored period as the ledger sees it. There are no journal entries and no revenue schedules yet that could use it.
fn period(noun: &AccountingPeriod) -> Result<Period> {
    let fault = |what: &str| Error::fault(format!("the accounting period {} has {what}", noun.name));
    let trial_balance = |name: &str| {
        use TrialBalanceStatus::{Completed, Error, Pending, Processing};
        [Pending, Processing, Completed, Error].into_iter().find(|s| s.name() == name)
    };
    Ok(Period {
        name: noun.name.clone(),
        start: noun.start_date.ok_or_else(|| fault("no first day"))?,
        end: noun.end_date.ok_or_else(|| fault("no last day"))?,
        fiscal_year: i32::try_from(noun.fiscal_year).map_err(|_| fault("a fiscal year out of range"))?,
        fiscal_quarter: noun.fiscal_quarter.map(u8::try_from).transpose().map_err(|_| fault("a fiscal quarter out of range"))?,
        notes: noun.notes.clone().unwrap_or_default(),
        status: match noun.status {
            PeriodStatus::Open => Status::Open,
            PeriodStatus::PendingClose => Status::PendingClose,
            PeriodStatus::Closed => Status::Closed,
        },
        trial_balance: noun.run_trial_balance_status.as_deref().and_then(trial_balance),
        revenue: false,
        journal_entries: false,
    })
}

/// Adds a period behind the last one.
#[derive(Serialize)]
pub struct AccountingPeriodCreate {
    /// Of [`AccountingPeriod`].
    pub fields: Fields,
}

impl Command for AccountingPeriodCreate {
    const OPERATION: &'static str = "accounting_period_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.require(Privilege::Administrator)?;
        let mut chain = Chain::load(unit.read())?;
        let values = self.fields.onto(&chain.descriptor, None)?;
        accrual_model::check(&chain.descriptor, &values)?;
        let Period { name, start, end, fiscal_year, fiscal_quarter, notes, .. } = period(&AccountingPeriod::from_values(values.clone())?)?;
        chain.periods.create(&NewPeriod { name, start, end, fiscal_year, fiscal_quarter, notes }, Model::default())?;
        let record = records::insert(unit, &chain.descriptor, values)?;
        chain.follow(unit)?;
        Ok(Created { id: record.uid, number: None })
    }
}

/// Changes a period. A new last day moves the first day of the next one.
#[derive(Serialize)]
pub struct AccountingPeriodUpdate {
    /// Id or name.
    pub period: String,
    pub fields: Fields,
}

impl Command for AccountingPeriodUpdate {
    const OPERATION: &'static str = "accounting_period_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::Administrator)?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        let values = self.fields.onto(&chain.descriptor, Some(&chain.records[at].data))?;
        accrual_model::check(&chain.descriptor, &values)?;
        let wanted = period(&AccountingPeriod::from_values(values.clone())?)?;
        let change = UpdatePeriod {
            name: Some(wanted.name),
            start: Some(wanted.start),
            end: Some(wanted.end),
            fiscal_year: Some(wanted.fiscal_year),
            fiscal_quarter: wanted.fiscal_quarter,
            notes: Some(wanted.notes),
        };
        let before = chain.periods.clone();
        chain.periods.update(at, &change, Model::default())?;
        chain.records[at] = records::store(unit, &chain.descriptor, &chain.records[at], values)?;
        chain.keep(unit, &before)?;
        Ok(Done { id: chain.records[at].uid.clone() })
    }
}

/// Removes the latest period.
#[derive(Serialize)]
pub struct AccountingPeriodDelete {
    /// Id or name.
    pub period: String,
}

impl Command for AccountingPeriodDelete {
    const OPERATION: &'static str = "accounting_period_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::Administrator)?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        chain.periods.delete(at)?;
        let record = chain.records.remove(at);
        records::remove(unit, &chain.descriptor, &record)?;
        chain.follow(unit)?;
        Ok(Done { id: record.uid })
    }
}

/// A period by its id or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<AccountingPeriod>(tx, key))
}

/// Every period, oldest first, Open-Ended last.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn list(tenant: &Tenant, context: &Context) -> Result<Vec<View>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let Chain { descriptor, records, open_ended, .. } = tenant.store.read(|tx| Chain::load(tx))?;
    Ok(records.into_iter().chain(open_ended).map(|record| View { descriptor: descriptor.clone(), record }).collect())
}
