//! Jobs for administrators: any job by its id, and stopping one.

use super::render;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Method, Operation, Parameter, json, path, query};
use accrual_app::execute;
use accrual_app::job::{self, Cancel};
use accrual_base::Error;
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Jobs", ..ADMINISTRATION };
const ID: Parameter = path("id", "integer", "Id of the job.");
const EXAMPLE: &str = r#"{"id":26570,"program_name":"RevPro3.0 Data Collection Master","status":"Running","rows_done":1000,"rows_total":5000,"message":null}"#;

/// Jobs of a list when the client says nothing, and at most.
const JOBS: i64 = 100;
const MOST_JOBS: i64 = 1_000;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_jobs",
        summary: "The newest jobs, newest first",
        path: "/accrual/v1/jobs",
        parameters: &[query("limit", "integer", "At most this many, 1 to 1,000; 100 when not given.")],
        answers: &[json(200, "The jobs.", r#"{"data":[{"id":26570,"status":"Running"}]}"#)],
        handler: Some(|call| list_jobs(call).boxed()),
        ..BASE
    },
    Operation {
        id: "get_job",
        summary: "A job with its progress",
        path: "/accrual/v1/jobs/{id}",
        parameters: &[ID],
        answers: &[
            json(200, "The job.", EXAMPLE),
            json(404, "No such job.", r#"{"error":{"code":"job.unknown","message":"There is no job with this id."}}"#),
        ],
        handler: Some(|call| get_job(call).boxed()),
        ..BASE
    },
    Operation {
        id: "cancel_job",
        summary: "Asks a job to stop at its next safe point",
        method: Method::Post,
        path: "/accrual/v1/jobs/{id}/cancel",
        parameters: &[ID],
        answers: &[
            json(200, "Asked.", EXAMPLE),
            json(409, "It has ended.", r#"{"error":{"code":"job.ended","message":"Job 26570 has ended"}}"#),
        ],
        handler: Some(|call| cancel_job(call).boxed()),
        ..BASE
    },
];

async fn list_jobs(call: Call) -> Answered {
    let limit = call.query_number("limit")?.unwrap_or(JOBS);
    if !(1..=MOST_JOBS).contains(&limit) {
        return Err(Error::invalid("api.number", format!("limit must be between 1 and {MOST_JOBS}.")).in_column("limit"));
    }
    let context = call.context()?;
    let jobs = call.blocking(move |tenant| job::latest(tenant, &context, limit)).await?;
    let data: Vec<Value> = jobs.iter().map(render::job).collect();
    Ok(dialect::ok(&json!({"data": data})))
}

async fn get_job(call: Call) -> Answered {
    let (id, context) = (call.id("id")?, call.context()?);
    let row = call.blocking(move |tenant| job::get(tenant, &context, id)).await?;
    Ok(dialect::ok(&render::job(&row)))
}

async fn cancel_job(call: Call) -> Answered {
    let (id, context, tenant) = (call.id("id")?, call.context()?, call.tenant()?);
    execute(&tenant, &context, Cancel { job_id: id }).await?;
    tenant.wake.ring();
    let row = call.blocking(move |tenant| job::get(tenant, &context, id)).await?;
    Ok(dialect::answer(axum::http::StatusCode::OK, &json!(render::job(&row))))
}
