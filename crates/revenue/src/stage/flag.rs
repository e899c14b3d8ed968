//! Flags and fields with a fixed set of values.

use super::{Facts, Finding, Rule, kind, stamp};
use crate::contract::TransactionType::{CreditMemo, Order};
use crate::fields::{self as f, FieldId};

pub(super) const RULES: &[Rule] = &[yes_or_no, credit_rule, impairment];

const FLAGS: [(&str, FieldId); 3] =
    [("RPRO-00002", f::CV_ELIGIBLE_FLAG), ("RPRO-00052", f::FV_ELIGIBLE_FLAG), ("RPRO-00049", f::UNBILL_FLAG)];

/// RPRO-00002, 00052, 00049: Y, N or blank.
fn yes_or_no(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    for (code, field) in FLAGS {
        if let Some(given) = facts.row.text(field).filter(|v| !matches!(*v, "Y" | "N" | "y" | "n")) {
            stamp(found, code, field, format!("{} takes Y, N or blank, not {given:?}.", f::line_fields().name(field)));
        }
    }
}

/// RPRO-00046, 00047, 00014, 00063: the rule is known, has something to act on, and fixed duration has its dates.
fn credit_rule(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let Some(rule) = facts.row.text(f::CREDIT_RULE) else { return };
    if !["P", "L", "F"].iter().any(|r| r.eq_ignore_ascii_case(rule)) {
        stamp(found, "RPRO-00046", f::CREDIT_RULE, format!("{rule:?} is not a credit rule; use P, L, F or leave it blank."));
        return;
    }
    if !kind::is_credit(facts.kind) {
        return;
    }
    if facts.kind == CreditMemo && !facts.row.has(f::ORIG_SO_LINE_ID) && !facts.row.has(f::ORIG_INV_LINE_ID) {
        stamp(
            found,
            "RPRO-00047",
            f::CREDIT_RULE,
            "A standalone credit memo takes no credit rule; name the line it credits or leave the rule blank.",
        );
    }
    if rule.eq_ignore_ascii_case("F") {
        for (code, field, what) in [("RPRO-00014", f::START_DATE, "start"), ("RPRO-00063", f::END_DATE, "end")] {
            if !facts.row.has(field) {
                stamp(found, code, field, format!("The {what} date is missing; credit rule F goes by the credit's own dates."));
            }
        }
    }
}

const IMPAIRMENTS: [&str; 5] = ["CONTRACT IMPAIRMENT", "NEW POB RATABLE", "NEW POB IMMEDIATE", "R AND R WITHIN SSP", "RETROSPECTIVE"];

/// RPRO-00639.
fn impairment(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.kind != Order {
        return;
    }
    if let Some(given) = facts.row.text(f::IMPAIRMENT_TYPE).filter(|v| !IMPAIRMENTS.iter().any(|i| i.eq_ignore_ascii_case(v))) {
        stamp(
            found,
            "RPRO-00639",
            f::IMPAIRMENT_TYPE,
            format!("{given:?} is not an impairment type; use {} or blank.", IMPAIRMENTS.join(", ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn flags_are_yes_no_or_blank() {
        for (field, code) in [("CV_ELIGIBLE_FLAG", "RPRO-00002"), ("FV_ELIGIBLE_FLAG", "RPRO-00052"), ("UNBILL_FLAG", "RPRO-00049")] {
            assert_eq!(order(&[(field, "X")]), [code]);
            for good in ["Y", "N", ""] {
                assert!(order(&[(field, good)]).is_empty());
            }
        }
    }

    #[test]
    fn credit_rules() {
        assert_eq!(credit("CM", &[("CREDIT_RULE", "Z")]), ["RPRO-00046"]);
        assert_eq!(credit("CM", &[("CREDIT_RULE", "P"), ("ORIG_INV_LINE_ID", "")]), ["RPRO-00047"]);
        assert_eq!(credit("CM", &[("CREDIT_RULE", "F")]), ["RPRO-00014", "RPRO-00063"]);
        assert!(credit("CM", &[("CREDIT_RULE", "F"), ("START_DATE", "01-JAN-2024"), ("END_DATE", "31-JAN-2024")]).is_empty());
        assert!(credit("CM-R", &[("CREDIT_RULE", "L")]).is_empty());
    }

    #[test]
    fn impairment_types() {
        assert_eq!(order(&[("IMPAIRMENT_TYPE", "OTHER")]), ["RPRO-00639"]);
        assert!(order(&[("IMPAIRMENT_TYPE", "Retrospective")]).is_empty());
    }
}
