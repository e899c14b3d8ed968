//! Adding a contact.

use crate::billing::Fields;
use crate::billing::records::{self, Created};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_objects::billing::{Account, AccountStatus, Contact};
use serde::Serialize;

/// What a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    BillTo,
    SoldTo,
    ShipTo,
}

impl Use {
    /// What an account calls the contact, in refusals.
    pub fn name(self) -> &'static str {
        match self {
            Self::BillTo => "billTo",
            Self::SoldTo => "soldTo",
            Self::ShipTo => "shipTo",
        }
    }
}

/// Adds a contact to an account.
#[derive(Serialize)]
pub struct ContactCreate {
    /// Id or number.
    pub account: String,
    /// Of [`Contact`].
    pub fields: Fields,
}

impl Command for ContactCreate {
    const OPERATION: &'static str = "contact_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Create Contact") })?;
        let account = records::typed::<Account>(unit.read(), &self.account)?;
        if account.status == AccountStatus::Canceled {
            return Err(Error::conflict("account.canceled", format!("The account {} is canceled and cannot change.", self.account)));
        }
        let id = store(unit, &account.uid, &self.fields, None)?;
        Ok(Created { id, number: None })
    }
}

/// Stores a contact of an account from inside another verb; answers its id.
pub(in crate::billing) fn insert(unit: &mut Unit<'_>, account: &str, fields: &Fields, part: Use) -> Result<String> {
    store(unit, account, fields, Some(part))
}

fn store(unit: &mut Unit<'_>, account: &str, fields: &Fields, part: Option<Use>) -> Result<String> {
    let (descriptor, mut values) = records::draft::<Contact>(unit, fields)?;
    if fields.text(&descriptor, "account_id").is_some_and(|given| given != account) {
        return Err(
            Error::invalid("contact.account", "The contact names another account than the one it is added to.").in_column("accountId")
        );
    }
    records::set(&descriptor, &mut values, "account_id", account)?;
    if let Some(part) = part {
        let field = match part {
            Use::BillTo => "as_bill_to",
            Use::SoldTo => "as_sold_to",
            Use::ShipTo => "as_ship_to",
        };
        records::set(&descriptor, &mut values, field, true)?;
    }
    Ok(records::insert(unit, &descriptor, values)?.uid)
}
