//! Users.

use accrual_model::validate::broken;
use accrual_model::{Object, Rejection};

/// A person or a program that signs in with a password.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = User::rules)]
pub struct User {
    /// The name to sign in with.
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(max = 240)]
    pub full_name: Option<String>,
    #[field(filterable, max = 320)]
    pub email: Option<String>,
    /// Argon2 hash; set by the password verb alone.
    #[field(secret, read_only)]
    pub password_hash: Option<String>,
    /// Names of the roles the user may take.
    #[field(default = [], reference = "Role")]
    pub roles: Vec<String>,
    /// A disabled user cannot sign in; tokens already given out stop working.
    #[field(default = true, filterable)]
    pub enabled: bool,
    /// In the billing interface: every entity of the tenant, those to come as well.
    #[field(default = true)]
    pub all_entities: bool,
    /// Names of the entities the user may work in, unless it is all.
    #[field(default = [])]
    pub entities: Vec<String>,
    /// In the billing interface: every organization, those to come as well.
    #[field(default = true)]
    pub all_organizations: bool,
    /// Numbers of the organizations whose accounts the user sees, unless it is all.
    #[field(default = [])]
    pub organizations: Vec<i64>,
}

impl User {
    fn rules(&self) -> Vec<Rejection> {
        if self.name.contains(':') {
            return vec![broken("name", "A user name has no colon: HTTP basic credentials could not carry it.")];
        }
        let mut wrong = Vec::new();
        for (all, empty, field) in [
            (self.all_entities, self.entities.is_empty(), "entities"),
            (self.all_organizations, self.organizations.is_empty(), "organizations"),
        ] {
            if all != empty {
                wrong.push(broken(field, format!("List at least one of the {field}, or let the user have all: one of the two.")));
            }
        }
        wrong
    }
}
