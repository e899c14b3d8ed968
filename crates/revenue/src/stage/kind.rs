//! Transaction types by their spelling, and what follows from the type alone (reference section 1.4).

use crate::contract::TransactionType::{self as T, *};
use crate::fields;
use crate::upload::Row;
use accrual_base::Day;

const SPELLINGS: [(&str, T); 11] = [
    ("SO", Order),
    ("INV", Invoice),
    ("CM", CreditMemo),
    ("CM-C", InvoiceCancelation),
    ("CM-R", Return),
    ("CM-RO", ReductionCredit),
    ("RORD", ReductionOrder),
    ("PORD", PriceOrder),
    ("CST", Cost),
    ("INV-VC", InvoiceVariable),
    ("CM-VC", CreditVariable),
];

/// For messages.
pub(super) const NAMES: &str = "SO, INV, CM, CM-C, CM-R, CM-RO, RORD, PORD, CST, INV-VC, CM-VC";

/// The type of a spelling, without regard to case and outer blanks.
pub fn transaction_type(text: &str) -> Option<T> {
    let text = text.trim();
    SPELLINGS.iter().find(|(s, _)| s.eq_ignore_ascii_case(text)).map(|(_, t)| *t)
}

/// The spelling of a type.
pub fn type_name(kind: T) -> &'static str {
    SPELLINGS.iter().find(|(_, t)| *t == kind).map_or("", |(s, _)| s)
}

/// Types the engine collects so far.
pub(super) fn is_built(kind: T) -> bool {
    matches!(kind, Order | Invoice | CreditMemo | InvoiceCancelation | Return)
}

/// Rows that bill or credit: they carry an INV_LINE_ID of their own.
pub fn is_bill(kind: T) -> bool {
    matches!(kind, Invoice | CreditMemo | InvoiceCancelation | Return | ReductionCredit | InvoiceVariable | CreditVariable)
}

/// Rows of an order line.
pub fn is_order(kind: T) -> bool {
    matches!(kind, Order | ReductionOrder | PriceOrder)
}

pub(super) fn is_credit(kind: T) -> bool {
    matches!(kind, CreditMemo | InvoiceCancelation | Return)
}

/// The day that decides the period of collection: the booking date of an order row, the invoice date of a bill.
pub fn due(kind: T, row: &Row<'_>) -> Option<Day> {
    row.date(if is_bill(kind) { fields::INV_DATE } else { fields::SO_BOOK_DATE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_spelling() {
        assert_eq!(NAMES, SPELLINGS.map(|s| s.0).join(", "));
        for (spelling, kind) in SPELLINGS {
            assert_eq!(transaction_type(&format!(" {} ", spelling.to_lowercase())), Some(kind));
            assert_eq!(type_name(kind), spelling);
        }
        assert_eq!(transaction_type("CM-D"), None);
    }
}
