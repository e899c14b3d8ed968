//! From a checked object to the typed fields a verb takes.

use super::check::custom;
use super::{Entry, Given, without_effect};
use crate::billing::json::Json;
use crate::billing::spelling::Spelling;
use accrual_app::billing::{self, Fields};
use accrual_base::Result;
use accrual_model::{Descriptor, Value};

impl Given {
    /// The fields of a noun that this object gives, by our names. Fields named in `apart` are left to the caller.
    ///
    /// A field the model knows and the noun has not is refused as not built, unless it has no effect (null, false, an
    /// empty list): nothing is ever ignored. Custom fields pass; the noun's definitions decide about them.
    ///
    /// # Errors
    /// `body.not_built` with the first such field.
    pub fn fields(&self, spelling: &Spelling, apart: &[&str]) -> Result<Fields> {
        let descriptor = billing::noun(spelling.noun)?;
        let mut fields = Fields::default();
        self.collect(descriptor, spelling, ("", apart), &mut fields)?;
        Ok(fields)
    }

    fn collect(&self, descriptor: &Descriptor, spelling: &Spelling, (below, apart): (&str, &[&str]), fields: &mut Fields) -> Result<()> {
        for (name, entry) in self.entries().filter(|(name, _)| !apart.contains(name)) {
            let path = if below.is_empty() { name.to_owned() } else { format!("{below}.{name}") };
            let ours = spelling.ours(&path);
            match entry {
                Entry::Object(part) if spelling.nests(&path) => part.collect(descriptor, spelling, (&path, &[]), fields)?,
                // the names of nested fields mean nothing outside of them: only what is spelt out is ours
                _ if custom(name) || (descriptor.position(ours).is_some() && (below.is_empty() || ours != path)) => {
                    fields.set(ours, value(spelling, ours, entry));
                }
                entry if without_effect(entry) => {}
                _ => return Err(self.unbuilt(name)),
            }
        }
        Ok(())
    }
}

fn value(spelling: &Spelling, field: &str, entry: &Entry) -> Value {
    match entry {
        Entry::Null => Value::Null,
        Entry::Text(v) => Value::from(spelling.our_value(field, v)),
        Entry::Flag(v) => Value::Bool(*v),
        Entry::Integer(v) => Value::Int(*v),
        Entry::Number(v) => Value::Decimal(*v),
        Entry::Day(v) => Value::Date(*v),
        Entry::List(items) => Value::Json(serde_json::Value::Array(items.iter().map(plain).collect())),
        Entry::Object(given) => Value::Json(serde_json::Value::Object(given.entries().map(|(n, e)| (n.to_owned(), plain(e))).collect())),
        Entry::Any(json) => Value::Json(loose(json)),
    }
}

/// An element of a structured field. Its numbers go as text when they are no whole numbers, so that no digit is lost.
fn plain(entry: &Entry) -> serde_json::Value {
    match entry {
        Entry::Null => serde_json::Value::Null,
        Entry::Text(v) => v.as_str().into(),
        Entry::Flag(v) => (*v).into(),
        Entry::Integer(v) => (*v).into(),
        Entry::Number(v) => v.to_string().into(),
        Entry::Day(v) => v.to_string().into(),
        Entry::List(items) => items.iter().map(plain).collect(),
        Entry::Object(given) => serde_json::Value::Object(given.entries().map(|(n, e)| (n.to_owned(), plain(e))).collect()),
        Entry::Any(json) => loose(json),
    }
}

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
