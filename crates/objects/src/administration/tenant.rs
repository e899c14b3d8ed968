//! Tenants.

use accrual_model::names::is_identifier;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection};

/// A customer of this installation: one database file or one schema. Kept in the system store.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Tenant::rules)]
pub struct Tenant {
    /// Also the name of its file or schema.
    #[field(unique, fixed, sortable, max = 48)]
    pub name: String,
    #[field(max = 240)]
    pub title: Option<String>,
    /// Off: every operation of the API answers 405.
    #[field(default = true)]
    pub api_enabled: bool,
}

impl Tenant {
    fn rules(&self) -> Vec<Rejection> {
        if !is_identifier(&self.name) {
            return vec![broken(
                "name",
                "A tenant's name is lower-case letters, digits and _, a letter first: it names a file or a schema.",
            )];
        }
        Vec::new()
    }
}
