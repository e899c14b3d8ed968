//! Objects as older calls send them: names in object spelling, every field optional.

use crate::billing::json::Json;
use crate::billing::models;
use accrual_app::billing::Fields;
use accrual_app::billing::query::verbs::{Given, Verbs};
use accrual_base::error::Kind;
use accrual_base::{Decimal, Error, Result};
use accrual_model::{Descriptor, Field, FieldType, Value};
use accrual_query::member::COMMON;

/// What an object says, and which of its names mean nothing.
pub struct Read {
    pub given: Given,
    pub unknown: Vec<String>,
}

/// What is read, and by which rules.
pub struct Reader<'r> {
    /// The noun, custom fields included.
    pub descriptor: &'r Descriptor,
    pub verbs: Option<&'static Verbs>,
    /// The reference's model of the body, where there is one: a field that it knows and the noun has not is refused, not
    /// passed over.
    pub model: &'static str,
    /// An empty text empties a field that is there, and is nothing of a new object.
    pub changes: bool,
}

impl Reader<'_> {
    /// Reads an object.
    ///
    /// # Errors
    /// `api.json` for no object; `body.not_built`; a rejection that names the field with signs that are not taken.
    pub fn read(&self, json: &Json) -> Result<Read> {
        let Json::Object(members) = json else {
            return Err(Error::invalid("api.json", format!("An object is expected, not {}.", json.noun())));
        };
        let mut out = Read { given: Given::default(), unknown: Vec::new() };
        for (name, value) in members {
            let part = self.verbs.and_then(|v| v.parts.iter().find(|(list, _)| list == name));
            if let Some((list, noun)) = part {
                out.given.parts.insert((*list).to_owned(), self.elements(list, noun, value)?);
            } else if let Some(field) = field(self.descriptor, name) {
                if let Some(value) = self.value(field, name, value)? {
                    out.given.fields.set(name.as_str(), value);
                }
            } else if COMMON.iter().any(|(common, _)| common == name) || name == "fieldsToNull" {
                // what every object has is nobody's to write; a whole object as it was read is fine
            } else if self.known(name) && !without_effect(value) {
                let message = format!("{name} has an effect that is not built yet; leave it out.");
                return Err(Error::rejected(Kind::NotBuilt, "body.not_built", message).in_column(name));
            } else {
                out.unknown.push(name.clone());
            }
        }
        if self.changes {
            self.emptied(members, &mut out)?;
        }
        Ok(out)
    }

    fn known(&self, name: &str) -> bool {
        models::model(self.model).is_some_and(|m| m.field(name).is_some())
    }

    /// The fields that `fieldsToNull` names.
    fn emptied(&self, members: &[(String, Json)], out: &mut Read) -> Result<()> {
        let Some((_, Json::List(names))) = members.iter().find(|(name, _)| name == "fieldsToNull") else { return Ok(()) };
        for name in names {
            let Json::Text(name) = name else {
                return Err(Error::invalid("object.type", "fieldsToNull is a list of names.").in_column("fieldsToNull"));
            };
            match field(self.descriptor, name) {
                Some(_) => out.given.fields.set(name.as_str(), Value::Null),
                None => out.unknown.push(name.clone()),
            }
        }
        Ok(())
    }

    /// `{"ProductRatePlanChargeTier": [{…}]}`, or the list itself.
    fn elements(&self, list: &str, noun: &str, json: &Json) -> Result<Vec<Fields>> {
        let refused = || Error::invalid("object.type", format!("{list} holds a list of objects.")).in_column(list);
        let items = unwrapped(json).ok_or_else(refused)?;
        let descriptor = accrual_app::billing::noun(noun)?;
        let reader = Reader { descriptor, verbs: None, model: "", changes: false };
        items.iter().map(|item| reader.read(item).map(|read| read.given.fields)).collect()
    }

    /// A value as its field may hold it; what does not suit is refused by the verb, which knows the field.
    fn value(&self, field: &Field, name: &str, json: &Json) -> Result<Option<Value>> {
        let value = match json {
            Json::Null => Value::Null,
            Json::Text(text) if text.is_empty() && self.changes => Value::Null,
            Json::Text(text) if text.is_empty() => return Ok(None),
            Json::Text(text) => match field.kind {
                FieldType::Bool if text.eq_ignore_ascii_case("true") => Value::Bool(true),
                FieldType::Bool if text.eq_ignore_ascii_case("false") => Value::Bool(false),
                FieldType::Int => text.parse().map_or_else(|_| Value::from(text.as_str()), Value::Int),
                _ => Value::from(plain(name, text)?),
            },
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(digits) => number(digits),
            Json::List(_) | Json::Object(_) => match unwrapped(json) {
                // a list may be wrapped in an object of its own name
                Some(items) => Value::Json(serde_json::Value::Array(items.iter().map(loose).collect())),
                None => Value::Json(loose(json)),
            },
        };
        Ok(Some(value))
    }
}

/// A field by the one spelling of these calls.
fn field<'d>(descriptor: &'d Descriptor, name: &str) -> Option<&'d Field> {
    descriptor.fields.iter().find(|f| f.names.object == name)
}

/// Text without signs of four bytes, which the interface does not take.
fn plain<'t>(name: &str, text: &'t str) -> Result<&'t str> {
    match text.chars().find(|c| u32::from(*c) > 0xffff) {
        None => Ok(text),
        Some(sign) => {
            Err(Error::invalid("object.text", format!("{name} holds {sign:?}; signs of four bytes are not taken.")).in_column(name))
        }
    }
}

fn number(digits: &str) -> Value {
    if let Ok(whole) = digits.parse() {
        return Value::Int(whole);
    }
    Decimal::from_str_exact(digits).map_or_else(|_| Value::from(digits), Value::Decimal)
}

fn unwrapped(json: &Json) -> Option<&[Json]> {
    match json {
        Json::List(items) => Some(items),
        Json::Object(members) => match members.as_slice() {
            [(_, Json::List(items))] => Some(items),
            _ => None,
        },
        _ => None,
    }
}

fn without_effect(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::Text(text) => text.is_empty(),
        Json::List(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// A structure; numbers that are not whole go as text, so that no digit is lost.
fn loose(json: &Json) -> serde_json::Value {
    match json {
        Json::Null => serde_json::Value::Null,
        Json::Bool(v) => (*v).into(),
        Json::Number(v) => v.parse::<i64>().map_or_else(|_| v.as_str().into(), Into::into),
        Json::Text(v) => v.as_str().into(),
        Json::List(items) => items.iter().map(loose).collect(),
        Json::Object(members) => serde_json::Value::Object(members.iter().map(|(n, v)| (n.clone(), loose(v))).collect()),
    }
}
