//! A descriptor as JSON: what clients, documents and the command line show.

use crate::{Access, Descriptor, Field, json};
use serde_json::{Map, Value, json};

/// The whole object.
pub fn object(descriptor: &Descriptor) -> Value {
    json!({
        "name": descriptor.names.rest,
        "object": descriptor.names.object,
        "query": descriptor.names.query,
        "table": descriptor.names.table,
        "path": descriptor.plural,
        "label": descriptor.label,
        "doc": descriptor.doc,
        "givenId": descriptor.given_id,
        "unique": descriptor.unique,
        "fields": descriptor.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

/// One field.
pub fn field(field: &Field) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    put("name", field.names.rest.as_ref().into());
    put("object", field.names.object.as_ref().into());
    put("query", field.names.query.as_ref().into());
    put("column", field.names.table.as_ref().into());
    put("label", field.label.as_ref().into());
    put("doc", field.doc.as_ref().into());
    put("type", field.kind.name().into());
    put("required", field.required.into());
    put("creatable", (field.access != Access::System).into());
    put("updatable", field.updatable().into());
    put("filterable", field.filterable.into());
    put("sortable", field.sortable.into());
    put("unique", field.unique.into());
    put("custom", field.custom.into());
    if let Some((to, _)) = field.reference() {
        put("reference", to.as_ref().into());
    }
    if let Some(default) = &field.default {
        put("default", json::value(default));
    }
    if !field.allowed.is_empty() {
        put("values", json!(field.allowed));
    }
    if let Some(max) = field.max {
        put("maxLength", max.into());
    }
    Value::Object(out)
}
