//! Items of invoices.

use accrual_base::{Day, Decimal, Instant};
use accrual_model::{Object, TextEnum};

/// What an item is (reference section 1.3 of receivables and accounting, `processingType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum ProcessingType {
    #[default]
    Charge,
    /// Lowers the item it is applied to.
    Discount,
    Prepayment,
    Tax,
    /// The difference of invoice-level rounding.
    Rounding,
    Surcharge,
    #[text("CommitmentTrueUp")]
    CommitmentTrueUp,
    #[text("PrepaymentBilling")]
    PrepaymentBilling,
    #[text("PrepaymentApplication")]
    PrepaymentApplication,
}

/// A line of an invoice. A discount is a line of its own that names the line it lowers; its open amount is counted in that of
/// that line, so that it has no balance itself (reference section 1.3).
///
/// Contacts and accounting codes are kept as ids without an index: a million invoices have twenty million items.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct InvoiceItem {
    /// Name of an accounting code.
    #[field(max = 100, filterable, sortable)]
    pub accounting_code: Option<String>,
    #[field(max = 50, read_only)]
    pub applied_to_charge_number: Option<String>,
    /// The line a discount lowers.
    #[field(max = 32, read_only, filterable)]
    pub applied_to_invoice_item_id: Option<String>,
    /// Never with tax, whatever the tax mode.
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub charge_amount: i64,
    #[field(filterable, sortable)]
    pub charge_date: Option<Instant>,
    #[field(max = 500, read_only)]
    pub charge_description: Option<String>,
    #[field(max = 32, read_only)]
    pub charge_id: Option<String>,
    #[field(max = 130, filterable)]
    pub charge_name: Option<String>,
    #[field(max = 50, read_only, filterable, sortable)]
    pub charge_number: Option<String>,
    #[field(default = false, filterable, sortable)]
    pub exclude_item_billing_from_revenue_accounting: bool,
    #[field(reference = "Invoice", read_only, filterable, sortable)]
    pub invoice_id: String,
    #[field(default = "Charge", read_only, filterable)]
    pub processing_type: ProcessingType,
    #[field(max = 500, read_only)]
    pub product_description: Option<String>,
    #[field(max = 32, read_only)]
    pub product_id: Option<String>,
    #[field(max = 255, read_only)]
    pub product_name: Option<String>,
    #[field(reference = "ProductRatePlanCharge", fixed, filterable, sortable)]
    pub product_rate_plan_charge_id: Option<String>,
    #[field(digits = "13, 9", filterable)]
    pub quantity: Option<Decimal>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub rate_plan_charge_id: Option<String>,
    #[field(max = 100, filterable)]
    pub rev_rec_code: Option<String>,
    #[field(filterable)]
    pub rev_rec_start_date: Option<Day>,
    #[field(values = ["Contract Effective Date", "Service Activation Date", "Customer Acceptance Date"], filterable)]
    pub rev_rec_trigger_condition: Option<String>,
    /// Empty when it was not given.
    #[field(filterable)]
    pub service_end_date: Option<Day>,
    #[field(required, filterable, sortable)]
    pub service_start_date: Option<Day>,
    #[field(object = "SKU", max = 255, filterable)]
    pub sku: Option<String>,
    #[field(values = ["SubscriptionComponent", "ProductRatePlanCharge", "OrderLineItem", "InvoiceDetail", "CreditMemoItem", "DebitMemoItem", "Adjustment", "Rounding", "None", "Surcharge", "Commitment"], read_only, filterable, sortable)]
    pub source_item_type: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub subscription_id: Option<String>,
    #[field(max = 100, read_only, filterable, sortable)]
    pub subscription_number: Option<String>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub tax_amount: i64,
    /// With `tax_mode`: the engine taxes the item.
    #[field(max = 64, filterable)]
    pub tax_code: Option<String>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub tax_exempt_amount: i64,
    #[field(values = ["TaxInclusive", "TaxExclusive"], filterable)]
    pub tax_mode: Option<String>,
    /// Never used to compute the amount.
    #[field(digits = "13, 9", filterable)]
    pub unit_price: Option<Decimal>,
    #[field(object = "UOM", max = 255, filterable)]
    pub uom: Option<String>,
    #[field(max = 32, read_only)]
    pub invoice_schedule_id: Option<String>,
    #[field(max = 32, read_only)]
    pub invoice_schedule_item_id: Option<String>,
    #[field(max = 50, read_only)]
    pub commitment_charge_number: Option<String>,
    #[field(max = 50, read_only)]
    pub commitment_charge_segment_number: Option<String>,
    #[field(max = 500)]
    pub description: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub discount_amount: i64,
    #[field(max = 32, read_only, filterable)]
    pub fulfillment_id: Option<String>,
    #[field(max = 32, read_only)]
    pub commitment_id: Option<String>,
    #[field(max = 32, read_only)]
    pub commitment_period_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_ship_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_sold_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub item_sold_to_contact_snapshot_id: Option<String>,
    #[field(default = false, read_only)]
    pub reflect_discount_in_net_amount: bool,
    #[field(max = 32, read_only)]
    pub order_line_item_id: Option<String>,
    /// What is open of the line and its discounts; tax lines have balances of their own.
    #[field(default = 0, money = "currency", read_only)]
    pub balance: i64,
    #[field(digits = "13, 9", read_only)]
    pub number_of_deliveries: Option<Decimal>,
    #[field(max = 32, read_only)]
    pub parent_account_id: Option<String>,
    #[field(max = 32, read_only)]
    pub bill_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub sold_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub ship_to_contact_id: Option<String>,
    #[field(max = 32, read_only)]
    pub default_payment_method_id: Option<String>,
    #[field(max = 32, read_only)]
    pub adjustment_liability_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub adjustment_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub account_receivable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub contract_asset_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub contract_liability_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub contract_recognized_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub deferred_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub recognized_revenue_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub unbilled_receivables_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub account_id: Option<String>,
    #[field(max = 32, read_only)]
    pub bill_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub sold_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub ship_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub journal_entry_id: Option<String>,
    /// Free reference into revenue, given with the item.
    #[field(max = 100, fixed, filterable, sortable)]
    pub booking_reference: Option<String>,
    #[field(max = 50)]
    pub item_type: Option<String>,
    #[field(max = 100)]
    pub purchase_order_number: Option<String>,
    #[field(max = 50)]
    pub revenue_recognition_rule_name: Option<String>,
    #[field(max = 32, read_only)]
    pub product_rate_plan_id: Option<String>,
    #[field(max = 32, read_only)]
    pub amendment_id: Option<String>,
    #[field(max = 32, read_only)]
    pub rate_plan_id: Option<String>,
    #[field(max = 32, read_only)]
    pub subscription_owner_id: Option<String>,
    /// Of the invoice.
    #[field(max = 3, read_only, required)]
    pub currency: String,
    #[field(max = 32, read_only)]
    pub charge_type: Option<String>,
    /// Payments now applied to the line and its discounts.
    #[field(default = 0, money = "currency", read_only)]
    pub payment_amount: i64,
    /// Credit memos now applied to the line and its discounts.
    #[field(default = 0, money = "currency", read_only)]
    pub credit_memo_amount: i64,
    /// The line and its discounts less the posted credit memos made from it.
    #[field(default = 0, money = "currency", read_only)]
    pub available_to_credit_amount: i64,
    #[field(object = "IntegrationId__NS", rest = "IntegrationId__NS", max = 255)]
    pub integration_id_ns: Option<String>,
    #[field(object = "IntegrationStatus__NS", rest = "IntegrationStatus__NS", max = 255)]
    pub integration_status_ns: Option<String>,
    #[field(object = "SyncDate__NS", rest = "SyncDate__NS", max = 255)]
    pub sync_date_ns: Option<String>,
}
