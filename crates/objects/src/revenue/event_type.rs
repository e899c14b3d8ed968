//! Event types.

use accrual_model::validate::{broken, not_built};
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};

/// What an event moves (reference section 1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum EventKind {
    Revenue,
    Cost,
    Hold,
    BudgetedCost,
    BudgetedHours,
}

/// Which column of an event counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum ProcessType {
    ByAmount,
    ByPercent,
    ByQuantity,
}

/// A pair of fields that must be equal: one of the line, one of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventMapping {
    /// Staging name of a line's field.
    pub source: String,
    /// Staging name of an event's field.
    pub event: String,
}

/// An event that releases or defers revenue.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = EventType::rules)]
pub struct EventType {
    /// EVENT_NAME of the uploaded events.
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(default = "Revenue", filterable)]
    pub kind: EventKind,
    #[field(default = "By Percent")]
    pub process_type: ProcessType,
    /// The figure is the total so far: 25 then 30 means 30, not 55.
    #[field(default = false)]
    pub cumulative: bool,
    /// What ties an event to its lines; the order line id when empty.
    #[field(default = [])]
    pub mapping: Vec<EventMapping>,
    /// The field that decides which line is served first; order of lines when empty.
    #[field(max = 60)]
    pub order_by: Option<String>,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl EventType {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if self.mapping.len() > 5 {
            wrong.push(broken("mapping", "At most five pairs of fields tie an event to its lines."));
        }
        if self.kind != EventKind::Revenue {
            wrong.push(not_built("kind", format!("{} events are not built yet; use Revenue.", self.kind.text())));
        }
        let budgeted = matches!(self.kind, EventKind::BudgetedCost | EventKind::BudgetedHours);
        if budgeted && (self.process_type != ProcessType::ByPercent || !self.cumulative) {
            wrong.push(broken("process_type", "A budgeted event is by percent and cumulative."));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::error::Kind;
    use accrual_model::json;

    #[test]
    fn what_is_not_built_says_so() {
        let read = |body: serde_json::Value| json::read_new(EventType::descriptor(), &body);
        let draft = read(serde_json::json!({"name": "Delivery", "processType": "By Quantity"})).unwrap();
        assert_eq!(EventType::from_values(draft.values).unwrap().process_type, ProcessType::ByQuantity);
        let hold = read(serde_json::json!({"name": "Hold", "kind": "Hold"})).unwrap_err();
        assert_eq!(hold.rejection().map(|r| (r.kind, r.place.column.as_deref())), Some((Kind::NotBuilt, Some("kind"))));
    }
}
