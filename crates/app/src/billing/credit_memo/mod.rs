//! Credit memos that reversals and write-offs make: posted, and applied line to line to the invoice they were made from
//! (reference sections 1.6, 1.7 and 2.5).

mod rows;

pub(in crate::billing) use rows::Override;

use crate::billing::invoice::{Document, Line, Row, Trail, compact, write};
use crate::billing::numbers::{self, Document as Numbered};
use crate::billing::{Fields, custom_field};
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Object, Stored, Values, id};
use accrual_objects::billing::{
    Account, CreditMemo, CreditMemoApplication, CreditMemoItem, CreditMemoPart, CreditTaxationItem, Invoice, MemoStatus,
};
use accrual_receivables::invoice::LineKey;
use accrual_receivables::memo;
use accrual_store::nouns::lines;
use rows::Rows;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What is said of a memo besides what the engine decides.
#[derive(Debug, Default)]
pub(in crate::billing) struct MemoOf {
    pub comment: Option<String>,
    /// It takes the invoice back; otherwise it writes it off.
    pub reversal: bool,
    /// Id of the accounting code of a write-off without impact on revenue.
    pub non_revenue: Option<String>,
    /// What single items say, by id of the invoice item.
    pub overrides: BTreeMap<String, Override>,
    /// Of the memo.
    pub fields: Fields,
}

/// A memo that is stored.
pub(in crate::billing) struct Made {
    pub id: String,
    pub number: String,
    pub items: Vec<Line<CreditMemoItem>>,
}

/// Stores the memo of an invoice with its lines, its application and what it settles now.
///
/// # Errors
/// What the nouns refuse.
pub(in crate::billing) fn store(
    unit: &mut Unit<'_>,
    account: &Stored<Account>,
    invoice: &Document,
    memo: &memo::CreditMemo,
    of: MemoOf,
) -> Result<Made> {
    let shape = custom_field::shape(unit.read(), CreditMemo::descriptor())?;
    let item_shape = custom_field::shape(unit.read(), CreditMemoItem::descriptor())?;
    let stamp = unit.stamp();
    let header = header(unit, account, invoice, memo, &of, &shape)?;
    let mut ids = lines::reserve(unit.tx, &shape, 1, stamp)?;
    let memo_id = ids.first().map(|id| id.uid.clone()).unwrap_or_default();
    let all = ids.drain(..).map(|id| Ok((id, header.values()?))).collect::<Result<Vec<_>>>()?;
    let made = lines::create_all(unit.tx, &shape, all, stamp)?;

    let mut trail = Trail::default();
    let Rows { mut items, mut taxes } = Rows::of(unit, invoice, memo, &of, &item_shape, &memo_id)?;
    write(unit, &item_shape, items.iter_mut().collect(), &mut trail, "creditMemoItems")?;
    write(unit, CreditTaxationItem::descriptor(), taxes.iter_mut().collect(), &mut trail, "creditTaxationItems")?;
    if memo.applied != 0 {
        applied(unit, invoice, memo, &memo_id)?;
    }
    if let Some(record) = made.first() {
        let mut is = compact(&shape, record);
        is.extend(trail.after);
        unit.audit(&CreditMemo::descriptor().names.object, &memo_id, None, Some(&Json::Object(is)))?;
    }
    Ok(Made { id: memo_id, number: header.memo_number.clone().unwrap_or_default(), items })
}

fn header(
    unit: &mut Unit<'_>,
    account: &Stored<Account>,
    invoice: &Document,
    memo: &memo::CreditMemo,
    of: &MemoOf,
    shape: &accrual_model::Descriptor,
) -> Result<Row<CreditMemo>> {
    let from: &Invoice = &invoice.header;
    let mut values: Values = of.fields.onto(shape, None)?;
    for (field, text) in [("currency", &from.currency), ("account_id", &account.uid)] {
        if let Some(at) = shape.position(field) {
            values.set(at, text.as_str().into());
        }
    }
    let mut row: Row<CreditMemo> = Row::of(values)?;
    let set = from.sequence_set_id.clone().or_else(|| account.sequence_set_id.clone());
    row.memo_number = Some(numbers::next(unit, set.as_deref(), Numbered::CreditMemo)?);
    let tax = memo.tax_amount()?;
    row.total_amount = memo.amount()?;
    row.tax_amount = tax;
    row.total_amount_without_tax = accrual_base::rounding::sub(row.total_amount, tax)?;
    row.total_tax_exempt_amount =
        memo.lines.iter().flat_map(|l| &l.taxes).try_fold(0, |sum, t| accrual_base::rounding::add(sum, t.exempt))?;
    row.applied_amount = memo.applied;
    row.refund_amount = memo.refunded;
    row.balance = memo.unapplied()?;
    row.status = MemoStatus::Posted;
    row.reversed = of.reversal;
    row.memo_date = Some(memo.date);
    row.target_date = None;
    row.reason_code = Some(memo.reason.clone());
    row.comments = of.comment.clone().or_else(|| row.comments.clone());
    row.invoice_id = Some(invoice.header.uid().to_owned());
    row.source = Some("API".to_owned());
    row.source_type = Some("Invoice".to_owned());
    row.source_id = from.invoice_number.clone();
    row.revenue_impacting = if memo.revenue_impacting { "Yes" } else { "No" }.to_owned();
    row.tax_status = Some("Complete".to_owned());
    row.posted_by_id = Some(id::of_user(&unit.actor.user));
    row.posted_on = Some(unit.now);
    row.bill_to_contact_id.clone_from(&from.bill_to_contact_id);
    row.bill_to_contact_snapshot_id.clone_from(&from.bill_to_contact_snapshot_id);
    row.sold_to_contact_snapshot_id.clone_from(&from.sold_to_contact_snapshot_id);
    row.ship_to_contact_snapshot_id.clone_from(&from.ship_to_contact_snapshot_id);
    row.sequence_set_id.clone_from(&from.sequence_set_id);
    row.communication_profile_id.clone_from(&from.communication_profile_id);
    row.invoice_group_number.clone_from(&from.invoice_group_number);
    Ok(row)
}

/// The application of the memo to its invoice, and the part of it that is settled by the memo now.
fn applied(unit: &mut Unit<'_>, invoice: &Document, memo: &memo::CreditMemo, memo_id: &str) -> Result<()> {
    let stamp = unit.stamp();
    let (currency, account_id) = (invoice.header.currency.clone(), invoice.header.account_id.clone());
    let invoice_id = Some(invoice.header.uid().to_owned());
    let application = CreditMemoApplication {
        amount: memo.applied,
        effective_date: Some(memo.apply_date),
        credit_memo_id: memo_id.to_owned(),
        account_id: account_id.clone(),
        invoice_id: invoice_id.clone(),
        currency: currency.clone(),
        ..CreditMemoApplication::default()
    };
    let part = CreditMemoPart {
        amount: memo.applied,
        account_id: Some(account_id),
        credit_memo_id: memo_id.to_owned(),
        invoice_id,
        currency,
        ..CreditMemoPart::default()
    };
    accrual_store::nouns::typed::create(unit.tx, None, &application, stamp)?;
    accrual_store::nouns::typed::create(unit.tx, None, &part, stamp)?;
    Ok(())
}

/// The row of the invoice a line of the memo was made from.
fn source(invoice: &Document, line: &memo::MemoLine) -> Option<Line<accrual_objects::billing::InvoiceItem>> {
    let node = invoice.items.get(line.item)?;
    let found = match line.discount {
        None => &node.line,
        Some(at) => &node.discounts.get(at)?.line,
    };
    Some(found.clone())
}

/// The tax line of the invoice a tax line of the memo was made from.
fn source_tax(invoice: &Document, key: LineKey) -> Option<Line<accrual_objects::billing::TaxationItem>> {
    let found = match key {
        LineKey::Item(_) => None,
        LineKey::Tax(item, tax) => invoice.items.get(item)?.taxes.get(tax),
        LineKey::DiscountTax(item, discount, tax) => invoice.items.get(item)?.discounts.get(discount)?.taxes.get(tax),
    };
    found.cloned()
}
