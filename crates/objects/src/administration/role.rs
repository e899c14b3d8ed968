//! Roles.

use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};

/// What a role allows on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TextEnum)]
pub enum Privilege {
    /// Upload data and start programs.
    WebservicesInbound,
    /// Download data.
    WebservicesOutbound,
    /// Change configuration, users, roles and periods.
    Administrator,
}

/// What a user may do, and for which organisations (reference section 17). A request names its role.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Role::rules)]
pub struct Role {
    /// The name requests carry in the header `role`.
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(default = [])]
    pub privileges: Vec<Privilege>,
    /// Every organisation, those to come as well.
    #[field(default = false)]
    pub all_organizations: bool,
    /// Numbers of the organisations the role sees, unless it sees all.
    #[field(default = [], reference = "Organization")]
    pub organizations: Vec<i64>,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl Role {
    pub(crate) fn defaults() -> Vec<Self> {
        let role = |name: &str, privileges: Vec<Privilege>| Self {
            name: name.to_owned(),
            privileges,
            all_organizations: true,
            organizations: Vec::new(),
            enabled: true,
        };
        vec![
            role("Administrator", vec![Privilege::WebservicesInbound, Privilege::WebservicesOutbound, Privilege::Administrator]),
            role("API Role", vec![Privilege::WebservicesInbound, Privilege::WebservicesOutbound]),
        ]
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if self.all_organizations && !self.organizations.is_empty() {
            wrong.push(broken(
                "organizations",
                "A role that sees all organisations lists none; empty the list or turn allOrganizations off.",
            ));
        }
        if !self.all_organizations && self.organizations.is_empty() {
            wrong.push(broken("organizations", "List at least one organisation, or turn allOrganizations on."));
        }
        wrong
    }
}
