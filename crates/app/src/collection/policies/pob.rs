//! POB templates and assignment rules.

use super::missing;
use accrual_base::Result;
use accrual_objects::revenue::{self as noun, PobRule, PobRuleKind};
use accrual_revenue::pob::{AdvancedRule, AttributeRule, Criterion, Element, Rules};
use accrual_revenue::policy::{self, PobTemplate, UserDefinedStep};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;

/// All templates, sorted by id, and the enabled rules in the order in which they are tried.
///
/// # Errors
/// `collection.setup` when a rule names a template that is not there, or nothing says what AUTO POB is.
pub(super) fn load(tx: &mut dyn Read) -> Result<(Vec<PobTemplate>, Rules)> {
    let mut templates = Vec::new();
    let mut ids = BTreeMap::new();
    for stored in typed::all::<noun::PobTemplate>(tx)? {
        ids.insert(stored.data.name.clone(), stored.id);
        templates.push(template(stored.id, stored.version, stored.data));
    }
    templates.sort_by_key(|t| t.id);
    let mut stored: Vec<PobRule> = typed::all::<PobRule>(tx)?.into_iter().map(|r| r.data).filter(|r| r.enabled).collect();
    stored.sort_by_key(|r| (r.kind, r.sequence));
    let mut rules = Rules { item_field: "ITEM_NUM".to_owned(), ..Rules::default() };
    let mut auto = None;
    for rule in stored {
        let named = ids.get(&rule.pob_template).copied();
        let template = named.ok_or_else(|| {
            missing(format!("The POB rule {:?} names the template {:?}, which does not exist.", rule.name, rule.pob_template))
        })?;
        if rules.name_field.is_none() {
            rules.name_field = rule.name_field.clone();
        }
        match rule.kind {
            PobRuleKind::Advanced => rules.advanced.push(AdvancedRule {
                name: rule.name,
                template,
                grouping: rule.grouping_field.unwrap_or_default(),
                elements: rule.elements.into_iter().map(element).collect(),
            }),
            PobRuleKind::Attribute => {
                rules.by_attribute.push(AttributeRule { criteria: rule.criteria.into_iter().map(criterion).collect(), template });
            }
            PobRuleKind::Item => rule.items.into_iter().for_each(|item| {
                rules.by_item.entry(item).or_insert(template);
            }),
            PobRuleKind::Auto => auto = auto.or(Some(template)),
        }
    }
    rules.auto = auto.ok_or_else(|| missing("No enabled POB rule of kind Auto POB says what lines without a rule become."))?;
    Ok((templates, rules))
}

fn criterion(c: noun::Criterion) -> Criterion {
    Criterion { field: c.field, values: c.values }
}

fn element(e: noun::PobElement) -> Element {
    Element {
        criteria: e.criteria.into_iter().map(criterion).collect(),
        mandatory: e.mandatory,
        leading: e.leading,
        consolidate: e.consolidate,
        consolidate_by: e.consolidate_by,
    }
}

fn template(id: i64, version: i64, t: noun::PobTemplate) -> PobTemplate {
    let steps = |steps: Vec<noun::ScheduleStep>| {
        let step =
            |s: noun::ScheduleStep| UserDefinedStep { days: s.unit == noun::StepUnit::Day, duration: s.duration, percent: s.percent.0 };
        steps.into_iter().map(step).collect()
    };
    PobTemplate {
        id,
        name: t.name,
        version,
        release: match t.release_event {
            noun::ReleaseEvent::UponBooking => policy::ReleaseEvent::UponBooking,
            noun::ReleaseEvent::UponBillingBilled => policy::ReleaseEvent::UponBillingBilled,
            noun::ReleaseEvent::UponBillingFull => policy::ReleaseEvent::UponBillingFull,
            noun::ReleaseEvent::UponEvent => policy::ReleaseEvent::UponEvent,
            noun::ReleaseEvent::Manual => policy::ReleaseEvent::Manual,
        },
        event: t.event_name,
        ratable: match t.ratable_method {
            noun::RatableMethod::ContractRatable => policy::RatableMethod::ContractRatable,
            noun::RatableMethod::Ratable => policy::RatableMethod::Ratable,
            noun::RatableMethod::InvoiceRatable => policy::RatableMethod::InvoiceRatable,
            noun::RatableMethod::Condense => policy::RatableMethod::Condense,
            noun::RatableMethod::Sliding => policy::RatableMethod::Sliding,
            noun::RatableMethod::ImmediateOpenPeriod => policy::RatableMethod::ImmediateOpenPeriod,
            noun::RatableMethod::ImmediateStartDate => policy::RatableMethod::ImmediateStartDate,
            noun::RatableMethod::MidMonth => policy::RatableMethod::MidMonth,
            noun::RatableMethod::NextMonth => policy::RatableMethod::NextMonth,
            noun::RatableMethod::UserDefined => policy::RatableMethod::UserDefined(steps(t.steps)),
        },
        accounting: match t.accounting_method {
            noun::AccountingMethod::Daily => policy::AccountingMethod::Daily,
            noun::AccountingMethod::PartialMonthly => policy::AccountingMethod::PartialMonthly,
        },
        retain: match t.retain_method {
            noun::RetainMethod::Percent => policy::RetainMethod::Percent,
            noun::RetainMethod::Amount => policy::RetainMethod::Amount,
        },
    }
}
