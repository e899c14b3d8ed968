//! What objects there are and what they are made of (reference section 2.8 of the platform).

use super::object::noun;
use crate::billing::{custom_field, registry};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Descriptor, relations};
use accrual_query::reference;

/// An object with the objects that are joined to it.
#[derive(Debug)]
pub struct Described {
    pub descriptor: Descriptor,
    pub joined: Vec<Joined>,
}

/// An object joined to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Under which it is joined: `BillToContact`.
    pub name: String,
    /// Its object spelling: `Contact`.
    pub object: String,
    pub label: String,
    /// The record itself names it; otherwise it is joined through others.
    pub direct: bool,
}

/// The nouns that can be described: those of the reference that it describes, and those it does not know.
///
/// # Errors
/// `role.privilege`.
pub fn describable(context: &Context) -> Result<Vec<&'static Descriptor>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let mut all: Vec<&Descriptor> = registry()?.iter().map(AsRef::as_ref).filter(|d| shown(d)).collect();
    all.sort_by_key(|d| d.names.object.clone());
    Ok(all)
}

fn shown(descriptor: &Descriptor) -> bool {
    descriptor.text_id && reference::object(&descriptor.names.object).is_some_and(|o| o.describe)
}

/// One object.
///
/// # Errors
/// `role.privilege`; `object.type_name` for one that is not described.
pub fn describe(tenant: &Tenant, context: &Context, object: &str) -> Result<Described> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let declared = noun(object)?;
    if !shown(declared) {
        return Err(accrual_base::Error::invalid("object.type_name", format!("invalid type name: {object}")).in_column("type"));
    }
    let descriptor = tenant.store.read(|tx| custom_field::merged(tx, declared))?;
    Ok(Described { joined: joined(declared)?, descriptor })
}

/// The joined objects that there are, by the names of the reference.
fn joined(declared: &Descriptor) -> Result<Vec<Joined>> {
    let names = reference::object(&declared.names.object).map(|o| o.joined.as_slice()).unwrap_or_default();
    let own: Vec<(String, String)> = relations(registry()?, declared)
        .into_iter()
        .filter(|r| matches!(r.leads, accrual_model::Leads::ToOne { .. }))
        .map(|r| (r.name.to_lowercase(), r.target.names.object.to_lowercase()))
        .collect();
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        // the type is the longest object its name ends with: BillToContactSnapshot is no Contact
        let target = registry()?.iter().filter(|d| shown(d) && name.ends_with(&*d.names.object)).max_by_key(|d| d.names.object.len());
        let Some(target) = target else { continue };
        let lower = name.to_lowercase();
        let direct = own.iter().any(|(relation, object)| lower == *relation || lower == format!("{relation}{object}"));
        out.push(Joined { name: (*name).to_owned(), object: target.names.object.clone().into_owned(), label: label(name), direct });
    }
    Ok(out)
}

/// `BillToContact` → `Bill To Contact`.
fn label(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}
