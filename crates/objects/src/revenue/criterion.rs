//! Conditions of rules.

use serde::{Deserialize, Serialize};

/// The field of the line has one of the values, exactly as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Staging name of the field, for example PRODUCT_FAMILY.
    pub field: String,
    pub values: Vec<String>,
}

impl Criterion {
    /// What is wrong with a list of criteria; nothing when it is sound.
    pub(crate) fn problem(criteria: &[Self]) -> Option<&'static str> {
        if criteria.is_empty() || criteria.len() > 10 {
            return Some("There must be between one and ten criteria.");
        }
        if criteria.iter().any(|c| c.field.trim().is_empty() || c.values.is_empty()) {
            return Some("Each criterion names a field and at least one value.");
        }
        None
    }
}
