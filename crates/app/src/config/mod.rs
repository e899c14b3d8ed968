//! Configuration: the nouns an administrator creates, changes and deletes, all by one path that reads their
//! descriptor.

mod read;
mod rules;
mod write;

pub use read::{get, list, organisations};
pub(crate) use write::insert;
pub use write::{Create, Delete, Update, create, delete, freeze, update};

use accrual_base::Result;
use accrual_model::{Descriptor, Registry};
use std::sync::{Arc, OnceLock};

/// Every noun of a tenant.
///
/// # Errors
/// A fault when a declaration is not sound; a test rules that out.
pub fn registry() -> Result<&'static Registry> {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    if let Some(registry) = REGISTRY.get() {
        return Ok(registry);
    }
    let made = accrual_objects::registry()?;
    Ok(REGISTRY.get_or_init(|| made))
}

/// A noun by its name in any dialect: `upload_template`, `uploadTemplate`, `upload-templates`.
///
/// # Errors
/// Not found, with names that look like it.
pub fn noun(name: &str) -> Result<&'static Arc<Descriptor>> {
    registry()?.find(name)
}
