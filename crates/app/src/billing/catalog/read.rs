//! The catalog as it is shown: products with their plans, plans with their charges and prices.

use super::external;
use crate::billing::Listing;
use crate::billing::records::{self, View};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::{Day, Result};
use accrual_model::{Descriptor, Filter, Object, Query, Record, TextEnum};
use accrual_objects::billing::{
    AccountingCode, ExternalRatePlanId, Product, ProductRatePlan, ProductRatePlanCharge, ProductRatePlanChargeTier as Tier,
};
use accrual_store::Read;
use accrual_store::nouns;
use std::collections::BTreeMap;

/// A charge with its prices, by currency and number.
#[derive(Clone, Debug)]
pub struct ChargeTree {
    pub charge: Record,
    pub tiers: Vec<Record>,
}

/// A plan with its charges, and what other systems call it.
#[derive(Clone, Debug)]
pub struct PlanTree {
    pub plan: Record,
    pub charges: Vec<ChargeTree>,
    pub external: Vec<ExternalRatePlanId>,
}

/// Name and type of an accounting code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeName {
    pub name: String,
    pub kind: String,
}

/// Plans with what reads them.
#[derive(Clone, Debug)]
pub struct Plans {
    pub plan_descriptor: Descriptor,
    pub charge_descriptor: Descriptor,
    pub plans: Vec<PlanTree>,
    /// The accounting codes that the charges name, by id.
    pub codes: BTreeMap<String, CodeName>,
}

/// Whether a plan can be bought on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum PlanStatus {
    #[text("NotStarted")]
    NotStarted,
    Active,
    Expired,
}

impl PlanStatus {
    /// Of a plan that is effective from the first day to the last, both included.
    pub fn on(day: Day, first: Option<Day>, last: Option<Day>) -> Self {
        if first.is_some_and(|first| day < first) {
            Self::NotStarted
        } else if last.is_some_and(|last| day > last) {
            Self::Expired
        } else {
            Self::Active
        }
    }
}

/// Products in the order they were made.
///
/// # Errors
/// `role.privilege`.
pub fn products(tenant: &Tenant, context: &Context, page: &Query) -> Result<Listing> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::list::<Product>(tx, page))
}

/// A page of the plans of a product, by its id, SKU, number or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn plans_of_product(tenant: &Tenant, context: &Context, product: &str, page: &Query) -> Result<Plans> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let product = records::by_any_key::<Product>(tx, product)?;
        let filter = Filter::eq("product_id", product.record.uid.as_str());
        let found = records::list::<ProductRatePlan>(tx, &Query { filter, ..page.clone() })?;
        trees(tx, found)
    })
}

/// A plan by its id or number, without its charges.
///
/// # Errors
/// `role.privilege`; not found.
pub fn plan_with_ids(tenant: &Tenant, context: &Context, key: &str) -> Result<(View, Vec<ExternalRatePlanId>)> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let plan = records::require::<ProductRatePlan>(tx, key)?;
        let ids = external::of_plan(tx, &plan.record.uid)?;
        Ok((plan, ids))
    })
}

/// The plans another system calls by this id.
///
/// # Errors
/// `role.privilege`.
pub fn plans_by_external_id(tenant: &Tenant, context: &Context, external_id: &str) -> Result<Vec<(View, Vec<ExternalRatePlanId>)>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let ids = external::plans(tx, external_id)?;
        let plan = |tx: &mut dyn Read, id: &String| Ok((records::require::<ProductRatePlan>(tx, id)?, external::of_plan(tx, id)?));
        ids.iter().map(|id| plan(tx, id)).collect()
    })
}

/// A product by its id, SKU, number or name, with all its plans.
///
/// # Errors
/// `role.privilege`; not found.
pub fn product_tree(tenant: &Tenant, context: &Context, key: &str) -> Result<(View, Plans)> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let product = records::by_any_key::<Product>(tx, key)?;
        let descriptor = records::descriptor::<ProductRatePlan>(tx)?;
        let records = records::children(tx, &descriptor, "product_id", &product.record.uid)?;
        let plans = trees(tx, Listing { descriptor, records })?;
        Ok((product, plans))
    })
}

/// A plan by its id or number, with its charges.
///
/// # Errors
/// `role.privilege`; not found.
pub fn plan_tree(tenant: &Tenant, context: &Context, key: &str) -> Result<Plans> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let View { descriptor, record } = records::require::<ProductRatePlan>(tx, key)?;
        trees(tx, Listing { descriptor, records: vec![record] })
    })
}

/// A charge by its id or number: its plan with that charge alone.
///
/// # Errors
/// `role.privilege`; not found.
pub fn charge_tree(tenant: &Tenant, context: &Context, key: &str) -> Result<Plans> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let charge = records::require::<ProductRatePlanCharge>(tx, key)?;
        let View { descriptor, record } = records::require::<ProductRatePlan>(tx, charge.text("product_rate_plan_id").unwrap_or_default())?;
        let mut plans = trees(tx, Listing { descriptor, records: vec![record] })?;
        plans.plans.iter_mut().for_each(|p| p.charges.retain(|c| c.charge.id == charge.record.id));
        Ok(plans)
    })
}

/// The plans that meet a condition, with their charges and their products, in the order they were made.
///
/// # Errors
/// `role.privilege`; a field that cannot be filtered by.
pub fn plans_where(tenant: &Tenant, context: &Context, filter: &Filter, most: u32) -> Result<(Plans, Vec<View>)> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let found = records::list::<ProductRatePlan>(tx, &Query { limit: most, ..Query::of(filter.clone()) })?;
        let plans = trees(tx, found)?;
        let mut products: Vec<View> = Vec::new();
        for tree in &plans.plans {
            let id = plans.plan_descriptor.value(&tree.plan.data, "product_id").as_text().unwrap_or_default();
            if !products.iter().any(|p| p.record.uid == id) {
                products.push(records::require::<Product>(tx, id)?);
            }
        }
        Ok((plans, products))
    })
}

fn trees(tx: &mut dyn Read, found: Listing) -> Result<Plans> {
    let charge_descriptor = records::descriptor::<ProductRatePlanCharge>(tx)?;
    let mut plans = Vec::with_capacity(found.records.len());
    for plan in found.records {
        let mut charges = Vec::new();
        for charge in records::children(tx, &charge_descriptor, "product_rate_plan_id", &plan.uid)? {
            let tiers = super::charge::stored_tiers(tx, &charge.uid)?;
            charges.push(ChargeTree { charge, tiers });
        }
        let external = external::of_plan(tx, &plan.uid)?;
        plans.push(PlanTree { plan, charges, external });
    }
    let codes = codes(tx, &charge_descriptor, &plans)?;
    Ok(Plans { plan_descriptor: found.descriptor, charge_descriptor, plans, codes })
}

/// Looks every accounting code up once.
fn codes(tx: &mut dyn Read, charges: &Descriptor, plans: &[PlanTree]) -> Result<BTreeMap<String, CodeName>> {
    let descriptor = AccountingCode::descriptor();
    let refers = |f: &accrual_model::Field| f.reference().is_some_and(|(to, _)| **to == *descriptor.names.table);
    let fields: Vec<usize> = (0..charges.fields.len()).filter(|at| refers(&charges.fields[*at])).collect();
    let mut codes = BTreeMap::new();
    for tree in plans.iter().flat_map(|p| &p.charges) {
        for id in fields.iter().filter_map(|at| tree.charge.data[*at].as_text()) {
            if codes.contains_key(id) {
                continue;
            }
            if let Some(code) = nouns::get_by_uid(tx, descriptor, id)? {
                let text = |field: &str| descriptor.value(&code.data, field).as_text().unwrap_or_default().to_owned();
                codes.insert(id.to_owned(), CodeName { name: text("name"), kind: text("type") });
            }
        }
    }
    Ok(codes)
}

/// The prices of a charge by currency: those of its ranges, and the one for what is beyond them.
pub fn by_currency(tiers: &[Record]) -> Vec<(&str, Vec<&Record>)> {
    let descriptor = Tier::descriptor();
    let mut found: Vec<(&str, Vec<&Record>)> = Vec::new();
    for tier in tiers {
        let currency = descriptor.value(&tier.data, "currency").as_text().unwrap_or_default();
        match found.last_mut().filter(|(last, _)| *last == currency) {
            Some((_, list)) => list.push(tier),
            None => found.push((currency, vec![tier])),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_can_be_bought_from_its_first_day_to_its_last() {
        let day = |d| Day::try_ymd(2024, 1, d);
        let on = |d: i32| PlanStatus::on(Day::from_ymd(2024, 1, d), day(10), day(20));
        assert_eq!((on(9), on(10), on(20), on(21)), (PlanStatus::NotStarted, PlanStatus::Active, PlanStatus::Active, PlanStatus::Expired));
        assert_eq!(PlanStatus::on(Day::from_ymd(2024, 1, 1), None, None), PlanStatus::Active);
    }
}
