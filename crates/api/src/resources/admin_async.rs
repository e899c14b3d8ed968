//! Requests that were taken for later, and their answers.

use super::render::utc_time;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Operation, json, path, query};
use accrual_app::async_request::{self, AsyncRequest, AsyncState};
use accrual_base::{Error, Result};
use accrual_model::{Stored, TextEnum};
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Async requests", ..ADMINISTRATION };
const MOST: i64 = 1_000;
const EXAMPLE: &str = r#"{"requestId":"0123abcd-4567-4abc-8def-0123456789ab","operation":"create_account","url":"/v1/accounts","user":"revenue","state":"Succeeded","status":200,"answer":{"success":true,"accountId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a"},"createdAt":"2024-01-15T12:00:00Z","completedAt":"2024-01-15T12:00:01Z"}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_async_requests",
        summary: "Requests that were taken for later, the oldest first",
        path: "/accrual/v1/async-requests",
        parameters: &[
            query("state", "string", "Pending, Running, Succeeded or Failed."),
            query("limit", "integer", "At most this many, 1 to 1,000; 100 when not given."),
            query("after", "integer", "next of the page before."),
        ],
        answers: &[
            json(200, "The requests. next is absent on the last page.", r#"{"data":[{"requestId":"0123","state":"Pending"}],"next":17}"#),
            json(400, "No such state.", r#"{"error":{"code":"api.query","message":"…"}}"#),
        ],
        handler: Some(|call| list_async_requests(call).boxed()),
        ..BASE
    },
    Operation {
        id: "get_async_request",
        summary: "A request that was taken for later, with its answer once it was carried out",
        path: "/accrual/v1/async-requests/{id}",
        parameters: &[path("id", "string", "The requestId of the answer 202.")],
        answers: &[
            json(200, "The request.", EXAMPLE),
            json(404, "No such request.", r#"{"error":{"code":"async_request.unknown","message":"…"}}"#),
        ],
        handler: Some(|call| get_async_request(call).boxed()),
        ..BASE
    },
];

async fn list_async_requests(call: Call) -> Answered {
    let state = call.query("state").map(state).transpose()?;
    let limit = call.query_number("limit")?.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(Error::invalid("api.number", format!("limit must be between 1 and {MOST}.")).in_column("limit"));
    }
    let after = call.query_number("after")?;
    let wanted = u32::try_from(limit).unwrap_or(u32::MAX);
    let mut rows = call.blocking(move |tenant| async_request::list(tenant, state, after, wanted + 1)).await?;
    let more = rows.len() > wanted as usize;
    rows.truncate(wanted as usize);
    let mut body = json!({"data": rows.iter().map(shown).collect::<Vec<_>>()});
    if let (true, Some(last), Some(fields)) = (more, rows.last(), body.as_object_mut()) {
        fields.insert("next".to_owned(), last.id.into());
    }
    Ok(dialect::ok(&body))
}

async fn get_async_request(call: Call) -> Answered {
    let id = call.part("id")?.to_owned();
    Ok(dialect::ok(&shown(&call.blocking(move |tenant| async_request::get(tenant, &id)).await?)))
}

fn state(text: &str) -> Result<AsyncState> {
    let all = [AsyncState::Pending, AsyncState::Running, AsyncState::Succeeded, AsyncState::Failed];
    all.into_iter()
        .find(|s| s.text() == text)
        .ok_or_else(|| Error::invalid("api.query", "state is Pending, Running, Succeeded or Failed.").in_column("state").with_value(text))
}

fn shown(request: &Stored<AsyncRequest>) -> Value {
    let answer = request.answer.as_deref().map(|a| serde_json::from_str::<Value>(a).unwrap_or_else(|_| a.into()));
    json!({
        "requestId": request.request_id, "operation": request.operation, "url": request.url, "user": request.user,
        "trackId": request.track_id, "state": request.state.text(), "status": request.status, "answer": answer, "jobId": request.job_id,
        "createdAt": utc_time(request.created_at), "completedAt": request.completed_at.map(utc_time),
    })
}
