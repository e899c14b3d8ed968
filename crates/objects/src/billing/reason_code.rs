//! Reasons of memos, reversals and write-offs.

use accrual_model::Object;

/// Why a document was made; memos name an active one (reference section 1.6 of receivables and accounting).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct ReasonCode {
    #[field(required, unique, filterable, sortable, max = 100)]
    pub name: String,
    #[field(default = true, filterable)]
    pub active: bool,
}
