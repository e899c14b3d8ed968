//! Accounts a line takes when it brings none.

use super::ACCOUNT_TYPE_CODES;
use accrual_model::Object;

/// The account string of one account type, for an organisation and perhaps one of its companies (reference section 9.4).
/// The row of the line's company code wins over the one without.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(unique = "organization, company_code, account_type")]
pub struct AccountAssignment {
    #[field(reference = "Organization", filterable, sortable)]
    pub organization: i64,
    /// COMPANY_CODE of the line; every company when empty.
    #[field(filterable, sortable, max = 240)]
    pub company_code: Option<String>,
    #[field(reference = "AccountType", filterable, sortable)]
    pub account_type: String,
    /// The account string, segments joined as the general ledger writes them.
    #[field(max = 240)]
    pub segments: String,
}

impl AccountAssignment {
    /// One account per type: company, natural account, department.
    pub(crate) fn defaults(organization: i64) -> Vec<Self> {
        const ACCOUNTS: [&str; 12] = ["2400", "4000", "2450", "4050", "1250", "1260", "1290", "6800", "2600", "2650", "2100", "1900"];
        let assign = |(code, account): (&str, &str)| Self {
            organization,
            company_code: None,
            account_type: code.to_owned(),
            segments: format!("01-{account}-000"),
        };
        ACCOUNT_TYPE_CODES.into_iter().zip(ACCOUNTS).map(assign).collect()
    }
}
