//! Types of revenue events.

use super::refused;
use accrual_model::{Object, Rejection};

/// Why a revenue schedule changed (reference section 6.3 of receivables and accounting). Those whose system id ends in
/// `__z` belong to the system.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = RevenueEventType::rules)]
pub struct RevenueEventType {
    /// Unlike labels, ids do not repeat.
    #[field(required, unique, fixed, sortable, max = 50)]
    pub system_id: String,
    /// The label people see. Several types may have the same.
    #[field(required, filterable, sortable, max = 50)]
    pub name: String,
    #[field(default = true, filterable)]
    pub active: bool,
}

impl RevenueEventType {
    /// The end of the system ids that only the system has.
    pub const RESERVED: &'static str = "__z";
    /// How many types a tenant may define.
    pub const MOST: usize = 500;

    fn rules(&self) -> Vec<Rejection> {
        if self.system_id.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return vec![refused("revenue_event_type.system_id", "system_id", "A system id has no spaces and no control characters.")];
        }
        Vec::new()
    }
}
