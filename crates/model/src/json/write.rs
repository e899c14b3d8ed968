//! A record as a body.

use super::scalar::value;
use crate::{Descriptor, FieldType, Record, Value, Values, money};
use serde_json::{Map, Value as Json};

/// A record: id, fields in declaration order (secrets left out), version and who changed it when.
pub fn write(descriptor: &Descriptor, record: &Record) -> Json {
    let mut system = system(descriptor, record);
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
        let shown = match money::decimal(descriptor, values, at) {
            Some(amount) => value(&Value::Decimal(amount)),
            None => value(&values[at]),
        };
        out.insert(field.names.rest.clone().into_owned(), shown);
    }
}

/// What every record has, by its REST name.
pub(super) fn system(descriptor: &Descriptor, record: &Record) -> Map<String, Json> {
    let mut out = Map::new();
    let mut put = |name: &str, v: Value| drop(out.insert(name.to_owned(), value(&v)));
    let names = if descriptor.text_id {
        put("id", Value::Text(record.uid.clone()));
        ["createdById", "createdDate", "updatedById", "updatedDate"]
    } else {
        put("id", Value::Int(record.id));
        ["createdBy", "createdAt", "updatedBy", "updatedAt"]
    };
    // a client's change of such an object never names a version; some have a field of that name
    if !descriptor.text_id {
        put("version", Value::Int(record.version));
    }
    put(names[0], Value::Text(record.created_by.clone()));
    put(names[1], Value::Instant(record.created_at));
    put(names[2], Value::Text(record.updated_by.clone()));
    put(names[3], Value::Instant(record.updated_at));
    out
}
