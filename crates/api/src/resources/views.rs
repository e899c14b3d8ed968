//! BI views: what both versions of the interface share.

use crate::call::Call;
use crate::dialect;
use crate::table::Answered;
use crate::when;
use accrual_app::views::tasks::{Output, Page};
use accrual_app::views::{self, Query};
use accrual_base::{Error, Instant, Result};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio_util::io::ReaderStream;

/// The view, window and columns of a request.
pub struct Asked {
    pub view: String,
    pub query: Query,
}

/// Reads view, `fromDate`, `toDate` and the column names of the body.
///
/// # Errors
/// `api.time`, `api.window`, `api.client`, `api.fields`; what the view refuses.
pub async fn asked(call: &Call) -> Result<Asked> {
    let fields = fields(call.optional_json().await?)?;
    let view = call.part("view_name")?.to_ascii_uppercase();
    check_client(call)?;
    let bound = |name: &'static str, open: i64| call.query(name).map_or(Ok(open), |text| when::instant(name, text).map(|i: Instant| i.0));
    let (from, to) = (bound("fromDate", i64::MIN)?, bound("toDate", i64::MAX)?);
    if to < from {
        return Err(Error::invalid("api.window", "toDate lies before fromDate; give the earlier time as fromDate."));
    }
    views::columns(&view, &fields)?;
    Ok(Asked { view, query: Query { from, to, fields } })
}

/// A client id, when there is one, is a positive number.
fn check_client(call: &Call) -> Result<()> {
    match call.query("clientId") {
        Some(text) if !text.parse::<i64>().is_ok_and(|id| id > 0) => {
            Err(Error::invalid("api.client", "Invalid User ID: clientId must be a positive whole number.").with_value(text))
        }
        _ => Ok(()),
    }
}

/// The body names the columns to answer; none or an empty list means all.
fn fields(body: Option<Value>) -> Result<Vec<String>> {
    let wrong = || Error::invalid("api.fields", "The body must be a list of column names, such as [\"ID\", \"NAME\"].");
    let Some(body) = body else { return Ok(Vec::new()) };
    let list = match body {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(wrong()),
    };
    list.into_iter().map(|item| if let Value::String(name) = item { Ok(name) } else { Err(wrong()) }).collect()
}

/// The answer to a page that is there, or why it is not.
///
/// # Errors
/// `view.not_cached` when the page will come; a fault when its file cannot be read.
pub async fn answer(page: Page, number: u64) -> Answered {
    match page {
        Page::Ready(file) => send(file).await,
        Page::NotCached => Err(Error::conflict("view.not_cached", "Page still not yet cached. Please retry.")),
        Page::Past { rows: 0, .. } if number == 1 => Ok(dialect::no_content()),
        Page::Past { pages, rows } => Ok(past(pages, rows)),
    }
}

/// Clients look for both sentences.
fn past(pages: u64, rows: u64) -> Response {
    dialect::answer(
        StatusCode::NOT_FOUND,
        &json!({
            "status": "Error",
            "code": "view.past",
            "message": "This page will not exist. The number of total pages and the number of total rows are returned.",
            "Result": {"total_pages": pages, "total_rows": rows},
            "total_pages": pages,
            "total_rows": rows,
        }),
    )
}

/// Streams a page file.
async fn send(path: PathBuf) -> Answered {
    let gone = |e| Error::fault_from("the file of a page cannot be read", e);
    let file = tokio::fs::File::open(&path).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    let mut response = Response::new(Body::from_stream(ReaderStream::with_capacity(file, 64 * 1024)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media(&path)));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

fn media(path: &Path) -> &'static str {
    if path.extension().is_some_and(|e| e == "gz") { "application/gzip" } else { "text/csv; charset=utf-8" }
}

/// `csv` or `gzip`.
///
/// # Errors
/// `api.output` for anything else.
pub fn output(call: &Call) -> Result<Output> {
    match call.query("outputType") {
        None => Ok(Output::Gzip),
        Some(text) if text.eq_ignore_ascii_case("gzip") => Ok(Output::Gzip),
        Some(text) if text.eq_ignore_ascii_case("csv") => Ok(Output::Csv),
        Some(text) => Err(Error::invalid("api.output", "outputType must be csv or gzip.").with_value(text)),
    }
}

/// The number of rows of a query.
///
/// # Errors
/// As [`views::count`].
pub async fn count(call: &Call, asked: Asked) -> Answered {
    let n = call.blocking(move |tenant| views::count(tenant, &asked.view, &asked.query)).await?;
    Ok(dialect::ok(&json!({"count": n})))
}
