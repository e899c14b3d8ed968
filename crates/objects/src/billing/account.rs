//! Accounts.

use super::{Batch, refused};
use accrual_base::{Currency, Day, Instant};
use accrual_model::{Object, Rejection, TextEnum};

/// Where an account is in its life. Only active accounts are billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum AccountStatus {
    #[default]
    Draft,
    Active,
    Canceled,
}

/// Who is billed and pays (reference section 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = Account::rules)]
pub struct Account {
    /// Given by the system when left out.
    #[field(max = 70, unique, number = "A", sortable)]
    pub account_number: Option<String>,
    #[field(max = 1200, filterable)]
    pub additional_email_addresses: Option<String>,
    #[field(default = false, filterable)]
    pub allow_invoice_edit: bool,
    #[field(default = false, filterable)]
    pub auto_pay: bool,
    #[field(default = 0, money = "currency", read_only, filterable, sortable)]
    pub balance: i64,
    /// The group a bill run takes.
    #[field(default = "Batch1", filterable, sortable)]
    pub batch: Batch,
    /// Whether the bill cycle day was given or set by the first recurring charge.
    #[field(values = ["ManualSet", "AutoSet"], read_only, filterable)]
    pub bcd_setting_option: Option<String>,
    /// Day of the month bills start on; 31 is the last day, 0 the day of the first recurring charge.
    #[field(default = 0, min = 0, max = 31, filterable, sortable)]
    pub bill_cycle_day: i64,
    #[field(reference = "Contact", filterable, sortable)]
    pub bill_to_id: Option<String>,
    #[field(reference = "CommunicationProfile", filterable, sortable)]
    pub communication_profile_id: Option<String>,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub credit_balance: i64,
    #[field(max = 100, filterable, sortable)]
    pub crm_id: Option<String>,
    /// ISO 4217. Fixed once the account has a transaction.
    #[field(max = 3, required, filterable, sortable)]
    pub currency: String,
    #[field(max = 50, filterable)]
    pub customer_service_rep_name: Option<String>,
    #[field(max = 32, filterable, sortable)]
    pub default_payment_method_id: Option<String>,
    #[field(default = false, filterable)]
    pub invoice_delivery_prefs_email: bool,
    #[field(default = false, filterable)]
    pub invoice_delivery_prefs_print: bool,
    #[field(max = 32, filterable, sortable)]
    pub invoice_template_id: Option<String>,
    #[field(read_only, filterable, sortable)]
    pub last_invoice_date: Option<Day>,
    #[field(max = 255, required, filterable, sortable)]
    pub name: String,
    #[field(max = 65535, filterable)]
    pub notes: Option<String>,
    #[field(reference = "Account", filterable, sortable)]
    pub parent_id: Option<String>,
    #[field(max = 40, filterable)]
    pub payment_gateway: Option<String>,
    pub payment_method_cascading_consent: Option<bool>,
    /// Name of a payment term.
    #[field(max = 100, default = "Due Upon Receipt", required, filterable)]
    pub payment_term: String,
    #[field(max = 100, filterable)]
    pub purchase_order_number: Option<String>,
    #[field(max = 50, filterable)]
    pub sales_rep_name: Option<String>,
    #[field(reference = "SequenceSet", filterable)]
    pub sequence_set_id: Option<String>,
    #[field(reference = "Contact", filterable, sortable)]
    pub sold_to_id: Option<String>,
    #[field(default = "Draft", filterable, sortable)]
    pub status: AccountStatus,
    #[field(max = 50)]
    pub tax_company_code: Option<String>,
    #[field(object = "TaxExemptCertificateID", max = 32, filterable)]
    pub tax_exempt_certificate_id: Option<String>,
    #[field(max = 32, filterable)]
    pub tax_exempt_certificate_type: Option<String>,
    #[field(max = 500, filterable)]
    pub tax_exempt_description: Option<String>,
    #[field(filterable)]
    pub tax_exempt_effective_date: Option<Day>,
    #[field(filterable)]
    pub tax_exempt_expiration_date: Option<Day>,
    #[field(max = 32, filterable)]
    pub tax_exempt_issuing_jurisdiction: Option<String>,
    #[field(values = ["No", "Yes", "PendingVerification"], default = "No", filterable)]
    pub tax_exempt_status: String,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub total_invoice_balance: i64,
    #[field(object = "VATId", max = 25, filterable)]
    pub vat_id: Option<String>,
    #[field(max = 32)]
    pub e_invoice_profile_id: Option<String>,
    #[field(max = 32)]
    pub e_reporting_profile_id: Option<String>,
    pub gateway_routing_eligible: Option<bool>,
    #[field(read_only)]
    pub last_metrics_update: Option<Instant>,
    #[field(max = 32)]
    pub organization_id: Option<String>,
    #[field(default = false)]
    pub partner_account: bool,
    #[field(reference = "Contact", filterable, sortable)]
    pub ship_to_id: Option<String>,
    #[field(max = 32)]
    pub tax_exempt_entity_use_code: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub unapplied_balance: i64,
    #[field(default = true)]
    pub roll_up_usage: bool,
    #[field(max = 32)]
    pub credit_memo_template_id: Option<String>,
    #[field(max = 32)]
    pub debit_memo_template_id: Option<String>,
    #[field(default = 0, money = "currency", read_only)]
    pub mrr: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub total_debit_memo_balance: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub unapplied_credit_memo_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub reserved_payment_amount: i64,
}

impl Account {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if Currency::named(&self.currency).is_none() {
            wrong.push(refused("account.currency", "currency", format!("{:?} is no currency of ISO 4217, in upper case.", self.currency)));
        }
        if self.status == AccountStatus::Active && self.bill_to_id.is_none() {
            wrong.push(refused("account.bill_to", "bill_to_id", "An active account has a bill-to contact."));
        }
        let certified = self.tax_exempt_certificate_id.is_some() || self.tax_exempt_entity_use_code.is_some();
        if self.tax_exempt_status == "Yes" && !certified {
            wrong.push(refused(
                "account.tax_exempt",
                "tax_exempt_certificate_id",
                "An exempt account has a certificate id, or an entity use code.",
            ));
        }
        if let (Some(from), Some(to)) = (self.tax_exempt_effective_date, self.tax_exempt_expiration_date)
            && to < from
        {
            wrong.push(refused(
                "account.tax_exempt_dates",
                "tax_exempt_expiration_date",
                format!("The exemption ends on {to}, before it begins on {from}."),
            ));
        }
        wrong
    }
}
