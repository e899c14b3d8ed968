//! Creating, changing and deleting configuration: administrators only, audited, under the rules of each noun.

use super::{noun, registry, rules};
use crate::context::{Context, Privilege};
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Descriptor, Object, Record, Stored, json};
use accrual_store::nouns::{self, references, typed};
use serde::Serialize;
use serde_json::Value as Json;

/// Creates a record; answers it with its id and version.
#[derive(Serialize)]
pub struct Create {
    /// Name of the noun in any dialect.
    pub object: String,
    /// Fields by their name in any dialect.
    pub body: Json,
}

impl Command for Create {
    const OPERATION: &'static str = "config_create";
    type Output = Json;

    fn run(self, unit: &mut Unit<'_>) -> Result<Json> {
        unit.actor.require(Privilege::Administrator)?;
        let descriptor = noun(&self.object)?;
        let draft = json::read_new(descriptor, &self.body)?;
        references::check(unit.read(), registry()?, descriptor, &draft.values)?;
        let stamp = unit.stamp();
        let record = nouns::create(unit.tx, descriptor, draft, stamp)?;
        rules::after_write(unit, descriptor, None, &record)?;
        let after = json::write(descriptor, &record);
        unit.audit(&descriptor.names.object, record.id, None, Some(&after))?;
        Ok(after)
    }
}

/// Changes a record; answers it with its new version.
#[derive(Serialize)]
pub struct Update {
    pub object: String,
    /// Its key, or its id.
    pub name: String,
    /// The fields that change, and the `version` that was read when a later one must not be overwritten.
    pub body: Json,
}

impl Command for Update {
    const OPERATION: &'static str = "config_update";
    type Output = Json;

    fn run(self, unit: &mut Unit<'_>) -> Result<Json> {
        unit.actor.require(Privilege::Administrator)?;
        let descriptor = noun(&self.object)?;
        let before = nouns::named(unit.read(), descriptor, &self.name)?;
        let change = json::read_change(descriptor, &self.body, &before)?;
        references::check(unit.read(), registry()?, descriptor, &change.values)?;
        rules::before_update(unit, descriptor, &before, &change.values)?;
        let stamp = unit.stamp();
        let after = nouns::update(unit.tx, descriptor, before.id, change.values, change.version, stamp)?;
        if after.version != before.version {
            rules::after_write(unit, descriptor, Some(&before), &after)?;
            audit(unit, descriptor, Some(&before), Some(&after))?;
        }
        Ok(json::write(descriptor, &after))
    }
}

/// Deletes a record that nothing refers to; answers what it was.
#[derive(Serialize)]
pub struct Delete {
    pub object: String,
    pub name: String,
}

impl Command for Delete {
    const OPERATION: &'static str = "config_delete";
    type Output = Json;

    fn run(self, unit: &mut Unit<'_>) -> Result<Json> {
        unit.actor.require(Privilege::Administrator)?;
        let descriptor = noun(&self.object)?;
        let record = nouns::named(unit.read(), descriptor, &self.name)?;
        references::unused(unit.read(), registry()?, descriptor, &record)?;
        rules::before_delete(unit, descriptor, &record)?;
        nouns::delete(unit.tx, descriptor, record.id, Some(record.version))?;
        rules::after_delete(unit, descriptor)?;
        audit(unit, descriptor, Some(&record), None)?;
        Ok(json::write(descriptor, &record))
    }
}

fn audit(unit: &mut Unit<'_>, descriptor: &Descriptor, before: Option<&Record>, after: Option<&Record>) -> Result<()> {
    let id = after.or(before).map_or(0, |r| r.id);
    let (before, after) = (before.map(|r| json::write(descriptor, r)), after.map(|r| json::write(descriptor, r)));
    unit.audit(&descriptor.names.object, id, before.as_ref(), after.as_ref())
}

/// Stores a typed noun from inside a command, audited.
pub(crate) fn insert<T: Object>(unit: &mut Unit<'_>, id: Option<i64>, data: &T) -> Result<Stored<T>> {
    let stamp = unit.stamp();
    let stored = typed::create(unit.tx, id, data, stamp)?;
    let after = json::values(T::descriptor(), &stored.data.to_values()?);
    unit.audit(&T::descriptor().names.object, stored.id, None, Some(&after))?;
    Ok(stored)
}

/// Runs [`Create`]. Blocks.
///
/// # Errors
/// Everything that is wrong with the body, each with its field; `object.exists`, `object.reference`; the rules of
/// the noun.
pub fn create(tenant: &Tenant, context: &Context, object: &str, body: Json) -> Result<Json> {
    changed(tenant, execute_blocking(tenant, context, Create { object: object.to_owned(), body }))
}

/// Runs [`Update`]. Blocks.
///
/// # Errors
/// As [`create`]; `object.version` when somebody else changed the record; the rules of the noun.
pub fn update(tenant: &Tenant, context: &Context, object: &str, name: &str, body: Json) -> Result<Json> {
    changed(tenant, execute_blocking(tenant, context, Update { object: object.to_owned(), name: name.to_owned(), body }))
}

/// Runs [`Delete`]. Blocks.
///
/// # Errors
/// Not found; `object.in_use` when others refer to it; the rules of the noun.
pub fn delete(tenant: &Tenant, context: &Context, object: &str, name: &str) -> Result<Json> {
    changed(tenant, execute_blocking(tenant, context, Delete { object: object.to_owned(), name: name.to_owned() }))
}

/// Freezes an upload template: from then on files can be uploaded with it, and it cannot change. Blocks.
///
/// # Errors
/// Not found; a rejection when it maps no field.
pub fn freeze(tenant: &Tenant, context: &Context, name: &str) -> Result<Json> {
    update(tenant, context, "upload_template", name, serde_json::json!({"frozen": true}))
}

fn changed(tenant: &Tenant, answer: Result<Json>) -> Result<Json> {
    if answer.is_ok() {
        tenant.config_changed();
    }
    answer
}
