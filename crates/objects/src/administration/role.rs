//! Roles.

use super::permission::{Permission, Permissions};
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum, suggest};

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

/// Which part of the product a role is about. A user has at most one role of each but the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, TextEnum)]
pub enum RoleCategory {
    /// The revenue interface, whose requests name their role.
    #[default]
    Revenue,
    Platform,
    Billing,
    Payments,
    Finance,
    Commerce,
    Reporting,
}

impl RoleCategory {
    /// Those of the billing interface, whose permissions add up.
    pub const BILLING: [Self; 6] = [Self::Platform, Self::Billing, Self::Payments, Self::Finance, Self::Commerce, Self::Reporting];
}

/// What a user may do, and for which organisations (reference sections 17 and 1.3 of billing). Requests of the revenue
/// interface name their role; in the billing interface all category roles of a user count together.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Role::rules)]
pub struct Role {
    /// The name requests carry in the header `role`.
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    /// Of revenue roles.
    #[field(default = [])]
    pub privileges: Vec<Privilege>,
    /// Every organisation, those to come as well. Of revenue roles.
    #[field(default = false)]
    pub all_organizations: bool,
    /// Numbers of the organisations a revenue role sees, unless it sees all.
    #[field(default = [], reference = "Organization")]
    pub organizations: Vec<i64>,
    #[field(default = true, filterable)]
    pub enabled: bool,
    /// What the role is about. It does not change.
    #[field(default = "Revenue", fixed, filterable)]
    pub category: RoleCategory,
    /// Names of the permissions of a category role, such as Post Invoices.
    #[field(default = [])]
    pub permissions: Vec<String>,
    /// Every permission of the category, those to come as well.
    #[field(default = false)]
    pub all_permissions: bool,
}

impl Role {
    pub(crate) fn defaults() -> Vec<Self> {
        let role = |name: &str, privileges: Vec<Privilege>| Self {
            privileges,
            all_organizations: true,
            ..Self::of_category(name, RoleCategory::Revenue)
        };
        let mut all = vec![
            role("Administrator", vec![Privilege::WebservicesInbound, Privilege::WebservicesOutbound, Privilege::Administrator]),
            role("API Role", vec![Privilege::WebservicesInbound, Privilege::WebservicesOutbound]),
        ];
        all.extend(Self::built_in());
        all
    }

    fn of_category(name: &str, category: RoleCategory) -> Self {
        Self {
            name: name.to_owned(),
            privileges: Vec::new(),
            all_organizations: false,
            organizations: Vec::new(),
            enabled: true,
            category,
            permissions: Vec::new(),
            all_permissions: false,
        }
    }

    /// The category roles every tenant starts with: the published standard users and administrators, and an
    /// administrator where none is published, so that somebody may do everything.
    pub fn built_in() -> Vec<Self> {
        use RoleCategory::{Billing, Commerce, Finance, Payments, Platform, Reporting};
        let full = |name, category| Self { all_permissions: true, ..Self::of_category(name, category) };
        let standard = |name, category| {
            let permissions = Permission::of(category).filter(|p| p.standard()).map(|p| p.name().to_owned()).collect();
            Self { permissions, ..Self::of_category(name, category) }
        };
        vec![
            full("Platform Administrator", Platform),
            standard("Platform Standard User", Platform),
            full("Billing Administrator", Billing),
            standard("Billing Standard User", Billing),
            full("Payments Administrator", Payments),
            standard("Payments Standard User", Payments),
            full("Finance Administrator", Finance),
            standard("Finance Standard User", Finance),
            full("Commerce Admin", Commerce),
            standard("Commerce Standard", Commerce),
            full("Reporting Administrator", Reporting),
        ]
    }

    /// The names of [`Role::built_in`] that allow everything in their category.
    pub fn built_in_administrators() -> Vec<String> {
        Self::built_in().into_iter().filter(|r| r.all_permissions).map(|r| r.name).collect()
    }

    /// What the role permits in the billing interface. Names that are unknown by now permit nothing.
    pub fn permitted(&self) -> Permissions {
        if self.all_permissions {
            return Permission::of(self.category).collect();
        }
        self.permissions.iter().filter_map(|name| Permission::find(name)).filter(|p| p.category() == self.category).collect()
    }

    fn rules(&self) -> Vec<Rejection> {
        if self.category == RoleCategory::Revenue { self.rules_of_revenue() } else { self.rules_of_category() }
    }

    fn rules_of_revenue(&self) -> Vec<Rejection> {
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
        if !self.permissions.is_empty() || self.all_permissions {
            wrong.push(broken("permissions", "A revenue role has privileges; permissions belong to a role of another category."));
        }
        wrong
    }

    fn rules_of_category(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if !self.privileges.is_empty() {
            wrong.push(broken("privileges", "Privileges belong to revenue roles; give this role permissions."));
        }
        if self.all_organizations || !self.organizations.is_empty() {
            wrong.push(broken("organizations", "The organisations of a billing user are listed with the user, not with the role."));
        }
        if self.all_permissions && !self.permissions.is_empty() {
            wrong.push(broken("permissions", "A role with all permissions lists none; empty the list or turn allPermissions off."));
        }
        wrong.extend(self.permissions.iter().filter_map(|name| self.unfit(name)));
        wrong
    }

    /// Why a permission cannot be in this role.
    fn unfit(&self, name: &str) -> Option<Rejection> {
        match Permission::find(name) {
            Some(p) if p.category() == self.category => None,
            Some(p) => {
                let message =
                    format!("{name:?} is a permission of {}, and this is a role of {}.", p.category().text(), self.category.text());
                Some(broken("permissions", message))
            }
            None => {
                let names = || Permission::of(self.category).map(Permission::name);
                let hint = match suggest::close(name, names()).as_slice() {
                    [] => "`accrual role permissions` lists them all.".to_owned(),
                    near => format!("Did you mean {}?", suggest::list_or(near)),
                };
                Some(broken("permissions", format!("There is no permission {name:?}. {hint}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_keep_the_rules_and_the_published_grants() {
        for role in Role::defaults() {
            assert!(role.rules().is_empty(), "{}: {:?}", role.name, role.rules());
        }
        let all = Role::built_in();
        let find = |name: &str| all.iter().find(|r| r.name == name).unwrap().permitted();
        for lacking in ["Manage Close Process", "Delete Accounting Period", "Reopen Accounting Period"] {
            let permission = Permission::find(lacking).unwrap();
            assert!(!find("Finance Standard User").contains(permission) && find("Finance Administrator").contains(permission), "{lacking}");
        }
        assert!(find("Platform Standard User").contains(Permission::WRITE));
        assert!(!find("Billing Standard User").contains(Permission::named("Delete Attachments")));
    }

    #[test]
    fn a_role_holds_permissions_of_its_own_category_alone() {
        let wrong = |permission: &str| {
            Role { permissions: vec![permission.to_owned()], ..Role::of_category("Clerk", RoleCategory::Billing) }.rules()
        };
        assert!(wrong("Post Invoices").is_empty());
        assert!(wrong("Finance Access")[0].message.contains("Finance"));
        assert!(wrong("Post Invoice")[0].message.contains("Post Invoices"));
    }
}
