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
        let [invoice, item, tax] =
            custom_field::shapes(tx, [Invoice::descriptor(), InvoiceItem::descriptor(), TaxationItem::descriptor()])?;
        Ok(Self { invoice, item, tax })
    }
}
