//! Finance revenue schedules: reading and distributing them (reference sections 6.1 to 6.6 of receivables and accounting).

use crate::billing::handle::{done, success};
use crate::billing::input::{Entry, Given};
use crate::billing::json::Json;
use crate::billing::paging::Page;
use crate::billing::render::{Manner, view};
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::revenue_schedule::{
    self, Detail, Item, NewEvent, RevenueDistributeAcross, RevenueDistributeInRange, RevenueDistributeOnDate, RevenueScheduleDelete,
    RevenueScheduleUpdate, Share,
};
use accrual_app::billing::{Fields, View};
use accrual_base::{Error, Result, format_minor};
use futures_util::FutureExt;

/// Rows of a page of schedules and of events, and the most.
pub(super) const FEW: u32 = 8;
pub(super) const MANY: u32 = 300;

const SCHEDULE: Spelling = Spelling::plain("revenue_schedule");

const DONE: &str = r#"{"success":true}"#;
const DISTRIBUTED: &str = r#"{"success":true,"revenueEventNumber":"RE-00000326"}"#;
pub(super) const SHOWN: &str = r#"{"success":true,"number":"RS-00000001","recognitionRuleName":"Recognize upon invoicing","amount":50.00,"undistributedUnrecognizedRevenue":0.00,"recognizedRevenue":0.00,"unrecognizedRevenue":50.00,"currency":"USD","revenueScheduleDate":"2024-01-20","revenueItems":[{"accountingPeriodName":"Jan '24","isAccountingPeriodClosed":false,"amount":50.00,"currency":"USD","accountingPeriodStartDate":"2024-01-01","accountingPeriodEndDate":"2024-01-31"}]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "get_revenue_schedule",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The schedule with its items.", SHOWN)],
    },
    Built {
        operation: "get_revenue_schedules_of_product_charge",
        handler: |call| of_product_charge(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(
            200,
            "The schedules of the charge for the account, those changed last first.",
            r#"{"success":true,"revenueSchedules":[{"number":"RS-00000001","amount":50.00,"currency":"USD"}]}"#,
        )],
    },
    Built {
        operation: "update_revenue_schedule",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"notes":"change recognition term","referenceId":"Reference ID"}"#),
        answers: &[json(200, "It is changed.", DONE)],
    },
    Built {
        operation: "delete_revenue_schedule",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone, with its events.", DONE)],
    },
    Built {
        operation: "distribute_revenue_across_accounting_periods",
        handler: |call| across(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"eventType":"Revenue Distributed","eventTypeSystemId":"RevenueDistributed__z","notes":"My notes","revenueDistributions":[{"accountingPeriodName":"Jan '24","newAmount":"500"},{"accountingPeriodName":"Feb '24","newAmount":"600"}]}"#,
        ),
        answers: &[json(200, "The number of the event; null when nothing changed.", DISTRIBUTED)],
    },
    Built {
        operation: "distribute_revenue_on_specific_date",
        handler: |call| on_date(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"amount":"1000.00","distributeOn":"2024-02-03","distributionType":"specific date (delta fixed amount)","eventType":"Revenue Distributed"}"#,
        ),
        answers: &[json(200, "The number of the event; null when nothing changed.", DISTRIBUTED)],
    },
    Built {
        operation: "distribute_revenue_with_date_range",
        handler: |call| in_range(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"distributionType":"Daily Distribution","eventType":"Revenue Distributed","recognitionStart":"2024-01-01","recognitionEnd":"2024-12-31"}"#,
        ),
        answers: &[json(200, "The number of the event; null when nothing changed.", DISTRIBUTED)],
    },
];

/// An amount: digits of its currency.
fn amount(minor: i64, item: accrual_base::Currency) -> Json {
    Json::Number(format_minor(minor, item.exponent()))
}

/// An item; those of schedules name the codes of the schedule.
pub(super) fn item(shown: &Item, with_codes: bool) -> Json {
    let code = |code: &Option<revenue_schedule::Code>| match code {
        Some(code) => (Json::from(code.kind.as_str()), Json::from(code.name.as_str())),
        None => (Json::Null, Json::Null),
    };
    let mut json = Json::object([
        ("accountingPeriodName", Json::from(shown.period.as_str())),
        ("isAccountingPeriodClosed", shown.closed.into()),
        ("amount", amount(shown.amount, shown.currency)),
        ("currency", shown.currency.code().into()),
        ("accountingPeriodStartDate", shown.start.into()),
        ("accountingPeriodEndDate", shown.end.into()),
    ]);
    if with_codes {
        let ((recognized_type, recognized), (deferred_type, deferred)) = (code(&shown.recognized), code(&shown.deferred));
        json = json
            .with("recognizedRevenueAccountingCodeType", recognized_type)
            .with("recognizedRevenueAccountingCode", recognized)
            .with("deferredRevenueAccountingCodeType", deferred_type)
            .with("deferredRevenueAccountingCode", deferred);
    }
    json.and(custom(&shown.view))
}

/// The custom fields of a record.
pub(super) fn custom(shown: &View) -> Json {
    let fields = shown.descriptor.fields.iter().zip(shown.record.data.iter()).filter(|(field, _)| field.custom);
    Json::object(fields.map(|(field, value)| (field.name().to_owned(), Json::from(&accrual_model::json::value(value)))))
}

/// A schedule with its items.
pub(super) fn schedule(detail: &Detail, manner: &Manner) -> Result<Json> {
    let items: Vec<Json> = detail.items.iter().map(|i| item(i, true)).collect();
    let shown = view("RevenueScheduleShown", &detail.view, &SCHEDULE, manner)?;
    Ok(shown
        .with("recognizedRevenue", amount(detail.recognized, detail.currency))
        .with("unrecognizedRevenue", amount(detail.unrecognized, detail.currency))
        .with("revenueItems", Json::List(items)))
}

async fn get(call: Call) -> Answered {
    let number = call.part("rs-number")?.to_owned();
    let found = call.look(move |tenant, context| revenue_schedule::get(tenant, context, &number)).await?;
    success(schedule(&found, &call.v1()?)?)
}

async fn of_product_charge(call: Call) -> Answered {
    let page = Page::of(&call, FEW, MANY);
    let (charge, account) = (call.part("charge-key")?.to_owned(), call.part("account-key")?.to_owned());
    let offset = (page.number - 1).saturating_mul(page.size);
    let look = move |tenant: &_, context: &_| revenue_schedule::by_product_charge(tenant, context, &charge, &account, offset, page.size);
    let found = call.look(look).await?;
    let manner = call.v1()?;
    let rows = found.page.iter().map(|d| schedule(d, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "revenueSchedules", rows, found.more))
}

async fn update(call: Call) -> Answered {
    let fields = call.input().await?.fields(&SCHEDULE, &[])?;
    let schedule = call.part("rs-number")?.to_owned();
    call.execute(RevenueScheduleUpdate { schedule, fields }).await?;
    done()
}

async fn delete(call: Call) -> Answered {
    let schedule = call.part("rs-number")?.to_owned();
    call.execute(RevenueScheduleDelete { schedule }).await?;
    done()
}

/// What a body says of its event; `own` are fields of the body that are not the event's.
pub(super) fn event(body: &Given, own: &[&str]) -> Result<NewEvent> {
    let declared = ["eventType", "eventTypeSystemId", "notes"];
    Ok(NewEvent {
        event_type: body.text("eventType").map(str::to_owned),
        event_type_system_id: body.text("eventTypeSystemId").map(str::to_owned),
        notes: body.text("notes").map(str::to_owned),
        fields: body.fields(&Spelling::plain("revenue_event"), &[&declared[..], own].concat())?,
    })
}

/// The custom fields of an object; `own` are its declared ones.
pub(super) fn custom_fields(body: &Given, noun: &'static str, own: &[&str]) -> Result<Fields> {
    body.fields(&Spelling::plain(noun), own)
}

/// A decimal that may be sent as a text or as a number: its digits.
pub(super) fn digits(body: &Given, name: &str) -> Result<Option<String>> {
    match body.entry(name) {
        None | Some(Entry::Null) => Ok(None),
        Some(Entry::Any(Json::Text(text) | Json::Number(text))) => Ok(Some(text.clone())),
        Some(_) => Err(body.refuse(name, "This must be a decimal number, as a text or a number.")),
    }
}

/// The distributions of a body.
pub(super) fn shares(body: &Given) -> Result<Vec<Share>> {
    let share = |given: &Given| {
        let new_amount = digits(given, "newAmount")?.ok_or_else(|| given.missing("newAmount"))?;
        Ok(Share { accounting_period_name: given.need_text("accountingPeriodName")?.to_owned(), new_amount })
    };
    body.parts("revenueDistributions").map(share).collect()
}

fn distributed(number: revenue_schedule::Distributed) -> Answered {
    success(Json::object([("revenueEventNumber", Json::from(number.revenue_event_number))]))
}

async fn across(call: Call) -> Answered {
    let body = call.input().await?;
    let (shares, event) = (shares(&body)?, event(&body, &["revenueDistributions"])?);
    let schedule = call.part("rs-number")?.to_owned();
    distributed(call.execute(RevenueDistributeAcross { schedule, shares, event }).await?)
}

async fn on_date(call: Call) -> Answered {
    let body = call.input().await?;
    let command = RevenueDistributeOnDate {
        schedule: call.part("rs-number")?.to_owned(),
        distribute_on: body.day("distributeOn").ok_or_else(|| body.missing("distributeOn"))?,
        distribution_type: body.need_text("distributionType")?.to_owned(),
        amount: digits(&body, "amount")?,
        percentage: digits(&body, "percentage")?,
        event: event(&body, &["amount", "distributeOn", "distributionType", "percentage"])?,
    };
    distributed(call.execute(command).await?)
}

/// First and last day of a recognition range.
pub(super) fn range(body: &Given) -> Result<(accrual_base::Day, accrual_base::Day)> {
    let day = |name| body.day(name).ok_or_else(|| body.missing(name));
    Ok::<_, Error>((day("recognitionStart")?, day("recognitionEnd")?))
}

async fn in_range(call: Call) -> Answered {
    let body = call.input().await?;
    let (start, end) = range(&body)?;
    let command = RevenueDistributeInRange {
        schedule: call.part("rs-number")?.to_owned(),
        distribution_type: body.text("distributionType").map(str::to_owned),
        start,
        end,
        event: event(&body, &["distributionType", "recognitionStart", "recognitionEnd"])?,
    };
    distributed(call.execute(command).await?)
}
