//! Billing: accounts and contacts, the product catalog, and the set-up that documents need.
//!
//! Verbs take typed values by field ([`Fields`]) and answer ids; the API puts nested bodies together from them. All
//! writing goes through [`records`]: custom fields, numbers, references, audit.

pub mod account;
pub mod accounting_code;
pub mod accounting_period;
pub mod attachment;
pub mod catalog;
pub mod check;
pub mod contact;
mod credit_memo;
pub mod custom_field;
pub mod document;
pub mod email;
pub mod exchange_rate;
mod fields;
pub mod file;
pub mod invoice;
pub mod journal_entry;
pub mod numbers;
pub mod query;
pub mod records;
pub mod revenue_schedule;
pub mod sequence_set;
pub mod setting;
mod setup;
pub mod visible;

pub use custom_field::Done;
pub use fields::Fields;
pub use records::{Created, Listing, View, descriptor, resolve, within};
pub(crate) use setup::prepare;

use accrual_base::Result;
use accrual_model::{Descriptor, Registry};
use std::sync::{Arc, OnceLock};

/// Every noun of billing as declared, without custom fields.
///
/// # Errors
/// A fault when a declaration is not sound; a test rules that out.
pub fn registry() -> Result<&'static Registry> {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    if let Some(registry) = REGISTRY.get() {
        return Ok(registry);
    }
    let made = accrual_objects::billing::registry()?;
    Ok(REGISTRY.get_or_init(|| made))
}

/// A noun of billing by its name in any dialect: `product_rate_plan`, `ProductRatePlan`, `product-rate-plans`.
///
/// # Errors
/// Not found, with names that look like it.
pub fn noun(name: &str) -> Result<&'static Arc<Descriptor>> {
    registry()?.find(name)
}
