//! How documents are numbered.

use super::refused;
use accrual_model::{Object, Rejection};
use serde::{Deserialize, Serialize};

/// The set every account without one of its own uses. It cannot be deleted.
pub const DEFAULT_SET: &str = "DEFAULT";

/// The numbers of one type of document: `INV00000001`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentNumbers {
    pub prefix: String,
    /// The first number given, from 1.
    pub start_number: i64,
}

/// Prefixes and first numbers of the documents of some accounts (reference section 12.4).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(text_id, rules = SequenceSet::rules)]
pub struct SequenceSet {
    #[field(required, unique, filterable, sortable, max = 15)]
    pub name: String,
    #[field(unique, number = "SS-", max = 32)]
    pub sequence_set_number: Option<String>,
    #[field(json)]
    pub invoice: DocumentNumbers,
    #[field(json)]
    pub credit_memo: DocumentNumbers,
    #[field(json)]
    pub debit_memo: DocumentNumbers,
    /// Those of the default set when left out.
    #[field(json)]
    pub payment: Option<DocumentNumbers>,
    /// Those of the default set when left out.
    #[field(json)]
    pub refund: Option<DocumentNumbers>,
}

/// Prefixes of things that are no such documents, or of drafts of them.
const RESERVED: [&str; 8] = ["PREVIEW-", "TMP-INV-", "TMP-CM-", "TMP-DM-", "PM-", "PG-", "P-", "R-"];

/// What is wrong with a prefix; nothing when it may be used. `own` is the reserved prefix this type of document has.
pub fn prefix_fault(prefix: &str, own: Option<&str>) -> Option<String> {
    let length = prefix.chars().count();
    if !(1..=16).contains(&length) {
        return Some(format!("A prefix has 1 to 16 characters, {prefix:?} has {length}."));
    }
    if !prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') || prefix.starts_with(['-', '_']) {
        return Some(format!("The prefix {prefix:?} has other characters than letters, digits, - and _, or starts with - or _."));
    }
    (RESERVED.contains(&prefix) && own != Some(prefix)).then(|| format!("The prefix {prefix:?} is reserved."))
}

impl SequenceSet {
    /// The parts with their name and type of document.
    pub fn parts(&self) -> Vec<(&'static str, &DocumentNumbers)> {
        let mut parts = vec![("invoice", &self.invoice), ("credit_memo", &self.credit_memo), ("debit_memo", &self.debit_memo)];
        parts.extend(self.payment.as_ref().map(|p| ("payment", p)));
        parts.extend(self.refund.as_ref().map(|r| ("refund", r)));
        parts
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        let plain = self.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !self.name.starts_with('-');
        if !plain {
            let message = format!("The name {:?} has other characters than letters, digits and -, or starts with -.", self.name);
            wrong.push(refused("sequence_set.name", "name", message));
        }
        let mut seen: Vec<&str> = Vec::new();
        for (part, numbers) in self.parts() {
            let own = match part {
                "payment" => Some("P-"),
                "refund" => Some("R-"),
                _ => None,
            };
            if let Some(why) = prefix_fault(&numbers.prefix, own) {
                wrong.push(refused("sequence_set.prefix", part, why));
            } else if seen.contains(&&*numbers.prefix) {
                wrong.push(refused(
                    "sequence_set.prefix",
                    part,
                    format!("The prefix {:?} is used by one type of document only.", numbers.prefix),
                ));
            }
            seen.push(&numbers.prefix);
            if numbers.start_number < 1 || numbers.start_number > MOST {
                wrong.push(refused("sequence_set.start_number", part, "The first number is 1 or more, with at most 18 digits."));
            }
        }
        wrong
    }
}

/// So that numbers never run out before a tenant does.
const MOST: i64 = 999_999_999_999_999_999;
