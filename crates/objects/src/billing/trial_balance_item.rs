//! Trial balances.

use accrual_model::Object;

/// One accounting code of the trial balance of a period: beginning + debit − credit = ending (reference section 5.2 of
/// receivables and accounting). Debit balances are positive; amounts are in home currency.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "accounting_period_id, accounting_code")]
pub struct TrialBalanceItem {
    #[field(reference = "AccountingPeriod", read_only, filterable)]
    pub accounting_period_id: String,
    /// The name of the code.
    #[field(max = 100, read_only, filterable)]
    pub accounting_code: String,
    #[field(max = 3, read_only)]
    pub currency: String,
    #[field(money = "currency", read_only)]
    pub beginning: i64,
    #[field(money = "currency", read_only)]
    pub debit: i64,
    #[field(money = "currency", read_only)]
    pub credit: i64,
    #[field(money = "currency", read_only)]
    pub ending: i64,
}
