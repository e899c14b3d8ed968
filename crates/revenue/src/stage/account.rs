//! Account strings. Whether a segment exists is not checked (segment validation is off by default, reference
//! section 9.4); accounts a line lacks come from the account assignments at collection.

use super::{Facts, Finding, Rule, stamp};
use crate::contract::TransactionType::Invoice;
use crate::fields as f;

pub(super) const RULES: &[Rule] = &[mandatory, offsets];

/// RPRO-00021 and RPRO-00023, when no account assignment can fill them.
fn mandatory(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.context.account_defaults {
        return;
    }
    for (code, field, what) in [("RPRO-00021", f::DEF_SEGMENTS, "deferred"), ("RPRO-00023", f::REV_SEGMENTS, "revenue")] {
        if !facts.row.has(field) {
            stamp(found, code, field, format!("The {what} segments are missing and no account assignment fills them."));
        }
    }
}

/// RPRO-00628, 00061, 00062: offsets belong to invoices, at most one of the two.
fn offsets(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    let (deferred, revenue) = (facts.row.has(f::DEF_OFFSET_SEGS), facts.row.has(f::REV_OFFSET_SEGS));
    if deferred && revenue {
        stamp(found, "RPRO-00628", f::REV_OFFSET_SEGS, "Only one of the deferred and revenue offset segments may be given.");
    }
    if facts.kind != Invoice {
        for (given, code, field) in [(revenue, "RPRO-00061", f::REV_OFFSET_SEGS), (deferred, "RPRO-00062", f::DEF_OFFSET_SEGS)] {
            if given {
                stamp(found, code, field, "Offset segments are allowed on invoices only.");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn segments_are_mandatory_only_without_assignments() {
        let strict = super::super::StageContext { account_defaults: false, ..context() };
        assert_eq!(codes_with(&strict, ORDER, &[]), ["RPRO-00021", "RPRO-00023"]);
        assert!(codes_with(&strict, ORDER, &[("DEF_SEGMENTS", "01-2000"), ("REV_SEGMENTS", "01-4000")]).is_empty());
    }

    #[test]
    fn offsets_belong_to_invoices() {
        assert!(invoice(&[("DEF_OFFSET_SEGS", "01")]).is_empty());
        assert_eq!(invoice(&[("DEF_OFFSET_SEGS", "01"), ("REV_OFFSET_SEGS", "02")]), ["RPRO-00628"]);
        assert_eq!(order(&[("DEF_OFFSET_SEGS", "01")]), ["RPRO-00062"]);
        assert_eq!(order(&[("REV_OFFSET_SEGS", "01")]), ["RPRO-00061"]);
    }
}
