//! Reading configuration.

use super::noun;
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Query, json};
use accrual_objects::administration::Organization;
use accrual_store::nouns::{self, typed};
use serde_json::Value as Json;

/// A page of records of a noun, each with its id and version, secrets left out.
///
/// # Errors
/// Not found for an unknown noun; a rejection when the query does not fit it.
pub fn list(tenant: &Tenant, object: &str, query: &Query) -> Result<Vec<Json>> {
    let descriptor = noun(object)?;
    let records = tenant.store.read(|tx| nouns::list(tx, descriptor, query))?;
    Ok(records.iter().map(|r| json::write(descriptor, r)).collect())
}

/// One record by what people call it, or by its id.
///
/// # Errors
/// Not found for an unknown noun or record.
pub fn get(tenant: &Tenant, object: &str, name: &str) -> Result<Json> {
    let descriptor = noun(object)?;
    let record = tenant.store.read(|tx| nouns::named(tx, descriptor, name))?;
    Ok(json::write(descriptor, &record))
}

/// Id and name of every enabled organisation, by id.
///
/// # Errors
/// A fault from the database.
pub fn organisations(tenant: &Tenant) -> Result<Vec<(i64, String)>> {
    let all = tenant.store.read(|tx| typed::all::<Organization>(tx))?;
    Ok(all.into_iter().filter(|o| o.enabled).map(|o| (o.id, o.data.name)).collect())
}
