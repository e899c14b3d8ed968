//! Event types: those a tenant defines, and the one a request names.

use super::book::NewEvent;
use crate::billing::records::{self, Created, View};
use crate::billing::{Done, Fields};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_ledger::field::{LABEL, SYSTEM_ID};
use accrual_ledger::schedule::{EventType, EventTypes};
use accrual_model::{Filter, Object, Query};
use accrual_objects::billing::RevenueEventType;
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// The type of a request's event. Only the types it can mean are read.
pub(super) fn resolve(tx: &mut dyn Read, given: &NewEvent) -> Result<EventType> {
    let (label, id) = (given.event_type.as_deref().unwrap_or_default(), given.event_type_system_id.as_deref().unwrap_or_default());
    let meant = Filter::Any(vec![Filter::eq("name", label), Filter::eq("system_id", id)]);
    let defined = typed::list::<RevenueEventType>(tx, &Query::of(Filter::All(vec![Filter::eq("active", true), meant])))?;
    let own = defined.into_iter().filter(|t| !t.system_id.ends_with(RevenueEventType::RESERVED));
    let types = EventTypes::with(own.map(|t| EventType { label: t.name.clone(), system_id: t.system_id.clone() }));
    types.resolve(given.event_type.as_deref(), given.event_type_system_id.as_deref())
}

/// Defines a type.
#[derive(Serialize)]
pub struct RevenueEventTypeCreate {
    /// Of [`RevenueEventType`].
    pub fields: Fields,
}

impl Command for RevenueEventTypeCreate {
    const OPERATION: &'static str = "revenue_event_type_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Finance Settings") })?;
        let (descriptor, values) = records::draft::<RevenueEventType>(unit, &self.fields)?;
        let count = nouns::count(unit.read(), RevenueEventType::descriptor(), &Filter::All(Vec::new()))?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= RevenueEventType::MOST {
            return Err(LABEL.rule(format!("There are {} revenue event types, the most there can be.", RevenueEventType::MOST)));
        }
        let record = records::insert(unit, &descriptor, values)?;
        not_reserved(&RevenueEventType::from_values(record.data.clone())?)?;
        Ok(Created::of(&descriptor, &record))
    }
}

fn not_reserved(made: &RevenueEventType) -> Result<()> {
    if made.system_id.ends_with(RevenueEventType::RESERVED) {
        let why = format!("A system id that ends in {} belongs to the system; choose another.", RevenueEventType::RESERVED);
        return Err(SYSTEM_ID.invalid(why).with_value(&made.system_id));
    }
    Ok(())
}

/// Changes the label of a type, or whether it may be used.
#[derive(Serialize)]
pub struct RevenueEventTypeUpdate {
    /// Id or system id.
    pub event_type: String,
    pub fields: Fields,
}

impl Command for RevenueEventTypeUpdate {
    const OPERATION: &'static str = "revenue_event_type_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Finance Settings") })?;
        let view = records::require::<RevenueEventType>(unit.read(), &self.event_type)?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// The types of the tenant, by age.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn event_types(tenant: &Tenant, context: &Context) -> Result<Vec<View>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let descriptor = records::descriptor::<RevenueEventType>(tx)?;
        let all = nouns::list(tx, &descriptor, &Query::default())?;
        Ok(all.into_iter().map(|record| View { descriptor: descriptor.clone(), record }).collect())
    })
}

/// A type by its id or system id.
///
/// # Errors
/// `role.privilege`; not found.
pub fn event_type(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<RevenueEventType>(tx, key))
}
