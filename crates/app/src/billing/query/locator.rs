//! Queries that go on: what a locator stands for.
//!
//! A locator is 32 hexadecimal digits and the number of rows before it. The digits say which stored query it belongs to,
//! after which row it goes on and when it was given; so it survives a restart, means nothing in another tenant, and may be
//! used twice.

use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Instant, Result};
use accrual_model::{Filter, Object, Query};
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// The text of a query that has more rows than fit in one answer.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct SavedQuery {
    #[field(max = 10000)]
    pub text: String,
    /// Rows of the whole result.
    pub size: i64,
    /// The last row there was: later ones are not part of it.
    pub last_row: i64,
    #[field(filterable)]
    pub asked: Instant,
}

/// How long a locator may be used.
const LIFETIME_SECONDS: i64 = 15 * 60;
/// How long the query behind it is kept.
const KEPT_SECONDS: i64 = 5 * 86_400;
/// Old queries that one new one removes.
const SWEPT: u32 = 20;

/// The refusal of a locator.
pub(super) fn unknown() -> Error {
    Error::invalid("zoql.locator", "invalid query locator: it is unknown or older than 15 minutes; query again.")
}

/// Where a query goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Locator {
    /// The stored query.
    pub query: i64,
    /// The row it goes on after.
    pub after: i64,
    /// Rows answered before.
    pub offset: i64,
    /// Seconds since 1970.
    pub given: i64,
}

impl Locator {
    pub fn text(&self) -> String {
        format!("{:012x}{:012x}{:08x}-{}", self.query, self.after, self.given, self.offset)
    }

    /// Reads a locator that may still be used.
    ///
    /// # Errors
    /// `zoql.locator`.
    pub fn read(text: &str, now: Instant) -> Result<Self> {
        let refused = unknown;
        let (digits, offset) = text.split_once('-').ok_or_else(refused)?;
        let plain = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let number = |from: usize, to: usize| digits.get(from..to).and_then(|d| i64::from_str_radix(d, 16).ok());
        let read = || {
            let offset = offset.bytes().all(|b| b.is_ascii_digit()).then(|| offset.parse().ok())??;
            Some(Self { query: number(0, 12)?, after: number(12, 24)?, given: number(24, 32)?, offset })
        };
        let locator = plain.then(read).flatten().ok_or_else(refused)?;
        let age = now.0.div_euclid(1_000_000) - locator.given;
        if age > LIFETIME_SECONDS { Err(refused()) } else { Ok(locator) }
    }
}

/// Keeps a query for the pages that follow.
#[derive(Serialize)]
pub(super) struct QuerySave {
    pub text: String,
    pub size: i64,
    pub last_row: i64,
}

impl Command for QuerySave {
    const OPERATION: &'static str = "query_save";
    /// The number of the stored query.
    type Output = i64;

    fn run(self, unit: &mut Unit<'_>) -> Result<i64> {
        let old = Filter::compare("asked", accrual_model::Operator::Lt, unit.now.plus_seconds(-KEPT_SECONDS));
        for record in typed::list::<SavedQuery>(unit.read(), &Query { limit: SWEPT, ..Query::of(old) })? {
            nouns::delete(unit.tx, SavedQuery::descriptor(), record.id, None)?;
        }
        let stamp = unit.stamp();
        let saved = SavedQuery { text: self.text, size: self.size, last_row: self.last_row, asked: unit.now };
        Ok(typed::create(unit.tx, None, &saved, stamp)?.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Instant = Instant(1_700_000_000_000_000);

    #[test]
    fn a_locator_is_good_for_a_quarter_of_an_hour() {
        let locator = Locator { query: 7, after: 2_000, offset: 2_000, given: 1_700_000_000 };
        let text = locator.text();
        assert_eq!((text.len(), text.ends_with("-2000")), (32 + 5, true));
        assert_eq!(Locator::read(&text, NOW).ok(), Some(locator));
        assert!(Locator::read(&text, NOW.plus_seconds(900)).is_ok());
        assert!(Locator::read(&text, NOW.plus_seconds(901)).is_err());
        for bad in ["", "-", "2000", "0123-2000", &text.replace("-2000", "-+2000"), &text.replace('-', ""), &format!("+{}", &text[1..])] {
            assert!(Locator::read(bad, NOW).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(query in 0_i64..1 << 47, after in 0_i64..1 << 47, offset in 0_i64..1 << 40) {
            let locator = Locator { query, after, offset, given: 1_700_000_000 };
            prop_assert_eq!(Locator::read(&locator.text(), NOW).ok(), Some(locator));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = Locator::read(&text, NOW);
        }
    }
}
