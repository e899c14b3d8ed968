//! Percentages with two decimals inside structures.

use accrual_base::{format_minor, parse_minor};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Hundredths of a percent: 5000 is 50 %. Written as text, `"33.33"`; a whole number is read too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub i64);

impl Hundredths {
    /// 100 %.
    pub const WHOLE: Self = Self(10_000);
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_minor(self.0, 2))
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Hundredths;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage such as \"33.33\"")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Hundredths, E> {
        parse_minor(text, 2).map(Hundredths).map_err(|_| E::custom(format!("{text:?} is not a percentage with at most two decimals")))
    }
    fn visit_u64<E: Error>(self, whole: u64) -> Result<Hundredths, E> {
        self.visit_str(&whole.to_string())
    }
    fn visit_i64<E: Error>(self, whole: i64) -> Result<Hundredths, E> {
        self.visit_str(&whole.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact() {
        let read = |json: &str| serde_json::from_str::<Hundredths>(json);
        assert_eq!(read("\"33.33\"").unwrap(), Hundredths(3_333));
        assert_eq!(read("50").unwrap(), Hundredths(5_000));
        assert!(read("\"33.333\"").is_err());
        assert!(read("33.3").is_err(), "a binary fraction is not exact");
        assert_eq!(serde_json::to_string(&Hundredths(3_333)).unwrap(), "\"33.33\"");
    }
}
