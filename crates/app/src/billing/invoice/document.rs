//! An invoice with its lines, between the store and the engine.

use super::row::{Line, Row};
use super::shapes::Shapes;
use crate::billing::records;
use accrual_base::{Currency, Error, Result, rounding};
use accrual_model::{Record, TextEnum};
use accrual_objects::billing::{Invoice, InvoiceItem, InvoiceStatus, ProcessingType, TaxationItem};
use accrual_receivables::Invoice as Value;
use accrual_receivables::invoice::{Discount, Item, Processing, Settlement, Status};
use accrual_receivables::tax::{RateType, TaxLine, TaxMode, Taxation};
use accrual_store::Read;
use accrual_store::nouns;
use std::collections::BTreeMap;

/// An invoice, its items in order, and what each carries.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Document {
    pub shapes: Shapes,
    pub header: Line<Invoice>,
    pub items: Vec<Node>,
    /// Lines that go when it is stored.
    pub gone: Gone,
}

/// Lines that go.
#[derive(Clone, Debug, Default)]
pub(in crate::billing) struct Gone {
    pub items: Vec<Record>,
    pub taxes: Vec<Record>,
}

/// A charge with its tax lines and discounts.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Node {
    pub line: Line<InvoiceItem>,
    pub taxes: Vec<Line<TaxationItem>>,
    pub discounts: Vec<Reduction>,
}

/// A discount with its tax lines.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Reduction {
    pub line: Line<InvoiceItem>,
    pub taxes: Vec<Line<TaxationItem>>,
}

impl Document {
    /// A document by the id or number of its invoice.
    ///
    /// # Errors
    /// Not found, `object.not_found`.
    pub fn load(tx: &mut dyn Read, key: &str) -> Result<Self> {
        let shapes = Shapes::load(tx)?;
        let header = nouns::named(tx, &shapes.invoice, key)?;
        let items = records::children(tx, &shapes.item, "invoice_id", &header.uid)?;
        let taxes = records::children(tx, &shapes.tax, "invoice_id", &header.uid)?;
        Self::of(shapes, header, items, taxes)
    }

    /// Puts the rows together.
    pub fn of(shapes: Shapes, header: Record, items: Vec<Record>, taxes: Vec<Record>) -> Result<Self> {
        let mut by_item: BTreeMap<String, Vec<Line<TaxationItem>>> = BTreeMap::new();
        for record in taxes {
            let line: Line<TaxationItem> = Line::stored(record)?;
            by_item.entry(line.invoice_item_id.clone()).or_default().push(line);
        }
        let mut nodes: Vec<Node> = Vec::with_capacity(items.len());
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut reductions = Vec::new();
        for record in items {
            let line: Line<InvoiceItem> = Line::stored(record)?;
            let taxes = by_item.remove(line.uid()).unwrap_or_default();
            if line.applied_to_invoice_item_id.is_some() {
                reductions.push(Reduction { line, taxes });
            } else {
                places.insert(line.uid().to_owned(), nodes.len());
                nodes.push(Node { line, taxes, discounts: Vec::new() });
            }
        }
        for reduction in reductions {
            let owner = reduction.line.applied_to_invoice_item_id.as_deref().and_then(|id| places.get(id));
            let at = owner.ok_or_else(|| Error::fault(format!("the discount {} lowers no item", reduction.line.uid())))?;
            nodes[*at].discounts.push(reduction);
        }
        Ok(Self { shapes, header: Line::stored(header)?, items: nodes, gone: Gone::default() })
    }

    /// The currency.
    ///
    /// # Errors
    /// A fault when the stored one is unknown.
    pub fn currency(&self) -> Result<Currency> {
        currency(&self.header.currency)
    }

    /// The invoice as the engine sees it.
    ///
    /// # Errors
    /// A fault when what is stored does not make one.
    pub fn value(&self) -> Result<Value> {
        let fault = |what: &str| Error::fault(format!("the invoice {} has no {what}", self.header.uid()));
        let items = self.items.iter().map(Node::value).collect::<Result<Vec<Item>>>()?;
        Ok(Value {
            currency: self.currency()?,
            status: status(self.header.status),
            reversed: self.header.reversed,
            date: self.header.invoice_date.ok_or_else(|| fault("date"))?,
            due: self.header.due_date.ok_or_else(|| fault("due date"))?,
            items,
        })
    }

    /// Takes over what the engine decided. Items and discounts are the same ones in the same order; tax lines may be others.
    ///
    /// # Errors
    /// A fault when the shapes differ, or on overflow.
    pub fn take(&mut self, value: &Value) -> Result<()> {
        if value.items.len() != self.items.len() {
            return Err(Error::fault(format!("{} items were decided, there are {}", value.items.len(), self.items.len())));
        }
        for (node, item) in self.items.iter_mut().zip(&value.items) {
            node.take(item, &mut self.gone)?;
        }
        let totals = value.totals()?;
        let header = &mut *self.header;
        header.status = stored(value.status);
        header.reversed = value.reversed;
        header.invoice_date = Some(value.date);
        header.due_date = Some(value.due);
        header.amount = totals.amount;
        header.amount_without_tax = totals.amount_without_tax;
        header.tax_amount = totals.tax_amount;
        header.tax_exempt_amount = totals.tax_exempt_amount;
        header.discount = totals.discount;
        header.payment_amount = totals.payment_amount;
        header.credit_memo_amount = totals.credit_memo_amount;
        header.balance = totals.balance;
        header.available_to_credit_amount = totals.available_to_credit;
        Ok(())
    }

    /// Every item row in the order of the document: a charge, its discounts.
    pub fn item_lines(&self) -> impl Iterator<Item = &Line<InvoiceItem>> {
        self.items.iter().flat_map(|n| std::iter::once(&n.line).chain(n.discounts.iter().map(|d| &d.line)))
    }

    /// Every tax row in the same order.
    pub fn tax_lines(&self) -> impl Iterator<Item = &Line<TaxationItem>> {
        self.items.iter().flat_map(|n| n.taxes.iter().chain(n.discounts.iter().flat_map(|d| &d.taxes)))
    }
}

impl Node {
    fn value(&self) -> Result<Item> {
        let line = &self.line;
        let mode = line.tax_mode.as_deref().map(TaxMode::named).transpose()?;
        let taxation = match (&line.tax_code, mode) {
            (Some(code), Some(mode)) => Taxation::Engine { code: code.clone(), mode },
            _ if self.taxes.is_empty() => Taxation::None,
            _ => Taxation::Given,
        };
        let engine = matches!(taxation, Taxation::Engine { .. });
        let discounts = self.discounts.iter().map(|d| d.value(engine)).collect::<Result<Vec<Discount>>>()?;
        let mut item = Item {
            processing: if line.processing_type == ProcessingType::Rounding { Processing::Rounding } else { Processing::Charge },
            amount: line.charge_amount,
            quantity: line.quantity.unwrap_or(accrual_base::Decimal::ONE),
            unit_price: line.unit_price.unwrap_or_default(),
            service_start: line.service_start_date.ok_or_else(|| Error::fault(format!("the item {} has no start", line.uid())))?,
            service_end: line.service_end_date,
            taxation,
            taxes: self.taxes.iter().map(tax_line).collect::<Result<Vec<TaxLine>>>()?,
            discounts,
            settlement: Settlement { payments: line.payment_amount, credit_memos: line.credit_memo_amount, credited: 0 },
        };
        item.settlement.credited = rounding::sub(item.net()?, line.available_to_credit_amount)?;
        Ok(item)
    }

    fn take(&mut self, item: &Item, gone: &mut Gone) -> Result<()> {
        if item.discounts.len() != self.discounts.len() {
            return Err(Error::fault("discounts were decided that are not there"));
        }
        let line = &mut *self.line;
        let net = item.net()?;
        line.charge_amount = item.amount;
        line.discount_amount = item.discount()?;
        line.quantity = Some(item.quantity);
        line.unit_price = Some(item.unit_price);
        line.service_start_date = Some(item.service_start);
        line.service_end_date = item.service_end;
        (line.tax_code, line.tax_mode) = engine_tax(&item.taxation, true);
        (line.tax_amount, line.tax_exempt_amount) = sums(&item.taxes)?;
        line.payment_amount = item.settlement.payments;
        line.credit_memo_amount = item.settlement.credit_memos;
        line.balance = item.settlement.balance(net)?;
        line.available_to_credit_amount = item.settlement.available_to_credit(net)?;
        take_taxes(&mut self.taxes, &item.taxes, item.amount, gone)?;
        for (reduction, discount) in self.discounts.iter_mut().zip(&item.discounts) {
            let line = &mut *reduction.line;
            line.charge_amount = discount.amount;
            (line.tax_code, line.tax_mode) = engine_tax(&item.taxation, !discount.own_tax);
            (line.tax_amount, line.tax_exempt_amount) = sums(&discount.taxes)?;
            take_taxes(&mut reduction.taxes, &discount.taxes, discount.amount, gone)?;
        }
        Ok(())
    }
}

impl Reduction {
    /// `engine`: its item is taxed by the engine.
    fn value(&self, engine: bool) -> Result<Discount> {
        let own_tax = if engine { self.line.tax_code.is_none() } else { !self.taxes.is_empty() };
        Ok(Discount { amount: self.line.charge_amount, taxes: self.taxes.iter().map(tax_line).collect::<Result<_>>()?, own_tax })
    }
}

/// Code and mode as an item keeps them: only where the engine taxes it.
fn engine_tax(taxation: &Taxation, follows: bool) -> (Option<String>, Option<String>) {
    match taxation {
        Taxation::Engine { code, mode } if follows => (Some(code.clone()), Some(mode.name().to_owned())),
        _ => (None, None),
    }
}

fn sums(taxes: &[TaxLine]) -> Result<(i64, i64)> {
    taxes.iter().try_fold((0, 0), |(tax, exempt), t| Ok((rounding::add(tax, t.amount)?, rounding::add(exempt, t.exempt)?)))
}

fn tax_line(line: &Line<TaxationItem>) -> Result<TaxLine> {
    Ok(TaxLine {
        name: line.name.clone(),
        code: line.tax_code.clone().unwrap_or_default(),
        jurisdiction: line.jurisdiction.clone().unwrap_or_default(),
        location_code: line.location_code.clone().unwrap_or_default(),
        rate: line.tax_rate,
        kind: if line.tax_rate_type == RateType::FlatFee.name() { RateType::FlatFee } else { RateType::Percentage },
        mode: line.tax_mode.as_deref().map(TaxMode::named).transpose()?.unwrap_or(TaxMode::Exclusive),
        date: line.tax_date.ok_or_else(|| Error::fault(format!("the tax line {} has no date", line.uid())))?,
        amount: line.tax_amount,
        exempt: line.exempt_amount,
        settlement: Settlement {
            payments: line.payment_amount,
            credit_memos: line.credit_amount,
            credited: rounding::sub(line.tax_amount, line.available_to_credit_amount)?,
        },
    })
}

/// Tax lines by their place: those that are there are overwritten, the rest goes or comes.
fn take_taxes(lines: &mut Vec<Line<TaxationItem>>, decided: &[TaxLine], taxable: i64, gone: &mut Gone) -> Result<()> {
    if lines.len() > decided.len() {
        gone.taxes.extend(lines.drain(decided.len()..).filter_map(|line| line.record));
    }
    while lines.len() < decided.len() {
        lines.push(Line::new(Row::plain(TaxationItem::default())));
    }
    for (line, tax) in lines.iter_mut().zip(decided) {
        let full = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        line.name.clone_from(&tax.name);
        line.tax_code = full(&tax.code);
        line.jurisdiction = full(&tax.jurisdiction);
        line.location_code = full(&tax.location_code);
        line.tax_rate = tax.rate;
        line.tax_rate_type = tax.kind.name().to_owned();
        line.tax_mode = Some(tax.mode.name().to_owned());
        line.tax_date = Some(tax.date);
        line.tax_amount = tax.amount;
        line.exempt_amount = tax.exempt;
        line.taxable_amount = taxable;
        line.payment_amount = tax.settlement.payments;
        line.credit_amount = tax.settlement.credit_memos;
        line.balance = tax.settlement.balance(tax.amount)?;
        line.available_to_credit_amount = tax.settlement.available_to_credit(tax.amount)?;
    }
    Ok(())
}

fn status(status: InvoiceStatus) -> Status {
    match status {
        InvoiceStatus::Draft => Status::Draft,
        InvoiceStatus::Posted => Status::Posted,
        InvoiceStatus::Canceled => Status::Canceled,
        InvoiceStatus::CancelInProgress => Status::CancelInProgress,
        InvoiceStatus::Generating => Status::Generating,
        InvoiceStatus::PendingForTax => Status::PendingForTax,
        InvoiceStatus::Split => Status::Split,
    }
}

fn stored(status: Status) -> InvoiceStatus {
    InvoiceStatus::named(status.name()).unwrap_or_default()
}

/// A stored currency.
pub(in crate::billing) fn currency(code: &str) -> Result<Currency> {
    Currency::named(code).ok_or_else(|| Error::fault(format!("{code:?} is stored as a currency")))
}
