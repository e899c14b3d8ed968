//! `/v1/object/{kind}` (reference section 2.2).

use super::given::{Read, Reader};
use super::shown::Style;
use crate::billing::handle::answer;
use crate::billing::json::Json;
use crate::billing::models;
use crate::call::Call;
use crate::table::{Answered, Method};
use accrual_app::billing::query::verbs::{self, ObjectCreate, ObjectDelete, ObjectUpdate};
use accrual_app::billing::query::{self, Object};
use accrual_base::error::{Kind, Rejection};
use accrual_base::{Error, Result};
use accrual_model::Descriptor;
use axum::http::StatusCode;

fn kind(call: &Call) -> Result<&'static str> {
    super::about(call.operation.path, "/v1/object/").ok_or_else(|| Error::fault(format!("{} is no kind of object", call.operation.path)))
}

/// An object. One that is not there has an answer of its own, not a refusal.
pub async fn get(call: Call) -> Answered {
    let (kind, id) = (kind(&call)?, call.part("id")?.to_owned());
    let found = call.look(move |tenant, context| query::get(tenant, context, kind, &id)).await;
    let found = match found {
        Err(error) if error.rejection().is_some_and(|r| r.kind == Kind::NotFound) => {
            let none = Json::object([("records", Json::List(Vec::new())), ("size", 0.into()), ("done", true.into())]);
            let mut response = answer(none)?;
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
        other => other?,
    };
    answer(Json::Object(members(&call, &found)?))
}

fn members(call: &Call, found: &Object) -> Result<Vec<(String, Json)>> {
    let manner = call.lean()?;
    let style = Style { manner: &manner, thousandths: true, nulls: false };
    let chosen: Option<Vec<&str>> = call.query("fields").map(|names| names.split(',').map(str::trim).collect());
    let wanted = |name: &str| name == "Id" || chosen.as_ref().is_none_or(|names| names.contains(&name));
    let members: Vec<_> = found.members.iter().filter(|m| wanted(&m.name)).cloned().collect();
    if let Some(unknown) = chosen.iter().flatten().find(|name| !found.members.iter().any(|m| m.name == **name)) {
        let message = format!("invalid field for query: {}.{unknown}", found.descriptor.names.object);
        return Err(Error::invalid("zoql.field", message).in_column("fields"));
    }
    let model = models::model(call.shape().map_or("", |s| s.response));
    style.record(model, &found.descriptor, &members, &found.record)
}

/// Whether unknown fields are refused, not passed over.
pub(super) fn strict(call: &Call) -> bool {
    call.query("rejectUnknownFields").is_some_and(|v| v.eq_ignore_ascii_case("true"))
}

/// The answer to unknown fields where they are refused.
pub(super) fn unrecognised() -> Answered {
    let mut response = answer(Json::object([("message", Json::from("Error - unrecognised fields"))]))?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// What was sent, and the shape of its object.
async fn body(call: &Call, kind: &'static str) -> Result<(Read, Descriptor)> {
    let json = call.tree().await?.ok_or_else(|| Error::invalid("api.json", "The body is empty; this operation takes a JSON object."))?;
    let model = call.shape().map_or("", |s| s.request.trim_end_matches('*'));
    let changes = call.operation.method == Method::Put;
    let descriptor = call.look(move |tenant, _| query::shape(tenant, kind)).await?;
    Ok((read(&descriptor, model, changes, &json)?, descriptor))
}

/// A refusal of a verb, with fields as these calls spell them: `ChargeModel` for `chargeModel`.
pub(super) fn spelt(descriptor: &Descriptor, mut error: Error) -> Error {
    fn respell(descriptor: &Descriptor, rejection: &mut Rejection) {
        if let Some(column) = rejection.place.column.as_mut() {
            let end = column.find(['.', '[']).unwrap_or(column.len());
            let field = descriptor.fields.iter().find(|f| f.names.rest == column[..end]);
            if let Some(field) = field {
                column.replace_range(..end, &field.names.object);
            }
        }
        rejection.place.also.iter_mut().for_each(|also| respell(descriptor, also));
    }
    if let Error::Rejected(rejection) = &mut error {
        respell(descriptor, rejection);
    }
    error
}

pub(super) fn read(descriptor: &Descriptor, model: &'static str, changes: bool, json: &Json) -> Result<Read> {
    Reader { descriptor, verbs: verbs::of(&descriptor.names.table), model, changes }.read(json)
}

fn saved(id: String) -> Json {
    Json::object([("Success", Json::from(true)), ("Id", id.into())])
}

/// Makes an object.
pub async fn create(call: Call) -> Answered {
    let kind = kind(&call)?;
    let (read, shape) = body(&call, kind).await?;
    if strict(&call) && !read.unknown.is_empty() {
        return unrecognised();
    }
    let made = call.execute(ObjectCreate { object: kind.to_owned(), given: read.given }).await.map_err(|e| spelt(&shape, e))?;
    answer(saved(made.id))
}

/// Changes an object.
pub async fn update(call: Call) -> Answered {
    let (kind, id) = (kind(&call)?, call.part("id")?.to_owned());
    let (read, shape) = body(&call, kind).await?;
    if strict(&call) && !read.unknown.is_empty() {
        return unrecognised();
    }
    let done = call.execute(ObjectUpdate { object: kind.to_owned(), id, given: read.given }).await.map_err(|e| spelt(&shape, e))?;
    answer(saved(done.id))
}

/// Removes an object.
pub async fn delete(call: Call) -> Answered {
    let (kind, id) = (kind(&call)?, call.part("id")?.to_owned());
    let done = call.execute(ObjectDelete { object: kind.to_owned(), id }).await?;
    answer(Json::object([("success", Json::from(true)), ("id", done.id.into())]))
}
