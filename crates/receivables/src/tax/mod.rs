//! Tax: given by the caller or computed from the rates of a tax code (reference sections 1.2 and 4).
//!
//! Tax is computed for every item by itself, rounded, then summed; never on the sum.

mod arithmetic;
mod compute;
mod decide;
mod exemption;
mod line;
mod periods;
mod rates;
mod redistribute;

pub use arithmetic::{Carved, exclusive, inclusive};
pub use compute::{Found, NoRates, TaxDates, TaxSource, Taxable, Taxed, compute};
pub use decide::{Taxation, decide};
pub use exemption::{Exemption, ExemptionStatus};
pub use line::{NewTaxItem, TaxLine};
pub use periods::{Part, Proration, RatePart, split_service};
pub use rates::{Address, RateBook, RatePeriod, RateRow, TaxCode, TaxDateRule};

use crate::field::TAX_MODE;
use accrual_base::rounding::Rule;
use accrual_base::{Currency, Decimal, Result};

/// Whether an amount contains its tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaxMode {
    Exclusive,
    Inclusive,
}

impl TaxMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Exclusive => "TaxExclusive",
            Self::Inclusive => "TaxInclusive",
        }
    }
    /// Finds a mode by its spelling.
    ///
    /// # Errors
    /// Rejects any other spelling.
    pub fn named(name: &str) -> Result<Self> {
        [Self::Exclusive, Self::Inclusive]
            .into_iter()
            .find(|m| m.name() == name)
            .ok_or_else(|| TAX_MODE.invalid("The tax mode is TaxExclusive or TaxInclusive.").with_value(name))
    }
}

/// What a rate means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateType {
    /// A fraction of the amount: 0.07 for seven per cent. Its tax has the sign of the amount.
    Percentage,
    /// A fee in major units; always positive, whatever the sign of the amount.
    FlatFee,
}

impl RateType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Percentage => "Percentage",
            Self::FlatFee => "FlatFee",
        }
    }
}

/// One tax of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub name: String,
    pub value: Decimal,
    pub kind: RateType,
    pub jurisdiction: String,
    pub location_code: String,
}

/// Which figure of a tax-inclusive amount is rounded; the other is the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InclusiveRule {
    #[default]
    NetAmount,
    TaxAmount,
}

/// The tax settings of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub currency: Currency,
    pub rounding: Rule,
    pub inclusive: InclusiveRule,
    /// Inclusive tax is carved out at the minor unit even when the currency rounds to an increment.
    pub carve_to_the_unit: bool,
    /// The odd cent between the tax of a group of items and the tax on their sum goes to the last of them.
    pub redistribute: bool,
}

impl Settings {
    /// The settings of a new tenant.
    pub fn of(currency: Currency) -> Self {
        Self { currency, rounding: Rule::HALF_UP, inclusive: InclusiveRule::NetAmount, carve_to_the_unit: false, redistribute: false }
    }
    fn carve(&self) -> Rule {
        if self.carve_to_the_unit { self.rounding.to_the_unit() } else { self.rounding }
    }
}
