//! Schemas of bodies for `/openapi.json`, from the models of the reference.

use super::models::{self, Field, Type};
use crate::table::Operation;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The schema of what an operation takes; nothing when it takes no JSON or anything.
pub fn request(operation: &Operation) -> Option<Value> {
    models::shape(operation.reference).map(|s| s.request).and_then(described)
}

/// The schema of what an operation answers.
pub fn response(operation: &Operation) -> Option<Value> {
    models::shape(operation.reference).map(|s| s.response).and_then(described)
}

fn described(name: &'static str) -> Option<Value> {
    let kind = models::type_of(name);
    let known = match innermost(&kind) {
        Type::Named(name) => models::model(name).is_some_and(|m| !m.open()),
        _ => false,
    };
    known.then(|| schema(&kind))
}

fn innermost(kind: &Type) -> &Type {
    match kind {
        Type::List(of) | Type::Map(of) => innermost(of),
        other => other,
    }
}

/// The schemas of every model the operations name, and of those they name in turn.
pub fn components<'o>(operations: impl Iterator<Item = &'o Operation>) -> Map<String, Value> {
    let mut names = BTreeSet::new();
    for shape in operations.filter_map(|o| models::shape(o.reference)) {
        for name in [shape.request, shape.response] {
            collect(&models::type_of(name), &mut names);
        }
    }
    names.into_iter().filter_map(|name| Some((name.to_owned(), model(models::model(name)?)))).collect()
}

fn collect(kind: &Type, names: &mut BTreeSet<&'static str>) {
    let Type::Named(name) = innermost(kind) else { return };
    if let Some(model) = models::model(name)
        && names.insert(name)
    {
        model.fields.iter().for_each(|f| collect(&f.kind, names));
    }
}

fn model(model: &models::Model) -> Value {
    if !model.values.is_empty() {
        return json!({"type": "string", "enum": model.values});
    }
    let properties: Map<String, Value> = model.fields.iter().map(|f| (f.name.to_owned(), field(f))).collect();
    let required: Vec<&str> = model.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    let mut out = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    out
}

fn field(field: &Field) -> Value {
    let mut out = schema(&field.kind);
    if let Some(most) = field.most {
        out["maxLength"] = json!(most);
    }
    if !field.values.is_empty() {
        match field.kind {
            Type::List(_) => out["items"]["enum"] = json!(field.values),
            _ => out["enum"] = json!(field.values),
        }
    }
    out
}

fn schema(kind: &Type) -> Value {
    match kind {
        Type::Text => json!({"type": "string"}),
        Type::Integer => json!({"type": "integer", "format": "int64"}),
        Type::Number => json!({"type": "number"}),
        Type::Flag => json!({"type": "boolean"}),
        Type::Day => json!({"type": "string", "format": "date"}),
        Type::Time => json!({"type": "string", "format": "date-time"}),
        Type::Any => json!({}),
        Type::Map(of) => json!({"type": "object", "additionalProperties": schema(of)}),
        Type::List(of) => json!({"type": "array", "items": schema(of)}),
        Type::Named(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
    }
}
