//! Keeping a contact as it is.

use crate::billing::records::{self, View};
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::Object;
use accrual_objects::billing::{Contact, ContactSnapshot};

/// Keeps a contact as it is now, for a document that is posted; answers the id of the copy.
///
/// # Errors
/// Not found.
pub fn snapshot(unit: &mut Unit<'_>, contact: &str) -> Result<String> {
    let View { descriptor: from, record } = records::require::<Contact>(unit.read(), contact)?;
    let to = ContactSnapshot::descriptor();
    let copied = |name: &str| if name == "contact_id" { record.uid.as_str().into() } else { from.value(&record.data, name).clone() };
    let values = to.fields.iter().map(|f| copied(&f.names.table)).collect();
    Ok(records::insert(unit, to, values)?.uid)
}
