//! Object Query: one page of records with what hangs on them (reference section 2.1 of the platform).

use super::with_objects;
use crate::billing::{registry, visible};
use crate::context::{Actor, Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Leads, Page, Record, Value};
use accrual_query::object_query::{self, Branch, Parameters, Plan};
use accrual_query::reference::Resource;
use accrual_store::{Read, nouns};
use std::collections::{BTreeMap, BTreeSet};

/// What is answered: the records, and level by level what was expanded.
#[derive(Debug)]
pub struct Answer {
    pub plan: Plan,
    pub records: Vec<Record>,
    /// In the order of `plan.branches`.
    pub levels: Vec<Level>,
    /// The cursor of the next page; nothing on the last one.
    pub next: Option<String>,
}

/// The records of one expanded relation, of all records it was expanded for.
#[derive(Debug, Default)]
pub struct Level {
    /// By the text id of what they hang on; of a relation to one record, by that record's own.
    pub found: BTreeMap<String, Vec<Record>>,
    /// In the order of the branch's own branches.
    pub below: Vec<Level>,
}

/// Most records of one relation in one answer, all parents taken together.
const MOST_RECORDS: usize = 50_000;

fn behind(path: &str) -> Result<(&'static Resource, &'static Descriptor)> {
    let found = object_query::resource(path, registry()?);
    found.ok_or_else(|| Error::not_found("object_query.resource", format!("There is no resource {path}.")))
}

/// A page of a resource.
///
/// # Errors
/// `role.privilege`; `object_query.parameter` names the parameter that is wrong; not built for an expanded object that
/// is not.
pub fn list(tenant: &Tenant, context: &Context, path: &str, query: &[(String, String)]) -> Result<Answer> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let (resource, declared) = behind(path)?;
    let asked = Parameters::read(query)?;
    tenant.store.read(|tx| {
        let plan = with_objects(tx, &tenant.settings().zone, |objects| Plan::list(resource, declared, &asked, objects))?;
        let filter = visible::and(&context.actor, &plan.descriptor, plan.page.filter.clone());
        // one more than a page tells whether there is a next one
        let page = Page { filter, limit: plan.page.limit.saturating_add(1), ..plan.page.clone() };
        let mut records = nouns::page(tx, &plan.descriptor, &page)?;
        let full = records.len() > usize::try_from(plan.page.limit).unwrap_or(usize::MAX);
        let next = if full {
            records.pop();
            records.last().map(|last| plan.next(last)).transpose()?
        } else {
            None
        };
        let levels = levels(tx, &context.actor, &records.iter().collect::<Vec<_>>(), &plan.branches, plan.page.limit)?;
        Ok(Answer { plan, records, levels, next })
    })
}

/// One record of a resource, by its id, number or SKU, as the resource allows.
///
/// # Errors
/// As [`list`]; not found.
pub fn one(tenant: &Tenant, context: &Context, path: &str, key: &str, query: &[(String, String)]) -> Result<Answer> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let (resource, declared) = behind(path)?;
    let asked = Parameters::read(query)?;
    tenant.store.read(|tx| {
        let plan = with_objects(tx, &tenant.settings().zone, |objects| Plan::one(resource, declared, &asked, objects))?;
        let record = keyed(tx, resource, &plan.descriptor, key)?;
        visible::record(tx, &context.actor, &plan.descriptor, &record.data)?;
        let levels = levels(tx, &context.actor, &[&record], &plan.branches, plan.page.limit)?;
        Ok(Answer { plan, records: vec![record], levels, next: None })
    })
}

fn keyed(tx: &mut dyn Read, resource: &Resource, descriptor: &Descriptor, key: &str) -> Result<Record> {
    if let Some(record) = nouns::get_by_uid(tx, descriptor, &key.to_ascii_lowercase())? {
        return Ok(record);
    }
    for field in descriptor.fields.iter().filter(|f| f.unique && f.kind.holds(&Value::from(key))) {
        let name = &field.names.query;
        if (resource.by_number && name.ends_with("number") || resource.by_sku && name == "sku")
            && let Some(record) = nouns::find(tx, descriptor, &field.names.table, &Value::from(key))?
        {
            return Ok(record);
        }
    }
    let label = &descriptor.names.object;
    Err(Error::not_found("object.not_found", format!("Cannot find a {label} instance with id {key}")))
}

/// What hangs on some records: one statement for each relation of each level, however many records there are.
fn levels(tx: &mut dyn Read, actor: &Actor, of: &[&Record], branches: &[Branch], most: u32) -> Result<Vec<Level>> {
    let mut out = Vec::with_capacity(branches.len());
    for branch in branches {
        let found = match branch.leads {
            Leads::ToOne { field } => {
                let ids: BTreeSet<&str> = of.iter().filter_map(|r| r.data[field].as_text()).collect();
                let mut found = BTreeMap::new();
                for record in nouns::by_uids(tx, &branch.target, &ids.into_iter().collect::<Vec<_>>())? {
                    // a parent account, for one, may belong to others than the account does
                    if sees(tx, actor, &branch.target, &record)? {
                        found.insert(record.uid.clone(), vec![record]);
                    }
                }
                found
            }
            Leads::ToMany { field } => {
                let ids: Vec<&str> = of.iter().map(|r| r.uid.as_str()).collect();
                let mut found: BTreeMap<String, Vec<Record>> = BTreeMap::new();
                let records = nouns::below(tx, &branch.target, field, &ids, most)?;
                if records.len() > MOST_RECORDS {
                    let message =
                        format!("Invalid pageSize parameter: {} would be more than {MOST_RECORDS} records; ask for less.", branch.name);
                    return Err(Error::invalid("object_query.parameter", message).in_column("pageSize"));
                }
                for record in records {
                    if let (Some(parent), true) =
                        (record.data[field].as_text().map(str::to_owned), sees(tx, actor, &branch.target, &record)?)
                    {
                        found.entry(parent).or_default().push(record);
                    }
                }
                found
            }
        };
        let below = levels(tx, actor, &found.values().flatten().collect::<Vec<_>>(), &branch.branches, most)?;
        out.push(Level { found, below });
    }
    Ok(out)
}

fn sees(tx: &mut dyn Read, actor: &Actor, descriptor: &Descriptor, record: &Record) -> Result<bool> {
    match visible::record(tx, actor, descriptor, &record.data) {
        Ok(()) => Ok(true),
        Err(error) if error.rejection().is_some() => Ok(false),
        Err(fault) => Err(fault),
    }
}
