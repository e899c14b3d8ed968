//! What files can be attached to.

use crate::billing::visible;
use crate::context::Actor;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Object};
use accrual_objects::billing::{Account, CreditMemo, Invoice};
use accrual_store::Read;
use accrual_store::nouns;

/// The types, as attachments name them.
const TYPES: [&str; 6] = ["Account", "Subscription", "Invoice", "CreditMemo", "DebitMemo", "JournalEntry"];

/// An object by its type and key.
pub(super) struct Owner {
    /// As attachments name it.
    pub kind: &'static str,
    pub id: String,
}

/// Finds an object that files can be attached to. An invoice goes by its id, the others by id or number.
///
/// # Errors
/// `attachment.type` for a type that takes no files; not found, also for an object of an organization the actor does not
/// see.
pub(super) fn find(tx: &mut dyn Read, actor: &Actor, kind: &str, key: &str) -> Result<Owner> {
    let Some(kind) = TYPES.into_iter().find(|t| t.eq_ignore_ascii_case(kind)) else {
        let message = format!("No files can be attached to this; give one of {}.", TYPES.join(", "));
        return Err(Error::invalid("attachment.type", message).in_column("associatedObjectType").with_value(kind));
    };
    let descriptor: &Descriptor = match kind {
        "Account" => Account::descriptor(),
        "Invoice" => Invoice::descriptor(),
        "CreditMemo" => CreditMemo::descriptor(),
        _ => {
            let message = format!("Files of a {kind} are not built yet.");
            return Err(Error::rejected(Kind::NotBuilt, "attachment.type", message).in_column("associatedObjectType"));
        }
    };
    let found = match kind {
        "Invoice" => nouns::get_by_uid(tx, descriptor, key)?.ok_or_else(|| {
            Error::not_found("object.not_found", format!("There is no Invoice with the id {key}.")).in_column("associatedObjectKey")
        })?,
        _ => nouns::named(tx, descriptor, key)?,
    };
    visible::record(tx, actor, descriptor, &found.data)?;
    Ok(Owner { kind, id: found.uid })
}
