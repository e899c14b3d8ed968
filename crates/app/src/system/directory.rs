//! Users, roles and API clients of a tenant, as every request needs them.

use crate::context::{Actor, Organisations, Privilege};
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::administration::{self as nouns, ApiClient, Role, User};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;

/// Everything at one moment. Names of users and roles are one in upper and lower case.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: BTreeMap<String, User>,
    roles: BTreeMap<String, Role>,
    clients: BTreeMap<String, ApiClient>,
}

impl Directory {
    /// # Errors
    /// A fault from the database.
    pub(super) fn load(tx: &mut dyn Read) -> Result<Self> {
        let lower = |name: &str| name.to_lowercase();
        Ok(Self {
            users: typed::all(tx)?.into_iter().map(|u: Stored<User>| (lower(&u.name), u.data)).collect(),
            roles: typed::all(tx)?.into_iter().map(|r: Stored<Role>| (lower(&r.name), r.data)).collect(),
            clients: typed::all(tx)?.into_iter().map(|c: Stored<ApiClient>| (c.client_id.clone(), c.data)).collect(),
        })
    }

    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(&name.to_lowercase())
    }
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(&name.to_lowercase())
    }
    pub fn client(&self, client_id: &str) -> Option<&ApiClient> {
        self.clients.get(client_id)
    }
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }
    pub fn clients(&self) -> impl Iterator<Item = &ApiClient> {
        self.clients.values()
    }
}

/// A user in a role.
pub(super) fn actor(user: &str, role: &Role) -> Actor {
    let privilege = |p: &nouns::Privilege| match p {
        nouns::Privilege::WebservicesInbound => Privilege::WebservicesInbound,
        nouns::Privilege::WebservicesOutbound => Privilege::WebservicesOutbound,
        nouns::Privilege::Administrator => Privilege::Administrator,
    };
    let organisations =
        if role.all_organizations { Organisations::All } else { Organisations::These(role.organizations.iter().copied().collect()) };
    Actor { user: user.to_owned(), role: role.name.clone(), privileges: role.privileges.iter().map(privilege).collect(), organisations }
}
