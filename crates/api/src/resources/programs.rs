//! Revenue jobs: which programs and organisations there are, starting a program, following its job.

use super::render;
use crate::call::Call;
use crate::dialect;
use crate::table::{Answered, Dialect, Input, Method, Operation, Parameter, REVENUE, Scope, json, path};
use accrual_app::job::{self, Given};
use accrual_app::{Actor, config};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Revenue Jobs", scope: Scope::Either, dialect: Dialect::Success, ..REVENUE };
const ORG: Parameter = path("orgId", "integer", "Id of the organisation, from the list of organisations.");

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_programs",
        reference: "GET_ProgramDetails",
        summary: "The programs that can be started, with their parameters",
        path: "/api/integration/v1/programs",
        answers: &[json(
            200,
            "The programs.",
            r#"{"success":true,"data":[{"program_id":149,"program_name":"Revpro3.0 Accounting Transfer Master","parameters":[{"id":228,"mandatory":"N","name":"CRITERIA NAME","sequence":1,"type":"VARCHAR2"}]}]}"#,
        )],
        handler: Some(|call| list_programs(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_organisations",
        reference: "GET_RevenueOrgDetails",
        summary: "The organisations of the role",
        path: "/api/integration/v1/revenue-orgs",
        answers: &[json(200, "The organisations.", r#"{"success":true,"data":[{"org_id":1,"org_name":"EMEA"}]}"#)],
        handler: Some(|call| list_organisations(call).boxed()),
        ..BASE
    },
    Operation {
        id: "submit_program",
        reference: "POST_SubmitRevenueJob",
        summary: "Starts a program for an organisation",
        method: Method::Post,
        path: "/api/integration/v1/{orgId}/programs/{programId}/submit",
        scope: Scope::Inbound,
        parameters: &[ORG, path("programId", "integer", "Id of the program, from the list of programs.")],
        input: Input::OptionalJson(r#"{"parameters":[{"parameter_id":230,"sequence":3,"parameter_value":"N"}]}"#),
        answers: &[
            json(
                200,
                "The job waits.",
                r#"{"success":true,"job_id":"26570","message":"Request ID: 26570 submitted successfully","data":{"id":26570,"status":"Pending"}}"#,
            ),
            json(
                400,
                "No such program, or a wrong parameter.",
                r#"{"success":false,"error":"This Program is not supported at the moment"}"#,
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
        handler: Some(|call| submit_program(call).boxed()),
        ..BASE
    },
    Operation {
        id: "job_status",
        reference: "GET_RevenueJobStatus",
        summary: "The status of a job",
        path: "/api/integration/v1/{orgId}/jobs/{jobId}",
        parameters: &[ORG, path("jobId", "integer", "Id of the job, from its submission.")],
        answers: &[
            json(
                200,
                "The job.",
                r#"{"success":true,"data":{"actual_start_date":null,"crtd_by":"SYSADMIN","crtd_dt":"2021-12-08T18:46:46+00:00","error_message":null,"id":26570,"sec_atr_val":"1","status":"Running","updt_dt":"2021-12-08T18:46:46+00:00"}}"#,
            ),
            json(400, "No such job of the organisation.", r#"{"success":false,"error":"There is no job with this id."}"#),
        ],
        handler: Some(|call| job_status(call).boxed()),
        ..BASE
    },
];

async fn list_programs(call: Call) -> Answered {
    let tenant = call.tenant()?;
    let data: Vec<Value> = tenant.programs.all().iter().map(program).collect();
    Ok(dialect::ok(&json!({"success": true, "data": data})))
}

fn program(p: &job::Program) -> Value {
    let parameters: Vec<Value> = p
        .parameters
        .iter()
        .map(|q| {
            json!({"id": q.id, "mandatory": if q.mandatory { "Y" } else { "N" }, "name": q.name, "sequence": q.sequence, "type": "VARCHAR2"})
        })
        .collect();
    json!({"program_id": p.id, "program_name": p.name, "parameters": parameters})
}

async fn list_organisations(call: Call) -> Answered {
    let actor = call.actor()?.clone();
    let organisations = call.blocking(|tenant| config::organisations(tenant)).await?;
    let data: Vec<Value> = organisations
        .iter()
        .filter(|(id, _)| actor.organisations.contains(*id))
        .map(|(id, name)| json!({"org_id": id, "org_name": name}))
        .collect();
    Ok(dialect::ok(&json!({"success": true, "data": data})))
}

async fn submit_program(call: Call) -> Answered {
    let (org, program) = (call.id("orgId")?, call.id("programId")?);
    require_org(call.actor()?, org)?;
    let body = call.optional_json().await?;
    let given = body.as_ref().map(given).transpose()?.unwrap_or_default();
    let (tenant, context) = (call.tenant()?, call.context()?);
    let id = job::submit(&tenant, &context, program, org, &given).await.map_err(known_words)?;
    let row = call.blocking(move |tenant| job::get(tenant, &context, id)).await?;
    Ok(dialect::ok(&render::submitted(&row)))
}

async fn job_status(call: Call) -> Answered {
    let (org, id, context) = (call.id("orgId")?, call.id("jobId")?, call.context()?);
    require_org(call.actor()?, org)?;
    let row = call.blocking(move |tenant| job::get(tenant, &context, id)).await.map_err(known_words)?;
    if row.org_id != org {
        return Err(Error::not_found("job.unknown", "There is no job with this id in this organisation.").with_value(&id.to_string()));
    }
    Ok(dialect::ok(&json!({"success": true, "data": render::job(&row)})))
}

/// An organisation the role does not list, in the words clients look for.
fn require_org(actor: &Actor, org: i64) -> Result<()> {
    actor.require_org(org).map_err(known_words)
}

/// Clients compare two refusals word by word.
pub fn known_words(error: Error) -> Error {
    let words = match error.rejection().map(|r| r.code) {
        Some("role.organisation") => "OrgId does not match the Org assigned to the role",
        Some("program.unknown") => "This Program is not supported at the moment",
        _ => return error,
    };
    match error.rejection() {
        Some(r) => Error::rejected(r.kind, r.code, words),
        None => error,
    }
}

/// The parameters of a submission. Ids and sequences may be written as numbers or as text.
fn given(body: &Value) -> Result<Vec<Given>> {
    let wrong = |what: &str| {
        Error::invalid("api.json", format!("parameters must be a list of {{parameter_id, sequence, parameter_value}}: {what}."))
    };
    let list = match body.get("parameters") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong("it is no list")),
    };
    let number = |v: Option<&Value>| v.and_then(|v| v.as_i64().or_else(|| v.as_str()?.trim().parse().ok()));
    let mut out = Vec::with_capacity(list.len());
    for (position, item) in (1i64..).zip(list) {
        let value = match item.get("parameter_value") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(n)) => n.to_string(),
            Some(_) => return Err(wrong("a parameter_value is neither text nor number")),
        };
        let parameter_id = number(item.get("parameter_id")).ok_or_else(|| wrong("a parameter_id is missing"))?;
        let sequence = match item.get("sequence") {
            None | Some(Value::Null) => position,
            some => number(some).ok_or_else(|| wrong("a sequence is no number"))?,
        };
        out.push(Given { parameter_id, sequence, value });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_clients_send_them() {
        let read = |text: &str| given(&serde_json::from_str(text).unwrap()).map_err(|e| e.to_string());
        let one = read(r#"{"parameters":[{"parameter_id":"228","sequence":1,"parameter_value":null}]}"#).unwrap();
        assert_eq!(one, vec![Given { parameter_id: 228, sequence: 1, value: String::new() }]);
        assert_eq!(read("{}").unwrap(), vec![]);
        assert_eq!(read(r#"{"parameters":[{"parameter_id":7,"parameter_value":5}]}"#).unwrap()[0].value, "5");
        for bad in [r#"{"parameters":5}"#, r#"{"parameters":[{}]}"#, r#"{"parameters":[{"parameter_id":1,"parameter_value":[]}]}"#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
