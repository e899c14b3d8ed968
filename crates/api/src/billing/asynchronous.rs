//! `/v1/async/…`: a request that changes something is accepted with 202 and carried out by a job, the same way it would have
//! been at once (reference section 1.12).

use super::refusal::{Category, Refusal};
use super::way;
use crate::dialect;
use crate::server::Api;
use crate::table::{Family, Method, Operation, operations};
use accrual_app::async_request::{Accept, Answer, Answering, AsyncRequest};
use accrual_app::system::Session;
use accrual_app::{Context, execute};
use accrual_base::{Error, Result};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use serde_json::{Value, json};
use std::sync::{Arc, Weak};
use tower::ServiceExt;

/// Headers that say how a request is meant; who sent it is kept apart.
const KEPT: [&str; 6] = ["content-type", "zuora-version", "zuora-org-ids", "zuora-working-org", "zuora-track-id", "x-zuora-wsdl-version"];
/// The longest answer that is kept.
const ANSWER_LIMIT: usize = 16 << 20;

/// The asynchronous path of an operation; none for those that only look, for actions, and for those that have a form of
/// their own.
pub fn path(operation: &Operation) -> Option<String> {
    let rest = operation.path.strip_prefix("/v1/")?;
    let changes = operation.family == Family::Billing && operation.method != Method::Get;
    let own = ["action/", "async/", "async-jobs/"].iter().any(|form| rest.starts_with(form));
    let taken = ["orders", "orders/preview", "orders/{orderNumber}"].contains(&rest) && operation.method != Method::Put;
    (changes && !own && !taken).then(|| format!("/v1/async/{rest}"))
}

/// Keeps a request that passed every check for later.
///
/// # Errors
/// 415 for a body that is not JSON, 400 for one that is malformed; what the store refuses.
pub async fn accept(
    operation: &'static Operation,
    parts: &Parts,
    body: Body,
    session: &Session,
    request_id: &str,
    track: Option<&str>,
) -> Result<Response, Refusal> {
    let bytes = super::body::whole(body, super::body::Coding::Plain).await?;
    let json_sent = parts.headers.get("content-type").and_then(|v| v.to_str().ok()).is_some_and(|t| t.starts_with("application/json"));
    if !bytes.is_empty() && !json_sent {
        let text = "Only requests with a JSON body are taken for later; send Content-Type: application/json.";
        return Err(Refusal::new(Category::Unsupported, text).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let malformed = || Refusal::new(Category::Malformed, "The body is not JSON.");
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| malformed())?;
    if !text.is_empty() && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
        return Err(malformed());
    }
    let headers = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), parts.headers.get(*name)?.to_str().ok()?.to_owned())));
    let url = parts.uri.path_and_query().map_or(parts.uri.path(), |p| p.as_str());
    let command = Accept {
        request_id: request_id.to_owned(),
        operation: operation.reference.to_owned(),
        url: url.replacen("/v1/async/", "/v1/", 1),
        headers: headers.collect(),
        body: text,
        track_id: track.map(str::to_owned),
    };
    let context = Context::new(session.actor.clone(), request_id);
    execute(&session.tenant, &context, command).await.map_err(|e| Refusal::of(&e, operation))?;
    session.tenant.wake.ring();
    Ok(dialect::answer(StatusCode::ACCEPTED, &json!({"requestId": request_id})))
}

/// Carries out kept requests with the operations of this interface.
struct Carrier(Weak<Api>);

/// Lets the jobs of every open tenant carry out kept requests through this interface.
pub fn install(api: &Arc<Api>) {
    for tenant in api.system.open_tenants() {
        tenant.answered_by(Arc::new(Carrier(Arc::downgrade(api))));
    }
}

/// As [`install`], for one tenant: one that was opened later.
pub fn install_in(api: &Arc<Api>, tenant: &accrual_app::Tenant) {
    tenant.answered_by(Arc::new(Carrier(Arc::downgrade(api))));
}

impl Answering for Carrier {
    fn answer(&self, tenant: &str, request: &AsyncRequest) -> Result<Option<Answer>> {
        let Some(api) = self.0.upgrade() else { return Ok(None) };
        let known = |o: &&Operation| o.family == Family::Billing && o.reference == request.operation;
        let Some(operation) = operations().iter().find(known) else {
            return Ok(Some(refused("This operation does not exist any more.")));
        };
        let session = match session(&api, tenant, request) {
            Ok(session) => session,
            Err(e) if e.rejection().is_some() => return Ok(Some(refused(&e.to_string()))),
            Err(fault) => return Err(fault),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Error::fault_from("a runtime for a kept request could not be started", e))?;
        runtime.block_on(carried_out(api, operation, request, session)).map(Some)
    }
}

/// What the sender may do is looked up again: it may have been locked out meanwhile.
fn session(api: &Api, tenant: &str, request: &AsyncRequest) -> Result<Session> {
    let tenant = api.system.tenant(tenant)?;
    let home = tenant.settings().owner.clone().unwrap_or_else(|| tenant.name.clone());
    let access = api.system.access(&home, &request.user)?;
    Ok(Session { tenant, actor: access.actor, home: access.home })
}

async fn carried_out(api: Arc<Api>, operation: &'static Operation, request: &AsyncRequest, session: Session) -> Result<Answer> {
    let broken = |what: &str| Error::fault(format!("the kept request {}: {what}", request.request_id));
    let mut builder = Request::builder().method(operation.method.name()).uri(&request.url);
    let headers: Value = serde_json::from_str(&request.headers).map_err(|e| Error::fault_from("headers of a kept request", e))?;
    for (name, value) in headers.as_object().into_iter().flatten() {
        builder = builder.header(name, value.as_str().unwrap_or_default());
    }
    // what was carried out before a crash is answered again and not repeated
    builder = builder.header("idempotency-key", format!("async-{}", request.request_id));
    let sent = builder.body(Body::from(request.body.clone())).map_err(|_| broken("it cannot be put together again"))?;
    let id = request.request_id.clone();
    // a router of one route reads the parts of the path
    let route = any(move |request: Request| {
        let (api, session, id) = (Arc::clone(&api), session.clone(), id.clone());
        async move { way::carry_out(api, operation, request, session, id).await }
    });
    let routes = Router::new().route(operation.path, route);
    let response = routes.oneshot(sent).await.map_err(|_| broken("no route took it"))?;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), ANSWER_LIMIT).await.map_err(|e| Error::fault_from("the answer to a kept request", e))?;
    if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED {
        return Err(broken("the server could not carry it out; the log says why"));
    }
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let said: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    let unsuccessful = said["success"] == false || said["Success"] == false;
    Ok(Answer { status: status.as_u16(), body, succeeded: status.is_success() && !unsuccessful })
}

fn refused(message: &str) -> Answer {
    let body = json!({"success": false, "reasons": [{"code": super::refusal::code(500_000, Category::Permission), "message": message}]});
    Answer { status: 403, body: body.to_string(), succeeded: false }
}

/// The kept headers of a request, for tests of what is kept.
#[cfg(test)]
fn kept(headers: &axum::http::HeaderMap) -> Vec<&'static str> {
    KEPT.into_iter().filter(|name| headers.contains_key(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::rows::{billing, shape};
    use std::collections::BTreeSet;

    #[test]
    fn asynchronous_paths_are_those_of_operations_that_change_something() {
        let own: BTreeSet<(Method, String)> = operations().iter().flat_map(|o| o.paths().map(move |p| (o.method, shape(p)))).collect();
        let mut seen = 0;
        for operation in billing() {
            let Some(path) = path(operation) else { continue };
            assert!(operation.method != Method::Get && path.starts_with("/v1/async/"), "{}", operation.id);
            assert!(!own.contains(&(operation.method, shape(&path))), "{} has a form of its own", operation.id);
            seen += 1;
        }
        assert!(seen > 200, "{seen}");
        let named = |reference: &str| path(billing().iter().find(|o| o.reference == reference).unwrap());
        assert_eq!(named("create_account").as_deref(), Some("/v1/async/accounts"));
        assert_eq!((named("create_order"), named("action_post_create"), named("get_account")), (None, None, None));
    }

    #[test]
    fn credentials_are_not_kept() {
        let mut headers = axum::http::HeaderMap::new();
        for name in ["authorization", "apiaccesskeyid", "apisecretaccesskey", "idempotency-key", "zuora-version"] {
            headers.insert(name, axum::http::HeaderValue::from_static("x"));
        }
        assert_eq!(kept(&headers), ["zuora-version"]);
    }
}
