//! Journal entries.

use accrual_base::{Day, Instant};
use accrual_model::{Object, TextEnum};

/// Whether an entry counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum JournalEntryStatus {
    #[default]
    Created,
    Cancelled,
}

/// An entry of the journal of a period (reference section 5.4 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, plural = "journal-entries")]
pub struct JournalEntry {
    #[field(unique, number = "JE-", sortable, read_only, max = 50)]
    pub number: Option<String>,
    #[field(reference = "AccountingPeriod", fixed, filterable)]
    pub accounting_period_id: String,
    /// ISO 4217.
    #[field(max = 3, fixed, filterable)]
    pub currency: String,
    /// Of the home amounts of its items; empty when they have none.
    #[field(max = 3, fixed)]
    pub home_currency: Option<String>,
    #[field(required, fixed, filterable, sortable)]
    pub journal_entry_date: Option<Day>,
    #[field(max = 2000)]
    pub notes: Option<String>,
    #[field(default = "Created", read_only, filterable)]
    pub status: JournalEntryStatus,
    /// How many transactions it sums up; none of one made by hand.
    #[field(default = 0, read_only)]
    pub transaction_count: i64,
    #[field(max = 100, fixed)]
    pub transaction_type: Option<String>,
    #[field(read_only)]
    pub transfer_date: Option<Instant>,
    #[field(max = 32, read_only)]
    pub transferred_by: Option<String>,
    #[field(values = ["No", "Processing", "Yes", "Error", "Ignore"], default = "No", filterable)]
    pub transferred_to_accounting: String,
}

/// A debit or a credit of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct JournalEntryItem {
    #[field(reference = "JournalEntry", fixed, filterable)]
    pub journal_entry_id: String,
    #[field(reference = "AccountingCode", fixed, filterable)]
    pub accounting_code_id: String,
    #[field(values = ["Credit", "Debit"], fixed, filterable)]
    pub r#type: String,
    #[field(money = "currency", fixed)]
    pub amount: i64,
    #[field(max = 3, fixed)]
    pub currency: String,
    #[field(money = "home_currency", fixed)]
    pub home_currency_amount: Option<i64>,
    #[field(max = 3, fixed)]
    pub home_currency: Option<String>,
    #[field(object = "GLString", rest = "glString", max = 350, fixed)]
    pub gl_string: Option<String>,
    #[field(max = 1000)]
    pub notes: Option<String>,
}
