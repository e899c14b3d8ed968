//! `accrual organization`.

use super::{listed, put, something, with_tenant};
use crate::args::Organization;
use crate::{print, wiring};
use accrual_app::{Tenant, config};
use accrual_base::{Error, Result};
use accrual_model::Query;
use accrual_objects::administration::Organization as Noun;
use serde_json::{Value, json};

const OBJECT: &str = "organizations";

pub fn organization(args: &Organization) -> Result<()> {
    match args {
        Organization::List { output, tenant } => {
            let mut all = with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?;
            for one in &mut all {
                let id = one["id"].as_i64().map(Noun::uid);
                put(one, "billingId", id);
            }
            let columns = [("number", "id"), ("label", "name"), ("code", "code"), ("in use", "enabled"), ("id in billing", "billingId")];
            listed(&all, output.json, &columns);
        }
        Organization::Add { label, number, code, tenant } => {
            let mut body = json!({ "name": label });
            put(&mut body, "id", *number);
            put(&mut body, "code", code.clone());
            print::json(&with_tenant(tenant, |t| config::create(t, &wiring::operator(), OBJECT, body))?);
        }
        Organization::Update { organization, label, code, enabled, tenant } => {
            let mut body = json!({});
            put(&mut body, "name", label.clone());
            put(&mut body, "code", code.clone());
            put(&mut body, "enabled", enabled.wanted());
            let body = something(body)?;
            print::json(&with_tenant(tenant, |t| config::update(t, &wiring::operator(), OBJECT, organization, body))?);
        }
    }
    Ok(())
}

/// The numbers of organizations by their labels or numbers.
pub(super) fn numbers(tenant: &Tenant, names: &[String]) -> Result<Vec<i64>> {
    let number = |name: &String| {
        let found: Value = config::get(tenant, OBJECT, name)?;
        found["id"].as_i64().ok_or_else(|| Error::fault("an organization without a number"))
    };
    names.iter().map(number).collect()
}
