//! Lines of credit memos with their tax.

use super::ProcessingType;
use accrual_base::{Day, Decimal};
use accrual_model::Object;

/// A line of a credit memo; positive amounts are credits (reference section 2.5 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CreditMemoItem {
    /// The line and its tax.
    #[field(default = 0, money = "currency", read_only)]
    pub amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub amount_without_tax: i64,
    /// The line a discount belongs to.
    #[field(max = 32, read_only)]
    pub applied_to_item_id: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub applied_to_others_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub be_applied_by_others_amount: i64,
    #[field(read_only)]
    pub charge_date: Option<Day>,
    #[field(max = 500)]
    pub description: Option<String>,
    #[field(default = false, filterable, sortable)]
    pub exclude_item_billing_from_revenue_accounting: bool,
    #[field(max = 32, read_only, filterable)]
    pub fulfillment_id: Option<String>,
    #[field(max = 32, read_only)]
    pub invoice_schedule_id: Option<String>,
    #[field(max = 32, read_only)]
    pub invoice_schedule_item_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_ship_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_sold_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_sold_to_contact_snapshot_id: Option<String>,
    #[field(max = 50)]
    pub item_type: Option<String>,
    #[field(max = 32, read_only, filterable)]
    pub order_line_item_id: Option<String>,
    #[field(max = 32, read_only)]
    pub commitment_id: Option<String>,
    #[field(max = 32, read_only)]
    pub commitment_period_id: Option<String>,
    #[field(default = "Charge", read_only)]
    pub processing_type: ProcessingType,
    #[field(max = 100)]
    pub purchase_order_number: Option<String>,
    #[field(digits = "13, 9")]
    pub quantity: Option<Decimal>,
    #[field(max = 32, read_only)]
    pub credit_from_item_source: Option<String>,
    /// The line of the invoice it takes back.
    #[field(max = 32, read_only)]
    pub credit_from_item_id: Option<String>,
    pub service_end_date: Option<Day>,
    pub service_start_date: Option<Day>,
    #[field(max = 255)]
    pub sku: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub source_item_type: Option<String>,
    #[field(max = 130)]
    pub charge_name: Option<String>,
    #[field(max = 50, read_only, filterable, sortable)]
    pub charge_number: Option<String>,
    #[field(max = 50, read_only)]
    pub commitment_charge_segment_number: Option<String>,
    #[field(max = 50, read_only)]
    pub commitment_charge_number: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub tax_amount: i64,
    #[field(max = 64)]
    pub tax_code_name: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub tax_exempt_amount: i64,
    #[field(values = ["TaxInclusive", "TaxExclusive"])]
    pub tax_mode: Option<String>,
    #[field(max = 255)]
    pub unit_of_measure: Option<String>,
    #[field(digits = "13, 9")]
    pub unit_price: Option<Decimal>,
    #[field(default = 0, money = "currency", read_only)]
    pub unapplied_amount: i64,
    #[field(max = 32, read_only, filterable, sortable)]
    pub subscription_id: Option<String>,
    #[field(max = 100, read_only, filterable, sortable)]
    pub subscription_number: Option<String>,
    #[field(reference = "InvoiceItem", read_only, filterable, sortable)]
    pub invoice_item_id: Option<String>,
    #[field(max = 32, read_only)]
    pub product_rate_plan_charge_id: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub rate_plan_charge_id: Option<String>,
    #[field(max = 50)]
    pub revenue_recognition_rule_name: Option<String>,
    #[field(reference = "CreditMemo", read_only, filterable, sortable)]
    pub credit_memo_id: String,
    #[field(digits = "13, 9", read_only)]
    pub number_of_deliveries: Option<Decimal>,
    #[field(default = false, read_only)]
    pub reflect_discount_in_net_amount: bool,
    #[field(values = ["Yes", "No"], default = "Yes", read_only)]
    pub revenue_impacting: String,
    #[field(max = 32, read_only)]
    pub sold_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub bill_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub ship_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub account_receivable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub deferred_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub non_revenue_write_off_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub on_account_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub recognized_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub debit_memo_item_id: Option<String>,
    #[field(max = 32, read_only)]
    pub journal_entry_id: Option<String>,
    #[field(max = 32, read_only)]
    pub subscription_owner_id: Option<String>,
    /// Of the memo.
    #[field(max = 3, read_only, required)]
    pub currency: String,
    #[field(default = 0, money = "currency", read_only)]
    pub refund_amount: i64,
}

/// One tax of a line of a credit memo.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CreditTaxationItem {
    /// Name of an accounting code.
    #[field(max = 100)]
    pub accounting_code: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub applied_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub exempt_amount: i64,
    #[field(max = 255)]
    pub jurisdiction: Option<String>,
    #[field(max = 32)]
    pub location_code: Option<String>,
    #[field(max = 128, required)]
    pub name: String,
    #[field(default = 0, money = "currency", read_only)]
    pub refund_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub taxable_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub tax_amount: i64,
    #[field(max = 64)]
    pub tax_code: Option<String>,
    #[field(max = 255)]
    pub tax_code_description: Option<String>,
    pub tax_date: Option<Day>,
    #[field(read_only)]
    pub period_end_date: Option<Day>,
    #[field(read_only)]
    pub period_start_date: Option<Day>,
    #[field(values = ["TaxInclusive", "TaxExclusive"])]
    pub tax_mode: Option<String>,
    #[field(digits = "13, 15")]
    pub tax_rate: Decimal,
    #[field(max = 255)]
    pub tax_rate_description: Option<String>,
    #[field(values = ["Percentage", "FlatFee"])]
    pub tax_rate_type: String,
    #[field(default = 0, money = "currency", read_only)]
    pub unapplied_amount: i64,
    #[field(reference = "CreditMemoItem", read_only, filterable)]
    pub credit_memo_item_id: String,
    #[field(max = 32, read_only)]
    pub taxable_item_snapshot_id: Option<String>,
    /// The tax line of the invoice it takes back.
    #[field(max = 32, read_only, filterable)]
    pub taxation_item_id: Option<String>,
    #[field(max = 32, read_only)]
    pub account_receivable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub on_account_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub sales_tax_payable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub journal_entry_id: Option<String>,
    #[field(reference = "CreditMemo", read_only)]
    pub credit_memo_id: String,
    /// Of the memo.
    #[field(max = 3, read_only, required)]
    pub currency: String,
}
