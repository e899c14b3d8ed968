//! API clients.

use accrual_model::validate::broken;
use accrual_model::{Object, Rejection};

/// A program that signs in with a client id and a secret. In the revenue interface it acts in one role; in the billing
/// interface it acts for its user, with the roles, entities and organizations of that user.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(label = "API Client", rules = ApiClient::rules)]
pub struct ApiClient {
    /// 36 characters.
    #[field(unique, fixed, max = 36)]
    pub client_id: String,
    #[field(sortable, max = 240)]
    pub name: Option<String>,
    /// Argon2 hash; set by the secret verb alone.
    #[field(secret, read_only)]
    pub secret_hash: Option<String>,
    #[field(reference = "Role", filterable)]
    pub role: String,
    #[field(default = true, filterable)]
    pub enabled: bool,
    /// Name of the user it belongs to. Without one it may do nothing in the billing interface.
    #[field(reference = "User", filterable)]
    pub user: Option<String>,
}

impl ApiClient {
    fn rules(&self) -> Vec<Rejection> {
        if self.client_id.chars().count() != 36 {
            return vec![broken("client_id", "A client id has 36 characters, as a UUID has.")];
        }
        Vec::new()
    }
}
