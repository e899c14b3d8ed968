//! Tax lines of a draft, one by one (reference section 4.1).

use super::build::{Builder, jurisdiction};
use super::document::{Document, Node};
use super::input::NewTax;
use super::row::Line;
use crate::billing::Done;
use crate::billing::records;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Error, Result};
use accrual_objects::billing::TaxationItem;
use accrual_receivables::field::{ITEM_ID, TAX_ITEMS};
use accrual_receivables::invoice as engine;
use serde::Serialize;

/// Most tax lines of one request.
const MOST: usize = 500;

/// A tax line of an item.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewTaxLine {
    pub invoice_item_id: String,
    pub tax: NewTax,
}

/// Adds tax lines to items of a draft, all or none. From then on no engine taxes these items.
#[derive(Serialize)]
pub struct TaxLinesCreate {
    /// Id or number of the invoice; that of the items when nothing.
    pub invoice: Option<String>,
    pub lines: Vec<NewTaxLine>,
}

impl Command for TaxLinesCreate {
    const OPERATION: &'static str = "create_invoice_taxation_items";
    /// In the order of the request.
    type Output = Vec<Done>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Vec<Done>> {
        unit.actor.permit(super::MODIFY)?;
        if self.lines.is_empty() {
            return Err(TAX_ITEMS.missing("The request has no tax lines.").in_column("taxationItems"));
        }
        if self.lines.len() > MOST {
            let why = format!("A request has at most {MOST} tax lines; send the rest in another.");
            return Err(TAX_ITEMS.invalid(why).in_column("taxationItems").with_value(&self.lines.len().to_string()));
        }
        let invoice = match self.invoice {
            Some(key) => key,
            None => invoice_of(unit, &self.lines[0].invoice_item_id)?,
        };
        let mut document = Document::load(unit.read(), &invoice)?;
        let mut value = document.value()?;
        let mut builder = Builder::new(document.shapes.clone());
        let mut made = Vec::with_capacity(self.lines.len());
        let mut lines = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate() {
            let placed = |e: Error| inside(e, "taxationItems", at);
            let item = document.items.iter().position(|node| node.line.uid() == line.invoice_item_id);
            let absent = || ITEM_ID.absent("The invoice has no such item.").in_column("invoiceItemId").with_value(&line.invoice_item_id);
            let item = item.ok_or_else(absent).map_err(placed)?;
            let (row, tax) = builder.tax(unit, &line.tax, None).map_err(placed)?;
            jurisdiction(&tax).map_err(placed)?;
            made.push((item, Line::new(row)));
            lines.push((item, tax));
        }
        engine::add_tax_lines(&mut value, &lines)?;
        let mut places = Vec::with_capacity(made.len());
        for (item, line) in made {
            places.push((item, document.items[item].taxes.len()));
            document.items[item].taxes.push(line);
        }
        document.take(&value)?;
        document.store(unit)?;
        Ok(places.into_iter().map(|(item, tax)| Done { id: document.items[item].taxes[tax].uid().to_owned() }).collect())
    }
}

fn invoice_of(unit: &mut Unit<'_>, item: &str) -> Result<String> {
    let unknown = |e: Error| match e.rejection() {
        Some(_) => ITEM_ID.absent("There is no such invoice item.").in_column("invoiceItemId").with_value(item),
        None => e,
    };
    Ok(records::typed::<accrual_objects::billing::InvoiceItem>(unit.read(), item).map_err(unknown)?.data.invoice_id)
}

/// Changes a tax line of a draft.
#[derive(Serialize)]
pub struct TaxLineUpdate {
    pub id: String,
    pub tax: NewTax,
}

impl Command for TaxLineUpdate {
    const OPERATION: &'static str = "put_taxation_item";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let (mut document, place) = find(unit, &self.id)?;
        let mut value = document.value()?;
        let mut builder = Builder::new(document.shapes.clone());
        let line = place.line(&document)?;
        let (row, tax) = builder.tax(unit, &self.tax, Some(&line.row))?;
        match place {
            Place { item, discount: None, tax: at } => engine::replace_tax_line(&mut value, item, at, &tax)?,
            Place { discount: Some(_), .. } => return Err(of_discount()),
        }
        document.items[place.item].taxes[place.tax].row = row;
        document.take(&value)?;
        document.store(unit)?;
        Ok(Done { id: self.id })
    }
}

/// Removes a tax line of a draft.
#[derive(Serialize)]
pub struct TaxLineDelete {
    pub id: String,
}

impl Command for TaxLineDelete {
    const OPERATION: &'static str = "delete_taxation_item";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let (mut document, place) = find(unit, &self.id)?;
        let mut value = document.value()?;
        match place {
            Place { item, discount: None, tax } => engine::remove_tax_line(&mut value, item, tax)?,
            Place { discount: Some(_), .. } => return Err(of_discount()),
        }
        let line = document.items[place.item].taxes.remove(place.tax);
        document.gone.taxes.extend(line.record);
        document.take(&value)?;
        document.store(unit)?;
        Ok(Done { id: self.id })
    }
}

fn of_discount() -> Error {
    TAX_ITEMS.rule("The tax lines of a discount are changed with the discount, in an update of the invoice.")
}

/// Where a tax line stands.
#[derive(Clone, Copy)]
struct Place {
    item: usize,
    discount: Option<usize>,
    tax: usize,
}

impl Place {
    fn line(self, document: &Document) -> Result<&Line<TaxationItem>> {
        let lines = match self.discount {
            None => &document.items[self.item].taxes,
            Some(discount) => &document.items[self.item].discounts[discount].taxes,
        };
        lines.get(self.tax).ok_or_else(|| Error::fault("a tax line got lost"))
    }
}

fn find(unit: &mut Unit<'_>, id: &str) -> Result<(Document, Place)> {
    let line = records::typed::<TaxationItem>(unit.read(), id)?;
    let document = Document::load(unit.read(), &line.invoice_id)?;
    let at = |lines: &[Line<TaxationItem>]| lines.iter().position(|l| l.uid() == id);
    let one = |(item, node): (usize, &Node)| {
        let own = at(&node.taxes).map(|tax| Place { item, discount: None, tax });
        let of_discount =
            |(discount, d): (usize, &super::document::Reduction)| at(&d.taxes).map(|tax| Place { item, discount: Some(discount), tax });
        own.or_else(|| node.discounts.iter().enumerate().find_map(of_discount))
    };
    let place = document.items.iter().enumerate().find_map(one).ok_or_else(|| Error::fault("a tax line without its item"))?;
    Ok((document, place))
}
