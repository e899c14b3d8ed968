//! The first start: a tenant, an administrator, an API client and a revenue user, once.

use super::password;
use accrual_base::{Error, PeriodId, Result};

/// The tenant every system has; header `clientname: Default`.
pub const DEFAULT_TENANT: &str = "default";

/// Length of a client id, as existing clients expect it.
pub const CLIENT_ID: usize = 36;
/// Longest client secret, as existing clients expect it.
pub const CLIENT_SECRET: usize = 42;

/// The names and roles of a new system.
pub const ADMINISTRATOR_USER: &str = "admin";
pub const ADMINISTRATOR_ROLE: &str = "Administrator";
pub const REVENUE_USER: &str = "revenue";
pub const REVENUE_ROLE: &str = "API Role";

/// What the first start is given; what is missing is generated.
#[derive(Clone, Default)]
pub struct FirstStart {
    /// 36 characters.
    pub client_id: Option<String>,
    /// At most 42 characters.
    pub client_secret: Option<String>,
    pub revenue_user: Option<String>,
    pub revenue_password: Option<String>,
    pub administrator_password: Option<String>,
    /// The accounting period that opens; the current month when none.
    pub first_period: Option<PeriodId>,
}

/// The only moment these are known in the clear: print them.
#[derive(Clone)]
pub struct FirstCredentials {
    pub administrator: Secret,
    pub client: Secret,
    pub revenue: Secret,
}

/// A name with its secret.
#[derive(Clone)]
pub struct Secret {
    pub name: String,
    pub secret: String,
    /// Made here; false when it was given, and need not be shown.
    pub generated: bool,
}

impl Secret {
    fn new(name: String, given: Option<&String>, length: usize) -> Self {
        let secret = given.cloned().unwrap_or_else(|| password::generate(length));
        Self { name, secret, generated: given.is_none() }
    }
}

impl FirstStart {
    /// Checks what was given and makes the rest.
    ///
    /// # Errors
    /// `first_start.…` for an id or a secret of the wrong length or an empty name.
    pub fn credentials(&self) -> Result<FirstCredentials> {
        let client_id = self.client_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        if client_id.chars().count() != CLIENT_ID {
            return Err(Error::invalid("first_start.client_id", format!("A client id has {CLIENT_ID} characters.")).with_value(&client_id));
        }
        if self.client_secret.as_ref().is_some_and(|s| s.is_empty() || s.chars().count() > CLIENT_SECRET) {
            return Err(Error::invalid("first_start.client_secret", format!("A client secret has 1 to {CLIENT_SECRET} characters.")));
        }
        let user = self.revenue_user.clone().unwrap_or_else(|| REVENUE_USER.to_owned());
        if user.trim().is_empty() || user.eq_ignore_ascii_case(ADMINISTRATOR_USER) {
            return Err(Error::invalid("first_start.revenue_user", "The revenue user needs a name of its own.").with_value(&user));
        }
        if [&self.revenue_password, &self.administrator_password].into_iter().flatten().any(String::is_empty) {
            return Err(Error::invalid("first_start.password", "A password must not be empty."));
        }
        Ok(FirstCredentials {
            administrator: Secret::new(ADMINISTRATOR_USER.to_owned(), self.administrator_password.as_ref(), 24),
            client: Secret::new(client_id, self.client_secret.as_ref(), 40),
            revenue: Secret::new(user, self.revenue_password.as_ref(), 24),
        })
    }
}
