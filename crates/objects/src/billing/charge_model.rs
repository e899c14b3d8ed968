//! Kinds of charges.

use accrual_model::TextEnum;

/// When a charge arises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum ChargeType {
    #[default]
    #[text("OneTime")]
    OneTime,
    Recurring,
    Usage,
}

/// How the amount of a charge follows from its quantity and prices (reference section 9), spelt as the catalog does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum ChargeModel {
    #[default]
    #[text("Flat Fee Pricing")]
    FlatFee,
    #[text("Per Unit Pricing")]
    PerUnit,
    #[text("Overage Pricing")]
    Overage,
    #[text("Volume Pricing")]
    Volume,
    #[text("Tiered Pricing")]
    Tiered,
    #[text("Tiered with Overage Pricing")]
    TieredWithOverage,
    #[text("Discount-Fixed Amount")]
    DiscountFixedAmount,
    #[text("Discount-Percentage")]
    DiscountPercentage,
    #[text("Delivery Pricing")]
    Delivery,
    #[text("MultiAttributePricing")]
    MultiAttribute,
    #[text("PreratedPerUnit")]
    PreratedPerUnit,
    #[text("PreratedPricing")]
    Prerated,
    #[text("HighWatermarkVolumePricing")]
    HighWatermarkVolume,
    #[text("HighWatermarkTieredPricing")]
    HighWatermarkTiered,
    Calculated,
}

/// What the prices of a charge look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// One price a currency.
    Single,
    /// A price for each range of units.
    Tiers,
    /// Ranges of units, and a price for what is beyond the last.
    TiersWithOverage,
    /// An amount or a percentage to take off.
    Discount,
    /// None in the catalog: a formula or the usage record says it.
    Elsewhere,
}

impl ChargeModel {
    /// Whether charges of a type can have this model (reference section 9.1).
    pub fn serves(self, charge: ChargeType) -> bool {
        match self {
            Self::FlatFee | Self::PerUnit | Self::Volume | Self::Tiered | Self::MultiAttribute => true,
            Self::DiscountFixedAmount | Self::DiscountPercentage => charge != ChargeType::Usage,
            Self::Delivery | Self::Calculated => charge == ChargeType::Recurring,
            Self::Overage
            | Self::TieredWithOverage
            | Self::PreratedPerUnit
            | Self::Prerated
            | Self::HighWatermarkVolume
            | Self::HighWatermarkTiered => charge == ChargeType::Usage,
        }
    }

    /// What its prices look like.
    pub fn pricing(self) -> Pricing {
        match self {
            Self::FlatFee | Self::PerUnit | Self::Overage | Self::Delivery => Pricing::Single,
            Self::Volume | Self::Tiered | Self::HighWatermarkVolume | Self::HighWatermarkTiered => Pricing::Tiers,
            Self::TieredWithOverage => Pricing::TiersWithOverage,
            Self::DiscountFixedAmount | Self::DiscountPercentage => Pricing::Discount,
            Self::MultiAttribute | Self::PreratedPerUnit | Self::Prerated | Self::Calculated => Pricing::Elsewhere,
        }
    }

    pub fn is_discount(self) -> bool {
        self.pricing() == Pricing::Discount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_model_serves_which_charge() {
        let served = |charge| ChargeModel::ALL.iter().filter(|(model, _)| model.serves(charge)).count();
        assert_eq!((served(ChargeType::OneTime), served(ChargeType::Recurring), served(ChargeType::Usage)), (7, 9, 11));
        assert!(!ChargeModel::DiscountPercentage.serves(ChargeType::Usage));
        assert!(ChargeModel::Overage.serves(ChargeType::Usage));
    }
}
