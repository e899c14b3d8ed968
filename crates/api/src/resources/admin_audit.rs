//! The audit trail: who changed what, when, from what to what.

use super::render::utc_time;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Operation, json, query};
use crate::when;
use accrual_app::audit::{self, AuditQuery, AuditRow, MOST};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use serde_json::{Value, json};

pub const ROWS: &[Operation] = &[Operation {
    id: "list_audit",
    group: "Audit",
    summary: "Changes: who, when, before, after; by object, actor, operation and time, in pages",
    path: "/accrual/v1/audit",
    parameters: &[
        query("object", "string", "The object, such as Invoice."),
        query("id", "string", "Its id."),
        query("actor", "string", "User name of who changed it."),
        query("operation", "string", "What was done, such as post_invoice."),
        query("requestId", "string", "Of the request that changed it."),
        query("from", "string", "At this time or later: 2024-01-15T12:00:00 or a date."),
        query("to", "string", "Before this time."),
        query("order", "string", "asc (oldest first, the default) or desc."),
        query("limit", "integer", "At most this many, 1 to 1,000 (the default)."),
        query("after", "string", "next of the page before."),
    ],
    answers: &[
        json(
            200,
            "The changes. next is absent on the last page.",
            r#"{"data":[{"at":"2024-01-15T12:00:00Z","actor":"admin","operation":"config_create","object":"Organization","object_id":"2","before":null,"after":{"name":"EMEA"},"request_id":"r1"}],"next":"1705320000000000.17"}"#,
        ),
        json(400, "A parameter cannot be read.", r#"{"error":{"code":"audit.after","message":"…"}}"#),
    ],
    handler: Some(|call| list_audit(call).boxed()),
    ..ADMINISTRATION
}];

async fn list_audit(call: Call) -> Answered {
    let (asked, context) = (read(&call)?, call.context()?);
    let limit = asked.limit;
    // one more tells whether there is another page
    let wider = AuditQuery { limit: limit + 1, ..asked };
    let mut rows = call.blocking(move |tenant| audit::find(tenant, &context, &wider)).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let mut body = json!({"data": rows.iter().map(|(_, row)| shown(row)).collect::<Vec<_>>()});
    if let (true, Some((mark, _)), Some(fields)) = (more, rows.last(), body.as_object_mut()) {
        fields.insert("next".to_owned(), audit::spelt(*mark).into());
    }
    Ok(dialect::ok(&body))
}

fn read(call: &Call) -> Result<AuditQuery> {
    let text = |name: &str| call.query(name).map(str::to_owned);
    let time = |name: &'static str| call.query(name).map(|t| when::instant(name, t)).transpose();
    let wrong = |name: &'static str, message: &str| Err(Error::invalid("api.query", message).in_column(name));
    let descending = match call.query("order").unwrap_or("asc") {
        "asc" => false,
        "desc" => true,
        other => return wrong("order", "order is asc or desc.").map_err(|e: Error| e.with_value(other)),
    };
    let limit = match call.query_number("limit")?.map(u32::try_from) {
        None => MOST,
        Some(Ok(n)) if (1..=MOST).contains(&n) => n,
        Some(_) => return wrong("limit", "limit must be between 1 and 1,000."),
    };
    Ok(AuditQuery {
        object: text("object"),
        object_id: text("id"),
        actor: text("actor"),
        operation: text("operation"),
        request_id: text("requestId"),
        from: time("from")?,
        to: time("to")?,
        descending,
        after: call.query("after").map(audit::mark).transpose()?,
        limit,
    })
}

fn shown(row: &AuditRow) -> Value {
    let parsed = |text: &Option<String>| text.as_deref().and_then(|t| serde_json::from_str::<Value>(t).ok());
    json!({
        "at": utc_time(row.at), "actor": row.actor, "operation": row.operation, "object": row.object, "object_id": row.object_id,
        "before": parsed(&row.before), "after": parsed(&row.after), "request_id": row.request_id,
    })
}
