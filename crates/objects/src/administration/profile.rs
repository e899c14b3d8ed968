//! Configuration profiles.

use accrual_base::Currency;
use accrual_model::validate::broken;
use accrual_model::{Object, Rejection, suggest};

/// One switch of the product's behaviour. A change affects contracts made afterwards (reference section 14).
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[object(rules = Profile::rules)]
pub struct Profile {
    #[field(unique, fixed, sortable, max = 60)]
    pub name: String,
    #[field(max = 240)]
    pub value: String,
}

/// A profile the product reads.
#[derive(Clone, Copy, Debug)]
pub struct KnownProfile {
    pub name: &'static str,
    /// The value of a new tenant.
    pub default: &'static str,
    /// The values there are; any when empty.
    pub values: &'static [&'static str],
    pub meaning: &'static str,
}

const YES_NO: &[&str] = &["Y", "N"];

const fn known(name: &'static str, default: &'static str, values: &'static [&'static str], meaning: &'static str) -> KnownProfile {
    KnownProfile { name, default, values, meaning }
}

/// The profiles the product reads. One that it does not read does not exist: a switch that switches nothing would lie.
pub const KNOWN_PROFILES: &[KnownProfile] = &[
    known("ALLOC_WITHIN_FV_TRANS", "N", YES_NO, "Allocate even when every line's price lies inside its SSP range."),
    known(
        "ALLOW_OVERSTATED_INVOICE",
        "Y",
        YES_NO,
        "An invoice above its order raises the order; N keeps it in staging (RPRO-00622, RPRO-00623).",
    ),
    known(
        "BILLING_TO_REVENUE",
        "N",
        YES_NO,
        "Posting or reversing an invoice writes its lines into the revenue stage in the same transaction.",
    ),
    known(
        "ENABLE_CSV_DATA_SANITIZATION",
        "BLOCK",
        &["BLOCK", "SANITIZE", "RAW"],
        "What happens to a file with cells that start with =, + or @.",
    ),
    known(
        "MULTI_CURR_FV_REPORT_LEVEL",
        "Lowest Common Currency",
        &["Lowest Common Currency", "Reporting Currency"],
        "Allocation currency of contracts in several currencies.",
    ),
    known("POST_SCHEDULES", "Y", YES_NO, "Post schedules; N makes transfer batches find no data."),
    known("REPORTING_CURRENCY", "USD", &[], "ISO code of the reporting currency."),
    known("SUMMARY_TRANSFER", "N", YES_NO, "Post one journal line per group of equal accounts rather than one per schedule."),
    known("UPLOAD_NON_ENGLISH_CHARS", "Y", YES_NO, "Whether uploaded cells may hold characters beyond ASCII (RPRO-00709)."),
];

impl KnownProfile {
    pub fn named(name: &str) -> Option<&'static Self> {
        KNOWN_PROFILES.iter().find(|k| k.name == name)
    }
    /// The profile of a new tenant.
    pub fn profile(&self) -> Profile {
        Profile { name: self.name.to_owned(), value: self.default.to_owned() }
    }
}

impl Profile {
    fn rules(&self) -> Vec<Rejection> {
        let Some(known) = KnownProfile::named(&self.name) else {
            let names = || KNOWN_PROFILES.iter().map(|k| k.name);
            let hint = match suggest::close(&self.name, names()).as_slice() {
                [] => format!("The profiles are {}.", suggest::list(names())),
                near => format!("Did you mean {}?", suggest::list_or(near)),
            };
            return vec![broken("name", format!("There is no profile {:?}. {hint}", self.name))];
        };
        if !known.values.is_empty() && !known.values.contains(&self.value.as_str()) {
            return vec![broken("value", format!("{} is one of {}.", known.name, suggest::list_or(known.values)))];
        }
        if known.name == "REPORTING_CURRENCY" && Currency::named(&self.value).is_none() {
            return vec![broken("value", format!("{:?} is no ISO 4217 currency.", self.value))];
        }
        Vec::new()
    }
}
