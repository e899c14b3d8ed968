//! The header `Zuora-Version`: which minor version of the interface a request speaks, and what hangs on it.

use super::refusal::{Category, Refusal};

/// Every version there is, oldest first: numbers up to 341, dates after.
const NUMBERS: [u32; 26] =
    [186, 187, 188, 189, 196, 206, 207, 211, 214, 215, 216, 223, 224, 230, 239, 256, 257, 309, 314, 315, 329, 330, 336, 337, 338, 341];
const REAL_STATUSES: u32 = 20_240_520;
const QUERY_ERRORS: u32 = 20_250_812;

/// A minor version. Dates compare as numbers (`20240520`), so later is greater throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32);

impl Version {
    /// What a request without the header speaks when its tenant is not known.
    pub const DEFAULT: Self = Self(186);
    pub const LATEST: Self = Self(QUERY_ERRORS);

    /// What a request without the header speaks in a tenant.
    pub fn of(tenant: &accrual_app::Tenant) -> Self {
        Self::parse(&tenant.settings().default_version).unwrap_or(Self::DEFAULT)
    }

    /// Reads `341.0`, `341` or `2024-05-20`. A value between two known versions is the lower one.
    ///
    /// # Errors
    /// A malformed value, or one outside the known versions.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        number(text).or_else(|| date(text)).ok_or_else(|| {
            let known = "186.0 to 341.0, 2024-05-20 or 2025-08-12";
            Refusal::new(Category::Invalid, format!("Zuora-Version must be one of the known versions ({known}); this value is none."))
        })
    }
    /// Whether failures carry statuses of their own; before, they are 200 with `success: false`.
    pub fn real_statuses(self) -> bool {
        self.0 >= REAL_STATUSES
    }
    /// Whether Object Query refuses in its own two-key shape.
    pub fn query_errors(self) -> bool {
        self.0 >= QUERY_ERRORS
    }
    /// Whether a version this new is spoken; for fields renamed with a numbered version.
    pub fn since(self, number: u32) -> bool {
        self.0 >= number
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn number(text: &str) -> Option<Version> {
    let value = digits(text.strip_suffix(".0").unwrap_or(text), 3..=3)?;
    NUMBERS.iter().rev().find(|n| **n <= value).map(|n| Version(*n))
}

fn date(text: &str) -> Option<Version> {
    accrual_base::DateFormat::YyyyMmDd.parse(text).filter(|_| text.len() == 10)?;
    let value = digits(&text.replace('-', ""), 8..=8)?;
    match value {
        QUERY_ERRORS => Some(Version(QUERY_ERRORS)),
        REAL_STATUSES..QUERY_ERRORS => Some(Version(REAL_STATUSES)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_version_a_tenant_may_choose_is_one() {
        let read: Vec<Version> = accrual_app::KNOWN_VERSIONS.iter().map(|v| Version::parse(v).unwrap()).collect();
        let all = NUMBERS.into_iter().chain([REAL_STATUSES, QUERY_ERRORS]).map(Version);
        assert_eq!(read, all.collect::<Vec<_>>());
    }

    #[test]
    fn known_versions_and_those_between_are_read() {
        for (text, version) in [
            ("186.0", 186),
            ("186", 186),
            ("190.0", 189),
            ("341.0", 341),
            ("999", 341),
            ("2024-05-20", REAL_STATUSES),
            ("2025-01-01", REAL_STATUSES),
            ("2025-08-12", QUERY_ERRORS),
        ] {
            assert_eq!(Version::parse(text).unwrap(), Version(version), "{text}");
        }
        for text in
            ["", "185", "185.0", "186.1", "1860", "v186", "2024-05-19", "2025-08-13", "2024-02-30", "20240520", "341.0.0", "+341", "²³⁴"]
        {
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}|[0-9.-]{0,12}") {
            if let Ok(version) = Version::parse(&text) {
                prop_assert!(version >= Version::DEFAULT && version <= Version::LATEST);
                prop_assert!(text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')));
            }
        }

        #[test]
        fn a_greater_number_is_never_an_older_version(a in 186u32..1000, b in 186u32..1000) {
            let read = |n: u32| Version::parse(&n.to_string()).unwrap();
            prop_assert_eq!(a.min(b) == a, read(a.min(b)) <= read(a.max(b)) && a <= b);
            prop_assert!(read(a) <= Version::parse("2024-05-20").unwrap());
        }
    }
}
