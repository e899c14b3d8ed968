//! BI views, version 2: pages of one frozen snapshot behind a continuation token, and the tasks that make them.

use super::views::{answer, asked, count, output};
use crate::call::Call;
use crate::dialect;
use crate::table::{Answer, Answered, Input, Method, Operation, Parameter, REVENUE, empty, json, optional_header, path, query};
use accrual_app::views::tasks::{Request, TaskState, TaskStatus};
use accrual_app::views::{self};
use accrual_base::{Error, Result};
use axum::http::HeaderValue;
use futures_util::FutureExt;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The first page is waited for; a later one only for a moment, because clients ask again by themselves.
const FIRST_PAGE: Duration = Duration::from_secs(600);
const LATER_PAGE: Duration = Duration::from_secs(2);

const BASE: Operation = Operation { group: "BI Views v2", ..REVENUE };
const VIEW: Parameter = path("view_name", "string", "Name of the view, such as BI3_RC_SCHD.");
const TASK: Parameter = path("task_id", "string", "The continuation token.");
const CLIENT: Parameter = query("clientId", "integer", "Client id (1).");
const FROM: Parameter = query("fromDate", "string", "INCR_UPDT_DT at or after, such as 2016-07-26T00:00:00.");
const TO: Parameter = query("toDate", "string", "INCR_UPDT_DT at or before.");
const PAGE: &[Parameter] = &[
    VIEW,
    optional_header("continuation-token", "From the answer to page 1; pages of one token come from one snapshot."),
    CLIENT,
    FROM,
    TO,
    query("pagenum", "integer", "Page, counted from 1 (the default); 0 answers 204."),
    query("pageSize", "integer", "Rows a page: up to 10,000 as CSV, up to 20,000 as gzip; 1,000 when not given."),
    query("outputType", "string", "csv or gzip (the default)."),
];
const PAGE_ANSWERS: &[Answer] = &[
    Answer {
        status: 200,
        doc: "The page; the header Continuation-Token serves the next ones.",
        media: "text/csv",
        example: "ID,NAME\nL,Contract Liability",
    },
    empty(204, "No rows."),
    json(
        400,
        "A wrong parameter, or the page will come: ask again.",
        r#"{"status":"Error","message":"Page still not yet cached. Please retry."}"#,
    ),
    json(
        404,
        "Past the end.",
        r#"{"status":"Error","message":"This page will not exist. The number of total pages and the number of total rows are returned.","Result":{"total_pages":2,"total_rows":15000}}"#,
    ),
    json(429, "Too many queries at once.", r#"{"status":"Error","message":"5 queries are running; wait for one of them."}"#),
];
const TASK_EXAMPLE: &str = r#"{"active":[{"accumulate":20000,"activity_tracker":{"elapsed_time":"3","initated_time":"2024-02-01T00:00:00Z","last_activity":"2024-02-01T00:00:03Z"},"message":"2 pages cached","metric":2,"query_config":{"filter_param":{"fromDate":"2016-07-26T00:00:00","toDate":"2024-02-01T00:00:00"},"object_name":"BI3_RC_SCHD"},"status":"Active","task_id":"098bda64a53d4e6c960dffd2293b19bb"}],"completed":[],"draining":[],"stale":[]}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "view_page",
        reference: "GET_BIView",
        summary: "One page of a view as CSV or gzip",
        path: "/api/integration/v2/biviews/{view_name}",
        parameters: PAGE,
        input: Input::OptionalJson(r#"["ID","NAME"]"#),
        answers: PAGE_ANSWERS,
        handler: Some(|call| view_page(call).boxed()),
        ..BASE
    },
    Operation {
        id: "view_page_of_fields",
        summary: "One page of selected columns of a view",
        method: Method::Post,
        path: "/api/integration/v2/biviews/{view_name}",
        parameters: PAGE,
        input: Input::OptionalJson(r#"["ID","NAME"]"#),
        answers: PAGE_ANSWERS,
        handler: Some(|call| view_page(call).boxed()),
        ..BASE
    },
    Operation {
        id: "view_count",
        reference: "GET_RowCount",
        summary: "The number of rows of a view",
        path: "/api/integration/v2/biviews/count/{view_name}",
        parameters: &[VIEW, CLIENT, FROM, TO],
        answers: &[
            json(200, "The number.", r#"{"count":15000}"#),
            json(400, "No such view.", r#"{"status":"Error","message":"There is no such view"}"#),
        ],
        handler: Some(|call| view_count(call).boxed()),
        ..BASE
    },
    Operation {
        id: "describe_columns",
        reference: "GET_ColumnList",
        summary: "The columns of a view with their types",
        path: "/api/integration/v2/biviews/{view_name}/describe-columns",
        parameters: &[VIEW],
        answers: &[
            json(
                200,
                "The columns in order.",
                r#"[{"column_name":"ID","data_type":"NUMBER","data_length":22,"data_precision":null,"data_scale":null}]"#,
            ),
            json(400, "No such view.", r#"{"status":"Error","message":"There is no such view"}"#),
        ],
        handler: Some(|call| describe_columns(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_view_tasks",
        reference: "GET_AllTaskStatus",
        summary: "The tasks behind continuation tokens, by queue",
        path: "/api/integration/v2/biviews-status",
        answers: &[
            json(200, "The tasks.", r#"{"status":"Success","result":{"active":[],"completed":[],"draining":[],"stale":[]}}"#),
            empty(204, "No tasks."),
        ],
        handler: Some(|call| list_view_tasks(call).boxed()),
        ..BASE
    },
    Operation {
        id: "view_task",
        reference: "GET_TaskDetails",
        summary: "The task behind one continuation token",
        path: "/api/integration/v2/biviews-status/{task_id}",
        parameters: &[TASK],
        answers: &[json(200, "The task in its queue.", TASK_EXAMPLE), empty(204, "No such task.")],
        handler: Some(|call| view_task(call).boxed()),
        ..BASE
    },
    Operation {
        id: "cancel_view_task",
        reference: "DELETE_Task",
        summary: "Cancels the task behind a continuation token",
        method: Method::Delete,
        path: "/api/integration/v2/biviews-status/{task_id}",
        parameters: &[TASK],
        answers: &[json(200, "Cancelled.", r#"{"status":"Success","message":"The task is cancelled."}"#), empty(204, "No such task.")],
        handler: Some(|call| cancel_view_task(call).boxed()),
        ..BASE
    },
];

async fn view_page(call: Call) -> Answered {
    let wanted = asked(&call).await?;
    let number = call.query_number("pagenum")?.unwrap_or(1);
    let output = output(&call)?;
    let page_size = page_size(&call, output.most_rows())?;
    let Ok(number) = u64::try_from(number) else { return Ok(dialect::no_content()) };
    if number == 0 {
        return Ok(dialect::no_content());
    }
    let (tenant, tasks) = (call.tenant()?, call.tasks()?);
    let request = Request { view: wanted.view, query: wanted.query, page_size, output, user: call.actor()?.user.clone() };
    let given = call.header("continuation-token").map(str::to_owned);
    let patience = if number == 1 { FIRST_PAGE } else { LATER_PAGE };
    let (token, page) = crate::call::blocking(move || {
        let token = match given {
            Some(token) => token,
            None if number == 1 => tasks.start(&tenant, request)?,
            None => tasks.join(&tenant, request, number)?,
        };
        let page = tasks.page(&tenant, &token, number, patience)?;
        Ok((token, page))
    })
    .await?;
    let mut response = answer(page, number).await?;
    if let Ok(value) = HeaderValue::from_str(&token) {
        response.headers_mut().insert("continuation-token", value);
    }
    Ok(response)
}

/// Rows a page; above the most it is refused, never cut.
fn page_size(call: &Call, most: u32) -> Result<u32> {
    let size = call.query_number("pageSize")?.unwrap_or(1_000);
    u32::try_from(size).ok().filter(|n| (1..=most).contains(n)).ok_or_else(|| {
        Error::invalid("view.page_size", format!("pageSize must be between 1 and {most} for this outputType."))
            .with_value(&size.to_string())
    })
}

async fn view_count(call: Call) -> Answered {
    let wanted = asked(&call).await?;
    count(&call, wanted).await
}

async fn describe_columns(call: Call) -> Answered {
    let view = call.part("view_name")?.to_ascii_uppercase();
    let columns: Vec<Value> = views::columns(&view, &[])?
        .iter()
        .map(|c| {
            json!({
                "column_name": c.name, "data_type": c.data_type, "data_length": c.length,
                "data_precision": c.precision.map(|n| n.to_string()), "data_scale": c.scale.map(|n| n.to_string()),
            })
        })
        .collect();
    Ok(dialect::ok(&Value::Array(columns)))
}

async fn list_view_tasks(call: Call) -> Answered {
    let tenant = call.tenant()?;
    let list = call.tasks()?.list(&tenant);
    if list.is_empty() {
        return Ok(dialect::no_content());
    }
    Ok(dialect::ok(&json!({"status": "Success", "result": queues(&list)})))
}

async fn view_task(call: Call) -> Answered {
    let (tenant, token) = (call.tenant()?, call.part("task_id")?);
    let list: Vec<TaskStatus> = call.tasks()?.list(&tenant).into_iter().filter(|t| t.token == token).collect();
    Ok(if list.is_empty() { dialect::no_content() } else { dialect::ok(&queues(&list)) })
}

async fn cancel_view_task(call: Call) -> Answered {
    let (tenant, tasks) = (call.tenant()?, call.tasks()?);
    let Some(id) = tasks.id_of(&tenant, call.part("task_id")?) else { return Ok(dialect::no_content()) };
    tasks.cancel(&tenant, id)?;
    Ok(dialect::ok(&json!({"status": "Success", "message": "The task is cancelled."})))
}

fn queues(list: &[TaskStatus]) -> Value {
    let of = |state: TaskState| list.iter().filter(|t| t.state == state).map(task).collect::<Vec<_>>();
    let mut out = Map::new();
    for (name, state) in
        [("active", TaskState::Active), ("completed", TaskState::Completed), ("draining", TaskState::Draining), ("stale", TaskState::Stale)]
    {
        out.insert(name.to_owned(), of(state).into());
    }
    Value::Object(out)
}

fn task(t: &TaskStatus) -> Value {
    let bound = |micros: i64, open: i64| (micros != open).then(|| accrual_base::Instant(micros).iso_seconds());
    let message =
        t.error.clone().unwrap_or_else(|| format!("{} pages cached{}", t.pages_ready, if t.finished { ", complete" } else { "" }));
    json!({
        "accumulate": t.rows,
        "activity_tracker": {
            "elapsed_time": (t.last_access.0 - t.created_at.0).div_euclid(1_000_000).to_string(),
            "initated_time": super::render::utc_time(t.created_at),
            "last_activity": super::render::utc_time(t.last_access),
        },
        "message": message,
        "metric": t.pages_ready,
        "query_config": {
            "filter_param": {"fromDate": bound(t.query.from, i64::MIN), "toDate": bound(t.query.to, i64::MAX)},
            "object_name": t.view,
        },
        "status": t.state.name(),
        "task_id": t.token,
    })
}

impl Call {
    /// The tasks of the tenant.
    fn tasks(&self) -> Result<Arc<views::tasks::Tasks>> {
        Ok(self.api.view_tasks(&self.tenant()?.name))
    }
}
