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
}

impl User {
    fn rules(&self) -> Vec<Rejection> {
        if self.name.contains(':') {
            return vec![broken("name", "A user name has no colon: HTTP basic credentials could not carry it.")];
        }
        Vec::new()
    }
}
