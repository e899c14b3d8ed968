//! Writing a document: header first, then its lines in as few steps as there are kinds of change.

use super::document::Document;
use super::row::Line;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Descriptor, Object, Record, Values, json};
use accrual_objects::billing::{Invoice, InvoiceItem, TaxationItem};
use accrual_store::nouns::lines::{self, NewId};
use serde_json::{Map, Value as Json, json};

impl Document {
    /// Stores what changed and writes it down, all as one change of the invoice.
    ///
    /// # Errors
    /// What the nouns refuse; a conflict when the invoice is not as it was read any more.
    pub fn store(&mut self, unit: &mut Unit<'_>) -> Result<()> {
        let before = self.header.record.clone();
        let mut lines_of = Trail::default();
        self.store_header(unit)?;
        self.name_items(unit)?;
        lines_of.gone("invoiceItems", &self.shapes.item, &self.gone.items);
        lines_of.gone("taxationItems", &self.shapes.tax, &self.gone.taxes);
        lines::delete_all(unit.tx, &self.shapes.tax, &self.gone.taxes)?;
        lines::delete_all(unit.tx, &self.shapes.item, &self.gone.items)?;
        self.gone = super::document::Gone::default();
        let shapes = self.shapes.clone();
        let mut items: Vec<&mut Line<InvoiceItem>> = Vec::new();
        let mut taxes: Vec<&mut Line<TaxationItem>> = Vec::new();
        for node in &mut self.items {
            items.push(&mut node.line);
            taxes.extend(&mut node.taxes);
            for reduction in &mut node.discounts {
                items.push(&mut reduction.line);
                taxes.extend(&mut reduction.taxes);
            }
        }
        write(unit, &shapes.item, items, &mut lines_of, "invoiceItems")?;
        write(unit, &shapes.tax, taxes, &mut lines_of, "taxationItems")?;
        self.write_down(unit, before.as_ref(), lines_of)
    }

    fn store_header(&mut self, unit: &mut Unit<'_>) -> Result<()> {
        let stamp = unit.stamp();
        let values = self.header.row.values()?;
        let record = match &self.header.record {
            Some(before) => lines::replace(unit.tx, &self.shapes.invoice, before, values, stamp)?,
            None => {
                let ids = lines::reserve(unit.tx, &self.shapes.invoice, 1, stamp)?;
                let all = ids.into_iter().map(|id| (id, values.clone())).collect();
                let mut made = lines::create_all(unit.tx, &self.shapes.invoice, all, stamp)?;
                made.pop().ok_or_else(|| accrual_base::Error::fault("no invoice was made"))?
            }
        };
        self.header.record = Some(record);
        Ok(())
    }

    /// New items and tax lines get their ids, and lines name the invoice and the item they belong to.
    fn name_items(&mut self, unit: &mut Unit<'_>) -> Result<()> {
        let stamp = unit.stamp();
        let invoice = self.header.uid().to_owned();
        let new_items = self.item_lines().filter(|l| l.record.is_none()).count();
        let new_taxes = self.tax_lines().filter(|l| l.record.is_none()).count();
        let mut items = lines::reserve(unit.tx, &self.shapes.item, new_items, stamp)?.into_iter();
        let mut taxes = lines::reserve(unit.tx, &self.shapes.tax, new_taxes, stamp)?.into_iter();
        let header = self.header.row.data.clone();
        for node in &mut self.items {
            name_item(&mut node.line, &mut items, &invoice, &header);
            let owner = node.line.uid().to_owned();
            node.taxes.iter_mut().for_each(|t| name_tax(t, &mut taxes, &invoice, &owner, &header));
            for reduction in &mut node.discounts {
                name_item(&mut reduction.line, &mut items, &invoice, &header);
                reduction.line.applied_to_invoice_item_id = Some(owner.clone());
                let discount = reduction.line.uid().to_owned();
                reduction.taxes.iter_mut().for_each(|t| name_tax(t, &mut taxes, &invoice, &discount, &header));
            }
        }
        Ok(())
    }

    /// One audit row for the whole document: the header, and every line that came, went or changed.
    fn write_down(&self, unit: &mut Unit<'_>, before: Option<&Record>, trail: Trail) -> Result<()> {
        let Some(record) = &self.header.record else { return Ok(()) };
        let shape = &self.shapes.invoice;
        let mut is = compact(shape, record);
        is.extend(trail.after);
        let was = before.map(|record| {
            let mut was = compact(shape, record);
            was.extend(trail.before);
            Json::Object(was)
        });
        unit.audit(&Invoice::descriptor().names.object, &record.uid, was.as_ref(), Some(&Json::Object(is)))
    }
}

fn name_item(line: &mut Line<InvoiceItem>, ids: &mut impl Iterator<Item = NewId>, invoice: &str, header: &Invoice) {
    if line.record.is_none() {
        line.id = ids.next();
        invoice.clone_into(&mut line.invoice_id);
        line.currency.clone_from(&header.currency);
        line.account_id = Some(header.account_id.clone());
        line.bill_to_contact_id.clone_from(&header.bill_to_contact_id);
        line.sold_to_contact_id.clone_from(&header.sold_to_contact_id);
        line.ship_to_contact_id.clone_from(&header.ship_to_contact_id);
    }
}

fn name_tax(line: &mut Line<TaxationItem>, ids: &mut impl Iterator<Item = NewId>, invoice: &str, item: &str, header: &Invoice) {
    if line.record.is_none() {
        line.id = ids.next();
        invoice.clone_into(&mut line.invoice_id);
        item.clone_into(&mut line.invoice_item_id);
        line.currency.clone_from(&header.currency);
    }
}

/// Stores lines: new ones together, then those that changed.
pub(in crate::billing) fn write<T: Object>(
    unit: &mut Unit<'_>,
    shape: &Descriptor,
    lines: Vec<&mut Line<T>>,
    trail: &mut Trail,
    list: &'static str,
) -> Result<()> {
    let stamp = unit.stamp();
    let (mut made, mut created) = (Vec::new(), Vec::new());
    let (mut kept, mut changed): (Vec<&mut Line<T>>, Vec<Values>) = (Vec::new(), Vec::new());
    for line in lines {
        let values = line.row.values()?;
        match (&line.record, line.id.take()) {
            (None, Some(id)) => {
                created.push((id, values));
                made.push(line);
            }
            (None, None) => return Err(accrual_base::Error::fault("a new line without an id")),
            (Some(record), _) if record.data != values => {
                changed.push(values);
                kept.push(line);
            }
            (Some(_), _) => {}
        }
    }
    for (line, record) in made.into_iter().zip(lines::create_all(unit.tx, shape, created, stamp)?) {
        trail.add(list, shape, None, Some(&record));
        line.record = Some(record);
    }
    let pairs = kept.iter().zip(changed).filter_map(|(line, values)| line.record.as_ref().map(|record| (record, values))).collect();
    let stored = lines::replace_all(unit.tx, shape, pairs, stamp)?;
    for (line, record) in kept.into_iter().zip(stored) {
        trail.add(list, shape, line.record.as_ref(), Some(&record));
        line.record = Some(record);
    }
    Ok(())
}

/// What the audit row of a document says of its lines.
#[derive(Default)]
pub(in crate::billing) struct Trail {
    pub before: Map<String, Json>,
    pub after: Map<String, Json>,
}

impl Trail {
    pub fn add(&mut self, list: &str, shape: &Descriptor, before: Option<&Record>, after: Option<&Record>) {
        for (side, record) in [(&mut self.before, before), (&mut self.after, after)] {
            if let Some(record) = record
                && let Json::Array(all) = side.entry(list).or_insert_with(|| json!([]))
            {
                all.push(Json::Object(compact(shape, record)));
            }
        }
    }

    fn gone(&mut self, list: &str, shape: &Descriptor, records: &[Record]) {
        records.iter().for_each(|record| self.add(list, shape, Some(record), None));
    }
}

/// A record without its empty fields.
pub(in crate::billing) fn compact(shape: &Descriptor, record: &Record) -> Map<String, Json> {
    match json::write(shape, record) {
        Json::Object(all) => all.into_iter().filter(|(_, v)| !v.is_null()).collect(),
        _ => Map::new(),
    }
}
