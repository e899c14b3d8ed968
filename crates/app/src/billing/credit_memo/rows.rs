//! The lines of a memo as rows.

use super::{MemoOf, source, source_tax};
use crate::billing::Fields;
use crate::billing::invoice::{Codes, Document, Line, Row, memo_codes};
use crate::unit::Unit;
use accrual_base::{Error, Result, rounding};
use accrual_model::{Descriptor, Object};
use accrual_objects::billing::{CreditMemoItem, CreditTaxationItem, InvoiceItem, ProcessingType};
use accrual_receivables::memo::{CreditMemo, MemoLine, MemoLineKind, MemoTax};
use accrual_store::nouns::lines::{self, NewId};
use std::collections::BTreeMap;

/// What the caller says of the memo's line of one item.
#[derive(Debug, Default)]
pub(in crate::billing) struct Override {
    /// Of a credit memo item.
    pub fields: Fields,
    /// Names of accounting codes by the name of their field.
    pub codes: BTreeMap<String, String>,
}

/// Lines and tax lines of a memo, in order.
pub(super) struct Rows {
    pub items: Vec<Line<CreditMemoItem>>,
    pub taxes: Vec<Line<CreditTaxationItem>>,
}

impl Rows {
    /// The rows of the engine's lines; nothing but what is copied from the invoice and what the caller says.
    ///
    /// # Errors
    /// What the caller says and the nouns refuse; a fault when a line has no source.
    pub fn of(unit: &mut Unit<'_>, invoice: &Document, memo: &CreditMemo, of: &MemoOf, shape: &Descriptor, memo_id: &str) -> Result<Self> {
        let stamp = unit.stamp();
        let taxes = memo.lines.iter().map(|l| l.taxes.len()).sum();
        let mut item_ids = lines::reserve(unit.tx, shape, memo.lines.len(), stamp)?.into_iter();
        let mut tax_ids = lines::reserve(unit.tx, CreditTaxationItem::descriptor(), taxes, stamp)?.into_iter();
        let mut rows = Self { items: Vec::with_capacity(memo.lines.len()), taxes: Vec::with_capacity(taxes) };
        let mut codes = Codes::default();
        // the memo's line of each charge, which its discounts name
        let mut charges: BTreeMap<usize, String> = BTreeMap::new();
        for line in &memo.lines {
            let from = source(invoice, line).ok_or_else(|| Error::fault("a line of a memo without its item"))?;
            let mut row = Row::plain(CreditMemoItem::default());
            if let Some(said) = of.overrides.get(from.uid()) {
                row = overridden(unit, &mut codes, said, shape)?;
            }
            copy(&mut row, &from, line, memo, of)?;
            memo_id.clone_into(&mut row.credit_memo_id);
            if line.discount.is_some() {
                row.applied_to_item_id = charges.get(&line.item).cloned();
            }
            let id = next(&mut item_ids)?;
            if line.discount.is_none() {
                charges.insert(line.item, id.uid.clone());
            }
            for tax in &line.taxes {
                let row = tax_row(invoice, tax, line, memo_id, &id.uid)?;
                rows.taxes.push(Line { record: None, id: Some(next(&mut tax_ids)?), row: Row::plain(row) });
            }
            rows.items.push(Line { record: None, id: Some(id), row });
        }
        Ok(rows)
    }
}

fn next(ids: &mut impl Iterator<Item = NewId>) -> Result<NewId> {
    ids.next().ok_or_else(|| Error::fault("too few ids were reserved"))
}

fn overridden(unit: &mut Unit<'_>, codes: &mut Codes, said: &Override, shape: &Descriptor) -> Result<Row<CreditMemoItem>> {
    let mut values = said.fields.onto(shape, None)?;
    for parent in ["credit_memo_id", "currency"] {
        if let Some(at) = shape.position(parent) {
            values.set(at, "-".into());
        }
    }
    let mut row: Row<CreditMemoItem> = Row::of(values)?;
    for (field, name) in said.codes.iter().filter(|(_, name)| !name.is_empty()) {
        let unknown =
            || Error::invalid("object.unknown_field", "There is no such accounting code of a memo item.").in_column(field.clone());
        let types = memo_codes(field).ok_or_else(unknown)?;
        let id = Some(codes.find(unit.read(), field, name, types)?);
        match field.as_str() {
            "accountsReceivableAccountingCode" => row.account_receivable_accounting_code_id = id,
            "deferredRevenueAccountingCode" => row.deferred_revenue_accounting_code_id = id,
            "recognizedRevenueAccountingCode" => row.recognized_revenue_accounting_code_id = id,
            "onAccountAccountingCode" => row.on_account_accounting_code_id = id,
            _ => row.non_revenue_write_off_accounting_code_id = id,
        }
    }
    Ok(row)
}

/// Fills what the caller did not say from the item, and the amounts from the engine.
fn copy(row: &mut CreditMemoItem, from: &Line<InvoiceItem>, line: &MemoLine, memo: &CreditMemo, of: &MemoOf) -> Result<()> {
    let own = |slot: &mut Option<String>, other: &Option<String>| {
        if slot.is_none() {
            slot.clone_from(other);
        }
    };
    let tax = line.taxes.iter().try_fold(0, |sum, t| rounding::add(sum, t.amount))?;
    row.amount_without_tax = line.amount;
    row.tax_amount = tax;
    row.amount = rounding::add(line.amount, tax)?;
    row.tax_exempt_amount = line.taxes.iter().try_fold(0, |sum, t| rounding::add(sum, t.exempt))?;
    row.applied_to_others_amount = row.amount;
    row.processing_type = match line.kind {
        MemoLineKind::Charge => ProcessingType::Charge,
        MemoLineKind::Discount => ProcessingType::Discount,
        MemoLineKind::Rounding => ProcessingType::Rounding,
    };
    row.quantity = Some(line.quantity);
    row.unit_price = Some(line.unit_price);
    row.charge_date = Some(memo.date);
    own(&mut row.charge_name, &from.charge_name);
    own(&mut row.sku, &from.sku);
    own(&mut row.unit_of_measure, &from.uom);
    own(&mut row.description, &from.description);
    own(&mut row.purchase_order_number, &from.purchase_order_number);
    own(&mut row.item_type, &from.item_type);
    row.service_start_date = row.service_start_date.or(from.service_start_date);
    row.service_end_date = row.service_end_date.or(from.service_end_date);
    row.exclude_item_billing_from_revenue_accounting |= from.exclude_item_billing_from_revenue_accounting || !memo.revenue_impacting;
    row.credit_from_item_source = Some("InvoiceItem".to_owned());
    row.credit_from_item_id = Some(from.uid().to_owned());
    row.invoice_item_id = Some(from.uid().to_owned());
    row.source_item_type = Some("InvoiceDetail".to_owned());
    row.product_rate_plan_charge_id.clone_from(&from.product_rate_plan_charge_id);
    row.revenue_recognition_rule_name.clone_from(&from.revenue_recognition_rule_name);
    row.tax_code_name.clone_from(&from.tax_code);
    row.tax_mode.clone_from(&from.tax_mode);
    row.revenue_impacting = if memo.revenue_impacting { "Yes" } else { "No" }.to_owned();
    own(&mut row.account_receivable_accounting_code_id, &from.account_receivable_accounting_code_id);
    own(&mut row.deferred_revenue_accounting_code_id, &from.deferred_revenue_accounting_code_id);
    own(&mut row.recognized_revenue_accounting_code_id, &from.recognized_revenue_accounting_code_id);
    own(&mut row.non_revenue_write_off_accounting_code_id, &of.non_revenue);
    row.currency.clone_from(&from.currency);
    row.bill_to_contact_snapshot_id.clone_from(&from.bill_to_contact_snapshot_id);
    row.sold_to_contact_snapshot_id.clone_from(&from.sold_to_contact_snapshot_id);
    row.ship_to_contact_snapshot_id.clone_from(&from.ship_to_contact_snapshot_id);
    Ok(())
}

fn tax_row(invoice: &Document, tax: &MemoTax, line: &MemoLine, memo_id: &str, item_id: &str) -> Result<CreditTaxationItem> {
    let from = source_tax(invoice, tax.source).ok_or_else(|| Error::fault("a tax line of a memo without its source"))?;
    Ok(CreditTaxationItem {
        accounting_code: from.accounting_code.clone(),
        applied_amount: tax.amount,
        exempt_amount: tax.exempt,
        jurisdiction: from.jurisdiction.clone(),
        location_code: from.location_code.clone(),
        name: tax.name.clone(),
        taxable_amount: line.amount,
        tax_amount: tax.amount,
        tax_code: from.tax_code.clone(),
        tax_code_description: from.tax_code_description.clone(),
        tax_date: from.tax_date,
        tax_mode: from.tax_mode.clone(),
        tax_rate: tax.rate,
        tax_rate_description: from.tax_rate_description.clone(),
        tax_rate_type: tax.kind.name().to_owned(),
        credit_memo_item_id: item_id.to_owned(),
        taxation_item_id: Some(from.uid().to_owned()),
        account_receivable_accounting_code_id: from.account_receivable_accounting_code_id.clone(),
        sales_tax_payable_accounting_code_id: from.sales_tax_payable_accounting_code_id.clone(),
        credit_memo_id: memo_id.to_owned(),
        currency: from.currency.clone(),
        ..CreditTaxationItem::default()
    })
}
