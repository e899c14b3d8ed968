//! Canceling drafts, deleting what is canceled, and turning posted invoices into drafts again (reference section 1.4).

use super::balance::{Moved, move_balances};
use super::document::Document;
use super::facts::Facts;
use super::posted;
use super::store::compact;
use crate::billing::Done;
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Filter, Object, Query, Sort, id};
use accrual_objects::billing::{CreditMemo, Invoice, MemoStatus};
use accrual_receivables::invoice as engine;
use accrual_store::Read;
use accrual_store::nouns::{lines, typed};
use serde::Serialize;
use serde_json::Value as Json;

const UNPOST: Permission = Permission::named("Cancel Posted Billing Documents");

/// Cancels a draft.
#[derive(Serialize)]
pub struct InvoiceCancel {
    /// Id or number.
    pub invoice: String,
}

impl Command for InvoiceCancel {
    const OPERATION: &'static str = "cancel_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Cancel Invoice") })?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let mut value = document.value()?;
        // what is a job elsewhere is one step here: a canceled draft changes its header alone
        if engine::cancel(&mut value)? {
            engine::cancel(&mut value)?;
        }
        document.take(&value)?;
        document.header.canceled_by_id = Some(id::of_user(&unit.actor.user));
        document.header.canceled_on = Some(unit.now);
        document.store(unit)?;
        Ok(Done { id: document.header.uid().to_owned() })
    }
}

/// Deletes a canceled invoice with its lines. Its number may be used again.
#[derive(Serialize)]
pub struct InvoiceDelete {
    /// Id or number.
    pub invoice: String,
}

impl Command for InvoiceDelete {
    const OPERATION: &'static str = "delete_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Delete Invoice") })?;
        let document = Document::load(unit.read(), &self.invoice)?;
        engine::check_delete(&document.value()?)?;
        let Some(record) = &document.header.record else { return Err(accrual_base::Error::fault("an invoice that is not stored")) };
        lines::delete_all(unit.tx, &document.shapes.tax, document.tax_lines().filter_map(|l| l.record.as_ref()))?;
        lines::delete_all(unit.tx, &document.shapes.item, document.item_lines().filter_map(|l| l.record.as_ref()))?;
        accrual_store::nouns::delete(unit.tx, &document.shapes.invoice, record.id, Some(record.version))?;
        let mut trail = super::store::Trail::default();
        for line in document.item_lines() {
            trail.add("invoiceItems", &document.shapes.item, line.record.as_ref(), None);
        }
        for line in document.tax_lines() {
            trail.add("taxationItems", &document.shapes.tax, line.record.as_ref(), None);
        }
        let mut was = compact(&document.shapes.invoice, record);
        was.extend(trail.before);
        unit.audit(&Invoice::descriptor().names.object, &record.uid, Some(&Json::Object(was)), None)?;
        Ok(Done { id: record.uid.clone() })
    }
}

/// Turns a posted invoice into a draft again.
#[derive(Serialize)]
pub struct InvoiceUnpost {
    /// Id or number.
    pub invoice: String,
}

impl Command for InvoiceUnpost {
    const OPERATION: &'static str = "unpost_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::POST)?;
        let facts = Facts::load(unit)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let account = super::account_of(unit, &document)?;
        let mut value = document.value()?;
        let id = document.header.uid().to_owned();
        let unpost = engine::Unpost {
            permitted: facts.rules.cancel_posted_documents && unit.actor.permissions.contains(UNPOST),
            latest_of_account: latest(unit.read(), &document)?,
            memo_made: memo_made(unit.read(), &id)?,
            revenue_closed: false,
            e_invoice: electronic(&document)?,
        };
        let was = document.header.balance;
        engine::unpost(&mut value, unpost)?;
        document.take(&value)?;
        document.header.posted_by = None;
        document.header.posted_date = None;
        document.header.exchange_rate = None;
        document.header.exchange_rate_date = None;
        document.header.home_currency_amount = None;
        document.store(unit)?;
        let moved = Moved { invoices: accrual_base::rounding::sub(0, was)?, ..Moved::default() };
        move_balances(unit, &account, &document.header.currency, moved)?;
        posted::unposted(unit, &document)?;
        Ok(Done { id })
    }
}

/// Whether no later posted invoice of the account is there: by date, then by age.
fn latest(tx: &mut dyn Read, document: &Document) -> Result<bool> {
    let posted = |more: Vec<Filter>| {
        let own = [Filter::eq("account_id", document.header.account_id.as_str()), Filter::eq("status", "Posted")];
        Query::of(Filter::All(own.into_iter().chain(more).collect()))
    };
    let by_date = vec![Sort { field: "invoice_date".into(), descending: true }];
    let newest = typed::list::<Invoice>(tx, &Query { limit: 1, sort: by_date, ..posted(Vec::new()) })?.pop();
    let Some(date) = newest.and_then(|last| last.invoice_date) else { return Ok(true) };
    let of_day = typed::list::<Invoice>(tx, &posted(vec![Filter::eq("invoice_date", date)]))?;
    Ok(of_day.last().is_none_or(|last| last.uid == document.header.uid()))
}

/// Whether a memo that is not canceled was made from the invoice.
pub(super) fn memo_made(tx: &mut dyn Read, invoice: &str) -> Result<bool> {
    let memos = typed::list::<CreditMemo>(tx, &Query::of(Filter::eq("invoice_id", invoice)))?;
    Ok(memos.iter().any(|memo| memo.status != MemoStatus::Canceled))
}

/// Whether an e-invoice was issued and is not canceled.
fn electronic(document: &Document) -> Result<bool> {
    let state = document.header.e_invoice_status.as_deref().map(engine::EInvoice::named).transpose()?;
    Ok(state.is_some_and(engine::EInvoice::stands))
}
