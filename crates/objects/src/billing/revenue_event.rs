//! Changes of revenue schedules.

use accrual_base::Day;
use accrual_model::Object;

/// A change of a revenue schedule (reference section 6.2 of receivables and accounting). Its items are deltas; those of
/// all events add up to the items of the schedule.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, index = "revenue_schedule_id")]
pub struct RevenueEvent {
    #[field(unique, number = "RE-", sortable, read_only, max = 50)]
    pub number: Option<String>,
    #[field(max = 32, fixed, filterable)]
    pub revenue_schedule_id: String,
    /// The label of its type, as it was.
    #[field(max = 50, fixed, filterable)]
    pub event_type: String,
    #[field(max = 50, fixed, filterable)]
    pub event_type_system_id: String,
    #[field(max = 3, fixed)]
    pub currency: String,
    #[field(max = 2000)]
    pub notes: Option<String>,
    #[field(object = "RevenueEventRecognitionStart", fixed)]
    pub recognition_start: Option<Day>,
    #[field(object = "RevenueEventRecognitionEnd", fixed)]
    pub recognition_end: Option<Day>,
}

/// What an event added to an accounting period, or took from it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "revenue_event_id, accounting_period_id")]
pub struct RevenueEventItem {
    #[field(max = 32, fixed, filterable)]
    pub revenue_event_id: String,
    #[field(reference = "AccountingPeriod", fixed, filterable)]
    pub accounting_period_id: String,
    /// The delta.
    #[field(money = "currency", fixed)]
    pub amount: i64,
    #[field(max = 3, fixed)]
    pub currency: String,
    /// The journal entry it was booked by; none as long as it is in none.
    #[field(max = 32, read_only, filterable)]
    pub journal_entry_id: Option<String>,
}
