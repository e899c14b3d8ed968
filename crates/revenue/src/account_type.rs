//! Account types and the sides a leg books on (reference sections 9.2 and 9.3).

use crate::contract::LegKind;

/// An account type, by its letter in the views (ACCT_TYPE).
///
/// R, X, L, E and F are the reference's letters; the others are ours (inferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountType {
    ContractLiability,
    Revenue,
    AdjustmentLiability,
    AdjustmentRevenue,
    UnbilledReceivable,
    ContractAsset,
    ContraReceivable,
    ContractImpairment,
    LongTermContractLiability,
    LongTermAdjustmentLiability,
    Payables,
    Intercompany,
}

impl AccountType {
    /// In the order in which an account set lists them.
    pub const ALL: [Self; 12] = [
        Self::ContractLiability,
        Self::Revenue,
        Self::AdjustmentLiability,
        Self::AdjustmentRevenue,
        Self::UnbilledReceivable,
        Self::ContractAsset,
        Self::ContraReceivable,
        Self::ContractImpairment,
        Self::LongTermContractLiability,
        Self::LongTermAdjustmentLiability,
        Self::Payables,
        Self::Intercompany,
    ];

    pub fn letter(self) -> char {
        match self {
            Self::ContractLiability => 'L',
            Self::Revenue => 'R',
            Self::AdjustmentLiability => 'A',
            Self::AdjustmentRevenue => 'X',
            Self::UnbilledReceivable => 'U',
            Self::ContractAsset => 'S',
            Self::ContraReceivable => 'C',
            Self::ContractImpairment => 'M',
            Self::LongTermContractLiability => 'E',
            Self::LongTermAdjustmentLiability => 'F',
            Self::Payables => 'P',
            Self::Intercompany => 'I',
        }
    }

    pub fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.letter() == letter)
    }

    /// The name the reports print.
    pub fn name(self) -> &'static str {
        match self {
            Self::ContractLiability => "Contract Liability",
            Self::Revenue => "Revenue",
            Self::AdjustmentLiability => "Adjustment Liability",
            Self::AdjustmentRevenue => "Adjustment Revenue",
            Self::UnbilledReceivable => "Unbilled AR",
            Self::ContractAsset => "Contract Asset",
            Self::ContraReceivable => "Contra AR",
            Self::ContractImpairment => "Contract Impairment",
            Self::LongTermContractLiability => "LT Contract Liability",
            Self::LongTermAdjustmentLiability => "LT Adjustment Liability",
            Self::Payables => "Payables",
            Self::Intercompany => "Intercompany",
        }
    }

    /// A profit and loss account; a balance sheet account otherwise.
    pub fn is_profit_and_loss(self) -> bool {
        matches!(self, Self::Revenue | Self::AdjustmentRevenue | Self::ContractImpairment)
    }
}

/// The accounts a positive amount of a leg debits and credits. A negative amount swaps them.
pub fn sides(kind: LegKind) -> (Option<AccountType>, Option<AccountType>) {
    use AccountType::{AdjustmentLiability, AdjustmentRevenue, ContractLiability, Revenue, UnbilledReceivable};
    match kind {
        LegKind::InitialBilling => (None, Some(ContractLiability)),
        LegKind::Billed | LegKind::Unbilled => (Some(ContractLiability), Some(Revenue)),
        LegKind::UnbilledReceivable => (Some(UnbilledReceivable), Some(Revenue)),
        LegKind::AllocationOpening => (None, Some(AdjustmentLiability)),
        LegKind::Allocation => (Some(AdjustmentLiability), Some(AdjustmentRevenue)),
    }
}

/// SCHD_TYPE_FLAG: R revenue, A allocation.
pub fn schedule_type(kind: LegKind) -> char {
    match kind {
        LegKind::AllocationOpening | LegKind::Allocation => 'A',
        _ => 'R',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_unique_and_found_again() {
        for t in AccountType::ALL {
            assert_eq!(AccountType::of_letter(t.letter()), Some(t));
        }
        assert_eq!(AccountType::of_letter('?'), None);
    }
}
