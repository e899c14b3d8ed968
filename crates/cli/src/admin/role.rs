//! `accrual role`.

use super::{listed, put, with_tenant};
use crate::args::Role;
use crate::{print, wiring};
use accrual_app::{Permission, config};
use accrual_base::{Error, Result};
use accrual_model::{Query, TextEnum};
use accrual_objects::administration::RoleCategory;
use serde_json::{Value, json};

const OBJECT: &str = "roles";

pub fn role(args: &Role) -> Result<()> {
    match args {
        Role::List { output, tenant } => {
            let all = with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?;
            let columns = [
                ("role", "name"),
                ("category", "category"),
                ("in use", "enabled"),
                ("all permissions", "allPermissions"),
                ("permissions", "permissions"),
                ("privileges", "privileges"),
            ];
            let short: Vec<Value> = if output.json { all } else { all.into_iter().map(shortened).collect() };
            listed(&short, output.json, &columns);
        }
        Role::Permissions { category, output } => {
            let wanted = category.as_deref().map(named).transpose()?;
            let one = |p: Permission| {
                let standard = if p.standard() { "yes" } else { "" };
                json!({"permission": p.name(), "category": p.category().text(), "area": p.area(), "standardUser": standard})
            };
            let all: Vec<Value> = Permission::all().filter(|p| wanted.is_none_or(|c| p.category() == c)).map(one).collect();
            let columns = [("category", "category"), ("area", "area"), ("permission", "permission"), ("standard user", "standardUser")];
            listed(&all, output.json, &columns);
        }
        Role::Add { name, category, permission, all_permissions, tenant } => {
            let category = named(category)?;
            let body = json!({
                "name": name, "category": category.text(), "permissions": permission, "allPermissions": all_permissions,
                "privileges": [], "allOrganizations": false,
            });
            print::json(&with_tenant(tenant, |t| config::create(t, &wiring::operator(), OBJECT, body))?);
        }
        Role::Update { name, add, remove, enabled, tenant } => {
            let changed = with_tenant(tenant, |t| {
                let before = config::get(t, OBJECT, name)?;
                let held = before["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let mut permissions: Vec<&str> = held.filter(|p| !remove.iter().any(|r| r == p)).collect();
                permissions.extend(
                    add.iter().map(String::as_str).filter(|a| before["permissions"].as_array().is_none_or(|all| !all.contains(&json!(a)))),
                );
                if let Some(missing) = remove.iter().find(|r| before["permissions"].as_array().is_none_or(|all| !all.contains(&json!(r)))) {
                    return Err(
                        Error::invalid("role.permissions", format!("The role {name} does not list this permission.")).with_value(missing)
                    );
                }
                let mut body = json!({ "permissions": permissions, "version": before["version"] });
                put(&mut body, "enabled", enabled.wanted());
                config::update(t, &wiring::operator(), OBJECT, name, body)
            })?;
            print::json(&changed);
        }
        Role::Delete { name, tenant } => {
            with_tenant(tenant, |t| config::delete(t, &wiring::operator(), OBJECT, name))?;
            println!("The role {name} is gone.");
        }
    }
    Ok(())
}

/// Long lists by their number, so that a line stays a line.
fn shortened(mut role: Value) -> Value {
    const SHOWN: usize = 3;
    let long = role["permissions"].as_array().filter(|all| all.len() > SHOWN).map(|all| format!("{} permissions", all.len()));
    put(&mut role, "permissions", long);
    role
}

fn named(category: &str) -> Result<RoleCategory> {
    let found = RoleCategory::BILLING.into_iter().find(|c| c.text().eq_ignore_ascii_case(category));
    found.ok_or_else(|| {
        let names: Vec<&str> = RoleCategory::BILLING.iter().map(|c| c.text()).collect();
        Error::invalid("role.category", format!("A role of the billing interface has one of the categories {}.", names.join(", ")))
            .with_value(category)
    })
}
