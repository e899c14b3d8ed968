//! Who asks, and whether they may.

use crate::call::{blocking, text_header};
use crate::ports;
use crate::server::Api;
use crate::table::{Operation, Scope};
use crate::token::{self, unauthenticated};
use accrual_app::{Actor, Organisations, Privilege, Tenant};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;
use std::sync::Arc;

/// User name and password of HTTP Basic.
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// Checks what the row of an operation asks for and answers the actor.
///
/// # Errors
/// `Unauthenticated` without good credentials, `Forbidden` when the role is not enough.
pub async fn authorise(api: &Api, tenant: &Arc<Tenant>, operation: &Operation, headers: &HeaderMap) -> Result<Actor> {
    match operation.scope {
        // these handlers check credentials or signature themselves
        Scope::Open | Scope::Basic | Scope::Signed => Ok(nobody()),
        Scope::Administrator => {
            let actor = if text_header(headers, "token").is_some() {
                by_token(api, tenant, headers).await?
            } else {
                by_password(tenant, headers).await?
            };
            actor.require(Privilege::Administrator)?;
            Ok(actor)
        }
        Scope::Inbound => allowed(by_token(api, tenant, headers).await?, &[Privilege::WebservicesInbound]),
        Scope::Outbound => allowed(by_token(api, tenant, headers).await?, &[Privilege::WebservicesOutbound]),
        Scope::Either => allowed(by_token(api, tenant, headers).await?, &[Privilege::WebservicesInbound, Privilege::WebservicesOutbound]),
    }
}

/// The actor of operations that need none.
fn nobody() -> Actor {
    Actor { user: String::new(), role: String::new(), privileges: BTreeSet::new(), organisations: Organisations::These(BTreeSet::new()) }
}

/// Refuses an actor that has none of the privileges.
fn allowed(actor: Actor, any: &[Privilege]) -> Result<Actor> {
    if any.iter().any(|p| actor.privileges.contains(p)) {
        return Ok(actor);
    }
    let names: Vec<&str> = any.iter().map(|p| p.name()).collect();
    let text = format!(
        "You are not authorized to access this endpoint: the role {} lacks the privilege {}; ask an administrator for it.",
        actor.role,
        names.join(" or ")
    );
    Err(Error::rejected(Kind::Forbidden, "role.privilege", text))
}

/// The token names user and role; what the role allows is looked up, so that a change of it counts at once.
async fn by_token(api: &Api, tenant: &Arc<Tenant>, headers: &HeaderMap) -> Result<Actor> {
    let token = text_header(headers, "token").ok_or_else(|| {
        unauthenticated("api.token_missing", "The header token is missing; get a token from POST /api/integration/v1/authenticate.")
    })?;
    let claims = token::verify(token, &api.key, tenant.now())?;
    let tenant = Arc::clone(tenant);
    blocking(move || ports::actor(&tenant, &claims.username, &claims.role)).await
}

async fn by_password(tenant: &Arc<Tenant>, headers: &HeaderMap) -> Result<Actor> {
    let credentials = credentials(headers)?;
    let role = text_header(headers, "role").map(str::to_owned);
    let tenant = Arc::clone(tenant);
    blocking(move || ports::log_in(&tenant, &credentials.user, &credentials.password, role.as_deref(), None)).await
}

/// Reads HTTP Basic credentials.
///
/// # Errors
/// `api.credentials` when there are none or they cannot be read.
pub fn credentials(headers: &HeaderMap) -> Result<Credentials> {
    let refused = || unauthenticated("api.credentials", "Send user name and password as HTTP Basic in the header Authorization.");
    let text = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(refused)?;
    let (scheme, encoded) = text.trim().split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused());
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| refused())?;
    let (user, password) = std::str::from_utf8(&decoded).ok().and_then(|t| t.split_once(':')).ok_or_else(refused)?;
    Ok(Credentials { user: user.to_owned(), password: password.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(value: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        credentials(&headers).ok().map(|c| (c.user, c.password))
    }

    #[test]
    fn basic_credentials_are_read_and_anything_else_refused() {
        let good = format!("Basic {}", STANDARD.encode("api:pass:word"));
        assert_eq!(read(&good), Some(("api".to_owned(), "pass:word".to_owned())));
        assert_eq!(read(&good.replace("Basic", "basic")), Some(("api".to_owned(), "pass:word".to_owned())));
        for bad in ["Basic", "Basic ???", "Bearer abc", "Basic YWJj"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(credentials(&HeaderMap::new()).is_err());
    }
}
