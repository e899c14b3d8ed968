//! Schedules that arise when a document is posted, and fall when it is taken back (reference sections 6.7 and 6.8).

use super::book::{Book, Kept, NewEvent};
use super::item::{ItemKind, Source, is_scheduled, schedules_of};
use super::rule::{mark_used, model, stored_rule};
use crate::billing::{Fields, records};
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Day, Error, Result};
use accrual_ledger::schedule::{EventType, Range, RecognitionRule, Spread, TransactionDates, cancel, create_on_posting};
use accrual_model::{Object, Stored};
use accrual_objects::billing::{CreditMemo, CreditMemoItem, Invoice, InvoiceItem, RevenueAutomationStart};
use accrual_store::Read;
use accrual_store::nouns::typed;

/// Makes the schedules of an invoice that was just posted: one for each item with a recognition rule. Answers how many.
///
/// Called by the verb that posts, in its unit, after the invoice is stored as Posted. Documents before the revenue automation
/// start date make none, and an item that has a schedule keeps it.
///
/// # Errors
/// Rejects a rule that does not exist, and ranges the ledger rejects; nothing is posted then.
pub fn schedules_of_posted_invoice(unit: &mut Unit<'_>, invoice_id: &str) -> Result<usize> {
    let invoice = records::typed::<Invoice>(unit.read(), invoice_id)?;
    let items = records::children(unit.read(), InvoiceItem::descriptor(), "invoice_id", invoice_id)?;
    let mut sources = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let item: Stored<InvoiceItem> = item.typed()?;
        if item.revenue_recognition_rule_name.is_some() {
            sources.push((at, Source::of_invoice_item(&invoice, &item)?));
        }
    }
    make(unit, "invoiceItems", sources, &EventType::invoice_posted())
}

/// As [`schedules_of_posted_invoice`], for a credit memo: its schedules are negative.
///
/// # Errors
/// As there.
pub fn schedules_of_posted_credit_memo(unit: &mut Unit<'_>, memo_id: &str) -> Result<usize> {
    let memo = records::typed::<CreditMemo>(unit.read(), memo_id)?;
    let items = records::children(unit.read(), CreditMemoItem::descriptor(), "credit_memo_id", memo_id)?;
    let mut sources = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let item: Stored<CreditMemoItem> = item.typed()?;
        if item.revenue_recognition_rule_name.is_some() && item.revenue_impacting != "No" {
            sources.push((at, Source::of_credit_memo_item(&memo, &item)?));
        }
    }
    make(unit, "items", sources, &EventType::credit_memo_posted())
}

/// Makes the schedules of items, each with its place in the list that clients call it by.
fn make(unit: &mut Unit<'_>, list: &str, sources: Vec<(usize, Source)>, kind: &EventType) -> Result<usize> {
    let Some((_, first)) = sources.first() else { return Ok(0) };
    if starts(unit.read())?.is_some_and(|start| first.date < start) {
        return Ok(0);
    }
    let mut book = Book::open(unit)?;
    let mut made = 0;
    for (at, source) in sources {
        if !is_scheduled(unit.read(), &source.id, source.amount)? {
            made += usize::from(one(unit, &mut book, source, kind.clone()).map_err(|e| inside(e, list, at))?);
        }
    }
    Ok(made)
}

/// The revenue automation start date.
fn starts(tx: &mut dyn Read) -> Result<Option<Day>> {
    let stored = typed::find::<RevenueAutomationStart>(tx, "name", RevenueAutomationStart::NAME)?;
    Ok(stored.and_then(|s| s.data.start_date))
}

/// Makes the schedule of an item, unless its rule makes none by itself.
fn one(unit: &mut Unit<'_>, book: &mut Book, source: Source, kind: EventType) -> Result<bool> {
    let name = source.rule.clone().ok_or_else(|| Error::fault("an item without a recognition rule"))?;
    let rule = stored_rule(unit.read(), &name)?;
    let model = model(&rule)?;
    let dates = TransactionDates { document: source.date, start: source.start.unwrap_or(source.date), end: source.end };
    let currency = super::book::currency(&source.currency)?;
    let Some(made) = create_on_posting(model, currency, source.amount, dates, &book.chain.periods, kind)? else { return Ok(false) };
    let noun = source.schedule(unit.read(), &name)?;
    book.add(unit, noun, &Fields::default(), made, NewEvent::default(), kept(model, dates))?;
    mark_used(unit, &rule)?;
    Ok(true)
}

/// The range a schedule of a rule follows when periods are created.
fn kept(model: RecognitionRule, dates: TransactionDates) -> Kept {
    let over = Range { start: dates.start, end: dates.end.unwrap_or(dates.start) };
    let on = |day| Kept::Range(Spread::Daily, Range { start: day, end: day });
    match model {
        RecognitionRule::DailyOverTime => Kept::Range(Spread::Daily, over),
        RecognitionRule::MonthlyOverTime(kind) => Kept::Range(Spread::Monthly(kind), over),
        RecognitionRule::SpecificDate => on(dates.start),
        RecognitionRule::UponInvoicing => on(dates.document),
        RecognitionRule::Manual | RecognitionRule::CustomUnlimited => Kept::ByHand,
    }
}

/// Takes the schedules of an invoice back: it was canceled or unposted. What stands in open periods goes, what is recognised is
/// reversed in the next open one. Answers how many.
///
/// # Errors
/// A fault from the database.
pub fn cancel_schedules_of_invoice(unit: &mut Unit<'_>, invoice_id: &str) -> Result<usize> {
    let items = records::children(unit.read(), InvoiceItem::descriptor(), "invoice_id", invoice_id)?;
    take_back(unit, items.into_iter().map(|i| i.uid), ItemKind::InvoiceItem)
}

/// As [`cancel_schedules_of_invoice`], for a credit memo.
///
/// # Errors
/// As there.
pub fn cancel_schedules_of_credit_memo(unit: &mut Unit<'_>, memo_id: &str) -> Result<usize> {
    let items = records::children(unit.read(), CreditMemoItem::descriptor(), "credit_memo_id", memo_id)?;
    take_back(unit, items.into_iter().map(|i| i.uid), ItemKind::CreditMemoItem)
}

fn take_back(unit: &mut Unit<'_>, items: impl Iterator<Item = String>, kind: ItemKind) -> Result<usize> {
    let mut schedules = Vec::new();
    for item in items {
        schedules.extend(schedules_of(unit.read(), &item)?.into_iter().filter(|s| s.amount != 0).map(|s| s.uid.clone()));
    }
    if schedules.is_empty() {
        return Ok(0);
    }
    let mut book = Book::open(unit)?;
    for schedule in &schedules {
        let mut held = book.load(unit.read(), schedule)?;
        let event = cancel(&mut held.schedule.clone(), &book.chain.periods, &book.rules(), canceled(kind))?;
        held.schedule.amount = 0;
        book.change(unit, held, event, NewEvent::default(), Kept::ByHand)?;
    }
    Ok(schedules.len())
}

fn canceled(kind: ItemKind) -> EventType {
    match kind {
        ItemKind::InvoiceItem => EventType::invoice_canceled(),
        ItemKind::CreditMemoItem => EventType::credit_memo_canceled(),
    }
}
