//! Tax lines of invoices by themselves.

use super::invoices::body::{self, TAX};
use super::invoices::shown;
use crate::billing::handle::{answer, done, success};
use crate::billing::input::Unknown;
use crate::billing::json::Json;
use crate::billing::rows::Built;
use crate::billing::spelling::Spelling;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::invoice::{self, Exact, NewTax, NewTaxLine, TaxLineDelete, TaxLineUpdate, TaxLinesCreate};
use accrual_base::Error;
use futures_util::FutureExt;
use std::collections::BTreeMap;

const SHOWN: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a22","invoiceItemId":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","name":"State tax","jurisdiction":"California","taxAmount":8.25,"taxRate":0.0825,"taxRateType":"Percentage"}"#;

/// How the single-object operation spells a tax line.
const OBJECT: Spelling = Spelling::plain("taxation_item");

pub const BUILT: &[Built] = &[
    Built {
        operation: "get_taxation_item",
        handler: |call| get(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::None,
        answers: &[json(200, "The tax line.", SHOWN)],
    },
    Built {
        operation: "put_taxation_item",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"taxAmount":8.00}"#),
        answers: &[json(200, "The tax line after the change.", SHOWN)],
    },
    Built {
        operation: "delete_taxation_item",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::None,
        answers: &[json(200, "It is gone.", r#"{"success":true}"#)],
    },
    Built {
        operation: "create_taxation_item",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"InvoiceItemId":"018d0b9c2f7d7a1e9b3c5d6e7f809a21","Name":"State tax","Jurisdiction":"California","TaxAmount":8.25,"TaxDate":"2024-03-10","TaxRate":0.0825,"TaxRateType":"Percentage"}"#,
        ),
        answers: &[json(200, "The id of the tax line.", r#"{"Success":true,"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a22"}"#)],
    },
];

async fn read(call: &Call, id: String) -> Answered {
    let found = call.look(move |tenant, context| invoice::tax_lines_by_id(tenant, context, &[id])).await?;
    let line = found.records.first().ok_or_else(|| Error::fault("a tax line that was found is missing"))?;
    success(shown::taxation_item("GetTaxationItemResponse", &found, line, &call.v1()?)?)
}

async fn get(call: Call) -> Answered {
    let id = call.part("id")?.to_owned();
    read(&call, id).await
}

async fn update(call: Call) -> Answered {
    let tax = body::tax_change(&call.input().await?)?;
    let id = call.part("id")?.to_owned();
    call.execute(TaxLineUpdate { id: id.clone(), tax }).await.map_err(|e| TAX.explain(e))?;
    read(&call, id).await
}

async fn delete(call: Call) -> Answered {
    let id = call.part("id")?.to_owned();
    call.execute(TaxLineDelete { id }).await?;
    done()
}

async fn create(call: Call) -> Answered {
    let unknown = if call.query("rejectUnknownFields") == Some("true") { Unknown::Refuse } else { Unknown::Ignore };
    let shape = call.shape()?.request;
    let given = call.input_of(shape, unknown).await?;
    let exact = |name: &str| given.decimal(name).map(Exact);
    let mut codes = BTreeMap::new();
    codes.extend(given.text("AccountingCode").map(|code| ("salesTaxPayableAccountingCode".to_owned(), code.to_owned())));
    let fields = given.fields(&OBJECT, &["InvoiceItemId", "TaxAmount", "ExemptAmount", "AccountingCode"])?;
    let tax = NewTax { amount: exact("TaxAmount"), exempt: exact("ExemptAmount"), fields, codes };
    let line = NewTaxLine { invoice_item_id: given.need_text("InvoiceItemId")?.to_owned(), tax };
    let made = call.execute(TaxLinesCreate { invoice: None, lines: vec![line] }).await?;
    let id = made.into_iter().next().map(|one| one.id).ok_or_else(|| Error::fault("no tax line was made"));
    answer(Json::object([("Success", Json::from(true)), ("Id", id?.into())]))
}
