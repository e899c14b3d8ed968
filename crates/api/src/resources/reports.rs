//! Report files: list, download by name, signed URL, download by signed URL.

use super::render::utc_time;
use crate::call::{Call, blocking};
use crate::dialect;
use crate::router::attachment;
use crate::rows::{self, CSV};
use crate::signed;
use crate::table::{Answered, Dialect, Operation, Parameter, REVENUE, Scope, csv, empty, json, path, query};
use accrual_app::{Tenant, report};
use accrual_base::{DateFormat, Day, Error, Instant, Result};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::sync::Arc;

const BASE: Operation = Operation { group: "Reports", dialect: Dialect::Message, ..REVENUE };
const ID: Parameter = path("report_id", "integer", "Id of the report, from the list of reports or of batches.");

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_reports",
        reference: "GET_ReportList",
        summary: "The report files made on one day",
        path: "/api/integration/v1/reports/list",
        parameters: &[query("createddate", "string", "The day, such as 01-JAN-2012; today when not given.")],
        answers: &[
            json(
                200,
                "The files.",
                r#"{"Message":"1 report","status":"Success","Result":[{"id":10003,"file_name":"transfer_batch_10043.csv","rep_name":"Transfer Accounting","layout_name":"Detail","rep_desc":"Journal lines of batch 10043","category":"Accounting","report_date":"2021-09-20T18:39:50Z","status":"Available"}]}"#,
            ),
            json(400, "No date.", r#"{"Message":"Invalid date format for 30-11-1993","status":"Error","Result":"None"}"#),
        ],
        handler: Some(|call| list_reports(call).boxed()),
        ..BASE
    },
    Operation {
        id: "download_report",
        reference: "GET_DownloadReports",
        summary: "A report file by its name",
        path: "/api/integration/v1/reports/download/{filename}",
        parameters: &[path("filename", "string", "Name of the file.")],
        answers: &[csv("The file.", "BATCH_ID,ACCOUNT"), empty(204, "No such file.")],
        handler: Some(|call| download_report(call).boxed()),
        ..BASE
    },
    Operation {
        id: "sign_report_url",
        reference: "GET_ReportsURL",
        summary: "A URL that downloads a report without a token for 30 minutes",
        path: "/api/integration/v2/reports/signedurl/{report_id}",
        parameters: &[ID],
        answers: &[
            json(
                200,
                "The URL.",
                r#"{"signed_url":"https://host/api/integration/v2/reports/file/10003?client=default&expires=1632164990&signature=9f86d0","success":true}"#,
            ),
            json(
                400,
                "The id is no number.",
                r#"{"Message":"The file name does not exist. Please check the file extension.","Result":"None","status":"Error"}"#,
            ),
            json(404, "No such report.", r#"{"success":false,"error":"There is no report with this id."}"#),
        ],
        handler: Some(|call| sign_report_url(call).boxed()),
        ..BASE
    },
    Operation {
        id: "report_file",
        summary: "The file behind a signed URL",
        path: "/api/integration/v2/reports/file/{report_id}",
        scope: Scope::Signed,
        parameters: &[
            ID,
            query("client", "string", "From the signed URL."),
            query("expires", "integer", "From the signed URL."),
            query("signature", "string", "From the signed URL."),
        ],
        answers: &[
            csv("The file.", "BATCH_ID,ACCOUNT"),
            json(
                403,
                "Changed or expired.",
                r#"{"status":"Error","Message":"This URL has expired; ask for a new signed URL.","Result":"None"}"#,
            ),
        ],
        handler: Some(|call| report_file(call).boxed()),
        ..BASE
    },
];

async fn list_reports(call: Call) -> Answered {
    let day = match call.query("createddate") {
        Some(text) => day(text)?,
        None => call.tenant()?.now().day(),
    };
    let start = |d: Day| Instant(i64::from(d.epoch()).saturating_mul(86_400_000_000));
    let reports = call.blocking(move |tenant| report::list(tenant, start(day), start(day.plus(1)))).await?;
    if reports.is_empty() {
        return Ok(dialect::no_content());
    }
    let list: Vec<Value> = reports.iter().map(entry).collect();
    Ok(dialect::ok(&json!({"Message": format!("{} reports", list.len()), "status": "Success", "Result": list})))
}

fn entry(r: &report::Report) -> Value {
    json!({
        "id": r.id, "file_name": r.file_name, "rep_name": r.report, "layout_name": r.layout, "rep_desc": r.description,
        "category": r.category, "report_date": utc_time(r.created_at), "status": r.status,
    })
}

/// `01-JAN-2012` as the reference has it, or `2012-01-01`.
fn day(text: &str) -> Result<Day> {
    let known = [DateFormat::DdMonYyyy, DateFormat::YyyyMmDd].iter().find_map(|f| f.parse(text.trim()));
    known.ok_or_else(|| Error::invalid("api.date", format!("Invalid date format for {text}; write it as 01-JAN-2012.")))
}

async fn download_report(call: Call) -> Answered {
    let (tenant, name) = (call.tenant()?, call.part("filename")?.to_owned());
    let found = call.blocking(move |tenant| report::named(tenant, &name)).await?;
    match found {
        Some(report) => send(tenant, report).await,
        None => Ok(dialect::no_content()),
    }
}

async fn sign_report_url(call: Call) -> Answered {
    let id =
        call.id("report_id").map_err(|_| Error::invalid("api.number", "The file name does not exist. Please check the file extension."))?;
    let tenant = call.tenant()?;
    let Some(report) = call.blocking(move |tenant| report::get(tenant, id)).await? else {
        let body = json!({"success": false, "error": "There is no report with this id.", "code": "report.unknown"});
        return Ok(dialect::answer(StatusCode::NOT_FOUND, &body));
    };
    let path = signed::url(call.api.system.sign_key(), &tenant.name, report.id, tenant.now())?;
    Ok(dialect::ok(&json!({"signed_url": format!("{}{path}", call.base_url()), "success": true})))
}

async fn report_file(call: Call) -> Answered {
    let id = call.id("report_id")?;
    let client = call.query("client").unwrap_or_default().to_owned();
    let system = Arc::clone(&call.api.system);
    // the clock of the tenant decides, and an unknown tenant looks like a changed URL
    let name = client.clone();
    let tenant = blocking(move || system.tenant(&name)).await.ok();
    let now = tenant.as_ref().map_or(Instant(0), |t| t.now());
    signed::verify(call.api.system.sign_key(), &client, id, call.query("expires"), call.query("signature"), now)?;
    let tenant = tenant.ok_or_else(|| Error::fault("a signed URL names no tenant"))?;
    if !tenant.settings().api_enabled {
        return Err(accrual_app::system::api_is_off());
    }
    let reader = Arc::clone(&tenant);
    match blocking(move || report::get(&reader, id)).await? {
        Some(report) => send(tenant, report).await,
        None => Ok(dialect::no_content()),
    }
}

/// Streams a report file as CSV.
///
/// # Errors
/// What the report refuses.
pub async fn send(tenant: Arc<Tenant>, report: report::Report) -> Answered {
    let (name, tag) = (report.file_name.clone(), report.tag());
    let mut response =
        rows::stream(tenant, CSV, move |tenant, out| report::write(tenant, &report, out)).await?.unwrap_or_else(dialect::no_content);
    attachment(&mut response, &name);
    entity_tag(&mut response, tag.as_deref());
    Ok(response)
}

fn entity_tag(response: &mut Response, tag: Option<&str>) {
    if let Some(value) = tag.and_then(|t| HeaderValue::from_str(&format!("\"{t}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_clients_write_them() {
        assert_eq!(day("16-Jan-2023").unwrap().to_string(), "2023-01-16");
        assert_eq!(day("01-JAN-2012").unwrap().to_string(), "2012-01-01");
        assert!(day("30-11-1993").unwrap_err().to_string().starts_with("Invalid date format for 30-11-1993"));
    }
}
