//! `accrual tenant`.

use crate::args::{Store, Tenant};
use crate::{print, wiring};
use accrual_app::System;
use accrual_app::system::FirstStart;
use accrual_base::Result;

pub fn tenant(args: &Tenant) -> Result<()> {
    match args {
        Tenant::List(store) => with_system(store, |system| {
            for entry in system.tenants().iter() {
                print::text(&format!("{:<24} API {}\n", entry.name, if entry.api_enabled { "on" } else { "off" }));
            }
            Ok(())
        }),
        Tenant::Create { name, first_period, store } => with_system(store, |system| {
            system.create_tenant(&wiring::operator(), name, *first_period)?;
            println!("The tenant {name} is there; add users with `accrual user add NAME --role \"API Role\" --tenant {name}`.");
            Ok(())
        }),
        Tenant::Api { name, state, store } => with_system(store, |system| {
            system.switch_api(&wiring::operator(), name, state == "on")?;
            println!("The API of the tenant {name} is {state}.");
            Ok(())
        }),
    }
}

/// Opens the system for one piece of work and closes it again.
fn with_system(store: &Store, work: impl FnOnce(&System) -> Result<()>) -> Result<()> {
    let system = wiring::open(store, &FirstStart::default())?;
    let done = work(&system);
    system.close();
    done
}
