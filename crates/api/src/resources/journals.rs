//! Transfer accounting: batches that are ready, their lines page by page, setting one Transferred, its file.

use super::render::utc_time;
use super::reports;
use crate::call::Call;
use crate::dialect;
use crate::rows::{self, CSV, Frame};
use crate::table::{Answered, Method, Operation, Parameter, REVENUE, csv, empty, json, path, query};
use accrual_app::transfer::{self, Batch, Form};
use accrual_app::{execute, report};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Transfer Accounting", ..REVENUE };
const BATCH: Parameter = path("batch_id", "integer", "Id of the batch.");
const PAGE: Frame =
    Frame { media: "application/json; charset=utf-8", head: "{\"status\":\"Success\",\"result\":[", between: ",\n", tail: "]}" };
/// Lines a page: when not said, and at most.
const LINES: i64 = 1_000;
const MOST_LINES: i64 = 10_000;
const NOT_READY: &str = "0 row(s) updated. Only the batch in Ready TO Transfer status can be updated.";

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_batches",
        reference: "GET_TransferBatchList",
        summary: "The batches that are Ready to Transfer",
        path: "/api/integration/v1/journal/list",
        answers: &[
            json(
                200,
                "The batches; report_id leads to the file by a signed URL.",
                r#"{"status":"Success","result":[{"client_id":1,"crtd_by":"api","crtd_dt":"2021-09-20T18:39:50Z","id":10043,"name":"Batch 10043","status":"Ready to Transfer","updt_by":"api","updt_dt":"2021-09-20T18:39:50Z","report_id":10003}]}"#,
            ),
            empty(204, "None is ready."),
        ],
        handler: Some(|call| list_batches(call).boxed()),
        ..BASE
    },
    Operation {
        id: "batch_page",
        reference: "GET_TransferBatch",
        summary: "One page of the journal lines of a batch",
        path: "/api/integration/v1/journal/batch/{batchid}/{pagenum}",
        parameters: &[
            path("batchid", "integer", "Id of the batch."),
            path("pagenum", "integer", "Page, counted from 1."),
            query("pagesize", "integer", "Lines a page: 1,000 when not given, at most 10,000."),
            query("Output", "string", "CSV for CSV instead of JSON."),
        ],
        answers: &[
            json(200, "The lines.", r#"{"status":"Success","result":[{"ID":1,"BATCH_ID":10043}]}"#),
            empty(204, "Past the last line."),
            json(400, "No such batch, or a wrong page size.", r#"{"status":"Error","message":"There is no transfer batch with this id."}"#),
        ],
        handler: Some(|call| batch_page(call).boxed()),
        ..BASE
    },
    Operation {
        id: "set_batch_transferred",
        reference: "PUT_TransferBatchStatus",
        summary: "Says that a batch is in the general ledger: Ready to Transfer becomes Transferred",
        method: Method::Put,
        path: "/api/integration/v1/journal/batch/status/{batch_id}",
        parameters: &[BATCH],
        answers: &[
            json(200, "Transferred.", r#"{"status":"Success"}"#),
            json(
                400,
                "It is not Ready to Transfer.",
                r#"{"status":"Error","message":"0 row(s) updated. Only the batch in Ready TO Transfer status can be updated."}"#,
            ),
        ],
        handler: Some(|call| set_batch_transferred(call).boxed()),
        ..BASE
    },
    Operation {
        id: "batch_file",
        reference: "GET_TransferBatchFile",
        group: "Transfer Accounting Files",
        summary: "The journal lines of a batch as a CSV file",
        path: "/api/integration/v1/download/transferbatchfile/{batch_id}",
        parameters: &[BATCH],
        answers: &[csv("The file.", "BATCH_ID,ACCOUNT"), empty(204, "No such batch, or its file is not made.")],
        handler: Some(|call| batch_file(call).boxed()),
        ..BASE
    },
];

async fn list_batches(call: Call) -> Answered {
    let context = call.context()?;
    let batches = call.blocking(move |tenant| transfer::ready(tenant, &context)).await?;
    if batches.is_empty() {
        return Ok(dialect::no_content());
    }
    let result: Vec<Value> = batches.iter().map(batch).collect();
    Ok(dialect::ok(&json!({"status": "Success", "result": result})))
}

fn batch(b: &Batch) -> Value {
    json!({
        "client_id": crate::CLIENT_ID, "crtd_by": b.created_by, "crtd_dt": utc_time(b.created_at), "id": b.id, "name": b.name,
        "status": "Ready to Transfer", "updt_by": b.updated_by, "updt_dt": utc_time(b.updated_at), "report_id": b.report_id,
        "period": b.period.to_string(), "line_count": b.line_count,
    })
}

async fn batch_page(call: Call) -> Answered {
    let (id, page, context) = (call.id("batchid")?, call.id("pagenum")?, call.context()?);
    let size = call.query_number("pagesize")?.unwrap_or(LINES);
    if !(1..=MOST_LINES).contains(&size) {
        let text = format!("pagesize must be between 1 and {MOST_LINES}.");
        return Err(Error::invalid("api.page_size", text).in_column("pagesize").with_value(&size.to_string()));
    }
    let Some(first) = page.checked_sub(1).and_then(|before| before.checked_mul(size)).filter(|n| *n >= 0) else {
        return Ok(dialect::no_content());
    };
    let (frame, form) = match call.query("Output") {
        Some(text) if text.eq_ignore_ascii_case("csv") => (CSV, Form::Csv),
        Some(text) if !text.eq_ignore_ascii_case("json") => {
            return Err(Error::invalid("api.output", "Output must be CSV or JSON.").with_value(text));
        }
        _ => (PAGE, Form::Json),
    };
    rows::or_no_content(&call, frame, move |tenant, rows| {
        transfer::lines(tenant, &context, id, first, size, form, &mut |line| rows.push(line))
    })
    .await
}

async fn set_batch_transferred(call: Call) -> Answered {
    let (tenant, context, id) = (call.tenant()?, call.context()?, call.id("batch_id")?);
    match execute(&tenant, &context, transfer::SetTransferred { batch_id: id }).await {
        Ok(_) => Ok(dialect::ok(&json!({"status": "Success"}))),
        Err(error) => Err(not_ready(error)),
    }
}

/// Clients look for the words of the reference; what was wrong with which batch follows them.
fn not_ready(error: Error) -> Error {
    match error.rejection() {
        Some(r) if matches!(r.kind, Kind::Conflict | Kind::NotFound) => {
            Error::rejected(r.kind, r.code, format!("{NOT_READY} {}", r.message))
        }
        _ => error,
    }
}

async fn batch_file(call: Call) -> Answered {
    let (tenant, context, id) = (call.tenant()?, call.context()?, call.id("batch_id")?);
    let found: Result<Option<report::Report>> = call
        .blocking(move |tenant| match transfer::batch(tenant, &context, id) {
            Ok(batch) => batch.report_id.map_or(Ok(None), |report| report::get(tenant, report)),
            Err(e) if e.rejection().is_some_and(|r| r.kind == Kind::NotFound) => Ok(None),
            Err(e) => Err(e),
        })
        .await;
    match found? {
        Some(report) => reports::send(tenant, report).await,
        None => Ok(dialect::no_content()),
    }
}
