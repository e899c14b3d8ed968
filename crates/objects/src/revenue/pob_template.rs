//! POB templates.

use crate::Hundredths;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};

/// When revenue is released (reference section 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum ReleaseEvent {
    /// All of the order when it is collected.
    UponBooking,
    /// Exactly the billed share.
    #[text("Upon Billing (Billed Release)")]
    UponBillingBilled,
    /// All of the order on the first bill.
    #[text("Upon Billing (Full Booking Release)")]
    UponBillingFull,
    UponEvent,
    Manual,
}

/// How released revenue is spread over periods (reference section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum RatableMethod {
    ContractRatable,
    Ratable,
    InvoiceRatable,
    Condense,
    Sliding,
    #[text("Immediate Using Open Period")]
    ImmediateOpenPeriod,
    #[text("Immediate Using Start Date")]
    ImmediateStartDate,
    #[text("Mid Month Ratable")]
    MidMonth,
    #[text("Next Month Ratable")]
    NextMonth,
    #[text("User Defined Schedules")]
    UserDefined,
}

/// Day-exact or equal months (reference section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum AccountingMethod {
    Daily,
    PartialMonthly,
}

/// What stays when an order's value changes (reference section 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum RetainMethod {
    /// The released percentage.
    #[text("Retain Percent")]
    Percent,
    /// The released amount.
    #[text("Retain Amount")]
    Amount,
}

/// What a duration counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum StepUnit {
    Period,
    Day,
}

/// One row of a user-defined schedule: the percentage falls after the duration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleStep {
    pub unit: StepUnit,
    pub duration: i32,
    pub percent: Hundredths,
}

/// How a performance obligation is released and recognised (reference section 2.4).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(label = "POB Template", rules = PobTemplate::rules)]
pub struct PobTemplate {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(max = 240)]
    pub description: Option<String>,
    #[field(default = "Upon Booking", filterable)]
    pub release_event: ReleaseEvent,
    /// The event type that releases, when release is upon event.
    #[field(reference = "EventType")]
    pub event_name: Option<String>,
    #[field(default = "Contract Ratable", filterable)]
    pub ratable_method: RatableMethod,
    #[field(default = "Daily")]
    pub accounting_method: AccountingMethod,
    #[field(default = "Retain Percent")]
    pub retain_method: RetainMethod,
    /// Rows of User Defined Schedules, in sequence; their percentages sum to 100.
    #[field(default = [])]
    pub steps: Vec<ScheduleStep>,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl PobTemplate {
    /// Where lines end up that no rule assigns.
    pub(crate) fn auto() -> Self {
        Self {
            name: super::names::POB_TEMPLATE.to_owned(),
            description: Some("Lines that no assignment rule takes".to_owned()),
            release_event: ReleaseEvent::UponBooking,
            event_name: None,
            ratable_method: RatableMethod::ContractRatable,
            accounting_method: AccountingMethod::Daily,
            retain_method: RetainMethod::Percent,
            steps: Vec::new(),
            enabled: true,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        match (self.release_event == ReleaseEvent::UponEvent, &self.event_name) {
            (true, None) => wrong.push(broken("event_name", "Release upon event needs the name of the event.")),
            (false, Some(_)) => wrong.push(broken("event_name", "An event name goes with release upon event only; leave it out.")),
            _ => {}
        }
        let billing = matches!(self.release_event, ReleaseEvent::UponBillingBilled | ReleaseEvent::UponBillingFull);
        if self.ratable_method == RatableMethod::InvoiceRatable && !billing {
            wrong.push(broken("ratable_method", "Invoice Ratable goes with a release upon billing only."));
        }
        if self.ratable_method != RatableMethod::UserDefined {
            if !self.steps.is_empty() {
                wrong.push(broken("steps", "Steps go with User Defined Schedules only; leave them out."));
            }
        } else if self.steps.iter().any(|s| s.duration < 0 || s.percent.0 <= 0) {
            wrong.push(broken("steps", "A step has a duration of 0 or more and a percentage above 0."));
        } else if self.steps.iter().try_fold(0i64, |sum, s| sum.checked_add(s.percent.0)) != Some(Hundredths::WHOLE.0) {
            wrong.push(broken("steps", "The percentages of the steps must sum to 100."));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(template: &PobTemplate) -> Vec<String> {
        accrual_model::validate(PobTemplate::descriptor(), &template.to_values().unwrap())
            .into_iter()
            .filter_map(|r| r.place.column)
            .collect()
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let auto = PobTemplate::auto;
        assert!(columns(&auto()).is_empty());
        assert_eq!(columns(&PobTemplate { release_event: ReleaseEvent::UponEvent, ..auto() }), ["eventName"]);
        assert_eq!(columns(&PobTemplate { event_name: Some("Delivery".into()), ..auto() }), ["eventName"]);
        assert_eq!(columns(&PobTemplate { ratable_method: RatableMethod::InvoiceRatable, ..auto() }), ["ratableMethod"]);
        assert_eq!(columns(&PobTemplate { ratable_method: RatableMethod::UserDefined, ..auto() }), ["steps"]);
    }

    #[test]
    fn steps_sum_to_a_hundred() {
        let step = |percent| ScheduleStep { unit: StepUnit::Period, duration: 1, percent: Hundredths(percent) };
        let with = |steps| PobTemplate { ratable_method: RatableMethod::UserDefined, steps, ..PobTemplate::auto() };
        assert!(columns(&with(vec![step(3_333), step(6_667)])).is_empty());
        assert_eq!(columns(&with(vec![step(5_000), step(4_999)])), ["steps"]);
        assert_eq!(columns(&with(vec![step(11_000), step(-1_000)])), ["steps"]);
    }
}
