//! Groups of rate plans.

use super::catalog::{PLAN, status};
use crate::billing::handle::{done, success};
use crate::billing::input::Given;
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::render::{Manner, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::catalog::{self, CatalogGroupCreate, CatalogGroupDelete, CatalogGroupUpdate, Graded, GroupView};
use accrual_base::{Day, Result};
use accrual_model::Filter;
use futures_util::FutureExt;

const GROUP: Spelling = Spelling {
    noun: "catalog_group",
    fields: &[],
    values: &[],
    parts: &[("plans", "productRatePlans", &PLACE), ("add", "add", &PLACE), ("remove", "remove", &PLACE)],
};
const PLACE: Spelling = Spelling::plain("catalog_group_plan");

const ONE: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1e","catalogGroupNumber":"CG-00000001","name":"Tiers of service","type":"Grading","productRatePlans":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","name":"Silver","grade":1,"status":"Active"}]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_catalog_group",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"name":"Tiers of service","type":"Grading","productRatePlans":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","grade":1}]}"#,
        ),
        answers: &[json(200, "The group with its plans.", ONE)],
    },
    Built {
        operation: "get_catalog_groups",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "A page of groups.",
            r#"{"success":true,"catalogGroups":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1e","name":"Tiers of service","type":"Grading"}]}"#,
        )],
    },
    Built {
        operation: "get_catalog_group",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The group with its plans, the lowest grade first.", ONE)],
    },
    Built {
        operation: "update_catalog_group",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"add":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1f","grade":2}],"remove":[]}"#),
        answers: &[json(200, "The group after the change.", ONE)],
    },
    Built {
        operation: "delete_catalog_group",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone; its plans stay.", r#"{"success":true}"#)],
    },
];

fn shown(model: &str, found: &GroupView, manner: &Manner, today: Day) -> Result<Json> {
    let mut plans = Vec::with_capacity(found.plans.len());
    for (grade, plan) in &found.plans {
        let Json::Object(mut members) = view("CatalogGroupProductRatePlan", plan, &PLAN, manner)? else { continue };
        // the grade is that in the group, not the plan's own
        members.retain(|(name, _)| name != "grade");
        let shown = Json::Object(members).with("grade", *grade).with("status", status(&plan.descriptor, &plan.record, today));
        plans.push(shown);
    }
    let Json::Object(mut members) = view(model, &found.group, &GROUP, manner)? else { return Ok(Json::Null) };
    members.retain(|(name, _)| name != "productRatePlans");
    Ok(Json::Object(members).with("productRatePlans", plans))
}

async fn read(call: &Call, key: String) -> Answered {
    let found = call.look(move |tenant, context| catalog::catalog_group(tenant, context, &key)).await?;
    success(shown("GetCatalogGroupResponse", &found, &call.v1()?, call.tenant()?.today())?)
}

fn graded(body: &Given, name: &str) -> Result<Vec<Graded>> {
    body.parts(name).map(|p| Ok(Graded { plan: p.need_text("id")?.to_owned(), fields: p.fields(&PLACE, &["id"])? })).collect()
}

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    let command = CatalogGroupCreate { fields: body.fields(&GROUP, &["productRatePlans"])?, plans: graded(&body, "productRatePlans")? };
    let made = call.execute(command).await.map_err(|e| GROUP.explain(e))?;
    read(&call, made.id).await
}

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, USUAL, MOST);
    let query = page.query(Filter::All(Vec::new()));
    let mut found = call.look(move |tenant, context| catalog::catalog_groups(tenant, context, &query)).await?;
    let (more, manner, today) = (page.cut(&mut found), call.v1()?, call.tenant()?.today());
    let groups = found.iter().map(|group| shown("CatalogGroup", group, &manner, today)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "catalogGroups", groups, more))
}

async fn get(call: Call) -> Answered {
    let key = call.part("catalog-group-key")?.to_owned();
    read(&call, key).await
}

async fn update(call: Call) -> Answered {
    let body = call.input().await?;
    let command = CatalogGroupUpdate {
        group: call.part("catalog-group-key")?.to_owned(),
        fields: body.fields(&GROUP, &["add", "remove"])?,
        add: graded(&body, "add")?,
        remove: body.parts("remove").map(|p| p.need_text("id").map(str::to_owned)).collect::<Result<Vec<_>>>()?,
    };
    let id = call.execute(command).await.map_err(|e| GROUP.explain(e))?.id;
    read(&call, id).await
}

async fn delete(call: Call) -> Answered {
    let group = call.part("catalog-group-key")?.to_owned();
    call.execute(CatalogGroupDelete { group }).await?;
    done()
}
