//! Communication profiles.

use accrual_model::Object;

/// Which notifications accounts get (reference section 4.4 of the platform). One is the default.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CommunicationProfile {
    #[field(max = 255, filterable)]
    pub description: Option<String>,
    #[field(max = 70, unique, required)]
    pub profile_name: String,
    #[field(unique, number = "CP-", max = 40)]
    pub number: Option<String>,
    /// Language of its texts, as in `en_US`.
    #[field(default = "en_US", max = 10)]
    pub locale: String,
    #[field(default = false, filterable)]
    pub is_default: bool,
    /// Sends nothing.
    #[field(default = false)]
    pub muted: bool,
}
