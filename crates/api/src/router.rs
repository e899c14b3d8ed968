//! From the operation table to a router, and the way of every request: id, authorisation, handler, one error
//! mapping, one line in the log.

use crate::authorise::{authorise, refuse_when_off};
use crate::billing;
use crate::call::{self, Call};
use crate::dialect;
use crate::remainder;
use crate::request_id;
use crate::server::Api;
use crate::table::{Answered, Dialect, Family, Method, Operation, operations};
use accrual_base::Error;
use accrual_base::error::Kind;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter};
use futures_util::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tracing::Instrument;

/// A path as the router wants it, with its operations and whether each is meant through the path's asynchronous twin.
type Route = (String, Vec<(&'static Operation, bool)>);

/// The router over all operations.
pub fn router(api: Arc<Api>) -> Router {
    // paths that differ in the names of their parts alone are one route
    let mut paths: BTreeMap<String, Route> = BTreeMap::new();
    for operation in operations() {
        let later = billing::asynchronous::path(operation).map(|path| (path, true));
        for (path, later) in operation.paths().map(|path| (path.to_owned(), false)).chain(later) {
            paths.entry(billing::rows::shape(&path)).or_insert((path, Vec::new())).1.push((operation, later));
        }
    }
    let mut router = Router::new();
    for (path, operations) in paths.into_values() {
        let mut methods = MethodRouter::new();
        for (operation, later) in operations {
            methods = methods.on(filter(operation.method), move |State(api): State<Arc<Api>>, request: Request| async move {
                match operation.family {
                    _ if later => billing::dispatch_later(api, operation, request).await,
                    Family::Billing | Family::Legacy => billing::dispatch(api, operation, request).await,
                    _ => dispatch(api, operation, request).await,
                }
            });
        }
        router = router.route(&path, methods.fallback(wrong_method));
    }
    // downloads that are gzip files already are not packed again
    let packable = DefaultPredicate::new().and(NotForContentType::const_new("application/gzip")).and(
        |_: axum::http::StatusCode, _: axum::http::Version, _: &axum::http::HeaderMap, marks: &axum::http::Extensions| {
            marks.get::<billing::Short>().is_none()
        },
    );
    router
        .fallback(unknown_path)
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(packable))
        .layer(axum::middleware::map_request(remainder::taken))
        .with_state(api)
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// What the log says of who asked.
#[derive(Default)]
struct Who {
    tenant: String,
    actor: String,
}

async fn dispatch(api: Arc<Api>, operation: &'static Operation, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let id = request_id::of(&parts.headers);
    let span = tracing::info_span!("request", operation = operation.id, request_id = %id);
    let mut who = Who::default();
    let work = run(&api, operation, parts, body, &id, &mut who).instrument(span.clone());
    let answered = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| {
        api.metrics.panicked();
        Err(Error::fault(format!("a handler panicked: {}", panic_text(panic.as_ref()))))
    });
    let mut response = answered.unwrap_or_else(|error| span.in_scope(|| dialect::render(&error, operation.dialect, &id)));
    request_id::stamp(&mut response, &id);
    let took = started.elapsed();
    let status = response.status().as_u16();
    api.metrics.request(operation.id, status, took);
    // no query string, header or body: they may hold secrets
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(operation = operation.id, status, micros, tenant = %who.tenant, actor = %who.actor, request_id = %id, "request");
    response
}

/// Text of a panic, for the log.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text")
}

async fn run(api: &Arc<Api>, operation: &'static Operation, mut parts: Parts, body: Body, id: &str, who: &mut Who) -> Answered {
    if matches!(operation.family, Family::Revenue | Family::Services) {
        refuse_when_off(api, &parts.headers)?;
    }
    let session = authorise(api, operation, &parts.headers).await?;
    if let Some(session) = &session {
        who.tenant.clone_from(&session.tenant.name);
        who.actor.clone_from(&session.actor.user);
    }
    let Some(handler) = operation.handler else { return Err(call::not_built(operation)) };
    let path = Path::<Vec<(String, String)>>::from_request_parts(&mut parts, &())
        .await
        .map_err(|e| Error::invalid("api.path_text", format!("The path cannot be read: {e}.")))?;
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|e| Error::invalid("api.query", format!("The query string cannot be read: {e}.")))?;
    let call = Call {
        operation,
        api: Arc::clone(api),
        session,
        request_id: id.to_owned(),
        headers: parts.headers,
        body: Mutex::new(body),
        path: path.0,
        query: query.0,
    };
    handler(call).await
}

async fn wrong_method(State(api): State<Arc<Api>>, request: Request) -> Response {
    let text = format!("{} is not a method of this path.", request.method());
    stray(&api, &request, Error::rejected(Kind::Invalid, "api.method", text))
}

async fn unknown_path(State(api): State<Arc<Api>>, request: Request) -> Response {
    let integration = request.uri().path().starts_with("/api/integration/") || request.uri().path().starts_with("/integration/");
    let switched_off = integration && refuse_when_off(&api, request.headers()).is_err();
    let text = "There is no operation under this path; /openapi.json lists those that exist.";
    let error = if switched_off { accrual_app::system::api_is_off() } else { Error::not_found("api.path", text) };
    stray(&api, &request, error)
}

/// Answers a request that met no operation.
fn stray(api: &Api, request: &Request, error: Error) -> Response {
    if billing::ours(request.uri().path()) {
        let refusal = billing::refusal::Refusal::stray(&error);
        return billing::stray(api, request.uri().path(), request.headers(), &refusal);
    }
    let id = request_id::of(request.headers());
    let shape = if request.uri().path().starts_with("/accrual/") { Dialect::Administration } else { Dialect::Status };
    let mut response = dialect::render(&error, shape, &id);
    request_id::stamp(&mut response, &id);
    api.metrics.request("unknown", response.status().as_u16(), std::time::Duration::ZERO);
    tracing::info!(operation = "unknown", status = response.status().as_u16(), request_id = %id, "request");
    response
}

/// An attachment with a file name; whatever does not belong into a header is left out of the name.
pub fn attachment(response: &mut Response, file_name: &str) {
    let safe: String = file_name.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\')).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
}
