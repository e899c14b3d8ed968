//! Changing an account.

use super::rules;
use crate::billing::contact::{self, Use};
use crate::billing::custom_field::Done;
use crate::billing::{Fields, records};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Descriptor, Record, Values};
use accrual_objects::billing::Account;
use serde::Serialize;

/// Changes an account, and the contacts it has; a contact it has not is made.
#[derive(Serialize)]
pub struct AccountUpdate {
    /// Id or number.
    pub account: String,
    pub fields: Fields,
    pub bill_to: Option<Fields>,
    pub sold_to: Option<Fields>,
    pub ship_to: Option<Fields>,
}

impl AccountUpdate {
    /// A change of the account alone.
    pub fn of(account: impl Into<String>, fields: Fields) -> Self {
        Self { account: account.into(), fields, bill_to: None, sold_to: None, ship_to: None }
    }
}

impl Command for AccountUpdate {
    const OPERATION: &'static str = "account_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Modify Account") })?;
        let view = records::require::<Account>(unit.read(), &self.account)?;
        let (descriptor, before) = (&view.descriptor, &view.record);
        let mut values = self.fields.onto(descriptor, Some(&before.data))?;
        records::by_id(unit.read(), descriptor, &mut values)?;
        part(unit, descriptor, before, &mut values, ("bill_to_id", Use::BillTo), self.bill_to)?;
        part(unit, descriptor, before, &mut values, ("sold_to_id", Use::SoldTo), self.sold_to)?;
        part(unit, descriptor, before, &mut values, ("ship_to_id", Use::ShipTo), self.ship_to)?;
        rules::change(unit, descriptor, before, &mut values)?;
        let after = records::store(unit, descriptor, before, values)?;
        Ok(Done { id: after.uid })
    }
}

/// Changes the contact that plays a part, or makes one.
fn part(
    unit: &mut Unit<'_>,
    descriptor: &Descriptor,
    account: &Record,
    values: &mut Values,
    (field, part): (&'static str, Use),
    fields: Option<Fields>,
) -> Result<()> {
    let Some(fields) = fields else { return Ok(()) };
    match descriptor.value(values, field).as_text() {
        Some(id) => {
            let id = id.to_owned();
            contact::change(unit, &id, &fields).map_err(|e| records::within(e, part.name()))
        }
        None => {
            let id = contact::insert(unit, &account.uid, &fields, part).map_err(|e| records::within(e, part.name()))?;
            records::set(descriptor, values, field, id)
        }
    }
}
