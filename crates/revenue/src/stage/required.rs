//! Mandatory fields by transaction type (reference section 1.4).
//!
//! Where the reference has no code of its own for a missing value the general RPRO-00711 is stamped. An
//! invoice may come without list price and ordered quantity: neither is used for it.

use super::{Facts, Finding, Rule, kind, stamp};
use crate::contract::TransactionType::{self as T, *};
use crate::fields::{self as f, FieldId};

pub(super) const RULES: &[Rule] = &[mandatory, order_quantity, invoice_quantity];

struct Mandatory {
    code: &'static str,
    field: FieldId,
    what: &'static str,
    types: fn(T) -> bool,
}

const fn must(code: &'static str, field: FieldId, what: &'static str, types: fn(T) -> bool) -> Mandatory {
    Mandatory { code, field, what, types }
}

const MANDATORY: [Mandatory; 13] = [
    must("RPRO-00003", f::CSTMR_NM, "customer name", |_| true),
    must("RPRO-00051", f::CUST_NUM, "customer number", |_| true),
    must("RPRO-00006", f::ITEM_NUM, "item number", |_| true),
    must("RPRO-00630", f::SO_LINE_ID, "sales order line id", |t| matches!(t, Order | ReductionOrder | ReductionCredit)),
    must("RPRO-00711", f::SO_BOOK_DATE, "sales order date", kind::is_order),
    must("RPRO-00711", f::EXT_LST_PRC, "extended list price", |t| matches!(t, Order | ReductionOrder | Return)),
    must("RPRO-00059", f::EXT_SLL_PRC, "extended sell price", |t| t != Cost),
    must("RPRO-00035", f::INV_NUM, "invoice number", kind::is_bill),
    must("RPRO-00036", f::INV_LINE_ID, "invoice line id", kind::is_bill),
    must("RPRO-00711", f::INV_DATE, "invoice date", kind::is_bill),
    must("RPRO-00007", f::INV_QTY, "invoice quantity", kind::is_bill),
    must("RPRO-00635", f::INV_LINE_ID, "invoice line id", |t| t == ReductionOrder),
    must("RPRO-00030", f::ORIG_SO_LINE_ID, "original sales order line id", |t| t == ReductionOrder),
];

/// The code with which a row of this type is refused when it lacks the field; nothing when it may lack it.
pub fn refuses_without(kind: T, field: FieldId) -> Option<&'static str> {
    if field == f::ORD_QTY && matches!(kind, Order | ReductionOrder) {
        return Some("RPRO-00072");
    }
    MANDATORY.iter().find(|m| m.field == field && (m.types)(kind)).map(|m| m.code)
}

fn mandatory(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    for m in &MANDATORY {
        if !facts.row.has(m.field) && (m.types)(facts.kind) {
            stamp(found, m.code, m.field, format!("The {} is missing; it is mandatory on {}.", m.what, kind::type_name(facts.kind)));
        }
    }
}

/// RPRO-00072: orders and reductions need a quantity above zero, unless the line is being cancelled.
fn order_quantity(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if !matches!(facts.kind, Order | ReductionOrder) {
        return;
    }
    let cancelled = facts.row.text(f::CANCEL_FLAG).is_some_and(|c| c.eq_ignore_ascii_case("y"));
    match facts.row.number(f::ORD_QTY) {
        None => stamp(found, "RPRO-00072", f::ORD_QTY, "The ordered quantity is missing."),
        Some(q) if q.mantissa < 0 || (q.mantissa == 0 && !cancelled) => {
            stamp(found, "RPRO-00072", f::ORD_QTY, "The ordered quantity must be above zero.");
        }
        Some(_) => {}
    }
}

/// RPRO-00007: the quantity of an invoice has the sign of its price.
fn invoice_quantity(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.kind != Invoice {
        return;
    }
    if let (Some(quantity), Some(price)) = (facts.row.number(f::INV_QTY), facts.row.number(f::EXT_SLL_PRC))
        && quantity.mantissa.signum() * price.mantissa.signum() < 0
    {
        stamp(found, "RPRO-00007", f::INV_QTY, "The invoice quantity and the extended sell price have opposite signs.");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn each_mandatory_field_has_its_code() {
        for (field, code) in [
            ("CSTMR_NM", "RPRO-00003"),
            ("CUST_NUM", "RPRO-00051"),
            ("ITEM_NUM", "RPRO-00006"),
            ("SO_LINE_ID", "RPRO-00630"),
            ("SO_BOOK_DATE", "RPRO-00711"),
            ("EXT_LST_PRC", "RPRO-00711"),
            ("EXT_SLL_PRC", "RPRO-00059"),
            ("ORD_QTY", "RPRO-00072"),
        ] {
            assert_eq!(order(&[(field, "")]), [code], "{field}");
        }
        for (field, code) in
            [("INV_NUM", "RPRO-00035"), ("INV_LINE_ID", "RPRO-00036"), ("INV_DATE", "RPRO-00711"), ("INV_QTY", "RPRO-00007")]
        {
            assert_eq!(invoice(&[(field, "")]), [code], "{field}");
            assert_eq!(credit("CM", &[(field, "")]), [code], "{field}");
        }
        assert_eq!(credit("CM-R", &[("EXT_LST_PRC", "")]), ["RPRO-00711"]);
        assert!(credit("CM", &[("EXT_LST_PRC", "")]).is_empty());
    }

    #[test]
    fn who_collects_knows_what_was_mandatory() {
        use super::*;
        assert_eq!(refuses_without(Order, f::ORD_QTY), Some("RPRO-00072"));
        assert_eq!(refuses_without(Order, f::EXT_SLL_PRC), Some("RPRO-00059"));
        assert_eq!(refuses_without(Invoice, f::INV_QTY), Some("RPRO-00007"));
        assert_eq!(refuses_without(Invoice, f::EXT_LST_PRC), None);
        assert_eq!(refuses_without(Order, f::TERM), None);
    }

    #[test]
    fn quantities_have_a_sign() {
        assert_eq!(order(&[("ORD_QTY", "-1")]), ["RPRO-00072"]);
        assert_eq!(order(&[("ORD_QTY", "0.00")]), ["RPRO-00072"]);
        assert!(order(&[("ORD_QTY", "0"), ("CANCEL_FLAG", "Y")]).is_empty());
        assert_eq!(invoice(&[("INV_QTY", "-1")]), ["RPRO-00007"]);
        assert!(invoice(&[("INV_QTY", "-1"), ("EXT_SLL_PRC", "-100.5")]).is_empty());
    }
}
