//! Grouping templates.

use accrual_model::validate::{broken, not_built};
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};

/// How long a contract takes new rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum Duration {
    #[default]
    Always,
    #[text("RC Creation Period")]
    CreationPeriod,
}

/// Rows equal in all fields form one contract; the first rule whose fields are all filled wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupingRule {
    /// Staging names of fields.
    pub fields: Vec<String>,
    #[serde(default)]
    pub duration: Duration,
}

/// Which price becomes the SSP (inferred: the hierarchy's values are not published).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum PricePoint {
    Below,
    #[default]
    Mid,
    Above,
    /// The selling price itself.
    SellPrice,
}

/// One template of the SSP hierarchy, with the point taken for a price below, above and within the range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SspStep {
    pub template: String,
    #[serde(default)]
    pub below: PricePoint,
    #[serde(default)]
    pub above: PricePoint,
    #[serde(default)]
    pub within: PricePoint,
}

/// How rows are brought together into contracts (reference section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = GroupingTemplate::rules)]
pub struct GroupingTemplate {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(max = 240)]
    pub description: Option<String>,
    /// Primary rules, in sequence.
    #[field(default = [])]
    pub rules: Vec<GroupingRule>,
    /// Later lines of an order always join its contract, whatever the duration says.
    #[field(label = "Retain SO", default = false)]
    pub retain_so: bool,
    /// SSP templates, in the order in which they are asked.
    #[field(label = "SSP hierarchy", default = [], reference = "SspTemplate", at = "template")]
    pub ssp_hierarchy: Vec<SspStep>,
    /// The template of an upload that names none; only one is.
    #[field(default = false, filterable)]
    pub default_template: bool,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl GroupingTemplate {
    pub(crate) fn per_sales_order() -> Self {
        let by = |field: &str| GroupingRule { fields: vec![field.to_owned()], duration: Duration::Always };
        let (below, above, within) = (PricePoint::Mid, PricePoint::Mid, PricePoint::Mid);
        Self {
            name: super::names::GROUPING_TEMPLATE.to_owned(),
            description: Some("Lines of one sales order; without an order number, of one customer".to_owned()),
            rules: vec![by("SO_NUM"), by("CUST_NUM")],
            retain_so: false,
            ssp_hierarchy: vec![SspStep { template: super::names::SSP_TEMPLATE.to_owned(), below, above, within }],
            default_template: true,
            enabled: true,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        if self.rules.is_empty() || self.rules.iter().any(|r| r.fields.is_empty() || r.fields.iter().any(|f| f.trim().is_empty())) {
            wrong.push(broken("rules", "There must be at least one rule, and each names at least one field."));
        }
        let twice =
            self.ssp_hierarchy.iter().enumerate().find(|(at, s)| self.ssp_hierarchy[..*at].iter().any(|o| o.template == s.template));
        if let Some((_, step)) = twice {
            wrong.push(broken("ssp_hierarchy", format!("The SSP template {:?} stands in the hierarchy twice.", step.template)));
        }
        if self.retain_so {
            wrong.push(not_built(
                "retain_so",
                "Keeping later lines of an order in its contract beyond the duration is not built yet; leave it off.",
            ));
        }
        if self.default_template && !self.enabled {
            wrong.push(broken("enabled", "The default grouping template is enabled; make another the default first."));
        }
        wrong
    }
}
