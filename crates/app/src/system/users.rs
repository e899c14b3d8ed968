//! Passwords of users and secrets of API clients. Everything else about them is configuration.

use super::first_start::CLIENT_SECRET;
use super::password;
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_objects::administration::{ApiClient, User};
use accrual_store::nouns::typed;
use serde::Serialize;
use serde_json::json;

/// Gives a user a new password. Blocks for tens of milliseconds. Tokens given out before stay valid.
///
/// # Errors
/// `user.password` for an empty one; `Forbidden` unless an administrator or the user itself asks; not found.
pub fn set_password(tenant: &Tenant, context: &Context, user: &str, new: &str) -> Result<()> {
    if new.is_empty() {
        return Err(Error::invalid("user.password", "A password must not be empty."));
    }
    execute_blocking(tenant, context, SetPassword { user: user.to_owned(), hash: password::hash(new)? })?;
    tenant.config_changed();
    Ok(())
}

/// The write of [`set_password`].
#[derive(Serialize)]
pub struct SetPassword {
    user: String,
    #[serde(skip)]
    hash: String,
}

impl Command for SetPassword {
    const OPERATION: &'static str = "user_set_password";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        if !unit.actor.user.eq_ignore_ascii_case(&self.user) {
            unit.actor.require(Privilege::Administrator)?;
        }
        let mut user = typed::named::<User>(unit.read(), &self.user)?;
        user.password_hash = Some(self.hash);
        let stamp = unit.stamp();
        typed::update(unit.tx, &user, stamp)?;
        unit.audit("User", user.id, None, Some(&json!({"password": "changed"})))
    }
}

/// A client's secret in the clear: shown once.
#[derive(Clone)]
pub struct NewSecret(pub String);

/// Gives an API client a new secret, a generated one when none is given. The old one stops working. Blocks for
/// tens of milliseconds.
///
/// # Errors
/// `client.secret` for one of more than 42 characters; `Forbidden` unless an administrator asks; not found.
pub fn set_client_secret(tenant: &Tenant, context: &Context, client_id: &str, secret: Option<&str>) -> Result<NewSecret> {
    let secret = secret.map_or_else(|| password::generate(40), str::to_owned);
    if secret.is_empty() || secret.chars().count() > CLIENT_SECRET {
        return Err(Error::invalid("client.secret", format!("A client secret has 1 to {CLIENT_SECRET} characters.")));
    }
    execute_blocking(tenant, context, SetClientSecret { client_id: client_id.to_owned(), hash: password::hash(&secret)? })?;
    tenant.config_changed();
    Ok(NewSecret(secret))
}

/// The write of [`set_client_secret`].
#[derive(Serialize)]
pub struct SetClientSecret {
    client_id: String,
    #[serde(skip)]
    hash: String,
}

impl Command for SetClientSecret {
    const OPERATION: &'static str = "api_client_set_secret";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        unit.actor.require(Privilege::Administrator)?;
        let mut client = typed::named::<ApiClient>(unit.read(), &self.client_id)?;
        client.secret_hash = Some(self.hash);
        let stamp = unit.stamp();
        typed::update(unit.tx, &client, stamp)?;
        unit.audit("ApiClient", client.id, None, Some(&json!({"secret": "changed"})))
    }
}
