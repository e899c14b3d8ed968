//! Values a verb is given for the fields of a noun.

use accrual_base::{Error, Result};
use accrual_model::validate::{combine, refused};
use accrual_model::{Access, Descriptor, Field, FieldType, Rejection, Value, Values, json};
use serde::Serialize;
use std::collections::BTreeMap;

/// Typed values by the name of their field, in any dialect. What is not there is not said; [`Value::Null`] empties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fields(BTreeMap<String, Value>);

impl Fields {
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// The names, as they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Takes a value out by its name, whatever the case; nothing when it is not mentioned. For what a verb keeps elsewhere than in the
    /// fields of its noun.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let key = self.0.keys().find(|k| k.eq_ignore_ascii_case(name))?.clone();
        self.0.remove(&key)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value given for a field, whatever the dialect of its name; nothing when the field is not mentioned.
    pub fn given(&self, descriptor: &Descriptor, field: &str) -> Option<&Value> {
        let at = descriptor.position(field)?;
        self.0.iter().find(|(name, _)| descriptor.position(name) == Some(at)).map(|(_, value)| value)
    }

    /// The text given for a field; nothing when it is empty, not mentioned or no text.
    pub fn text(&self, descriptor: &Descriptor, field: &str) -> Option<&str> {
        self.given(descriptor, field)?.as_text()
    }

    /// The record these values make: with defaults when it is new, otherwise changes of the one there.
    ///
    /// # Errors
    /// Every field that does not exist, is given twice, or may not be written; each by its name. Types and rules
    /// are checked when the record is stored.
    pub fn onto(&self, descriptor: &Descriptor, current: Option<&Values>) -> Result<Values> {
        let mut values = current.cloned().unwrap_or_else(|| fresh(descriptor));
        let mut wrong: Vec<Rejection> = Vec::new();
        let mut seen = vec![false; descriptor.fields.len()];
        for (name, value) in &self.0 {
            let at = match descriptor.find(name) {
                Ok(at) => at,
                Err(Error::Rejected(why)) => {
                    wrong.push(*why);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            let field = &descriptor.fields[at];
            let refuse = |code, why: &str| {
                let mut wrong = refused(code, "", format!("{} {why}", field.label));
                wrong.place.column = Some(field.name().to_owned());
                wrong
            };
            if std::mem::replace(&mut seen[at], true) {
                wrong.push(refuse("object.twice", "is given twice, in two spellings."));
            } else if current.is_some_and(|c| c[at] == suited(field, value)) {
                // the whole record as it was read is fine
            } else if field.access == Access::System {
                wrong.push(refuse("object.read_only", "is set by the system; leave it out."));
            } else if field.access == Access::Fixed && current.is_some() {
                wrong.push(refuse("object.read_only", "is given at creation and cannot be changed."));
            } else if value.is_null() && current.is_none() {
                // nothing said
            } else {
                values.set(at, suited(field, value));
            }
        }
        combine(wrong)?;
        Ok(values)
    }
}

/// The value as the field holds it, where it only is written otherwise: a day or a decimal as text (custom fields arrive
/// so), a whole number as decimal, a list of texts where the field keeps them in one. What does not suit stays as it is and is
/// refused when the record is checked.
fn suited(field: &Field, value: &Value) -> Value {
    let suited = match (&field.kind, value) {
        (FieldType::Date | FieldType::Instant | FieldType::Decimal, Value::Text(text)) => json::parse_text(field, text).ok(),
        (FieldType::Decimal, Value::Int(number)) => Some(Value::Decimal((*number).into())),
        (FieldType::Int, Value::Decimal(number)) if number.is_integer() => number.normalize().to_string().parse().ok().map(Value::Int),
        (FieldType::Text, Value::Json(serde_json::Value::Array(items))) => {
            let texts: Option<Vec<&str>> = items.iter().map(serde_json::Value::as_str).collect();
            texts.filter(|t| !t.iter().any(|t| t.contains(','))).map(|t| Value::Text(t.join(",")))
        }
        _ => None,
    };
    suited.unwrap_or_else(|| value.clone())
}

/// The values of a record that gives none.
pub(super) fn fresh(descriptor: &Descriptor) -> Values {
    descriptor.fields.iter().map(|f| f.default.clone().unwrap_or(Value::Null)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_model::Object;
    use accrual_objects::billing::Account;

    fn code(result: Result<Values>) -> Option<&'static str> {
        result.err().and_then(|e| e.rejection().map(|r| r.code))
    }

    #[test]
    fn names_of_every_dialect_are_known() {
        let d = Account::descriptor();
        for name in ["account_number", "accountNumber", "AccountNumber", "accountnumber"] {
            let values = Fields::default().with(name, "A1").onto(d, None).unwrap();
            assert_eq!(d.value(&values, "account_number").as_text(), Some("A1"));
            assert_eq!(Fields::default().with(name, "A1").text(d, "AccountNumber"), Some("A1"));
        }
    }

    #[test]
    fn what_may_not_be_written_is_refused() {
        let d = Account::descriptor();
        assert_eq!(code(Fields::default().with("balance", 5).onto(d, None)), Some("object.read_only"));
        assert_eq!(code(Fields::default().with("ballance", 5).onto(d, None)), Some("object.unknown_field"));
        assert_eq!(code(Fields::default().with("name", "a").with("Name", "b").onto(d, None)), Some("object.twice"));
        let current = fresh(d);
        assert!(Fields::default().with("balance", 0).onto(d, Some(&current)).is_ok());
    }

    #[test]
    fn nothing_empties_a_field_that_is_there_and_leaves_a_new_one_its_default() {
        let d = Account::descriptor();
        let empty = Fields::default().with("batch", Value::Null).with("notes", Value::Null);
        let new = empty.onto(d, None).unwrap();
        assert_eq!(d.value(&new, "batch").as_text(), Some("Batch1"));
        let mut current = fresh(d);
        current.set(d.position("notes").unwrap(), "x".into());
        assert!(d.value(&empty.onto(d, Some(&current)).unwrap(), "notes").is_null());
    }
}
