//! Who asks, and whether they may.

use crate::billing;
use crate::call::text_header;
use crate::server::Api;
use crate::table::{Operation, Scope};
use crate::token::{self, unauthenticated};
use accrual_app::system::{self, DEFAULT_TENANT, Login, Session};
use accrual_app::{Permission, Privilege};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The operations that reading the audit trail is enough for.
const AUDIT: &str = "Audit";
const AUDIT_TRAIL: Permission = Permission::named("Audit Trail Access");

/// The role of administrators who name none.
const ADMINISTRATOR: &str = "Administrator";

/// User name and password of HTTP Basic.
pub struct Credentials {
    pub user: String,
    pub password: String,
}

/// Checks what the row of an operation asks for. Answers no session for operations that need none or check
/// credentials or a signature themselves.
///
/// # Errors
/// `Unauthenticated` without good credentials, `Forbidden` when the role is not enough.
pub async fn authorise(api: &Api, operation: &Operation, headers: &HeaderMap) -> Result<Option<Session>> {
    let session = match operation.scope {
        Scope::Open | Scope::Basic | Scope::Signed => return Ok(None),
        Scope::Administrator if bearer(headers) => billing::credentials::at_home(api, headers)?,
        Scope::Administrator if text_header(headers, "token").is_none() => by_password(api, headers).await?,
        _ => by_token(api, headers)?,
    };
    let any: &[Privilege] = match operation.scope {
        Scope::Administrator => &[Privilege::Administrator],
        Scope::Inbound => &[Privilege::WebservicesInbound],
        Scope::Outbound => &[Privilege::WebservicesOutbound],
        _ => &[Privilege::WebservicesInbound, Privilege::WebservicesOutbound],
    };
    let trail = operation.group == AUDIT && session.actor.permissions.contains(AUDIT_TRAIL);
    if trail || any.iter().any(|p| session.actor.privileges.contains(p)) {
        return Ok(Some(session));
    }
    let names: Vec<&str> = any.iter().map(|p| p.name()).collect();
    let text = format!(
        "You are not authorized to access this endpoint: the role {} lacks the privilege {}; ask an administrator for it.",
        session.actor.role,
        names.join(" or ")
    );
    Err(Error::rejected(Kind::Forbidden, "role.privilege", text))
}

/// The token names user, role and tenant; what the role allows is looked up, so that a change of it counts soon.
fn by_token(api: &Api, headers: &HeaderMap) -> Result<Session> {
    let token = text_header(headers, "token").ok_or_else(|| {
        unauthenticated("api.token_missing", "The header token is missing; get a token from POST /api/integration/v1/authenticate.")
    })?;
    let claims = api.tokens.read(token, api.system.sign_key())?;
    // the tenant's own clock decides: it is the clock the token was made with
    let (user, role, client_name) = (claims.username.clone(), claims.role.clone(), claims.clientname.clone());
    // known by heart: no thread of its own for this
    let session = api.system.session(&system::Claims { user, role, client_name })?;
    token::check_time(&claims, session.tenant.now())?;
    Ok(session)
}

/// Whether a request brings a token of the billing interface.
fn bearer(headers: &HeaderMap) -> bool {
    text_header(headers, "authorization").and_then(|v| v.split_once(' ')).is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
}

async fn by_password(api: &Api, headers: &HeaderMap) -> Result<Session> {
    let Credentials { user, password } = credentials(headers)?;
    let role = text_header(headers, "role").unwrap_or(ADMINISTRATOR).to_owned();
    let client_name = text_header(headers, "clientname").unwrap_or(DEFAULT_TENANT).to_owned();
    api.system.authenticate(Login { user, password, role, client_name }).await
}

/// Refuses everything of a tenant whose API service is off, also what would be refused for another reason.
///
/// # Errors
/// `tenant.api_off`.
pub fn refuse_when_off(api: &Api, headers: &HeaderMap) -> Result<()> {
    let by_token = text_header(headers, "token").and_then(|t| api.tokens.read(t, api.system.sign_key()).ok()).map(|c| c.clientname.clone());
    let named = by_token.or_else(|| text_header(headers, "clientname").map(str::to_owned));
    let tenant = match named {
        Some(name) => api.system.open_tenants().into_iter().find(|t| t.name.eq_ignore_ascii_case(&name)),
        None => Some(api.system.open_tenants()).filter(|open| open.len() == 1).and_then(|mut open| open.pop()),
    };
    if tenant.is_some_and(|t| !t.settings().api_enabled) {
        return Err(system::api_is_off());
    }
    Ok(())
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
