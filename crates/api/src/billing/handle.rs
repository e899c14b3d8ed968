//! What every handler of this interface does: read the body, run a command or look something up, answer.
//!
//! ```text
//! let body = call.input().await?;                                     // checked against the operation's model
//! let made = call.execute(Verb { … }).await.map_err(|e| SPELLING.explain(e))?;
//! success(Json::object([("id", made.id)]))
//! ```

use super::input::{self, Given, Unknown};
use super::json::{self, Json};
use super::render::Manner;
use super::replay::takes_key;
use super::version::Version;
use super::{body, headers, models};
use crate::call::Call;
use crate::table::Answered;
use accrual_app::{Command, Context, Tenant};
use accrual_base::{Error, Result};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;

impl Call {
    /// The body, checked against the request model of the operation. An unknown field is refused.
    ///
    /// # Errors
    /// `api.json`, `api.too_large`; everything [`input::check`] finds.
    pub async fn input(&self) -> Result<Given> {
        self.input_of(self.shape()?.request, Unknown::Refuse).await
    }

    /// As [`Call::input`], against another type, written as the operations file writes it.
    ///
    /// # Errors
    /// As [`Call::input`].
    pub async fn input_of(&self, shape: &'static str, unknown: Unknown) -> Result<Given> {
        let required = models::shape(self.operation.reference).is_some_and(|s| s.required);
        match self.tree().await? {
            Some(json) => input::checked(shape, &json, unknown),
            None if required => Err(Error::invalid("api.json", "The body is empty; this operation takes a JSON object.")),
            None => Ok(Given::default()),
        }
    }

    /// The body as JSON, unchecked; nothing when it is empty.
    ///
    /// # Errors
    /// `api.json`, `api.too_large`.
    pub async fn tree(&self) -> Result<Option<Json>> {
        let bytes = to_bytes(self.take_body(), body::LIMIT).await.map_err(|_| {
            let message = format!("The body could not be read whole, or is longer than {} bytes; send less in one request.", body::LIMIT);
            Error::invalid("api.too_large", message)
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        json::read(&bytes).map(Some)
    }

    /// What the operation takes and answers.
    ///
    /// # Errors
    /// A fault when the file of shapes has no such operation; a test rules that out.
    pub fn shape(&self) -> Result<models::Shape> {
        let name = self.operation.reference;
        models::shape(name).ok_or_else(|| Error::fault(format!("operation {name} has no shape")))
    }

    /// Runs a command as the caller, under the request's idempotency key where its method takes one. One command a
    /// request: a second one would find the key taken.
    ///
    /// # Errors
    /// Whatever the command refuses.
    pub async fn execute<C: Command>(&self, command: C) -> Result<C::Output> {
        accrual_app::execute(&*self.tenant()?, &self.billing_context()?, command).await
    }

    /// Looks something up as the caller.
    ///
    /// # Errors
    /// Whatever the look-up refuses.
    pub async fn look<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tenant, &Context) -> Result<T> + Send + 'static,
    {
        let context = self.billing_context()?;
        self.blocking(move |tenant| work(tenant, &context)).await
    }

    /// Who asks; the key of a method that takes none means nothing, and neither does a parameter `preview`.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn billing_context(&self) -> Result<Context> {
        let mut context = self.context()?;
        context.preview = false;
        if !takes_key(self.operation) {
            context.idempotency_key = None;
        }
        Ok(context)
    }

    /// How `/v1` operations show records, in the time zone of the tenant.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn v1(&self) -> Result<Manner> {
        Ok(Manner::v1(self.tenant()?.settings().zone.clone()))
    }

    /// How newer families show records.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn lean(&self) -> Result<Manner> {
        Ok(Manner::lean(self.tenant()?.settings().zone.clone()))
    }

    /// The version the request speaks; it was checked before the handler ran.
    ///
    /// # Errors
    /// As [`Call::session`].
    pub fn version(&self) -> Result<Version> {
        let default = Version::of(&*self.tenant()?);
        Ok(headers::version(&self.headers, default).unwrap_or(default))
    }

    /// A query parameter that is a key the operation cannot do without.
    ///
    /// # Errors
    /// `query.missing`.
    pub fn need_query(&self, name: &'static str) -> Result<&str> {
        let message = || Error::invalid("query.query", format!("The query parameter {name} is required.")).in_column(name);
        self.query(name).ok_or_else(message)
    }

    /// Scheme and host that the client knows the server under.
    pub fn base_url(&self) -> String {
        if let Some(url) = &self.api.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host = self.header("host").unwrap_or("127.0.0.1");
        let scheme = self.header("x-forwarded-proto").filter(|p| matches!(*p, "http" | "https")).unwrap_or(self.api.scheme);
        format!("{scheme}://{host}")
    }

    /// The path of this request under its first name, its parts filled in.
    pub fn own_path(&self) -> String {
        let mut path = self.operation.path.to_owned();
        for (name, value) in &self.path {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }
}

/// The answer of an operation that did what it was asked: `success` first, then the members of `body`.
///
/// # Errors
/// None.
pub fn success(body: Json) -> Answered {
    answer(Json::object([("success", Json::from(true))]).and(body))
}

/// The answer that says only that it was done.
///
/// # Errors
/// None.
pub fn done() -> Answered {
    success(Json::Object(Vec::new()))
}

/// A body as it is.
///
/// # Errors
/// None.
pub fn answer(body: Json) -> Answered {
    let mut response = Response::new(Body::from(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
