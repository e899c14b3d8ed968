//! Reading periods.

use super::chain::Chain;
use crate::billing::records::{self, View};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_objects::billing::AccountingPeriod;

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
