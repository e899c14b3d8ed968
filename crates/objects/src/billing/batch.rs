//! Batches.

use accrual_model::{FieldType, FieldValue, Value};

/// The group of accounts a bill run takes: `Batch1` to `Batch50` (reference section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Batch(u8);

const NAMES: [&str; 50] = [
    "Batch1", "Batch2", "Batch3", "Batch4", "Batch5", "Batch6", "Batch7", "Batch8", "Batch9", "Batch10", "Batch11", "Batch12", "Batch13",
    "Batch14", "Batch15", "Batch16", "Batch17", "Batch18", "Batch19", "Batch20", "Batch21", "Batch22", "Batch23", "Batch24", "Batch25",
    "Batch26", "Batch27", "Batch28", "Batch29", "Batch30", "Batch31", "Batch32", "Batch33", "Batch34", "Batch35", "Batch36", "Batch37",
    "Batch38", "Batch39", "Batch40", "Batch41", "Batch42", "Batch43", "Batch44", "Batch45", "Batch46", "Batch47", "Batch48", "Batch49",
    "Batch50",
];

impl Batch {
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0) - 1]
    }
    /// The batch of a name, exactly as written.
    pub fn named(name: &str) -> Option<Self> {
        let at = NAMES.iter().position(|n| *n == name)?;
        u8::try_from(at + 1).ok().map(Self)
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self(1)
    }
}

impl FieldValue for Batch {
    fn kind() -> FieldType {
        FieldType::Text
    }
    fn allowed() -> &'static [&'static str] {
        &NAMES
    }
    fn to_value(&self) -> Value {
        Value::from(self.name())
    }
    fn from_value(value: Value) -> Option<Self> {
        value.as_text().and_then(Self::named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_fifty() {
        for (at, name) in (1_u8..).zip(NAMES) {
            assert_eq!((format!("Batch{at}").as_str(), Batch::named(name)), (name, Some(Batch(at))));
            assert_eq!(Batch(at).name(), name);
        }
        for wrong in ["Batch0", "Batch51", "batch1", "Batch01", ""] {
            assert_eq!(Batch::named(wrong), None);
        }
    }
}
