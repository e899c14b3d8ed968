//! The billing rules of a tenant.

use super::facts;
use crate::billing::{Done, Fields, records};
use crate::context::{Context, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Object};
use accrual_objects::billing::{BILLING_RULES, BillingRules};
use accrual_store::nouns;
use serde::Serialize;

/// Changes the billing rules; they are written down the first time one is other than its default.
#[derive(Serialize)]
pub struct BillingRulesUpdate {
    /// Of [`BillingRules`].
    pub fields: Fields,
}

impl Command for BillingRulesUpdate {
    const OPERATION: &'static str = "billing_rules_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.require(Privilege::Administrator)?;
        let shape: &Descriptor = BillingRules::descriptor();
        let before = nouns::find(unit.read(), shape, "name", &BILLING_RULES.into())?;
        let current = match &before {
            Some(record) => record.data.clone(),
            None => BillingRules::default().to_values()?,
        };
        let values = self.fields.onto(shape, Some(&current))?;
        let home = |values| shape.value(values, "home_currency").as_text().map(str::to_owned);
        if let (Some(was), is) = (home(&current), home(&values))
            && is.as_ref() != Some(&was)
        {
            let why = format!("The home currency stays {was}: amounts are kept in it.");
            return Err(Error::conflict("billing_rules.home_currency", why).in_column("homeCurrency"));
        }
        let stored = match before {
            Some(record) => records::store(unit, shape, &record, values)?,
            None => records::insert(unit, shape, values)?,
        };
        Ok(Done { id: stored.uid })
    }
}

/// The billing rules as they are.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn billing_rules(tenant: &Tenant, context: &Context) -> Result<BillingRules> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(facts::rules)
}
