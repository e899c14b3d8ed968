//! Tax lines of invoice items.

use super::TaxRateType;
use accrual_base::{Day, Decimal};
use accrual_model::Object;

/// One tax of an item of an invoice (reference section 4.1 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct TaxationItem {
    /// Name of an accounting code.
    #[field(max = 100, filterable)]
    pub accounting_code: Option<String>,
    /// Tax not charged because the customer is exempt.
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub exempt_amount: i64,
    #[field(reference = "Invoice", read_only, filterable)]
    pub invoice_id: String,
    #[field(reference = "InvoiceItem", fixed, filterable, sortable)]
    pub invoice_item_id: String,
    #[field(max = 255, filterable)]
    pub jurisdiction: Option<String>,
    #[field(max = 32, filterable)]
    pub location_code: Option<String>,
    #[field(max = 128, required, filterable)]
    pub name: String,
    #[field(default = 0, money = "currency", read_only, filterable)]
    pub tax_amount: i64,
    #[field(max = 64, filterable)]
    pub tax_code: Option<String>,
    #[field(max = 255, filterable)]
    pub tax_code_description: Option<String>,
    #[field(filterable)]
    pub tax_date: Option<Day>,
    /// A fraction, 0.07; of a flat fee its amount.
    #[field(digits = "13, 15", filterable)]
    pub tax_rate: Decimal,
    #[field(max = 255, filterable)]
    pub tax_rate_description: Option<String>,
    #[field(values = ["Percentage", "FlatFee"], filterable)]
    pub tax_rate_type: String,
    /// Credit memos now applied.
    #[field(default = 0, money = "currency", read_only)]
    pub credit_amount: i64,
    /// Payments now applied.
    #[field(default = 0, money = "currency", read_only)]
    pub payment_amount: i64,
    #[field(default = 0, money = "currency", read_only)]
    pub taxable_amount: i64,
    #[field(digits = "13, 15")]
    pub tax_amount_unrounded: Option<Decimal>,
    #[field(max = 64)]
    pub country_code: Option<String>,
    #[field(max = 255)]
    pub customer_code: Option<String>,
    #[field(max = 255)]
    pub exempt_certificate: Option<String>,
    #[field(max = 255)]
    pub seller_registration: Option<String>,
    #[field(max = 255)]
    pub tax_description: Option<String>,
    #[field(max = 32)]
    pub tax_rule_id: Option<String>,
    #[field(values = ["TaxInclusive", "TaxExclusive"])]
    pub tax_mode: Option<String>,
    #[field(read_only)]
    pub period_end_date: Option<Day>,
    #[field(read_only)]
    pub period_start_date: Option<Day>,
    #[field(default = 0, money = "currency", read_only)]
    pub balance: i64,
    #[field(max = 32, read_only)]
    pub account_receivable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub sales_tax_payable_accounting_code_id: Option<String>,
    #[field(max = 32, read_only)]
    pub journal_entry_id: Option<String>,
    #[field(max = 32, read_only)]
    pub taxable_item_snapshot_id: Option<String>,
    /// Of the invoice.
    #[field(max = 3, read_only, required)]
    pub currency: String,
    /// The tax less the posted credit memos made from the line.
    #[field(default = 0, money = "currency", read_only)]
    pub available_to_credit_amount: i64,
}

impl TaxationItem {
    /// The type as rates have it.
    pub fn rate_type(&self) -> TaxRateType {
        if self.tax_rate_type == "FlatFee" { TaxRateType::FlatFee } else { TaxRateType::Percentage }
    }
}
