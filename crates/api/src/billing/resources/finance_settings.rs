//! Settings of tax and finance: tax codes with their rates, recognition rules, event types, accounting rules.
//!
//! A setting is answered as it is, without `success`.

use super::revenue_schedules::digits;
use crate::billing::handle::{answer, done};
use crate::billing::input::{Entry, Given};
use crate::billing::json::Json;
use crate::billing::render::view;
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::revenue_schedule::{self, RevenueEventTypeCreate, RevenueEventTypeUpdate};
use accrual_app::billing::setting::{self, SettingCreate, SettingDelete, SettingUpdate};
use accrual_app::billing::{Fields, View};
use accrual_base::Result;
use accrual_model::{Filter, Query, Value};
use futures_util::FutureExt;

/// A setting of many records: how bodies spell it, and the model of one.
struct Setting {
    spelling: Spelling,
    model: &'static str,
}

const fn of(noun: &'static str, model: &'static str) -> Setting {
    Setting { spelling: Spelling::plain(noun), model }
}

const TAX_CODE: Setting = of("tax_code", "TaxCodeSetting");
const RATE_PERIOD: Setting = of("tax_rate_period", "TaxRatePeriodSetting");
const RATE: Setting = of("tax_rate", "TaxRateSetting");
const RULE: Setting = of("revenue_recognition_rule", "RevenueRecognitionRuleSetting");
const EVENT_TYPE: Setting = of("revenue_event_type", "RevenueEventTypeSetting");
const ACCOUNTING_RULES: Setting = of("accounting_rules", "AccountingRulesSetting");
const START: Setting = of("revenue_automation_start", "RevenueStartDateSetting");

const CODE_SHOWN: &str = r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"VAT","description":"Value-added tax","active":true}"#;
const PERIOD_SHOWN: &str =
    r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","taxCodeId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","startDate":"2024-01-01","endDate":null}"#;
const RATES_SHOWN: &str = r#"[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1c","taxOrder":1,"country":"Germany","taxes":[{"name":"VAT","jurisdiction":"Germany","type":"Percentage","rate":"0.19"}]}]"#;
const RULE_SHOWN: &str =
    r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1d","name":"Recognize daily over time","recognitionModel":"Daily","active":true}"#;
const TYPE_SHOWN: &str = r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1e","name":"Go live","systemId":"GoLive","active":true}"#;
const ACCOUNTING_SHOWN: &str =
    r#"{"allowBlankAccountingCodes":false,"allowCreationInClosedPeriod":true,"allowRevenueScheduleNegativeAmounts":false}"#;
const START_SHOWN: &str = r#"{"startDate":"2024-02-01"}"#;

macro_rules! row {
    (read $operation:literal, $handler:expr, $example:expr) => {
        Built {
            operation: $operation,
            handler: $handler,
            scope: Scope::BillingRead,
            input: Input::None,
            answers: &[json(200, "As it is set.", $example)],
        }
    };
    (write $operation:literal, $handler:expr, $body:expr, $example:expr) => {
        Built {
            operation: $operation,
            handler: $handler,
            scope: Scope::BillingWrite,
            input: Input::Json($body),
            answers: &[json(200, "As it is set now.", $example)],
        }
    };
    (delete $operation:literal, $handler:expr) => {
        Built {
            operation: $operation,
            handler: $handler,
            scope: Scope::BillingWrite,
            input: Input::None,
            answers: &[json(200, "It is gone.", r#"{"success":true}"#)],
        }
    };
}

pub const BUILT: &[Built] = &[
    row!(read "list_tax_codes", |call| list(call, &TAX_CODE).boxed(), r#"[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","name":"VAT"}]"#),
    row!(write "create_tax_code", |call| create(call, &TAX_CODE).boxed(), r#"{"name":"VAT","description":"Value-added tax"}"#, CODE_SHOWN),
    row!(read "get_tax_code", |call| get(call, &TAX_CODE).boxed(), CODE_SHOWN),
    row!(write "update_tax_code", |call| update(call, &TAX_CODE).boxed(), r#"{"active":true}"#, CODE_SHOWN),
    row!(delete "delete_tax_code", |call| delete(call, &TAX_CODE).boxed()),
    row!(read "list_tax_rate_periods", |call| list(call, &RATE_PERIOD).boxed(), r#"[{"startDate":"2024-01-01","endDate":null}]"#),
    row!(write "create_tax_rate_period", |call| create(call, &RATE_PERIOD).boxed(),
        r#"{"taxCodeId":"018d0b9c2f7d7a1e9b3c5d6e7f809a1a","startDate":"2024-01-01"}"#, PERIOD_SHOWN),
    row!(read "get_tax_rate_period", |call| get(call, &RATE_PERIOD).boxed(), PERIOD_SHOWN),
    row!(write "update_tax_rate_period", |call| update(call, &RATE_PERIOD).boxed(), r#"{"endDate":"2024-12-31"}"#, PERIOD_SHOWN),
    row!(delete "delete_tax_rate_period", |call| delete(call, &RATE_PERIOD).boxed()),
    row!(read "list_tax_rates", |call| rates(call).boxed(), RATES_SHOWN),
    row!(write "create_tax_rates", |call| add_rates(call).boxed(),
        r#"[{"taxOrder":1,"country":"Germany","taxes":[{"name":"VAT","jurisdiction":"Germany","type":"Percentage","rate":"0.19"}]}]"#,
        RATES_SHOWN),
    row!(read "list_revenue_recognition_rules", |call| list(call, &RULE).boxed(), r#"[{"name":"Recognize daily over time"}]"#),
    row!(write "create_revenue_recognition_rule", |call| create(call, &RULE).boxed(),
        r#"{"name":"Monthly, front","recognitionModel":"Monthly","distributionType":"Monthly Distribution (Front Load)"}"#, RULE_SHOWN),
    row!(read "get_revenue_recognition_rule", |call| get(call, &RULE).boxed(), RULE_SHOWN),
    row!(write "update_revenue_recognition_rule", |call| update(call, &RULE).boxed(), r#"{"active":false}"#, RULE_SHOWN),
    row!(delete "delete_revenue_recognition_rule", |call| delete(call, &RULE).boxed()),
    row!(read "list_revenue_event_types", |call| event_types(call).boxed(), r#"[{"name":"Go live","systemId":"GoLive"}]"#),
    row!(write "create_revenue_event_type", |call| add_event_type(call).boxed(), r#"{"name":"Go live","systemId":"GoLive"}"#, TYPE_SHOWN),
    row!(read "get_revenue_event_type", |call| event_type(call).boxed(), TYPE_SHOWN),
    row!(write "update_revenue_event_type", |call| change_event_type(call).boxed(), r#"{"active":false}"#, TYPE_SHOWN),
    row!(read "get_accounting_rules", |call| one(call, &ACCOUNTING_RULES).boxed(), ACCOUNTING_SHOWN),
    row!(write "update_accounting_rules", |call| set(call, &ACCOUNTING_RULES).boxed(),
        r#"{"allowRevenueScheduleNegativeAmounts":true}"#, ACCOUNTING_SHOWN),
    row!(read "get_revenue_start_date", |call| one(call, &START).boxed(), START_SHOWN),
    row!(write "update_revenue_start_date", |call| set(call, &START).boxed(), START_SHOWN, START_SHOWN),
];

fn shown(call: &Call, setting: &Setting, record: &View) -> Result<Json> {
    view(setting.model, record, &setting.spelling, &call.v1()?)
}

fn rows(call: &Call, setting: &Setting, records: &[View]) -> Answered {
    answer(Json::List(records.iter().map(|r| shown(call, setting, r)).collect::<Result<Vec<_>>>()?))
}

async fn read(call: &Call, setting: &'static Setting, key: String) -> Answered {
    let noun = setting.spelling.noun;
    let found = call.look(move |tenant, context| setting::get(tenant, context, noun, &key)).await?;
    answer(shown(call, setting, &found)?)
}

async fn list(call: Call, setting: &'static Setting) -> Answered {
    let noun = setting.spelling.noun;
    let all = call.look(move |tenant, context| setting::list(tenant, context, noun, &Query::default())).await?;
    rows(&call, setting, &all)
}

/// The fields of a body; its id is that of the path.
fn fields(setting: &Setting, body: &Given) -> Result<Fields> {
    body.fields(&setting.spelling, &["id"])
}

async fn create(call: Call, setting: &'static Setting) -> Answered {
    let body = call.input().await?;
    let command = SettingCreate { noun: setting.spelling.noun.to_owned(), records: vec![fields(setting, &body)?] };
    let made = call.execute(command).await.map_err(|e| setting.spelling.explain(e))?;
    let id = made.into_iter().next().map(|m| m.id).unwrap_or_default();
    read(&call, setting, id).await
}

async fn get(call: Call, setting: &'static Setting) -> Answered {
    let key = call.part("id")?.to_owned();
    read(&call, setting, key).await
}

async fn update(call: Call, setting: &'static Setting) -> Answered {
    let fields = fields(setting, &call.input().await?)?;
    let key = call.part("id")?.to_owned();
    let command = SettingUpdate { noun: setting.spelling.noun.to_owned(), key: key.clone(), fields };
    call.execute(command).await.map_err(|e| setting.spelling.explain(e))?;
    read(&call, setting, key).await
}

async fn delete(call: Call, setting: &'static Setting) -> Answered {
    let key = call.part("id")?.to_owned();
    call.execute(SettingDelete { noun: setting.spelling.noun.to_owned(), key }).await?;
    done()
}

/// The rates of a period, in their order.
async fn rates(call: Call) -> Answered {
    let period = call.part("id")?.to_owned();
    let look = move |tenant: &_, context: &_| {
        setting::get(tenant, context, "tax_rate_period", &period)?;
        setting::list(tenant, context, "tax_rate", &Query::of(Filter::eq("tax_rate_period_id", period)))
    };
    let mut all = call.look(look).await?;
    all.sort_by_key(|r| r.value("tax_order").as_int());
    rows(&call, &RATE, &all)
}

/// Rates exactly as they were sent, whether as texts or as numbers.
fn taxes(body: &Given) -> Result<Value> {
    let tax = |given: &Given| {
        let rate = digits(given, "rate")?.ok_or_else(|| given.missing("rate"))?;
        let text = |name| given.need_text(name).map(str::to_owned);
        Ok(serde_json::json!({"name": text("name")?, "jurisdiction": text("jurisdiction")?, "type": text("type")?, "rate": rate}))
    };
    Ok(Value::Json(body.parts("taxes").map(tax).collect::<Result<Vec<_>>>()?.into()))
}

async fn add_rates(call: Call) -> Answered {
    let period = call.part("id")?.to_owned();
    let body = call.input().await?;
    let mut records = Vec::new();
    for entry in body.list("") {
        let Entry::Object(given) = entry else { continue };
        let fields = given.fields(&RATE.spelling, &["id", "taxes"])?.with("taxRatePeriodId", period.as_str());
        records.push(fields.with("taxes", taxes(given)?));
    }
    call.execute(SettingCreate { noun: "tax_rate".to_owned(), records }).await?;
    rates(call).await
}

async fn event_types(call: Call) -> Answered {
    let all = call.look(revenue_schedule::event_types).await?;
    rows(&call, &EVENT_TYPE, &all)
}

async fn read_event_type(call: &Call, key: String) -> Answered {
    let found = call.look(move |tenant, context| revenue_schedule::event_type(tenant, context, &key)).await?;
    answer(shown(call, &EVENT_TYPE, &found)?)
}

async fn event_type(call: Call) -> Answered {
    let key = call.part("id")?.to_owned();
    read_event_type(&call, key).await
}

async fn add_event_type(call: Call) -> Answered {
    let fields = fields(&EVENT_TYPE, &call.input().await?)?;
    let made = call.execute(RevenueEventTypeCreate { fields }).await?;
    read_event_type(&call, made.id).await
}

async fn change_event_type(call: Call) -> Answered {
    let fields = fields(&EVENT_TYPE, &call.input().await?)?;
    let event_type = call.part("id")?.to_owned();
    call.execute(RevenueEventTypeUpdate { event_type: event_type.clone(), fields }).await?;
    read_event_type(&call, event_type).await
}

/// A setting of one record; its defaults before anything is set.
async fn one(call: Call, setting: &'static Setting) -> Answered {
    let noun = setting.spelling.noun;
    let found = call.look(move |tenant, context| setting::single(tenant, context, noun)).await?;
    answer(shown(&call, setting, &found)?)
}

async fn set(call: Call, setting: &'static Setting) -> Answered {
    let fields = fields(setting, &call.input().await?)?;
    let command = setting::SettingSet { noun: setting.spelling.noun.to_owned(), fields };
    call.execute(command).await.map_err(|e| setting.spelling.explain(e))?;
    one(call, setting).await
}
