//! Organisations.

use accrual_model::Object;

/// A legal or managerial unit whose data its own roles see. Its id is the organisation number that transaction
/// files carry in SEC_ATR_VAL (reference section 9.5).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(given_id)]
pub struct Organization {
    /// What people call it.
    #[field(unique, sortable, max = 240)]
    pub name: String,
    /// Short code for reports.
    #[field(unique, sortable, max = 30)]
    pub code: Option<String>,
    /// A disabled organisation takes no new data.
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl Organization {
    /// The id of an organization in the billing interface, as 32 hexadecimal digits: made from its number, so that the
    /// same organization has the same id wherever it is asked for.
    pub fn uid(number: i64) -> String {
        accrual_model::id::of_user(&format!("organization\n{number}"))
    }
    /// The organisation of a new tenant.
    pub(crate) fn first() -> Self {
        Self { name: "Main".to_owned(), code: None, enabled: true }
    }
}
