//! `/openapi.json` from the operation table. The shape of a JSON body or answer is derived from its example.

use crate::billing::describe;
use crate::table::{Answer, Family, Input, Operation, Parameter, Place, Scope, operations};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The whole description.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(build);
    &DOCUMENT
}

fn build() -> Value {
    let mut paths = Map::new();
    for o in operations().iter().filter(|o| described(o)) {
        let item = paths.entry(o.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(o.method.name().to_ascii_lowercase(), operation(o));
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Accrual",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Order to revenue. Paths under /api/integration also answer under /integration.",
            "license": {"name": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": describe::components(operations().iter().filter(|o| o.built() && o.family == Family::Billing)),
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "token"},
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    })
}

/// Operations of the billing interface are described once they are built; the coverage page lists them all.
fn described(o: &Operation) -> bool {
    o.built() || o.family != Family::Billing
}

fn operation(o: &Operation) -> Value {
    let mut answers = Map::new();
    for a in o.answers {
        answers.insert(a.status.to_string(), answer(a, o));
    }
    if !o.built() {
        answers.insert("501".to_owned(), json!({"description": "Known, not built yet."}));
    }
    let mut out = json!({
        "operationId": if o.reference.is_empty() { o.id } else { o.reference },
        "tags": [o.group],
        "summary": o.summary,
        "description": format!("Allowed to: {}.", o.scope.label()),
        "security": security(o.scope),
        "parameters": o.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "responses": answers,
        "x-accrual-operation": o.id,
        "x-accrual-built": o.built(),
    });
    if let (Some(out), Some(body)) = (out.as_object_mut(), input(o)) {
        out.insert("requestBody".to_owned(), body);
    }
    out
}

fn security(scope: Scope) -> Value {
    match scope {
        Scope::Open | Scope::Signed => json!([]),
        Scope::Basic => json!([{"basic": []}]),
        Scope::Inbound | Scope::Outbound | Scope::Either => json!([{"token": []}]),
        Scope::Administrator => json!([{"token": []}, {"basic": []}]),
        Scope::BillingRead | Scope::BillingWrite => json!([{"bearer": []}, {"basic": []}]),
    }
}

fn parameter(p: &Parameter) -> Value {
    let place = match p.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
    };
    json!({"name": p.name, "in": place, "required": p.required, "description": p.doc, "schema": {"type": p.kind}})
}

fn input(o: &Operation) -> Option<Value> {
    let json_body = |example: &str, required: bool| {
        let value = serde_json::from_str(example).unwrap_or(Value::Null);
        let schema = modelled(o, describe::request).unwrap_or_else(|| schema(&value));
        json!({"required": required, "content": {"application/json": {"schema": schema, "example": value}}})
    };
    match o.input {
        Input::None => None,
        Input::Json(example) => Some(json_body(example, true)),
        Input::OptionalJson(example) => Some(json_body(example, false)),
        Input::Text => Some(json!({"required": true, "content": {"text/plain": {"schema": {"type": "string"}}}})),
        Input::File => Some(json!({"required": true, "content": {
            "multipart/form-data": {"schema": {
                "type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}},
            }},
            "text/plain": {"schema": {"type": "string"}},
        }})),
    }
}

/// The schema of the billing interface's models; the other families derive theirs from the example.
fn modelled(o: &Operation, of: fn(&Operation) -> Option<Value>) -> Option<Value> {
    (o.family == Family::Billing).then(|| of(o)).flatten()
}

fn answer(a: &Answer, o: &Operation) -> Value {
    match a.media {
        "" => json!({"description": a.doc}),
        "application/json" => {
            let value = serde_json::from_str(a.example).unwrap_or(Value::Null);
            let schema = modelled(o, describe::response).filter(|_| a.status < 300).unwrap_or_else(|| schema(&value));
            json!({"description": a.doc, "content": {a.media: {"schema": schema, "example": value}}})
        }
        media => json!({"description": a.doc, "content": {media: {"schema": {"type": "string"}, "example": a.example}}}),
    }
}

/// The shape of an example.
fn schema(example: &Value) -> Value {
    match example {
        Value::Null => json!({"nullable": true}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(items) => json!({"type": "array", "items": items.first().map_or_else(|| json!({}), schema)}),
        Value::Object(fields) => {
            let properties: Map<String, Value> = fields.iter().map(|(name, value)| (name.clone(), schema(value))).collect();
            json!({"type": "object", "properties": properties})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Input;

    #[test]
    fn every_example_is_json_and_every_path_part_is_described() {
        for o in operations() {
            for a in o.answers.iter().filter(|a| a.media == "application/json") {
                assert!(serde_json::from_str::<Value>(a.example).is_ok(), "{} {}: {}", o.id, a.status, a.example);
            }
            if let Input::Json(example) | Input::OptionalJson(example) = o.input {
                assert!(serde_json::from_str::<Value>(example).is_ok(), "{}: {example}", o.id);
            }
            let in_path: Vec<&str> = o.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
            let described: Vec<&str> = o.parameters.iter().filter(|p| p.place == Place::Path).map(|p| p.name).collect();
            assert_eq!(in_path, described, "{}", o.id);
            assert!(!o.summary.is_empty() && !o.group.is_empty(), "{}", o.id);
            assert!(!o.built() || !o.answers.is_empty(), "{} says nothing of its answers", o.id);
        }
    }

    /// An example shows what its schema knows, whatever else there is.
    #[test]
    fn examples_of_the_billing_interface_fit_their_models() {
        use crate::billing::input::{Unknown, checked};
        use crate::billing::{json, models};
        let fits = |shape: &'static str, example: &str, o: &Operation| {
            let mut json = json::read(example.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", o.id));
            // some models leave out what every answer says
            if let json::Json::Object(members) = &mut json {
                members.retain(|(name, _)| name != "success");
            }
            checked(shape, &json, Unknown::Refuse).unwrap_or_else(|e| panic!("{}: {e}", o.id));
        };
        // calls on objects by name take any object: their examples are of some
        let of_one_model =
            |o: &&Operation| o.reference != "create_token" && !["/v1/object/", "/v1/action/"].iter().any(|p| o.path.starts_with(p));
        for o in operations().iter().filter(|o| o.family == Family::Billing && o.built()).filter(of_one_model) {
            let shape = models::shape(o.reference).unwrap();
            if let (Input::Json(example) | Input::OptionalJson(example), Some(_)) = (o.input, describe::request(o)) {
                fits(shape.request, example, o);
            }
            for a in o.answers.iter().filter(|a| a.status < 300 && a.media == "application/json" && describe::response(o).is_some()) {
                fits(shape.response, a.example, o);
            }
        }
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        fn named(value: &Value, out: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    out.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    members.values().for_each(|v| named(v, out));
                }
                Value::Array(items) => items.iter().for_each(|v| named(v, out)),
                _ => {}
            }
        }
        let mut names = Vec::new();
        named(document(), &mut names);
        assert!(names.len() > 10);
        let schemas = document()["components"]["schemas"].as_object().unwrap();
        for name in names {
            assert!(name.strip_prefix("#/components/schemas/").is_some_and(|n| schemas.contains_key(n)), "{name}");
        }
    }

    #[test]
    fn the_document_holds_every_operation() {
        let paths = document()["paths"].as_object().unwrap();
        let described: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
        assert_eq!(described, operations().iter().filter(|o| super::described(o)).count());
    }
}
