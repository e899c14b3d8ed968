//! Accounting periods.

use super::refused;
use accrual_base::{Day, Instant};
use accrual_model::{Object, Rejection, TextEnum};

/// Where a period is on its way to being closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum PeriodStatus {
    #[default]
    Open,
    #[text("PendingClose")]
    PendingClose,
    Closed,
}

/// A period of the books that billing closes (reference section 5.2 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = AccountingPeriod::rules)]
pub struct AccountingPeriod {
    /// Last day, included; only the Open-Ended period has none.
    #[field(filterable, sortable)]
    pub end_date: Option<Day>,
    #[field(min = 1, max = 4, filterable)]
    pub fiscal_quarter: Option<i64>,
    #[field(min = 0, max = 9999, filterable)]
    pub fiscal_year: i64,
    #[field(max = 100, unique, required)]
    pub name: String,
    #[field(max = 255, filterable)]
    pub notes: Option<String>,
    #[field(default = "Open", read_only, filterable)]
    pub status: PeriodStatus,
    #[field(required, filterable)]
    pub start_date: Option<Day>,
    #[field(read_only, values = ["Pending", "Processing", "Completed", "Error"])]
    pub run_trial_balance_status: Option<String>,
    #[field(read_only)]
    pub run_trial_balance_start: Option<Instant>,
    #[field(read_only)]
    pub run_trial_balance_end: Option<Instant>,
    #[field(read_only)]
    pub run_trial_balance_error_message: Option<String>,
}

/// The name of the period after the last dated one: what is not distributed yet stands in it.
pub const OPEN_ENDED: &str = "Open-Ended";

impl AccountingPeriod {
    fn rules(&self) -> Vec<Rejection> {
        match (self.start_date, self.end_date) {
            (Some(start), Some(end)) if end < start => {
                vec![refused("accounting_period.dates", "end_date", format!("The period ends on {end}, before it starts on {start}."))]
            }
            (_, None) if self.name != OPEN_ENDED => {
                vec![refused("accounting_period.dates", "end_date", "A period has a last day.")]
            }
            _ => Vec::new(),
        }
    }
}
