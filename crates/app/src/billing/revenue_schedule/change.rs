//! Changing what is not money: notes, references, custom fields.

use super::book::{find, only_custom};
use crate::billing::accounting_period::Chain;
use crate::billing::{Done, Fields, records};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Result, field::inside};
use accrual_ledger::field::{DISTRIBUTION_PERIOD, REFERENCE_ID, REVENUE_ITEMS};
use accrual_model::{Descriptor, Filter, Object, Query, Record};
use accrual_objects::billing::{RevenueEventItem, RevenueScheduleItem};
use accrual_store::nouns;
use serde::Serialize;

/// Changes notes, reference and custom fields of a schedule.
#[derive(Serialize)]
pub struct RevenueScheduleUpdate {
    /// Number or id.
    pub schedule: String,
    /// `notes`, `referenceId` and custom fields.
    pub fields: Fields,
}

impl Command for RevenueScheduleUpdate {
    const OPERATION: &'static str = "revenue_schedule_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Change Revenue Distribution") })?;
        let view = find(unit.read(), &self.schedule)?;
        let descriptor = &view.descriptor;
        let mut custom = Fields::default();
        for name in self.fields.names() {
            let at = descriptor.find(name)?;
            if !matches!(&*descriptor.fields[at].names.table, "notes" | "reference_id") {
                custom.set(name, self.fields.given(descriptor, name).cloned().unwrap_or(accrual_model::Value::Null));
            }
        }
        only_custom(descriptor, &custom)?;
        let values = self.fields.onto(descriptor, Some(&view.record.data))?;
        let linked = !descriptor.value(&values, "linked_transaction_id").is_null();
        if linked && !descriptor.value(&values, "reference_id").is_null() {
            return Err(REFERENCE_ID.rule("A revenue schedule that belongs to a transaction has no reference id of its own; leave it out."));
        }
        let after = records::store(unit, descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// Whose items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ItemsOf {
    Schedule,
    Event,
}

/// Changes custom fields of the items of a schedule or an event.
#[derive(Serialize)]
pub struct RevenueItemsUpdate {
    pub of: ItemsOf,
    /// Number or id.
    pub number: String,
    /// Custom fields by the name of the accounting period.
    pub items: Vec<(String, Fields)>,
}

impl Command for RevenueItemsUpdate {
    const OPERATION: &'static str = "revenue_items_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Change Revenue Distribution") })?;
        if self.items.is_empty() {
            return Err(REVENUE_ITEMS.missing("Give at least one revenue item, by the name of its accounting period."));
        }
        let (id, descriptor, records) = match self.of {
            ItemsOf::Schedule => {
                let id = find(unit.read(), &self.number)?.record.uid;
                let (descriptor, records) = of::<RevenueScheduleItem>(unit, "revenue_schedule_id", &id)?;
                (id, descriptor, records)
            }
            ItemsOf::Event => {
                let id = super::read::find_event(unit.read(), &self.number)?.record.uid;
                let (descriptor, records) = of::<RevenueEventItem>(unit, "revenue_event_id", &id)?;
                (id, descriptor, records)
            }
        };
        let chain = Chain::load(unit.read())?;
        for (at, (period, fields)) in self.items.iter().enumerate() {
            one(unit, &chain, &descriptor, &records, period, fields).map_err(|e| inside(e, "revenueItems", at))?;
        }
        Ok(Done { id })
    }
}

fn of<T: Object>(unit: &mut Unit<'_>, field: &'static str, parent: &str) -> Result<(Descriptor, Vec<Record>)> {
    const MOST: u32 = 10_000;
    let descriptor = records::descriptor::<T>(unit.read())?;
    let all = nouns::list(unit.read(), &descriptor, &Query { limit: MOST, ..Query::of(Filter::eq(field, parent)) })?;
    Ok((descriptor, all))
}

fn one(unit: &mut Unit<'_>, chain: &Chain, descriptor: &Descriptor, items: &[Record], period: &str, fields: &Fields) -> Result<()> {
    let unknown = || DISTRIBUTION_PERIOD.invalid("There is no accounting period of this name.").with_value(period);
    let bucket = chain.periods.named(period).ok_or_else(unknown)?;
    let wanted = chain.record(bucket).map(|r| r.uid.clone()).unwrap_or_default();
    let holds = |r: &&Record| descriptor.value(&r.data, "accounting_period_id").as_text() == Some(&wanted);
    let nothing = || DISTRIBUTION_PERIOD.invalid("There is no revenue item in this accounting period.").with_value(period);
    let item = items.iter().find(holds).ok_or_else(nothing)?;
    if fields.is_empty() {
        return Err(REVENUE_ITEMS.missing("Give at least one custom field of the revenue item."));
    }
    only_custom(descriptor, fields)?;
    let values = fields.onto(descriptor, Some(&item.data))?;
    records::store(unit, descriptor, item, values).map(drop)
}
