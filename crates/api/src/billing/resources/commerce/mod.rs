//! Calls on whole products, plans and charges: a product with its plans and their charges in one body.

mod body;
mod shown;
mod spelling;

use crate::billing::handle::answer;
use crate::billing::input::Given;
use crate::billing::json::Json;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::catalog::{self, ChargeCreate, ChargeUpdate, PlanTreeCreate, ProductTreeCreate, ProductUpdate, RatePlanUpdate};
use accrual_base::{Error, Result};
use accrual_model::Filter;
use futures_util::FutureExt;
use spelling::{CHARGE, PLAN, PRODUCT};

/// Most plans of one list.
const MOST: u32 = 300;

const PRODUCT_SENT: &str = r#"{"name":"Hosting","start_date":"2024-01-01","end_date":"2034-01-01","category":"base","plans":[{"name":"Silver","active_currencies":["USD"],"charges":[{"name":"Fee","charge_model":"flat_fee","charge_type":"recurring","trigger_event":"contract_effective","bill_cycle":{"type":"default_from_customer","period":"bill_cycle_period_month","timing":"in_advance"},"pricing":{"flat_amounts":{"USD":10.50}}}]}]}"#;
const PRODUCT_SHOWN: &str = r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","productNumber":"PC-00000001","sku":"SKU-00000001","name":"Hosting","startDate":"2024-01-01","endDate":"2034-01-01","productRatePlans":[]}"#;
const PLAN_SHOWN: &str = r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver","state":"active","productRatePlanCharges":[]}"#;
const CHARGE_SENT: &str = r#"{"charge":{"product_rate_plan_id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Seats","charge_model":"per_unit","charge_type":"recurring","unit_of_measure":"Each","trigger_event":"contract_effective","bill_cycle":{"type":"default_from_customer","period":"bill_cycle_period_month"},"pricing":{"unit_amounts":{"USD":2}}}}"#;
const CHARGE_SHOWN: &str =
    r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","name":"Seats","chargeModel":"per_unit","pricing":{"unitAmounts":{"USD":2}}}"#;
const FILTERS: &str = r#"{"filters":[{"field":"product_id","operator":"EQ","value":{"string_value":"018d0b9c2f7d7a1e9b3c5d6e7f809a20"}}],"expand":{"product_rate_plan_charges":true}}"#;
const LIST: &str = r#"{"error":null,"productRatePlans":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver"}]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_commerce_product",
        handler: |call| create_product(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(PRODUCT_SENT),
        answers: &[json(200, "The product with its plans and charges; all or nothing is made.", PRODUCT_SHOWN)],
    },
    Built {
        operation: "update_commerce_product",
        handler: |call| update_product(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","description":"New"}"#),
        answers: &[json(200, "The product after the change.", PRODUCT_SHOWN)],
    },
    Built {
        operation: "get_commerce_product",
        handler: |call| get_product(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The product with its plans and charges.", PRODUCT_SHOWN)],
    },
    Built {
        operation: "create_commerce_plan",
        handler: |call| create_plan(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"product_key":"PC-00000001","name":"Gold","start_date":"2024-01-01","end_date":"2034-01-01"}"#),
        answers: &[json(200, "The plan with its charges.", PLAN_SHOWN)],
    },
    Built {
        operation: "update_commerce_plan",
        handler: |call| update_plan(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","grade":2}"#),
        answers: &[json(200, "The plan after the change.", PLAN_SHOWN)],
    },
    Built {
        operation: "query_commerce_plan",
        handler: |call| query_plan(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(r#"{"product_rate_plan_key":"PRP-00000001","expand":{"product_rate_plan_charges":true}}"#),
        answers: &[json(200, "The plan; with its charges when they are asked for.", PLAN_SHOWN)],
    },
    Built {
        operation: "query_commerce_plans",
        handler: |call| query_plans(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(FILTERS),
        answers: &[json(200, "The plans that meet the filters, with their products.", LIST)],
    },
    Built {
        operation: "query_commerce_purchase_options",
        handler: |call| query_plans(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(FILTERS),
        answers: &[json(200, "The plans that meet the filters, with their products.", LIST)],
    },
    Built {
        operation: "create_commerce_charge",
        handler: |call| create_charge(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(CHARGE_SENT),
        answers: &[json(200, "The charge.", CHARGE_SHOWN)],
    },
    Built {
        operation: "update_commerce_charge",
        handler: |call| update_charge(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"charge":{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","pricing":{"unit_amounts":{"USD":3}}}}"#),
        answers: &[json(200, "The charge after the change; prices that are given are all its prices.", CHARGE_SHOWN)],
    },
    Built {
        operation: "query_commerce_charge",
        handler: |call| query_charge(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(r#"{"product_rate_plan_charge_key":"PRPC-00000001"}"#),
        answers: &[json(200, "The charge with its prices.", CHARGE_SHOWN)],
    },
];

async fn show_product(call: &Call, key: String) -> Answered {
    let (found, plans) = call.look(move |tenant, context| catalog::product_tree(tenant, context, &key)).await?;
    answer(shown::product(&found, Some(&plans), &call.lean()?, call.tenant()?.today())?)
}

async fn create_product(call: Call) -> Answered {
    let sent = call.input().await?;
    let command = ProductTreeCreate { fields: body::product(&sent)?, plans: body::plans(&sent)? };
    let made = call.execute(command).await.map_err(|e| PRODUCT.explain(e))?;
    show_product(&call, made.id).await
}

async fn update_product(call: Call) -> Answered {
    let sent = call.input().await?;
    let command = ProductUpdate { product: sent.need_text("id")?.to_owned(), fields: body::product(&sent)? };
    let id = call.execute(command).await.map_err(|e| PRODUCT.explain(e))?.id;
    show_product(&call, id).await
}

async fn get_product(call: Call) -> Answered {
    let key = call.part("product_key")?.to_owned();
    show_product(&call, key).await
}

async fn show_plan(call: &Call, key: String, charges: bool) -> Answered {
    let found = call.look(move |tenant, context| catalog::plan_tree(tenant, context, &key)).await?;
    let tree = found.plans.first().ok_or_else(|| Error::fault("a plan was found and is not there"))?;
    answer(shown::plan(&found, tree, charges, &call.lean()?, call.tenant()?.today())?)
}

async fn create_plan(call: Call) -> Answered {
    let sent = call.input().await?;
    let command = PlanTreeCreate { product: sent.need_text("product_key")?.to_owned(), plan: body::plan(&sent)? };
    let made = call.execute(command).await.map_err(|e| PLAN.explain(e))?;
    show_plan(&call, made.id, true).await
}

async fn update_plan(call: Call) -> Answered {
    let sent = call.input().await?;
    let command = RatePlanUpdate { plan: sent.need_text("id")?.to_owned(), fields: body::plan_fields(&sent)? };
    let id = call.execute(command).await.map_err(|e| PLAN.explain(e))?.id;
    show_plan(&call, id, true).await
}

/// Whether a query asks for charges too.
fn expands(sent: &Given) -> bool {
    sent.part("expand").and_then(|e| e.flag("product_rate_plan_charges")).unwrap_or(false)
}

/// Prices by attributes are not built, so a query has none to bring.
fn no_attributes(sent: &Given) -> Result<()> {
    match sent.any("attributes") {
        Some(Json::List(items)) if items.is_empty() => Ok(()),
        Some(_) => Err(sent.unbuilt("attributes")),
        None => Ok(()),
    }
}

async fn query_plan(call: Call) -> Answered {
    let sent = call.input().await?;
    no_attributes(&sent)?;
    let key = sent.need_text("product_rate_plan_key")?.to_owned();
    show_plan(&call, key, expands(&sent)).await
}

/// The fields that plans are filtered by: the client's, ours. Ids come first, because they are looked up by an index.
const FILTERED: [(&str, &str); 3] = [("prp_id", "id"), ("product_id", "product_id"), ("name", "name")];

fn filter(sent: &Given) -> Result<Filter> {
    let mut all = Vec::new();
    for one in sent.parts("filters") {
        let field = one.need_text("field")?;
        let ours = FILTERED.iter().find(|(theirs, _)| *theirs == field).map(|(_, ours)| *ours);
        let ours = ours.ok_or_else(|| one.refuse("field", "Plans are filtered by prp_id, product_id or name."))?;
        if !["EQ", "="].contains(&one.need_text("operator")?) {
            return Err(one.unbuilt("operator"));
        }
        let value = one.part("value").ok_or_else(|| one.missing("value"))?;
        all.push(Filter::eq(ours, value.need_text("string_value")?));
    }
    if all.is_empty() {
        return Err(sent.missing("filters"));
    }
    Ok(Filter::All(all))
}

async fn query_plans(call: Call) -> Answered {
    let sent = call.input().await?;
    no_attributes(&sent)?;
    let (filter, charges) = (filter(&sent)?, expands(&sent));
    let (found, products) = call.look(move |tenant, context| catalog::plans_where(tenant, context, &filter, MOST)).await?;
    let (manner, today) = (call.lean()?, call.tenant()?.today());
    let mut rows = Vec::with_capacity(found.plans.len());
    for tree in &found.plans {
        let id = found.plan_descriptor.value(&tree.plan.data, "product_id").as_text();
        let product = products.iter().find(|p| Some(p.record.uid.as_str()) == id);
        let product = product.map(|p| shown::product(p, None, &manner, today)).transpose()?;
        rows.push(shown::plan(&found, tree, charges, &manner, today)?.with("product", product));
    }
    answer(Json::object([("error", Json::Null), ("productRatePlans", rows.into())]))
}

async fn show_charge(call: &Call, key: String) -> Answered {
    let found = call.look(move |tenant, context| catalog::charge_tree(tenant, context, &key)).await?;
    let tree = found.plans.first().and_then(|p| p.charges.first());
    let tree = tree.ok_or_else(|| Error::fault("a charge was found and is not there"))?;
    answer(shown::charge(&found, tree, &call.lean()?)?)
}

/// The one member of a body that holds the charge.
fn inner(sent: &Given) -> Result<&Given> {
    sent.part("charge").ok_or_else(|| sent.missing("charge"))
}

/// A refusal names the fields of the charge below `charge`, where the client wrote them.
fn explain(error: Error) -> Error {
    accrual_app::billing::within(CHARGE.explain(error), "charge")
}

async fn create_charge(call: Call) -> Answered {
    let sent = call.input().await?;
    let parts = body::charge(inner(&sent)?)?;
    let made = call.execute(ChargeCreate { fields: parts.fields, tiers: parts.tiers }).await.map_err(explain)?;
    show_charge(&call, made.id).await
}

async fn update_charge(call: Call) -> Answered {
    let sent = call.input().await?;
    let charge = inner(&sent)?;
    let command =
        ChargeUpdate { charge: charge.need_text("id")?.to_owned(), fields: body::charge_fields(charge)?, tiers: body::prices(charge)? };
    let id = call.execute(command).await.map_err(explain)?.id;
    show_charge(&call, id).await
}

async fn query_charge(call: Call) -> Answered {
    let sent = call.input().await?;
    no_attributes(&sent)?;
    let key = sent.need_text("product_rate_plan_charge_key")?.to_owned();
    show_charge(&call, key).await
}
