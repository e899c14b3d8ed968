//! What other systems call a rate plan.

use crate::billing::{Fields, records};
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Filter, Object, Query, Stored, Value};
use accrual_objects::billing::ExternalRatePlanId;
use accrual_store::Read;
use accrual_store::nouns::typed;

/// Most ids of one plan.
const MOST: usize = 100;

/// What a body says of external ids; nothing said leaves those that are there.
#[derive(Default)]
pub(super) struct Said {
    ids: Option<Value>,
    system: Option<Value>,
}

/// Takes what is said of external ids out of the fields of a plan, which has no such fields.
pub(super) fn take(fields: &mut Fields) -> Said {
    let system = fields.take("externalIdSourceSystem");
    let ids = fields.take("externallyManagedPlanIds");
    Said { ids: fields.take("externalRatePlanIds").or(ids), system }
}

/// Stores what was said: the ids given are all the plan has from then on.
pub(super) fn store(unit: &mut Unit<'_>, plan: &str, said: &Said) -> Result<()> {
    if said.ids.is_none() && said.system.is_none() {
        return Ok(());
    }
    let old = stored(unit.read(), plan)?;
    let system = match &said.system {
        Some(system) => system.as_text().map(str::to_owned),
        None => old.first().and_then(|o| o.source_system.clone()),
    };
    let ids = match &said.ids {
        Some(value) => texts(value)?,
        None => old.iter().map(|o| o.external_id.clone()).collect(),
    };
    for gone in old {
        records::remove(unit, ExternalRatePlanId::descriptor(), &to_record(gone)?)?;
    }
    for external_id in ids {
        let made = ExternalRatePlanId { external_id, product_rate_plan_id: plan.to_owned(), source_system: system.clone() };
        records::insert(unit, ExternalRatePlanId::descriptor(), made.to_values()?)?;
    }
    Ok(())
}

fn to_record(stored: Stored<ExternalRatePlanId>) -> Result<accrual_model::Record> {
    let values = stored.data.to_values()?;
    Ok(stored.with(values))
}

/// A list of ids; each once.
fn texts(value: &Value) -> Result<Vec<String>> {
    let refused = |message: &str| Err(Error::invalid("product_rate_plan.external_ids", message).in_column("externalRatePlanIds"));
    let mut ids: Vec<String> = Vec::new();
    match value {
        Value::Null => {}
        Value::Text(text) => ids.extend(text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)),
        Value::Json(serde_json::Value::Array(items)) => {
            for item in items {
                match item.as_str().map(str::trim).filter(|t| !t.is_empty()) {
                    Some(text) => ids.push(text.to_owned()),
                    None => return refused("External ids are texts that are not empty."),
                }
            }
        }
        _ => return refused("External ids are given as a list of texts."),
    }
    if ids.len() > MOST {
        return refused("A rate plan has at most 100 external ids.");
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn stored(tx: &mut dyn Read, plan: &str) -> Result<Vec<Stored<ExternalRatePlanId>>> {
    typed::list::<ExternalRatePlanId>(tx, &Query::of(Filter::eq("product_rate_plan_id", plan)))
}

/// The external ids of a plan.
pub(super) fn of_plan(tx: &mut dyn Read, plan: &str) -> Result<Vec<ExternalRatePlanId>> {
    Ok(stored(tx, plan)?.into_iter().map(|s| s.data).collect())
}

/// The plans with an external id, by their ids.
pub(super) fn plans(tx: &mut dyn Read, external_id: &str) -> Result<Vec<String>> {
    let found = typed::list::<ExternalRatePlanId>(tx, &Query::of(Filter::eq("external_id", external_id)))?;
    Ok(found.into_iter().map(|s| s.data.product_rate_plan_id).collect())
}

/// Forgets the external ids of a plan that goes.
pub(super) fn remove(unit: &mut Unit<'_>, plan: &str) -> Result<()> {
    for gone in stored(unit.read(), plan)? {
        records::remove(unit, ExternalRatePlanId::descriptor(), &to_record(gone)?)?;
    }
    Ok(())
}
