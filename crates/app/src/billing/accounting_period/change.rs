//! Adding, changing and removing periods.

use super::chain::{Chain, period};
use super::extend::extend;
use crate::billing::records::{self, Created};
use crate::billing::{Done, Fields};
use crate::context::{Context, Permission};
use crate::execute::{Command, execute};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Day, Result};
use accrual_ledger::Period;
use accrual_ledger::period::{Model, NewPeriod, UpdatePeriod};
use accrual_model::{Object, Query, Record, Sort, Value};
use accrual_objects::billing::{AccountingPeriod, RecognitionModel, RevenueRecognitionRule, RevenueSchedule};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;

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
        unit.actor.permit(const { Permission::named("Create Accounting Period") })?;
        let mut chain = Chain::load(unit.read())?;
        let values = self.fields.onto(&chain.descriptor, None)?;
        accrual_model::check(&chain.descriptor, &values)?;
        let Period { name, start, end, fiscal_year, fiscal_quarter, notes, .. } = period(&AccountingPeriod::from_values(values.clone())?)?;
        let model = model(unit.read(), chain.periods.all().is_empty())?;
        chain.periods.create(&NewPeriod { name, start, end, fiscal_year, fiscal_quarter, notes }, model)?;
        let record = records::insert(unit, &chain.descriptor, values)?;
        chain.follow(unit)?;
        Ok(Created { id: record.uid, number: None })
    }
}

/// What the books ask of a period's dates: whole months as soon as a schedule follows a rule by months, and a first
/// period that begins before the earliest revenue.
fn model(tx: &mut dyn Read, first: bool) -> Result<Model> {
    let first_transaction = if first { first_schedule(tx)? } else { None };
    Ok(Model { monthly: monthly(tx)?, first_transaction })
}

/// The day of the earliest schedule. Asked only while there is no dated period, when there are few.
fn first_schedule(tx: &mut dyn Read) -> Result<Option<Day>> {
    let schedules = RevenueSchedule::descriptor();
    let sort = vec![Sort { field: "revenue_schedule_date".into(), descending: false }];
    let earliest = nouns::list(tx, schedules, &Query { limit: 1, sort, ..Query::default() })?;
    Ok(earliest.first().and_then(|r: &Record| match schedules.value(&r.data, "revenue_schedule_date") {
        Value::Date(day) => Some(*day),
        _ => None,
    }))
}

/// Whether a schedule follows a rule by months.
fn monthly(tx: &mut dyn Read) -> Result<bool> {
    let rules = typed::all::<RevenueRecognitionRule>(tx)?;
    Ok(rules.iter().any(|r| r.used && r.recognition_model == RecognitionModel::Monthly))
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
        unit.actor.permit(const { Permission::named("Create Accounting Period") })?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        chain.mark_use(unit.read(), [at, at + 1])?;
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
        let model = Model { monthly: monthly(unit.read())?, first_transaction: None };
        chain.periods.update(at, &change, model)?;
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
        unit.actor.permit(const { Permission::named("Delete Accounting Period") })?;
        let mut chain = Chain::load(unit.read())?;
        let at = chain.place(&self.period)?;
        chain.mark_use(unit.read(), [at])?;
        chain.periods.delete(at)?;
        let record = chain.records.remove(at);
        records::remove(unit, &chain.descriptor, &record)?;
        chain.follow(unit)?;
        Ok(Done { id: record.uid })
    }
}

/// Adds a period and lets it take its revenue out of Open-Ended.
///
/// # Errors
/// As [`AccountingPeriodCreate`]; a fault from the database.
pub async fn create(tenant: &Tenant, context: &Context, command: AccountingPeriodCreate) -> Result<Created> {
    let made = execute(tenant, context, command).await?;
    extend(tenant, context).await?;
    Ok(made)
}

/// Changes a period and lets the chain take its revenue out of Open-Ended.
///
/// # Errors
/// As [`AccountingPeriodUpdate`]; a fault from the database.
pub async fn update(tenant: &Tenant, context: &Context, command: AccountingPeriodUpdate) -> Result<Done> {
    let done = execute(tenant, context, command).await?;
    extend(tenant, context).await?;
    Ok(done)
}
