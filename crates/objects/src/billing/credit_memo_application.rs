//! What credit memos settled.

use accrual_base::Day;
use accrual_model::Object;

/// One application of a credit memo: what happened, when (reference section 2.7 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CreditMemoApplication {
    #[field(default = 0, money = "currency", read_only)]
    pub amount: i64,
    #[field(read_only, filterable, sortable)]
    pub effective_date: Option<Day>,
    #[field(reference = "CreditMemo", read_only)]
    pub credit_memo_id: String,
    #[field(reference = "Account", read_only, filterable, sortable)]
    pub account_id: String,
    #[field(max = 32, read_only, filterable, sortable)]
    pub application_group_id: Option<String>,
    #[field(max = 32, read_only, filterable, sortable)]
    pub debit_memo_id: Option<String>,
    #[field(reference = "Invoice", read_only, filterable, sortable)]
    pub invoice_id: Option<String>,
    /// Of the memo.
    #[field(max = 3, read_only, required)]
    pub currency: String,
}

/// What a credit memo settles of a document now: the sum of its applications less what was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CreditMemoPart {
    #[field(default = 0, money = "currency", read_only)]
    pub amount: i64,
    #[field(reference = "Account", read_only)]
    pub account_id: Option<String>,
    #[field(reference = "CreditMemo", read_only)]
    pub credit_memo_id: String,
    #[field(max = 32, read_only)]
    pub debit_memo_id: Option<String>,
    #[field(reference = "Invoice", read_only, filterable)]
    pub invoice_id: Option<String>,
    /// Of the memo.
    #[field(max = 3, read_only, required)]
    pub currency: String,
}
