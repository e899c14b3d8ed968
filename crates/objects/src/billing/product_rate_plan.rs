//! Rate plans.

use super::refused;
use accrual_base::{Day, Decimal};
use accrual_model::{Object, Rejection};

/// A way to buy a product: a set of charges (reference section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = ProductRatePlan::rules)]
pub struct ProductRatePlan {
    /// Currencies its charges have prices in; those of their tiers when left out.
    #[field(json)]
    pub active_currencies: Option<Vec<String>>,
    #[field(max = 500, filterable)]
    pub description: Option<String>,
    /// That of the product when left out.
    #[field(filterable, sortable)]
    pub effective_end_date: Option<Day>,
    /// That of the product when left out.
    #[field(filterable, sortable)]
    pub effective_start_date: Option<Day>,
    /// Rank among the plans of a catalog group.
    #[field(digits = "13, 9", filterable)]
    pub grade: Option<Decimal>,
    #[field(max = 255, required, filterable, sortable)]
    pub name: String,
    #[field(reference = "Product", fixed, filterable, sortable)]
    pub product_id: String,
    #[field(max = 100, unique, number = "PRP-", sortable)]
    pub product_rate_plan_number: Option<String>,
    pub state: Option<String>,
    #[field(object = "Version")]
    pub plan_version: Option<String>,
    pub version_ordinal: Option<String>,
}

impl ProductRatePlan {
    fn rules(&self) -> Vec<Rejection> {
        match (self.effective_start_date, self.effective_end_date) {
            (Some(start), Some(end)) if end < start => {
                vec![refused("product_rate_plan.dates", "effective_end_date", format!("It ends on {end}, before it starts on {start}."))]
            }
            _ => Vec::new(),
        }
    }
}
