//! Tenants and their entities.

use accrual_model::names::is_identifier;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum, suggest};

/// The entity every tenant has: its own store.
pub const GLOBAL_ENTITY: &str = "Global";
/// Entities of one tenant, the global one counted (reference section 1.3).
pub const MOST_ENTITIES: usize = 512;

/// Versions of the billing interface a tenant may have as its default (reference section 1.9).
#[rustfmt::skip]
pub const KNOWN_VERSIONS: [&str; 28] = [
    "186.0", "187.0", "188.0", "189.0", "196.0", "206.0", "207.0", "211.0", "214.0", "215.0", "216.0", "223.0", "224.0", "230.0", "239.0",
    "256.0", "257.0", "309.0", "314.0", "315.0", "329.0", "330.0", "336.0", "337.0", "338.0", "341.0", "2024-05-20", "2025-08-12",
];

/// How many requests a tenant may send (reference section 1.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum RateClass {
    /// As many as the server is set to.
    #[default]
    Unlimited,
    /// 50,000 a minute, 2,250,000 an hour, 27,000,000 a day.
    Production,
    /// 12,500, 25,000 and 50,000.
    #[text("DeveloperSandbox")]
    DeveloperSandbox,
    /// 2,500, 5,000 and 10,000.
    #[text("ApiSandbox")]
    ApiSandbox,
}

/// A customer of this installation, or an entity of one: a database file or schema of its own. Kept in the system store.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Tenant::rules)]
pub struct Tenant {
    /// Also the name of its file or schema.
    #[field(unique, fixed, sortable, max = 48)]
    pub name: String,
    #[field(max = 240)]
    pub title: Option<String>,
    /// Off: every operation of the API answers 405.
    #[field(default = true)]
    pub api_enabled: bool,
    /// The version of the billing interface a request without `Zuora-Version` speaks.
    #[field(default = "186.0", max = 10)]
    pub default_version: String,
    /// Name of its time zone, such as Europe/Berlin: the day it is.
    #[field(default = "UTC", max = 60)]
    pub time_zone: String,
    /// The limits on its requests.
    #[field(default = "Unlimited")]
    pub rate_class: RateClass,
    /// Of an entity: the tenant it belongs to. None for a tenant, which is its own global entity.
    #[field(fixed, filterable, max = 48)]
    pub owner: Option<String>,
    /// What people call the entity.
    #[field(default = "Global", max = 255)]
    pub entity: String,
    /// Name of the entity above it; none for the global one.
    #[field(max = 255)]
    pub parent: Option<String>,
}

impl Tenant {
    /// A tenant with the settings of a new one.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            api_enabled: true,
            default_version: KNOWN_VERSIONS[0].to_owned(),
            time_zone: "UTC".to_owned(),
            rate_class: RateClass::Unlimited,
            owner: None,
            entity: GLOBAL_ENTITY.to_owned(),
            parent: None,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if !is_identifier(&self.name) {
            wrong.push(broken("name", "A tenant's name is lower-case letters, digits and _, a letter first: it names a file or a schema."));
        }
        if !KNOWN_VERSIONS.contains(&self.default_version.as_str()) {
            wrong.push(broken("default_version", format!("The versions are {}.", suggest::list(KNOWN_VERSIONS.into_iter()))));
        }
        let plain = self.entity.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-'));
        if self.entity.trim().is_empty() || !plain {
            wrong.push(broken("entity", "The name of an entity is letters, digits, spaces, periods and hyphens."));
        }
        if self.owner.is_some() == self.entity.eq_ignore_ascii_case(GLOBAL_ENTITY) {
            wrong.push(broken(
                "entity",
                format!("{GLOBAL_ENTITY} is the entity that every tenant has; it has no other and no other is called so."),
            ));
        }
        if self.owner.is_some() != self.parent.is_some() {
            wrong.push(broken("parent", "Every entity but the global one stands below another."));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entities_and_versions_are_checked() {
        assert!(Tenant::new("acme").rules().is_empty());
        let entity = |name: &str| Tenant {
            owner: Some("acme".to_owned()),
            parent: Some(GLOBAL_ENTITY.to_owned()),
            entity: name.to_owned(),
            ..Tenant::new("acme_e1")
        };
        for good in ["EMEA", "Acme Ltd.", "North-America 2"] {
            assert!(entity(good).rules().is_empty(), "{good}");
        }
        for bad in ["", " ", "a_b", "a/b", "Global", "global"] {
            assert!(!entity(bad).rules().is_empty(), "{bad:?}");
        }
        let version = |v: &str| Tenant { default_version: v.to_owned(), ..Tenant::new("acme") }.rules().len();
        assert_eq!((version("341.0"), version("2025-08-12"), version("12"), version("")), (0, 0, 1, 1));
    }
}
