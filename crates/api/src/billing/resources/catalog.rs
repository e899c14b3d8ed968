//! The product catalog as it is read: products, their plans, and what is booked for a charge.

use super::catalog_charge::charge;
use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::render::{Manner, record, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::View;
use accrual_app::billing::catalog::{self, ChargeUpdate, ExternalRatePlanId, PlanStatus, Plans};
use accrual_base::{Day, Error, Result};
use accrual_model::{Descriptor, Filter, Query, Record, TextEnum, Value};
use futures_util::FutureExt;

pub const PRODUCT: Spelling = Spelling { noun: "product", fields: &[("sKU", "sku")], values: &[], parts: &[] };
pub const PLAN: Spelling = Spelling::plain("product_rate_plan");

/// How the accounting codes of a charge are named in a body: by their names, where the noun holds ids.
const FINANCE: Spelling = Spelling {
    noun: "product_rate_plan_charge",
    fields: &[
        ("accountReceivableAccountingCodeId", "accountsReceivableAccountingCode"),
        ("deferredRevenueAccountingCodeId", "deferredRevenueAccountingCode"),
        ("recognizedRevenueAccountingCodeId", "recognizedRevenueAccountingCode"),
        ("adjustmentLiabilityAccountingCodeId", "adjustmentLiabilityAccountingCode"),
        ("adjustmentRevenueAccountingCodeId", "adjustmentRevenueAccountingCode"),
        ("contractAssetAccountingCodeId", "contractAssetAccountingCode"),
        ("contractLiabilityAccountingCodeId", "contractLiabilityAccountingCode"),
        ("unbilledReceivablesAccountingCodeId", "unbilledReceivablesAccountingCode"),
        ("contractRecognizedRevenueAccountingCodeId", "contractRecognizedRevenueAccountingCode"),
    ],
    values: &[],
    parts: &[],
};

/// The most plans, and over all plans charges, that an answer holds inline.
const INLINE: usize = 300;

const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","sku":"SKU-00000001","productNumber":"PC-00000001","name":"Hosting","effectiveStartDate":"2024-01-01","effectiveEndDate":"2034-01-01","productRatePlans":"http://localhost:8080/v1/rateplan/018d0b9c2f7d7a1e9b3c5d6e7f809a20/productRatePlan"}"#;
const PLAN_SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver","status":"Active","effectiveStartDate":"2024-01-01","effectiveEndDate":"2034-01-01","externallyManagedPlanIds":["com.example.silver"]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "get_products",
        handler: |call| products(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "A page of products. Before version 230 their plans stand inline.",
            r#"{"success":true,"products":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a20","sku":"SKU-00000001","name":"Hosting"}]}"#,
        )],
    },
    Built {
        operation: "get_product",
        handler: |call| product(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The product. Before version 230 its plans stand inline.", SHOWN)],
    },
    Built {
        operation: "get_rate_plans_by_product",
        handler: |call| plans_by_product(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "A page of the plans of a product with their charges and prices.",
            r#"{"success":true,"productRatePlans":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver","status":"Active","productRatePlanCharges":[{"name":"Fee","type":"Recurring","model":"FlatFee","pricing":[{"currency":"USD","price":"10"}]}]}]}"#,
        )],
    },
    Built {
        operation: "get_product_rate_plan",
        handler: |call| plan(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The plan without its charges.", PLAN_SHOWN)],
    },
    Built {
        operation: "get_product_rate_plans_by_external_id",
        handler: |call| plans_by_external_id(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The plans that another system calls by this id; none when it calls none so.",
            r#"{"success":true,"productRatePlans":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver","externallyManagedPlanIds":["com.example.silver"]}]}"#,
        )],
    },
    Built {
        operation: "update_product_rate_plan_charge_finance_information",
        handler: |call| finance(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"deferredRevenueAccountingCode":"Deferred Revenue","recognizedRevenueAccountingCode":"Subscription Revenue"}"#,
        ),
        answers: &[json(200, "The charge has these accounting codes.", r#"{"success":true}"#)],
    },
];

/// Whether a plan can be bought today.
pub(super) fn status(descriptor: &Descriptor, plan: &Record, today: Day) -> &'static str {
    let day = |field: &str| match descriptor.value(&plan.data, field) {
        Value::Date(day) => Some(*day),
        _ => None,
    };
    PlanStatus::on(today, day("effective_start_date"), day("effective_end_date")).text()
}

/// A product; its plans as an address, or inline for versions that had them so.
async fn shown(call: &Call, model: &str, descriptor: &Descriptor, product: &Record) -> Result<Json> {
    let manner = call.v1()?;
    let Json::Object(mut members) = record(model, descriptor, product, &PRODUCT, &manner)? else { return Ok(Json::Null) };
    members.retain(|(name, _)| name != "productFeatures");
    let plans = match call.version()?.since(230) {
        true => Json::from(format!("{}/v1/rateplan/{}/productRatePlan", call.base_url(), product.uid)),
        false => inline(call, &product.uid, &manner).await?,
    };
    Ok(Json::Object(members).with("productRatePlans", plans).with("productFeatures", Json::List(Vec::new())))
}

async fn inline(call: &Call, product: &str, manner: &Manner) -> Result<Json> {
    let query = Query { limit: u32::try_from(INLINE).unwrap_or(u32::MAX), ..Query::default() };
    let key = product.to_owned();
    let mut found = call.look(move |tenant, context| catalog::plans_of_product(tenant, context, &key, &query)).await?;
    let mut left = INLINE;
    for plan in &mut found.plans {
        plan.charges.truncate(left);
        left -= plan.charges.len();
    }
    plans(&found, manner, call.tenant()?.today()).map(Json::List)
}

async fn products(call: Call) -> Answered {
    let page = Page::of(&call, USUAL, MOST);
    let query = page.query(Filter::All(Vec::new()));
    let mut found = call.look(move |tenant, context| catalog::products(tenant, context, &query)).await?;
    let more = page.cut(&mut found.records);
    let mut rows = Vec::with_capacity(found.records.len());
    for product in &found.records {
        rows.push(shown(&call, "Product", &found.descriptor, product).await?);
    }
    success(page.list(&call, "products", rows, more))
}

async fn product(call: Call) -> Answered {
    let key = call.part("product-key")?.to_owned();
    let found = call.look(move |tenant, context| catalog::product(tenant, context, &key)).await?;
    success(shown(&call, "GetProductResponse", &found.descriptor, &found.record).await?)
}

async fn plans_by_product(call: Call) -> Answered {
    let key = call.part("product-key")?.to_owned();
    let page = Page::of(&call, USUAL, MOST);
    let query = page.query(Filter::All(Vec::new()));
    let mut found = call.look(move |tenant, context| catalog::plans_of_product(tenant, context, &key, &query)).await?;
    let more = page.cut(&mut found.plans);
    let rows = plans(&found, &call.v1()?, call.tenant()?.today())?;
    success(page.list(&call, "productRatePlans", rows, more))
}

fn plans(found: &Plans, manner: &Manner, today: Day) -> Result<Vec<Json>> {
    let plan = |tree: &catalog::PlanTree| {
        let shown = record("ProductRatePlan", &found.plan_descriptor, &tree.plan, &PLAN, manner)?;
        let charges = tree.charges.iter().map(|c| charge(found, c, manner)).collect::<Result<Vec<_>>>()?;
        Ok(shown
            .with("status", status(&found.plan_descriptor, &tree.plan, today))
            .and(external(&tree.external))
            .with("productRatePlanCharges", charges))
    };
    found.plans.iter().map(plan).collect()
}

/// What other systems call a plan.
fn external(ids: &[ExternalRatePlanId]) -> Json {
    let names: Vec<&str> = ids.iter().map(|i| i.external_id.as_str()).collect();
    let system = ids.first().and_then(|i| i.source_system.as_deref());
    Json::object([("ExternalIdSourceSystem", Json::from(system)), ("externallyManagedPlanIds", names.into())])
}

fn whole(model: &str, plan: &View, ids: &[ExternalRatePlanId], manner: &Manner, today: Day) -> Result<Json> {
    let shown = view(model, plan, &PLAN, manner)?;
    Ok(shown.with("status", status(&plan.descriptor, &plan.record, today)).and(external(ids)))
}

async fn plan(call: Call) -> Answered {
    let key = call.part("id")?.to_owned();
    let (plan, ids) = call.look(move |tenant, context| catalog::plan_with_ids(tenant, context, &key)).await?;
    success(whole("GetProductRatePlanResponse", &plan, &ids, &call.v1()?, call.tenant()?.today())?)
}

async fn plans_by_external_id(call: Call) -> Answered {
    let id = call.part("externalId")?.to_owned();
    let found = call.look(move |tenant, context| catalog::plans_by_external_id(tenant, context, &id)).await?;
    let (manner, today) = (call.v1()?, call.tenant()?.today());
    let show = |(plan, ids): &(View, Vec<ExternalRatePlanId>)| whole("ProductRatePlanWithExternalId", plan, ids, &manner, today);
    success(Json::object([("productRatePlans", Json::List(found.iter().map(show).collect::<Result<Vec<_>>>()?))]))
}

async fn finance(call: Call) -> Answered {
    let body = call.input().await?;
    let mut fields = body.fields(&FINANCE, &[])?;
    // the objects show these two by name as well
    for (account, code) in
        [("deferredRevenueAccount", "deferredRevenueAccountingCode"), ("recognizedRevenueAccount", "recognizedRevenueAccountingCode")]
    {
        if body.says(code) {
            fields.set(account, body.text(code).map_or(Value::Null, Value::from));
        }
    }
    if fields.is_empty() {
        return Err(Error::invalid("body.required", "Give at least one accounting code."));
    }
    let charge = call.part("product-rate-plan-charge-key")?.to_owned();
    call.execute(ChargeUpdate { charge, fields, tiers: None }).await.map_err(|e| FINANCE.explain(e))?;
    done()
}
