//! Changing, removing and reading a contact.

use super::user;
use crate::billing::Fields;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_objects::billing::{Contact, ContactSnapshot};
use serde::Serialize;

/// Changes a contact; its account only by [`super::ContactTransfer`].
#[derive(Serialize)]
pub struct ContactUpdate {
    pub id: String,
    pub fields: Fields,
}

impl Command for ContactUpdate {
    const OPERATION: &'static str = "contact_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Modify Account") })?;
        change(unit, &self.id, &self.fields)?;
        Ok(Done { id: self.id })
    }
}

/// Changes a contact from inside another verb.
pub(in crate::billing) fn change(unit: &mut Unit<'_>, id: &str, fields: &Fields) -> Result<()> {
    let view = records::require::<Contact>(unit.read(), id)?;
    let values = fields.onto(&view.descriptor, Some(&view.record.data))?;
    records::store(unit, &view.descriptor, &view.record, values).map(drop)
}

/// Removes a contact that no account bills, sells or ships to.
#[derive(Serialize)]
pub struct ContactDelete {
    pub id: String,
}

impl Command for ContactDelete {
    const OPERATION: &'static str = "contact_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Modify Account") })?;
        let view = records::require::<Contact>(unit.read(), &self.id)?;
        if let Some(account) = user(unit.read(), &view.record.uid)? {
            let message = format!("The contact is bill-to, sold-to or ship-to of the account {account}; give that another one first.");
            return Err(Error::conflict("contact.in_use", message));
        }
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

/// A contact by its id.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, id: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<Contact>(tx, id))
}

/// A snapshot of a contact by its id.
///
/// # Errors
/// As [`get`].
pub fn get_snapshot(tenant: &Tenant, context: &Context, id: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<ContactSnapshot>(tx, id))
}
