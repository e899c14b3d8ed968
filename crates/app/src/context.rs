//! Who asks, and how: the actor and the context of one request.

pub use accrual_objects::administration::{Permission, Permissions};

use crate::zone::Zone;
use std::collections::BTreeSet;

/// What a role allows on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Privilege {
    /// Upload data and start programs.
    WebservicesInbound,
    /// Download data.
    WebservicesOutbound,
    /// Change configuration, users, roles and periods.
    Administrator,
}

impl Privilege {
    /// The spelling in a role's list of privileges.
    pub fn name(self) -> &'static str {
        match self {
            Self::WebservicesInbound => "Webservices Inbound",
            Self::WebservicesOutbound => "Webservices Outbound",
            Self::Administrator => "Administrator",
        }
    }
    /// The privilege of a spelling; none for an unknown one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::WebservicesInbound, Self::WebservicesOutbound, Self::Administrator].into_iter().find(|p| p.name() == name)
    }
}

/// The organisations an actor may work for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Organisations {
    All,
    These(BTreeSet<i64>),
}

impl Organisations {
    pub fn contains(&self, org_id: i64) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(&org_id),
        }
    }
}

/// The user behind a request, in the role it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// User name: what audit rows and `created_by` say.
    pub user: String,
    pub role: String,
    pub privileges: BTreeSet<Privilege>,
    pub organisations: Organisations,
    /// What the roles allow in the billing interface.
    pub permissions: Permissions,
    /// Number of the organization that new accounts belong to when they name none.
    pub works_for: Option<i64>,
}

impl Actor {
    /// Accrual itself: seeds, recovery, sweeping. Everything is allowed.
    pub fn system() -> Self {
        Self {
            user: "SYSTEM".to_owned(),
            role: "SYSTEM".to_owned(),
            privileges: [Privilege::WebservicesInbound, Privilege::WebservicesOutbound, Privilege::Administrator].into(),
            organisations: Organisations::All,
            permissions: Permissions::all(),
            works_for: None,
        }
    }

    /// Refuses when the roles lack a permission of the billing interface.
    ///
    /// # Errors
    /// `Forbidden`, code `role.permission`.
    pub fn permit(&self, permission: Permission) -> accrual_base::Result<()> {
        self.permit_any(&[permission])
    }

    /// Refuses when the roles lack all of these permissions.
    ///
    /// # Errors
    /// As [`Actor::permit`].
    pub fn permit_any(&self, any: &[Permission]) -> accrual_base::Result<()> {
        if any.iter().any(|p| self.permissions.contains(*p)) {
            return Ok(());
        }
        let names: Vec<&str> = any.iter().map(|p| p.name()).collect();
        let text =
            format!("The user {} lacks the permission {}; an administrator can give a role that has it.", self.user, names.join(" or "));
        Err(forbidden("role.permission", text))
    }

    /// Refuses when the role lacks a privilege.
    ///
    /// # Errors
    /// `Forbidden`, code `role.privilege`.
    pub fn require(&self, privilege: Privilege) -> accrual_base::Result<()> {
        if self.privileges.contains(&privilege) {
            return Ok(());
        }
        Err(forbidden(
            "role.privilege",
            format!("The role {} lacks the privilege {}; ask an administrator for it.", self.role, privilege.name()),
        ))
    }

    /// Refuses when the role does not list an organisation.
    ///
    /// # Errors
    /// `Forbidden`, code `role.organisation`.
    pub fn require_org(&self, org_id: i64) -> accrual_base::Result<()> {
        if self.organisations.contains(org_id) {
            return Ok(());
        }
        Err(forbidden("role.organisation", format!("The role {} does not list the organisation {org_id}.", self.role)))
    }
}

fn forbidden(code: &'static str, message: String) -> accrual_base::Error {
    accrual_base::Error::rejected(accrual_base::error::Kind::Forbidden, code, message)
}

/// One request.
#[derive(Clone, Debug)]
pub struct Context {
    pub actor: Actor,
    /// Found in logs and audit rows.
    pub request_id: String,
    /// A repeated command with the same key answers what the first one answered, for 24 hours.
    pub idempotency_key: Option<String>,
    /// Run everything, keep nothing.
    pub preview: bool,
    /// Where it is the day it is: that of the tenant, once a command runs in one.
    pub zone: Zone,
}

impl Context {
    /// A context without key that keeps its changes.
    pub fn new(actor: Actor, request_id: impl Into<String>) -> Self {
        Self { actor, request_id: request_id.into(), idempotency_key: None, preview: false, zone: Zone::default() }
    }
    /// The context of Accrual's own work.
    pub fn system(request_id: impl Into<String>) -> Self {
        Self::new(Actor::system(), request_id)
    }
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }
    /// The same request in the time zone of a tenant.
    #[must_use]
    pub fn within(mut self, tenant: &crate::Tenant) -> Self {
        self.zone = tenant.settings().zone.clone();
        self
    }
    #[must_use]
    pub fn preview(mut self) -> Self {
        self.preview = true;
        self
    }
}
