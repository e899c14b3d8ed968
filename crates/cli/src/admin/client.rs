//! `accrual client`.

use super::with_tenant;
use crate::args::Client;
use crate::{print, wiring};
use accrual_app::{config, system};
use accrual_base::Result;
use accrual_model::Query;
use serde_json::json;

const OBJECT: &str = "api-clients";

pub fn client(args: &Client) -> Result<()> {
    match args {
        Client::Add { name, role, tenant } => {
            let id = system::new_client_id();
            let secret = with_tenant(tenant, |t| {
                config::create(t, &wiring::operator(), OBJECT, json!({ "clientId": id, "name": name, "role": role }))?;
                system::set_client_secret(t, &wiring::operator(), &id, None)
            })?;
            println!("client id     {id}\nclient secret {}\n\nThe secret is not shown again.", secret.0);
        }
        Client::Secret { client_id, tenant } => {
            let secret = with_tenant(tenant, |t| system::set_client_secret(t, &wiring::operator(), client_id, None))?;
            println!("client secret {}\n\nThe secret is not shown again; the old one does not work any more.", secret.0);
        }
        Client::Disable { client_id, tenant } => {
            with_tenant(tenant, |t| config::update(t, &wiring::operator(), OBJECT, client_id, json!({ "enabled": false })))?;
            println!("The client {client_id} is locked out.");
        }
        Client::List(tenant) => print::rows(&with_tenant(tenant, |t| config::list(t, OBJECT, &Query::default()))?),
    }
    Ok(())
}
