//! Uploads for administrators: lists by status, and one with its log.

use super::render::utc_time;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Operation, json, path, query};
use accrual_app::upload::{self, UploadRow, UploadStatus};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Uploads", ..ADMINISTRATION };
const STATUSES: [UploadStatus; 4] = [UploadStatus::Loading, UploadStatus::Staged, UploadStatus::Collected, UploadStatus::Failed];

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_uploads",
        summary: "Uploads, oldest first",
        path: "/accrual/v1/uploads",
        parameters: &[query("status", "string", "Loading, Staged, Collected or Failed; all when not given.")],
        answers: &[json(
            200,
            "The uploads.",
            r#"{"data":[{"id":12,"file_name":"orders.csv","template":"Upload Template","status":"Staged","message":"Data Received","rows_read":1000,"rows_error":2,"org_id":1,"created_by":"api","created_at":"2024-01-15T12:00:00Z"}]}"#,
        )],
        handler: Some(|call| list_uploads(call).boxed()),
        ..BASE
    },
    Operation {
        id: "get_upload",
        summary: "An upload with its log and control totals",
        path: "/accrual/v1/uploads/{id}",
        parameters: &[path("id", "integer", "Id of the upload.")],
        answers: &[
            json(
                200,
                "The upload.",
                r#"{"id":12,"file_name":"orders.csv","status":"Failed","log":"line 3: column EXT_SLL_PRC: no number"}"#,
            ),
            json(404, "No such upload.", r#"{"error":{"code":"upload.unknown","message":"There is no upload request 99."}}"#),
        ],
        handler: Some(|call| get_upload(call).boxed()),
        ..BASE
    },
];

async fn list_uploads(call: Call) -> Answered {
    let wanted = match call.query("status") {
        None => STATUSES.to_vec(),
        Some(text) => vec![status(text)?],
    };
    let context = call.context()?;
    let mut rows = call
        .blocking(move |tenant| {
            let of = |status: &UploadStatus| upload::uploads(tenant, &context, *status);
            Ok(wanted.iter().map(of).collect::<Result<Vec<_>>>()?.concat())
        })
        .await?;
    rows.sort_by_key(|u| u.id);
    let data: Vec<Value> = rows.iter().map(row).collect();
    Ok(dialect::ok(&json!({"data": data})))
}

fn status(text: &str) -> Result<UploadStatus> {
    STATUSES.into_iter().find(|s| s.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
        Error::invalid("api.status", "status must be Loading, Staged, Collected or Failed.").in_column("status").with_value(text)
    })
}

async fn get_upload(call: Call) -> Answered {
    let (id, context) = (call.id("id")?, call.context()?);
    let upload = call.blocking(move |tenant| upload::status(tenant, &context, id)).await?;
    let mut body = row(&upload);
    if let Some(body) = body.as_object_mut() {
        body.insert("log".to_owned(), upload.log.clone().into());
        let totals = upload.control_sums.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        body.insert("control_totals".to_owned(), totals.unwrap_or(Value::Null));
    }
    Ok(dialect::ok(&body))
}

fn row(u: &UploadRow) -> Value {
    json!({
        "id": u.id, "file_name": u.file_name, "template": u.template, "status": u.status.name(), "message": u.message,
        "rows_read": u.rows_read, "rows_error": u.rows_error, "org_id": u.org_id,
        "created_by": u.created_by, "created_at": utc_time(u.created_at), "updated_at": utc_time(u.updated_at),
    })
}
