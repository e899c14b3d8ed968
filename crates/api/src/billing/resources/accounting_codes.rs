//! Accounting codes (reference section 5.1 of receivables and accounting).

use crate::billing::handle::{done, success};
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::render::{Manner, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::View;
use accrual_app::billing::accounting_code::{
    self, AccountingCodeCreate, AccountingCodeDelete, AccountingCodeSwitch, AccountingCodeUpdate, RevenueAccountsSet,
};
use accrual_base::Result;
use futures_util::FutureExt;

const CODE: Spelling =
    Spelling { noun: "accounting_code", fields: &[], values: &[("type", "On-Account Receivable", "OnAccountReceivable")], parts: &[] };

const DONE: &str = r#"{"success":true}"#;
const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"Subscription Revenue","type":"SalesRevenue","category":"Revenue","status":"Active","glAccountName":"Revenue","glAccountNumber":"4000"}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_accounting_code",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"name":"Subscription Revenue","type":"SalesRevenue","glAccountName":"Revenue","glAccountNumber":"4000"}"#),
        answers: &[json(200, "Its id; it is active at once.", r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a"}"#)],
    },
    Built {
        operation: "get_accounting_code",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The code.", SHOWN)],
    },
    Built {
        operation: "get_all_accounting_codes",
        handler: |call| list(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "Every code, by age.",
            r#"{"success":true,"accountingCodes":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"Cash","type":"Cash","category":"Assets","status":"Active"}]}"#,
        )],
    },
    Built {
        operation: "update_accounting_code",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"notes":"Since 2024."}"#),
        answers: &[json(200, "It is changed.", DONE)],
    },
    Built {
        operation: "delete_accounting_code",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", DONE)],
    },
    Built {
        operation: "activate_accounting_code",
        handler: |call| switch(call, true).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It can be given again.", DONE)],
    },
    Built {
        operation: "put_rev_pro_accounting_codes",
        handler: |call| revenue_accounts(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"productRatePlanChargeId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","adjustmentLiabilityAccount":"Adjustment Liability","adjustmentRevenueAccount":"Adjustment Revenue","contractAssetAccount":"Contract Asset","contractLiabilityAccount":"Contract Liability","recognizedRevenueAccount":"Sales Revenue","unbilledReceivablesAccount":"Unbilled Receivables"}"#,
        ),
        answers: &[json(200, "The charge books to these codes from now on.", DONE)],
    },
    Built {
        operation: "deactivate_accounting_code",
        handler: |call| switch(call, false).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is given no more.", DONE)],
    },
];

/// A code, with who made and changed it.
fn shown(model: &str, code: &View, manner: &Manner) -> Result<Json> {
    Ok(who(view(model, code, &CODE, manner)?, code))
}

/// Answers of these families name users under other names than records do.
pub(super) fn who(shown: Json, record: &View) -> Json {
    shown.with("createdBy", record.record.created_by.as_str()).with("updatedBy", record.record.updated_by.as_str())
}

async fn create(call: Call) -> Answered {
    let fields = call.input().await?.fields(&CODE, &[])?;
    let made = call.execute(AccountingCodeCreate { fields }).await.map_err(|e| CODE.explain(e))?;
    success(Json::object([("id", made.id)]))
}

async fn get(call: Call) -> Answered {
    let key = call.part("ac-id")?.to_owned();
    let found = call.look(move |tenant, context| accounting_code::get(tenant, context, &key)).await?;
    success(shown("GetAccountingCodeResponse", &found, &call.v1()?)?)
}

async fn list(call: Call) -> Answered {
    let page = Page::of(&call, USUAL, MOST);
    let query = page.query(accrual_model::Filter::All(Vec::new()));
    let mut rows = call.look(move |tenant, context| accounting_code::list(tenant, context, &query)).await?;
    let more = page.cut(&mut rows);
    let manner = call.v1()?;
    let rows = rows.iter().map(|row| shown("AccountingCodeItemResponse", row, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "accountingCodes", rows, more))
}

async fn update(call: Call) -> Answered {
    let fields = call.input().await?.fields(&CODE, &[])?;
    let code = call.part("ac-id")?.to_owned();
    call.execute(AccountingCodeUpdate { code, fields }).await.map_err(|e| CODE.explain(e))?;
    done()
}

async fn delete(call: Call) -> Answered {
    let code = call.part("ac-id")?.to_owned();
    call.execute(AccountingCodeDelete { code }).await?;
    done()
}

async fn switch(call: Call, active: bool) -> Answered {
    let code = call.part("ac-id")?.to_owned();
    call.execute(AccountingCodeSwitch { code, active }).await?;
    done()
}

async fn revenue_accounts(call: Call) -> Answered {
    const ACCOUNTS: [&str; 6] = [
        "adjustmentLiabilityAccount",
        "adjustmentRevenueAccount",
        "contractAssetAccount",
        "contractLiabilityAccount",
        "recognizedRevenueAccount",
        "unbilledReceivablesAccount",
    ];
    let body = call.input().await?;
    let account = |name| Ok((name, body.need_text(name)?.to_owned()));
    let accounts = ACCOUNTS.into_iter().map(account).collect::<Result<Vec<_>>>()?;
    let charge = body.need_text("productRatePlanChargeId")?.to_owned();
    call.execute(RevenueAccountsSet { charge, accounts }).await?;
    done()
}
