//! BI views, version 1: CSV pages by number. Pages above 1 come from the snapshot that page 1 froze.

use super::views::{answer, asked, count};
use crate::call::Call;
use crate::dialect;
use crate::table::{Answer, Answered, Input, Method, Operation, Parameter, REVENUE, csv, empty, json, path, query};
use accrual_app::views::tasks::{Output, Page, Request};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use std::time::Duration;

const BASE: Operation = Operation { group: "BI Views v1", ..REVENUE };
/// Without tokens a client cannot ask whether a page will come, so it is waited for.
const PATIENCE: Duration = Duration::from_secs(600);
const MOST_ROWS: i64 = 10_000;
const DEFAULT_ROWS: u32 = 1_000;

const PARAMETERS: &[Parameter] = &[
    path("view_name", "string", "Name of the view, such as BI3_RC_POB."),
    Parameter { required: true, ..query("clientId", "integer", "Client id (1).") },
    query("fromDate", "string", "INCR_UPDT_DT at or after, such as 2016-07-26T00:00:00."),
    query("toDate", "string", "INCR_UPDT_DT at or before."),
    query("pagenum", "integer", "Page, counted from 1 (the default); 0 answers 204."),
    query("pagesize", "integer", "Rows a page, 1 to 10,000; any other number means 1,000."),
    query("count", "boolean", "true answers the number of rows instead."),
];
const ANSWERS: &[Answer] = &[
    csv("The page.", "ID,NAME\nL,Contract Liability"),
    empty(204, "No rows, or past the last page."),
    json(400, "A wrong parameter or no such view.", r#"{"status":"Error","message":"There is no such view"}"#),
];

pub const ROWS: &[Operation] = &[
    Operation {
        id: "view_page_v1",
        reference: "GET_BIViews",
        summary: "One page of a view as CSV, or its number of rows",
        path: "/api/integration/v1/biviews/{view_name}",
        parameters: PARAMETERS,
        answers: ANSWERS,
        handler: Some(|call| view_page_v1(call).boxed()),
        ..BASE
    },
    Operation {
        id: "view_page_of_fields_v1",
        reference: "POST_BIViews",
        summary: "One page of selected columns of a view as CSV",
        method: Method::Post,
        path: "/api/integration/v1/biviews/{view_name}",
        parameters: PARAMETERS,
        input: Input::OptionalJson(r#"["ID","NAME"]"#),
        answers: ANSWERS,
        handler: Some(|call| view_page_v1(call).boxed()),
        ..BASE
    },
];

async fn view_page_v1(call: Call) -> Answered {
    if call.query("clientId").is_none() {
        return Err(Error::invalid("api.client", "Invalid User ID: the query parameter clientId is missing."));
    }
    let wanted = asked(&call).await?;
    if call.query("count").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        return count(&call, wanted).await;
    }
    let number = call.query_number("pagenum")?.unwrap_or(1).unsigned_abs();
    if number == 0 {
        return Ok(dialect::no_content());
    }
    let (tenant, tasks) = (call.tenant()?, call.api.view_tasks(&call.tenant()?.name));
    let request = Request {
        view: wanted.view,
        query: wanted.query,
        page_size: page_size(&call)?,
        output: Output::Csv,
        user: call.actor()?.user.clone(),
    };
    let page = crate::call::blocking(move || {
        let token = tasks.join(&tenant, request, number)?;
        tasks.page(&tenant, &token, number, PATIENCE)
    })
    .await?;
    match page {
        Page::Past { .. } => Ok(dialect::no_content()),
        page => answer(page, number).await,
    }
}

/// The reference gives any size outside 1 to 10,000 the meaning 1,000.
fn page_size(call: &Call) -> Result<u32> {
    let size = call.query_number("pagesize")?.filter(|n| (1..=MOST_ROWS).contains(n));
    Ok(size.and_then(|n| u32::try_from(n).ok()).unwrap_or(DEFAULT_ROWS))
}
