//! Who a request of the billing interface comes from, and where it may work: a user, or an API client acting for its
//! user; an entity of the tenant; the organizations whose accounts it sees.

use super::directory::billing_actor;
use super::entities::Entity;
use super::session::{api_is_off, bad_credentials};
use super::{Directory, Open, System};
use crate::context::{Actor, Organisations};
use crate::tenant::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_objects::administration::{ApiClient, User};
use std::sync::Arc;

/// What a user may do, before one entity is chosen.
#[derive(Clone)]
pub struct Access {
    /// The tenant the user belongs to.
    pub home: Arc<Tenant>,
    pub actor: Actor,
    /// The enabled entities the user may work in; never none.
    pub entities: Vec<Entity>,
}

impl System {
    /// The access of a user or of an API client, by name or id, as a token names it. As a rule no query, no hash.
    ///
    /// # Errors
    /// `tenant.api_off`; `login.credentials` when tenant, user or client is gone or disabled; `client.user` for a client
    /// that belongs to nobody; `user.entities` when no entity is left.
    pub fn access(&self, tenant: &str, name: &str) -> Result<Access> {
        let open = self.opened(tenant).map_err(|_| bad_credentials())?;
        let directory = open.directory();
        match directory.client(name) {
            Some(client) => self.access_of_client(&open, &directory, client),
            None => {
                let user = directory.user(name).filter(|u| u.enabled).ok_or_else(bad_credentials)?;
                self.access_of(&open, &directory, user)
            }
        }
    }

    /// Checks id and secret of an API client of any tenant. Blocks: a secret not seen lately takes tens of milliseconds.
    ///
    /// # Errors
    /// As [`System::access`]; `login.credentials` without telling what was wrong.
    pub fn access_by_client(&self, client_id: &str, secret: &str) -> Result<Access> {
        let mut found = None;
        for entry in self.tenants().iter() {
            let open = self.opened(&entry.name)?;
            let directory = open.directory();
            if let Some(client) = directory.client(client_id).filter(|c| c.enabled).cloned() {
                found = Some((open, directory, client));
                break;
            }
        }
        let good = self.check(secret, found.as_ref().and_then(|(_, _, client)| client.secret_hash.as_deref()))?;
        let (open, directory, client) = found.filter(|_| good).ok_or_else(bad_credentials)?;
        self.access_of_client(&open, &directory, &client)
    }

    /// Checks name and password of a user. Blocks as [`System::access_by_client`].
    ///
    /// # Errors
    /// As [`System::access_by_client`].
    pub fn access_by_password(&self, tenant: &str, user: &str, password: &str) -> Result<Access> {
        let open = self.opened(tenant).ok();
        let directory = open.as_ref().map(Open::directory);
        let known = directory.as_ref().and_then(|d| d.user(user)).filter(|u| u.enabled);
        let good = self.check(password, known.and_then(|u| u.password_hash.as_deref()))?;
        match (&open, &directory, known) {
            (Some(open), Some(directory), Some(user)) if good => self.access_of(open, directory, user),
            _ => Err(bad_credentials()),
        }
    }

    fn access_of_client(&self, open: &Open, directory: &Directory, client: &ApiClient) -> Result<Access> {
        if !client.enabled {
            return Err(bad_credentials());
        }
        let owner = client.user.as_deref().ok_or_else(|| {
            let message = "This client belongs to no user, so it may do nothing here; an administrator can give it one.";
            forbidden("client.user", message).with_value(&client.client_id)
        })?;
        // a client is as good as its user
        let user = directory.user(owner).filter(|u| u.enabled).ok_or_else(bad_credentials)?;
        self.access_of(open, directory, user)
    }

    fn access_of(&self, open: &Open, directory: &Directory, user: &User) -> Result<Access> {
        if !open.tenant.settings().api_enabled {
            return Err(api_is_off());
        }
        let may = |e: &Entity| e.enabled && (user.all_entities || user.entities.iter().any(|n| n.eq_ignore_ascii_case(&e.name)));
        let entities: Vec<Entity> = self.entities(&open.tenant.name).into_iter().filter(may).collect();
        if entities.is_empty() {
            return Err(forbidden("user.entities", "This user may work in no entity of the tenant; an administrator can name one."));
        }
        Ok(Access { home: open.tenant.clone(), actor: billing_actor(directory, user), entities })
    }

    /// Narrows what an actor sees in a tenant to the organizations of these ids (32 hexadecimal digits).
    ///
    /// # Errors
    /// `organization.subset` for one that does not exist or that the actor does not see.
    pub fn narrow(&self, tenant: &Tenant, actor: &mut Actor, ids: &[String]) -> Result<()> {
        let directory = self.opened(&tenant.name)?.directory();
        let numbers: Option<_> = ids.iter().map(|id| directory.organization(id).filter(|n| actor.organisations.contains(*n))).collect();
        let refused = || {
            let message = "Zuora-Org-Ids names an organization that does not exist or is not yours.";
            Error::invalid("organization.subset", message).in_column("Zuora-Org-Ids")
        };
        actor.organisations = Organisations::These(numbers.ok_or_else(refused)?);
        Ok(())
    }

    /// Makes an organization, by its label, the one that new accounts of an actor belong to.
    ///
    /// # Errors
    /// `organization.working` for one that does not exist or that the actor does not see.
    pub fn work_for(&self, tenant: &Tenant, actor: &mut Actor, label: &str) -> Result<()> {
        let number = self.opened(&tenant.name)?.directory().labelled(label).filter(|n| actor.organisations.contains(*n));
        let refused = || {
            let message = "Zuora-Working-Org names an organization that does not exist or is not yours.";
            Error::invalid("organization.working", message).in_column("Zuora-Working-Org")
        };
        actor.works_for = Some(number.ok_or_else(refused)?);
        Ok(())
    }
}

fn forbidden(code: &'static str, message: &str) -> Error {
    Error::rejected(Kind::Forbidden, code, message)
}
