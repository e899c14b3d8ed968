//! `POST /oauth/token`: id and secret of an API client for a bearer token.

use super::credentials::{self, Claims, LIFETIME};
use super::headers::hyphenated;
use super::rows::Built;
use crate::call::{Call, blocking};
use crate::dialect;
use crate::table::{Answered, Input, Scope, json};
use crate::token::unauthenticated;
use accrual_app::Permission;
use accrual_app::system::{Access, CLIENT_ID};
use accrual_base::{Error, Result};
use axum::body::Body;
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderValue, Method, header};
use futures_util::FutureExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const GRANT: &str = "client_credentials";

pub const BUILT: &[Built] = &[Built {
    operation: "create_token",
    handler: |call| create_token(call).boxed(),
    scope: Scope::Open,
    input: Input::Json(
        r#"{"client_id":"00000000-0000-4000-8000-000000000001","client_secret":"the secret","grant_type":"client_credentials"}"#,
    ),
    answers: &[
        json(
            200,
            "A token that lives an hour. The request may be a form or JSON.",
            r#"{"access_token":"eyJ…","token_type":"bearer","expires_in":3599,"scope":"entity.8f… service.billing.read","jti":"5f0c…"}"#,
        ),
        json(400, "A field is missing or the grant type is another.", r#"{"error":"unsupported_grant_type","error_description":"…"}"#),
        json(401, "Unknown client or wrong secret.", r#"{"error":"invalid_client","error_description":"…","message":"…"}"#),
    ],
}];

async fn create_token(call: Call) -> Answered {
    // the official SDK renews its token with the old one still among its headers: a token is no credential here
    if !credentials::token_alone(&call.headers) && credentials::any(&call.headers) {
        return Err(Error::invalid(
            "token.credentials",
            "This call takes the credentials in its body alone; send no key headers and no name and password in Authorization.",
        ));
    }
    let fields = fields(&call).await?;
    let grant = field(&fields, "grant_type")?;
    if grant != GRANT {
        return Err(Error::invalid("token.grant_type", format!("The only grant type is {GRANT}.")).in_column("grant_type"));
    }
    let (client, secret) = (field(&fields, "client_id")?.to_owned(), field(&fields, "client_secret")?.to_owned());
    if client.len() != CLIENT_ID {
        return Err(unauthenticated("login.credentials", "Authentication error"));
    }
    let system = std::sync::Arc::clone(&call.api.system);
    let (access, client) = blocking(move || system.access_by_client(&client, &secret).map(|access| (access, client))).await?;
    let entity = super::headers::entity(&call.headers).map_err(|r| Error::invalid("token.entity", r.message))?;
    if entity.as_ref().is_some_and(|id| access.entities.iter().all(|e| e.id != *id)) {
        return Err(Error::rejected(accrual_base::error::Kind::Forbidden, "token.entity", credentials::wrong_entity().message));
    }
    let jti = uuid::Uuid::new_v4().simple().to_string();
    let scope = scope(&access, entity.as_deref());
    let token = Claims::new(&client, &access, entity, &jti).sign(call.api.system.sign_key())?;
    tracing::info!(actor = %access.actor.user, tenant = %access.home.name, "billing token issued");
    let mut response = dialect::ok(&json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": LIFETIME - 1,
        "scope": scope,
        "jti": jti,
    }));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// User, entities, services and tenant, as clients expect to find them.
fn scope(access: &Access, narrowed: Option<&str>) -> String {
    let tenant = &access.home.name;
    let hash = Sha256::digest(tenant.as_bytes());
    let number = hash.iter().take(3).fold(0u32, |n, b| n << 8 | u32::from(*b));
    let mut parts = vec![format!("user.{}", accrual_model::id::of_user(&access.actor.user))];
    let good = access.entities.iter().filter(|e| narrowed.is_none_or(|id| id == e.id));
    parts.extend(good.map(|e| format!("entity.{}", hyphenated(&e.id))));
    parts.push("service.billing.read".to_owned());
    if access.actor.permissions.contains(Permission::WRITE) {
        parts.push("service.billing.write".to_owned());
    }
    parts.push(format!("tenant.{number}"));
    parts.join(" ")
}

/// The fields of the body: a JSON object when it says so, else a form.
async fn fields(call: &Call) -> Result<Vec<(String, String)>> {
    let bytes = call.bytes().await?;
    if call.header("content-type").is_some_and(|t| t.to_ascii_lowercase().starts_with("application/json")) {
        let bad = || Error::invalid("token.json", "The body must be a JSON object of texts.");
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        let object = value.as_object().ok_or_else(bad)?;
        return object.iter().map(|(name, v)| v.as_str().map(|v| (name.clone(), v.to_owned())).ok_or_else(bad)).collect();
    }
    let mut request = Request::new(Body::from(bytes));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
    form.map(|form| form.0)
        .map_err(|_| Error::invalid("token.form", "The body is no form (application/x-www-form-urlencoded) and no JSON."))
}

fn field<'a>(fields: &'a [(String, String)], name: &'static str) -> Result<&'a str> {
    let mut found = fields.iter().filter(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str());
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) => Err(Error::invalid("token.twice", format!("{name} was sent more than once."))),
        _ => Err(Error::invalid("token.required", format!("{name} is missing; send client_id, client_secret and grant_type."))),
    }
}
