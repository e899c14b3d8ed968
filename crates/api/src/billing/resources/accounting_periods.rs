//! Accounting periods (reference section 5.2 of receivables and accounting).

use super::accounting_codes::who;
use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::render::{Manner, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::View;
use accrual_app::billing::accounting_period::{
    self, AccountingPeriodClose, AccountingPeriodCreate, AccountingPeriodDelete, AccountingPeriodReopen, AccountingPeriodTrialBalance,
    AccountingPeriodUpdate, Closing,
};
use accrual_base::Result;
use futures_util::FutureExt;
use std::time::Duration;

const PERIOD: Spelling = Spelling::plain("accounting_period");

const DONE: &str = r#"{"success":true}"#;
const ID: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a"}"#;
const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"Jan '24","startDate":"2024-01-01","endDate":"2024-01-31","fiscalYear":2024,"fiscalQuarter":1,"status":"Open","runTrialBalanceStatus":null,"fileIds":{}}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_accounting_period",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"name":"Jan '24","startDate":"2024-01-01","endDate":"2024-01-31","fiscalYear":2024,"fiscalQuarter":1,"notes":"The first."}"#,
        ),
        answers: &[json(200, "Its id.", ID)],
    },
    Built {
        operation: "get_accounting_period",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The period.", SHOWN)],
    },
    Built {
        operation: "get_all_accounting_periods",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "Every period, oldest first; the last is Open-Ended.",
            r#"{"success":true,"accountingPeriods":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"Open-Ended","startDate":"2024-02-01","endDate":null,"fiscalYear":"0","status":"Open"}]}"#,
        )],
    },
    Built {
        operation: "update_accounting_period",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"endDate":"2024-01-30"}"#),
        answers: &[json(200, "It is changed, and the period behind it follows.", DONE)],
    },
    Built {
        operation: "delete_accounting_period",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", DONE)],
    },
    Built {
        operation: "pending_close_accounting_period",
        handler: |call| pending(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "Only who manages the close process may act in it now. A trial balance has started.", DONE)],
    },
    Built {
        operation: "close_accounting_period",
        handler: |call| close(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is closed; its revenue is recognised. A trial balance has started.", DONE)],
    },
    Built {
        operation: "reopen_accounting_period",
        handler: |call| reopen(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is open; its revenue is unrecognised.", DONE)],
    },
    Built {
        operation: "run_trial_balance",
        handler: |call| trial_balance(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It has started; the period says how far it is.", DONE)],
    },
];

/// A period. The files of a close are not made, so that it has none.
fn shown(model: &str, period: &View, manner: &Manner) -> Result<Json> {
    Ok(who(view(model, period, &PERIOD, manner)?, period).with("fileIds", Json::Object(Vec::new())))
}

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    body.refuse_unbuilt(&["organizationLabels"])?;
    let fields = body.fields(&PERIOD, &["organizationLabels"])?;
    let (tenant, context) = (call.tenant()?, call.billing_context()?);
    let made = accounting_period::create(&tenant, &context, AccountingPeriodCreate { fields }).await.map_err(|e| PERIOD.explain(e))?;
    success(Json::object([("id", made.id)]))
}

async fn get(call: Call) -> Answered {
    let key = call.part("ap-id")?.to_owned();
    let found = call.look(move |tenant, context| accounting_period::get(tenant, context, &key)).await?;
    success(shown("GetAccountingPeriodResponse", &found, &call.v1()?)?)
}

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, USUAL, MOST);
    let (rows, more) = page.slice(call.look(accounting_period::list).await?);
    let manner = call.v1()?;
    let rows = rows.iter().map(|row| shown("GetAccountingPeriodWithoutSuccessResponse", row, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "accountingPeriods", rows, more))
}

async fn update(call: Call) -> Answered {
    let fields = call.input().await?.fields(&PERIOD, &[])?;
    let command = AccountingPeriodUpdate { period: call.part("ap-id")?.to_owned(), fields };
    let (tenant, context) = (call.tenant()?, call.billing_context()?);
    accounting_period::update(&tenant, &context, command).await.map_err(|e| PERIOD.explain(e))?;
    done()
}

async fn delete(call: Call) -> Answered {
    let period = call.part("ap-id")?.to_owned();
    call.execute(AccountingPeriodDelete { period }).await?;
    done()
}

async fn pending(call: Call) -> Answered {
    let period = call.part("ap-id")?.to_owned();
    let closed = call.execute(AccountingPeriodClose { period, step: Closing::Pending }).await?;
    start(&call, closed.id).await?;
    done()
}

async fn close(call: Call) -> Answered {
    let period = call.part("ap-id")?.to_owned();
    let (tenant, context) = (call.tenant()?, call.billing_context()?);
    let closed = accounting_period::close(&tenant, &context, period).await?;
    start(&call, closed.id).await?;
    done()
}

async fn reopen(call: Call) -> Answered {
    let period = call.part("ap-id")?.to_owned();
    call.execute(AccountingPeriodReopen { period }).await?;
    done()
}

async fn trial_balance(call: Call) -> Answered {
    let period = call.part("ap-id")?.to_owned();
    let started = call.execute(AccountingPeriodTrialBalance { period }).await?;
    start(&call, started.id).await?;
    done()
}

/// How long an answer waits for the trial balance it started; a longer one goes on behind it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets the trial balance run.
async fn start(call: &Call, period: String) -> Result<()> {
    let (tenant, context) = (call.tenant()?, call.billing_context()?);
    // what goes wrong stands in the period
    let run = tokio::task::spawn_blocking(move || accounting_period::balance(&tenant, &context, &period));
    drop(tokio::time::timeout(PATIENCE, run).await);
    Ok(())
}
