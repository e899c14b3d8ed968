//! Splitting a draft into parts (reference section 1.8).

use super::Exact;
use super::document::Document;
use super::facts::{self, Facts};
use crate::billing::Done;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Day, Error, Result, error::Kind};
use accrual_objects::billing::InvoiceSourceType;
use accrual_receivables::field::{INVOICE_DATE, PAYMENT_TERM, SPLIT_TYPE};
use accrual_receivables::invoice::{self as engine, SplitFacts};
use accrual_receivables::tax::NoRates;
use accrual_receivables::terms::PaymentTerm;
use serde::Serialize;

/// Splits an invoice into parts that live together. Standalone invoices cannot be split.
#[derive(Serialize)]
pub struct InvoiceSplit {
    /// Id or number.
    pub invoice: String,
    /// `Percentage`; the type `Amount` is known and always refused.
    pub split_type: Option<String>,
    pub parts: Vec<SplitPart>,
}

/// One part.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SplitPart {
    pub percentage: Option<Exact>,
    #[serde(serialize_with = "super::input::day")]
    pub invoice_date: Option<Day>,
    /// Id or name.
    pub payment_term: Option<String>,
}

impl Command for InvoiceSplit {
    const OPERATION: &'static str = "split_invoice";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(super::MODIFY)?;
        let facts = Facts::load(unit)?;
        let document = Document::load(unit.read(), &self.invoice)?;
        let by_percentage = match self.split_type.as_deref() {
            None | Some("" | "Percentage") => true,
            Some("Amount") => false,
            Some(other) => return Err(SPLIT_TYPE.invalid("An invoice is split by Percentage.").with_value(other)),
        };
        let mut parts = Vec::with_capacity(self.parts.len());
        for (at, part) in self.parts.iter().enumerate() {
            let placed = |e: Error| inside(e, "splits", at);
            let term = part.payment_term.as_deref().filter(|t| !t.is_empty());
            let term = term.ok_or_else(|| placed(PAYMENT_TERM.missing("A part has a payment term.")))?;
            parts.push(engine::SplitPart {
                percentage: part.percentage.map(|p| p.0).filter(|_| by_percentage),
                date: part.invoice_date.ok_or_else(|| placed(INVOICE_DATE.missing("A part has an invoice date.")))?,
                term: facts::term(unit.read(), term).and_then(|t| facts::engine_term(&t)).map_err(placed)?,
            });
        }
        let known = SplitFacts {
            allowed: facts.rules.allow_invoice_splitting,
            standalone: document.header.source_type == InvoiceSourceType::Standalone,
            consolidated: document.header.source_type == InvoiceSourceType::Consolidation,
        };
        let mut value = document.value()?;
        let context = engine::Context {
            tax: facts.tax(value.currency),
            source: &NoRates,
            term: PaymentTerm::DUE_UPON_RECEIPT,
            closed_through: facts.closed_through,
        };
        engine::split(&mut value, &parts, known, &context)?;
        // only invoices of subscriptions and orders get here, and none can be made yet
        Err(Error::rejected(Kind::NotBuilt, "invoice.split", "Splitting the invoices of subscriptions is not built yet."))
    }
}
