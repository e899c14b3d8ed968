//! Field mapping of upload templates, and staged rows in error.

use super::render::utc_time;
use crate::call::Call;
use crate::dialect;
use crate::rows::{self, JSON_RESULT};
use crate::table::{Answered, Dialect, Operation, Parameter, REVENUE, Scope, empty, json, path, query};
use accrual_app::upload::{self, StageError};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { scope: Scope::Inbound, ..REVENUE };

pub const ROWS: &[Operation] = &[
    Operation {
        id: "field_mapping",
        reference: "GET_FileUploadMapping",
        group: "Adapter",
        summary: "How an upload template maps headings to fields",
        path: "/api/integration/v1/upload/mapping",
        dialect: Dialect::Message,
        parameters: &[Parameter { required: true, ..query("templatename", "string", "Name of the upload template.") }],
        answers: &[
            json(
                200,
                "The mapping.",
                r#"{"Dateformat":"DD-MON-YYYY","Mapping":[{"id":1,"client_id":1,"upload_id":1,"seq":1,"col_name":"SO_NUM","label":"SO Number","data_type":"Character"}]}"#,
            ),
            json(400, "No such template.", r#"{"status":"Error","Message":"There is no upload template \"X\".","Result":"None"}"#),
        ],
        handler: Some(|call| field_mapping(call).boxed()),
        ..BASE
    },
    Operation {
        id: "stage_errors",
        reference: "GET_StaggingError",
        group: "Stage Error",
        summary: "Staged rows that cannot be collected, with the reason",
        path: "/api/integration/v1/stage/error/{errortype}",
        parameters: &[path("errortype", "string", "transaction or event.")],
        answers: &[
            json(
                200,
                "The rows.",
                r#"{"status":"Success","Result":[{"id":7,"client_id":1,"upload_id":"12","type":"SO","so_num":"S1","so_line_num":"1","so_line_id":"L1","inv_line_num":null,"inv_line_id":null,"sec_atr_val":"1","processed_flag":"E","err_msg":"RPRO-00006 Item number is missing.","crtd_by":"api","crtd_dt":"2024-01-15T12:00:00Z","updt_by":"api","updt_dt":"2024-01-15T12:00:00Z","line_num":3,"err_code":"RPRO-00006"}]}"#,
            ),
            empty(204, "None."),
            json(400, "No such type.", r#"{"status":"Error","message":"errortype must be transaction or event."}"#),
        ],
        handler: Some(|call| stage_errors(call).boxed()),
        ..BASE
    },
];

async fn field_mapping(call: Call) -> Answered {
    let missing = || Error::invalid("api.query", "The query parameter templatename is missing.").in_column("templatename");
    let name = call.query("templatename").ok_or_else(missing)?.to_owned();
    let mapping = call.blocking(move |tenant| upload::mapping(tenant, &name)).await?;
    let rows: Vec<Value> = (1..)
        .zip(&mapping.columns)
        .map(|(id, c): (i64, _)| {
            json!({
                "id": id, "client_id": crate::CLIENT_ID, "upload_id": mapping.template_id, "seq": c.sequence,
                "col_name": c.field, "label": c.label, "data_type": c.data_type,
            })
        })
        .collect();
    Ok(dialect::ok(&json!({"Dateformat": mapping.date_format, "Mapping": rows})))
}

async fn stage_errors(call: Call) -> Answered {
    let events = match call.part("errortype")? {
        text if text.eq_ignore_ascii_case("transaction") => false,
        text if text.eq_ignore_ascii_case("event") => true,
        text => return Err(Error::invalid("api.error_type", "errortype must be transaction or event.").with_value(text)),
    };
    let context = call.context()?;
    rows::or_no_content(&call, JSON_RESULT, move |tenant, rows| {
        upload::stage_errors(tenant, &context, events, &mut |error| rows.push(entry(error)?.as_bytes()))
    })
    .await
}

fn entry(e: &StageError) -> Result<String> {
    let value = json!({
        "id": e.id, "client_id": crate::CLIENT_ID, "upload_id": e.upload_id.to_string(), "type": e.kind,
        "so_num": e.so_num, "so_line_num": e.so_line_num, "so_line_id": e.so_line_id,
        "inv_line_num": e.inv_line_num, "inv_line_id": e.inv_line_id, "sec_atr_val": e.org_id.to_string(),
        "processed_flag": "E", "err_msg": e.message, "err_code": e.codes, "line_num": e.line_no,
        "crtd_by": e.created_by, "crtd_dt": utc_time(e.created_at), "updt_by": e.created_by, "updt_dt": utc_time(e.updated_at),
    });
    Ok(value.to_string())
}
