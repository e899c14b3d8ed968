//! Who a request comes from: by name and password, by token claims, by API client.

use super::directory::{Directory, actor};
use super::{Open, System, password};
use crate::context::Actor;
use crate::tenant::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_objects::administration::User;
use std::sync::Arc;

/// Name and password, with the role and the client (the tenant) the user wants to work as.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
    /// Header `role`.
    pub role: String,
    /// Header `clientname`: the tenant; `Default` for the first one.
    pub client_name: String,
}

/// What a token says. The API signs it; here it is believed only as far as user and role still exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    pub user: String,
    pub role: String,
    pub client_name: String,
}

/// An actor in a tenant.
#[derive(Clone)]
pub struct Session {
    /// Where the work is done: a tenant, or an entity of one.
    pub tenant: Arc<Tenant>,
    pub actor: Actor,
    /// The tenant whose user it is.
    pub home: Arc<Tenant>,
}

impl Session {
    /// A session in the tenant the user belongs to.
    pub fn at_home(tenant: Arc<Tenant>, actor: Actor) -> Self {
        Self { home: Arc::clone(&tenant), tenant, actor }
    }
    /// The claims of a token for this session.
    pub fn claims(&self) -> Claims {
        Claims { user: self.actor.user.clone(), role: self.actor.role.clone(), client_name: self.tenant.name.clone() }
    }
}

/// The refusal of every operation of a tenant whose API service is off. The API answers it with 405.
pub fn api_is_off() -> Error {
    Error::rejected(Kind::Forbidden, "tenant.api_off", "The API service of this tenant is off; an administrator can turn it on.")
}

impl System {
    /// Checks a password and the role asked for. Blocks: a password not seen lately takes tens of milliseconds.
    ///
    /// # Errors
    /// `tenant.api_off` first of all; `login.credentials` for an unknown or disabled user, a wrong password or an
    /// unknown tenant, without telling which; `login.role` when the user does not have the role.
    pub fn log_in(&self, login: &Login) -> Result<Session> {
        let open = self.opened(&login.client_name).ok();
        if open.as_ref().is_some_and(|o| !o.tenant.settings().api_enabled) {
            return Err(api_is_off());
        }
        let directory = open.as_ref().map(Open::directory);
        let user = directory.as_ref().and_then(|d| d.user(&login.user)).filter(|u| u.enabled);
        let good = self.check(&login.password, user.and_then(|u| u.password_hash.as_deref()))?;
        match (open, directory.as_ref(), user) {
            (Some(open), Some(directory), Some(user)) if good => session_of(open.tenant, directory, user, &login.role),
            _ => Err(bad_credentials()),
        }
    }

    /// As [`System::log_in`], from async code.
    ///
    /// # Errors
    /// As [`System::log_in`].
    pub async fn authenticate(self: &Arc<Self>, login: Login) -> Result<Session> {
        let system = Arc::clone(self);
        tokio::task::spawn_blocking(move || system.log_in(&login)).await.map_err(|e| Error::fault_from("a login did not end", e))?
    }

    /// Checks id and secret of an API client of any tenant; it acts under its own name, in the role it was made
    /// for. Blocks as [`System::log_in`].
    ///
    /// # Errors
    /// As [`System::log_in`].
    pub fn log_in_client(&self, client_id: &str, secret: &str) -> Result<Session> {
        let mut found = None;
        for entry in self.tenants().iter() {
            let open = self.opened(&entry.name)?;
            let directory = open.directory();
            if let Some(client) = directory.client(client_id).filter(|c| c.enabled) {
                found = Some((open, client.clone(), directory.clone()));
                break;
            }
        }
        let good = self.check(secret, found.as_ref().and_then(|(_, client, _)| client.secret_hash.as_deref()))?;
        let Some((open, client, directory)) = found.filter(|_| good) else { return Err(bad_credentials()) };
        if !open.tenant.settings().api_enabled {
            return Err(api_is_off());
        }
        let role = directory.role(&client.role).filter(|r| r.enabled).ok_or_else(|| no_role(client_id, &client.role))?;
        Ok(Session::at_home(open.tenant, actor(client.name.as_deref().unwrap_or(client_id), role)))
    }

    /// Resolves the claims of a token whose signature and time were checked. Cheap: as a rule no query, no hash. The
    /// user of the claims may be the id of an API client.
    ///
    /// # Errors
    /// `tenant.api_off`; `login.credentials` when the user or the tenant is gone or disabled; `login.role` when the
    /// user lost the role.
    pub fn session(&self, claims: &Claims) -> Result<Session> {
        let open = self.opened(&claims.client_name).map_err(|_| bad_credentials())?;
        if !open.tenant.settings().api_enabled {
            return Err(api_is_off());
        }
        let directory = open.directory();
        if let Some(client) = directory.client(&claims.user).filter(|c| c.enabled) {
            let role = directory.role(&client.role).filter(|r| r.enabled).ok_or_else(|| no_role(&claims.user, &client.role))?;
            return Ok(Session::at_home(open.tenant, actor(client.name.as_deref().unwrap_or(&claims.user), role)));
        }
        let user = directory.user(&claims.user).filter(|u| u.enabled).ok_or_else(bad_credentials)?;
        session_of(open.tenant, &directory, user, &claims.role)
    }

    /// Verifies, a few at a time. Without a hash it takes as long and answers no.
    pub(super) fn check(&self, secret: &str, hash: Option<&str>) -> Result<bool> {
        let now = self.home.now();
        match hash {
            Some(hash) if self.verified.remembers(secret, hash, now) => Ok(true),
            Some(hash) => self.gate.pass(|| self.verified.check(secret, hash, now)),
            None => {
                self.gate.pass(|| password::pretend(secret));
                Ok(false)
            }
        }
    }
}

fn session_of(tenant: Arc<Tenant>, directory: &Directory, user: &User, role: &str) -> Result<Session> {
    let has = user.roles.iter().any(|r| r.eq_ignore_ascii_case(role));
    let role = directory.role(role).filter(|r| has && r.enabled).ok_or_else(|| no_role(&user.name, role))?;
    Ok(Session::at_home(tenant, actor(&user.name, role)))
}

fn no_role(user: &str, role: &str) -> Error {
    let message = format!("The user {user} does not have this role; ask an administrator for it.");
    Error::rejected(Kind::Forbidden, "login.role", message).with_value(role)
}

pub(super) fn bad_credentials() -> Error {
    Error::rejected(Kind::Unauthenticated, "login.credentials", "User name, password or client name is wrong.")
}
