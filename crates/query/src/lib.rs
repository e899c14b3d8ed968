//! The query languages of the billing interface, as values.
//!
//! Each language has a syntax (what a client wrote, parsed, nothing known of objects yet) and a plan (the same against
//! descriptors: a filter, an order, fields, relations). A plan says what is wanted; the store carries it out.
//!
//! - [`object_query`]: the parameters of `/object-query/…` (reference section 2.1)
//! - [`zoql`]: the texts of the query action (reference section 2.4)
//! - [`mod@reference`]: what the reference says of each resource, object and field
//! - [`member`]: the members of a record a client sees, by name

pub mod literal;
pub mod member;
pub mod object_query;
pub mod reference;
pub mod zoql;

use accrual_base::Result;
use accrual_model::{Descriptor, Registry};

/// The objects a plan is made against. Those of the registry are as declared; `merge` adds the custom fields of the
/// tenant.
pub struct Objects<'a> {
    pub registry: &'a Registry,
    pub merge: &'a mut dyn FnMut(&Descriptor) -> Result<Descriptor>,
    /// What a time without an offset means.
    pub local: literal::Local<'a>,
}

impl Objects<'_> {
    /// An object with its custom fields.
    fn merged(&mut self, declared: &Descriptor) -> Result<Descriptor> {
        (self.merge)(declared)
    }
}
