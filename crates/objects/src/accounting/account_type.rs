//! Account types.

use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};

/// Whether an account defers or recognises; the E kinds are those of allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, TextEnum)]
pub enum DeferRecognize {
    #[text("DEF")]
    Defer,
    #[text("REC")]
    Recognize,
    #[text("EDEF")]
    DeferAllocation,
    #[text("EREC")]
    RecognizeAllocation,
}

/// What an account is for, with the switches views and reports read (reference section 9.2).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = AccountType::rules)]
pub struct AccountType {
    /// One letter: `ACCTG_TYPE` of the schedule view.
    #[field(unique, fixed, sortable, max = 1)]
    pub code: String,
    #[field(sortable, max = 240)]
    pub name: String,
    /// The waterfall it counts in.
    #[field(label = "Waterfall type", max = 60)]
    pub wf_type: Option<String>,
    /// `Net Revenue` for all that counts as net revenue.
    #[field(label = "Waterfall summary type", max = 60)]
    pub wf_summ_type: Option<String>,
    #[field(max = 60)]
    pub revenue_summary: Option<String>,
    #[field(default = false)]
    pub balance_sheet: bool,
    #[field(default = false)]
    pub profit_loss: bool,
    #[field(default = false)]
    pub cost: bool,
    #[field(default = false)]
    pub variable_consideration: bool,
    #[field(label = "VC clearing", default = false)]
    pub vc_clearing: bool,
    #[field(default = false)]
    pub include_in_netting: bool,
    #[field(label = "Include in manual JE", default = false)]
    pub include_in_manual_je: bool,
    #[field(default = false)]
    pub waterfall: bool,
    #[field(max = 60)]
    pub account_group: Option<String>,
    #[field(label = "Defer or recognise")]
    pub def_rec: Option<DeferRecognize>,
    #[field(default = true)]
    pub allow_mapping: bool,
    #[field(default = false)]
    pub deferred_offset: bool,
    #[field(default = true, filterable)]
    pub enabled: bool,
    #[field(default = false)]
    pub payables: bool,
    #[field(default = false)]
    pub revenue_offset: bool,
    /// Order in which reports show it.
    #[field(sortable)]
    pub display_sequence: Option<i64>,
}

/// The letters the product books on, in the fixed order of an account set.
pub const ACCOUNT_TYPE_CODES: [&str; 12] = ["L", "R", "A", "X", "U", "S", "C", "M", "E", "F", "P", "I"];

impl AccountType {
    /// Letters R, X, L, E and F are documented; the others are the product's own.
    pub(crate) fn defaults() -> Vec<Self> {
        use DeferRecognize::{Defer, DeferAllocation, Recognize, RecognizeAllocation};
        let mut all = vec![
            Self { def_rec: Some(Defer), ..Self::balance("L", "Contract Liability") },
            Self { def_rec: Some(Recognize), ..Self::revenue("R", "Revenue", "Revenue") },
            Self { def_rec: Some(DeferAllocation), ..Self::balance("A", "Adjustment Liability") },
            Self { def_rec: Some(RecognizeAllocation), ..Self::revenue("X", "Adjustment Revenue", "Adjustments") },
            Self::balance("U", "Unbilled AR"),
            Self::balance("S", "Contract Asset"),
            Self::balance("C", "Contra AR"),
            Self { wf_type: Some("Contract Impairment".to_owned()), waterfall: true, ..Self::result("M", "Contract Impairment") },
            Self::balance("E", "LT Contract Liability"),
            Self::balance("F", "LT Adjustment Liability"),
            Self { payables: true, ..Self::balance("P", "Payables") },
            Self::balance("I", "Intercompany"),
        ];
        for (at, account_type) in all.iter_mut().enumerate() {
            account_type.include_in_netting = ["L", "A"].contains(&account_type.code.as_str());
            account_type.display_sequence = i64::try_from(at + 1).ok();
        }
        all
    }

    fn plain(code: &str, name: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            wf_type: None,
            wf_summ_type: None,
            revenue_summary: None,
            balance_sheet: false,
            profit_loss: false,
            cost: false,
            variable_consideration: false,
            vc_clearing: false,
            include_in_netting: false,
            include_in_manual_je: true,
            waterfall: false,
            account_group: None,
            def_rec: None,
            allow_mapping: true,
            deferred_offset: false,
            enabled: true,
            payables: false,
            revenue_offset: false,
            display_sequence: None,
        }
    }

    fn balance(code: &str, name: &str) -> Self {
        Self { balance_sheet: true, account_group: Some("Balance Sheet".to_owned()), ..Self::plain(code, name) }
    }

    fn result(code: &str, name: &str) -> Self {
        Self { profit_loss: true, account_group: Some("P&L".to_owned()), ..Self::plain(code, name) }
    }

    fn revenue(code: &str, name: &str, waterfall: &str) -> Self {
        Self {
            wf_type: Some(waterfall.to_owned()),
            wf_summ_type: Some("Net Revenue".to_owned()),
            revenue_summary: Some("Net Revenue".to_owned()),
            waterfall: true,
            ..Self::result(code, name)
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        if self.balance_sheet == self.profit_loss {
            return vec![broken("balance_sheet", "An account type belongs to the balance sheet or to profit and loss: exactly one.")];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeded_types_are_the_letters_in_their_order() {
        let all = AccountType::defaults();
        assert_eq!(all.iter().map(|t| t.code.as_str()).collect::<Vec<_>>(), ACCOUNT_TYPE_CODES);
        let net: Vec<&str> = all.iter().filter(|t| t.wf_summ_type.as_deref() == Some("Net Revenue")).map(|t| t.code.as_str()).collect();
        assert_eq!(net, ["R", "X"]);
    }
}
