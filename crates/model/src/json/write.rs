//! A record as a body.

use super::scalar::value;
use crate::{Descriptor, FieldType, Record, Value, Values};
use serde_json::{Map, Value as Json};

/// A record: id, fields in declaration order (secrets left out), version and who changed it when.
pub fn write(descriptor: &Descriptor, record: &Record) -> Json {
    let mut system = system(record);
    let mut out = Map::new();
    if let Some(id) = system.shift_remove("id") {
        out.insert("id".to_owned(), id);
    }
    push(&mut out, descriptor, &record.data);
    out.extend(system);
    Json::Object(out)
}

/// The fields alone, secrets left out.
pub fn values(descriptor: &Descriptor, values: &Values) -> Json {
    let mut out = Map::new();
    push(&mut out, descriptor, values);
    Json::Object(out)
}

fn push(out: &mut Map<String, Json>, descriptor: &Descriptor, values: &Values) {
    for (at, field) in descriptor.fields.iter().enumerate().filter(|(_, f)| f.kind != FieldType::Secret) {
        out.insert(field.names.rest.clone().into_owned(), value(&values[at]));
    }
}

/// What every record has, by its REST name.
pub(super) fn system(record: &Record) -> Map<String, Json> {
    let mut out = Map::new();
    let mut put = |name: &str, v: Value| drop(out.insert(name.to_owned(), value(&v)));
    put("id", Value::Int(record.id));
    put("version", Value::Int(record.version));
    put("createdBy", Value::Text(record.created_by.clone()));
    put("createdAt", Value::Instant(record.created_at));
    put("updatedBy", Value::Text(record.updated_by.clone()));
    put("updatedAt", Value::Instant(record.updated_at));
    out
}
