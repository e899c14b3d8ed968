//! Products.

use super::refused;
use accrual_base::Day;
use accrual_model::{Object, Rejection};

/// What is sold (reference section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, rules = Product::rules)]
pub struct Product {
    #[field(default = false, filterable)]
    pub allow_feature_changes: bool,
    #[field(values = ["Base Products", "Add On Services", "Miscellaneous Products"], filterable, sortable)]
    pub category: Option<String>,
    #[field(max = 500, filterable)]
    pub description: Option<String>,
    #[field(required, filterable, sortable)]
    pub effective_end_date: Option<Day>,
    #[field(required, filterable, sortable)]
    pub effective_start_date: Option<Day>,
    #[field(max = 100, unique, required, sortable)]
    pub name: String,
    #[field(max = 100, unique, number = "PC-", sortable)]
    pub product_number: Option<String>,
    /// Given by the system when left out; never used again.
    #[field(object = "SKU", max = 50, unique, number = "SKU-", sortable)]
    pub sku: Option<String>,
    pub state: Option<String>,
    #[field(object = "Version")]
    pub product_version: Option<String>,
    pub version_ordinal: Option<i64>,
    pub product_type: Option<String>,
    pub bundle_config: Option<String>,
}

impl Product {
    fn rules(&self) -> Vec<Rejection> {
        match (self.effective_start_date, self.effective_end_date) {
            (Some(start), Some(end)) if end < start => {
                vec![refused("product.dates", "effective_end_date", format!("It ends on {end}, before it starts on {start}."))]
            }
            _ => Vec::new(),
        }
    }
}
