//! Writing off what is open of an invoice (reference section 1.7).

use super::codes::Codes;
use super::document::Document;
use super::facts::{self, Facts};
use super::input::Exact;
use super::reverse::{Reversed, credit};
use crate::billing::Fields;
use crate::billing::credit_memo::{MemoOf, Override};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Day, Result};
use accrual_objects::billing::AccountingCodeType;
use accrual_receivables::field::{NON_REVENUE_CODE, REVENUE_IMPACTING, WRITE_OFF_AMOUNT, WRITE_OFF_ITEMS};
use accrual_receivables::invoice::{self as engine, Extent, ItemWriteOff, RevenueImpact, WriteOff, WriteOffFacts};
use serde::Serialize;
use std::collections::BTreeMap;

/// Writes an invoice off: all that is open, by items, or a part.
#[derive(Default, Serialize)]
pub struct InvoiceWriteOff {
    /// Id or number.
    pub invoice: String,
    #[serde(serialize_with = "super::input::day")]
    pub memo_date: Option<Day>,
    pub reason_code: Option<String>,
    pub comment: Option<String>,
    /// A part of what is open, spread by the billing rule.
    pub amount: Option<Exact>,
    /// `Yes` or `No`.
    pub revenue_impacting: Option<String>,
    /// Name of the accounting code a write-off without impact on revenue is posted to.
    pub non_revenue_code: Option<String>,
    pub items: Option<Vec<WrittenOffItem>>,
    /// Of the credit memo: custom fields.
    pub fields: Fields,
}

/// One item of a write-off.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WrittenOffItem {
    pub invoice_item_id: String,
    pub amount_without_tax: Option<Exact>,
    /// Of the memo's item: description, service dates, unit of measure, SKU.
    pub fields: Fields,
    /// Names of accounting codes by the name of their field.
    pub codes: BTreeMap<String, String>,
    pub taxes: Vec<WrittenOffTax>,
}

/// One tax line of a write-off.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WrittenOffTax {
    pub taxation_item_id: String,
    pub amount: Option<Exact>,
}

impl Command for InvoiceWriteOff {
    const OPERATION: &'static str = "write_off_invoice";
    type Output = Reversed;

    fn run(self, unit: &mut Unit<'_>) -> Result<Reversed> {
        unit.actor.permit(const { Permission::named("Create Ad Hoc Credit Memo") })?;
        let facts = Facts::load(unit)?;
        let mut document = Document::load(unit.read(), &self.invoice)?;
        let account = super::account_of(unit, &document)?;
        let reasons = facts::reasons(unit.read())?;
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let how = WriteOff {
            today: facts.today,
            memo_date: self.memo_date,
            reason: self.reason_code.as_deref().filter(|r| !r.is_empty()),
            extent: self.extent(&document)?,
            impact: self.impact()?,
        };
        let known = WriteOffFacts {
            reasons: &reasons,
            mirroring: facts.mirroring(),
            allocation: facts.allocation(),
            enhanced: facts.rules.enhanced_write_off,
            ..WriteOffFacts::default()
        };
        let mut value = document.value()?;
        let memo = engine::write_off(&mut value, &how, known)?;
        let mut codes = Codes::default();
        let non_revenue = match &how.impact {
            RevenueImpact::Yes => None,
            RevenueImpact::No(name) => Some(codes.find(unit.read(), NON_REVENUE_CODE.name, name, &[])?),
        };
        let overrides = self.items.unwrap_or_default().into_iter();
        let overrides = overrides.map(|i| (i.invoice_item_id, Override { fields: i.fields, codes: i.codes })).collect();
        let of = MemoOf { comment: self.comment, reversal: false, non_revenue, overrides, fields: self.fields };
        credit(unit, &account, &mut document, &value, &memo, of)
    }
}

impl InvoiceWriteOff {
    fn impact(&self) -> Result<RevenueImpact> {
        match self.revenue_impacting.as_deref() {
            None | Some("" | "Yes") => Ok(RevenueImpact::Yes),
            Some("No") => Ok(RevenueImpact::No(self.non_revenue_code.clone().unwrap_or_default())),
            Some(other) => Err(REVENUE_IMPACTING.invalid("Use Yes or No.").with_value(other)),
        }
    }

    fn extent(&self, document: &Document) -> Result<Extent> {
        match (&self.items, self.amount) {
            (Some(items), Some(_)) if !items.is_empty() => {
                Err(WRITE_OFF_AMOUNT.invalid("Give the items or an amount to write off, not both."))
            }
            (Some(items), _) if !items.is_empty() => {
                let one = |(at, item): (usize, &WrittenOffItem)| item.find(document).map_err(|e| inside(e, "items", at)).transpose();
                Ok(Extent::Items(items.iter().enumerate().filter_map(one).collect::<Result<_>>()?))
            }
            (_, Some(part)) => Ok(Extent::Part(part.0)),
            (_, None) => Ok(Extent::Balance),
        }
    }
}

impl WrittenOffItem {
    /// The item by its place; nothing for a discount, whose open amount is that of its item.
    fn find(&self, document: &Document) -> Result<Option<ItemWriteOff>> {
        let of_item = |id: &str| document.items.iter().position(|node| node.line.uid() == id);
        let Some(item) = of_item(&self.invoice_item_id) else {
            let discount = document.item_lines().any(|line| line.uid() == self.invoice_item_id);
            let absent =
                || WRITE_OFF_ITEMS.absent("The invoice has no such item.").in_column("invoiceItemId").with_value(&self.invoice_item_id);
            return if discount { Ok(None) } else { Err(absent()) };
        };
        let mut taxes = Vec::with_capacity(self.taxes.len());
        for (at, tax) in self.taxes.iter().enumerate() {
            let place = document.items[item].taxes.iter().position(|line| line.uid() == tax.taxation_item_id);
            let place = place.ok_or_else(|| {
                let absent = WRITE_OFF_ITEMS.absent("The item has no such tax line.").in_column("taxationItemId");
                inside(absent.with_value(&tax.taxation_item_id), "taxationItems", at)
            })?;
            taxes.extend(tax.amount.map(|amount| (place, amount.0)));
        }
        Ok(Some(ItemWriteOff { item, amount_without_tax: self.amount_without_tax.map(|a| a.0), taxes }))
    }
}

/// Types of the codes a memo's item may name, by field.
pub(in crate::billing) fn memo_codes(field: &str) -> Option<&'static [AccountingCodeType]> {
    use AccountingCodeType as T;
    Some(match field {
        "accountsReceivableAccountingCode" => &[T::AccountsReceivable],
        "deferredRevenueAccountingCode" => &[T::DeferredRevenue],
        "recognizedRevenueAccountingCode" => &[T::SalesRevenue, T::SalesDiscounts, T::OtherRevenue],
        "onAccountAccountingCode" => &[T::OnAccountReceivable],
        "nonRevenueWriteOffAccountingCode" => &[],
        _ => return None,
    })
}
