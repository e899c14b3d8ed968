//! Posting (reference section 1.4).

use super::balance::{Moved, move_balances};
use super::document::Document;
use super::facts::{self, Facts};
use super::{contacts, home, numbering, posted};
use crate::billing::Done;
use crate::context::Context;
use crate::execute::{Command, execute};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Day, Result};
use accrual_model::{Stored, id};
use accrual_objects::billing::Account;
use accrual_receivables::field::INVOICES;
use accrual_receivables::invoice as engine;
use accrual_receivables::tax::NoRates;
use serde::Serialize;

/// Posts a draft.
#[derive(Serialize)]
pub struct InvoicePost {
    /// Id or number.
    pub invoice: String,
    /// A new invoice date; the due date is recomputed with it.
    #[serde(serialize_with = "super::input::day")]
    pub invoice_date: Option<Day>,
}

impl Command for InvoicePost {
    const OPERATION: &'static str = "post_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::POST)?;
        let facts = Facts::load(unit)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let account = super::account_of(unit, &document)?;
        let mut value = document.value()?;
        let term = document.header.payment_term.clone();
        let term = facts::term_of(unit.read(), term.as_deref().unwrap_or(&account.payment_term))?;
        let context = engine::Context {
            tax: facts.tax(value.currency),
            source: &NoRates,
            term: facts::engine_term(&term)?,
            closed_through: facts.closed_through,
        };
        engine::post(&mut value, engine::Post { date: self.invoice_date, tax_pending: false }, &context)?;
        document.take(&value)?;
        stamp(unit, &facts, &account, &mut document)?;
        document.store(unit)?;
        finish(unit, &account, &document)?;
        Ok(Done { id: document.header.uid().to_owned() })
    }
}

/// Posts several drafts, each by itself, in the order of the request.
///
/// # Errors
/// Rejects an empty request and more than 50 invoices.
pub async fn post_each(tenant: &Tenant, context: &Context, all: Vec<InvoicePost>) -> Result<Vec<Result<Done>>> {
    if all.is_empty() {
        return Err(INVOICES.missing("The request has no invoices."));
    }
    if all.len() > accrual_receivables::limits::BATCH {
        let why = format!("A request has at most {} invoices; send the rest in another.", accrual_receivables::limits::BATCH);
        return Err(INVOICES.invalid(why).with_value(&all.len().to_string()));
    }
    let context = Context { idempotency_key: None, ..context.clone() };
    Ok(super::each(all.into_iter().map(|one| execute(tenant, &context, one))).await)
}

/// Writes on a document what its posting fixes: number, contacts, home amount, who and when.
pub(super) fn stamp(unit: &mut Unit<'_>, facts: &Facts, account: &Stored<Account>, document: &mut Document) -> Result<()> {
    numbering::upon_posting(unit, account, &mut document.header)?;
    if facts.rules.preserve_contact_snapshots {
        contacts::snapshots(unit, account, &mut document.header)?;
    }
    home::set(unit.read(), facts, &mut document.header)?;
    document.header.posted_by = Some(id::of_user(&unit.actor.user));
    document.header.posted_date = Some(unit.now);
    Ok(())
}

/// What follows from a document that is stored as posted.
pub(super) fn finish(unit: &mut Unit<'_>, account: &Stored<Account>, document: &Document) -> Result<()> {
    let header = &document.header;
    let moved = Moved { invoices: header.balance, last_invoice: header.invoice_date, ..Moved::default() };
    move_balances(unit, account, &header.currency, moved)?;
    posted::posted(unit, account, document)
}
