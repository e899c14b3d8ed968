//! Which contract a row belongs to: the grouping key (reference section 2.2).

use crate::attributes::{Attributes, compound_into};
use accrual_base::{Error, PeriodId, Result};

/// Rows equal in all fields form one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub fields: Vec<String>,
    pub window: Window,
}

/// How long a contract takes new rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    #[default]
    Always,
    /// Only in the period in which the contract was created.
    CreationPeriod,
}

/// The key of a row: the first rule whose fields are all filled wins.
///
/// The key names its rule, so that equal values under two rules do not meet, and its period when the rule is bound to it.
///
/// # Errors
/// RPRO-00684 when no rule applies.
pub fn key(rules: &[Rule], row: &dyn Attributes, open: PeriodId) -> Result<String> {
    for rule in rules {
        let mut key = String::with_capacity(48);
        for (at, field) in rule.fields.iter().enumerate() {
            if at > 0 {
                key.push('+');
            }
            key.push_str(field);
        }
        key.push('=');
        if compound_into(&rule.fields, row, &mut key) {
            if rule.window == Window::CreationPeriod {
                key.push('@');
                key.push_str(&open.to_string());
            }
            return Ok(key);
        }
    }
    let wanted: Vec<String> = rules.iter().map(|r| r.fields.join(" + ")).collect();
    Err(Error::invalid(
        "RPRO-00684",
        format!("The row cannot be grouped into a contract: fill the fields of one grouping rule ({}).", wanted.join("; ")),
    ))
}

/// What to do with rows of one contract modification that refer to several contracts (Grouping Option).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondaryOption {
    /// Each row to the contract it refers to; rows that refer to none go by the primary rules.
    Separate,
    /// All rows to the earliest contract of the group; a closed one is unfrozen.
    Earliest,
}

/// Where the secondary rules send the rows of one contract modification (reference section 2.2).
///
/// `found` holds, row by row, the contract whose Associated Contract Reference the row names; contract numbers grow, so
/// the lowest is the earliest. Nothing in the answer means that the primary rules decide.
pub fn secondary(option: SecondaryOption, found: &[Option<i64>]) -> Vec<Option<i64>> {
    let earliest = found.iter().flatten().min().copied();
    match option {
        SecondaryOption::Separate => found.to_vec(),
        SecondaryOption::Earliest => found.iter().map(|_| earliest).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn row(values: &[(&str, &str)]) -> BTreeMap<String, String> {
        values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn the_first_rule_whose_fields_are_filled_wins() {
        let rules = [
            Rule { fields: vec!["SO_NUM".into(), "TERM_NUM".into()], window: Window::Always },
            Rule { fields: vec!["CUSTOMER_NUM".into()], window: Window::CreationPeriod },
        ];
        let open = PeriodId(202_401);
        let one = key(&rules, &row(&[("SO_NUM", "S1"), ("TERM_NUM", "1"), ("CUSTOMER_NUM", "C")]), open).unwrap();
        assert_eq!(one, "SO_NUM+TERM_NUM=S1\u{1f}1");
        assert_eq!(key(&rules, &row(&[("SO_NUM", "S1"), ("CUSTOMER_NUM", "C")]), open).unwrap(), "CUSTOMER_NUM=C@202401");
        let refused = key(&rules, &row(&[]), open).unwrap_err();
        assert_eq!(refused.rejection().unwrap().code, "RPRO-00684");
    }
}
