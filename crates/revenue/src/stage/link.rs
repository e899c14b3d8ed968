//! How a row names its parent (reference section 1.4), and the book.

use super::{Facts, Finding, Rule, kind, stamp};
use crate::contract::TransactionType::{Invoice, InvoiceCancelation};
use crate::fields as f;

pub(super) const RULES: &[Rule] = &[invoice_link, credit_link, cancelation_link, book, set_of_books];

/// RPRO-00636: an invoice names its order line by SO_LINE_ID.
fn invoice_link(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.kind == Invoice && facts.row.has(f::ORIG_SO_LINE_ID) {
        stamp(found, "RPRO-00636", f::ORIG_SO_LINE_ID, "An invoice names its order line in SO_LINE_ID; leave ORIG_SO_LINE_ID blank.");
    }
}

/// RPRO-00637: a credit names the invoice line or the order line, not both.
fn credit_link(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if kind::is_credit(facts.kind) && facts.row.has(f::ORIG_SO_LINE_ID) && facts.row.has(f::ORIG_INV_LINE_ID) {
        stamp(found, "RPRO-00637", f::ORIG_INV_LINE_ID, "A credit names ORIG_INV_LINE_ID or ORIG_SO_LINE_ID, not both.");
    }
}

/// RPRO-00638 and RPRO-00662: an invoice cancelation names what it cancels, and that is the invoice line.
fn cancelation_link(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.kind != InvoiceCancelation || facts.row.has(f::ORIG_INV_LINE_ID) {
        return;
    }
    if !facts.row.has(f::ORIG_SO_LINE_ID) {
        stamp(found, "RPRO-00638", f::ORIG_INV_LINE_ID, "An invoice cancelation must name the invoice line in ORIG_INV_LINE_ID.");
    } else if !facts.context.billing_integration {
        stamp(found, "RPRO-00662", f::ORIG_SO_LINE_ID, "An invoice cancelation may name the order line only with the Billing integration.");
    }
}

/// RPRO-00664.
fn book(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if let Some(given) = facts.row.number(f::BOOK_ID)
        && !given.minor(0).is_some_and(|id| facts.context.books.contains(&id))
    {
        stamp(found, "RPRO-00664", f::BOOK_ID, "The book does not exist or is disabled; leave BOOK_ID blank for the primary book.");
    }
}

/// RPRO-00053.
fn set_of_books(facts: &Facts<'_>, found: &mut Vec<Finding>) {
    if facts.row.number(f::SOB_ID).is_some_and(|id| id.minor(0).is_none_or(|id| id <= 0)) {
        stamp(found, "RPRO-00053", f::SOB_ID, "SOB_ID must be a whole number above zero.");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    #[test]
    fn references() {
        assert_eq!(invoice(&[("ORIG_SO_LINE_ID", "S1.1")]), ["RPRO-00636"]);
        assert_eq!(credit("CM", &[("ORIG_SO_LINE_ID", "S1.1")]), ["RPRO-00637"]);
        assert_eq!(credit("CM-C", &[("ORIG_INV_LINE_ID", "")]), ["RPRO-00638"]);
        assert_eq!(credit("CM-C", &[("ORIG_INV_LINE_ID", ""), ("ORIG_SO_LINE_ID", "S1.1")]), ["RPRO-00662"]);
        assert!(credit("CM", &[("ORIG_INV_LINE_ID", ""), ("ORIG_SO_LINE_ID", "S1.1")]).is_empty());
        assert!(credit("CM", &[("ORIG_INV_LINE_ID", "")]).is_empty(), "standalone");
    }

    #[test]
    fn books() {
        assert!(order(&[("BOOK_ID", "1")]).is_empty());
        assert_eq!(order(&[("BOOK_ID", "7")]), ["RPRO-00664"]);
        assert_eq!(order(&[("BOOK_ID", "1.5")]), ["RPRO-00664"]);
        assert_eq!(order(&[("SOB_ID", "0")]), ["RPRO-00053"]);
        assert!(order(&[("SOB_ID", "12")]).is_empty());
    }
}
