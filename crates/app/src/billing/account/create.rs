//! Opening an account.

use super::rules;
use crate::billing::contact::{self, Use};
use crate::billing::records;
use crate::billing::{Fields, numbers, visible};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Draft, json};
use accrual_objects::billing::Account;
use accrual_store::nouns::{self, references};
use serde::{Deserialize, Serialize};

/// Which contact plays a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum ContactOf {
    /// Not said: the sold-to is then the bill-to, the ship-to nobody.
    #[default]
    Unsaid,
    /// The same one as the bill-to.
    SameAsBillTo,
    /// A new one.
    New(Fields),
}

/// Opens an account with its contacts; with a bill-to contact it is active at once.
#[derive(Serialize)]
pub struct AccountCreate {
    /// Of [`Account`].
    pub account: Fields,
    /// Of a contact. Without one the account stays a draft.
    pub bill_to: Option<Fields>,
    pub sold_to: ContactOf,
    pub ship_to: ContactOf,
}

/// The account that was opened, and its contacts by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMade {
    /// The text id.
    pub id: String,
    pub number: Option<String>,
    pub bill_to_id: Option<String>,
    pub sold_to_id: Option<String>,
    pub ship_to_id: Option<String>,
}

impl Command for AccountCreate {
    const OPERATION: &'static str = "account_create";
    type Output = AccountMade;

    fn run(self, unit: &mut Unit<'_>) -> Result<AccountMade> {
        unit.actor.permit(const { Permission::named("Create Account") })?;
        let (descriptor, mut values) = records::draft::<Account>(unit, &self.account)?;
        rules::no_contacts(&descriptor, &values)?;
        records::by_id(unit.read(), &descriptor, &mut values)?;
        rules::defaults(unit, &descriptor, &self.account, &mut values)?;
        let organization = visible::of_new_account(unit.actor, descriptor.value(&values, "organization_id").as_text())?;
        if let Some(organization) = organization {
            records::set(&descriptor, &mut values, "organization_id", organization)?;
        }
        records::set(&descriptor, &mut values, "status", "Draft")?;
        numbers::fill(unit, &descriptor, &mut values)?;
        references::check(unit.read(), crate::billing::registry()?, &descriptor, &values)?;
        let stamp = unit.stamp();
        let draft = nouns::create(unit.tx, &descriptor, Draft { id: None, values }, stamp)?;

        // contacts belong to an account, so they come after it; the audit row shows the account as it is then
        let id = draft.uid.clone();
        // a read waits for the account: a number that is taken is refused here, not as a fault of the contact that follows
        nouns::get(unit.read(), &descriptor, draft.id)?;
        let bill_to = self.bill_to.map(|fields| insert(unit, &id, &fields, Use::BillTo)).transpose()?;
        let mut values = draft.data.clone();
        if let Some(bill_to) = &bill_to {
            records::set(&descriptor, &mut values, "bill_to_id", bill_to.as_str())?;
            records::set(&descriptor, &mut values, "status", "Active")?;
        }
        for (field, which, part) in [("sold_to_id", self.sold_to, Use::SoldTo), ("ship_to_id", self.ship_to, Use::ShipTo)] {
            let contact = match which {
                ContactOf::New(fields) => Some(insert(unit, &id, &fields, part)?),
                ContactOf::SameAsBillTo if bill_to.is_none() => {
                    let message = "There is no bill-to contact to be the same as; give one.";
                    return Err(Error::invalid("account.bill_to", message).in_column("billTo"));
                }
                ContactOf::SameAsBillTo => bill_to.clone(),
                ContactOf::Unsaid if part == Use::SoldTo => bill_to.clone(),
                ContactOf::Unsaid => None,
            };
            if let Some(contact) = contact {
                records::set(&descriptor, &mut values, field, contact)?;
            }
        }
        let stamp = unit.stamp();
        let account = nouns::update(unit.tx, &descriptor, draft.id, values, Some(draft.version), stamp)?;
        unit.audit(&descriptor.names.object, &account.uid, None, Some(&json::write(&descriptor, &account)))?;
        let text = |field: &str| descriptor.value(&account.data, field).as_text().map(str::to_owned);
        Ok(AccountMade {
            number: text("account_number"),
            bill_to_id: text("bill_to_id"),
            sold_to_id: text("sold_to_id"),
            ship_to_id: text("ship_to_id"),
            id: account.uid,
        })
    }
}

fn insert(unit: &mut Unit<'_>, account: &str, fields: &Fields, part: Use) -> Result<String> {
    contact::insert(unit, account, fields, part).map_err(|e| records::within(e, part.name()))
}
