//! Prices of the catalog.

use super::refused;
use accrual_base::{Currency, Decimal};
use accrual_model::{Object, Rejection, TextEnum};

/// Whether the price of a tier is for each unit or for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum PriceFormat {
    #[default]
    #[text("Per Unit")]
    PerUnit,
    #[text("Flat Fee")]
    FlatFee,
}

/// The price of a charge in one currency, of one range of units where the model has tiers (reference section 3.3).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "product_rate_plan_charge_id, currency, tier", rules = ProductRatePlanChargeTier::rules)]
pub struct ProductRatePlanChargeTier {
    #[field(default = true, filterable)]
    pub active: bool,
    #[field(max = 3, required, filterable)]
    pub currency: String,
    #[field(digits = "13, 9", filterable)]
    pub discount_amount: Option<Decimal>,
    #[field(digits = "13, 9", filterable)]
    pub discount_percentage: Option<Decimal>,
    /// Last unit of the tier, included; without end when empty.
    #[field(digits = "13, 9", filterable)]
    pub ending_unit: Option<Decimal>,
    #[field(default = false, filterable)]
    pub is_overage_price: bool,
    #[field(digits = "13, 9", filterable)]
    pub price: Option<Decimal>,
    #[field(filterable)]
    pub price_format: Option<PriceFormat>,
    #[field(reference = "ProductRatePlanCharge", fixed, filterable, sortable)]
    pub product_rate_plan_charge_id: String,
    /// First unit of the tier, included.
    #[field(digits = "13, 9", filterable)]
    pub starting_unit: Option<Decimal>,
    /// From 1, in the order of the units.
    #[field(min = 1, filterable)]
    pub tier: i64,
    #[field(digits = "13, 9")]
    pub included_units: Option<Decimal>,
    #[field(digits = "13, 9")]
    pub overage_price: Option<Decimal>,
    pub is_default: Option<bool>,
    #[field(max = 32, filterable, sortable)]
    pub product_charge_definition_id: Option<String>,
    pub minimum_amount: Option<Decimal>,
    pub maximum_amount: Option<Decimal>,
}

impl ProductRatePlanChargeTier {
    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if Currency::named(&self.currency).is_none() {
            let message = format!("{:?} is no currency of ISO 4217, in upper case.", self.currency);
            wrong.push(refused("product_rate_plan_charge_tier.currency", "currency", message));
        }
        if let (Some(first), Some(last)) = (self.starting_unit, self.ending_unit)
            && last < first
        {
            let message = format!("The tier ends at {last}, before its first unit {first}.");
            wrong.push(refused("product_rate_plan_charge_tier.units", "ending_unit", message));
        }
        if let (Some(least), Some(most)) = (self.minimum_amount, self.maximum_amount)
            && most < least
        {
            let message = format!("The greatest amount {most} is below the least, {least}.");
            wrong.push(refused("product_rate_plan_charge_tier.amounts", "maximum_amount", message));
        }
        if self.discount_percentage.is_some_and(|p| p < Decimal::ZERO || p > Decimal::from(100)) {
            wrong.push(refused("product_rate_plan_charge_tier.discount", "discount_percentage", "A discount is from 0 to 100 percent."));
        }
        wrong
    }
}
