//! `accrual client`.

use super::{listed, put, something, with_tenant};
use crate::args::Client;
use crate::{print, wiring};
use accrual_app::{config, system};
use accrual_base::Result;
use accrual_model::Query;
use serde_json::json;

const OBJECT: &str = "api-clients";

pub fn client(args: &Client) -> Result<()> {
    match args {
        Client::Add { name, user, role, tenant } => {
            let id = system::new_client_id();
            let mut body = json!({ "clientId": id, "name": name, "role": role });
            put(&mut body, "user", user.clone());
            let secret = with_tenant(tenant, |t| {
                config::create(t, &wiring::operator(), OBJECT, body)?;
                system::set_client_secret(t, &wiring::operator(), &id, None)
            })?;
            println!("client id     {id}\nclient secret {}\n\nThe secret is not shown again.", secret.0);
            if user.is_none() {
                println!("It belongs to no user and may do nothing in the billing interface: accrual client update {id} --user NAME");
            }
        }
        Client::Update { client_id, name, user, role, enabled, tenant } => {
            let mut body = json!({});
            put(&mut body, "name", name.clone());
            put(&mut body, "user", user.clone());
            put(&mut body, "role", role.clone());
            put(&mut body, "enabled", enabled.wanted());
            let body = something(body)?;
            print::json(&with_tenant(tenant, |t| config::update(t, &wiring::operator(), OBJECT, client_id, body))?);
        }
        Client::Secret { client_id, tenant } => {
            let secret = with_tenant(tenant, |t| system::set_client_secret(t, &wiring::operator(), client_id, None))?;
            println!("client secret {}\n\nThe secret is not shown again; the old one does not work any more.", secret.0);
        }
        Client::Disable { client_id, tenant } => {
            with_tenant(tenant, |t| config::update(t, &wiring::operator(), OBJECT, client_id, json!({ "enabled": false })))?;
            println!("The client {client_id} is locked out.");
        }
        Client::List { output, tenant } => {
            let all = with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?;
            let columns = [("client id", "clientId"), ("for", "name"), ("in use", "enabled"), ("user", "user"), ("revenue role", "role")];
            listed(&all, output.json, &columns);
        }
    }
    Ok(())
}
