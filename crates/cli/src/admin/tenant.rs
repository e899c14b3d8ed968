//! `accrual tenant`.

use super::{listed, put, something, with_system};
use crate::args::{Settings, Tenant};
use crate::{print, wiring};
use accrual_base::Result;
use serde_json::{Value, json};

/// What a list of tenants or entities shows of their settings.
pub(super) const SETTINGS: [(&str, &str); 4] =
    [("API", "apiEnabled"), ("version", "defaultVersion"), ("time zone", "timeZone"), ("limits", "rateClass")];

pub fn tenant(args: &Tenant) -> Result<()> {
    match args {
        Tenant::List { output, store } => {
            let all = with_system(store, |system| {
                let own = system.tenants().iter().filter(|t| t.owner.is_none()).map(|t| t.name.clone()).collect::<Vec<_>>();
                own.iter().map(|name| system.tenant_settings(name)).collect::<Result<Vec<Value>>>()
            })?;
            let mut columns = vec![("tenant", "name"), ("title", "title")];
            columns.extend(SETTINGS);
            listed(&all, output.json, &columns);
        }
        Tenant::Add { name, first_period, store } => {
            with_system(store, |system| system.create_tenant(&wiring::operator(), name, *first_period).map(drop))?;
            println!("The tenant {name} is there; add users with `accrual user add NAME --role \"API Role\" --tenant {name}`.");
        }
        Tenant::Show { name, store } => print::json(&with_system(store, |system| system.tenant_settings(name))?),
        Tenant::Update { name, title, settings, store } => {
            let mut body = body(settings);
            put(&mut body, "title", title.clone());
            let body = something(body)?;
            print::json(&with_system(store, |system| system.update_tenant(&wiring::operator(), name, body))?);
        }
        Tenant::Api { name, state, store } => {
            with_system(store, |system| system.switch_api(&wiring::operator(), name, state == "on"))?;
            println!("The API of the tenant {name} is {state}.");
        }
    }
    Ok(())
}

/// The fields that settings change.
pub(super) fn body(settings: &Settings) -> Value {
    let mut body = json!({});
    put(&mut body, "apiEnabled", settings.api.as_deref().map(|state| state == "on"));
    put(&mut body, "defaultVersion", settings.default_version.clone());
    put(&mut body, "timeZone", settings.time_zone.clone());
    put(&mut body, "rateClass", settings.rate_class.clone());
    body
}
