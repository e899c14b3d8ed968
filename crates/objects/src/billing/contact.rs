//! Contacts.

use super::refused;
use super::regions;
use accrual_model::{Object, Rejection};

/// A person or office an account is billed or served at (reference section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = Contact::rules)]
pub struct Contact {
    /// The account it belongs to.
    #[field(reference = "Account", fixed, filterable, sortable)]
    pub account_id: Option<String>,
    #[field(max = 255, filterable)]
    pub address1: Option<String>,
    #[field(max = 255, filterable)]
    pub address2: Option<String>,
    #[field(max = 100, filterable)]
    pub city: Option<String>,
    /// Name or ISO 3166 code.
    #[field(max = 64, filterable, sortable)]
    pub country: Option<String>,
    #[field(max = 100, filterable)]
    pub county: Option<String>,
    #[field(max = 100, filterable)]
    pub description: Option<String>,
    #[field(max = 40, filterable)]
    pub fax: Option<String>,
    #[field(max = 100, required, filterable, sortable)]
    pub first_name: String,
    #[field(max = 40, filterable)]
    pub home_phone: Option<String>,
    #[field(max = 100, required, filterable, sortable)]
    pub last_name: String,
    #[field(max = 40, filterable)]
    pub mobile_phone: Option<String>,
    #[field(max = 100, filterable)]
    pub nick_name: Option<String>,
    #[field(max = 40, filterable)]
    pub other_phone: Option<String>,
    #[field(values = ["Work", "Mobile", "Home", "Other"], filterable)]
    pub other_phone_type: Option<String>,
    #[field(max = 80, filterable, sortable)]
    pub personal_email: Option<String>,
    #[field(max = 20, filterable)]
    pub postal_code: Option<String>,
    /// Name or code; one that exists for the United States and Canada.
    #[field(max = 100, filterable)]
    pub state: Option<String>,
    #[field(max = 100, filterable)]
    pub tax_region: Option<String>,
    #[field(max = 80, filterable, sortable)]
    pub work_email: Option<String>,
    #[field(max = 40, filterable, sortable)]
    pub work_phone: Option<String>,
    #[field(default = false)]
    pub as_bill_to: bool,
    #[field(default = false)]
    pub as_sold_to: bool,
    #[field(default = false)]
    pub as_ship_to: bool,
}

impl Contact {
    fn rules(&self) -> Vec<Rejection> {
        let Some(country) = self.country.as_deref().filter(|c| !c.is_empty()) else { return Vec::new() };
        if !regions::is_country(country) {
            let message = format!("There is no country {country:?}; use its name, or its code of ISO 3166.");
            return vec![refused("contact.country", "country", message)];
        }
        let Some(states) = regions::states(country) else { return Vec::new() };
        let given = self.state.as_deref().unwrap_or_default();
        if states.iter().any(|(code, name)| code.eq_ignore_ascii_case(given) || name.eq_ignore_ascii_case(given)) {
            return Vec::new();
        }
        let message = match given {
            "" => format!("A contact in {country} has a state or province."),
            _ => format!("{country} has no state or province {given:?}; use its name or its two letters."),
        };
        vec![refused("contact.state", "state", message)]
    }
}
