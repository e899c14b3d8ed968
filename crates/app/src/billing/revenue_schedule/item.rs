//! The posted item a schedule belongs to.

use crate::billing::records;
use accrual_base::{Day, Error, Result};
use accrual_ledger::field::{CHARGE, ITEM_ID, SCHEDULE};
use accrual_model::{Filter, Object, Query, Stored};
use accrual_objects::billing::{
    CreditMemo, CreditMemoItem, Invoice, InvoiceItem, InvoiceStatus, MemoStatus, ProductRatePlanCharge, RevenueSchedule,
};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// What kind of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ItemKind {
    InvoiceItem,
    CreditMemoItem,
}

impl ItemKind {
    /// `linkedTransactionType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvoiceItem => "InvoiceItem",
            Self::CreditMemoItem => "CreditMemoItem",
        }
    }
}

/// An item by its id.
#[derive(Clone, Debug, Serialize)]
pub struct ItemKey {
    pub kind: ItemKind,
    pub id: String,
}

/// What a schedule takes from its item.
pub(super) struct Source {
    pub kind: ItemKind,
    pub id: String,
    /// Of the document.
    pub number: Option<String>,
    pub date: Day,
    pub posted: bool,
    pub account_id: String,
    pub subscription_id: Option<String>,
    pub subscription_charge_id: Option<String>,
    pub product_charge_id: Option<String>,
    pub rule: Option<String>,
    /// Minor units without tax; negative for a credit memo.
    pub amount: i64,
    pub currency: String,
    /// The recognition start date, or the first day of service.
    pub start: Option<Day>,
    pub end: Option<Day>,
    pub exchange_rate_date: Option<Day>,
    pub recognized_code: Option<String>,
    pub deferred_code: Option<String>,
}

impl Source {
    pub fn of_invoice_item(invoice: &Stored<Invoice>, item: &Stored<InvoiceItem>) -> Result<Self> {
        let date = invoice.invoice_date.ok_or_else(|| Error::fault("an invoice has no date"))?;
        Ok(Self {
            kind: ItemKind::InvoiceItem,
            id: item.uid.clone(),
            number: invoice.invoice_number.clone(),
            date,
            posted: invoice.status == InvoiceStatus::Posted,
            account_id: invoice.account_id.clone(),
            subscription_id: item.subscription_id.clone(),
            subscription_charge_id: item.rate_plan_charge_id.clone(),
            product_charge_id: item.product_rate_plan_charge_id.clone(),
            rule: item.revenue_recognition_rule_name.clone(),
            amount: item.charge_amount,
            currency: invoice.currency.clone(),
            start: item.rev_rec_start_date.or(item.service_start_date),
            end: item.service_end_date,
            exchange_rate_date: invoice.exchange_rate_date,
            recognized_code: item.recognized_revenue_accounting_code_id.clone(),
            deferred_code: item.deferred_revenue_accounting_code_id.clone(),
        })
    }

    pub fn of_credit_memo_item(memo: &Stored<CreditMemo>, item: &Stored<CreditMemoItem>) -> Result<Self> {
        let date = memo.memo_date.ok_or_else(|| Error::fault("a credit memo has no date"))?;
        Ok(Self {
            kind: ItemKind::CreditMemoItem,
            id: item.uid.clone(),
            number: memo.memo_number.clone(),
            date,
            posted: memo.status == MemoStatus::Posted,
            account_id: memo.account_id.clone(),
            subscription_id: item.subscription_id.clone(),
            subscription_charge_id: item.rate_plan_charge_id.clone(),
            product_charge_id: item.product_rate_plan_charge_id.clone(),
            rule: item.revenue_recognition_rule_name.clone(),
            amount: accrual_base::rounding::sub(0, item.amount_without_tax)?,
            currency: memo.currency.clone(),
            start: item.service_start_date,
            end: item.service_end_date,
            exchange_rate_date: memo.exchange_rate_date,
            recognized_code: item.recognized_revenue_accounting_code_id.clone(),
            deferred_code: item.deferred_revenue_accounting_code_id.clone(),
        })
    }

    /// An item by its id, with its document.
    pub fn find(tx: &mut dyn Read, key: &ItemKey) -> Result<Self> {
        match key.kind {
            ItemKind::InvoiceItem => {
                let item = by_id::<InvoiceItem>(tx, key)?;
                let invoice = records::typed::<Invoice>(tx, &item.invoice_id)?;
                Self::of_invoice_item(&invoice, &item)
            }
            ItemKind::CreditMemoItem => {
                let item = by_id::<CreditMemoItem>(tx, key)?;
                let memo = records::typed::<CreditMemo>(tx, &item.credit_memo_id)?;
                Self::of_credit_memo_item(&memo, &item)
            }
        }
    }

    /// The schedule of the item as declared, its amounts still to come. An item without codes of its own has those of its charge.
    pub fn schedule(self, tx: &mut dyn Read, rule: &str) -> Result<RevenueSchedule> {
        let (recognized, deferred) = match (&self.recognized_code, &self.deferred_code, &self.product_charge_id) {
            (None, None, Some(charge)) => super::rule::codes_of_charge(tx, charge)?,
            _ => (self.recognized_code, self.deferred_code),
        };
        Ok(RevenueSchedule {
            account_id: self.account_id,
            subscription_id: self.subscription_id,
            subscription_charge_id: self.subscription_charge_id,
            product_charge_id: self.product_charge_id,
            recognition_rule_name: rule.to_owned(),
            amount: self.amount,
            currency: self.currency,
            linked_transaction_id: Some(self.id),
            linked_transaction_number: self.number,
            linked_transaction_type: Some(self.kind.name().to_owned()),
            linked_transaction_date: Some(self.date),
            revenue_schedule_date: Some(self.date),
            exchange_rate_date: self.exchange_rate_date,
            recognized_revenue_accounting_code_id: recognized,
            deferred_revenue_accounting_code_id: deferred,
            ..RevenueSchedule::default()
        })
    }
}

fn by_id<T: Object>(tx: &mut dyn Read, key: &ItemKey) -> Result<Stored<T>> {
    let found = nouns::get_by_uid(tx, T::descriptor(), &key.id)?;
    let missing = || ITEM_ID.absent(format!("There is no {} with this id.", T::descriptor().label)).with_value(&key.id);
    found.ok_or_else(missing)?.typed()
}

/// The schedules of an item, by age. There is one, and one more for each time its document was taken back and posted again.
pub(super) fn schedules_of(tx: &mut dyn Read, item: &str) -> Result<Vec<Stored<RevenueSchedule>>> {
    typed::list(tx, &Query::of(Filter::eq("linked_transaction_id", item)))
}

/// Whether an item has a schedule that was not taken back.
pub(super) fn is_scheduled(tx: &mut dyn Read, item: &str, amount: i64) -> Result<bool> {
    Ok(schedules_of(tx, item)?.iter().any(|s| s.amount != 0 || amount == 0))
}

/// The id of the schedule of an item that must have one: the latest.
pub(super) fn schedule_of(tx: &mut dyn Read, key: &ItemKey) -> Result<String> {
    let found = schedules_of(tx, &key.id)?.pop();
    let missing = || SCHEDULE.absent(format!("The {} has no revenue schedule.", key.kind.name())).with_value(&key.id);
    Ok(found.ok_or_else(missing)?.uid.clone())
}

/// A product charge by its id or number.
pub(super) fn product_charge(tx: &mut dyn Read, key: &str) -> Result<Stored<ProductRatePlanCharge>> {
    if let Some(record) = nouns::get_by_uid(tx, ProductRatePlanCharge::descriptor(), key)? {
        return record.typed();
    }
    let found = typed::find::<ProductRatePlanCharge>(tx, "product_rate_plan_charge_number", key)?;
    found.ok_or_else(|| CHARGE.absent("There is no product rate plan charge with this id or number.").with_value(key))
}
