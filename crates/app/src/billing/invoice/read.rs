//! Reading invoices.

use super::shapes::Shapes;
use crate::billing::custom_field;
use crate::billing::records::{self, View};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Descriptor, Filter, Object, Query, Record};
use accrual_objects::billing::{AccountingCodeType, CreditMemoPart, Invoice, InvoiceItem, TaxationItem};
use accrual_receivables::field::ITEM_ID;
use accrual_store::Read;
use accrual_store::nouns;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A page: rows passed over, and most rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    pub offset: u32,
    pub limit: u32,
}

impl Rows {
    /// Reads one more than the page, so that the answer knows whether there is another.
    fn of(self, filter: Filter) -> Query {
        Query { limit: self.limit.saturating_add(1), offset: self.offset, ..Query::of(filter) }
    }

    fn cut(self, all: &mut Vec<Record>) -> bool {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = all.len() > most;
        all.truncate(most);
        more
    }
}

/// Rows of one noun, with the names of the accounting codes they keep by id.
#[derive(Clone, Debug)]
pub struct Listed {
    pub descriptor: Cow<'static, Descriptor>,
    pub records: Vec<Record>,
    /// Name and type of accounting codes, by id.
    pub codes: BTreeMap<String, (String, AccountingCodeType)>,
    /// There are rows behind these.
    pub more: bool,
}

/// Items of an invoice with their tax lines.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// Of the invoice.
    pub invoice_id: String,
    pub items: Listed,
    /// In the order of the items; the first 300 of an item.
    pub taxes: Listed,
}

/// Most rows of a list inside an object.
const INNER: u32 = 300;

/// An invoice by its id or number.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| find(tx, key))
}

fn find(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = custom_field::shape(tx, Invoice::descriptor())?;
    let record = nouns::named(tx, &descriptor, key)?;
    Ok(View { descriptor: descriptor.into_owned(), record })
}

/// A page of the items of an invoice, oldest first.
///
/// # Errors
/// As [`get`].
pub fn items(tenant: &Tenant, context: &Context, key: &str, page: Rows) -> Result<ItemPage> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let shapes = Shapes::load(tx)?;
        let invoice = nouns::named(tx, &shapes.invoice, key)?.uid;
        let mut records = nouns::list(tx, &shapes.item, &page.of(Filter::eq("invoice_id", invoice.as_str())))?;
        let more = page.cut(&mut records);
        let mut taxes = Vec::new();
        for item in &records {
            let of_item = Query { limit: INNER, ..Query::of(Filter::eq("invoice_item_id", item.uid.as_str())) };
            taxes.extend(nouns::list(tx, &shapes.tax, &of_item)?);
        }
        let items = listed(tx, shapes.item, records, more)?;
        Ok(ItemPage { invoice_id: invoice, items, taxes: listed(tx, shapes.tax, taxes, false)? })
    })
}

/// A page of the tax lines of an item.
///
/// # Errors
/// As [`get`]; not found when the item is not one of the invoice.
pub fn tax_lines(tenant: &Tenant, context: &Context, key: &str, item: &str, page: Rows) -> Result<Listed> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let invoice = find(tx, key)?.record.uid;
        let found = nouns::get_by_uid(tx, InvoiceItem::descriptor(), item)?;
        let of_invoice = |r: &Record| InvoiceItem::descriptor().value(&r.data, "invoice_id").as_text() == Some(&*invoice);
        if !found.as_ref().is_some_and(of_invoice) {
            return Err(ITEM_ID.absent("The invoice has no such item.").with_value(item));
        }
        let shape = custom_field::shape(tx, TaxationItem::descriptor())?;
        let mut records = nouns::list(tx, &shape, &page.of(Filter::eq("invoice_item_id", item)))?;
        let more = page.cut(&mut records);
        listed(tx, shape, records, more)
    })
}

/// Every tax line of an invoice.
///
/// # Errors
/// As [`get`].
pub fn all_tax_lines(tenant: &Tenant, context: &Context, key: &str) -> Result<Listed> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let invoice = find(tx, key)?.record.uid;
        let shape = custom_field::shape(tx, TaxationItem::descriptor())?;
        let records = records::children(tx, &shape, "invoice_id", &invoice)?;
        listed(tx, shape, records, false)
    })
}

/// Tax lines by their ids, in this order.
///
/// # Errors
/// As [`get`].
pub fn tax_lines_by_id(tenant: &Tenant, context: &Context, ids: &[String]) -> Result<Listed> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let shape = custom_field::shape(tx, TaxationItem::descriptor())?;
        let records = ids.iter().map(|id| nouns::named(tx, &shape, id)).collect::<Result<Vec<_>>>()?;
        listed(tx, shape, records, false)
    })
}

/// A page of what settles an invoice now.
///
/// # Errors
/// As [`get`].
pub fn parts(tenant: &Tenant, context: &Context, key: &str, page: Rows) -> Result<Listed> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let invoice = find(tx, key)?.record.uid;
        let shape = CreditMemoPart::descriptor();
        let mut records = nouns::list(tx, shape, &page.of(Filter::eq("invoice_id", invoice.as_str())))?;
        let more = page.cut(&mut records);
        Ok(Listed { descriptor: Cow::Borrowed(shape), records, codes: BTreeMap::new(), more })
    })
}

/// Rows with the names of their accounting codes.
fn listed(tx: &mut dyn Read, descriptor: Cow<'static, Descriptor>, records: Vec<Record>, more: bool) -> Result<Listed> {
    let places: Vec<usize> =
        descriptor.fields.iter().enumerate().filter(|(_, f)| f.names.table.ends_with("_accounting_code_id")).map(|(at, _)| at).collect();
    let ids = records.iter().flat_map(|r| places.iter().filter_map(|at| r.data[*at].as_text().map(str::to_owned)));
    let codes = super::names(tx, ids.collect::<Vec<_>>())?;
    Ok(Listed { descriptor, records, codes, more })
}

/// The lines of an invoice as they are stored: items with their discounts, and tax lines. For what is made of a whole
/// document, such as its file.
///
/// # Errors
/// As [`get`].
pub fn document(tenant: &Tenant, context: &Context, key: &str) -> Result<(View, Listed, Listed)> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let Shapes { invoice, item, tax } = Shapes::load(tx)?;
        let record = nouns::named(tx, &invoice, key)?;
        let items = records::children(tx, &item, "invoice_id", &record.uid)?;
        let taxes = records::children(tx, &tax, "invoice_id", &record.uid)?;
        let view = View { descriptor: invoice.into_owned(), record };
        Ok((view, listed(tx, item, items, false)?, listed(tx, tax, taxes, false)?))
    })
}
