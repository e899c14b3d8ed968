//! Files that people put beside an invoice.

use super::invoice_file::keep;
use crate::billing::file::{self, Content};
use crate::context::Privilege;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Filter, Query, Stored};
use accrual_objects::billing::{Invoice, InvoiceFile, InvoiceStatus};
use accrual_store::nouns::typed;
use serde::Serialize;

/// Most files of an invoice (reference section 1.1).
const MOST: u32 = 50;

/// Keeps a PDF whose bytes were received beside a draft or posted invoice; answers the id of the file.
#[derive(Serialize)]
pub struct InvoiceFileUpload {
    /// Id or number.
    pub invoice: String,
    pub file_name: String,
    pub content: Content,
}

impl Command for InvoiceFileUpload {
    const OPERATION: &'static str = "invoice_file_upload";
    type Output = String;

    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        unit.actor.require(Privilege::WebservicesInbound)?;
        let invoice: Stored<Invoice> = typed::named(unit.read(), &self.invoice)?;
        if !matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Posted) {
            return Err(Error::conflict("document.status", "Files are taken for draft and posted invoices only."));
        }
        let name = file::clean_name(&self.file_name)?;
        if file::content_type(&name)? != "application/pdf" || !self.content.head.starts_with(b"%PDF-") {
            return Err(Error::invalid("file.kind", "Only PDF files are taken here.").in_column("file").with_value(&name));
        }
        let of_invoice = Query { limit: MOST, ..Query::of(Filter::eq("invoice_id", invoice.uid.as_str())) };
        if typed::list::<InvoiceFile>(unit.read(), &of_invoice)?.len() >= MOST as usize {
            return Err(Error::conflict("document.files", format!("The invoice has {MOST} files, the most it can have.")));
        }
        let key = format!("{} {name}", invoice.uid);
        if typed::find::<InvoiceFile>(unit.read(), "file_key", key.as_str())?.is_some() {
            let message = "The invoice has a file of this name already; rename the new one.";
            return Err(Error::conflict("file.name", message).in_column("file").with_value(&name));
        }
        Ok(keep(unit, invoice.uid.clone(), name, &self.content, None)?.data.file_id)
    }
}
