//! `accrual user`.

use super::{listed, organization, password, put, something, with_tenant};
use crate::args::{Reach, User};
use crate::{print, wiring};
use accrual_app::{Tenant, config, system};
use accrual_base::Result;
use accrual_model::Query;
use serde_json::{Value, json};

const OBJECT: &str = "users";

pub fn user(args: &User) -> Result<()> {
    match args {
        User::Add { name, role, password: given, reach, tenant } => {
            let secret = password(given.as_ref())?;
            with_tenant(tenant, |t| {
                let mut body = json!({ "name": name, "roles": role });
                reaches(t, reach, &mut body)?;
                config::create(t, &wiring::operator(), OBJECT, body)?;
                system::set_password(t, &wiring::operator(), name, &secret)
            })?;
            println!("The user {name} can log in.");
        }
        User::Update { name, role, full_name, email, enabled, reach, tenant } => {
            let changed = with_tenant(tenant, |t| {
                let mut body = json!({});
                put(&mut body, "roles", (!role.is_empty()).then(|| role.clone()));
                put(&mut body, "fullName", full_name.clone());
                put(&mut body, "email", email.clone());
                put(&mut body, "enabled", enabled.wanted());
                reaches(t, reach, &mut body)?;
                config::update(t, &wiring::operator(), OBJECT, name, something(body)?)
            })?;
            print::json(&changed);
        }
        User::Password { name, password: given, tenant } => {
            let secret = password(given.as_ref())?;
            with_tenant(tenant, |t| system::set_password(t, &wiring::operator(), name, &secret))?;
            println!("The user {name} has a new password.");
        }
        User::Disable { name, tenant } => {
            with_tenant(tenant, |t| config::update(t, &wiring::operator(), OBJECT, name, json!({ "enabled": false })))?;
            println!("The user {name} is locked out.");
        }
        User::List { output, tenant } => {
            let all = with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?;
            let columns = [
                ("user", "name"),
                ("in use", "enabled"),
                ("roles", "roles"),
                ("entities (none: all)", "entities"),
                ("organizations (none: all)", "organizations"),
            ];
            listed(&all, output.json, &columns);
        }
    }
    Ok(())
}

/// Puts where a user works into a body.
fn reaches(tenant: &Tenant, reach: &Reach, body: &mut Value) -> Result<()> {
    if reach.all_entities || !reach.entity.is_empty() {
        put(body, "allEntities", Some(reach.all_entities));
        put(body, "entities", Some(reach.entity.clone()));
    }
    if reach.all_organizations || !reach.organization.is_empty() {
        put(body, "allOrganizations", Some(reach.all_organizations));
        put(body, "organizations", Some(organization::numbers(tenant, &reach.organization)?));
    }
    Ok(())
}
