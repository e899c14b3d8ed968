//! What must hold of an account among other records, and over time.

use crate::billing::{Fields, records};
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Filter, Query, Record, Value, Values};
use accrual_objects::billing::{Account, CommunicationProfile, Contact, PaymentTerm};
use accrual_store::nouns::typed;

const PARTS: [(&str, &str); 3] = [("bill_to_id", "bill-to"), ("sold_to_id", "sold-to"), ("ship_to_id", "ship-to")];

/// An account has no contacts before it exists.
pub(super) fn no_contacts(descriptor: &Descriptor, values: &Values) -> Result<()> {
    match PARTS.iter().find(|(field, _)| !descriptor.value(values, field).is_null()) {
        None => Ok(()),
        Some((field, part)) => {
            let message = format!("A new account has no contact yet to be its {part}: give the contact's fields, or set it later.");
            Err(Error::invalid("account.contact", message).in_column(descriptor.field(field).map_or("", |f| f.name())))
        }
    }
}

/// What an account has that says nothing: the default payment term and communication profile.
pub(super) fn defaults(unit: &mut Unit<'_>, descriptor: &Descriptor, given: &Fields, values: &mut Values) -> Result<()> {
    let said = |field| given.given(descriptor, field).is_some_and(|v| !v.is_null());
    let first = Query { limit: 1, ..Query::of(Filter::eq("is_default", true)) };
    if !said("payment_term")
        && let Some(term) = typed::list::<PaymentTerm>(unit.read(), &first)?.pop()
    {
        records::set(descriptor, values, "payment_term", term.name.as_str())?;
    }
    if !said("communication_profile_id")
        && let Some(profile) = typed::list::<CommunicationProfile>(unit.read(), &first)?.pop()
    {
        records::set(descriptor, values, "communication_profile_id", profile.uid.as_str())?;
    }
    payment_term(unit, descriptor, values)?;
    bill_cycle_day(descriptor, None, values)
}

/// The term must exist and be in use.
pub(super) fn payment_term(unit: &mut Unit<'_>, descriptor: &Descriptor, values: &Values) -> Result<()> {
    let Some(name) = descriptor.value(values, "payment_term").as_text().filter(|n| !n.is_empty()) else { return Ok(()) };
    let why = match typed::find::<PaymentTerm>(unit.read(), "name", name)? {
        Some(term) if term.is_active => return Ok(()),
        Some(_) => "is no longer in use",
        None => "does not exist",
    };
    Err(Error::invalid("account.payment_term", format!("The payment term {name:?} {why}.")).in_column("paymentTerm").with_value(name))
}

/// A day set by hand may go back to 0, one that the first recurring charge set may not.
pub(super) fn bill_cycle_day(descriptor: &Descriptor, before: Option<&Values>, values: &mut Values) -> Result<()> {
    let day = |values: &Values| descriptor.value(values, "bill_cycle_day").as_int().unwrap_or(0);
    let automatic = before.is_some_and(|b| descriptor.value(b, "bcd_setting_option").as_text() == Some("AutoSet"));
    let (was, is) = (before.map_or(0, day), day(values));
    if automatic && was > 0 && is == 0 {
        let message = "The bill cycle day was set by the first recurring charge: it can be another day, not 0.";
        return Err(Error::conflict("account.bill_cycle_day", message).in_column("billCycleDay"));
    }
    if !automatic {
        let option = if is > 0 { Value::from("ManualSet") } else { Value::Null };
        records::set(descriptor, values, "bcd_setting_option", option)?;
    }
    Ok(())
}

/// What an account may become from what it is.
pub(super) fn change(unit: &mut Unit<'_>, descriptor: &Descriptor, before: &Record, values: &mut Values) -> Result<()> {
    let text = |values: &Values, field: &str| descriptor.value(values, field).as_text().unwrap_or_default().to_owned();
    let (was, is) = (text(&before.data, "status"), text(values, "status"));
    if was == "Canceled" {
        let message = format!("The account {} is canceled and cannot change.", text(&before.data, "account_number"));
        return Err(Error::conflict("account.canceled", message));
    }
    let column = |e: Error, field: &str| e.in_column(descriptor.field(field).map_or("", |f| f.name()));
    if (was.as_str(), is.as_str()) == ("Active", "Draft") {
        return Err(column(Error::conflict("account.status", "An active account does not become a draft again."), "status"));
    }
    if text(values, "account_number").is_empty() {
        return Err(column(Error::invalid("object.required", "An account keeps a number."), "account_number"));
    }
    if text(&before.data, "currency") != text(values, "currency") && super::has_transactions(descriptor, before) {
        let message = format!("The currency stays {}: the account has transactions.", text(&before.data, "currency"));
        return Err(column(Error::conflict("account.currency_locked", message), "currency"));
    }
    payment_term(unit, descriptor, values)?;
    bill_cycle_day(descriptor, Some(&before.data), values)?;
    own_contacts(unit, descriptor, before, values)?;
    no_circle(unit, descriptor, before, values)
}

/// The contacts of an account belong to it.
fn own_contacts(unit: &mut Unit<'_>, descriptor: &Descriptor, before: &Record, values: &Values) -> Result<()> {
    for (field, part) in PARTS {
        let Some(id) = descriptor.value(values, field).as_text() else { continue };
        let contact = records::typed::<Contact>(unit.read(), id)?;
        if contact.account_id.as_deref() != Some(before.uid.as_str()) {
            let message = format!("The {part} contact {id} belongs to another account; transfer it first.");
            return Err(Error::invalid("account.contact", message).in_column(descriptor.field(field).map_or("", |f| f.name())));
        }
    }
    Ok(())
}

/// No account is its own ancestor.
fn no_circle(unit: &mut Unit<'_>, descriptor: &Descriptor, before: &Record, values: &Values) -> Result<()> {
    let mut next = descriptor.value(values, "parent_id").as_text().map(str::to_owned);
    if next.as_deref() == descriptor.value(&before.data, "parent_id").as_text() {
        return Ok(());
    }
    while let Some(id) = next {
        if id == before.uid {
            return Err(Error::invalid("account.parent", "An account cannot be above itself.").in_column("parentId"));
        }
        next = records::typed::<Account>(unit.read(), &id)?.parent_id.clone();
    }
    Ok(())
}
