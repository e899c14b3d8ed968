//! Data collection by grouping template: submit, details.

use super::programs::known_words;
use super::render;
use crate::call::Call;
use crate::dialect;
use crate::table::{Answered, Dialect, Input, Method, Operation, REVENUE, Scope, json, path};
use accrual_app::job::{self, Given};
use accrual_app::{Tenant, config};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Data Collection", scope: Scope::Inbound, dialect: Dialect::Success, ..REVENUE };

pub const ROWS: &[Operation] = &[
    Operation {
        id: "submit_collection",
        reference: "POST_Collection",
        summary: "Collects staged rows into revenue contracts by a grouping template",
        method: Method::Post,
        path: "/api/integration/v1/job/collection/template",
        input: Input::Json(r#"{"rc_template_name":"One contract per sales order","org_id":1}"#),
        answers: &[
            json(
                200,
                "The job waits.",
                r#"{"success":true,"job_id":"26570","message":"Request ID: 26570 submitted successfully","data":{"id":26570,"status":"Pending"}}"#,
            ),
            json(
                400,
                "No such template, or org_id is missing where several organisations exist.",
                r#"{"success":false,"error":"There is no grouping template of this name."}"#,
            ),
            json(
                403,
                "The organisation is not one of the role.",
                r#"{"success":false,"error":"OrgId does not match the Org assigned to the role"}"#,
            ),
            json(
                429,
                "Two data collection jobs of the organisation wait or run already.",
                r#"{"success":false,"error":"2 data collection jobs of this organisation wait or run already"}"#,
            ),
        ],
        handler: Some(|call| submit_collection(call).boxed()),
        ..BASE
    },
    Operation {
        id: "collection_details",
        reference: "GET_CollectionDetails",
        summary: "The status of a data collection job",
        path: "/api/integration/v1/job/collection/template/{job_id}",
        parameters: &[path("job_id", "integer", "Id of the job, from its submission.")],
        answers: &[
            json(
                200,
                "The job.",
                r#"{"success":true,"data":{"actual_start_date":"2021-12-08T18:46:46+00:00","crtd_by":"SYSADMIN","crtd_dt":"2021-12-08T18:46:46+00:00","id":26570,"status":"Completed","updt_dt":"2021-12-08T18:46:46+00:00"}}"#,
            ),
            json(400, "No such job.", r#"{"success":false,"error":"There is no job with this id."}"#),
        ],
        handler: Some(|call| collection_details(call).boxed()),
        ..BASE
    },
];

#[derive(Deserialize)]
struct Body {
    rc_template_name: String,
    /// A number, or the same as text; 0 means not given.
    org_id: Option<Value>,
}

async fn submit_collection(call: Call) -> Answered {
    let body: Body = call.json().await?;
    let given = organisation(body.org_id.as_ref())?;
    let name = body.rc_template_name.trim().to_owned();
    let template = name.clone();
    let org = call
        .blocking(move |tenant| {
            config::get(tenant, "grouping_template", &template)?;
            given.map_or_else(|| only_organisation(tenant), Ok)
        })
        .await?;
    call.actor()?.require_org(org).map_err(known_words)?;
    let tenant = call.tenant()?;
    let program = tenant.programs.by_name(job::DATA_COLLECTION_MASTER)?;
    let parameters: Vec<Given> =
        program.parameters.iter().take(1).map(|p| Given { parameter_id: p.id, sequence: p.sequence, value: name.clone() }).collect();
    let context = call.context()?;
    let id = job::submit(&tenant, &context, program.id, org, &parameters).await.map_err(known_words)?;
    let row = call.blocking(move |tenant| job::get(tenant, &context, id)).await?;
    Ok(dialect::ok(&render::submitted(&row)))
}

fn organisation(given: Option<&Value>) -> Result<Option<i64>> {
    let wrong = || Error::invalid("api.number", "org_id must be a whole number.").in_column("org_id");
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).ok_or_else(wrong)?;
            Ok((number != 0).then_some(number))
        }
    }
}

/// The organisation of a tenant that has one.
fn only_organisation(tenant: &Tenant) -> Result<i64> {
    match config::organisations(tenant)?.as_slice() {
        [(id, _)] => Ok(*id),
        _ => Err(Error::invalid("api.org", "This tenant has several organisations: give org_id.").in_column("org_id")),
    }
}

async fn collection_details(call: Call) -> Answered {
    let (id, context) = (call.id("job_id")?, call.context()?);
    let (row, collects) = call
        .blocking(move |tenant| {
            let row = job::get(tenant, &context, id)?;
            let collects = tenant.programs.by_name(&row.program).is_ok_and(|p| p.group == job::Group::Collection);
            Ok((row, collects))
        })
        .await
        .map_err(known_words)?;
    if !collects {
        return Err(Error::not_found("job.unknown", "There is no data collection job with this id.").with_value(&id.to_string()));
    }
    Ok(dialect::ok(&json!({"success": true, "data": render::job(&row)})))
}
