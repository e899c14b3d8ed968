//! The list of tenants and their entities, and the settings of each.

use super::System;
use super::entities;
use crate::config;
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use crate::zone::Zone;
use accrual_base::{Error, PeriodId, Result};
use accrual_model::{Object, Stored, json as model_json};
use accrual_objects::administration::{GLOBAL_ENTITY, Tenant as TenantNoun};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A tenant that exists, or an entity of one.
pub type TenantEntry = TenantNoun;

/// # Errors
/// A fault from the database.
pub(super) fn load(tx: &mut dyn Read) -> Result<Vec<TenantEntry>> {
    let all: Vec<Stored<TenantNoun>> = typed::all(tx)?;
    Ok(all.into_iter().map(|t| t.data).collect())
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
        config::insert(unit, None, &TenantNoun::new(self.name)).map(drop)
    }
}

/// Adds an entity; answers the name of its store.
#[derive(Serialize)]
struct AddEntity {
    owner: String,
    entity: String,
    parent: String,
}

impl Command for AddEntity {
    const OPERATION: &'static str = "entity_create";
    type Output = String;

    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        unit.actor.require(Privilege::Administrator)?;
        let all = load(unit.read())?;
        let others = entities::of(&all, &self.owner);
        let first = others.first().filter(|e| e.name == self.owner).ok_or_else(|| unknown(&self.owner))?;
        let free = (1..).map(|n| format!("{}_e{n}", self.owner)).find(|name| all.iter().all(|e| e.name != *name));
        let name = free.ok_or_else(|| Error::fault("no name is free for an entity"))?;
        // an entity starts with the settings of its tenant
        let noun = TenantNoun {
            name: name.clone(),
            title: None,
            owner: Some(self.owner.clone()),
            entity: self.entity.trim().to_owned(),
            parent: Some(self.parent),
            api_enabled: true,
            ..(*first).clone()
        };
        entities::check(&others, &noun)?;
        config::insert(unit, None, &noun)?;
        Ok(name)
    }
}

/// Changes settings of a tenant or entity; answers all of them.
#[derive(Serialize)]
struct UpdateTenant {
    /// The name of its store.
    name: String,
    /// Fields of [`TenantNoun`].
    body: Json,
}

impl Command for UpdateTenant {
    const OPERATION: &'static str = "tenant_update";
    type Output = Json;

    fn run(self, unit: &mut Unit<'_>) -> Result<Json> {
        unit.actor.require(Privilege::Administrator)?;
        let descriptor = TenantNoun::descriptor();
        let before = nouns::named(unit.read(), descriptor, &self.name)?;
        let change = model_json::read_change(descriptor, &self.body, &before)?;
        let noun = TenantNoun::from_values(change.values.clone())?;
        Zone::named(&noun.time_zone)?;
        let all = load(unit.read())?;
        let owner = noun.owner.as_deref().unwrap_or(&noun.name);
        let others: Vec<&TenantEntry> = entities::of(&all, owner).into_iter().filter(|e| e.name != noun.name).collect();
        entities::check(&others, &noun)?;
        refuse_rename_of_a_parent(&others, &all, &noun)?;
        let stamp = unit.stamp();
        let after = nouns::update(unit.tx, descriptor, before.id, change.values, change.version, stamp)?;
        let (was, is) = (model_json::write(descriptor, &before), model_json::write(descriptor, &after));
        if after.version != before.version {
            unit.audit("Tenant", before.id, Some(&was), Some(&is))?;
        }
        Ok(is)
    }
}

/// Others name an entity they stand below.
fn refuse_rename_of_a_parent(others: &[&TenantEntry], all: &[TenantEntry], changed: &TenantNoun) -> Result<()> {
    let old = all.iter().find(|e| e.name == changed.name).map_or("", |e| e.entity.as_str());
    let below = others.iter().any(|o| o.parent.as_deref().is_some_and(|p| p.eq_ignore_ascii_case(old)));
    if below && old != changed.entity {
        return Err(Error::conflict("entity.parent", format!("Other entities stand below {old}; it keeps its name.")).in_column("entity"));
    }
    Ok(())
}

fn unknown(name: &str) -> Error {
    Error::not_found("tenant.unknown", "There is no such tenant.").with_value(name)
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

    /// Makes an entity of a tenant: a store of its own under the tenant's users, below `parent` (the global entity when
    /// none). Blocks.
    ///
    /// # Errors
    /// `tenant.unknown`; `entity.exists`, `entity.parent`, `entity.most`; a rejection of the name.
    pub fn create_entity(
        &self,
        context: &Context,
        tenant: &str,
        entity: &str,
        parent: Option<&str>,
        first_period: Option<PeriodId>,
    ) -> Result<Arc<Tenant>> {
        let (owner, parent) = (tenant.to_lowercase(), parent.unwrap_or(GLOBAL_ENTITY).to_owned());
        let store = execute_blocking(&self.home, context, AddEntity { owner, entity: entity.to_owned(), parent })?;
        self.tenants_changed()?;
        let open = self.open_tenant(&store, first_period)?;
        open.follow(&self.tenants());
        Ok(open.tenant)
    }

    /// Changes settings of a tenant, or of an entity by the name of its store: `title`, `apiEnabled`, `defaultVersion`,
    /// `timeZone`, `rateClass`, and of an entity `entity` and `parent`. Answers all of them. Other processes see it after
    /// a few seconds.
    ///
    /// # Errors
    /// Not found; everything that is wrong with the body; `tenant.time_zone`, `entity.exists`, `entity.parent`;
    /// `Forbidden` unless an administrator asks.
    pub fn update_tenant(&self, context: &Context, name: &str, body: Json) -> Result<Json> {
        let name = name.to_lowercase();
        let answer = execute_blocking(&self.home, context, UpdateTenant { name: name.clone(), body })?;
        self.tenants_changed()?;
        // so that whoever holds the tenant sees it at once
        if self.lock().contains_key(&name) {
            self.opened(&name)?;
        }
        Ok(answer)
    }

    /// Turns the API service of a tenant on or off. Other processes see it after a few seconds.
    ///
    /// # Errors
    /// Not found; `Forbidden` unless an administrator asks.
    pub fn switch_api(&self, context: &Context, name: &str, on: bool) -> Result<()> {
        self.update_tenant(context, name, json!({"apiEnabled": on})).map(drop)
    }

    /// The settings of a tenant, or of an entity by the name of its store.
    ///
    /// # Errors
    /// Not found.
    pub fn tenant_settings(&self, name: &str) -> Result<Json> {
        let descriptor = TenantNoun::descriptor();
        let record = self.home.store.read(|tx| nouns::named(tx, descriptor, &name.to_lowercase()))?;
        Ok(model_json::write(descriptor, &record))
    }
}
