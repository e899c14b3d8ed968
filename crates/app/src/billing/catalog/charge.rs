//! Charges with their prices.

use super::tiers::arrange;
use crate::billing::Fields;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, Created, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Object, Record, Values};
use accrual_objects::administration::Profile;
use accrual_objects::billing::{
    ChargeModel, ChargeType, Pricing, ProductRatePlan, ProductRatePlanCharge, ProductRatePlanChargeTier as Tier,
};
use accrual_store::Read;
use accrual_store::nouns::typed;
use serde::Serialize;
use std::collections::BTreeSet;

/// Adds a charge to a rate plan.
#[derive(Serialize)]
pub struct ChargeCreate {
    /// Of [`ProductRatePlanCharge`], the id of its rate plan among them.
    pub fields: Fields,
    /// Of [`Tier`]: the prices, one or more a currency. A price without currency is in that of the tenant.
    pub tiers: Vec<Fields>,
}

impl Command for ChargeCreate {
    const OPERATION: &'static str = "product_rate_plan_charge_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        insert(unit, &self.fields, &self.tiers)
    }
}

pub(super) fn insert(unit: &mut Unit<'_>, fields: &Fields, prices: &[Fields]) -> Result<Created> {
    let (descriptor, mut values) = records::draft::<ProductRatePlanCharge>(unit, fields)?;
    timing(&descriptor, &mut values)?;
    let record = records::insert(unit, &descriptor, values)?;
    let charge = ProductRatePlanCharge::from_values(record.data.clone())?;
    let tiers = read_tiers(unit, &record.uid, charge.charge_model, prices)?;
    for tier in tiers {
        insert_tier(unit, &tier)?;
    }
    priced(unit, &record)?;
    Ok(Created::of(&descriptor, &record))
}

/// A recurring charge is billed in advance unless it says otherwise, usage always in arrears.
fn timing(descriptor: &Descriptor, values: &mut Values) -> Result<()> {
    if !descriptor.value(values, "billing_timing").is_null() {
        return Ok(());
    }
    use accrual_model::TextEnum;
    match descriptor.value(values, "charge_type").as_text().and_then(ChargeType::named) {
        Some(ChargeType::Recurring) => records::set(descriptor, values, "billing_timing", "In Advance"),
        Some(ChargeType::Usage) => records::set(descriptor, values, "billing_timing", "In Arrears"),
        _ => Ok(()),
    }
}

/// The prices as tiers in order.
fn read_tiers(unit: &mut Unit<'_>, charge: &str, model: ChargeModel, given: &[Fields]) -> Result<Vec<Tier>> {
    let descriptor = Tier::descriptor();
    let currency = home_currency(unit.read())?;
    let mut tiers = Vec::with_capacity(given.len());
    for (number, fields) in (1_i64..).zip(given) {
        let mut values = fields.onto(descriptor, None)?;
        records::set(descriptor, &mut values, "product_rate_plan_charge_id", charge)?;
        if descriptor.value(&values, "currency").is_null() {
            records::set(descriptor, &mut values, "currency", currency.as_str())?;
        }
        let numbered = !descriptor.value(&values, "tier").is_null();
        if !numbered {
            records::set(descriptor, &mut values, "tier", number)?;
        }
        accrual_model::check(descriptor, &values)?;
        let mut tier = Tier::from_values(values)?;
        if !numbered {
            tier.tier = 0;
        }
        tiers.push(tier);
    }
    arrange(model, tiers)
}

/// The currency of a price that names none.
fn home_currency(tx: &mut dyn Read) -> Result<String> {
    let profile = typed::find::<Profile>(tx, "name", "REPORTING_CURRENCY")?;
    Ok(profile.map_or_else(|| accrual_base::Currency::USD.code().to_owned(), |p| p.data.value))
}

fn insert_tier(unit: &mut Unit<'_>, tier: &Tier) -> Result<()> {
    records::insert(unit, Tier::descriptor(), tier.to_values()?).map(drop)
}

/// The stored prices of a charge, by currency and number.
pub(super) fn stored_tiers(tx: &mut dyn Read, charge: &str) -> Result<Vec<Record>> {
    let descriptor = Tier::descriptor();
    let mut all = records::children(tx, descriptor, "product_rate_plan_charge_id", charge)?;
    let key = |r: &Record| (descriptor.value(&r.data, "currency").as_text().map(str::to_owned), descriptor.value(&r.data, "tier").as_int());
    all.sort_by_key(key);
    Ok(all)
}

/// A charge has a price in every currency its plan lists; in some currency at least when its model has catalog prices.
pub(super) fn priced(unit: &mut Unit<'_>, charge: &Record) -> Result<()> {
    let noun = ProductRatePlanCharge::from_values(charge.data.clone())?;
    if noun.charge_model.pricing() == Pricing::Elsewhere {
        return Ok(());
    }
    let tiers = stored_tiers(unit.read(), &charge.uid)?;
    let currencies: BTreeSet<&str> = tiers.iter().filter_map(|t| Tier::descriptor().value(&t.data, "currency").as_text()).collect();
    let missing = |message: String| Err(Error::invalid("product_rate_plan_charge.price", message).in_column("productRatePlanChargeTiers"));
    if currencies.is_empty() {
        return missing(format!("The charge {} has no price.", noun.name));
    }
    let plan = records::typed::<ProductRatePlan>(unit.read(), &noun.product_rate_plan_id)?;
    // a percentage is the same in every currency
    let everywhere = noun.charge_model == ChargeModel::DiscountPercentage;
    match plan.active_currencies.iter().flatten().find(|c| !everywhere && !currencies.contains(c.as_str())) {
        Some(currency) => missing(format!("The charge {} has no price in {currency}, which its rate plan lists.", noun.name)),
        None => Ok(()),
    }
}

/// Changes a charge; prices, when given, are all its prices from then on.
#[derive(Serialize)]
pub struct ChargeUpdate {
    /// Id or number.
    pub charge: String,
    pub fields: Fields,
    pub tiers: Option<Vec<Fields>>,
}

impl Command for ChargeUpdate {
    const OPERATION: &'static str = "product_rate_plan_charge_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::require::<ProductRatePlanCharge>(unit.read(), &self.charge)?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        let model = ProductRatePlanCharge::from_values(after.data.clone())?.charge_model;
        let old = stored_tiers(unit.read(), &after.uid)?;
        match &self.tiers {
            Some(given) => {
                let tiers = read_tiers(unit, &after.uid, model, given)?;
                replace(unit, old, &tiers)?;
            }
            // what is there must suit a changed model too
            None => {
                let tiers = old.into_iter().map(|t| Tier::from_values(t.data)).collect::<Result<Vec<_>>>()?;
                arrange(model, tiers)?;
            }
        }
        priced(unit, &after)?;
        Ok(Done { id: after.uid })
    }
}

/// Prices keep their id where currency and number stay.
fn replace(unit: &mut Unit<'_>, mut old: Vec<Record>, tiers: &[Tier]) -> Result<()> {
    let descriptor = Tier::descriptor();
    let mut new = Vec::new();
    for tier in tiers {
        let same = |r: &Record| {
            descriptor.value(&r.data, "currency").as_text() == Some(tier.currency.as_str())
                && descriptor.value(&r.data, "tier").as_int() == Some(tier.tier)
        };
        match old.iter().position(same) {
            Some(at) => {
                let before = old.swap_remove(at);
                records::store(unit, descriptor, &before, tier.to_values()?)?;
            }
            None => new.push(tier),
        }
    }
    for gone in old {
        records::remove(unit, descriptor, &gone)?;
    }
    new.into_iter().try_for_each(|tier| insert_tier(unit, tier))
}

/// Removes a charge with its prices.
#[derive(Serialize)]
pub struct ChargeDelete {
    /// Id or number.
    pub charge: String,
}

impl Command for ChargeDelete {
    const OPERATION: &'static str = "product_rate_plan_charge_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::require::<ProductRatePlanCharge>(unit.read(), &self.charge)?;
        remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

pub(super) fn remove(unit: &mut Unit<'_>, descriptor: &Descriptor, charge: &Record) -> Result<()> {
    for tier in stored_tiers(unit.read(), &charge.uid)? {
        records::remove(unit, Tier::descriptor(), &tier)?;
    }
    records::remove(unit, descriptor, charge)
}

/// A charge with its prices in order.
#[derive(Clone, Debug)]
pub struct ChargeView {
    pub charge: View,
    /// By currency and number.
    pub tiers: Vec<Record>,
}

/// A charge by its id or number.
///
/// # Errors
/// `role.privilege`; not found.
pub fn charge(tenant: &Tenant, context: &Context, key: &str) -> Result<ChargeView> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let charge = records::require::<ProductRatePlanCharge>(tx, key)?;
        let tiers = stored_tiers(tx, &charge.record.uid)?;
        Ok(ChargeView { charge, tiers })
    })
}
