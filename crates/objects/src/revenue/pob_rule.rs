//! POB assignment rules.

use super::Criterion;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, TextEnum};
use serde::{Deserialize, Serialize};

/// The kinds of rules, in the order in which they are tried (reference section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, TextEnum)]
pub enum PobRuleKind {
    /// Several lines that together satisfy a promise.
    Advanced,
    /// One line by its attributes.
    Attribute,
    /// One line by its item number.
    Item,
    /// What nothing else takes.
    #[text("Auto POB")]
    Auto,
}

/// One good or service of an advanced rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PobElement {
    pub criteria: Vec<Criterion>,
    #[serde(default)]
    pub mandatory: bool,
    /// Exactly one element leads; it is mandatory.
    #[serde(default)]
    pub leading: bool,
    /// All lines with an equal identifier join; otherwise the line with the lowest id alone.
    #[serde(default)]
    pub consolidate: bool,
    /// The field whose equal values are consolidated; all lines of the element when missing.
    #[serde(default)]
    pub consolidate_by: Option<String>,
}

/// Which lines form a performance obligation, and under which template.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(label = "POB Rule", rules = PobRule::rules)]
pub struct PobRule {
    #[field(unique, fixed, sortable, max = 240)]
    pub name: String,
    #[field(filterable)]
    pub kind: PobRuleKind,
    /// Order within its kind.
    #[field(default = 1, sortable)]
    pub sequence: i64,
    #[field(reference = "PobTemplate", filterable)]
    pub pob_template: String,
    /// Advanced: the field whose equal values bring lines together.
    #[field(max = 60)]
    pub grouping_field: Option<String>,
    /// Advanced: the goods and services.
    #[field(default = [])]
    pub elements: Vec<PobElement>,
    /// By attribute: all must be met.
    #[field(default = [])]
    pub criteria: Vec<Criterion>,
    /// By item: the item numbers.
    #[field(default = [])]
    pub items: Vec<String>,
    /// The field a performance obligation takes its name from; the template's name when empty.
    #[field(max = 60)]
    pub name_field: Option<String>,
    #[field(default = true, filterable)]
    pub enabled: bool,
}

impl PobRule {
    pub(crate) fn auto() -> Self {
        Self {
            name: super::names::POB_TEMPLATE.to_owned(),
            kind: PobRuleKind::Auto,
            sequence: 1,
            pob_template: super::names::POB_TEMPLATE.to_owned(),
            grouping_field: None,
            elements: Vec::new(),
            criteria: Vec::new(),
            items: Vec::new(),
            name_field: None,
            enabled: true,
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let kind = self.kind;
        let mut wrong = Vec::new();
        let belongs = [
            ("grouping_field", self.grouping_field.is_some(), PobRuleKind::Advanced),
            ("elements", !self.elements.is_empty(), PobRuleKind::Advanced),
            ("criteria", !self.criteria.is_empty(), PobRuleKind::Attribute),
            ("items", !self.items.is_empty(), PobRuleKind::Item),
        ];
        for (field, given, of) in belongs {
            if given != (kind == of) {
                let what = if given { "leave it out" } else { "fill it" };
                wrong.push(broken(field, format!("{} belongs to a rule of kind {}; {what}.", field.replace('_', " "), of.text())));
            }
        }
        if let (PobRuleKind::Attribute, Some(why)) = (kind, Criterion::problem(&self.criteria)) {
            wrong.push(broken("criteria", why));
        }
        if kind == PobRuleKind::Advanced {
            let leading: Vec<&PobElement> = self.elements.iter().filter(|e| e.leading).collect();
            if leading.len() != 1 || !leading.iter().all(|e| e.mandatory) {
                wrong.push(broken("elements", "Exactly one element is leading, and it is mandatory."));
            }
            if let Some(why) = self.elements.iter().find_map(|e| Criterion::problem(&e.criteria)) {
                wrong.push(broken("elements", why));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(rule: &PobRule) -> Vec<String> {
        rule.rules().into_iter().filter_map(|r| r.place.column).collect()
    }

    #[test]
    fn each_kind_has_its_own_parts() {
        let family = Criterion { field: "PRODUCT_FAMILY".into(), values: vec!["HW".into()] };
        let element =
            PobElement { criteria: vec![family.clone()], mandatory: true, leading: true, consolidate: false, consolidate_by: None };
        assert!(wrong(&PobRule::auto()).is_empty());
        let by_attribute = PobRule { kind: PobRuleKind::Attribute, criteria: vec![family], ..PobRule::auto() };
        assert!(wrong(&by_attribute).is_empty());
        assert_eq!(wrong(&PobRule { criteria: Vec::new(), ..by_attribute.clone() }), ["criteria", "criteria"]);
        assert_eq!(wrong(&PobRule { items: vec!["I1".into()], ..by_attribute }), ["items"]);
        let advanced = PobRule {
            kind: PobRuleKind::Advanced,
            grouping_field: Some("SO_NUM".into()),
            elements: vec![element.clone()],
            ..PobRule::auto()
        };
        assert!(wrong(&advanced).is_empty());
        let two_leaders = PobRule { elements: vec![element.clone(), element.clone()], ..advanced.clone() };
        assert_eq!(wrong(&two_leaders), ["elements"]);
        assert_eq!(wrong(&PobRule { elements: vec![PobElement { mandatory: false, ..element }], ..advanced }), ["elements"]);
    }
}
