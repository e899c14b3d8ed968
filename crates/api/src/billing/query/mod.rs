//! The generic surfaces: Object Query, older calls on single objects, actions on many, descriptions. One handler each
//! serves every noun; which operations of the reference are built follows from which nouns there are.

mod action;
mod crud;
mod describe;
mod given;
mod object_query;
mod shown;

use super::rows::{Built, Line};
use crate::table::{Answer, Dialect, Family, Handler, Input, Method, Operation, Parameter, REVENUE, Scope, json, path, query};
use accrual_app::billing;
use accrual_app::billing::query::verbs;
use accrual_base::Error;
use accrual_model::Descriptor;
use accrual_query::reference;
use futures_util::FutureExt;
use std::sync::LazyLock;

const RECORD: &str = r#"{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","updatedDate":"2024-01-15T12:00:00+00:00"}"#;
const PAGE: &str = r#"{"data":[{"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","updatedDate":"2024-01-15T12:00:00+00:00"}],"nextPage":"W3sidmFsdWUiOjE3MDUzMjAwMDAwMDAwMDB9XQ"}"#;
const OBJECT: &str = r#"{"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#;
const SAVED: &str = r#"{"Success":true,"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#;
const GONE: &str = r#"{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}"#;

/// The first segment of an operation's path behind a prefix: what it is about.
fn about<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    path.strip_prefix(prefix)?.split('/').next()
}

/// What a line of the reference has behind it when the noun it is about is there.
pub fn built(line: &Line) -> Option<Built> {
    let built =
        |handler: Handler, scope, input, answers: &'static [Answer]| Built { operation: line.operation, handler, scope, input, answers };
    if let Some(resource) = about(line.path, "/object-query/") {
        accrual_query::object_query::resource(resource, billing::registry().ok()?)?;
        return Some(match line.path.contains("{key}") {
            true => built(|c| object_query::one(c).boxed(), Scope::BillingRead, Input::None, const { &[json(200, "The record.", RECORD)] }),
            false => built(|c| object_query::list(c).boxed(), Scope::BillingRead, Input::None, const { &[json(200, "A page.", PAGE)] }),
        });
    }
    if let Some(kind) = about(line.path, "/v1/object/") {
        let descriptor = noun(kind)?;
        let may = may(descriptor, line.method);
        return may.then(|| {
            let Shape { handler, scope, input, answers } = shape(line.method);
            built(handler, scope, input, answers)
        });
    }
    action::BUILT.iter().chain(describe::BUILT).find(|b| b.operation == line.operation).map(|b| Built { ..*b })
}

/// Whether a row is one of those a single handler answers for every noun: their tests go through all of them.
pub fn generic(operation: &Operation) -> bool {
    operation.family == Family::Legacy || ["/object-query/", "/v1/object/"].iter().any(|prefix| operation.path.starts_with(prefix))
}

fn noun(kind: &str) -> Option<&'static Descriptor> {
    let found = billing::registry().ok()?.iter().find(|d| d.text_id && d.names.table.replace('_', "-") == kind);
    found.map(AsRef::as_ref)
}

/// What older calls may do with a noun: read what the reference lets them read, write what has verbs.
fn may(descriptor: &Descriptor, method: Method) -> bool {
    let verbs = verbs::of(&descriptor.names.table);
    match method {
        Method::Get => reference::object(&descriptor.names.object).is_some() || verbs.is_some(),
        Method::Post => verbs.is_some_and(|v| v.create.is_some()),
        Method::Put => verbs.is_some_and(|v| v.update.is_some()),
        Method::Delete => verbs.is_some_and(|v| v.delete.is_some()),
        Method::Patch => false,
    }
}

struct Shape {
    handler: Handler,
    scope: Scope,
    input: Input,
    answers: &'static [Answer],
}

fn shape(method: Method) -> Shape {
    let (write, read) = (Scope::BillingWrite, Scope::BillingRead);
    let body = Input::Json(r#"{"Name":"Gold"}"#);
    match method {
        Method::Get => Shape {
            handler: |c| crud::get(c).boxed(),
            scope: read,
            input: Input::None,
            answers: const { &[json(200, "The object; empty fields are left out.", OBJECT)] },
        },
        Method::Delete => Shape {
            handler: |c| crud::delete(c).boxed(),
            scope: write,
            input: Input::None,
            answers: const { &[json(200, "It is gone.", GONE)] },
        },
        Method::Post => {
            Shape { handler: |c| crud::create(c).boxed(), scope: write, input: body, answers: const { &[json(200, "It is made.", SAVED)] } }
        }
        Method::Put | Method::Patch => Shape {
            handler: |c| crud::update(c).boxed(),
            scope: write,
            input: body,
            answers: const { &[json(200, "It is changed.", SAVED)] },
        },
    }
}

/// Calls beside those of the reference, which older clients make of nearly every object, and the list of descriptions.
pub fn further() -> &'static [Operation] {
    static ROWS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
        let Ok(registry) = billing::registry() else { return Vec::new() };
        let mut rows = vec![describe::list_row()];
        for descriptor in registry.iter().filter(|d| d.text_id) {
            for method in [Method::Post, Method::Get, Method::Put, Method::Delete] {
                if may(descriptor, method) {
                    rows.extend(row(descriptor, method));
                }
            }
        }
        rows
    });
    &ROWS
}

/// The row of a noun and a method, unless the reference has one.
fn row(descriptor: &Descriptor, method: Method) -> Option<Operation> {
    let kind = descriptor.names.table.replace('_', "-");
    let id = if method == Method::Post { "" } else { "/{id}" };
    let at = format!("/v1/object/{kind}{id}");
    if super::rows::lines().any(|l| l.method == method && l.path == at) {
        return None;
    }
    let verb = match method {
        Method::Post => "create",
        Method::Get => "get",
        Method::Put | Method::Patch => "update",
        Method::Delete => "delete",
    };
    let Shape { handler, scope, input, answers } = shape(method);
    let parameters: &'static [Parameter] = match method {
        Method::Get => {
            const { &[path("id", "string", "Id or number."), query("fields", "string", "Names of the fields to show, with commas between.")] }
        }
        Method::Delete => const { &[path("id", "string", "Id or number.")] },
        Method::Post => const { &[query("rejectUnknownFields", "boolean", "Whether unknown fields are refused.")] },
        Method::Put | Method::Patch => {
            const { &[path("id", "string", "Id or number."), query("rejectUnknownFields", "boolean", "Whether unknown fields are refused.")] }
        }
    };
    Some(Operation {
        id: kept(format!("billing_object_{verb}_{}", descriptor.names.table)),
        family: Family::Legacy,
        group: "Objects",
        summary: kept(format!("{} an object of the type {}", capital(verb), descriptor.names.object)),
        method,
        path: kept(at),
        scope,
        dialect: Dialect::Billing,
        parameters,
        input,
        answers,
        handler: Some(handler),
        ..REVENUE
    })
}

fn capital(verb: &str) -> String {
    let mut out = verb.to_owned();
    if let Some(first) = out.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    out
}

/// The table lives as long as the process, and so do the texts made for it.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The word of older calls for a refusal, where its category says too little.
pub fn word(code: &str) -> Option<&'static str> {
    Some(match code {
        "zoql.malformed" => "MALFORMED_QUERY",
        "zoql.object" | "object.type_name" => "INVALID_TYPE",
        "zoql.field" => "INVALID_FIELD",
        "zoql.value" => "INVALID_VALUE",
        "zoql.locator" => "INVALID_QUERY_LOCATOR",
        "object.exists" => "DUPLICATE_VALUE",
        "object.in_use" | "contact.in_use" => "CANNOT_DELETE",
        "actions.too_many" => "MAX_RECORDS_EXCEEDED",
        _ => return None,
    })
}

/// A refusal whose text names the parameter by itself, in the words clients look for.
fn unplaced(mut error: Error) -> Error {
    if let Error::Rejected(rejection) = &mut error {
        rejection.place.column = None;
    }
    error
}
