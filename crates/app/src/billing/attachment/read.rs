//! Reading attachments.

use super::owner;
use crate::billing::records::{self, View};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Descriptor, Filter, Object, Query, Record};
use accrual_objects::billing::Attachment;
use accrual_store::nouns;

/// Attachments of an object; one more than was asked for when there are more.
pub struct Page {
    pub descriptor: &'static Descriptor,
    pub records: Vec<Record>,
}

/// An attachment by its id. Blocks.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, id: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<Attachment>(tx, id))
}

/// The attachments of an object, oldest first. `page` says which, its filter apart. Blocks.
///
/// # Errors
/// `role.privilege`; `attachment.type`; not found.
pub fn list(tenant: &Tenant, context: &Context, kind: &str, key: &str, page: Query) -> Result<Page> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let owner = owner::find(tx, &context.actor, kind, key)?;
        let filter =
            Filter::All(vec![Filter::eq("associated_object_type", owner.kind), Filter::eq("associated_object_id", owner.id.as_str())]);
        let descriptor = Attachment::descriptor();
        Ok(Page { descriptor, records: nouns::list(tx, descriptor, &Query { filter, ..page })? })
    })
}
