//! Products with their plans, plans with their charges, made at once.

use super::{charge, product, rate_plan};
use crate::billing::Fields;
use crate::billing::records::{self, Created};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_objects::billing::Product;
use serde::Serialize;

/// A charge under creation.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeParts {
    /// Of a charge; the id of its plan is that of the plan it is made with.
    pub fields: Fields,
    /// Of its prices.
    pub tiers: Vec<Fields>,
}

/// A plan under creation.
#[derive(Clone, Debug, Serialize)]
pub struct PlanParts {
    pub fields: Fields,
    pub charges: Vec<ChargeParts>,
}

/// Makes a product with its plans and their charges, all or nothing.
#[derive(Serialize)]
pub struct ProductTreeCreate {
    pub fields: Fields,
    pub plans: Vec<PlanParts>,
}

impl Command for ProductTreeCreate {
    const OPERATION: &'static str = "product_tree_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let made = product::insert(unit, &self.fields)?;
        for (at, parts) in self.plans.into_iter().enumerate() {
            plan(unit, &made.id, parts).map_err(|e| records::within(e, &format!("plans[{at}]")))?;
        }
        Ok(made)
    }
}

/// Makes a plan of a product with its charges, all or nothing.
#[derive(Serialize)]
pub struct PlanTreeCreate {
    /// Id, number, SKU or name.
    pub product: String,
    pub plan: PlanParts,
}

impl Command for PlanTreeCreate {
    const OPERATION: &'static str = "product_rate_plan_tree_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let product = records::by_any_key::<Product>(unit.read(), &self.product)?.record.uid;
        plan(unit, &product, self.plan)
    }
}

fn plan(unit: &mut Unit<'_>, product: &str, parts: PlanParts) -> Result<Created> {
    let made = rate_plan::insert(unit, parts.fields.with("product_id", product))?;
    for (at, parts) in parts.charges.into_iter().enumerate() {
        let fields = parts.fields.with("product_rate_plan_id", made.id.as_str());
        charge::insert(unit, &fields, &parts.tiers).map_err(|e| records::within(e, &format!("charges[{at}]")))?;
    }
    Ok(made)
}
