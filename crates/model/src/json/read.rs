//! A body of a create or a change.

use super::scalar::parse;
use crate::filter::Column;
use crate::validate::{combine, rejection};
use crate::{Access, Descriptor, Draft, Record, Rejection, Value, Values, validate};
use accrual_base::{Error, Result};
use serde_json::{Map, Value as Json};

/// A change of a record that was read before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The version the client saw, when it says so: a later one is a conflict.
    pub version: Option<i64>,
    /// The whole record after the change.
    pub values: Values,
}

/// A new record from a body: fields by their name in any dialect, defaults where a field is not given.
///
/// # Errors
/// Everything that is wrong, each with its field: unknown names with those that look like them, wrong types,
/// missing and disallowed values.
pub fn read_new(descriptor: &Descriptor, body: &Json) -> Result<Draft> {
    let body = object(descriptor, body)?;
    let mut wrong = Vec::new();
    let mut values: Values = descriptor.fields.iter().map(|f| f.default.clone().unwrap_or(Value::Null)).collect();
    let mut seen = vec![false; descriptor.fields.len()];
    let mut id = None;
    for (name, json) in body {
        if name == "id" {
            match (descriptor.given_id, json.as_i64()) {
                (true, Some(given)) if given > 0 => id = Some(given),
                (true, _) => wrong.push(named("object.id", "The id must be a whole number above 0.".to_owned(), name)),
                (false, _) => {
                    wrong.push(named("object.id", format!("The id of {} is given by the system; leave it out.", descriptor.label), name))
                }
            }
            continue;
        }
        let Some(at) = known(descriptor, name, &mut seen, &mut wrong) else { continue };
        let field = &descriptor.fields[at];
        if field.access == Access::System {
            wrong.push(rejection("object.read_only", format!("{} is set by the system; leave it out.", field.label), Some(field)));
            continue;
        }
        match parse(field, json) {
            Ok(value) => values.set(at, value),
            Err(why) => wrong.push(*why),
        }
    }
    finish(descriptor, &values, wrong)?;
    Ok(Draft { id, values })
}

/// A changed record from a body that names only what changes (the whole record as it was read is fine too).
///
/// # Errors
/// As [`read_new`]; also when a field that cannot change is given another value than it has.
pub fn read_change(descriptor: &Descriptor, body: &Json, current: &Record) -> Result<Change> {
    let body = object(descriptor, body)?;
    let mut wrong = Vec::new();
    let mut values = current.data.clone();
    let mut seen = vec![false; descriptor.fields.len()];
    let mut version = None;
    for (name, json) in body {
        if name == "version" && !descriptor.text_id {
            match json.as_i64() {
                Some(seen) => version = Some(seen),
                None => wrong.push(named("object.version", "The version must be the whole number that was read.".to_owned(), name)),
            }
            continue;
        }
        if let Ok(Column { position: None, .. }) = Column::named(descriptor, name) {
            if super::write::system(descriptor, current).get(name) != Some(json) {
                wrong.push(named("object.read_only", format!("{name} is kept by the system and cannot be changed."), name));
            }
            continue;
        }
        let Some(at) = known(descriptor, name, &mut seen, &mut wrong) else { continue };
        let field = &descriptor.fields[at];
        match parse(field, json) {
            Ok(value) if field.updatable() || value == current.data[at] => values.set(at, value),
            Ok(_) => {
                let why =
                    if field.access == Access::Fixed { "is given at creation and cannot be changed." } else { "is set by the system." };
                wrong.push(rejection("object.read_only", format!("{} {why}", field.label), Some(field)));
            }
            Err(why) => wrong.push(*why),
        }
    }
    finish(descriptor, &values, wrong)?;
    Ok(Change { version, values })
}

fn object<'j>(descriptor: &Descriptor, body: &'j Json) -> Result<&'j Map<String, Json>> {
    body.as_object()
        .ok_or_else(|| Error::invalid("object.body", format!("{} is written as a JSON object of its fields.", descriptor.label)))
}

fn named(code: &'static str, message: String, field: &str) -> Rejection {
    let mut wrong = rejection(code, message, None);
    wrong.place.column = Some(field.to_owned());
    wrong
}

/// The position of a field that is given for the first time.
fn known(descriptor: &Descriptor, name: &str, seen: &mut [bool], wrong: &mut Vec<Rejection>) -> Option<usize> {
    let Some(at) = descriptor.position(name) else {
        if let Error::Rejected(why) = descriptor.unknown(name) {
            wrong.push(*why);
        }
        return None;
    };
    if std::mem::replace(&mut seen[at], true) {
        wrong.push(named("object.twice", format!("{} is given twice, in two spellings.", descriptor.fields[at].label), name));
        return None;
    }
    Some(at)
}

/// Input that could not be read hides what validation would say about the same fields.
fn finish(descriptor: &Descriptor, values: &Values, mut wrong: Vec<Rejection>) -> Result<()> {
    let columns: Vec<Option<String>> = wrong.iter().map(|r| r.place.column.clone()).collect();
    let more = validate(descriptor, values).into_iter().filter(|r| !columns.contains(&r.place.column));
    // rules of the whole record make no sense on one that is half read
    wrong.extend(
        more.filter(|r| columns.is_empty() || r.code.starts_with("object.") && !matches!(r.code, "object.rule" | "object.not_built")),
    );
    combine(wrong)
}
