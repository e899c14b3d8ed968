//! Summary journal entries made by hand (reference section 5.4 of receivables and accounting).

use crate::billing::handle::{done, success};
use crate::billing::input::Given;
use crate::billing::json::Json;
use crate::billing::render::view;
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::journal_entry::{
    self, JournalEntryCancel, JournalEntryCreate, JournalEntryDelete, JournalEntryUpdate, Line, NewEntryItem, Noted,
};
use accrual_base::{Currency, Error, Result, format_minor};
use accrual_model::TextEnum;
use futures_util::FutureExt;

const ENTRY: Spelling = Spelling { noun: "journal_entry", fields: &[("transferDate", "transferDateTime")], values: &[], parts: &[] };

const DONE: &str = r#"{"success":true}"#;
const NEW: &str = r#"{"accountingPeriodName":"Jan '24","currency":"USD","journalEntryDate":"2024-01-31","journalEntryItems":[{"accountingCodeName":"Deferred Revenue","amount":"424.08","type":"Debit"},{"accountingCodeName":"Sales Revenue","amount":"424.08","type":"Credit"}],"notes":"Correction"}"#;
const SHOWN: &str = r#"{"success":true,"number":"JE-00000001","accountingPeriodName":"Jan '24","currency":"USD","journalEntryDate":"2024-01-31","status":"Created","transferredToAccounting":"No","journalEntryItems":[{"accountingCodeName":"Deferred Revenue","accountingCodeType":"DeferredRevenue","amount":"424.08","type":"Debit"}]}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "create_summary_journal_entry",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(NEW),
        answers: &[json(200, "Its number.", r#"{"success":true,"journalEntryNumber":"JE-00000001"}"#)],
    },
    Built {
        operation: "get_summary_journal_entry",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The entry with its items.", SHOWN)],
    },
    Built {
        operation: "update_basic_summary_journal_entry",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"notes":"Approved by the controller","transferredToAccounting":"Yes"}"#),
        answers: &[json(200, "It is changed.", DONE)],
    },
    Built {
        operation: "cancel_summary_journal_entry",
        handler: |call| cancel(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It counts no more.", DONE)],
    },
    Built {
        operation: "delete_summary_journal_entry",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", DONE)],
    },
];

fn item(given: &Given) -> Result<NewEntryItem> {
    let text = |name: &str| given.text(name).map(str::to_owned);
    Ok(NewEntryItem {
        code: given.need_text("accountingCodeName")?.to_owned(),
        code_type: text("accountingCodeType"),
        debit: given.need_text("type")? == "Debit",
        amount: given.need_text("amount")?.to_owned(),
        home_amount: text("homeCurrencyAmount").filter(|t| !t.is_empty()),
        gl_string: text("glString"),
        notes: text("notes"),
    })
}

async fn create(call: Call) -> Answered {
    let body = call.input().await?;
    body.refuse_unbuilt(&["segments", "organizationLabel"])?;
    let command = JournalEntryCreate {
        period: body.need_text("accountingPeriodName")?.to_owned(),
        currency: body.need_text("currency")?.to_owned(),
        date: body.day("journalEntryDate").ok_or_else(|| body.missing("journalEntryDate"))?,
        notes: body.text("notes").map(str::to_owned),
        transaction_type: body.text("transactionType").map(str::to_owned),
        transferred: body.text("transferredToAccounting").map(str::to_owned),
        items: body.parts("journalEntryItems").map(item).collect::<Result<_>>()?,
    };
    let made = call.execute(command).await?;
    success(Json::object([("journalEntryNumber", Json::from(made.number))]))
}

fn amount(minor: i64, currency: &str) -> Result<Json> {
    let currency = Currency::named(currency).ok_or_else(|| Error::fault(format!("a journal entry is in {currency:?}")))?;
    Ok(Json::Text(format_minor(minor, currency.exponent())))
}

fn line(line: &Line) -> Result<Json> {
    let (item, code) = (&line.item, &line.code);
    let kind = code.r#type.text();
    let home = item.home_currency_amount.zip(item.home_currency.as_deref());
    Ok(Json::object([
        ("accountingCodeName", Json::from(code.name.as_str())),
        ("accountingCodeType", if kind == "On-Account Receivable" { "OnAccountReceivable" } else { kind }.into()),
        ("amount", amount(item.amount, &item.currency)?),
        ("glAccountName", code.gl_account_name.clone().into()),
        ("glAccountNumber", code.gl_account_number.clone().into()),
        ("glString", item.gl_string.clone().into()),
        ("homeCurrencyAmount", home.map(|(minor, currency)| amount(minor, currency)).transpose()?.into()),
        ("type", item.r#type.as_str().into()),
    ]))
}

async fn get(call: Call) -> Answered {
    let number = call.part("je-number")?.to_owned();
    let found = call.look(move |tenant, context| journal_entry::get(tenant, context, &number)).await?;
    let lines = found.lines.iter().map(line).collect::<Result<Vec<_>>>()?;
    let period = found.period.as_ref();
    success(
        view("GetJournalEntryDetailResponse", &found.view, &ENTRY, &call.v1()?)?
            .with("accountingPeriodName", period.map(|p| p.name.clone()))
            .with("timePeriodStart", period.and_then(|p| p.start_date))
            .with("timePeriodEnd", period.and_then(|p| p.end_date))
            .with("aggregateCurrency", false)
            .with("journalEntryItems", Json::List(lines))
            .with("segments", Json::List(Vec::new())),
    )
}

async fn update(call: Call) -> Answered {
    let body = call.input().await?;
    let noted = |given: &Given| -> Result<Noted> {
        Ok(Noted {
            code: given.need_text("accountingCodeName")?.to_owned(),
            debit: given.need_text("type")? == "Debit",
            notes: given.text("notes").map(str::to_owned),
        })
    };
    let custom =
        super::revenue_schedules::custom_fields(&body, "journal_entry", &["notes", "transferredToAccounting", "journalEntryItems"])?;
    if let Some(name) = custom.names().next() {
        return Err(body.unbuilt(name));
    }
    let command = JournalEntryUpdate {
        entry: call.part("je-number")?.to_owned(),
        notes: body.says("notes").then(|| body.text("notes").map(str::to_owned)),
        transferred: body.text("transferredToAccounting").map(str::to_owned),
        items: body.parts("journalEntryItems").map(noted).collect::<Result<_>>()?,
    };
    call.execute(command).await?;
    done()
}

async fn cancel(call: Call) -> Answered {
    let entry = call.part("je-number")?.to_owned();
    call.execute(JournalEntryCancel { entry }).await?;
    done()
}

async fn delete(call: Call) -> Answered {
    let entry = call.part("je-number")?.to_owned();
    call.execute(JournalEntryDelete { entry }).await?;
    done()
}
