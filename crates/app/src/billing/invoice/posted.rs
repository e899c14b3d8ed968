//! What follows from posting, all in the transaction that posts: revenue schedules, the revenue sub-ledger, and the word to
//! the world. Everything that hangs on a posted invoice is called from here.

use super::document::Document;
use super::row::Line;
use crate::billing::credit_memo::Made;
use crate::billing::revenue_schedule;
use crate::revenue_flow::{self, Accounts, PostedItem};
use crate::unit::Unit;
use accrual_base::{Currency, Day, Decimal, Error, Result, rounding};
use accrual_model::Stored;
use accrual_objects::billing::{Account, AccountingCodeType, CreditMemoItem, InvoiceItem};
use accrual_receivables::memo::CreditMemo;
use serde_json::json;
use std::collections::BTreeMap;

/// An invoice was stored as posted.
///
/// # Errors
/// What a follower refuses: the invoice is not posted then.
pub(super) fn posted(unit: &mut Unit<'_>, account: &Stored<Account>, document: &Document) -> Result<()> {
    let header = &document.header;
    if document.item_lines().any(|line| line.revenue_recognition_rule_name.is_some()) {
        revenue_schedule::schedules_of_posted_invoice(unit, header.uid())?;
    }
    if revenue_flow::on(unit.read())? {
        let accounts = account_names(unit, document)?;
        let number = header.invoice_number.clone().unwrap_or_default();
        let date = header.invoice_date.ok_or_else(|| Error::fault("a posted invoice without a date"))?;
        let mut items = Vec::with_capacity(document.items.len());
        for (at, node) in document.items.iter().enumerate() {
            items.extend(billed(&node.line, at, &accounts)?);
        }
        revenue_flow::post(unit, &sheet(account, document, header.uid(), &number, date)?, &items)?;
    }
    let payload = json!({
        "invoiceId": header.uid(),
        "invoiceNumber": header.invoice_number,
        "accountId": account.uid,
        "accountNumber": account.account_number,
    });
    unit.outbox("invoice.posted", &payload)
}

/// An invoice that was posted is a draft again.
///
/// # Errors
/// What a follower refuses: lines that the revenue sub-ledger has taken cannot be taken out of it again.
pub(super) fn unposted(unit: &mut Unit<'_>, document: &Document) -> Result<()> {
    if revenue_flow::on(unit.read())? {
        let why = "The invoice is part of the revenue sub-ledger, which takes nothing back; reverse it instead.";
        return Err(accrual_receivables::field::STATUS.rule(why));
    }
    if document.item_lines().any(|line| line.revenue_recognition_rule_name.is_some()) {
        revenue_schedule::cancel_schedules_of_invoice(unit, document.header.uid())?;
    }
    unit.outbox("invoice.unposted", &json!({"invoiceId": document.header.uid(), "invoiceNumber": document.header.invoice_number}))
}

/// An invoice was reversed or written off by a credit memo that is stored as posted.
///
/// # Errors
/// What a follower refuses.
pub(super) fn credited(
    unit: &mut Unit<'_>,
    account: &Stored<Account>,
    document: &Document,
    memo: &CreditMemo,
    made: &Made,
    reversed: bool,
) -> Result<()> {
    let ruled = made.items.iter().any(|line| line.revenue_recognition_rule_name.is_some());
    if ruled && memo.revenue_impacting {
        revenue_schedule::schedules_of_posted_credit_memo(unit, &made.id)?;
    }
    if memo.revenue_impacting && revenue_flow::on(unit.read())? {
        let accounts = account_names(unit, document)?;
        let mut items = Vec::with_capacity(made.items.len());
        for line in made.items.iter().filter(|line| line.applied_to_item_id.is_none()) {
            let mut discounts = made.items.iter().filter(|d| d.applied_to_item_id.as_deref() == Some(line.uid()));
            let credit = discounts.try_fold(line.amount_without_tax, |sum, d| rounding::add(sum, d.amount_without_tax))?;
            let from = document.items.iter().position(|n| Some(n.line.uid()) == line.invoice_item_id.as_deref());
            let Some(at) = from else { return Err(Error::fault("a line of a memo without its item")) };
            let Some(billed) = billed(&document.items[at].line, at, &accounts)? else { continue };
            items.push(taken_back(line, billed, credit, reversed)?);
        }
        revenue_flow::post(unit, &sheet(account, document, &made.id, &made.number, memo.date)?, &items)?;
    }
    let topic = if reversed { "invoice.reversed" } else { "invoice.written_off" };
    unit.outbox(topic, &json!({"invoiceId": document.header.uid(), "creditMemoId": made.id, "accountId": account.uid}))
}

/// What the lines of a document share, for the sub-ledger.
fn sheet<'a>(
    account: &'a Stored<Account>,
    document: &Document,
    id: &'a str,
    number: &'a str,
    date: Day,
) -> Result<revenue_flow::Document<'a>> {
    let header = &document.header;
    Ok(revenue_flow::Document {
        id,
        number,
        date,
        account_id: &account.uid,
        account_number: account.account_number.as_deref().unwrap_or_default(),
        account_name: &account.name,
        currency: document.currency()?,
        home: header.home_currency.as_deref().and_then(Currency::named).zip(header.exchange_rate),
    })
}

type Names = BTreeMap<String, (String, AccountingCodeType)>;

/// The names of the accounting codes the items keep by id.
fn account_names(unit: &mut Unit<'_>, document: &Document) -> Result<Names> {
    let ids = document.items.iter().flat_map(|node| {
        let line = &node.line;
        let kept = [
            &line.contract_liability_accounting_code_id,
            &line.contract_recognized_revenue_accounting_code_id,
            &line.unbilled_receivables_accounting_code_id,
            &line.contract_asset_accounting_code_id,
            &line.adjustment_liability_accounting_code_id,
            &line.adjustment_revenue_accounting_code_id,
        ];
        kept.into_iter().flatten().cloned().collect::<Vec<_>>()
    });
    super::names(unit.read(), ids.collect::<Vec<_>>())
}

/// An item with its discounts, without tax; nothing when it is kept out of revenue accounting.
fn billed<'a>(line: &'a Line<InvoiceItem>, at: usize, names: &'a Names) -> Result<Option<PostedItem<'a>>> {
    if line.exclude_item_billing_from_revenue_accounting {
        return Ok(None);
    }
    let name = |id: &Option<String>| id.as_ref().and_then(|id| names.get(id)).map(|(name, _)| name.as_str());
    let charge = line.charge_name.as_deref();
    Ok(Some(PostedItem {
        id: line.uid(),
        position: i64::try_from(at + 1).map_err(|_| Error::fault("too many items"))?,
        reverses: None,
        booking_reference: line.booking_reference.as_deref(),
        item: line.charge_number.as_deref().or(line.sku.as_deref()).or(charge).unwrap_or_default(),
        description: line.description.as_deref().or(charge).unwrap_or_default(),
        amount: rounding::add(line.charge_amount, line.discount_amount)?,
        quantity: line.quantity.unwrap_or(Decimal::ONE),
        service: line.service_start_date.map(|start| (start, line.service_end_date.unwrap_or(start))),
        accounts: Accounts {
            contract_liability: name(&line.contract_liability_accounting_code_id),
            recognised_revenue: name(&line.contract_recognized_revenue_accounting_code_id),
            unbilled_receivables: name(&line.unbilled_receivables_accounting_code_id),
            contract_asset: name(&line.contract_asset_accounting_code_id),
            adjustment_liability: name(&line.adjustment_liability_accounting_code_id),
            adjustment_revenue: name(&line.adjustment_revenue_accounting_code_id),
        },
        charge_id: line.product_rate_plan_charge_id.as_deref(),
        charge_name: charge,
    }))
}

/// The line of a memo that credits an item: a reversal names what it takes back.
fn taken_back<'a>(line: &'a Line<CreditMemoItem>, billed: PostedItem<'a>, credit: i64, reversed: bool) -> Result<PostedItem<'a>> {
    Ok(PostedItem {
        id: line.uid(),
        reverses: line.invoice_item_id.as_deref().filter(|_| reversed),
        amount: rounding::sub(0, credit)?,
        quantity: -billed.quantity,
        ..billed
    })
}
