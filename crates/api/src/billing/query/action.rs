//! `/v1/action/…`: older calls on many objects, and their query language (reference sections 2.3 and 2.4).

use super::crud::{read, strict, unrecognised};
use super::shown::Style;
use crate::billing::handle::answer;
use crate::billing::json::Json;
use crate::billing::refusal::Refusal;
use crate::billing::rows::Built;
use crate::call::Call;
use crate::table::{Answered, Input, Scope, json};
use accrual_app::billing::query::verbs::{ObjectCreate, ObjectDelete, ObjectUpdate};
use accrual_app::billing::query::{self, Rows};
use accrual_app::{Command, Context, Tenant};
use accrual_base::{Error, Result};
use futures_util::FutureExt;
use futures_util::future::join_all;
use std::sync::Arc;

/// Objects of one call.
const MOST: usize = 50;

const SAVED: &str =
    r#"[{"Success":true,"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"},{"Success":false,"Errors":[{"Code":"INVALID_VALUE","Message":"…"}]}]"#;
const ROWS: &str = r#"{"records":[{"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","Name":"Initech"}],"size":1,"done":true}"#;

pub const BUILT: &[Built] = &[
    Built {
        operation: "action_post_create",
        handler: |call| create(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"type":"Account","objects":[{"Name":"Initech","Currency":"USD","BillCycleDay":1,"Status":"Draft"}]}"#),
        answers: &[json(200, "A result for each object, in their order.", SAVED)],
    },
    Built {
        operation: "action_postupdate",
        handler: |call| update(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(
            r#"{"type":"Account","objects":[{"Id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b","Notes":"Pays late.","fieldsToNull":["CrmId"]}]}"#,
        ),
        answers: &[json(200, "A result for each object, in their order.", SAVED)],
    },
    Built {
        operation: "action_post_delete",
        handler: |call| delete(call).boxed(),
        scope: Scope::BillingWrite,
        input: Input::Json(r#"{"type":"Product","ids":["018d0b9c2f7d7a1e9b3c5d6e7f809a1b"]}"#),
        answers: &[json(200, "A result for each id, in their order.", r#"[{"success":true,"id":"018d0b9c2f7d7a1e9b3c5d6e7f809a1b"}]"#)],
    },
    Built {
        operation: "action_post_query",
        handler: |call| select(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(r#"{"queryString":"select Id, Name from Account where Status = 'Active'","conf":{"batchSize":200}}"#),
        answers: &[json(200, "The first rows; with a locator when more follow.", ROWS)],
    },
    Built {
        operation: "action_postquery_more",
        handler: |call| more(call).boxed(),
        scope: Scope::BillingRead,
        input: Input::Json(r#"{"queryLocator":"0000000000070000000007d065532f80-2000"}"#),
        answers: &[json(200, "The rows that follow.", ROWS)],
    },
];

/// The body of a call.
struct Body(Vec<(String, Json)>);

impl Body {
    async fn of(call: &Call) -> Result<Self> {
        match call.tree().await? {
            Some(Json::Object(members)) => Ok(Self(members)),
            Some(other) => Err(Error::invalid("api.json", format!("The body is an object, not {}.", other.noun()))),
            None => Err(Error::invalid("api.json", "The body is empty; this operation takes a JSON object.")),
        }
    }

    fn member(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    fn text(&self, name: &'static str) -> Result<&str> {
        match self.member(name) {
            Some(Json::Text(text)) if !text.is_empty() => Ok(text),
            Some(Json::Null | Json::Text(_)) | None => {
                Err(Error::invalid("actions.missing", format!("{name} is required.")).in_column(name))
            }
            Some(other) => Err(Error::invalid("actions.type", format!("{name} is a text, not {}.", other.noun())).in_column(name)),
        }
    }

    /// The list of what is to be done, not too long.
    fn list(&self, name: &'static str) -> Result<&[Json]> {
        let items = match self.member(name) {
            Some(Json::List(items)) => items,
            Some(Json::Null) | None => return Err(Error::invalid("actions.missing", format!("{name} is required.")).in_column(name)),
            Some(other) => return Err(Error::invalid("actions.type", format!("{name} is a list, not {}.", other.noun())).in_column(name)),
        };
        if items.len() <= MOST {
            return Ok(items);
        }
        let message = format!("{} objects are too many; one call takes at most {MOST}.", items.len());
        Err(Error::invalid("actions.too_many", message).in_column(name))
    }

    /// `conf.batchSize`.
    fn batch_size(&self) -> Result<Option<i64>> {
        let Some(Json::Object(conf)) = self.member("conf") else { return Ok(None) };
        match conf.iter().find(|(name, _)| name == "batchSize").map(|(_, value)| value) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Number(digits)) if digits.parse::<i64>().is_ok() => Ok(digits.parse().ok()),
            Some(_) => Err(Error::invalid("actions.type", "conf.batchSize is a whole number.").in_column("conf.batchSize")),
        }
    }
}

/// Runs one command an object, each whole by itself; what waits together shares a commit. The results are in order.
async fn each<C: Command>(call: &Call, commands: Vec<Result<C>>) -> Result<Vec<Result<C::Output>>> {
    let (tenant, context) = (call.tenant()?, call.billing_context()?);
    let one = |(at, command): (usize, Result<C>)| {
        let (tenant, context): (Arc<Tenant>, Context) = (Arc::clone(&tenant), numbered(&context, at));
        async move { accrual_app::execute(&tenant, &context, command?).await }
    };
    Ok(join_all(commands.into_iter().enumerate().map(one)).await)
}

/// A key stands for one command: each object has the request's with its place.
fn numbered(context: &Context, at: usize) -> Context {
    let key = context.idempotency_key.as_ref().map(|key| format!("{key}#{at}"));
    Context { idempotency_key: key, ..context.clone() }
}

/// A result in object spelling, or in the one of deletions.
fn result(call: &Call, done: Result<String>, names: [&str; 3]) -> Json {
    let [success, id, errors] = names;
    match done {
        Ok(done) => Json::object([(success, Json::from(true)), (id, done.into())]),
        Err(error) => {
            if error.rejection().is_none() {
                tracing::error!(operation = call.operation.id, error = %error, "one of several objects ended in a fault");
            }
            let refusal = Refusal::of(&error, call.operation);
            let reason = Json::object([("Code", Json::from(refusal.word)), ("Message", refusal.message.into())]);
            Json::object([(success, Json::from(false)), (errors, Json::List(vec![reason]))])
        }
    }
}

const SAVE: [&str; 3] = ["Success", "Id", "Errors"];
const DELETE: [&str; 3] = ["success", "id", "errors"];

async fn create(call: Call) -> Answered {
    let body = Body::of(&call).await?;
    let (kind, objects) = (body.text("type")?.to_owned(), body.list("objects")?);
    let named = kind.clone();
    let descriptor = call.look(move |tenant, _| query::shape(tenant, &named)).await?;
    let read: Vec<_> = objects.iter().map(|object| read(&descriptor, "", false, object)).collect();
    if strict(&call) && read.iter().flatten().any(|r| !r.unknown.is_empty()) {
        return unrecognised();
    }
    let commands = read.into_iter().map(|read| Ok(ObjectCreate { object: kind.clone(), given: read?.given })).collect();
    let done = each(&call, commands).await?;
    answer(Json::List(done.into_iter().map(|done| result(&call, done.map(|made| made.id), SAVE)).collect()))
}

async fn update(call: Call) -> Answered {
    let body = Body::of(&call).await?;
    let (kind, objects) = (body.text("type")?.to_owned(), body.list("objects")?);
    let named = kind.clone();
    let descriptor = call.look(move |tenant, _| query::shape(tenant, &named)).await?;
    let read: Vec<_> = objects.iter().map(|object| Ok((id_of(object)?, read(&descriptor, "", true, object)?))).collect();
    if strict(&call) && read.iter().flatten().any(|(_, r)| !r.unknown.is_empty()) {
        return unrecognised();
    }
    let command = |read: Result<(String, super::given::Read)>| {
        let (id, read) = read?;
        Ok(ObjectUpdate { object: kind.clone(), id, given: read.given })
    };
    let done = each(&call, read.into_iter().map(command).collect()).await?;
    answer(Json::List(done.into_iter().map(|done| result(&call, done.map(|done| done.id), SAVE)).collect()))
}

fn id_of(object: &Json) -> Result<String> {
    let id = match object {
        Json::Object(members) => members.iter().find(|(name, _)| name == "Id").map(|(_, value)| value),
        _ => None,
    };
    match id {
        Some(Json::Text(id)) if !id.is_empty() => Ok(id.clone()),
        _ => Err(Error::invalid("actions.missing", "Id is required: it says which object is changed.").in_column("Id")),
    }
}

async fn delete(call: Call) -> Answered {
    let body = Body::of(&call).await?;
    let (kind, ids) = (body.text("type")?.to_owned(), body.list("ids")?);
    let named = kind.clone();
    call.look(move |tenant, _| query::shape(tenant, &named)).await?;
    let command = |id: &Json| match id {
        Json::Text(id) => Ok(ObjectDelete { object: kind.clone(), id: id.clone() }),
        other => Err(Error::invalid("actions.type", format!("An id is a text, not {}.", other.noun())).in_column("ids")),
    };
    let done = each(&call, ids.iter().map(command).collect()).await?;
    answer(Json::List(done.into_iter().map(|done| result(&call, done.map(|done| done.id), DELETE)).collect()))
}

async fn select(call: Call) -> Answered {
    let body = Body::of(&call).await?;
    let (text, batch) = (body.text("queryString")?.to_owned(), body.batch_size()?);
    let rows = call.look(move |tenant, context| query::query(tenant, context, &text, batch)).await.map_err(super::unplaced)?;
    answer(shown(&call, &rows)?)
}

async fn more(call: Call) -> Answered {
    let body = Body::of(&call).await?;
    let (locator, batch) = (body.text("queryLocator")?.to_owned(), body.batch_size()?);
    let rows = call.look(move |tenant, context| query::more(tenant, context, &locator, batch)).await.map_err(super::unplaced)?;
    answer(shown(&call, &rows)?)
}

fn shown(call: &Call, rows: &Rows) -> Result<Json> {
    let manner = call.lean()?;
    let style = Style { manner: &manner, thousandths: true, nulls: false };
    let plan = &rows.plan;
    let record = |r| style.record(None, &plan.descriptor, &plan.members, r).map(Json::Object);
    let records = rows.records.iter().map(record).collect::<Result<Vec<_>>>()?;
    let body = Json::object([("records", Json::List(records)), ("size", rows.size.into()), ("done", rows.locator.is_none().into())]);
    Ok(body.with_some("queryLocator", rows.locator.as_deref()))
}
