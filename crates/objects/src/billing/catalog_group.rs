//! Groups of rate plans: which is an upgrade of which, or what is shown together.

use super::refused;
use accrual_base::Decimal;
use accrual_model::{Object, Rejection, TextEnum};

/// What a group is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum CatalogGroupType {
    /// Its plans have grades: a change to a higher one is an upgrade.
    #[default]
    Grading,
    /// Its plans are shown together.
    Display,
}

/// A group of rate plans (reference section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id)]
pub struct CatalogGroup {
    #[field(max = 255, unique, required, sortable)]
    pub name: String,
    #[field(max = 100, unique, number = "CG-", sortable)]
    pub catalog_group_number: Option<String>,
    #[field(fixed, default = "Grading", object = "Type", filterable)]
    pub group_type: CatalogGroupType,
    #[field(max = 500)]
    pub description: Option<String>,
}

/// The place of a rate plan in a group.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "catalog_group_id, product_rate_plan_id", rules = CatalogGroupPlan::rules)]
pub struct CatalogGroupPlan {
    #[field(reference = "CatalogGroup", fixed, filterable)]
    pub catalog_group_id: String,
    #[field(reference = "ProductRatePlan", fixed, filterable)]
    pub product_rate_plan_id: String,
    /// Whole and above 0; the greater, the higher.
    #[field(digits = "13, 0")]
    pub grade: Option<Decimal>,
}

impl CatalogGroupPlan {
    fn rules(&self) -> Vec<Rejection> {
        match self.grade {
            Some(grade) if grade <= Decimal::ZERO => vec![refused("catalog_group.grade", "grade", "A grade is a whole number above 0.")],
            _ => Vec::new(),
        }
    }
}

/// What another system calls a rate plan; several plans may share an id.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "external_id, product_rate_plan_id")]
pub struct ExternalRatePlanId {
    #[field(max = 255, required, filterable)]
    pub external_id: String,
    #[field(reference = "ProductRatePlan", fixed, filterable)]
    pub product_rate_plan_id: String,
    /// The system the id is of.
    #[field(max = 255)]
    pub source_system: Option<String>,
}
