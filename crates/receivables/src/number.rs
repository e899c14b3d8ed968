//! Human numbers: custom ones, and those of sequence sets (reference sections 1.2, 8.1; billing reference 12.4).

use crate::field::{NUMBER, PREFIX, SET_NAME, START_NUMBER};
use accrual_base::Result;

/// The longest custom number.
pub const LONGEST: usize = 32;
/// Digits a number is padded to.
pub const PADDED: usize = 8;
/// The set every tenant has and cannot delete.
pub const DEFAULT_SET: &str = "DEFAULT";

/// What a sequence set numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    Invoice,
    CreditMemo,
    DebitMemo,
    Payment,
    Refund,
}

impl Numbered {
    /// The prefix of the default set.
    pub fn default_prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditMemo => "CM",
            Self::DebitMemo => "DM",
            Self::Payment => "P-",
            Self::Refund => "R-",
        }
    }
    /// Documents may have a prefix that ends in a digit; payments and refunds may not.
    fn document(self) -> bool {
        matches!(self, Self::Invoice | Self::CreditMemo | Self::DebitMemo)
    }
    /// The prefix of a draft that gets its formal number when it is posted; payments and refunds have none.
    pub fn temporary_prefix(self) -> Option<&'static str> {
        match self {
            Self::Invoice => Some("TMP-INV-"),
            Self::CreditMemo => Some("TMP-CM-"),
            Self::DebitMemo => Some("TMP-DM-"),
            Self::Payment | Self::Refund => None,
        }
    }
}

/// Prefixes the system keeps for itself.
const RESERVED: [&str; 8] = ["PREVIEW-", "TMP-INV-", "TMP-CM-", "TMP-DM-", "PM-", "PG-", "P-", "R-"];

/// `INV00000001`: at least eight digits, more when the number needs them.
pub fn format(prefix: &str, number: u64) -> String {
    format!("{prefix}{number:0PADDED$}")
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// Checks a number the caller chose. Whether it is taken already is the store's to say.
///
/// # Errors
/// Rejects an empty number, more than [`LONGEST`] characters, and anything but letters, digits, `-` and `_`.
pub fn check_custom(number: &str) -> Result<()> {
    if number.is_empty() || number.len() > LONGEST || !number.chars().all(allowed) {
        let why = format!("A document number has 1 to {LONGEST} letters, digits, hyphens or underscores.");
        return Err(NUMBER.invalid(why).with_value(number));
    }
    Ok(())
}

/// The refusal of a number that is taken.
pub fn taken(number: &str) -> accrual_base::Error {
    NUMBER.rule("This document number is in use; choose another or leave the field out.").with_value(number)
}

/// Checks the name of a sequence set.
///
/// # Errors
/// Rejects an empty name, more than 15 characters, and anything but letters, digits and `-`.
pub fn check_set_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > 15 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(SET_NAME.invalid("The name of a sequence set has 1 to 15 letters, digits or hyphens.").with_value(name));
    }
    Ok(())
}

/// Checks a prefix of a sequence set; `owner` is the kind of document that used the prefix before, if any did.
///
/// # Errors
/// Rejects lengths outside 1 to 16, other characters than letters, digits, `-` and `_`, a leading `-` or `_`, reserved
/// prefixes, a digit at the end for payments and refunds, and a prefix another kind of document used.
pub fn check_prefix(numbered: Numbered, prefix: &str, owner: Option<Numbered>) -> Result<()> {
    let refuse = |why: &str| Err(PREFIX.invalid(why).with_value(prefix));
    if prefix.is_empty() || prefix.len() > 16 || !prefix.chars().all(allowed) {
        return refuse("A prefix has 1 to 16 letters, digits, hyphens or underscores.");
    }
    if prefix.starts_with(['-', '_']) {
        return refuse("A prefix starts with a letter or a digit.");
    }
    if !numbered.document() && prefix.ends_with(|c: char| c.is_ascii_digit()) {
        return refuse("The prefix of payments and refunds must not end in a digit.");
    }
    if RESERVED.contains(&prefix) && prefix != numbered.default_prefix() {
        return refuse("This prefix is reserved; choose another.");
    }
    match owner {
        Some(owner) if owner != numbered => {
            Err(PREFIX.rule("Another kind of document uses this prefix, and keeps it for ever; choose another.").with_value(prefix))
        }
        _ => Ok(()),
    }
}

/// Checks a start number against the next one that is unused.
///
/// # Errors
/// Rejects a start below `next_unused`: numbers would be given twice.
pub fn check_start(start: u64, next_unused: u64) -> Result<()> {
    if start < next_unused.max(1) {
        let why = format!("The start number must be at least {}, the smallest that is unused.", next_unused.max(1));
        return Err(START_NUMBER.rule(why).with_value(&start.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_padded_to_eight_digits() {
        assert_eq!(format("INV", 1), "INV00000001");
        assert_eq!(format("INV", 100_000_006), "INV100000006");
        assert_eq!(format(Numbered::Invoice.temporary_prefix().unwrap(), 4), "TMP-INV-00000004");
        assert_eq!(Numbered::Payment.temporary_prefix(), None);
    }

    #[test]
    fn custom_numbers() {
        for good in ["1", "A_b-9", &"x".repeat(32)] {
            check_custom(good).unwrap();
        }
        for bad in ["", "a b", "ä", "a/b", "a\r\nb", &"x".repeat(33)] {
            assert_eq!(check_custom(bad).unwrap_err().rejection().unwrap().code, "58490420", "{bad}");
        }
        assert_eq!(taken("A").rejection().unwrap().code, "58490430");
    }

    #[test]
    fn prefixes() {
        use Numbered::*;
        for (what, prefix) in [(Invoice, "INV2"), (Payment, "P-"), (Refund, "RF"), (CreditMemo, "9")] {
            check_prefix(what, prefix, None).unwrap();
        }
        for (what, prefix) in [(Invoice, "-A"), (Invoice, "P-"), (Payment, "PAY1"), (Refund, "TMP-CM-"), (Invoice, ""), (Invoice, "A B")] {
            assert_eq!(check_prefix(what, prefix, None).unwrap_err().rejection().unwrap().code, "58492120", "{prefix}");
        }
        check_prefix(Invoice, "A", Some(Invoice)).unwrap();
        assert_eq!(check_prefix(Invoice, "A", Some(DebitMemo)).unwrap_err().rejection().unwrap().code, "58492130");
        check_set_name("Q1-2024").unwrap();
        assert!(check_set_name("Q1_2024").is_err());
        check_start(7, 7).unwrap();
        assert!(check_start(6, 7).is_err());
        assert!(check_start(0, 0).is_err());
    }
}
