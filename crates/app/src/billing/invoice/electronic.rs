//! What outside services report of an invoice: its e-invoice, and that it was sent (reference sections 1.1 and 1.14).

use super::document::Document;
use crate::billing::Done;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_receivables::invoice::{EInvoice, check_e_invoice};
use serde::Serialize;

/// The e-invoice takes a step.
#[derive(Default, Serialize)]
pub struct InvoiceEInvoice {
    /// Id or number.
    pub invoice: String,
    /// The state it reaches: `Processing`, `Success` …
    pub status: String,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub file_id: Option<String>,
}

impl Command for InvoiceEInvoice {
    const OPERATION: &'static str = "invoice_e_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let from = document.header.e_invoice_status.as_deref().map(EInvoice::named).transpose()?;
        let to = EInvoice::named(&self.status)?;
        check_e_invoice(&document.value()?, from, to)?;
        document.header.e_invoice_status = Some(to.name().to_owned());
        document.header.e_invoice_error_code = self.error_code;
        document.header.e_invoice_error_message = self.error_message;
        document.header.e_invoice_file_id = self.file_id.or_else(|| document.header.e_invoice_file_id.clone());
        document.store(unit)?;
        Ok(Done { id: document.header.uid().to_owned() })
    }
}

/// The invoice was sent by mail.
#[derive(Serialize)]
pub struct InvoiceEmailed {
    /// Id or number.
    pub invoice: String,
}

impl Command for InvoiceEmailed {
    const OPERATION: &'static str = "invoice_emailed";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        document.header.last_email_sent_date = Some(unit.now);
        document.store(unit)?;
        Ok(Done { id: document.header.uid().to_owned() })
    }
}
