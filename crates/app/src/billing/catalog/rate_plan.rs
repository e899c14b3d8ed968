//! Rate plans.

use super::{charge, dates, external, group};
use crate::billing::Fields;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, Created, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Currency, Error, Result};
use accrual_model::{Descriptor, Object, Record, Values};
use accrual_objects::billing::{Product, ProductRatePlan, ProductRatePlanCharge};
use serde::Serialize;

/// Adds a rate plan to a product.
#[derive(Serialize)]
pub struct RatePlanCreate {
    /// Of [`ProductRatePlan`], the id of its product among them; `externalRatePlanIds` and `externalIdSourceSystem` too.
    pub fields: Fields,
}

impl Command for RatePlanCreate {
    const OPERATION: &'static str = "product_rate_plan_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        insert(unit, self.fields)
    }
}

pub(super) fn insert(unit: &mut Unit<'_>, mut fields: Fields) -> Result<Created> {
    let said = external::take(&mut fields);
    let (descriptor, mut values) = records::draft::<ProductRatePlan>(unit, &fields)?;
    fits(unit, &descriptor, &mut values)?;
    let record = records::insert(unit, &descriptor, values)?;
    external::store(unit, &record.uid, &said)?;
    Ok(Created::of(&descriptor, &record))
}

/// Takes the product's days where the plan says none, and checks what the product and ISO 4217 allow.
fn fits(unit: &mut Unit<'_>, descriptor: &Descriptor, values: &mut Values) -> Result<()> {
    let Some(product) = descriptor.value(values, "product_id").as_text().map(str::to_owned) else { return Ok(()) };
    let product = records::typed::<Product>(unit.read(), &product)?;
    for (field, day) in [("effective_start_date", product.effective_start_date), ("effective_end_date", product.effective_end_date)] {
        if let (true, Some(day)) = (descriptor.value(values, field).is_null(), day) {
            records::set(descriptor, values, field, day)?;
        }
    }
    accrual_model::check(descriptor, values)?;
    let plan = ProductRatePlan::from_values(values.clone())?;
    let outer = (product.effective_start_date, product.effective_end_date);
    dates::within(&plan.name, (plan.effective_start_date, plan.effective_end_date), outer)?;
    match plan.active_currencies.iter().flatten().find(|code| Currency::named(code).is_none()) {
        None => Ok(()),
        Some(code) => {
            let message = format!("{code:?} is no currency of ISO 4217, in upper case.");
            Err(Error::invalid("product_rate_plan.currency", message).in_column("activeCurrencies").with_value(code))
        }
    }
}

/// Changes a rate plan.
#[derive(Serialize)]
pub struct RatePlanUpdate {
    /// Id or number.
    pub plan: String,
    pub fields: Fields,
}

impl Command for RatePlanUpdate {
    const OPERATION: &'static str = "product_rate_plan_update";
    type Output = Done;

    fn run(mut self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::require::<ProductRatePlan>(unit.read(), &self.plan)?;
        let said = external::take(&mut self.fields);
        let mut values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        fits(unit, &view.descriptor, &mut values)?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        external::store(unit, &after.uid, &said)?;
        for record in records::children(unit.read(), ProductRatePlanCharge::descriptor(), "product_rate_plan_id", &after.uid)? {
            charge::priced(unit, &record)?;
        }
        Ok(Done { id: after.uid })
    }
}

/// Removes a rate plan with its charges and prices.
#[derive(Serialize)]
pub struct RatePlanDelete {
    /// Id or number.
    pub plan: String,
}

impl Command for RatePlanDelete {
    const OPERATION: &'static str = "product_rate_plan_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::require::<ProductRatePlan>(unit.read(), &self.plan)?;
        remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

pub(super) fn remove(unit: &mut Unit<'_>, descriptor: &Descriptor, plan: &Record) -> Result<()> {
    let charges = records::descriptor::<ProductRatePlanCharge>(unit.read())?;
    for record in records::children(unit.read(), &charges, "product_rate_plan_id", &plan.uid)? {
        charge::remove(unit, &charges, &record)?;
    }
    external::remove(unit, &plan.uid)?;
    group::forget(unit, &plan.uid)?;
    records::remove(unit, descriptor, plan)
}

/// A rate plan by its id or number.
///
/// # Errors
/// `role.privilege`; not found.
pub fn rate_plan(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<ProductRatePlan>(tx, key))
}
