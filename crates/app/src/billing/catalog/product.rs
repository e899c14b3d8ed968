//! Products.

use super::{dates, rate_plan};
use crate::billing::Fields;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, Created, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Object, Stored};
use accrual_objects::billing::{Product, ProductRatePlan};
use serde::Serialize;

/// Adds a product to the catalog.
#[derive(Serialize)]
pub struct ProductCreate {
    /// Of [`Product`].
    pub fields: Fields,
}

impl Command for ProductCreate {
    const OPERATION: &'static str = "product_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        insert(unit, &self.fields)
    }
}

pub(super) fn insert(unit: &mut Unit<'_>, fields: &Fields) -> Result<Created> {
    let (descriptor, values) = records::draft::<Product>(unit, fields)?;
    let record = records::insert(unit, &descriptor, values)?;
    Ok(Created::of(&descriptor, &record))
}

/// Changes a product.
#[derive(Serialize)]
pub struct ProductUpdate {
    /// Id, SKU, number or name.
    pub product: String,
    pub fields: Fields,
}

impl Command for ProductUpdate {
    const OPERATION: &'static str = "product_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::by_any_key::<Product>(unit.read(), &self.product)?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        let product: Stored<Product> = after.typed()?;
        for plan in records::children(unit.read(), ProductRatePlan::descriptor(), "product_id", &product.uid)? {
            let plan: Stored<ProductRatePlan> = plan.typed()?;
            let outer = (product.effective_start_date, product.effective_end_date);
            dates::within(&plan.name, (plan.effective_start_date, plan.effective_end_date), outer)?;
        }
        Ok(Done { id: product.uid })
    }
}

/// Removes a product with its rate plans, charges and prices.
#[derive(Serialize)]
pub struct ProductDelete {
    /// Id, SKU, number or name.
    pub product: String,
}

impl Command for ProductDelete {
    const OPERATION: &'static str = "product_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Product Catalog") })?;
        let view = records::by_any_key::<Product>(unit.read(), &self.product)?;
        let plans = records::descriptor::<ProductRatePlan>(unit.read())?;
        for plan in records::children(unit.read(), &plans, "product_id", &view.record.uid)? {
            rate_plan::remove(unit, &plans, &plan)?;
        }
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

/// A product by its id, SKU, number or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn product(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::by_any_key::<Product>(tx, key))
}
