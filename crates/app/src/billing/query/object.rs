//! One object by its name and id, as older calls read it (reference section 2.2 of the platform).

use crate::billing::{custom_field, registry, visible};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Record};
use accrual_query::member::{self, Member};
use accrual_store::nouns;

/// A record with the members a call shows.
#[derive(Debug)]
pub struct Object {
    pub descriptor: Descriptor,
    pub members: Vec<Member>,
    pub record: Record,
}

/// A noun that has ids clients know, by its object spelling or by that of a path (`product-rate-plan`), in any case.
///
/// # Errors
/// `object.type_name`.
pub fn noun(name: &str) -> Result<&'static Descriptor> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let found = registry()?.iter().find(|d| d.text_id && plain(&d.names.table) == plain(name));
    found.map(AsRef::as_ref).ok_or_else(|| Error::invalid("object.type_name", format!("invalid type name: {name}")).in_column("type"))
}

/// A record by its id.
///
/// # Errors
/// `role.privilege`; `object.type_name`; not found.
pub fn get(tenant: &Tenant, context: &Context, object: &str, id: &str) -> Result<Object> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let declared = noun(object)?;
    tenant.store.read(|tx| {
        let descriptor = custom_field::merged(tx, declared)?;
        let record = nouns::named(tx, &descriptor, id)?;
        visible::record(tx, &context.actor, &descriptor, &record.data)?;
        let members = member::of_calls(&descriptor);
        Ok(Object { descriptor, members, record })
    })
}

/// A noun with its custom fields, by its name: what a body of it may say.
///
/// # Errors
/// `object.type_name`.
pub fn shape(tenant: &Tenant, object: &str) -> Result<Descriptor> {
    let declared = noun(object)?;
    tenant.store.read(|tx| custom_field::merged(tx, declared))
}
