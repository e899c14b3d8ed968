//! `accrual entity`.

use super::tenant::{SETTINGS, body};
use super::{listed, put, something, with_system};
use crate::args::Entity;
use crate::{print, wiring};
use accrual_app::system::Entity as Known;
use accrual_base::{Error, Result};
use serde_json::Value;

pub fn entity(args: &Entity) -> Result<()> {
    match args {
        Entity::List { output, tenant } => {
            let all = with_system(&tenant.store, |system| {
                system.tenant(&tenant.tenant)?;
                let one = |e: &Known| {
                    let mut shown = system.tenant_settings(&e.store)?;
                    put(&mut shown, "entityId", Some(e.id.clone()));
                    Ok(shown)
                };
                system.entities(&tenant.tenant.to_lowercase()).iter().map(one).collect::<Result<Vec<Value>>>()
            })?;
            let mut columns = vec![("entity", "entity"), ("id", "entityId"), ("below", "parent"), ("--tenant", "name")];
            columns.extend(SETTINGS);
            listed(&all, output.json, &columns);
        }
        Entity::Add { name, parent, first_period, tenant } => {
            let made = with_system(&tenant.store, |system| {
                let made = system.create_entity(&wiring::operator(), &tenant.tenant, name, Some(parent), *first_period)?;
                Ok(made.name.clone())
            })?;
            println!("The entity {name} is there; its data is that of --tenant {made}.");
            println!("Requests name it in Zuora-Entity-Ids; `accrual entity list` shows its id.");
        }
        Entity::Update { name, rename, parent, settings, tenant } => {
            let mut body = body(settings);
            put(&mut body, "entity", rename.clone());
            put(&mut body, "parent", parent.clone());
            let body = something(body)?;
            let changed = with_system(&tenant.store, |system| {
                system.tenant(&tenant.tenant)?;
                let plain = name.replace('-', "").to_lowercase();
                let entities = system.entities(&tenant.tenant.to_lowercase());
                let found = entities.iter().find(|e| e.id == plain || e.name.eq_ignore_ascii_case(name));
                let missing =
                    || Error::not_found("entity.unknown", "There is no such entity; `accrual entity list` lists them.").with_value(name);
                system.update_tenant(&wiring::operator(), &found.ok_or_else(missing)?.store, body)
            })?;
            print::json(&changed);
        }
    }
    Ok(())
}
