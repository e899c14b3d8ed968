//! Schedules of document items, revenue events, revenue items and recognition rules (reference sections 6.1 and 6.7 of
//! receivables and accounting).

use super::revenue_schedules::{FEW, MANY, SHOWN, custom, custom_fields, event, item, range, schedule, shares};
use crate::billing::handle::{done, success};
use crate::billing::input::Given;
use crate::billing::json::Json;
use crate::billing::paging::Page;
use crate::billing::render::Manner;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::revenue_schedule::{
    self, EventDetail, ItemKey, ItemKind, ItemsOf, NewEvent, Plan, RevenueItemsUpdate, RevenueScheduleOfItem,
};
use accrual_base::Result;
use accrual_model::Value;
use futures_util::FutureExt;

const DONE: &str = r#"{"success":true}"#;
const MADE: &str = r#"{"success":true,"revenueScheduleNumber":"RS-00000119"}"#;
const BY_HAND: &str = r#"{"revenueDistributions":[{"accountingPeriodName":"Jan '24","newAmount":"20"},{"accountingPeriodName":"Open-Ended","newAmount":"30"}],"revenueEvent":{"eventType":"Revenue Distributed","notes":"My notes"}}"#;
const IN_RANGE: &str = r#"{"distributionType":"Daily Distribution","recognitionStart":"2024-01-01","recognitionEnd":"2024-12-31","revenueEvent":{"eventType":"Revenue Distributed"}}"#;
const EVENT: &str = r#"{"success":true,"number":"RE-00000001","currency":"USD","eventType":"Invoice Posted","recognitionStart":"2024-01-10","recognitionEnd":"2024-01-10","revenueItems":[{"accountingPeriodName":"Jan '24","isAccountingPeriodClosed":false,"amount":50.00,"currency":"USD"}]}"#;
const EVENTS: &str = r#"{"success":true,"revenueEventDetails":[{"number":"RE-00000001","eventType":"Invoice Posted","revenueItems":[]}]}"#;
const ITEMS: &str = r#"{"success":true,"revenueItems":[{"accountingPeriodName":"Jan '24","isAccountingPeriodClosed":false,"amount":50.00,"currency":"USD"}]}"#;
const CUSTOM: &str = r#"{"revenueItems":[{"accountingPeriodName":"Jan '24"},{"accountingPeriodName":"Feb '24"}]}"#;

macro_rules! reads {
    ($operation:literal, $handler:expr, $doc:literal, $example:expr) => {
        Built {
            operation: $operation,
            handler: $handler,
            scope: Scope::BillingRead,
            input: Input::None,
            answers: &[json(200, $doc, $example)],
        }
    };
}

macro_rules! writes {
    ($operation:literal, $handler:expr, $body:expr, $doc:literal, $example:expr) => {
        Built {
            operation: $operation,
            handler: $handler,
            scope: Scope::BillingWrite,
            input: Input::Json($body),
            answers: &[json(200, $doc, $example)],
        }
    };
}

pub const BUILT: &[Built] = &[
    reads!("get_revenue_schedule_of_invoice_item", |call| of_item(call, INVOICE).boxed(), "The schedule of the item.", SHOWN),
    reads!("get_revenue_schedule_of_credit_memo_item", |call| of_item(call, CREDIT_MEMO).boxed(), "The schedule of the item.", SHOWN),
    writes!(
        "create_revenue_schedule_of_invoice_item",
        |call| by_hand(call, INVOICE).boxed(),
        BY_HAND,
        "The number of the new schedule.",
        MADE
    ),
    writes!(
        "create_revenue_schedule_of_credit_memo_item",
        |call| by_hand(call, CREDIT_MEMO).boxed(),
        BY_HAND,
        "The number of the new schedule.",
        MADE
    ),
    writes!(
        "create_revenue_schedule_of_invoice_item_with_date_range",
        |call| in_range(call, INVOICE).boxed(),
        IN_RANGE,
        "The number of the new schedule.",
        MADE
    ),
    writes!(
        "create_revenue_schedule_of_credit_memo_item_with_date_range",
        |call| in_range(call, CREDIT_MEMO).boxed(),
        IN_RANGE,
        "The number of the new schedule.",
        MADE
    ),
    reads!("get_revenue_event", |call| one_event(call).boxed(), "The event with its deltas.", EVENT),
    reads!("get_revenue_events_of_revenue_schedule", |call| events(call).boxed(), "The events, newest first.", EVENTS),
    reads!("get_revenue_items_of_revenue_schedule", |call| items(call, ItemsOf::Schedule).boxed(), "Totals by period.", ITEMS),
    reads!("get_revenue_items_of_revenue_event", |call| items(call, ItemsOf::Event).boxed(), "Deltas by period.", ITEMS),
    writes!(
        "update_revenue_items_of_revenue_schedule",
        |call| update(call, ItemsOf::Schedule).boxed(),
        CUSTOM,
        "The custom fields are set.",
        DONE
    ),
    writes!(
        "update_revenue_items_of_revenue_event",
        |call| update(call, ItemsOf::Event).boxed(),
        CUSTOM,
        "The custom fields are set.",
        DONE
    ),
    reads!(
        "get_revenue_rule_of_product_charge",
        |call| rule(call).boxed(),
        "The rule the charge follows; null when it follows none.",
        r#"{"success":true,"revenueRecognitionRuleName":"Recognize upon invoicing"}"#
    ),
    reads!(
        "get_revenue_automation_start_date",
        |call| start(call).boxed(),
        "The day from which documents make schedules; null when those of any date do.",
        r#"{"success":true,"startDate":"2024-02-01","updatedOn":"2024-01-11 22:49:18","updatedBy":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a"}"#
    ),
];

/// A kind of item, and the part of the path that is its id.
type Kind = (ItemKind, &'static str);
const INVOICE: Kind = (ItemKind::InvoiceItem, "invoice-item-id");
const CREDIT_MEMO: Kind = (ItemKind::CreditMemoItem, "cmi-id");

fn key(call: &Call, (kind, part): Kind) -> Result<ItemKey> {
    Ok(ItemKey { kind, id: call.part(part)?.to_owned() })
}

async fn of_item(call: Call, kind: Kind) -> Answered {
    let key = key(&call, kind)?;
    let found = call.look(move |tenant, context| revenue_schedule::of_item(tenant, context, &key)).await?;
    success(schedule(&found, &call.v1()?)?)
}

/// The event of a new schedule.
fn born(body: &Given) -> Result<NewEvent> {
    body.part("revenueEvent").map_or_else(|| Ok(NewEvent::default()), |given| event(given, &[]))
}

async fn make(call: &Call, kind: Kind, body: &Given, plan: Plan, own: &[&str]) -> Answered {
    let command = RevenueScheduleOfItem {
        item: key(call, kind)?,
        plan,
        notes: body.text("notes").map(str::to_owned),
        fields: custom_fields(body, "revenue_schedule", &[&["notes", "revenueEvent"], own].concat())?,
        event: born(body)?,
    };
    let made = call.execute(command).await?;
    success(Json::object([("revenueScheduleNumber", Json::from(made.number))]))
}

async fn by_hand(call: Call, kind: Kind) -> Answered {
    let body = call.input().await?;
    let plan = Plan::ByHand(shares(&body)?);
    make(&call, kind, &body, plan, &["revenueDistributions"]).await
}

async fn in_range(call: Call, kind: Kind) -> Answered {
    let body = call.input().await?;
    let (start, end) = range(&body)?;
    let plan = Plan::InRange { distribution_type: body.text("distributionType").map(str::to_owned), start, end };
    make(&call, kind, &body, plan, &["distributionType", "recognitionStart", "recognitionEnd"]).await
}

fn event_shown(detail: &EventDetail, manner: &Manner) -> Json {
    let (event, schedule) = (&detail.view, &detail.schedule);
    let text = |view: &accrual_app::billing::View, field: &str| Json::from(view.text(field));
    let day = |field: &str| match event.value(field) {
        Value::Date(day) => Json::from(*day),
        _ => Json::Null,
    };
    Json::object([
        ("number", text(event, "number")),
        ("currency", text(event, "currency")),
        ("notes", text(event, "notes")),
        ("accountId", text(schedule, "account_id")),
        ("subscriptionId", text(schedule, "subscription_id")),
        ("subscriptionChargeId", text(schedule, "subscription_charge_id")),
        ("createdOn", manner.time(event.record.created_at).into()),
        ("eventType", text(event, "event_type")),
        ("recognitionStart", day("recognition_start")),
        ("recognitionEnd", day("recognition_end")),
        ("revenueItems", Json::List(detail.items.iter().map(|i| item(i, false)).collect())),
    ])
    .and(custom(event))
}

async fn one_event(call: Call) -> Answered {
    let number = call.part("event-number")?.to_owned();
    let found = call.look(move |tenant, context| revenue_schedule::event(tenant, context, &number)).await?;
    success(event_shown(&found, &call.v1()?))
}

async fn events(call: Call) -> Answered {
    let page = Page::of(&call, FEW, MANY);
    let number = call.part("rs-number")?.to_owned();
    let offset = (page.number - 1).saturating_mul(page.size);
    let found = call.look(move |tenant, context| revenue_schedule::events_of(tenant, context, &number, offset, page.size)).await?;
    let manner = call.v1()?;
    let rows = found.page.iter().map(|e| event_shown(e, &manner)).collect();
    success(page.list(&call, "revenueEventDetails", rows, found.more))
}

async fn items(call: Call, of: ItemsOf) -> Answered {
    let page = Page::of(&call, MANY, MANY);
    let (schedules, number) = match of {
        ItemsOf::Schedule => (true, call.part("rs-number")?.to_owned()),
        ItemsOf::Event => (false, call.part("event-number")?.to_owned()),
    };
    let look = move |tenant: &_, context: &_| match of {
        ItemsOf::Schedule => revenue_schedule::items_of_schedule(tenant, context, &number),
        ItemsOf::Event => revenue_schedule::items_of_event(tenant, context, &number),
    };
    let (rows, more) = page.slice(call.look(look).await?);
    success(page.list(&call, "revenueItems", rows.iter().map(|i| item(i, schedules)).collect(), more))
}

async fn update(call: Call, of: ItemsOf) -> Answered {
    let body = call.input().await?;
    let (noun, part) = match of {
        ItemsOf::Schedule => ("revenue_schedule_item", "rs-number"),
        ItemsOf::Event => ("revenue_event_item", "event-number"),
    };
    let one = |given: &Given| {
        let period = given.need_text("accountingPeriodName")?.to_owned();
        Ok((period, custom_fields(given, noun, &["accountingPeriodName"])?))
    };
    let items = body.parts("revenueItems").map(one).collect::<Result<Vec<_>>>()?;
    call.execute(RevenueItemsUpdate { of, number: call.part(part)?.to_owned(), items }).await?;
    done()
}

async fn rule(call: Call) -> Answered {
    let charge = call.part("charge-key")?.to_owned();
    let name = call.look(move |tenant, context| revenue_schedule::rule_of_product_charge(tenant, context, &charge)).await?;
    success(Json::object([("revenueRecognitionRuleName", Json::from(name))]))
}

async fn start(call: Call) -> Answered {
    let found = call.look(revenue_schedule::automation_start).await?;
    let manner = call.v1()?;
    let (day, on, by) = match found {
        Some((day, on, by)) => (day.into(), manner.time(on).into(), by.into()),
        None => (Json::Null, Json::Null, Json::Null),
    };
    success(Json::object([("startDate", day), ("updatedOn", on), ("updatedBy", by)]))
}
