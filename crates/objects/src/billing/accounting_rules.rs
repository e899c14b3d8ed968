//! What a tenant decides about its books.

use accrual_base::Day;
use accrual_model::Object;

/// The accounting rules of a tenant (reference section 5.5 of receivables and accounting): one record.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, plural = "accounting-rules")]
pub struct AccountingRules {
    /// There is one record, of this name.
    #[field(unique, read_only, default = "AccountingRules", max = 50)]
    pub name: String,
    #[field(default = false)]
    pub allow_blank_accounting_codes: bool,
    #[field(default = true)]
    pub allow_creation_in_closed_period: bool,
    #[field(default = false)]
    pub allow_usage_in_closed_period: bool,
    /// Revenue may stand in a period with the other sign than its schedule.
    #[field(default = false)]
    pub allow_revenue_schedule_negative_amounts: bool,
    /// Whether journal entries add up currencies.
    #[field(default = false)]
    pub different_currencies: bool,
    #[field(default = false)]
    pub use_original_exchange_rate_for_credits: bool,
    #[field(default = false)]
    pub create_journal_entries_for_pending_payments: bool,
    pub cash_based_accounting_start_date: Option<Day>,
}

impl AccountingRules {
    /// The name of the one record.
    pub const NAME: &'static str = "AccountingRules";

    /// What holds as long as nothing was decided.
    pub fn usual() -> Self {
        Self { name: Self::NAME.to_owned(), allow_creation_in_closed_period: true, ..Self::default() }
    }
}

/// The day from which posted documents make revenue schedules by themselves: one record. Without it every document does.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct RevenueAutomationStart {
    /// There is one record, of this name.
    #[field(unique, read_only, default = "RevenueAutomationStart", max = 50)]
    pub name: String,
    #[field(required)]
    pub start_date: Option<Day>,
}

impl RevenueAutomationStart {
    /// The name of the one record.
    pub const NAME: &'static str = "RevenueAutomationStart";
}
