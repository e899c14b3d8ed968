//! The contacts of a document.

use super::input::{ContactGiven, ContactsGiven};
use crate::billing::contact::{self, Use};
use crate::billing::records;
use crate::unit::Unit;
use accrual_base::{Error, Field, Result};
use accrual_model::Stored;
use accrual_objects::billing::{Account, Contact, Invoice};
use accrual_receivables::contacts::{Contacts, Given};
use accrual_receivables::field::{BILL_TO, SHIP_TO, SOLD_TO};

/// Writes the contacts of a new document; inline ones become contacts of the account. What is not said stays empty: the
/// account's then count when the document is shown.
///
/// # Errors
/// Rejects one contact in two forms, "same as" without a bill-to, and a contact of another account.
pub(super) fn set(unit: &mut Unit<'_>, account: &Stored<Account>, given: &ContactsGiven, invoice: &mut Invoice) -> Result<()> {
    let form = |g: &ContactGiven| Given { by_id: g.id.is_some(), inline: g.new.is_some(), same_as_bill_to: g.same_as_bill_to };
    Contacts { bill_to: form(&given.bill_to), sold_to: form(&given.sold_to), ship_to: form(&given.ship_to) }.check()?;
    invoice.bill_to_contact_id = one(unit, account, &given.bill_to, None, (&BILL_TO, Use::BillTo))?;
    let bill_to = invoice.bill_to_contact_id.clone();
    invoice.sold_to_contact_id = one(unit, account, &given.sold_to, bill_to.as_deref(), (&SOLD_TO, Use::SoldTo))?;
    invoice.ship_to_contact_id = one(unit, account, &given.ship_to, bill_to.as_deref(), (&SHIP_TO, Use::ShipTo))?;
    Ok(())
}

fn one(
    unit: &mut Unit<'_>,
    account: &Stored<Account>,
    given: &ContactGiven,
    bill_to: Option<&str>,
    (field, part): (&Field, Use),
) -> Result<Option<String>> {
    if let Some(new) = &given.new {
        let placed = |e: Error| match e.rejection().and_then(|r| r.place.column.clone()) {
            Some(column) => e.in_column(format!("{}.{column}", field.name)),
            None => e,
        };
        return contact::insert(unit, &account.uid, new, part).map(Some).map_err(placed);
    }
    let Some(id) = &given.id else { return Ok(bill_to.filter(|_| given.same_as_bill_to).map(str::to_owned)) };
    let column = format!("{}Id", field.name);
    let unknown = |e: Error| match e.rejection() {
        Some(_) => field.absent("There is no such contact.").in_column(column.clone()).with_value(id),
        None => e,
    };
    let contact = records::typed::<Contact>(unit.read(), id).map_err(unknown)?;
    if contact.account_id.as_deref() != Some(&*account.uid) {
        let why = "The contact belongs to another account; choose one of the account of the invoice.";
        return Err(field.rule(why).in_column(column).with_value(id));
    }
    Ok(Some(contact.uid))
}

/// Keeps the contacts as they are now, for a document that is posted: its own, else the account's.
///
/// # Errors
/// Not found, when a contact is gone.
pub(super) fn snapshots(unit: &mut Unit<'_>, account: &Stored<Account>, invoice: &mut Invoice) -> Result<()> {
    let of = |own: &Option<String>, account: &Option<String>| own.clone().or_else(|| account.clone());
    let bill_to = of(&invoice.bill_to_contact_id, &account.bill_to_id);
    let sold_to = of(&invoice.sold_to_contact_id, &account.sold_to_id);
    let ship_to = of(&invoice.ship_to_contact_id, &account.ship_to_id);
    let mut made: Vec<(String, String)> = Vec::new();
    let mut keep = |unit: &mut Unit<'_>, contact: Option<String>| -> Result<Option<String>> {
        let Some(contact) = contact else { return Ok(None) };
        if let Some((_, snapshot)) = made.iter().find(|(of, _)| *of == contact) {
            return Ok(Some(snapshot.clone()));
        }
        let snapshot = contact::snapshot(unit, &contact)?;
        made.push((contact, snapshot.clone()));
        Ok(Some(snapshot))
    };
    invoice.bill_to_contact_snapshot_id = keep(unit, bill_to)?;
    invoice.sold_to_contact_snapshot_id = keep(unit, sold_to)?;
    invoice.ship_to_contact_snapshot_id = keep(unit, ship_to)?;
    Ok(())
}
