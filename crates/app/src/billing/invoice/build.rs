//! Items as callers send them → rows and what the engine decides on.

use super::catalog::Catalog;
use super::codes::Codes;
use super::document::{Node, Reduction};
use super::input::{NewItem, NewTax};
use super::row::{Line, Row};
use super::shapes::Shapes;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Currency, Decimal, Result};
use accrual_model::{Descriptor, Value, Values};
use accrual_objects::billing::{InvoiceItem, ProcessingType, TaxationItem};
use accrual_receivables::field::{
    AMOUNT, JURISDICTION, SERVICE_START, TAX_AMOUNT, TAX_DATE, TAX_ITEM_MODE, TAX_NAME, TAX_RATE, TAX_RATE_TYPE,
};
use accrual_receivables::invoice as engine;
use accrual_receivables::tax::{NewTaxItem, RateType, TaxMode};

/// What a command has looked up for its items; shared by all of them.
#[derive(Debug)]
pub(super) struct Builder {
    pub shapes: Shapes,
    pub codes: Codes,
    pub catalog: Catalog,
}

impl Builder {
    pub fn new(shapes: Shapes) -> Self {
        Self { shapes, codes: Codes::default(), catalog: Catalog::default() }
    }

    /// A new item with what hangs on it.
    ///
    /// # Errors
    /// Every fault of the item but those the engine finds, in the client's names.
    pub fn item(&mut self, unit: &mut Unit<'_>, new: &NewItem, currency: Currency) -> Result<(Node, engine::NewItem)> {
        let (line, amount) = self.line(unit, new, currency, None)?;
        let (tax_rows, tax_items) = self.taxes(unit, new.tax_items.as_deref().unwrap_or_default())?;
        let mut discounts = Vec::with_capacity(new.discounts.len());
        let mut reductions = Vec::with_capacity(new.discounts.len());
        for (at, discount) in new.discounts.iter().enumerate() {
            let (reduction, value) = self.discount(unit, discount, currency, &line).map_err(|e| inside(e, "discountItems", at))?;
            reductions.push(reduction);
            discounts.push(value);
        }
        let start = line.service_start_date.ok_or_else(|| SERVICE_START.missing("An item has a service start date."))?;
        let value = engine::NewItem {
            from_catalog: line.product_rate_plan_charge_id.is_some(),
            charge_name: line.charge_name.clone(),
            amount,
            quantity: line.quantity,
            unit_price: line.unit_price,
            service_start: start,
            service_end: line.service_end_date,
            tax_items: new.tax_items.as_ref().map(|_| tax_items),
            tax_code: line.tax_code.clone(),
            tax_mode: line.tax_mode.as_deref().map(TaxMode::named).transpose()?,
            discounts,
        };
        Ok((Node { line: Line::new(line), taxes: tax_rows, discounts: reductions }, value))
    }

    fn discount(
        &mut self,
        unit: &mut Unit<'_>,
        new: &NewItem,
        currency: Currency,
        of: &Row<InvoiceItem>,
    ) -> Result<(Reduction, engine::NewDiscount)> {
        let (mut line, amount) = self.line(unit, new, currency, Some(of))?;
        if line.charge_name.as_ref().is_none_or(String::is_empty) {
            let why = "A discount without a product rate plan charge needs a charge name.";
            return Err(accrual_receivables::field::CHARGE_NAME.missing(why));
        }
        line.processing_type = ProcessingType::Discount;
        line.quantity = Some(line.quantity.unwrap_or(Decimal::ONE));
        line.unit_price = Some(line.unit_price.unwrap_or(amount));
        let (taxes, tax_items) = self.taxes(unit, new.tax_items.as_deref().unwrap_or_default())?;
        Ok((Reduction { line: Line::new(line), taxes }, engine::NewDiscount { amount, tax_items }))
    }

    /// The row of an item, or of a discount of one, and its amount.
    fn line(
        &mut self,
        unit: &mut Unit<'_>,
        new: &NewItem,
        currency: Currency,
        discounted: Option<&Row<InvoiceItem>>,
    ) -> Result<(Row<InvoiceItem>, Decimal)> {
        let shape = &self.shapes.item;
        let mut values = new.fields.onto(shape, None)?;
        let amount = new.amount.ok_or_else(|| AMOUNT.missing("An item has an amount."))?.0;
        if let Some(of) = discounted {
            let day = |day: Option<accrual_base::Day>| day.map_or(Value::Null, Value::from);
            set(shape, &mut values, "service_start_date", day(of.service_start_date));
            set(shape, &mut values, "service_end_date", day(of.service_end_date));
        } else if shape.value(&values, "service_start_date").is_null() {
            return Err(SERVICE_START.missing("An item has a service start date."));
        }
        for (parent, text) in [("invoice_id", ""), ("currency", currency.code())] {
            set(shape, &mut values, parent, text.into());
        }
        accrual_model::check(shape, &with_parents(shape, &values))?;
        let mut row: Row<InvoiceItem> = Row::of(values)?;
        let taxed = new.tax_items.as_ref().is_none_or(Vec::is_empty);
        let mut codes = new.codes.clone();
        match row.product_rate_plan_charge_id.clone() {
            Some(charge) => {
                self.catalog.fill(unit.read(), &charge, &mut row, taxed, discounted.is_some())?;
                codes.retain(|field, _| !BROUGHT.contains(&field.as_str()));
                codes.extend(self.catalog.code_names(&charge));
            }
            None => {
                if let Some(sku) = &row.sku {
                    self.catalog.free_sku(unit.read(), sku)?;
                }
                row.source_item_type = Some("InvoiceDetail".to_owned());
                row.charge_type = Some("OneTime".to_owned());
            }
        }
        self.codes.item(unit.read(), &codes, &mut row)?;
        row.charge_date = Some(row.charge_date.unwrap_or(unit.now));
        Ok((row, amount))
    }

    /// Tax lines a caller brings.
    pub fn taxes(&mut self, unit: &mut Unit<'_>, all: &[NewTax]) -> Result<(Vec<Line<TaxationItem>>, Vec<NewTaxItem>)> {
        let mut rows = Vec::with_capacity(all.len());
        let mut items = Vec::with_capacity(all.len());
        for (at, new) in all.iter().enumerate() {
            let (row, item) = self.tax(unit, new, None).map_err(|e| inside(e, "taxItems", at))?;
            rows.push(Line::new(row));
            items.push(item);
        }
        Ok((rows, items))
    }

    /// A tax line: new, or a change of one that is there.
    ///
    /// # Errors
    /// Rejects what is missing and what fits no field.
    pub fn tax(&mut self, unit: &mut Unit<'_>, new: &NewTax, of: Option<&Row<TaxationItem>>) -> Result<(Row<TaxationItem>, NewTaxItem)> {
        let shape = &self.shapes.tax;
        let current = of.map(Row::values).transpose()?;
        let mut values = new.fields.onto(shape, current.as_ref())?;
        let has = |field: &str| !shape.value(&values, field).is_null();
        for (field, there) in [
            (&TAX_NAME, has("name")),
            (&TAX_AMOUNT, new.amount.is_some() || of.is_some()),
            (&TAX_DATE, has("tax_date")),
            (&TAX_RATE, has("tax_rate")),
            (&TAX_RATE_TYPE, has("tax_rate_type")),
        ] {
            if !there {
                return Err(field.missing(format!("A tax line has a {}.", field.name)));
            }
        }
        if of.is_none() {
            for (parent, text) in [("invoice_id", ""), ("invoice_item_id", ""), ("currency", "-")] {
                set(shape, &mut values, parent, text.into());
            }
        }
        accrual_model::check(shape, &with_parents(shape, &values))?;
        let mut row: Row<TaxationItem> = Row::of(values)?;
        self.codes.tax(unit.read(), &new.codes, &mut row)?;
        let currency = of.map(|row| super::document::currency(&row.currency)).transpose()?;
        let kept = |minor: fn(&TaxationItem) -> i64| match (of, currency) {
            (Some(row), Some(currency)) => accrual_receivables::amount::decimal(minor(row), currency),
            _ => Decimal::ZERO,
        };
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let item = NewTaxItem {
            name: row.name.clone(),
            code: text(&row.tax_code),
            amount: new.amount.map_or_else(|| kept(|row| row.tax_amount), |a| a.0),
            date: row.tax_date.ok_or_else(|| TAX_DATE.missing("A tax line has a taxDate."))?,
            mode: match row.tax_mode.as_deref() {
                Some(mode) => TaxMode::named(mode).map_err(|e| e.in_column(TAX_ITEM_MODE.name))?,
                None => TaxMode::Exclusive,
            },
            rate: row.tax_rate,
            kind: if row.tax_rate_type == RateType::FlatFee.name() { RateType::FlatFee } else { RateType::Percentage },
            exempt: new.exempt.map_or_else(|| kept(|row| row.exempt_amount), |a| a.0),
            jurisdiction: text(&row.jurisdiction),
            location_code: text(&row.location_code),
        };
        Ok((row, item))
    }
}

/// Codes that the charge of the catalog brings, whatever the caller says.
const BROUGHT: [&str; 3] = ["accountingCode", "deferredRevenueAccountingCode", "recognizedRevenueAccountingCode"];

/// A tax line added to a document by itself names its jurisdiction.
pub(super) fn jurisdiction(item: &NewTaxItem) -> Result<()> {
    if item.jurisdiction.is_empty() {
        return Err(JURISDICTION.missing("A tax line has a jurisdiction."));
    }
    Ok(())
}

fn set(shape: &Descriptor, values: &mut Values, field: &str, value: Value) {
    if let Some(at) = shape.position(field) {
        values.set(at, value);
    }
}

/// The values with something in the fields that name what a line belongs to, so that the rest can be checked before the
/// document has ids.
fn with_parents(shape: &Descriptor, values: &Values) -> Values {
    let mut values = values.clone();
    for parent in ["invoice_id", "invoice_item_id"] {
        set(shape, &mut values, parent, "-".into());
    }
    values
}
