//! `accrual object`: configuration of any kind, by the descriptor of its noun.

use super::with_tenant;
use crate::args::{Object, Tenanted};
use crate::{print, wiring};
use accrual_app::{Tenant, config};
use accrual_base::{Error, Result};
use accrual_model::{Query, describe};
use serde_json::Value;

pub fn object(args: &Object) -> Result<()> {
    match args {
        Object::List { object: None, .. } => list_objects(),
        Object::List { object: Some(name), tenant } => {
            print::rows(&with_tenant(tenant, |t| config::list(t, name, &Query::default()))?);
            Ok(())
        }
        Object::Describe { object } => {
            print::json(&describe::object(config::noun(object)?));
            Ok(())
        }
        Object::Show { object, name, tenant } => shown(tenant, |t| config::get(t, object, name)),
        Object::Create { object, json, tenant } => {
            let body = parse(json)?;
            shown(tenant, |t| config::create(t, &wiring::operator(), object, body))
        }
        Object::Update { object, name, json, tenant } => {
            let body = parse(json)?;
            shown(tenant, |t| config::update(t, &wiring::operator(), object, name, body))
        }
        Object::Freeze { template, tenant } => shown(tenant, |t| config::freeze(t, &wiring::operator(), template)),
        Object::Delete { object, name, tenant } => shown(tenant, |t| config::delete(t, &wiring::operator(), object, name)),
    }
}

fn list_objects() -> Result<()> {
    for descriptor in config::registry()?.iter() {
        print::text(&format!("{:<24} {}\n", descriptor.plural, descriptor.doc.lines().next().unwrap_or("")));
    }
    Ok(())
}

fn shown(tenant: &Tenanted, work: impl FnOnce(&Tenant) -> Result<Value>) -> Result<()> {
    print::json(&with_tenant(tenant, work)?);
    Ok(())
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|e| Error::invalid("object.json", format!("This is not JSON: {e}.")).with_value(text))
}
