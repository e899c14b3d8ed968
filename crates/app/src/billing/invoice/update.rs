//! Changing invoices (reference section 1.5).

use super::build::Builder;
use super::document::{Document, Node};
use super::facts::{self, Facts};
use super::input::{DiscountChange, InvoiceChange, ItemChange, NewItem};
use super::row::{Line, Row};
use super::taxes::Taxes;
use crate::billing::{Done, Fields};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Currency, Day, Decimal, Field, Result};
use accrual_model::{Descriptor, Stored, Value};
use accrual_objects::billing::{Account, InvoiceItem};
use accrual_receivables::field::{
    DUE_DATE, INVOICE_DATE, INVOICE_KEY, ITEM_ID, QUANTITY, SERVICE_END, SERVICE_START, TAX_CODE, TAX_MODE, UNIT_PRICE,
};
use accrual_receivables::invoice::{self as engine, Change, DiscountEdit, ItemEdit, Status, check_batch};
use accrual_receivables::tax::{TaxMode, Taxation};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const OVERRIDE: Permission = Permission::named("Invoices: Override Transferred to Accounting");

/// Changes one invoice.
#[derive(Serialize)]
pub struct InvoiceUpdate(pub InvoiceChange);

impl Command for InvoiceUpdate {
    const OPERATION: &'static str = "update_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let facts = Facts::load(unit)?;
        one(unit, &facts, &self.0)
    }
}

/// Changes several invoices, all or none.
#[derive(Serialize)]
pub struct InvoiceUpdateAll(pub Vec<InvoiceChange>);

impl Command for InvoiceUpdateAll {
    const OPERATION: &'static str = "bulk_update_invoices";
    type Output = Vec<Done>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Vec<Done>> {
        unit.actor.permit(super::MODIFY)?;
        check_batch(&self.0.iter().map(|change| change.items.len()).collect::<Vec<_>>())?;
        let facts = Facts::load(unit)?;
        let placed = |(at, change): (usize, &InvoiceChange)| {
            if change.invoice.is_empty() {
                return Err(inside(INVOICE_KEY.missing("Name the invoice by its id.").in_column("id"), "invoices", at));
            }
            one(unit, &facts, change).map_err(|e| inside(e, "invoices", at))
        };
        self.0.iter().enumerate().map(placed).collect()
    }
}

fn one(unit: &mut Unit<'_>, facts: &Facts, change: &InvoiceChange) -> Result<Done> {
    let mut document = Document::load(unit.read(), &change.invoice)?;
    let account = super::account_of(unit, &document)?;
    let mut value = document.value()?;
    let term = header(unit, &mut document, change)?;
    let mut editor =
        Editor { currency: value.currency, builder: Builder::new(document.shapes.clone()), removed: BTreeSet::new(), added: Vec::new() };
    let items = editor.changes(unit, &mut document, &change.items)?;
    editor.rearrange(&mut document);
    let update = engine::Update {
        date: day(&change.fields, &document, &INVOICE_DATE)?,
        due: day(&change.fields, &document, &DUE_DATE)?,
        term,
        items,
    };
    decide(unit, facts, &account, &document, &mut value, &update)?.apply(&mut document, &value)?;
    document.store(unit)?;
    Ok(Done { id: document.header.uid().to_owned() })
}

/// Lets the engine change the value; answers the taxes it was decided by.
fn decide(
    unit: &mut Unit<'_>,
    facts: &Facts,
    account: &Stored<Account>,
    document: &Document,
    value: &mut accrual_receivables::Invoice,
    update: &engine::Update,
) -> Result<Decided> {
    let taxed = value.status == Status::Draft && (update.date.is_some() || !update.items.is_empty());
    let codes = if taxed { codes(value, update) } else { BTreeSet::new() };
    let taxes = Taxes::load(unit.read(), facts, account, &document.header, &codes)?;
    let term = document.header.payment_term.clone();
    let term = facts::term_of(unit.read(), term.as_deref().unwrap_or(&account.payment_term))?;
    let context = engine::Context {
        tax: facts.tax(value.currency),
        source: &taxes.book,
        term: facts::engine_term(&term)?,
        closed_through: facts.closed_through,
    };
    engine::update(value, update, &context)?;
    Ok(Decided(taxes))
}

struct Decided(Taxes);

impl Decided {
    fn apply(self, document: &mut Document, value: &accrual_receivables::Invoice) -> Result<()> {
        document.take(value)?;
        self.0.book_to(document);
        Ok(())
    }
}

/// Every tax code the document may be taxed by after the change.
fn codes(value: &accrual_receivables::Invoice, update: &engine::Update) -> BTreeSet<String> {
    let standing = value.items.iter().filter_map(|item| match &item.taxation {
        Taxation::Engine { code, .. } => Some(code.clone()),
        Taxation::None | Taxation::Given => None,
    });
    let changed = update.items.iter().filter_map(|item| match item {
        engine::ItemChange::Add(new) => new.tax_code.clone(),
        engine::ItemChange::Edit(_, ItemEdit { tax_code: Change::Set(code), .. }) => Some(code.clone()),
        engine::ItemChange::Edit(..) | engine::ItemChange::Remove(_) => None,
    });
    standing.chain(changed).collect()
}

/// Writes what is changed of the header but its dates, which the engine decides; answers a new payment term.
fn header(unit: &mut Unit<'_>, document: &mut Document, change: &InvoiceChange) -> Result<Option<accrual_receivables::terms::PaymentTerm>> {
    let shape = document.shapes.invoice.clone();
    let current = document.header.row.values()?;
    let values = change.fields.onto(&shape, Some(&current))?;
    let (date, due) = (document.header.invoice_date, document.header.due_date);
    let was = document.header.transferred_to_accounting.clone();
    accrual_model::check(&shape, &values)?;
    document.header.row = Row::of(values)?;
    (document.header.invoice_date, document.header.due_date) = (date, due);
    let (from, to) = (engine::Transfer::named(&was)?, engine::Transfer::named(&document.header.transferred_to_accounting)?);
    engine::check_transfer_change(from, to, unit.actor.permissions.contains(OVERRIDE))?;
    let Some(key) = change.payment_term.as_deref().filter(|key| !key.is_empty()) else { return Ok(None) };
    let term = facts::term(unit.read(), key)?;
    document.header.payment_term = Some(term.name.clone());
    facts::engine_term(&term).map(Some)
}

/// A date of the header that is changed; it cannot be emptied.
fn day(fields: &Fields, document: &Document, field: &Field) -> Result<Option<Day>> {
    match fields.given(&document.shapes.invoice, field.name) {
        None => Ok(None),
        Some(Value::Date(day)) => Ok(Some(*day)),
        Some(Value::Null) => Err(field.invalid("An invoice keeps its dates; give another one.")),
        Some(_) => Err(field.invalid("A date is written YYYY-MM-DD.")),
    }
}

/// Changes of items, turned into what the engine knows, while the rows take what it does not know.
struct Editor {
    currency: Currency,
    builder: Builder,
    removed: BTreeSet<usize>,
    added: Vec<Node>,
}

impl Editor {
    fn changes(&mut self, unit: &mut Unit<'_>, document: &mut Document, all: &[ItemChange]) -> Result<Vec<engine::ItemChange>> {
        let places: BTreeMap<String, usize> = document.items.iter().enumerate().map(|(at, n)| (n.line.uid().to_owned(), at)).collect();
        let mut out = Vec::with_capacity(all.len());
        for (at, change) in all.iter().enumerate() {
            let one = self.change(unit, document, &places, change).map_err(|e| inside(e, "invoiceItems", at))?;
            out.push(one);
        }
        Ok(out)
    }

    fn change(
        &mut self,
        unit: &mut Unit<'_>,
        document: &mut Document,
        places: &BTreeMap<String, usize>,
        change: &ItemChange,
    ) -> Result<engine::ItemChange> {
        let Some(id) = change.id.as_deref().filter(|id| !id.is_empty()) else {
            if change.delete {
                return Err(ITEM_ID.missing("Name the item that is deleted."));
            }
            let (node, value) = self.builder.item(unit, &change.item, self.currency)?;
            self.added.push(node);
            return Ok(engine::ItemChange::Add(value));
        };
        let at = *places.get(id).ok_or_else(|| ITEM_ID.absent("The invoice has no such item.").with_value(id))?;
        if change.delete {
            self.removed.insert(at);
            return Ok(engine::ItemChange::Remove(at));
        }
        if !change.item.discounts.is_empty() {
            let why = "Discounts are added with a new item; of one that is there, name them by their id.";
            return Err(accrual_receivables::field::DISCOUNT_ITEMS.rule(why));
        }
        let gone = &mut document.gone.taxes;
        let node = &mut document.items[at];
        let mut edit = self.edit(unit, &mut node.line, &change.item)?;
        if let Some(tax_items) = &change.item.tax_items {
            let (rows, values) = self.builder.taxes(unit, tax_items)?;
            gone.extend(std::mem::replace(&mut node.taxes, rows).into_iter().filter_map(|line| line.record));
            edit.tax_items = Some(values);
        }
        for (index, discount) in change.discounts.iter().enumerate() {
            let one = self.discount(unit, node, gone, discount).map_err(|e| inside(e, "discountItems", index))?;
            edit.discounts.push(one);
        }
        Ok(engine::ItemChange::Edit(at, edit))
    }

    fn discount(
        &mut self,
        unit: &mut Unit<'_>,
        node: &mut Node,
        gone: &mut Vec<accrual_model::Record>,
        change: &DiscountChange,
    ) -> Result<DiscountEdit> {
        let found = node.discounts.iter().position(|d| d.line.uid() == change.id);
        let at = found.ok_or_else(|| ITEM_ID.absent("The item has no such discount.").with_value(&change.id))?;
        let reduction = &mut node.discounts[at];
        let edit = self.edit(unit, &mut reduction.line, &change.item)?;
        let mut tax_items = None;
        if let Some(given) = &change.item.tax_items {
            let (rows, values) = self.builder.taxes(unit, given)?;
            gone.extend(std::mem::replace(&mut reduction.taxes, rows).into_iter().filter_map(|line| line.record));
            tax_items = Some(values);
        }
        Ok(DiscountEdit { discount: at, amount: edit.amount, tax_items })
    }

    /// Writes the fields of a row that the engine does not know, and answers those it does.
    fn edit(&mut self, unit: &mut Unit<'_>, line: &mut Line<InvoiceItem>, change: &NewItem) -> Result<ItemEdit> {
        let shape = self.builder.shapes.item.clone();
        let edit = ItemEdit {
            amount: change.amount.map(|a| a.0),
            unit_price: decimal(change, &shape, &UNIT_PRICE)?,
            quantity: decimal(change, &shape, &QUANTITY)?,
            service_start: match date(change, &shape, &SERVICE_START)? {
                Change::Set(day) => Some(day),
                Change::Clear => return Err(SERVICE_START.missing("An item keeps its service start date.")),
                Change::Keep => None,
            },
            service_end: date(change, &shape, &SERVICE_END)?,
            tax_code: text(change, &shape, &TAX_CODE)?,
            tax_mode: match text(change, &shape, &TAX_MODE)? {
                Change::Set(mode) => Change::Set(TaxMode::named(&mode)?),
                Change::Clear => Change::Clear,
                Change::Keep => Change::Keep,
            },
            tax_items: None,
            discounts: Vec::new(),
        };
        let current = line.row.values()?;
        let values = change.fields.onto(&shape, Some(&current))?;
        accrual_model::check(&shape, &values)?;
        line.row = Row::of(values)?;
        self.builder.codes.item(unit.read(), &change.codes, &mut line.row.data)?;
        Ok(edit)
    }

    /// Items as the engine orders them: those that stay, then those that are new.
    fn rearrange(&mut self, document: &mut Document) {
        let mut stay = Vec::with_capacity(document.items.len() + self.added.len());
        for (at, node) in std::mem::take(&mut document.items).into_iter().enumerate() {
            if self.removed.contains(&at) {
                let Node { line, taxes, discounts } = node;
                document.gone.items.extend(line.record);
                document.gone.taxes.extend(taxes.into_iter().filter_map(|t| t.record));
                for reduction in discounts {
                    document.gone.items.extend(reduction.line.record);
                    document.gone.taxes.extend(reduction.taxes.into_iter().filter_map(|t| t.record));
                }
            } else {
                stay.push(node);
            }
        }
        stay.append(&mut self.added);
        document.items = stay;
    }
}

fn decimal(change: &NewItem, shape: &Descriptor, field: &Field) -> Result<Option<Decimal>> {
    match change.given(shape, field.name) {
        None => Ok(None),
        Some(Value::Decimal(number)) => Ok(Some(*number)),
        Some(_) => Err(field.invalid("A decimal number was expected.")),
    }
}

fn date(change: &NewItem, shape: &Descriptor, field: &Field) -> Result<Change<Day>> {
    match change.fields.given(shape, field.name) {
        None => Ok(Change::Keep),
        Some(Value::Null) => Ok(Change::Clear),
        Some(Value::Date(day)) => Ok(Change::Set(*day)),
        Some(_) => Err(field.invalid("A date is written YYYY-MM-DD.")),
    }
}

fn text(change: &NewItem, shape: &Descriptor, field: &Field) -> Result<Change<String>> {
    match change.fields.given(shape, field.name) {
        None => Ok(Change::Keep),
        Some(Value::Null) => Ok(Change::Clear),
        Some(Value::Text(text)) if text.is_empty() => Ok(Change::Clear),
        Some(Value::Text(text)) => Ok(Change::Set(text.clone())),
        Some(_) => Err(field.invalid("A text was expected.")),
    }
}
