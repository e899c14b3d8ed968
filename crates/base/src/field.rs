//! Fields of the billing interface and the codes of their refusals.
//!
//! A refusal of that interface has eight digits: six number the object or its field, the last two are the category, and
//! clients dispatch on the category (reference section 0.3 of receivables). A field is declared once with its number; the
//! four categories that a rule can end in come with it.

use crate::{Error, error::Kind};

/// A field of an object, or the object as a whole, with its refusals. Made by [`field!`](crate::field!).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name on the wire, `invoiceDate`.
    pub name: &'static str,
    /// Category 20: invalid format or value.
    pub invalid: &'static str,
    /// Category 22: a required field is missing.
    pub missing: &'static str,
    /// Category 30: a business rule forbids it.
    pub rule: &'static str,
    /// Category 40: the thing named does not exist.
    pub absent: &'static str,
}

/// Declares a field: its name and its six-digit number.
#[macro_export]
macro_rules! field {
    ($name:literal, $number:literal) => {
        $crate::field::Field {
            name: $name,
            invalid: concat!($number, "20"),
            missing: concat!($number, "22"),
            rule: concat!($number, "30"),
            absent: concat!($number, "40"),
        }
    };
}

impl Field {
    /// The value is malformed or not one of those allowed.
    pub fn invalid(&self, message: impl Into<String>) -> Error {
        Error::rejected(Kind::Invalid, self.invalid, message).in_column(self.name)
    }
    /// The field has to be there and is not.
    pub fn missing(&self, message: impl Into<String>) -> Error {
        Error::rejected(Kind::Invalid, self.missing, message).in_column(self.name)
    }
    /// A business rule, or the state of the object, forbids it.
    pub fn rule(&self, message: impl Into<String>) -> Error {
        Error::rejected(Kind::Conflict, self.rule, message).in_column(self.name)
    }
    /// What the field names does not exist.
    pub fn absent(&self, message: impl Into<String>) -> Error {
        Error::rejected(Kind::NotFound, self.absent, message).in_column(self.name)
    }
}

/// Puts the place of a refusal inside the element of a list: `amount` becomes `invoiceItems[3].amount` (from 0).
#[must_use]
pub fn inside(error: Error, list: &str, index: usize) -> Error {
    let path = match error.rejection().and_then(|r| r.place.column.as_deref()) {
        Some(column) => format!("{list}[{index}].{column}"),
        None => format!("{list}[{index}]"),
    };
    error.in_column(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_knows_its_codes_and_place() {
        const DATE: Field = field!("invoiceDate", "584901");
        let error = inside(inside(DATE.missing("Give a date."), "taxItems", 1), "invoiceItems", 3);
        let rejection = error.rejection().unwrap();
        assert_eq!((rejection.code, rejection.kind), ("58490122", Kind::Invalid));
        assert_eq!(rejection.place.column.as_deref(), Some("invoiceItems[3].taxItems[1].invoiceDate"));
        assert_eq!(DATE.rule("x").rejection().unwrap().code, "58490130");
        assert_eq!(DATE.absent("x").rejection().unwrap().kind, Kind::NotFound);
        assert_eq!(DATE.invalid("x").rejection().unwrap().code, "58490120");
    }
}
