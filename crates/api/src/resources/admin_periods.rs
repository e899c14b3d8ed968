//! Accounting periods: which are open, opening the first or next, closing the open one.

use super::render::month;
use crate::call::{Call, blocking};
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Input, Method, Operation, json};
use accrual_app::execute;
use accrual_app::period::{self, OpenPeriod};
use accrual_base::{PeriodId, Result};
use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Periods", ..ADMINISTRATION };
const BODY: &str = r#"{"period":"2024-02","org_id":1,"book_id":1}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_periods",
        summary: "Every period that was ever opened, with its status",
        path: "/accrual/v1/periods",
        answers: &[json(
            200,
            "The periods.",
            r#"{"data":[{"org_id":1,"book_id":1,"period":"2024-01","period_id":202401,"status":"Open","updated_by":"SYSTEM","updated_at":"2024-01-15T12:00:00Z"}]}"#,
        )],
        handler: Some(|call| list_periods(call).boxed()),
        ..BASE
    },
    Operation {
        id: "open_period",
        summary: "Opens the first period, or the one after the last closed one",
        method: Method::Post,
        path: "/accrual/v1/periods/open",
        input: Input::Json(BODY),
        answers: &[
            json(200, "Open.", r#"{"period":"2024-02"}"#),
            json(
                409,
                "Another is open, or it is not the next.",
                r#"{"error":{"code":"period.already_open","message":"Period 2024-01 is open"}}"#,
            ),
        ],
        handler: Some(|call| open_period(call).boxed()),
        ..BASE
    },
    Operation {
        id: "close_period",
        summary: "Closes the open period for good and opens the next",
        method: Method::Post,
        path: "/accrual/v1/periods/close",
        input: Input::Json(BODY),
        answers: &[
            json(200, "Closed; the period that is open now.", r#"{"period":"2024-03"}"#),
            json(
                409,
                "Another period is open, jobs run, or amounts are not transferred.",
                r#"{"error":{"code":"period.unposted","message":"12 schedule amounts of period 2024-02 are not transferred"}}"#,
            ),
        ],
        handler: Some(|call| close_period(call).boxed()),
        ..BASE
    },
];

/// Which period of which organisation and book; the first of each when not said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// `2024-02` or 202402.
    period: Value,
    #[serde(default = "first")]
    org_id: i64,
    #[serde(default = "first")]
    book_id: i64,
}

fn first() -> i64 {
    1
}

impl Body {
    fn period(&self) -> Result<PeriodId> {
        PeriodId::parse(&self.period.as_str().map_or_else(|| self.period.to_string(), str::to_owned))
    }
}

async fn list_periods(call: Call) -> Answered {
    let actor = call.actor()?.clone();
    let rows = call.blocking(|tenant| tenant.store.read(|tx| period::list(tx))).await?;
    let data: Vec<Value> = rows.iter().filter(|r| actor.organisations.contains(r.org_id)).map(row).collect();
    Ok(dialect::ok(&json!({"data": data})))
}

fn row(r: &period::Row) -> Value {
    json!({
        "org_id": r.org_id, "book_id": r.book_id, "period": month(r.period), "period_id": r.period.0, "status": r.status,
        "updated_by": r.updated_by, "updated_at": super::render::utc_time(r.updated_at),
    })
}

async fn open_period(call: Call) -> Answered {
    let body: Body = call.json().await?;
    let (tenant, context, period) = (call.tenant()?, call.context()?, body.period()?);
    execute(&tenant, &context, OpenPeriod { org_id: body.org_id, book_id: body.book_id, period: period.0 }).await?;
    Ok(dialect::ok(&json!({"period": month(period)})))
}

async fn close_period(call: Call) -> Answered {
    let body: Body = call.json().await?;
    let (tenant, context, period) = (call.tenant()?, call.context()?, body.period()?);
    let next = blocking(move || period::close(&tenant, &context, body.org_id, body.book_id, period)).await?;
    Ok(dialect::ok(&json!({"period": month(next)})))
}
