//! Invoices: made, changed, posted, taken back, read.

pub mod body;
mod rows;
pub mod shown;

pub use rows::BUILT;

use super::super::input::Given;
use crate::billing::handle::success;
use crate::billing::json::Json;
use crate::billing::paging::{MOST, Page, USUAL};
use crate::billing::refusal::Refusal;
use crate::call::Call;
use crate::table::Answered;
use accrual_app::billing::invoice::{
    self, InvoiceCancel, InvoiceCreate, InvoiceCreateAll, InvoiceDelete, InvoicePost, InvoiceReverse, InvoiceSplit, InvoiceUnpost,
    InvoiceUpdate, InvoiceUpdateAll, NewInvoice, Rows, TaxLinesCreate, create_each, post_each,
};
use accrual_app::billing::{Created, View};
use accrual_app::zone::Zone;
use accrual_base::{Error, Result};
use body::{INVOICE, INVOICES};

fn key(call: &Call) -> Result<String> {
    call.part("invoiceKey").map(str::to_owned)
}

fn zone(call: &Call) -> Result<Zone> {
    Ok(call.tenant()?.settings().zone.clone())
}

fn rows(page: Page) -> Rows {
    Rows { offset: (page.number - 1).saturating_mul(page.size), limit: page.size }
}

async fn one(call: &Call, key: String) -> Result<View> {
    call.look(move |tenant, context| invoice::get(tenant, context, &key)).await
}

/// The refusal of one element of a batch, as the element shows it.
fn refused(call: &Call, error: &Error, at: usize) -> Json {
    let refusal = Refusal::of(&INVOICE.explain(clone(error)), call.operation);
    let reason = |(code, message): (u32, &str)| Json::object([("code", Json::from(i64::from(code))), ("message", message.into())]);
    let process: String = call.request_id.chars().filter(char::is_ascii_hexdigit).take(16).collect::<String>().to_ascii_uppercase();
    Json::object([
        ("success", Json::from(false)),
        ("processId", process.into()),
        ("reasons", Json::List(refusal.all().into_iter().map(reason).collect())),
        ("objectIndex", i64::try_from(at).unwrap_or(i64::MAX).into()),
    ])
}

/// A rejection again; what went wrong inside stays in the log.
fn clone(error: &Error) -> Error {
    match error.rejection() {
        Some(rejection) => Error::Rejected(Box::new(rejection.clone())),
        None => Error::fault("an element of a batch failed"),
    }
}

async fn create(call: Call) -> Answered {
    let new = body::new_invoice(&call.input().await?, &zone(&call)?)?;
    let made = call.execute(InvoiceCreate(new)).await.map_err(|e| INVOICE.explain(e))?;
    success(shown::invoice(&one(&call, made.id).await?, &call.v1()?, true)?)
}

async fn create_batch(call: Call) -> Answered {
    let given = call.input().await?;
    let zone = zone(&call)?;
    let all = given.parts("invoices").map(|one| body::new_invoice(one, &zone)).collect::<Result<Vec<NewInvoice>>>()?;
    let results: Vec<Result<Created>> = if given.flag("useSingleTransaction").unwrap_or(false) {
        call.execute(InvoiceCreateAll(all)).await.map_err(|e| INVOICES.explain(e))?.into_iter().map(Ok).collect()
    } else {
        create_each(&*call.tenant()?, &call.billing_context()?, all).await.map_err(|e| INVOICES.explain(e))?
    };
    let mut answers = Vec::with_capacity(results.len());
    for (at, result) in results.into_iter().enumerate() {
        answers.push(match result {
            Ok(made) => Json::object([("success", Json::from(true))]).and(shown::invoice(&one(&call, made.id).await?, &call.v1()?, true)?),
            Err(error) => refused(&call, &error, at),
        });
    }
    success(Json::object([("invoices", Json::List(answers))]))
}

async fn get(call: Call) -> Answered {
    let key = key(&call)?;
    success(shown::invoice(&one(&call, key).await?, &call.v1()?, false)?)
}

async fn items(call: Call) -> Answered {
    let (key, page) = (key(&call)?, Page::of(&call, USUAL, MOST));
    let found = call.look(move |tenant, context| invoice::items(tenant, context, &key, rows(page))).await?;
    let shown = shown::items(&found, &call.v1()?)?;
    success(page.list(&call, "invoiceItems", shown, found.items.more))
}

async fn tax_lines(call: Call) -> Answered {
    let (key, item, page) = (key(&call)?, call.part("itemId")?.to_owned(), Page::of(&call, USUAL, MOST));
    let found = call.look(move |tenant, context| invoice::tax_lines(tenant, context, &key, &item, rows(page))).await?;
    let manner = call.v1()?;
    let shown = found.records.iter().map(|line| shown::tax_line(&found, line, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "data", shown, found.more))
}

async fn parts(call: Call) -> Answered {
    let (key, page) = (key(&call)?, Page::of(&call, USUAL, MOST));
    let found = call.look(move |tenant, context| invoice::parts(tenant, context, &key, rows(page))).await?;
    let manner = call.v1()?;
    let shown = found.records.iter().map(|part| shown::part(&found, part, &manner)).collect::<Result<Vec<_>>>()?;
    success(page.list(&call, "applicationParts", shown, found.more))
}

async fn update(call: Call) -> Answered {
    let change = body::change(&call.input().await?, key(&call)?, &zone(&call)?)?;
    let done = call.execute(InvoiceUpdate(change)).await.map_err(|e| INVOICE.explain(e))?;
    success(shown::changed(&one(&call, done.id).await?, &call.v1()?)?)
}

async fn update_batch(call: Call) -> Answered {
    let given = call.input().await?;
    let zone = zone(&call)?;
    let change = |one: &Given| body::change(one, one.text("id").unwrap_or_default().to_owned(), &zone);
    let all = given.parts("invoices").map(change).collect::<Result<Vec<_>>>()?;
    call.execute(InvoiceUpdateAll(all)).await.map_err(|e| INVOICES.explain(e))?;
    crate::billing::handle::done()
}

async fn post(call: Call) -> Answered {
    let given = call.input().await?;
    let command = InvoicePost { invoice: key(&call)?, invoice_date: body::day(&given, "invoiceDate") };
    let done = call.execute(command).await.map_err(|e| INVOICE.explain(e))?;
    completed(done.id)
}

async fn post_batch(call: Call) -> Answered {
    let given = call.input().await?;
    let command =
        |one: &Given| InvoicePost { invoice: one.text("id").unwrap_or_default().to_owned(), invoice_date: body::day(one, "invoiceDate") };
    let all: Vec<InvoicePost> = given.parts("invoices").map(command).collect();
    let ids: Vec<String> = all.iter().map(|one| one.invoice.clone()).collect();
    let results = post_each(&*call.tenant()?, &call.billing_context()?, all).await.map_err(|e| INVOICES.explain(e))?;
    let answers = results.iter().zip(ids).enumerate().map(|(at, (result, id))| match result {
        Ok(done) => Json::object([("success", Json::from(true)), ("id", done.id.as_str().into())]),
        Err(error) => refused(&call, error, at).with("id", id),
    });
    success(Json::object([("invoices", Json::List(answers.collect()))]))
}

/// The answer of an operation that may run as a job and is done at once.
fn completed(id: String) -> Answered {
    success(Json::object([("id", Json::from(id)), ("jobId", Json::Null), ("jobStatus", "Completed".into())]))
}

async fn cancel(call: Call) -> Answered {
    let done = call.execute(InvoiceCancel { invoice: key(&call)? }).await?;
    completed(done.id)
}

async fn unpost(call: Call) -> Answered {
    let done = call.execute(InvoiceUnpost { invoice: key(&call)? }).await?;
    let invoice = shown::unposted(&one(&call, done.id).await?, &call.v1()?)?;
    success(Json::object([("jobId", Json::Null), ("jobStatus", "Completed".into()), ("invoice", invoice)]))
}

async fn delete(call: Call) -> Answered {
    let done = call.execute(InvoiceDelete { invoice: key(&call)? }).await?;
    success(Json::object([
        ("id", Json::Null),
        ("objectId", done.id.into()),
        ("objectType", "Invoice".into()),
        ("operationType", "Delete".into()),
        ("status", "Completed".into()),
    ]))
}

async fn reverse(call: Call) -> Answered {
    let given = call.input().await?;
    let command = InvoiceReverse {
        invoice: key(&call)?,
        memo_date: body::day(&given, "memoDate"),
        apply_effective_date: body::day(&given, "applyEffectiveDate"),
        reason_code: body::said(&given, "reasonCode"),
        comment: body::said(&given, "comment"),
    };
    let done = call.execute(command).await?;
    let memo = || Json::object([("id", done.credit_memo_id.as_str())]);
    success(Json::object([
        ("id", Json::from(done.invoice_id.as_str())),
        ("creditMemo", memo()),
        ("creditMemos", Json::List(vec![memo()])),
        ("debitMemo", Json::Null),
        ("jobId", Json::Null),
        ("jobStatus", "Completed".into()),
    ]))
}

async fn write_off(call: Call) -> Answered {
    let command = body::write_off(&call.input().await?, key(&call)?)?;
    let done = call.execute(command).await?;
    success(Json::object([("creditMemo", Json::object([("id", done.credit_memo_id)]))]))
}

async fn split(call: Call) -> Answered {
    let given = call.input().await?;
    let command = InvoiceSplit { invoice: key(&call)?, split_type: body::said(&given, "splitType"), parts: body::splits(&given) };
    let done = call.execute(command).await?;
    completed(done.id)
}

async fn create_tax_lines(call: Call) -> Answered {
    let lines = body::tax_lines(&call.input().await?)?;
    let made = call.execute(TaxLinesCreate { invoice: Some(key(&call)?), lines }).await.map_err(|e| INVOICE.explain(e))?;
    let ids: Vec<String> = made.into_iter().map(|one| one.id).collect();
    let found = call.look(move |tenant, context| invoice::tax_lines_by_id(tenant, context, &ids)).await?;
    let manner = call.v1()?;
    let shown = found.records.iter().map(|line| shown::taxation_item("TaxationItem", &found, line, &manner)).collect::<Result<Vec<_>>>()?;
    success(Json::object([("taxationItems", Json::List(shown))]))
}
