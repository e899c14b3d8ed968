//! Descriptors of a document and its lines.

use crate::billing::custom_field;
use accrual_base::Result;
use accrual_model::{Descriptor, Object};
use accrual_objects::billing::{Invoice, InvoiceItem, TaxationItem};
use accrual_store::Read;
use std::borrow::Cow;

/// The nouns an invoice is made of, with the custom fields of the tenant.
#[derive(Clone, Debug)]
pub(in crate::billing) struct Shapes {
    pub invoice: Cow<'static, Descriptor>,
    pub item: Cow<'static, Descriptor>,
    pub tax: Cow<'static, Descriptor>,
}

impl Shapes {
    pub fn load(tx: &mut dyn Read) -> Result<Self> {
        Ok(Self {
            invoice: custom_field::shape(tx, Invoice::descriptor())?,
            item: custom_field::shape(tx, InvoiceItem::descriptor())?,
            tax: custom_field::shape(tx, TaxationItem::descriptor())?,
        })
    }
}
