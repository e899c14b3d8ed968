//! Revenue schedules and what they distribute.

use accrual_base::Day;
use accrual_model::Object;

/// An amount distributed over accounting periods (reference section 6.2 of receivables and accounting). It belongs to a
/// posted item, or to a charge under a rule that is custom unlimited.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, index = "linked_transaction_id", index = "waits_for")]
pub struct RevenueSchedule {
    #[field(unique, number = "RS-", sortable, read_only, max = 50)]
    pub number: Option<String>,
    #[field(reference = "Account", fixed, filterable)]
    pub account_id: String,
    #[field(max = 32, fixed, filterable)]
    pub subscription_id: Option<String>,
    #[field(max = 32, fixed, filterable)]
    pub subscription_charge_id: Option<String>,
    #[field(reference = "ProductRatePlanCharge", fixed, filterable)]
    pub product_charge_id: Option<String>,
    #[field(max = 50, fixed, filterable)]
    pub recognition_rule_name: String,
    /// Without tax; negative for a credit memo item. It never changes, but for a canceled document, when it falls to zero.
    #[field(money = "currency", fixed, filterable, sortable)]
    pub amount: i64,
    #[field(max = 3, fixed, filterable)]
    pub currency: String,
    /// What stands in Open-Ended.
    #[field(money = "currency", read_only, default = 0, filterable)]
    pub undistributed_unrecognized_revenue: i64,
    #[field(max = 32, fixed, filterable)]
    pub linked_transaction_id: Option<String>,
    #[field(max = 100, fixed, filterable)]
    pub linked_transaction_number: Option<String>,
    #[field(values = ["InvoiceItem", "InvoiceItemAdjustment", "CreditMemoItem", "DebitMemoItem"], fixed, filterable)]
    pub linked_transaction_type: Option<String>,
    #[field(fixed, filterable)]
    pub linked_transaction_date: Option<Day>,
    /// Of a schedule without a linked transaction.
    #[field(max = 100, filterable)]
    pub reference_id: Option<String>,
    #[field(max = 2000)]
    pub notes: Option<String>,
    #[field(required, fixed, filterable, sortable)]
    pub revenue_schedule_date: Option<Day>,
    /// The range of the last distribution by dates; none once amounts were set by hand.
    #[field(object = "RevenueScheduleRecognitionStart", read_only)]
    pub recognition_start: Option<Day>,
    #[field(object = "RevenueScheduleRecognitionEnd", read_only)]
    pub recognition_end: Option<Day>,
    #[field(read_only, max = 50)]
    pub distribution_type: Option<String>,
    /// The first day of that range behind the last accounting period: new periods take its revenue out of Open-Ended.
    #[field(read_only, filterable)]
    pub waits_for: Option<Day>,
    #[field(fixed)]
    pub exchange_rate_date: Option<Day>,
    #[field(reference = "AccountingCode")]
    pub recognized_revenue_accounting_code_id: Option<String>,
    #[field(reference = "AccountingCode")]
    pub deferred_revenue_accounting_code_id: Option<String>,
    #[field(read_only, default = 0)]
    pub event_count: i64,
}

/// What a schedule holds in an accounting period. An item that falls to zero is gone.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "revenue_schedule_id, accounting_period_id")]
pub struct RevenueScheduleItem {
    #[field(max = 32, fixed, filterable)]
    pub revenue_schedule_id: String,
    #[field(reference = "AccountingPeriod", fixed, filterable)]
    pub accounting_period_id: String,
    #[field(money = "currency", read_only)]
    pub amount: i64,
    #[field(max = 3, fixed)]
    pub currency: String,
}
