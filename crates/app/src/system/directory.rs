//! Users, roles and API clients of a tenant, as every request needs them.

use crate::context::{Actor, Organisations, Permission, Permissions, Privilege};
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::administration::{self as nouns, ApiClient, Organization, Role, RoleCategory, User};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;

/// Everything at one moment. Names of users and roles are one in upper and lower case.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: BTreeMap<String, User>,
    roles: BTreeMap<String, Role>,
    clients: BTreeMap<String, ApiClient>,
    /// Numbers by their ids in the billing interface.
    organizations: BTreeMap<String, i64>,
    /// Numbers by their labels.
    labels: BTreeMap<String, i64>,
}

impl Directory {
    /// # Errors
    /// A fault from the database.
    pub(super) fn load(tx: &mut dyn Read) -> Result<Self> {
        let lower = |name: &str| name.to_lowercase();
        let organizations: Vec<Stored<Organization>> = typed::all(tx)?.into_iter().filter(|o: &Stored<Organization>| o.enabled).collect();
        Ok(Self {
            users: typed::all(tx)?.into_iter().map(|u: Stored<User>| (lower(&u.name), u.data)).collect(),
            roles: typed::all(tx)?.into_iter().map(|r: Stored<Role>| (lower(&r.name), r.data)).collect(),
            clients: typed::all(tx)?.into_iter().map(|c: Stored<ApiClient>| (c.client_id.clone(), c.data)).collect(),
            organizations: organizations.iter().map(|o| (Organization::uid(o.id), o.id)).collect(),
            labels: organizations.into_iter().map(|o| (o.data.name, o.id)).collect(),
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
    /// The number of an enabled organization by its id in the billing interface.
    pub fn organization(&self, uid: &str) -> Option<i64> {
        self.organizations.get(uid).copied()
    }
    /// The number of an enabled organization by its label.
    pub fn labelled(&self, label: &str) -> Option<i64> {
        self.labels.get(label).copied()
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
    Actor {
        user: user.to_owned(),
        role: role.name.clone(),
        privileges: role.privileges.iter().map(privilege).collect(),
        organisations,
        permissions: Permissions::NONE,
        works_for: None,
    }
}

/// A user with all category roles at once, as the billing interface sees it. Its privileges follow from its
/// permissions: any role reads, who may write through the interface writes, who manages users administers.
pub(super) fn billing_actor(directory: &Directory, user: &User) -> Actor {
    const MANAGE_USERS: Permission = Permission::named("Manage Users");
    let in_force = |r: &&Role| r.enabled && r.category != RoleCategory::Revenue;
    let roles: Vec<&Role> = user.roles.iter().filter_map(|name| directory.role(name)).filter(in_force).collect();
    let permissions = roles.iter().fold(Permissions::NONE, |all, role| all.with(role.permitted()));
    let privileges = [
        (Privilege::WebservicesOutbound, !roles.is_empty()),
        (Privilege::WebservicesInbound, permissions.contains(Permission::WRITE)),
        (Privilege::Administrator, permissions.contains(MANAGE_USERS)),
    ];
    let organisations =
        if user.all_organizations { Organisations::All } else { Organisations::These(user.organizations.iter().copied().collect()) };
    let names: Vec<&str> = roles.iter().map(|r| r.name.as_str()).collect();
    Actor {
        user: user.name.clone(),
        role: names.join(", "),
        privileges: privileges.into_iter().filter(|(_, has)| *has).map(|(p, _)| p).collect(),
        organisations,
        permissions,
        works_for: None,
    }
}
