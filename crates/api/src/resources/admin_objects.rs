//! Configuration: every noun through one set of operations that reads its descriptor.

use crate::call::Call;
use crate::dialect;
use crate::table::{ADMINISTRATION, Answered, Input, Method, Operation, Parameter, empty, json, path, query};
use accrual_app::config::{self, Create, Delete, Update};
use accrual_app::{Command, execute};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Filter, Operator, Query, Sort, describe, json as model_json};
use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::{Value, json};

const BASE: Operation = Operation { group: "Objects", ..ADMINISTRATION };
const NOUN: Parameter = path("noun", "string", "The object, such as pob-templates.");
const NAME: Parameter = path("name", "string", "Its key, such as its name, or its id.");
const EXAMPLE: &str = r#"{"id":1,"version":1,"name":"EMEA","enabled":true}"#;
const PREVIEW: Parameter = query("preview", "boolean", "true answers what would happen and keeps nothing.");
const MISSING: &str = r#"{"error":{"code":"object.not_found","message":"There is no Organization EMEA."}}"#;
const WRONG: &str =
    r#"{"error":{"code":"object.unknown_field","message":"Organization has no field \"nam\". Did you mean name?","column":"nam"}}"#;

pub const ROWS: &[Operation] = &[
    Operation {
        id: "list_nouns",
        summary: "Every kind of object with its path",
        path: "/accrual/v1/objects",
        answers: &[json(
            200,
            "The objects.",
            r#"{"data":[{"object":"PobTemplate","path":"/accrual/v1/objects/pob-templates","label":"POB template"}]}"#,
        )],
        handler: Some(|call| list_nouns(call).boxed()),
        ..BASE
    },
    Operation {
        id: "describe_noun",
        summary: "The fields of an object",
        path: "/accrual/v1/describe/{noun}",
        parameters: &[NOUN],
        answers: &[
            json(200, "The description.", r#"{"name":"PobTemplate","label":"POB template","fields":[{"name":"name","type":"text"}]}"#),
            json(404, "No such object.", MISSING),
        ],
        handler: Some(|call| describe_noun(call).boxed()),
        ..BASE
    },
    Operation {
        id: "list_objects",
        summary: "Records of an object; field=value or field[op]=value filters",
        path: "/accrual/v1/objects/{noun}",
        parameters: &[
            NOUN,
            query("limit", "integer", "At most this many, 1 to 1,000 (the default)."),
            query("after", "integer", "Ids above this one: the next page of the order by id."),
            query("offset", "integer", "Records to pass over in a sorted list."),
            query("sort", "string", "Field, with - before it for descending; several with commas."),
        ],
        answers: &[json(200, "The records.", r#"{"data":[{"id":1,"version":1,"name":"EMEA"}]}"#), json(400, "A wrong filter.", WRONG)],
        handler: Some(|call| list_objects(call).boxed()),
        ..BASE
    },
    Operation {
        id: "create_object",
        summary: "Creates a record",
        method: Method::Post,
        path: "/accrual/v1/objects/{noun}",
        parameters: &[NOUN, PREVIEW],
        input: Input::Json(r#"{"name":"EMEA","enabled":true}"#),
        answers: &[json(201, "Created.", EXAMPLE), json(400, "A wrong field.", WRONG), json(409, "The name is taken.", MISSING)],
        handler: Some(|call| create_object(call).boxed()),
        ..BASE
    },
    Operation {
        id: "get_object",
        summary: "One record",
        path: "/accrual/v1/objects/{noun}/{name}",
        parameters: &[NOUN, NAME],
        answers: &[json(200, "The record.", EXAMPLE), json(404, "No such record.", MISSING)],
        handler: Some(|call| get_object(call).boxed()),
        ..BASE
    },
    Operation {
        id: "update_object",
        summary: "Changes the fields that the body names; with version, only what was read",
        method: Method::Patch,
        path: "/accrual/v1/objects/{noun}/{name}",
        parameters: &[NOUN, NAME, PREVIEW],
        input: Input::Json(r#"{"enabled":false,"version":1}"#),
        answers: &[json(200, "Changed.", EXAMPLE), json(404, "No such record.", MISSING), json(409, "Changed by somebody else.", WRONG)],
        handler: Some(|call| update_object(call).boxed()),
        ..BASE
    },
    Operation {
        id: "delete_object",
        summary: "Deletes a record that nothing refers to",
        method: Method::Delete,
        path: "/accrual/v1/objects/{noun}/{name}",
        parameters: &[NOUN, NAME, PREVIEW],
        answers: &[empty(204, "Deleted."), json(404, "No such record.", MISSING), json(409, "It is in use.", WRONG)],
        handler: Some(|call| delete_object(call).boxed()),
        ..BASE
    },
    Operation {
        id: "freeze_template",
        summary: "Freezes an upload template: from then on it takes files and does not change",
        method: Method::Post,
        path: "/accrual/v1/upload-templates/{name}/freeze",
        parameters: &[NAME],
        answers: &[json(200, "Frozen.", EXAMPLE), json(404, "No such template.", MISSING)],
        handler: Some(|call| freeze_template(call).boxed()),
        ..BASE
    },
];

async fn list_nouns(_call: Call) -> Answered {
    let data: Vec<Value> = config::registry()?
        .iter()
        .map(|d| json!({"object": d.names.object, "path": format!("/accrual/v1/objects/{}", d.plural), "label": d.label, "description": d.doc}))
        .collect();
    Ok(dialect::ok(&json!({"data": data})))
}

async fn describe_noun(call: Call) -> Answered {
    Ok(dialect::ok(&describe::object(config::noun(call.part("noun")?)?)))
}

async fn list_objects(call: Call) -> Answered {
    let noun = call.part("noun")?.to_owned();
    let query = read_query(&call, config::noun(&noun)?)?;
    let data = call.blocking(move |tenant| config::list(tenant, &noun, &query)).await?;
    Ok(dialect::ok(&json!({"data": data})))
}

/// Page, order and filters of a list.
fn read_query(call: &Call, descriptor: &Descriptor) -> Result<Query> {
    let small = |name: &'static str, n: i64| {
        u32::try_from(n).map_err(|_| Error::invalid("api.number", format!("{name} is too large.")).in_column(name))
    };
    let mut query = Query::default();
    if let Some(limit) = call.query_number("limit")? {
        if !(1..=1_000).contains(&limit) {
            return Err(Error::invalid("api.number", "limit must be between 1 and 1,000.").in_column("limit"));
        }
        query.limit = small("limit", limit)?;
    }
    query.after = call.query_number("after")?;
    query.offset = call.query_number("offset")?.map_or(Ok(0), |n| small("offset", n))?;
    for key in call.query("sort").unwrap_or_default().split(',').map(str::trim).filter(|k| !k.is_empty()) {
        let (field, descending) = key.strip_prefix('-').map_or((key, false), |field| (field, true));
        query.sort.push(Sort { field: field.to_owned().into(), descending });
    }
    let own = ["limit", "after", "offset", "sort"];
    let filters = call.query.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    query.filter = Filter::All(filters.map(|(name, text)| filter(descriptor, name, text)).collect::<Result<_>>()?);
    Ok(query)
}

/// `field=value` or `field[op]=value`.
fn filter(descriptor: &Descriptor, name: &str, text: &str) -> Result<Filter> {
    let (field, op) = match name.split_once('[') {
        None => (name, Operator::Eq),
        Some((field, word)) => {
            let op = word.strip_suffix(']').and_then(Operator::named);
            (
                field,
                op.ok_or_else(|| {
                    Error::invalid("list.operator", "Filters are written field[op]=value; ops are eq ne lt gt le ge like.").with_value(name)
                })?,
            )
        }
    };
    let found = &descriptor.fields[descriptor.find(field)?];
    let value = model_json::parse_text(found, text).map_err(Error::Rejected)?;
    Ok(Filter::compare(found.names.table.clone(), op, value))
}

/// Runs a change without holding a thread while the store commits. Users, roles and clients are known by heart; that
/// memory is refreshed when one of them changed.
async fn change<C: Command<Output = Value>>(call: &Call, object: &str, command: C) -> Result<Value> {
    let (tenant, context) = (call.tenant()?, call.context()?);
    let directory = matches!(&*config::noun(object)?.names.table, "user" | "role" | "api_client" | "organization");
    let answer = execute(&tenant, &context, command).await?;
    if directory {
        tenant.config_changed();
    }
    Ok(answer)
}

async fn create_object(call: Call) -> Answered {
    let (object, body) = (call.part("noun")?.to_owned(), call.json::<Value>().await?);
    let created = change(&call, &object.clone(), Create { object, body }).await?;
    Ok(dialect::answer(StatusCode::CREATED, &created))
}

async fn get_object(call: Call) -> Answered {
    let (noun, name) = (call.part("noun")?.to_owned(), call.part("name")?.to_owned());
    Ok(dialect::ok(&call.blocking(move |tenant| config::get(tenant, &noun, &name)).await?))
}

async fn update_object(call: Call) -> Answered {
    let (object, name, body) = (call.part("noun")?.to_owned(), call.part("name")?.to_owned(), call.json::<Value>().await?);
    Ok(dialect::ok(&change(&call, &object.clone(), Update { object, name, body }).await?))
}

async fn delete_object(call: Call) -> Answered {
    let (object, name) = (call.part("noun")?.to_owned(), call.part("name")?.to_owned());
    change(&call, &object.clone(), Delete { object, name }).await?;
    Ok(dialect::no_content())
}

async fn freeze_template(call: Call) -> Answered {
    let (name, context) = (call.part("name")?.to_owned(), call.context()?);
    Ok(dialect::ok(&call.blocking(move |tenant| config::freeze(tenant, &context, &name)).await?))
}
