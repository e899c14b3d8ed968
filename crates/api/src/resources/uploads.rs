//! Upload files: as a form or a text body, in one request; and what became of them.

use crate::call::Call;
use crate::dialect;
use crate::pipe::LineLimit;
use crate::table::{
    Answered, Dialect, Input, Method, Operation, Parameter, REVENUE, Scope, empty, header, json, optional_header, path, query,
};
use crate::upload_body;
use accrual_app::upload::{self, Receipt, UploadStatus};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::io::Read;
use std::sync::atomic::Ordering;

/// Lines of a CSV upload, its header not counted.
const CSV_LINES: u64 = 20_000;
const STAGED: &str = "Data Staged Successfully";
const LOADING: &str = "Error loading Data into Staging Area";

const FILE: Operation = Operation { group: "File Upload", scope: Scope::Inbound, ..REVENUE };
const CSV: Operation = Operation { group: "Inbound", scope: Scope::Inbound, ..REVENUE };
const TEMPLATE: Parameter = header("templatename", "Name of the upload template.");

pub const ROWS: &[Operation] = &[
    Operation {
        id: "upload_file",
        reference: "POST_UploadFile",
        summary: "Uploads a file of any size and stages it, all or nothing",
        method: Method::Post,
        path: "/api/integration/v1/upload/file",
        parameters: &[TEMPLATE, optional_header("filename", "Name of the file when the body is text; a form gives its own.")],
        input: Input::File,
        answers: &[
            json(
                200,
                "Received. The status says whether it was staged.",
                r#"{"status":"Success","message":"File received successfully","file_request_id":12333}"#,
            ),
            json(400, "Not received: no such template, or no file.", r#"{"status":"Error","message":"There is no upload template \"X\""}"#),
            json(
                429,
                "Two uploads are under way already.",
                r#"{"status":"Error","message":"2 uploads are under way, more are not taken"}"#,
            ),
        ],
        handler: Some(|call| upload_file(call).boxed()),
        ..FILE
    },
    Operation {
        id: "upload_status",
        reference: "GET_FileUploadStatus",
        summary: "What became of an uploaded file",
        path: "/api/integration/v1/fileupload/status/{file_request_id}",
        parameters: &[path("file_request_id", "integer", "From the answer to the upload.")],
        answers: &[
            json(
                200,
                "Staged, failed or still loading.",
                r#"{"status":"Success","message":"Data Staged Successfully","Result":[{"file_request_id":12333,"file_log":"1000 rows read with template Upload Template, 2 with stage errors.","file_name":"orders.csv","template":"Upload Template","status":"Successfully Uploaded","rows_read":1000,"rows_error":2}]}"#,
            ),
            empty(204, "No such upload."),
        ],
        handler: Some(|call| upload_status(call).boxed()),
        ..FILE
    },
    Operation {
        id: "upload_csv",
        reference: "POST_Upload",
        summary: "Uploads up to 20,000 lines of CSV and stages them, all or nothing",
        method: Method::Post,
        path: "/api/integration/v1/csv/upload",
        dialect: Dialect::Loading,
        parameters: &[TEMPLATE, header("filename", "A name for the data.")],
        input: Input::Text,
        answers: &[
            json(
                200,
                "Staged.",
                r#"{"status":"Success","message":"Data Staged Successfully","result":{"client_id":1,"id":10002,"message":"Data Received","status":"Successfully Uploaded"},"file_request_id":10002}"#,
            ),
            json(
                400,
                "Not staged; nothing was kept.",
                r#"{"status":"Error","message":"Error loading Data into Staging Area","result":{"client_id":1,"id":10002,"message":"line 3: column EXT_SLL_PRC: no number","status":"Failed"},"file_request_id":10002}"#,
            ),
        ],
        handler: Some(|call| upload_csv(call).boxed()),
        ..CSV
    },
    Operation {
        id: "csv_status",
        reference: "GET_UploadStatus",
        summary: "What became of a CSV upload",
        path: "/api/integration/v1/csv/upload/status",
        dialect: Dialect::Result,
        parameters: &[Parameter { required: true, ..query("id", "integer", "From the answer to the upload.") }],
        answers: &[
            json(
                200,
                "Staged, failed or still loading.",
                r#"{"status":"Success","result":{"client_id":1,"id":10002,"message":"Data Received","status":"Successfully Uploaded"}}"#,
            ),
            json(400, "No such upload.", r#"{"status":"Error","message":"No data found","Result":"None"}"#),
        ],
        handler: Some(|call| csv_status(call).boxed()),
        ..CSV
    },
];

async fn upload_file(call: Call) -> Answered {
    let template = call.required_header("templatename")?.to_owned();
    let named = call.header("filename").map(str::to_owned);
    let receipt = receive(&call, template, named, |reader| reader).await?;
    Ok(dialect::ok(&json!({
        "status": "Success",
        "message": "File received successfully",
        "file_request_id": receipt.upload_id,
    })))
}

/// Streams the file of the request into the staging of the tenant; `wrap` may put a check around the reader.
async fn receive<R: Read>(
    call: &Call,
    template: String,
    named: Option<String>,
    wrap: impl FnOnce(crate::pipe::BodyReader) -> R + Send + 'static,
) -> Result<Receipt> {
    let (tenant, context) = (call.tenant()?, call.context()?);
    upload_body::stream(call, move |reader, file_name| {
        let name = file_name.or(named).unwrap_or_else(|| "upload.csv".to_owned());
        upload::receive(&tenant, &context, &template, &name, wrap(reader))
    })
    .await
}

async fn upload_status(call: Call) -> Answered {
    let (id, context) = (call.id("file_request_id")?, call.context()?);
    let row = match call.blocking(move |tenant| upload::status(tenant, &context, id)).await {
        Err(error) if error.rejection().is_some_and(|r| r.kind == Kind::NotFound) => return Ok(dialect::no_content()),
        other => other?,
    };
    let (status, message) = match row.status {
        UploadStatus::Loading => ("In Progress", row.message.clone()),
        UploadStatus::Staged | UploadStatus::Collected => ("Success", STAGED.to_owned()),
        UploadStatus::Failed => ("Failed", row.message.clone()),
    };
    Ok(dialect::ok(&json!({
        "status": status,
        "message": message,
        "Result": [{
            "file_request_id": row.id,
            "file_log": if row.log.is_empty() { &row.message } else { &row.log },
            "file_name": row.file_name,
            "template": row.template,
            "status": words(row.status),
            "rows_read": row.rows_read,
            "rows_error": row.rows_error,
            "control_totals": row.control_sums.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()),
        }],
    })))
}

/// The status of an upload in the words of the reference.
fn words(status: UploadStatus) -> &'static str {
    match status {
        UploadStatus::Loading => "In Progress",
        UploadStatus::Staged | UploadStatus::Collected => "Successfully Uploaded",
        UploadStatus::Failed => "Failed",
    }
}

async fn upload_csv(call: Call) -> Answered {
    let template = call.required_header("templatename")?.to_owned();
    let name = call.required_header("filename")?.to_owned();
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let receipt = receive(&call, template, Some(name), move |reader| {
        // the header is a line as well
        let limited = LineLimit::new(reader, CSV_LINES + 1);
        let _ = tell.send(std::sync::Arc::clone(&limited.exceeded));
        limited
    })
    .await;
    if told.try_recv().is_ok_and(|exceeded| exceeded.load(Ordering::SeqCst)) {
        let text = format!("More than {CSV_LINES} lines; send a larger file to /api/integration/v1/upload/file.");
        return Err(Error::invalid("api.lines", text));
    }
    let receipt = receipt?;
    let staged = receipt.status != UploadStatus::Failed;
    let body = json!({
        "status": if staged { "Success" } else { "Error" },
        "message": if staged { STAGED } else { LOADING },
        "result": {"client_id": crate::CLIENT_ID, "id": receipt.upload_id, "message": receipt.message, "status": words(receipt.status)},
        "file_request_id": receipt.upload_id,
    });
    Ok(dialect::answer(if staged { StatusCode::OK } else { StatusCode::BAD_REQUEST }, &body))
}

async fn csv_status(call: Call) -> Answered {
    let missing = || Error::invalid("api.number", "The query parameter id is missing: send ?id= with the id of the upload.");
    let (id, context) = (call.query_number("id")?.ok_or_else(missing)?, call.context()?);
    let row = match call.blocking(move |tenant| upload::status(tenant, &context, id)).await {
        Err(error) if error.rejection().is_some_and(|r| r.kind == Kind::NotFound) => {
            return Err(Error::not_found("upload.unknown", "No data found"));
        }
        other => other?,
    };
    let result = json!({"client_id": crate::CLIENT_ID, "id": row.id, "message": row.message, "status": words(row.status)});
    Ok(dialect::ok(&json!({"status": "Success", "result": result})))
}
