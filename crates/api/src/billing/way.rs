//! The way of one request: identify → limit → read its headers → permit → answer, or give a kept answer again → stamp.

use super::body::{self, Coding};
use super::envelope::{self, Facts, Shape};
use super::limits::{Class, Rate, Seat};
use super::refusal::Refusal;
use super::replay::{Keyed, keepable, takes_key};
use super::version::Version;
use super::{Short, asynchronous, credentials, headers, organizations, permission};
use crate::call::Call;
use crate::dialect;
use crate::server::Api;
use crate::table::{Operation, Scope};
use accrual_app::system::Session;
use accrual_base::Error;
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tracing::Instrument;

/// Answers up to this length are not packed.
const SHORT: u64 = 1_000;
const CHALLENGE: &str = "Basic realm=Zuora API, ZSession realm=Zuora API, Bearer realm=Zuora API";

/// What becomes known of a request on its way, for its answer and the log.
struct Trail {
    id: String,
    track: Option<String>,
    version: Version,
    rate: Option<Rate>,
    seat: Option<Seat>,
    tenant: String,
    actor: String,
}

/// When a request is carried out, and for whom.
enum Mode {
    /// At once, for who its headers say.
    Now,
    /// By a job; it is kept.
    Later,
    /// At once, kept from before, for who sent it then.
    Kept(Box<Session>, String),
}

/// Answers a request of the billing interface.
pub async fn dispatch(api: Arc<Api>, operation: &'static Operation, request: Request) -> Response {
    respond(api, operation, request, Mode::Now).await
}

/// Takes a request of the billing interface for later.
pub async fn dispatch_later(api: Arc<Api>, operation: &'static Operation, request: Request) -> Response {
    respond(api, operation, request, Mode::Later).await
}

/// Carries out a request that was taken for later, under its id.
pub async fn carry_out(api: Arc<Api>, operation: &'static Operation, request: Request, session: Session, id: String) -> Response {
    respond(api, operation, request, Mode::Kept(Box::new(session), id)).await
}

async fn respond(api: Arc<Api>, operation: &'static Operation, request: Request, mode: Mode) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let mut trail = Trail {
        id: match &mode {
            Mode::Kept(_, id) => id.clone(),
            _ => uuid::Uuid::new_v4().hyphenated().to_string(),
        },
        track: None,
        // a refusal before the version is known has its own status
        version: headers::version(&parts.headers, Version::DEFAULT).unwrap_or(Version::LATEST),
        rate: None,
        seat: None,
        tenant: String::new(),
        actor: String::new(),
    };
    let path = parts.uri.path().to_owned();
    let span = tracing::info_span!("request", operation = operation.id, request_id = %trail.id);
    let work = run(&api, operation, parts, body, mode, &mut trail).instrument(span.clone());
    let answered = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| {
        api.metrics.panicked();
        let text = format!("a handler panicked: {}", crate::router::panic_text(panic.as_ref()));
        Err(span.in_scope(|| refused(&Error::fault(text), operation)))
    });
    let mut response = answered.unwrap_or_else(|refusal| span.in_scope(|| render(&api, &refusal, operation, &trail, &path)));
    stamp(&mut response, &trail);
    let status = response.status().as_u16();
    api.metrics.request(operation.id, status, started.elapsed());
    // no query string, header or body: they may hold secrets
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(operation = operation.id, status, micros, tenant = %trail.tenant, actor = %trail.actor, request_id = %trail.id, "request");
    response
}

/// Whether a path belongs to the billing interface, though no operation has it.
pub fn ours(path: &str) -> bool {
    const ROOTS: [&str; 15] = [
        "/commerce/",
        "/v1/",
        "/rest/v1/",
        "/apps/",
        "/oauth/",
        "/object-query/",
        "/query/",
        "/objects/",
        "/events/",
        "/notifications/",
        "/workflows",
        "/settings/",
        "/deployment-manager/",
        "/system-health/",
        "/commitments",
    ];
    ROOTS.iter().any(|root| path.starts_with(root))
}

/// The answer to a request under a path of ours that met no operation.
pub fn stray(api: &Api, path: &str, headers: &HeaderMap, refusal: &Refusal) -> Response {
    let now = api.system.clock().now().iso_seconds();
    let id = uuid::Uuid::new_v4().hyphenated().to_string();
    let version = headers::version(headers, Version::DEFAULT).unwrap_or(Version::LATEST);
    let (status, body) = envelope::render(refusal, Shape::below(path), version, &Facts { request_id: &id, path, time: &now });
    let mut response = dialect::answer(status, &body);
    let track = headers::track(headers).ok().flatten();
    stamp(&mut response, &Trail { id, track, version, rate: None, seat: None, tenant: String::new(), actor: String::new() });
    api.metrics.request("unknown", status.as_u16(), std::time::Duration::ZERO);
    tracing::info!(operation = "unknown", status = status.as_u16(), "request");
    response
}

/// A fault is logged whole and answered opaque.
fn refused(error: &Error, operation: &Operation) -> Refusal {
    if error.rejection().is_none() {
        tracing::error!(operation = operation.id, error = %error, "a request ended in a fault");
    }
    Refusal::of(error, operation)
}

async fn run(
    api: &Arc<Api>,
    operation: &'static Operation,
    mut parts: Parts,
    body: Body,
    mode: Mode,
    trail: &mut Trail,
) -> Result<Response, Refusal> {
    trail.track = headers::track(&parts.headers)?;
    let later = matches!(mode, Mode::Later);
    let mut session = match mode {
        Mode::Kept(session, _) => Some(*session),
        _ => identify(api, operation, &parts, trail).await?,
    };
    let default = session.as_ref().map_or(Version::DEFAULT, |s| Version::of(&s.tenant));
    trail.version = headers::version(&parts.headers, default)?;
    if let Some(session) = &mut session {
        permission::guard(operation)?.check(&session.actor)?;
        organizations::narrow(api, operation, &parts, session).await?;
    }
    if takes_key(operation) {
        headers::idempotency_key(&parts.headers)?;
    }
    let coding = body::coding(&parts.headers)?;
    if operation.handler.is_none() {
        return Err(Refusal::not_built(operation));
    }
    let keyed = session.is_some() && takes_key(operation) && parts.headers.contains_key("idempotency-key");
    if !keyed && coding == Coding::Plain {
        return answer(api, operation, &mut parts, body, session, later, trail).await;
    }
    let bytes = body::whole(body, coding).await?;
    parts.headers.remove(header::CONTENT_ENCODING);
    let key = match session.as_ref().filter(|_| keyed) {
        Some(s) => {
            let under_way = &api.billing.under_way;
            Keyed::new(operation, &parts.headers, &parts.uri, &bytes, &s.tenant.name, under_way)?.map(|key| (key, Arc::clone(&s.tenant)))
        }
        None => None,
    };
    let Some((key, tenant)) = key else { return answer(api, operation, &mut parts, Body::from(bytes), session, later, trail).await };
    if let Some(kept) = key.kept(&tenant).await.map_err(|e| refused(&e, operation))? {
        return Ok(kept);
    }
    let path = parts.uri.path().to_owned();
    let answered = answer(api, operation, &mut parts, Body::from(bytes), session, later, trail).await;
    // what asks to try again is no answer to keep, also where an old version shows it as 200
    if answered.as_ref().is_err_and(|refusal| !keepable(refusal.status)) {
        return answered;
    }
    let mut response = answered.unwrap_or_else(|refusal| render(api, &refusal, operation, trail, &path));
    stamp(&mut response, trail);
    key.keep(&tenant, response).await.map_err(|e| refused(&e, operation))
}

/// Who asks, and whether the tenant may ask now. The token call needs nobody.
async fn identify(api: &Api, operation: &Operation, parts: &Parts, trail: &mut Trail) -> Result<Option<Session>, Refusal> {
    let found = if operation.scope == Scope::Open { None } else { Some(credentials::session(api, operation, &parts.headers).await?) };
    if let Some(session) = &found {
        trail.tenant.clone_from(&session.tenant.name);
        trail.actor.clone_from(&session.actor.user);
    }
    // token calls are a bucket of their own; requests are counted by tenant, those under way by entity
    let bucket = found.as_ref().map_or("oauth/token", |s| s.home.name.as_str());
    let limits = found.as_ref().map_or(api.billing.limits.rate, |s| api.billing.limits.rate(s.home.settings().rate_class));
    let (rate, exceeded) = api.billing.counts.count(limits, bucket, api.system.clock().now());
    let refusal = exceeded.then(|| rate.exceeded());
    trail.rate = Some(rate);
    if let Some(refusal) = refusal {
        return Err(refusal);
    }
    if let Some(session) = &found {
        trail.seat = Some(api.billing.counts.seat(&api.billing.limits, &session.tenant.name, Class::of(operation))?);
    }
    Ok(found)
}

async fn answer(
    api: &Arc<Api>,
    operation: &'static Operation,
    parts: &mut Parts,
    body: Body,
    session: Option<Session>,
    later: bool,
    trail: &Trail,
) -> Result<Response, Refusal> {
    let Some(handler) = operation.handler else { return Err(Refusal::not_built(operation)) };
    if let (true, Some(session)) = (later, &session) {
        asynchronous::install_in(api, &session.tenant);
        return asynchronous::accept(operation, parts, body, session, &trail.id, trail.track.as_deref()).await;
    }
    let unreadable = |what: &str| Refusal::new(super::refusal::Category::Malformed, format!("The {what} cannot be read."));
    let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| unreadable("query string"))?;
    // operations that share a path may name its parts differently; the row's own names count
    let names: Vec<String> =
        operation.parameters.iter().filter(|p| p.place == crate::table::Place::Path).map(|p| p.name.to_owned()).collect();
    let values = match names.is_empty() {
        true => Vec::new(),
        false => Path::<Vec<(String, String)>>::from_request_parts(parts, &()).await.map_err(|_| unreadable("path"))?.0,
    };
    let call = Call {
        operation,
        api: Arc::clone(api),
        session,
        request_id: trail.id.clone(),
        headers: parts.headers.clone(),
        body: Mutex::new(body),
        path: names.into_iter().zip(values.into_iter().map(|(_, value)| value)).collect(),
        query: query.0,
    };
    handler(call).await.map_err(|error| refused(&error, operation))
}

fn render(api: &Api, refusal: &Refusal, operation: &Operation, trail: &Trail, path: &str) -> Response {
    let time = api.system.clock().now().iso_seconds();
    let facts = Facts { request_id: &trail.id, path, time: &time };
    let (status, body) = if refusal.code == super::refusal::Category::Limit.number() {
        // the one refusal with a bare code and no other key, whatever the family
        (refusal.status, serde_json::json!({"reasons": [{"code": refusal.code, "message": refusal.message}]}))
    } else {
        envelope::render(refusal, Shape::of(operation), trail.version, &facts)
    };
    let mut response = dialect::answer(status, &body);
    if status == axum::http::StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
    }
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The headers of every answer. Those that are there stay: a kept answer has those of the first.
fn stamp(response: &mut Response, trail: &Trail) {
    let short = response.body().size_hint().exact().is_some_and(|length| length <= SHORT);
    if short {
        response.extensions_mut().insert(Short);
    }
    let headers = response.headers_mut();
    if !headers.contains_key("zuora-request-id") {
        if let Ok(value) = HeaderValue::from_str(&trail.id) {
            headers.insert("zuora-request-id", value);
        }
        if let Some(value) = trail.track.as_deref().and_then(|t| HeaderValue::from_str(t).ok()) {
            headers.insert("zuora-track-id", value);
        }
        if let Some(rate) = &trail.rate {
            rate.stamp(headers);
        }
        if let Some(seat) = &trail.seat {
            seat.stamp(headers);
        }
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
