//! Invoices.

use accrual_base::{Day, Decimal, Instant};
use accrual_model::{Object, TextEnum};
use serde::{Deserialize, Serialize};

/// Where an invoice is in its life (reference section 1.4 of receivables and accounting).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum InvoiceStatus {
    #[default]
    Draft,
    Posted,
    Canceled,
    #[text("CancelInProgress")]
    CancelInProgress,
    Generating,
    #[text("PendingForTax")]
    PendingForTax,
    /// Replaced by its parts.
    Split,
}

/// What an invoice was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum InvoiceSourceType {
    Subscription,
    #[default]
    Standalone,
    Order,
    Consolidation,
}

/// An exchange rate a document brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomRate {
    /// The other currency.
    pub currency: String,
    /// One unit of the document's currency in the other: an exact decimal, as text.
    pub custom_fx_rate: String,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_date: Option<String>,
}

/// A bill. Amounts are minor units of its currency; its items and their tax lines sum to it (reference section 1.2).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, index = "status", index = "invoice_date", index = "due_date", index = "account_id, invoice_date")]
pub struct Invoice {
    #[field(reference = "Account", fixed, filterable, sortable)]
    pub account_id: String,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub adjustment_amount: i64,
    /// Items, discounts and tax.
    #[field(default = 0, money = "currency", read_only, filterable, sortable)]
    pub amount: i64,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub amount_without_tax: i64,
    #[field(default = false, filterable)]
    pub auto_pay: bool,
    /// What is open: the amount less payments and credit memos that are applied.
    #[field(default = 0, money = "currency", read_only, filterable, sortable)]
    pub balance: i64,
    #[field(max = 32, read_only, filterable)]
    pub bill_run_id: Option<String>,
    /// The account's contact when empty.
    #[field(reference = "Contact", filterable)]
    pub bill_to_contact_id: Option<String>,
    #[field(reference = "ContactSnapshot", read_only, filterable)]
    pub bill_to_contact_snapshot_id: Option<String>,
    #[field(max = 255, filterable)]
    pub comments: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub credit_balance_adjustment_amount: i64,
    /// ISO 4217.
    #[field(max = 3, required, fixed)]
    pub currency: String,
    #[field(filterable, sortable)]
    pub due_date: Option<Day>,
    #[field(default = true, read_only, filterable)]
    pub includes_one_time: bool,
    #[field(default = true, read_only, filterable)]
    pub includes_recurring: bool,
    #[field(default = true, read_only, filterable)]
    pub includes_usage: bool,
    #[field(required, filterable, sortable)]
    pub invoice_date: Option<Day>,
    /// Of the sequence set, unless the caller chose one.
    #[field(max = 255, unique, fixed, filterable, sortable)]
    pub invoice_number: Option<String>,
    #[field(read_only, filterable)]
    pub last_email_sent_date: Option<Instant>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub payment_amount: i64,
    /// Name of a payment term; the account's when empty.
    #[field(max = 100, filterable)]
    pub payment_term: Option<String>,
    #[field(max = 32, read_only, filterable)]
    pub posted_by: Option<String>,
    #[field(read_only, filterable)]
    pub posted_date: Option<Instant>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub refund_amount: i64,
    #[field(max = 15, read_only, filterable)]
    pub source: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub source_id: Option<String>,
    #[field(default = "Standalone", read_only, filterable, sortable)]
    pub source_type: InvoiceSourceType,
    #[field(default = "Draft", read_only, filterable, sortable)]
    pub status: InvoiceStatus,
    #[field(reference = "ContactSnapshot", read_only, filterable)]
    pub sold_to_contact_snapshot_id: Option<String>,
    #[field(read_only, filterable)]
    pub target_date: Option<Day>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub tax_amount: i64,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub tax_exempt_amount: i64,
    #[field(values = ["Complete", "Error", "UnknownError", "DuplicateDoc", "InvalidRequest", "InvalidResponse", "TaxEngineError", "ConcurrentModify", "InternalServerError", "TaxCodeTemplateError"], read_only, filterable)]
    pub tax_status: Option<String>,
    #[field(max = 1000, read_only, filterable)]
    pub tax_message: Option<String>,
    #[field(values = ["No", "Processing", "Yes", "Error", "Ignore"], default = "No", filterable)]
    pub transferred_to_accounting: String,
    /// Credit memos that are applied.
    #[field(default = 0, money = "currency", read_only)]
    pub credit_memo_amount: i64,
    #[field(max = 255)]
    pub invoice_group_number: Option<String>,
    /// It is a part of a split invoice.
    #[field(default = false, read_only)]
    pub is_split: bool,
    #[field(max = 32)]
    pub organization_id: Option<String>,
    /// Taken back by a credit memo: nothing of it can change any more.
    #[field(default = false, read_only, filterable, sortable)]
    pub reversed: bool,
    #[field(reference = "SequenceSet")]
    pub sequence_set_id: Option<String>,
    #[field(reference = "Contact")]
    pub sold_to_contact_id: Option<String>,
    #[field(reference = "Contact")]
    pub ship_to_contact_id: Option<String>,
    #[field(reference = "ContactSnapshot", read_only)]
    pub ship_to_contact_snapshot_id: Option<String>,
    #[field(max = 32)]
    pub template_id: Option<String>,
    #[field(reference = "CommunicationProfile")]
    pub communication_profile_id: Option<String>,
    #[field(values = ["Processing", "Success", "Failed", "Skipped", "ConditionalSuccess", "ApprovedByAuthority", "Rejected", "RetrieveTimeout", "CancelProcessing", "Cancelled", "CancelFailed", "Generated"], read_only, filterable, sortable)]
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
    #[field(max = 1000, read_only)]
    pub payment_link: Option<String>,
    #[field(object = "EReportingARStatus", max = 32, read_only)]
    pub e_reporting_ar_status: Option<String>,
    #[field(object = "EReportingARErrorCode", max = 255, read_only)]
    pub e_reporting_ar_error_code: Option<String>,
    #[field(object = "EReportingARErrorMessage", max = 2000, read_only)]
    pub e_reporting_ar_error_message: Option<String>,
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
    /// The discounts alone; negative or zero.
    #[field(default = 0, money = "currency", read_only)]
    pub discount: i64,
    /// What posted credit memos made from it have left to credit.
    #[field(default = 0, money = "currency", read_only)]
    pub available_to_credit_amount: i64,
    /// Rates the caller brought instead of those of the tenant.
    #[field(json)]
    pub custom_rates: Option<Vec<CustomRate>>,
    #[field(max = 3, read_only)]
    pub home_currency: Option<String>,
    /// The rate of the posting: home amount = amount × rate.
    #[field(digits = "13, 15", read_only)]
    pub exchange_rate: Option<Decimal>,
    /// The day whose rate it is.
    #[field(read_only)]
    pub exchange_rate_date: Option<Day>,
    /// The amount at the posting in the home currency.
    #[field(money = "home_currency", read_only)]
    pub home_currency_amount: Option<i64>,
    #[field(max = 32, read_only)]
    pub canceled_by_id: Option<String>,
    #[field(read_only)]
    pub canceled_on: Option<Instant>,
    /// The invoice it was split from.
    #[field(max = 32, read_only)]
    pub split_from_invoice_id: Option<String>,
    #[field(object = "IntegrationId__NS", rest = "IntegrationId__NS", max = 255)]
    pub integration_id_ns: Option<String>,
    #[field(object = "IntegrationStatus__NS", rest = "IntegrationStatus__NS", max = 255)]
    pub integration_status_ns: Option<String>,
    #[field(object = "SyncDate__NS", rest = "SyncDate__NS", max = 255)]
    pub sync_date_ns: Option<String>,
}
