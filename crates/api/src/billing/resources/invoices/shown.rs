//! Invoices, their items and tax lines as answers show them.

use super::body::TAX;
use crate::billing::json::Json;
use crate::billing::render::{Manner, record, view};
use crate::billing::spelling::Spelling;
use accrual_app::billing::View;
use accrual_app::billing::invoice::{ItemPage, Listed};
use accrual_base::{Error, Result};
use accrual_model::{Record, TextEnum};

const INVOICE: Spelling = Spelling::plain("invoice");
/// The answer to a change spells some fields its own way.
const CHANGED: Spelling = Spelling {
    noun: "invoice",
    fields: &[
        ("invoiceNumber", "number"),
        ("comments", "comment"),
        ("taxExemptAmount", "totalTaxExemptAmount"),
        ("postedBy", "postedById"),
        ("postedDate", "postedOn"),
        ("canceledById", "cancelledById"),
        ("canceledOn", "cancelledOn"),
    ],
    values: &[],
    parts: &[],
};
const ITEM: Spelling = Spelling {
    noun: "invoice_item",
    fields: &[
        ("sKU", "sku"),
        ("uOM", "unitOfMeasure"),
        ("subscriptionNumber", "subscriptionName"),
        ("appliedToInvoiceItemId", "appliedToItemId"),
    ],
    values: &[],
    parts: &[],
};
/// Ids of accounting codes that an item keeps, by the name under which their names are shown.
const ITEM_CODES: [(&str, &str); 8] = [
    ("adjustment_liability_accounting_code_id", "adjustmentLiabilityAccountingCode"),
    ("adjustment_revenue_accounting_code_id", "adjustmentRevenueAccountingCode"),
    ("contract_asset_accounting_code_id", "contractAssetAccountingCode"),
    ("contract_liability_accounting_code_id", "contractLiabilityAccountingCode"),
    ("contract_recognized_revenue_accounting_code_id", "contractRecognizedRevenueAccountingCode"),
    ("deferred_revenue_accounting_code_id", "deferredRevenueAccountingCode"),
    ("recognized_revenue_accounting_code_id", "recognizedRevenueAccountingCode"),
    ("unbilled_receivables_accounting_code_id", "unbilledReceivablesAccountingCode"),
];

/// Sets a member of an object, where it stands or at its end.
fn put(shown: &mut Json, name: &str, value: Json) {
    if let Json::Object(members) = shown {
        match members.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => members.push((name.to_owned(), value)),
        }
    }
}

/// An invoice. `new`: as the answer to its creation shows it.
///
/// # Errors
/// A fault when a value does not fit the model.
pub fn invoice(invoice: &View, manner: &Manner, new: bool) -> Result<Json> {
    let mut shown = view("InvoiceResponse", invoice, &INVOICE, manner)?;
    if let Json::Object(members) = &mut shown {
        // the model says a date, the record knows the time
        let posted = members.iter_mut().find(|(name, _)| name == "postedDate");
        if let Some((_, Json::Text(time))) = posted {
            time.truncate(10);
        }
    }
    if new {
        put(&mut shown, "transferredToAccounting", Json::Null);
    }
    Ok(shown)
}

/// An invoice as the answer to a change shows it.
///
/// # Errors
/// As [`invoice`].
pub fn changed(invoice: &View, manner: &Manner) -> Result<Json> {
    view("UpdateInvoiceResponse", invoice, &CHANGED, manner)
}

/// An invoice as the answer to unposting shows it.
///
/// # Errors
/// As [`invoice`].
pub fn unposted(invoice: &View, manner: &Manner) -> Result<Json> {
    view("Invoice", invoice, &CHANGED, manner)
}

/// Items with their tax lines.
///
/// # Errors
/// As [`invoice`].
pub fn items(page: &ItemPage, manner: &Manner) -> Result<Vec<Json>> {
    let of = |line: &Record| page.taxes.descriptor.value(&line.data, "invoice_item_id").as_text().map(str::to_owned);
    let one = |item: &Record| {
        let listed = &page.items;
        let mut shown = record("InvoiceItem", &listed.descriptor, item, &ITEM, manner)?;
        for (id, name) in ITEM_CODES {
            put(&mut shown, name, code(listed, item, id).map(|(name, _)| name).into());
        }
        let mut lines = Vec::new();
        for line in page.taxes.records.iter().filter(|line| of(line).as_deref() == Some(&*item.uid)) {
            lines.push(tax_line(&page.taxes, line, manner)?);
        }
        put(&mut shown, "taxationItems", Json::object([("data", Json::List(lines))]));
        Ok(shown)
    };
    page.items.records.iter().map(one).collect()
}

/// Name and type of an accounting code that a record keeps by its id.
fn code(listed: &Listed, record: &Record, field: &str) -> Option<(String, String)> {
    let id = listed.descriptor.value(&record.data, field).as_text()?;
    listed.codes.get(id).map(|(name, kind)| (name.clone(), kind.text().to_owned()))
}

/// A tax line of an invoice.
///
/// # Errors
/// As [`invoice`].
pub fn tax_line(listed: &Listed, line: &Record, manner: &Manner) -> Result<Json> {
    record("InvoiceTaxationItem", &listed.descriptor, line, &TAX, manner)
}

/// A tax line by itself, with what it is booked to.
///
/// # Errors
/// As [`invoice`].
pub fn taxation_item(model: &str, listed: &Listed, line: &Record, manner: &Manner) -> Result<Json> {
    let mut shown = record(model, &listed.descriptor, line, &TAX, manner)?;
    let mut finance = Json::Object(Vec::new());
    for (id, name) in [
        ("account_receivable_accounting_code_id", "accountsReceivableAccountingCode"),
        ("sales_tax_payable_accounting_code_id", "salesTaxPayableAccountingCode"),
    ] {
        let (code, kind) = code(listed, line, id).unzip();
        put(&mut finance, name, code.into());
        put(&mut finance, &format!("{name}Type"), kind.into());
    }
    put(&mut shown, "financeInformation", finance);
    put(&mut shown, "memoItemId", Json::Null);
    put(&mut shown, "sourceTaxItemId", Json::Null);
    Ok(shown)
}

/// What settles an invoice: credit memos that are applied.
///
/// # Errors
/// A fault when an amount has no currency.
pub fn part(listed: &Listed, record: &Record, manner: &Manner) -> Result<Json> {
    let shape = &listed.descriptor;
    let at = shape.position("amount").unwrap_or(usize::MAX);
    let amount = accrual_model::money::decimal(shape, &record.data, at).ok_or_else(|| Error::fault("an amount without a currency"))?;
    Ok(Json::object([
        ("appliedAmount", amount.into()),
        ("createdById", record.created_by.as_str().into()),
        ("createdDate", manner.time(record.created_at).into()),
        ("creditMemoId", shape.value(&record.data, "credit_memo_id").as_text().map(str::to_owned).into()),
        ("paymentId", Json::Null),
        ("updatedById", record.updated_by.as_str().into()),
        ("updatedDate", manner.time(record.updated_at).into()),
    ]))
}
