//! Credit memos.

use accrual_base::{Day, Instant};
use accrual_model::{Object, TextEnum};

/// Where a memo is in its life (reference section 2.6 of receivables and accounting).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum MemoStatus {
    #[default]
    Draft,
    Posted,
    Canceled,
    Error,
    #[text("PendingForTax")]
    PendingForTax,
    Generating,
    #[text("CancelInProgress")]
    CancelInProgress,
}

/// A credit to a customer. Amount = applied + refunded + balance (reference section 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, index = "status", index = "memo_date")]
pub struct CreditMemo {
    #[field(default = 0, money = "currency", read_only)]
    pub applied_amount: i64,
    /// What is not applied and not refunded.
    #[field(default = 0, money = "currency", read_only, filterable, sortable)]
    pub balance: i64,
    #[field(reference = "Contact")]
    pub bill_to_contact_id: Option<String>,
    #[field(reference = "ContactSnapshot", read_only)]
    pub bill_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub cancelled_by_id: Option<String>,
    #[field(read_only)]
    pub cancelled_on: Option<Instant>,
    #[field(max = 255)]
    pub comments: Option<String>,
    /// ISO 4217.
    #[field(max = 3, required, fixed)]
    pub currency: String,
    #[field(default = 0, money = "currency", read_only)]
    pub discount_amount: i64,
    #[field(max = 32, read_only, filterable, sortable)]
    pub e_invoice_status: Option<String>,
    #[field(max = 32, read_only)]
    pub e_invoice_file_id: Option<String>,
    #[field(max = 255, read_only)]
    pub e_invoice_error_code: Option<String>,
    #[field(max = 2000, read_only)]
    pub e_invoice_error_message: Option<String>,
    #[field(max = 32, read_only)]
    pub e_invoice_business_status_update_id: Option<String>,
    #[field(object = "SalesEreportingRequestId", max = 32, read_only)]
    pub sales_ereporting_request_id: Option<String>,
    #[field(object = "ArEreportingRequestId", max = 32, read_only)]
    pub ar_ereporting_request_id: Option<String>,
    #[field(read_only)]
    pub exchange_rate_date: Option<Day>,
    #[field(default = false)]
    pub exclude_from_auto_apply_rules: bool,
    #[field(default = false)]
    pub auto_apply_upon_posting: bool,
    #[field(max = 255)]
    pub invoice_group_number: Option<String>,
    #[field(required, filterable, sortable)]
    pub memo_date: Option<Day>,
    #[field(max = 255, unique, fixed, filterable, sortable)]
    pub memo_number: Option<String>,
    #[field(max = 32, read_only)]
    pub posted_by_id: Option<String>,
    #[field(read_only)]
    pub posted_on: Option<Instant>,
    /// Name of a reason code.
    #[field(max = 100)]
    pub reason_code: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub refund_amount: i64,
    #[field(default = false, read_only)]
    pub reversed: bool,
    /// A memo that is not is never written off itself.
    #[field(values = ["Yes", "No"], default = "Yes", read_only)]
    pub revenue_impacting: String,
    #[field(reference = "SequenceSet")]
    pub sequence_set_id: Option<String>,
    #[field(reference = "CommunicationProfile")]
    pub communication_profile_id: Option<String>,
    #[field(reference = "ContactSnapshot", read_only)]
    pub ship_to_contact_snapshot_id: Option<String>,
    #[field(reference = "ContactSnapshot", read_only)]
    pub sold_to_contact_snapshot_id: Option<String>,
    #[field(max = 32, read_only)]
    pub source: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub source_type: Option<String>,
    #[field(default = "Draft", read_only, filterable, sortable)]
    pub status: MemoStatus,
    #[field(read_only)]
    pub target_date: Option<Day>,
    #[field(default = 0, money = "currency", read_only)]
    pub tax_amount: i64,
    #[field(default = false, read_only)]
    pub tax_auto_calculation: bool,
    #[field(max = 1000, read_only)]
    pub tax_message: Option<String>,
    #[field(max = 32, read_only)]
    pub tax_status: Option<String>,
    /// Lines and tax.
    #[field(default = 0, money = "currency", read_only, filterable, sortable)]
    pub total_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub total_amount_without_tax: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub total_tax_exempt_amount: i64,
    #[field(values = ["No", "Processing", "Yes", "Error", "Ignore"], default = "No")]
    pub transferred_to_accounting: String,
    /// The invoice it was made from.
    #[field(reference = "Invoice", fixed, filterable, sortable)]
    pub invoice_id: Option<String>,
    #[field(reference = "Account", fixed, filterable, sortable)]
    pub account_id: String,
    #[field(max = 32, read_only)]
    pub source_id: Option<String>,
    #[field(object = "EReportingARStatus", max = 32, read_only)]
    pub e_reporting_ar_status: Option<String>,
    #[field(object = "EReportingARErrorCode", max = 255, read_only)]
    pub e_reporting_ar_error_code: Option<String>,
    #[field(object = "EReportingARErrorMessage", max = 2000, read_only)]
    pub e_reporting_ar_error_message: Option<String>,
    #[field(max = 32, read_only)]
    pub debit_memo_id: Option<String>,
    #[field(max = 32, read_only)]
    pub e_invoice_business_status: Option<String>,
    #[field(max = 255, read_only)]
    pub e_invoice_business_status_reason: Option<String>,
    #[field(max = 255, read_only)]
    pub seller_reason: Option<String>,
    #[field(max = 32, read_only)]
    pub e_reporting_sales_status: Option<String>,
    #[field(max = 255, read_only)]
    pub e_reporting_sales_error_code: Option<String>,
    #[field(max = 2000, read_only)]
    pub e_reporting_sales_error_message: Option<String>,
    #[field(object = "IntegrationId__NS", rest = "IntegrationId__NS", max = 255)]
    pub integration_id_ns: Option<String>,
    #[field(object = "IntegrationStatus__NS", rest = "IntegrationStatus__NS", max = 255)]
    pub integration_status_ns: Option<String>,
    #[field(object = "Origin__NS", rest = "Origin__NS", max = 255)]
    pub origin_ns: Option<String>,
    #[field(object = "SyncDate__NS", rest = "SyncDate__NS", max = 255)]
    pub sync_date_ns: Option<String>,
    #[field(object = "Transaction__NS", rest = "Transaction__NS", max = 255)]
    pub transaction_ns: Option<String>,
}
