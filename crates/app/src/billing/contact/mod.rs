//! Contacts (reference section 2.2).

mod change;
mod create;
mod move_or_scrub;
mod snapshot;

pub(super) use change::change;
pub use change::{ContactDelete, ContactUpdate, get, get_snapshot};
pub(super) use create::insert;
pub use create::{ContactCreate, Use};
pub use move_or_scrub::{ContactScrub, ContactTransfer};
pub use snapshot::snapshot;

use accrual_base::Result;
use accrual_model::{Filter, Query};
use accrual_objects::billing::Account;
use accrual_store::Read;
use accrual_store::nouns::typed;

/// The number of an account whose bill-to, sold-to or ship-to the contact is.
fn user(tx: &mut dyn Read, contact: &str) -> Result<Option<String>> {
    let parts = ["bill_to_id", "sold_to_id", "ship_to_id"].map(|field| Filter::eq(field, contact));
    let query = Query { limit: 1, ..Query::of(Filter::Any(parts.to_vec())) };
    Ok(typed::list::<Account>(tx, &query)?.pop().map(|a| a.account_number.clone().unwrap_or_else(|| a.uid.clone())))
}
