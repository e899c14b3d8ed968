//! Event types: those of the system and those a tenant defines (reference section 6.3).

use crate::field::{EVENT_TYPE, EVENT_TYPE_ID, LABEL, SYSTEM_ID};
use accrual_base::Result;

/// The most types a tenant may define.
pub const MOST_TYPES: usize = 500;
/// The end of the system ids that only the system has.
const RESERVED: &str = "__z";

/// An event type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    pub label: String,
    pub system_id: String,
}

impl EventType {
    fn of(label: &str, system_id: &str) -> Self {
        Self { label: label.to_owned(), system_id: system_id.to_owned() }
    }
    pub fn revenue_distributed() -> Self {
        Self::of("Revenue Distributed", "RevenueDistributed__z")
    }
    pub fn invoice_posted() -> Self {
        Self::of("Invoice Posted", "InvoicePosted__z")
    }
    pub fn invoice_canceled() -> Self {
        Self::of("Invoice Canceled", "InvoiceCanceled__z")
    }
    pub fn credit_memo_posted() -> Self {
        Self::of("Credit Memo Posted", "CreditMemoPosted__z")
    }
    pub fn debit_memo_posted() -> Self {
        Self::of("Debit Memo Posted", "DebitMemoPosted__z")
    }
    /// A memo that made a schedule was canceled; no caller can give this type.
    pub fn credit_memo_canceled() -> Self {
        Self::of("Credit Memo Canceled", "CreditMemoCanceled__z")
    }
    /// Revenue moves out of Open-Ended when periods are created; no caller can give this type.
    pub fn period_created() -> Self {
        Self::of("Accounting period(s) created", "AccountingPeriodCreated__z")
    }
}

/// The types a tenant can name in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTypes(Vec<EventType>);

impl EventTypes {
    /// The system's types and those the tenant defined.
    pub fn with(defined: impl IntoIterator<Item = EventType>) -> Self {
        let mut types = vec![
            EventType::invoice_posted(),
            EventType::of("Invoice Item Adjustment Created", "InvoiceItemAdjustmentCreated__z"),
            EventType::invoice_canceled(),
            EventType::of("Invoice Item Adjustment Canceled", "InvoiceItemAdjustmentCanceled__z"),
            EventType::revenue_distributed(),
            EventType::credit_memo_posted(),
            EventType::debit_memo_posted(),
        ];
        types.extend(defined);
        Self(types)
    }

    /// Finds the type of a request. The system id wins over the label.
    ///
    /// # Errors
    /// Rejects neither, an unknown id or label, and a label that several types have without their id.
    pub fn resolve(&self, label: Option<&str>, system_id: Option<&str>) -> Result<EventType> {
        if let Some(id) = system_id.filter(|id| !id.is_empty()) {
            let found = self.0.iter().find(|t| t.system_id == id);
            return found
                .cloned()
                .ok_or_else(|| EVENT_TYPE_ID.invalid("There is no revenue event type with this system id.").with_value(id));
        }
        let Some(label) = label.filter(|l| !l.is_empty()) else {
            return Err(EVENT_TYPE.missing("Give the event type by its label or its system id."));
        };
        let mut found = self.0.iter().filter(|t| t.label == label);
        match (found.next(), found.next()) {
            (None, _) => Err(EVENT_TYPE.invalid("There is no revenue event type of this label.").with_value(label)),
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => {
                Err(EVENT_TYPE_ID.missing("Several revenue event types have this label; give the system id.").with_value(label))
            }
        }
    }

    /// Adds a type of the tenant.
    ///
    /// # Errors
    /// Rejects the 501st, labels and ids that are empty or longer than 50 characters, an id that ends in `__z` or is taken.
    pub fn define(&mut self, new: EventType) -> Result<()> {
        let defined = self.0.iter().filter(|t| !t.system_id.ends_with(RESERVED)).count();
        if defined >= MOST_TYPES {
            return Err(LABEL.rule(format!("There are {MOST_TYPES} revenue event types, the most there can be.")));
        }
        let wrong = |text: &str| text.is_empty() || text.chars().count() > 50;
        if wrong(&new.label) {
            return Err(LABEL.invalid("The label of a revenue event type has 1 to 50 characters.").with_value(&new.label));
        }
        if wrong(&new.system_id) || new.system_id.ends_with(RESERVED) {
            let why = "The system id of a revenue event type has 1 to 50 characters and does not end in __z.";
            return Err(SYSTEM_ID.invalid(why).with_value(&new.system_id));
        }
        if self.0.iter().any(|t| t.system_id == new.system_id) {
            return Err(SYSTEM_ID.rule("There is a revenue event type with this system id.").with_value(&new.system_id));
        }
        self.0.push(new);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_repeat_and_ids_do_not() {
        let code = |r: Result<()>| r.unwrap_err().rejection().unwrap().code.to_owned();
        let mut types = EventTypes::with([]);
        types.define(EventType::of("Go live", "GoLive")).unwrap();
        types.define(EventType::of("Go live", "GoLive2")).unwrap();
        assert_eq!(code(types.define(EventType::of("Other", "GoLive"))), "62001430");
        assert_eq!(code(types.define(EventType::of("Other", "Other__z"))), "62001420");
        assert_eq!(code(types.define(EventType::of(&"x".repeat(51), "Y"))), "62001320");
        let code = |r: Result<EventType>| r.unwrap_err().rejection().unwrap().code.to_owned();
        assert_eq!(types.resolve(Some("Go live"), Some("GoLive2")).unwrap().system_id, "GoLive2");
        assert_eq!(types.resolve(Some("nothing"), Some("RevenueDistributed__z")).unwrap(), EventType::revenue_distributed());
        assert_eq!(types.resolve(Some("Credit Memo Posted"), None).unwrap(), EventType::credit_memo_posted());
        assert_eq!(code(types.resolve(Some("Go live"), None)), "62000622");
        assert_eq!(code(types.resolve(None, Some(""))), "62000522");
        assert_eq!(code(types.resolve(Some("nothing"), None)), "62000520");
        assert_eq!(code(types.resolve(None, Some("nothing"))), "62000620");
        // the system's own cannot be asked for
        assert!(types.resolve(None, Some(&EventType::period_created().system_id)).is_err());
        for n in 2..MOST_TYPES {
            types.define(EventType::of("Many", &format!("Many{n}"))).unwrap();
        }
        assert!(types.define(EventType::of("Many", "OneMore")).is_err());
    }
}
