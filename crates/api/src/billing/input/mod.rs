//! Bodies of requests, checked against the model of their operation: [`check`] turns JSON into a [`Given`], whose
//! accessors answer typed values.
//!
//! After the check a field has the type its model says, so the accessors answer `None` only for a field that is
//! absent or null. A field that an operation reads under a name its model does not have is a mistake in the
//! program; the tests of the operation find it.

mod check;
mod fields;

pub use check::{Unknown, check, checked};

use super::json::Json;
use accrual_base::error::Kind;
use accrual_base::{Day, Decimal};
use accrual_base::{Error, Result};

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Null,
    Text(String),
    Flag(bool),
    Integer(i64),
    /// Exact, whether sent as a number or as a text.
    Number(Decimal),
    Day(Day),
    Object(Given),
    List(Vec<Entry>),
    /// What no model describes; its operation looks at it.
    Any(Json),
}

/// A checked object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Where it stands in the body, in the client's spelling: `invoiceItems[3]`. Empty for the body itself.
    path: String,
    entries: Vec<(String, Entry)>,
}

impl Given {
    /// The path of a field of this object, for refusals: `invoiceItems[3].amount`.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Where this object stands; empty for the body itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The fields in the order they were sent.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// A field as it was sent, null included; nothing when it was not.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|(n, _)| n == name).map(|(_, entry)| entry)
    }

    /// Whether a field was sent, be it as null.
    pub fn says(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Whether a field was sent as null: the wish to empty it.
    pub fn empties(&self, name: &str) -> bool {
        self.entry(name) == Some(&Entry::Null)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.entry(name)? {
            Entry::Text(v) => Some(v),
            _ => None,
        }
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.entry(name)? {
            Entry::Flag(v) => Some(*v),
            _ => None,
        }
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.entry(name)? {
            Entry::Integer(v) => Some(*v),
            _ => None,
        }
    }

    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        match self.entry(name)? {
            Entry::Number(v) => Some(*v),
            Entry::Integer(v) => Some(Decimal::from(*v)),
            _ => None,
        }
    }

    pub fn day(&self, name: &str) -> Option<Day> {
        match self.entry(name)? {
            Entry::Day(v) => Some(*v),
            _ => None,
        }
    }

    pub fn part(&self, name: &str) -> Option<&Given> {
        match self.entry(name)? {
            Entry::Object(v) => Some(v),
            _ => None,
        }
    }

    /// What no model describes.
    pub fn any(&self, name: &str) -> Option<&Json> {
        match self.entry(name)? {
            Entry::Any(v) => Some(v),
            _ => None,
        }
    }

    /// The elements of a list; none when it is absent. [`Given::says`] tells the two apart.
    pub fn list(&self, name: &str) -> &[Entry] {
        match self.entry(name) {
            Some(Entry::List(v)) => v,
            _ => &[],
        }
    }

    /// The objects of a list.
    pub fn parts(&self, name: &str) -> impl Iterator<Item = &Given> {
        self.list(name).iter().filter_map(|entry| match entry {
            Entry::Object(v) => Some(v),
            _ => None,
        })
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.list(name).iter().filter_map(|entry| match entry {
            Entry::Text(v) => Some(v.as_str()),
            _ => None,
        })
    }

    /// A text the operation cannot do without, where its model leaves that open.
    ///
    /// # Errors
    /// `body.required`.
    pub fn need_text(&self, name: &str) -> Result<&str> {
        self.text(name).filter(|text| !text.trim().is_empty()).ok_or_else(|| self.missing(name))
    }

    /// The refusal of a field that is missing.
    pub fn missing(&self, name: &str) -> Error {
        Error::invalid("body.required", "This field is required.").in_column(self.at(name))
    }

    /// A refusal of a field's value.
    pub fn refuse(&self, name: &str, message: impl Into<String>) -> Error {
        Error::invalid("body.value", message).in_column(self.at(name))
    }

    /// Refuses a body that gives a field whose effect is not built. What has no effect either way passes: null, false, an
    /// empty list.
    ///
    /// # Errors
    /// Not built, `body.not_built`, with the field.
    pub fn refuse_unbuilt(&self, names: &[&str]) -> Result<()> {
        let found = names.iter().find(|name| self.entry(name).is_some_and(|e| !without_effect(e)));
        found.map_or(Ok(()), |name| Err(self.unbuilt(name)))
    }

    /// The refusal of a field whose effect is not built.
    pub fn unbuilt(&self, name: &str) -> Error {
        let message = "This field is known but not built yet; leave it out.";
        Error::rejected(Kind::NotBuilt, "body.not_built", message).in_column(self.at(name))
    }
}

fn without_effect(entry: &Entry) -> bool {
    match entry {
        Entry::Null | Entry::Flag(false) => true,
        Entry::List(items) => items.is_empty(),
        Entry::Object(object) => object.is_empty(),
        _ => false,
    }
}
