//! Accounting codes.

use accrual_model::{Object, TextEnum};

/// What an account is in the balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum AccountingCodeCategory {
    #[default]
    Assets,
    Liabilities,
    Equity,
    Revenue,
    Expenses,
}

/// Whether it may be assigned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum AccountingCodeStatus {
    #[default]
    Active,
    Inactive,
}

/// What transactions the account takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum AccountingCodeType {
    #[default]
    #[text("AccountsReceivable")]
    AccountsReceivable,
    #[text("On-Account Receivable")]
    OnAccountReceivable,
    #[text("Cash")]
    Cash,
    #[text("OtherAssets")]
    OtherAssets,
    #[text("CustomerCashOnAccount")]
    CustomerCashOnAccount,
    #[text("UnbilledReceivables")]
    UnbilledReceivables,
    #[text("ContractAssets")]
    ContractAssets,
    #[text("DeferredRevenue")]
    DeferredRevenue,
    #[text("SalesTaxPayable")]
    SalesTaxPayable,
    #[text("OtherLiabilities")]
    OtherLiabilities,
    #[text("ContractLiabilities")]
    ContractLiabilities,
    #[text("AdjustmentLiabilities")]
    AdjustmentLiabilities,
    #[text("OtherEquity")]
    OtherEquity,
    #[text("SalesRevenue")]
    SalesRevenue,
    #[text("SalesDiscounts")]
    SalesDiscounts,
    #[text("OtherRevenue")]
    OtherRevenue,
    #[text("AdjustmentRevenue")]
    AdjustmentRevenue,
    #[text("BadDebt")]
    BadDebt,
    #[text("OtherExpenses")]
    OtherExpenses,
}

impl AccountingCodeType {
    /// What accounts of this type are in the balance.
    pub fn category(self) -> AccountingCodeCategory {
        use AccountingCodeCategory::{Assets, Equity, Expenses, Liabilities, Revenue};
        match self {
            Self::AccountsReceivable
            | Self::OnAccountReceivable
            | Self::Cash
            | Self::OtherAssets
            | Self::CustomerCashOnAccount
            | Self::UnbilledReceivables
            | Self::ContractAssets => Assets,
            Self::DeferredRevenue
            | Self::SalesTaxPayable
            | Self::OtherLiabilities
            | Self::ContractLiabilities
            | Self::AdjustmentLiabilities => Liabilities,
            Self::OtherEquity => Equity,
            Self::SalesRevenue | Self::SalesDiscounts | Self::OtherRevenue | Self::AdjustmentRevenue => Revenue,
            Self::BadDebt | Self::OtherExpenses => Expenses,
        }
    }
}

/// An account of the general ledger, as billing names it (reference section 5.1 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct AccountingCode {
    #[field(required, unique, sortable, max = 100)]
    pub name: String,
    /// Follows from the type.
    #[field(read_only, filterable)]
    pub category: Option<AccountingCodeCategory>,
    #[field(object = "GLAccountName", rest = "glAccountName", max = 255)]
    pub gl_account_name: Option<String>,
    #[field(object = "GLAccountNumber", rest = "glAccountNumber", max = 255)]
    pub gl_account_number: Option<String>,
    #[field(max = 2000)]
    pub notes: Option<String>,
    #[field(default = "Active", read_only, filterable)]
    pub status: AccountingCodeStatus,
    /// Never away from Accounts Receivable.
    #[field(filterable)]
    pub r#type: AccountingCodeType,
    /// Values of the segments of the ledger account, by segment.
    #[field(json)]
    pub segment_constant_values: Option<std::collections::BTreeMap<String, String>>,
}
