//! `accrual user`.

use super::{password, with_tenant};
use crate::args::User;
use crate::{print, wiring};
use accrual_app::{config, system};
use accrual_base::Result;
use accrual_model::Query;
use serde_json::json;

const OBJECT: &str = "users";

pub fn user(args: &User) -> Result<()> {
    match args {
        User::Add { name, role, password: given, tenant } => {
            let secret = password(given.as_ref())?;
            with_tenant(tenant, |t| {
                config::create(t, &wiring::operator(), OBJECT, json!({ "name": name, "roles": role }))?;
                system::set_password(t, &wiring::operator(), name, &secret)
            })?;
            println!("The user {name} can log in.");
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
        User::List(tenant) => print::rows(&with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?),
    }
    Ok(())
}
