//! Giving a contact to another account, and overwriting what is personal.

use super::user;
use crate::billing::custom_field::Done;
use crate::billing::records::{self, View};
use crate::billing::registry;
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, FieldType, Object, Record, Value, Values};
use accrual_objects::billing::{Account, AccountStatus, Contact, ContactSnapshot};
use accrual_store::nouns::{self, references};
use serde::Serialize;

/// Gives a contact that plays no part to another account.
#[derive(Serialize)]
pub struct ContactTransfer {
    pub id: String,
    /// Id or number of the account that gets it.
    pub account: String,
}

impl Command for ContactTransfer {
    const OPERATION: &'static str = "contact_transfer";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Modify Account") })?;
        let view = records::require::<Contact>(unit.read(), &self.id)?;
        let account = records::typed::<Account>(unit.read(), &self.account)?;
        if account.status == AccountStatus::Canceled {
            return Err(Error::conflict("account.canceled", format!("The account {} is canceled and cannot change.", self.account)));
        }
        if let Some(holder) = user(unit.read(), &view.record.uid)?
            && view.text("account_id") != Some(account.uid.as_str())
        {
            let message = format!("The contact is bill-to, sold-to or ship-to of the account {holder}; give that another one first.");
            return Err(Error::conflict("contact.in_use", message));
        }
        let mut values = view.record.data.clone();
        records::set(&view.descriptor, &mut values, "account_id", account.uid.as_str())?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// Overwrites what is personal of a contact and of its snapshots. It cannot be undone.
#[derive(Serialize)]
pub struct ContactScrub {
    pub id: String,
}

/// What a scrubbed name reads.
const SCRUBBED: &str = "Scrubbed";

/// What taxes and reports need of a place, and what is no text of a person.
const KEPT: [&str; 6] = ["account_id", "contact_id", "country", "state", "tax_region", "other_phone_type"];

impl Command for ContactScrub {
    const OPERATION: &'static str = "contact_scrub";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Scrub Sensitive Data of Contact") })?;
        let View { descriptor, record } = records::require::<Contact>(unit.read(), &self.id)?;
        scrub(unit, &descriptor, &record)?;
        for snapshot in records::children(unit.read(), ContactSnapshot::descriptor(), "contact_id", &record.uid)? {
            scrub(unit, ContactSnapshot::descriptor(), &snapshot)?;
        }
        Ok(Done { id: record.uid })
    }
}

/// The audit row says that it was done, not what was there.
fn scrub(unit: &mut Unit<'_>, descriptor: &Descriptor, record: &Record) -> Result<()> {
    let values = scrubbed(descriptor, &record.data);
    references::check(unit.read(), registry()?, descriptor, &values)?;
    let stamp = unit.stamp();
    let after = nouns::update(unit.tx, descriptor, record.id, values, Some(record.version), stamp)?;
    let shown = accrual_model::json::write(descriptor, &after);
    unit.audit(&descriptor.names.object, &after.uid, None, Some(&shown))
}

fn scrubbed(descriptor: &Descriptor, values: &Values) -> Values {
    let mut out = values.clone();
    for (at, field) in descriptor.fields.iter().enumerate() {
        if field.kind != FieldType::Text || !field.allowed.is_empty() || KEPT.contains(&&*field.names.table) {
            continue;
        }
        let name = matches!(&*field.names.table, "first_name" | "last_name");
        out.set(at, if name || field.required { Value::from(SCRUBBED) } else { Value::Null });
    }
    out
}
