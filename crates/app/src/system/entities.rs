//! Entities: stores of one tenant that keep their data, settings and numbers apart, under the users of the tenant.

use super::System;
use super::tenants::TenantEntry;
use accrual_base::{Error, Result};
use accrual_objects::administration::{GLOBAL_ENTITY, MOST_ENTITIES, Tenant as TenantNoun};
use sha2::{Digest, Sha256};

/// One entity of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// 32 hexadecimal digits, made from the name of its store.
    pub id: String,
    /// What people call it; `Global` is the tenant's own.
    pub name: String,
    /// The tenant whose store it is.
    pub store: String,
    /// Name of the entity above it; none for the global one.
    pub parent: Option<String>,
    /// Off: nobody works in it.
    pub enabled: bool,
}

impl Entity {
    fn of(entry: &TenantEntry) -> Self {
        Self {
            id: entity_id(&entry.name),
            name: entry.entity.clone(),
            store: entry.name.clone(),
            parent: entry.parent.clone(),
            enabled: entry.api_enabled,
        }
    }
}

/// The id of the entity whose store has this name, as 32 hexadecimal digits.
pub fn entity_id(store: &str) -> String {
    let hash = Sha256::digest(format!("entity\n{store}").as_bytes());
    let hex: String = hash.iter().take(16).map(|b| format!("{b:02x}")).collect();
    // version 8, the layout of which is free
    format!("{}8{}8{}", &hex[..12], &hex[13..16], &hex[17..])
}

/// The entries of a tenant and its entities, its own first.
pub(super) fn of<'a>(list: &'a [TenantEntry], tenant: &str) -> Vec<&'a TenantEntry> {
    let mut all: Vec<&TenantEntry> = list.iter().filter(|e| e.name == tenant || e.owner.as_deref() == Some(tenant)).collect();
    all.sort_by_key(|e| (e.owner.is_some(), e.entity.to_lowercase()));
    all
}

/// What must hold among the entities of a tenant when one is made or changed. `others` are all but that one.
///
/// # Errors
/// `entity.exists`, `entity.parent`, `entity.most`.
pub(super) fn check(others: &[&TenantEntry], changed: &TenantNoun) -> Result<()> {
    let refuse = |code, field: &str, message: String| Err(Error::conflict(code, message).in_column(field));
    if others.len() >= MOST_ENTITIES {
        return refuse("entity.most", "entity", format!("A tenant has at most {MOST_ENTITIES} entities, {GLOBAL_ENTITY} among them."));
    }
    if others.iter().any(|o| o.entity.eq_ignore_ascii_case(&changed.entity)) {
        return refuse("entity.exists", "entity", format!("There is an entity {:?} already.", changed.entity));
    }
    let mut above = changed.parent.clone();
    // each step goes up one level; more steps than entities are a circle
    for _ in 0..=others.len() {
        let Some(name) = above.take() else { return Ok(()) };
        match others.iter().find(|o| o.entity.eq_ignore_ascii_case(&name)) {
            Some(next) => above = next.parent.clone(),
            None if name.eq_ignore_ascii_case(&changed.entity) => break,
            None => return refuse("entity.parent", "parent", format!("There is no entity {name:?} to stand above it.")),
        }
    }
    refuse("entity.parent", "parent", format!("{} would stand above itself.", changed.entity))
}

impl System {
    /// The entities of a tenant, the global one first, the others by name.
    pub fn entities(&self, tenant: &str) -> Vec<Entity> {
        of(&self.tenants(), tenant).into_iter().map(Entity::of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(name: &str, parent: Option<&str>) -> TenantNoun {
        TenantNoun {
            entity: name.to_owned(),
            parent: parent.map(str::to_owned),
            owner: parent.map(|_| "acme".to_owned()),
            ..TenantNoun::new(name.to_lowercase())
        }
    }

    #[test]
    fn entities_stand_in_one_tree() {
        let (global, emea) = (TenantNoun::new("acme"), entity("EMEA", Some("Global")));
        let others = [&global, &emea];
        let code = |changed: &TenantNoun| check(&others, changed).err().and_then(|e| e.rejection().map(|r| r.code));
        assert_eq!(code(&entity("Germany", Some("EMEA"))), None);
        assert_eq!(code(&entity("emea", Some("Global"))), Some("entity.exists"));
        assert_eq!(code(&entity("Germany", Some("APAC"))), Some("entity.parent"));
        let under_itself = TenantNoun { parent: Some("Germany".to_owned()), ..emea.clone() };
        let germany = entity("Germany", Some("EMEA"));
        assert!(check(&[&global, &germany], &under_itself).is_err());
        let full = vec![&global; MOST_ENTITIES];
        assert_eq!(check(&full, &germany).unwrap_err().rejection().unwrap().code, "entity.most");
    }

    #[test]
    fn an_entity_is_the_same_every_time_and_differs_by_store() {
        assert_eq!(entity_id("default"), entity_id("default"));
        assert_ne!(entity_id("default"), entity_id("other"));
        assert!(uuid::Uuid::try_parse(&entity_id("default")).is_ok_and(|id| id.get_version_num() == 8));
    }
}
