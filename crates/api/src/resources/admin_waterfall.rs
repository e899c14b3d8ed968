//! The revenue waterfall.

use super::render::month;
use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Operation, json, query};
use accrual_app::{Tenant, period, waterfall};
use accrual_base::{PeriodId, Result, format_minor};
use futures_util::FutureExt;
use serde_json::{Value, json};

pub const ROWS: &[Operation] = &[Operation {
    id: "waterfall",
    group: "Reports",
    summary: "All schedules by currency and account type: before the open period, in it, in each later one",
    path: "/accrual/v1/waterfall",
    parameters: &[query("period", "string", "The period to look from, YYYY-MM; the open one when not given.")],
    answers: &[json(
        200,
        "Amounts are credit less debit.",
        r#"{"period":"2024-01","data":[{"currency":"USD","account_type":"R","account":"Revenue","prior":"0.00","open":"100.00","future":[{"period":"2024-02","amount":"100.00"}],"total":"200.00"}]}"#,
    )],
    handler: Some(|call| waterfall_report(call).boxed()),
    ..ADMINISTRATION
}];

async fn waterfall_report(call: Call) -> Answered {
    let given = call.query("period").map(PeriodId::parse).transpose()?;
    let (open, rows) = call
        .blocking(move |tenant| {
            let open = given.map_or_else(|| open_period(tenant), Ok)?;
            Ok((open, waterfall::waterfall(tenant, open)?))
        })
        .await?;
    let data: Vec<Value> = rows.iter().map(row).collect::<Result<_>>()?;
    Ok(dialect::ok(&json!({"period": month(open), "data": data})))
}

/// The open period of the first organisation and book.
fn open_period(tenant: &Tenant) -> Result<PeriodId> {
    tenant.store.read(|tx| period::open(tx, 1, 1))
}

fn row(r: &waterfall::WaterfallRow) -> Result<Value> {
    let text = |minor: i64| format_minor(minor, r.currency.exponent());
    let future: Vec<Value> = r.future.iter().map(|(p, amount)| json!({"period": month(*p), "amount": text(*amount)})).collect();
    Ok(json!({
        "currency": r.currency.code(), "account_type": r.account.letter().to_string(), "account": r.account.name(),
        "prior": text(r.prior), "open": text(r.open), "future": future, "total": text(r.total()?),
    }))
}
