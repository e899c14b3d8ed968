//! One request on its way to a handler.

use crate::server::Api;
use crate::table::Operation;
use accrual_app::system::Session;
use accrual_app::{Actor, Context, Tenant};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest JSON body.
pub const JSON_LIMIT: usize = 1024 * 1024;

/// A request that was authorised.
pub struct Call {
    pub operation: &'static Operation,
    pub api: Arc<Api>,
    /// None for operations that need no token.
    pub session: Option<Session>,
    pub request_id: String,
    pub headers: HeaderMap,
    /// Taken once; behind a lock because a body alone cannot be shared between threads.
    pub body: Mutex<Body>,
    /// Parts of the path by name.
    pub path: Vec<(String, String)>,
    /// Query parameters as sent.
    pub query: Vec<(String, String)>,
}

impl Call {
    /// The session of the token.
    ///
    /// # Errors
    /// A fault for an operation that needs none.
    pub fn session(&self) -> Result<&Session> {
        self.session.as_ref().ok_or_else(|| Error::fault(format!("operation {} has no session", self.operation.id)))
    }
    /// The tenant of the session.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn tenant(&self) -> Result<Arc<Tenant>> {
        self.session().map(|s| Arc::clone(&s.tenant))
    }
    /// The user behind the request.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn actor(&self) -> Result<&Actor> {
        self.session().map(|s| &s.actor)
    }
    /// A part of the path.
    ///
    /// # Errors
    /// A fault when the row of the operation has no such part.
    pub fn part(&self, name: &str) -> Result<&str> {
        let found = self.path.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        found.ok_or_else(|| Error::fault(format!("operation {} has no path part {name}", self.operation.id)))
    }
    /// A numeric part of the path.
    ///
    /// # Errors
    /// `api.number` when it is no positive whole number.
    pub fn id(&self, name: &'static str) -> Result<i64> {
        number(name, self.part(name)?)
    }
    /// A query parameter; its name is compared without regard to case, and an empty value counts as absent.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, v)| n.eq_ignore_ascii_case(name) && !v.is_empty()).map(|(_, v)| v.as_str())
    }
    /// A numeric query parameter.
    ///
    /// # Errors
    /// `api.number` when it is no whole number of zero or more.
    pub fn query_number(&self, name: &'static str) -> Result<Option<i64>> {
        self.query(name).map(|text| number(name, text)).transpose()
    }
    /// A header, trimmed; none when it is absent, empty or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        text_header(&self.headers, name)
    }
    /// A header the operation cannot do without.
    ///
    /// # Errors
    /// `api.header` when it is missing.
    pub fn required_header(&self, name: &'static str) -> Result<&str> {
        self.header(name)
            .ok_or_else(|| Error::invalid("api.header", format!("The header {name} is missing; this operation needs it.")).in_column(name))
    }
    /// The context of a command: who asks, under which id, with which idempotency key, and whether only to look.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn context(&self) -> Result<Context> {
        let actor = self.actor()?.clone();
        let user = actor.user.clone();
        let mut context = Context::new(actor, self.request_id.clone());
        if let Some(key) = self.header("idempotency-key") {
            // a key belongs to the one who chose it
            context = context.with_key(format!("{user}/{key}"));
        }
        if self.query("preview").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
            context = context.preview();
        }
        Ok(context)
    }
    /// The body; empty when it was taken before.
    pub fn take_body(&self) -> Body {
        std::mem::replace(&mut *self.body.lock().unwrap_or_else(PoisonError::into_inner), Body::empty())
    }
    /// The whole body, when it is not longer than [`JSON_LIMIT`].
    ///
    /// # Errors
    /// `api.too_large`.
    pub async fn bytes(&self) -> Result<bytes::Bytes> {
        to_bytes(self.take_body(), JSON_LIMIT).await.map_err(|_| {
            Error::invalid(
                "api.too_large",
                format!("The body could not be read whole, or is longer than {JSON_LIMIT} bytes; send less in one request."),
            )
        })
    }
    /// The body as JSON of a shape.
    ///
    /// # Errors
    /// `api.json` says what is wrong and where.
    pub async fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let bytes = self.bytes().await?;
        serde_json::from_slice(&bytes)
            .map_err(|e| Error::invalid("api.json", format!("The body is not the JSON this operation takes: {e}.")))
    }
    /// As [`Call::json`]; an empty body is none.
    ///
    /// # Errors
    /// As [`Call::json`].
    pub async fn optional_json(&self) -> Result<Option<Value>> {
        let bytes = self.bytes().await?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|e| Error::invalid("api.json", format!("The body is not JSON: {e}.")))
    }
    /// Runs blocking work of this tenant off the async threads.
    ///
    /// # Errors
    /// Whatever the work answers; a fault when it panicked.
    pub fn blocking<T, F>(&self, work: F) -> impl Future<Output = Result<T>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Tenant>) -> Result<T> + Send + 'static,
    {
        let tenant = self.tenant();
        blocking(move || work(&tenant?))
    }
}

/// Runs blocking work off the async threads.
///
/// # Errors
/// Whatever the work answers; a fault when it panicked.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|e| Error::fault_from("blocking work did not end", e))?
}

/// A header as text.
pub fn text_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim).filter(|v| !v.is_empty())
}

fn number(name: &'static str, text: &str) -> Result<i64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        Error::invalid("api.number", format!("{name} must be a whole number of zero or more.")).in_column(name).with_value(text)
    })
}

/// The refusal of an operation that is known and not built.
pub fn not_built(operation: &Operation) -> Error {
    Error::rejected(Kind::NotBuilt, "api.not_built", format!("{} {} is known but not built yet.", operation.method.name(), operation.path))
}
