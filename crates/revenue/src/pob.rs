//! Performance obligations: which lines form one and under which template (reference section 2.3).

use crate::attributes::{Attributes, compound};
use std::collections::BTreeMap;

/// Assignment rules in the order in which they are tried.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub advanced: Vec<AdvancedRule>,
    pub by_attribute: Vec<AttributeRule>,
    /// Item number to template.
    pub by_item: BTreeMap<String, i64>,
    /// The field that holds the item number.
    pub item_field: String,
    /// The template of AUTO POB.
    pub auto: i64,
    /// The attribute a POB takes its name from.
    pub name_field: Option<String>,
}

/// Lines with an equal grouping identifier that together satisfy a promise.
#[derive(Clone, Debug)]
pub struct AdvancedRule {
    pub name: String,
    pub template: i64,
    /// The field whose equal values bring lines together.
    pub grouping: String,
    pub elements: Vec<Element>,
}

/// One good or service of an advanced rule.
#[derive(Clone, Debug)]
pub struct Element {
    pub criteria: Vec<Criterion>,
    pub mandatory: bool,
    /// Exactly one element leads; it must be mandatory.
    pub leading: bool,
    /// All lines with an equal identifier join; otherwise the line with the lowest id alone.
    pub consolidate: bool,
    pub consolidate_by: Option<String>,
}

/// The field has one of the values.
#[derive(Clone, Debug)]
pub struct Criterion {
    pub field: String,
    pub values: Vec<String>,
}

/// A template for lines that meet all criteria (at most ten).
#[derive(Clone, Debug)]
pub struct AttributeRule {
    pub criteria: Vec<Criterion>,
    pub template: i64,
}

/// A line without a performance obligation yet.
pub struct Candidate<'a> {
    pub line: i64,
    pub attributes: &'a dyn Attributes,
}

/// What was decided for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub line: i64,
    /// The line that leads; its id names the performance obligation.
    pub lead: i64,
    pub template: i64,
    pub name: Option<String>,
}

fn meets(criteria: &[Criterion], row: &dyn Attributes) -> bool {
    criteria.iter().all(|c| row.text(&c.field).is_some_and(|v| c.values.iter().any(|w| *w == v)))
}

impl Rules {
    /// Assigns every candidate; `candidates` are sorted by line id, and so is the result.
    ///
    /// Several candidates for the leading line are documented as picked at random; the lowest line id is taken instead,
    /// so that the same input gives the same contract (inferred).
    pub fn assign(&self, candidates: &[Candidate<'_>]) -> Vec<Assignment> {
        let mut taken: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        for rule in &self.advanced {
            rule.apply(candidates, &mut taken);
        }
        let name = |at: usize| self.name_field.as_ref().and_then(|f| candidates[at].attributes.text(f)).map(|v| v.into_owned());
        (0..candidates.len())
            .map(|at| {
                let line = candidates[at].line;
                let (lead, template) = taken.get(&at).copied().unwrap_or_else(|| (line, self.alone(candidates[at].attributes)));
                Assignment { line, lead, template, name: name(at) }
            })
            .collect()
    }

    /// The template of a line that stands alone: by attributes, by item, AUTO POB.
    fn alone(&self, row: &dyn Attributes) -> i64 {
        if let Some(rule) = self.by_attribute.iter().find(|r| meets(&r.criteria, row)) {
            return rule.template;
        }
        if self.by_item.is_empty() {
            return self.auto;
        }
        row.text(&self.item_field).and_then(|item| self.by_item.get(item.as_ref()).copied()).unwrap_or(self.auto)
    }
}

impl AdvancedRule {
    fn apply(&self, candidates: &[Candidate<'_>], taken: &mut BTreeMap<usize, (i64, i64)>) {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, candidate) in candidates.iter().enumerate() {
            if !taken.contains_key(&at)
                && let Some(key) = compound(std::slice::from_ref(&self.grouping), candidate.attributes)
            {
                groups.entry(key).or_default().push(at);
            }
        }
        for members in groups.values() {
            self.form(candidates, members, taken);
        }
    }

    /// Forms one performance obligation out of a group, when every mandatory element is there.
    fn form(&self, candidates: &[Candidate<'_>], group: &[usize], taken: &mut BTreeMap<usize, (i64, i64)>) {
        let mut used: Vec<usize> = Vec::new();
        let mut lead = None;
        for element in &self.elements {
            let fits: Vec<usize> =
                group.iter().copied().filter(|at| !used.contains(at) && meets(&element.criteria, candidates[*at].attributes)).collect();
            let Some(first) = fits.first().copied() else {
                if element.mandatory {
                    return;
                }
                continue;
            };
            if element.leading {
                lead = Some(first);
            }
            let same = |at: &usize| match &element.consolidate_by {
                Some(field) => candidates[*at].attributes.text(field) == candidates[first].attributes.text(field),
                None => true,
            };
            used.extend(fits.into_iter().filter(|at| *at == first || element.consolidate && same(at)));
        }
        if let Some(lead) = lead {
            for at in used {
                taken.insert(at, (candidates[lead].line, self.template));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: &str, value: &str) -> Vec<Criterion> {
        vec![Criterion { field: field.into(), values: vec![value.into()] }]
    }

    #[test]
    fn attributes_come_before_the_item_and_the_item_before_auto() {
        let rules = Rules {
            by_attribute: vec![AttributeRule { criteria: one("FAMILY", "HW"), template: 7 }],
            by_item: BTreeMap::from([("I1".to_owned(), 8)]),
            item_field: "ITEM".into(),
            auto: 1,
            name_field: Some("FAMILY".into()),
            ..Rules::default()
        };
        let row = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> { pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect() };
        let (a, b, c) = (row(&[("FAMILY", "HW"), ("ITEM", "I1")]), row(&[("ITEM", "I1")]), row(&[("ITEM", "I2")]));
        let got = rules.assign(&[
            Candidate { line: 1, attributes: &a },
            Candidate { line: 2, attributes: &b },
            Candidate { line: 3, attributes: &c },
        ]);
        assert_eq!(got.iter().map(|g| (g.lead, g.template)).collect::<Vec<_>>(), [(1, 7), (2, 8), (3, 1)]);
        assert_eq!(got[0].name.as_deref(), Some("HW"));
    }
}
