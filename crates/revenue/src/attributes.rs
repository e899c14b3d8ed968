//! Attributes of a staged row, as rules see them: the engine does not know how they are stored.

use std::borrow::Cow;

/// Field values by their staging name (ITEM_NUM, PRODUCT_FAMILY, ATTRIBUTE1 …).
pub trait Attributes {
    /// The value as text; nothing when blank.
    fn text(&self, field: &str) -> Option<Cow<'_, str>>;
}

/// Rows without any attribute.
pub struct NoAttributes;

impl Attributes for NoAttributes {
    fn text(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl Attributes for std::collections::BTreeMap<String, String> {
    fn text(&self, field: &str) -> Option<Cow<'_, str>> {
        self.get(field).map(|v| Cow::Borrowed(v.as_str()))
    }
}

/// Separates the values of a compound key; no uploaded cell may hold it.
const SEPARATOR: char = '\u{1f}';

/// The values of `fields` as one key; nothing when one of them is blank.
pub fn compound(fields: &[String], row: &dyn Attributes) -> Option<String> {
    let mut key = String::new();
    compound_into(fields, row, &mut key).then_some(key)
}

/// Appends the values of `fields` as one key; answers whether all of them were there.
pub fn compound_into(fields: &[String], row: &dyn Attributes, key: &mut String) -> bool {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            key.push(SEPARATOR);
        }
        let Some(value) = row.text(field) else { return false };
        key.push_str(&value);
    }
    true
}
