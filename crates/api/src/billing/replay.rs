//! `Idempotency-Key`: the first answer of a POST or PATCH is kept for 24 hours and given again.

use super::headers::idempotency_key;
use super::refusal::{Category, Refusal};
use crate::table::{Method, Operation};
use accrual_app::Tenant;
use accrual_app::idempotency::{self, Exchange};
use accrual_base::{Error, Result};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The longest answer that is kept. A longer one is given, and not again.
const ANSWER_LIMIT: usize = 16 << 20;
/// Headers that belong to the exchange and not to the answer.
const NOT_KEPT: [&str; 4] = ["content-length", "transfer-encoding", "connection", "date"];

/// Keys whose first request still runs.
pub type UnderWay = Arc<Mutex<BTreeSet<(String, String)>>>;

/// A request with a key; the key is free for others when this is dropped.
pub struct Keyed {
    exchange: Exchange,
    under_way: UnderWay,
    place: (String, String),
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
}

impl Keyed {
    /// The key of a request, when it has one and its method takes one.
    ///
    /// # Errors
    /// A malformed key; 409 while another request with the key runs.
    pub fn new(
        operation: &Operation,
        headers: &HeaderMap,
        uri: &axum::http::Uri,
        body: &[u8],
        tenant: &str,
        under_way: &UnderWay,
    ) -> Result<Option<Self>, Refusal> {
        if !takes_key(operation) {
            return Ok(None);
        }
        let Some(key) = idempotency_key(headers)? else { return Ok(None) };
        let place = (tenant.to_owned(), key.to_owned());
        if !under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone()) {
            let text = "A request with this idempotency key is still running; wait for it to end.";
            return Err(Refusal::new(Category::Locked, text).at_gateway());
        }
        let target = format!("{} {uri}", operation.method.name());
        let hash = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
        let exchange = Exchange { key: format!("http/{key}"), target, request_hash: hash };
        Ok(Some(Self { exchange, under_way: Arc::clone(under_way), place }))
    }

    /// The kept answer.
    ///
    /// # Errors
    /// `idempotency.mismatch` when the key stood for another request.
    pub async fn kept(&self, tenant: &Tenant) -> Result<Option<Response>> {
        let Some(text) = idempotency::recall(tenant, self.exchange.clone()).await? else { return Ok(None) };
        let kept: Kept = serde_json::from_str(&text).map_err(|e| Error::fault_from("a kept answer could not be read", e))?;
        let body = STANDARD.decode(&kept.body).map_err(|e| Error::fault_from("a kept answer could not be read", e))?;
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(kept.status).map_err(|e| Error::fault_from("a kept status is none", e))?;
        for (name, value) in kept.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(Some(response))
    }

    /// Keeps an answer and gives it on. Not kept: what asks to try again (401, 409, 422, 429, server errors).
    ///
    /// # Errors
    /// A fault from the database, or of an answer that breaks off.
    pub async fn keep(&self, tenant: &Tenant, response: Response) -> Result<Response> {
        if !keepable(response.status()) {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_LIMIT).await.map_err(|e| Error::fault_from("an answer broke off before it could be kept", e))?;
        let text = |(name, value): (&HeaderName, &HeaderValue)| {
            let wanted = !NOT_KEPT.contains(&name.as_str());
            value.to_str().ok().filter(|_| wanted).map(|value| (name.as_str().to_owned(), value.to_owned()))
        };
        let headers = parts.headers.iter().filter_map(text).collect();
        let kept = Kept { status: parts.status.as_u16(), headers, body: STANDARD.encode(&bytes) };
        let kept = serde_json::to_string(&kept).map_err(|e| Error::fault_from("an answer could not be written as JSON", e))?;
        idempotency::keep(tenant, self.exchange.clone(), kept).await?;
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }
}

impl Drop for Keyed {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.place);
    }
}

/// Whether the method of an operation takes a key. Elsewhere the header means nothing.
pub fn takes_key(operation: &Operation) -> bool {
    matches!(operation.method, Method::Post | Method::Patch)
}

/// Whether an answer with this status is kept.
pub fn keepable(status: StatusCode) -> bool {
    let again = [StatusCode::UNAUTHORIZED, StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS];
    !status.is_server_error() && !again.contains(&status)
}
