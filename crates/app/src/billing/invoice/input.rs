//! Invoices as callers send them.

use crate::billing::Fields;
use accrual_base::{Day, Decimal};
use accrual_model::Value;
use accrual_objects::billing::CustomRate;
use serde::Serialize;
use std::collections::BTreeMap;

/// An exact decimal; written as text where a command is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Writes a day of a command down.
pub(super) fn day<S: serde::Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

/// One contact of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContactGiven {
    /// Of a contact of the account.
    pub id: Option<String>,
    /// A new contact of the account.
    pub new: Option<Fields>,
    /// The same as the bill-to contact.
    pub same_as_bill_to: bool,
}

/// The contacts of a document; the account's where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContactsGiven {
    pub bill_to: ContactGiven,
    pub sold_to: ContactGiven,
    pub ship_to: ContactGiven,
}

/// A new standalone invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewInvoice {
    pub account_id: Option<String>,
    pub account_number: Option<String>,
    /// `Draft` or `Posted`; a draft when nothing is said.
    pub status: Option<String>,
    /// Of an invoice: dates, number, comments, currency, template, custom fields.
    pub fields: Fields,
    /// Id or name.
    pub payment_term: Option<String>,
    /// Id or name.
    pub sequence_set: Option<String>,
    pub contacts: ContactsGiven,
    pub custom_rates: Vec<CustomRate>,
    pub items: Vec<NewItem>,
}

/// A new item, or a new discount of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewItem {
    /// In major units; with tax when the tax mode is inclusive.
    pub amount: Option<Exact>,
    /// Of an invoice item: charge, dates, quantity, price, tax code and mode, custom fields.
    pub fields: Fields,
    /// Names of accounting codes by the name of their field: `deferredRevenueAccountingCode`.
    pub codes: BTreeMap<String, String>,
    pub tax_items: Option<Vec<NewTax>>,
    pub discounts: Vec<NewItem>,
}

/// A tax line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewTax {
    pub amount: Option<Exact>,
    pub exempt: Option<Exact>,
    /// Of a taxation item: name, code, date, mode, rate, jurisdiction.
    pub fields: Fields,
    /// As of an item: `salesTaxPayableAccountingCode`.
    pub codes: BTreeMap<String, String>,
}

/// A change of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InvoiceChange {
    /// Id or number.
    pub invoice: String,
    /// Of an invoice.
    pub fields: Fields,
    /// Id or name; recomputes the due date.
    pub payment_term: Option<String>,
    pub items: Vec<ItemChange>,
}

/// A change of the items of an invoice: without an id the item is new, with `delete` it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ItemChange {
    pub id: Option<String>,
    pub delete: bool,
    pub item: NewItem,
    /// Discounts that are there, by id.
    pub discounts: Vec<DiscountChange>,
}

/// A change of a discount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiscountChange {
    pub id: String,
    pub item: NewItem,
}

impl NewItem {
    /// A field that is given and not empty, whatever the dialect of its name.
    pub(super) fn given(&self, descriptor: &accrual_model::Descriptor, field: &str) -> Option<&Value> {
        self.fields.given(descriptor, field).filter(|value| !value.is_null())
    }
}
