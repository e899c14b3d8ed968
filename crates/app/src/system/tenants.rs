//! The list of tenants.

use super::System;
use crate::config;
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{PeriodId, Result};
use accrual_model::Stored;
use accrual_objects::administration::Tenant as TenantNoun;
use accrual_store::Read;
use accrual_store::nouns::typed;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A tenant that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantEntry {
    pub name: String,
    /// Off: every operation of the API answers 405.
    pub api_enabled: bool,
}

/// # Errors
/// A fault from the database.
pub(super) fn load(tx: &mut dyn Read) -> Result<Vec<TenantEntry>> {
    let all: Vec<Stored<TenantNoun>> = typed::all(tx)?;
    Ok(all.into_iter().map(|t| TenantEntry { name: t.data.name, api_enabled: t.data.api_enabled }).collect())
}

/// Adds a tenant to the list when it is not there.
///
/// # Errors
/// A rejection of a name that cannot name a file or a schema; a fault from the database.
pub(super) fn add(home: &Tenant, name: &str) -> Result<()> {
    if home.store.read(|tx| typed::find::<TenantNoun>(tx, "name", name))?.is_some() {
        return Ok(());
    }
    execute_blocking(home, &Context::system("first start"), AddTenant { name: name.to_owned(), may_exist: true })
}

#[derive(Serialize)]
struct AddTenant {
    name: String,
    may_exist: bool,
}

impl Command for AddTenant {
    const OPERATION: &'static str = "tenant_create";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        unit.actor.require(Privilege::Administrator)?;
        if self.may_exist && typed::find::<TenantNoun>(unit.read(), "name", self.name.as_str())?.is_some() {
            return Ok(());
        }
        config::insert(unit, None, &TenantNoun { name: self.name, title: None, api_enabled: true }).map(drop)
    }
}

#[derive(Serialize)]
struct SwitchApi {
    name: String,
    on: bool,
}

impl Command for SwitchApi {
    const OPERATION: &'static str = "tenant_switch_api";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        unit.actor.require(Privilege::Administrator)?;
        let mut tenant = typed::named::<TenantNoun>(unit.read(), &self.name)?;
        let before = tenant.api_enabled;
        tenant.api_enabled = self.on;
        let stamp = unit.stamp();
        typed::update(unit.tx, &tenant, stamp)?;
        unit.audit("Tenant", tenant.id, Some(&json!({"apiEnabled": before})), Some(&json!({"apiEnabled": self.on})))
    }
}

impl System {
    /// Loads the list here and now: who asks for it later may be async code that must not wait for a store.
    fn tenants_changed(&self) -> Result<()> {
        let epoch = self.epoch.fetch_add(1, Ordering::SeqCst) + 1;
        self.tenants.renew(epoch).map(drop)
    }

    /// Makes a tenant with its defaults and first open period (the current month when none). It has no users yet.
    /// Blocks.
    ///
    /// # Errors
    /// `object.exists` for a name that is taken, a rejection of one that cannot name a file or a schema.
    pub fn create_tenant(&self, context: &Context, name: &str, first_period: Option<PeriodId>) -> Result<Arc<Tenant>> {
        execute_blocking(&self.home, context, AddTenant { name: name.to_owned(), may_exist: false })?;
        self.tenants_changed()?;
        self.open_tenant(name, first_period).map(|open| open.tenant)
    }

    /// Turns the API service of a tenant on or off. Other processes see it after a few seconds.
    ///
    /// # Errors
    /// Not found; `Forbidden` unless an administrator asks.
    pub fn switch_api(&self, context: &Context, name: &str, on: bool) -> Result<()> {
        execute_blocking(&self.home, context, SwitchApi { name: name.to_lowercase(), on })?;
        self.tenants_changed()?;
        // so that whoever holds the tenant sees it at once
        if self.lock().contains_key(&name.to_lowercase()) {
            self.opened(name)?;
        }
        Ok(())
    }
}
