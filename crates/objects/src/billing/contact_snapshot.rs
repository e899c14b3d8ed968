//! Contacts as they were.

use accrual_model::Object;

/// A contact as it was when a document was posted; never changed (reference section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct ContactSnapshot {
    #[field(reference = "Account", read_only, filterable)]
    pub account_id: Option<String>,
    #[field(max = 255, read_only, filterable)]
    pub address1: Option<String>,
    #[field(max = 255, read_only, filterable)]
    pub address2: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub city: Option<String>,
    /// The contact as it was.
    #[field(max = 32, read_only, filterable, sortable)]
    pub contact_id: Option<String>,
    /// Name or ISO 3166 code.
    #[field(max = 64, read_only, filterable)]
    pub country: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub county: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub description: Option<String>,
    #[field(max = 40, read_only, filterable)]
    pub fax: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub first_name: String,
    #[field(max = 40, read_only, filterable)]
    pub home_phone: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub last_name: String,
    #[field(max = 40, read_only, filterable)]
    pub mobile_phone: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub nick_name: Option<String>,
    #[field(max = 40, read_only, filterable)]
    pub other_phone: Option<String>,
    #[field(values = ["Work", "Mobile", "Home", "Other"], read_only, filterable)]
    pub other_phone_type: Option<String>,
    #[field(max = 80, read_only, filterable)]
    pub personal_email: Option<String>,
    #[field(max = 20, read_only, filterable)]
    pub postal_code: Option<String>,
    /// Name or code; one that exists for the United States and Canada.
    #[field(max = 100, read_only, filterable)]
    pub state: Option<String>,
    #[field(max = 100, read_only, filterable)]
    pub tax_region: Option<String>,
    #[field(max = 80, read_only, filterable)]
    pub work_email: Option<String>,
    #[field(max = 40, read_only, filterable)]
    pub work_phone: Option<String>,
}
