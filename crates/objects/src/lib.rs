//! The nouns of Accrual, declared once each, and what a new tenant starts with.
//!
//! A noun here is data and the rules that concern one record by itself. What concerns several records, or the state
//! a record is in, is a verb's business.

pub mod accounting;
pub mod administration;
pub mod billing;
pub mod hundredths;
pub mod revenue;
pub mod seed;

use accrual_base::Result;
use accrual_model::{Descriptor, Object, Registry};

pub use hundredths::Hundredths;
pub use seed::{Seed, defaults};

/// Every noun of a tenant, in the order in which references allow them to be created.
pub fn descriptors() -> Vec<&'static Descriptor> {
    use accounting::{AccountAssignment, AccountType, Book};
    use administration::{ApiClient, Organization, Profile, Role, User};
    use billing::{BillingDocumentTemplate, CompanyProfile};
    use revenue::{EventType, GroupingTemplate, PobRule, PobTemplate, SspPrice, SspTemplate, UploadTemplate};
    vec![
        Organization::descriptor(),
        Role::descriptor(),
        User::descriptor(),
        ApiClient::descriptor(),
        Profile::descriptor(),
        Book::descriptor(),
        AccountType::descriptor(),
        AccountAssignment::descriptor(),
        SspTemplate::descriptor(),
        SspPrice::descriptor(),
        GroupingTemplate::descriptor(),
        EventType::descriptor(),
        PobTemplate::descriptor(),
        PobRule::descriptor(),
        UploadTemplate::descriptor(),
        CompanyProfile::descriptor(),
        BillingDocumentTemplate::descriptor(),
    ]
}

/// [`descriptors`] by name.
///
/// # Errors
/// A rejection when a declaration is not sound; a test rules that out for those declared in code.
pub fn registry() -> Result<Registry> {
    collect(descriptors())
}

/// The nouns of the system store, which knows the tenants.
///
/// # Errors
/// As [`registry`].
pub fn system_registry() -> Result<Registry> {
    collect(vec![administration::Tenant::descriptor()])
}

fn collect(descriptors: Vec<&'static Descriptor>) -> Result<Registry> {
    let mut registry = Registry::default();
    for descriptor in descriptors {
        registry.add(descriptor.clone())?;
    }
    registry.sound()?;
    Ok(registry)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_declaration_is_sound_and_documented() {
        for registry in [super::registry().unwrap(), super::system_registry().unwrap()] {
            for descriptor in registry.iter() {
                assert!(!descriptor.doc.is_empty(), "{} says nothing of itself", descriptor.names.table);
            }
        }
    }
}
