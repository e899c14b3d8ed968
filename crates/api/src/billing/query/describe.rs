//! `/v1/describe` (reference section 2.8): what objects are made of, as XML.

use crate::billing::json::Json;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answer, Answered, Dialect, Family, Input, Method, Operation, REVENUE, Scope};
use accrual_app::billing::query::{self, Described};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_model::{Access, Descriptor, Field, FieldType};
use accrual_query::member::COMMON;
use accrual_query::reference::{self, Abilities};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::FutureExt;
use std::fmt::Write;

const XML: &str = "text/xml;charset=utf-8";
const EXAMPLE: &str =
    "<object href=\"https://host/v1/describe/Account\"><name>Account</name><label>Account</label><fields>…</fields></object>";

pub const BUILT: &[Built] = &[Built {
    operation: "get_describe",
    handler: |call| one(call).boxed(),
    scope: Scope::BillingRead,
    input: Input::None,
    answers: &[Answer { status: 200, doc: "The object: its fields and what is joined to it.", media: XML, example: EXAMPLE }],
}];

/// The list of all descriptions is no operation of the reference's client.
pub fn list_row() -> Operation {
    Operation {
        id: "billing_describe_objects",
        family: Family::Legacy,
        group: "Describe",
        summary: "List the objects that can be described",
        method: Method::Get,
        path: "/v1/describe",
        scope: Scope::BillingRead,
        dialect: Dialect::Billing,
        answers: const {
            &[Answer { status: 200, doc: "Their names.", media: XML, example: "<objects><object href=\"…\"><name>Account</name>…" }]
        },
        aliases: const { &["/rest/v1/describe", "/apps/v1/describe"] },
        handler: Some(|call| list(call).boxed()),
        ..REVENUE
    }
}

async fn list(call: Call) -> Answered {
    let all = query::describable(&call.billing_context()?)?;
    let base = call.base_url();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<objects>\n");
    for d in all {
        let _ = writeln!(
            out,
            "  <object href=\"{}\">{}{}</object>",
            href(&base, &d.names.object),
            tag("name", &d.names.object),
            tag("label", &d.label)
        );
    }
    out.push_str("</objects>\n");
    respond(&call, StatusCode::OK, out)
}

async fn one(call: Call) -> Answered {
    let object = call.part("object")?.to_owned();
    let described = match call.look(move |tenant, context| query::describe(tenant, context, &object)).await {
        Ok(described) => described,
        Err(error) if error.rejection().is_some_and(|r| r.kind == Kind::Invalid || r.kind == Kind::NotFound) => {
            let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>");
            out.push_str(&tag("code", "INVALID_TYPE"));
            out.push_str(&tag("message", error.rejection().map_or("", |r| r.message.as_str())));
            out.push_str("</error>\n");
            return respond(&call, StatusCode::NOT_FOUND, out);
        }
        Err(error) => return Err(error),
    };
    let text = object_xml(&call.base_url(), &described)?;
    respond(&call, StatusCode::OK, text)
}

/// XML; a client that takes nothing but JSON gets it as a JSON text.
fn respond(call: &Call, status: StatusCode, text: String) -> Answered {
    let only_json = call.header("accept").is_some_and(|accept| accept.split(',').all(|a| a.trim().starts_with("application/json")));
    let (media, body) = if only_json { ("application/json", Json::Text(text).to_string()) } else { (XML, text) };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    Ok(response)
}

fn href(base: &str, object: &str) -> String {
    escaped(&format!("{base}/v1/describe/{object}"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // XML has no other signs below the space
            c if c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

fn object_xml(base: &str, described: &Described) -> Result<String> {
    let d = &described.descriptor;
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<object href=\"{}\">\n", href(base, &d.names.object));
    let _ = writeln!(out, "  {}\n  {}\n  <fields>", tag("name", &d.names.object), tag("label", &d.label));
    for line in fields(d) {
        out.push_str(&line.xml());
    }
    out.push_str("  </fields>\n  <related-objects>\n");
    for joined in &described.joined {
        let _ = writeln!(
            out,
            "    <object href=\"{}\">{}{}{}{}{}</object>",
            href(base, &joined.object),
            tag("name", &joined.name),
            tag("label", &joined.label),
            tag("cardinality", "TO_ONE"),
            tag("direct-relationship", if joined.direct { "true" } else { "false" }),
            tag("path", &format!("{}.{}", d.names.object, joined.name)),
        );
    }
    out.push_str("  </related-objects>\n</object>\n");
    if out.is_empty() { Err(Error::fault("a description is empty")) } else { Ok(out) }
}

/// A field as clients are told of it.
struct Line<'d> {
    name: &'d str,
    label: String,
    kind: &'static str,
    length: Option<u32>,
    required: bool,
    custom: bool,
    options: Vec<&'d str>,
    abilities: Abilities,
}

/// Every field, by name: those every object has, the declared ones, the custom ones.
fn fields(d: &Descriptor) -> Vec<Line<'_>> {
    let object = reference::object(&d.names.object);
    let listed = |name: &str| object.and_then(|o| o.field(name)).copied();
    let mut out: Vec<Line<'_>> = COMMON
        .iter()
        .map(|(name, _)| {
            let abilities = listed(name).unwrap_or(Abilities { query: true, filter: true, ..Abilities::default() });
            let kind = if name.ends_with("Date") { "datetime" } else { "text" };
            let exported = Abilities { export: abilities.export || matches!(*name, "Id" | "UpdatedDate"), ..abilities };
            Line {
                name,
                label: spaced(name),
                kind,
                length: None,
                required: *name == "Id",
                custom: false,
                options: vec![],
                abilities: exported,
            }
        })
        .collect();
    for field in d.fields.iter().filter(|f| f.kind != FieldType::Secret) {
        let Some(abilities) = listed(&field.names.object).or_else(|| own(field)) else { continue };
        out.push(Line {
            name: &field.names.object,
            label: field.label.clone().into_owned(),
            kind: kind(field),
            length: field.max.or(abilities.length).filter(|_| matches!(field.kind, FieldType::Text | FieldType::Reference { .. })),
            required: field.required && field.default.is_none(),
            custom: field.custom,
            options: field.allowed.iter().map(|a| a.as_ref()).collect(),
            abilities,
        });
    }
    out.sort_by_key(|line| line.name);
    out
}

/// What older calls may do with a field the reference does not know: what its declaration says. Structures of our own are
/// no fields for them.
fn own(field: &Field) -> Option<Abilities> {
    let free = field.access != Access::System;
    (field.custom || field.kind != FieldType::Json).then(|| Abilities {
        create: free,
        query: true,
        update: field.updatable(),
        filter: field.filterable,
        export: true,
        ..Abilities::default()
    })
}

fn kind(field: &Field) -> &'static str {
    match &field.kind {
        _ if !field.allowed.is_empty() && !field.many => "picklist",
        FieldType::Bool => "boolean",
        FieldType::Int => "integer",
        FieldType::Decimal | FieldType::Money { .. } => "decimal",
        FieldType::Date => "date",
        FieldType::Instant => "datetime",
        FieldType::Text | FieldType::Reference { .. } | FieldType::Json | FieldType::Secret => "text",
    }
}

/// `CreatedById` → `Created By Id`.
fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 3);
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

impl Line<'_> {
    fn xml(&self) -> String {
        let yes = |flag: bool| if flag { "true" } else { "false" };
        let a = &self.abilities;
        let length = self.length.map(|l| l.to_string()).unwrap_or_default();
        let options: String = self.options.iter().map(|o| tag("option", o)).collect();
        let mut contexts = String::new();
        for (on, context) in [(a.create || a.query || a.update, "soap"), (a.export, "export")] {
            if on {
                contexts.push_str(&tag("context", context));
            }
        }
        let parts = [
            tag("name", self.name),
            tag("label", &self.label),
            tag("selectable", yes(a.query)),
            tag("createable", yes(a.create)),
            tag("updateable", yes(a.update)),
            tag("filterable", yes(a.filter)),
            tag("custom", yes(self.custom)),
            tag("maxlength", &length),
            tag("required", yes(self.required)),
            tag("type", self.kind),
            if options.is_empty() { "<options/>".to_owned() } else { format!("<options>{options}</options>") },
            format!("<contexts>{contexts}</contexts>"),
        ];
        format!("    <field>\n      {}\n    </field>\n", parts.join("\n      "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_a_tag() {
        assert_eq!(tag("label", "a<b>&\"'\u{1}"), "<label>a&lt;b&gt;&amp;&quot;&apos;\u{fffd}</label>");
    }

    #[test]
    fn fields_say_what_may_be_done_with_them() {
        let account = accrual_app::billing::noun("account").unwrap();
        let all = fields(account);
        let find = |name: &str| all.iter().find(|l| l.name == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!((find("Status").kind, find("Status").options.contains(&"Active")), ("picklist", true));
        assert_eq!((find("Balance").kind, find("Balance").abilities.update), ("decimal", false));
        assert!(find("Id").abilities.export && find("UpdatedDate").abilities.export);
        assert!(find("AccountNumber").xml().contains("<contexts><context>soap</context><context>export</context></contexts>"));
        assert!(find("AutoPay").xml().contains("<options/>"));
    }
}
