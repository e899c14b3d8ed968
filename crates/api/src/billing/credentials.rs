//! Who asks: a bearer token, the two key headers of old clients, or HTTP Basic.

use super::refusal::{Category, Refusal};
use crate::authorise;
use crate::call::{blocking, text_header};
use crate::server::Api;
use crate::table::{Operation, Scope};
use accrual_app::Privilege;
use accrual_app::system::{self, CLIENT_ID, DEFAULT_TENANT, Login, Session};
use accrual_base::{Error, Instant, Result};
use accrual_model::TextEnum;
use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Seconds a token lives.
pub const LIFETIME: i64 = 3_600;
const ISSUER: &str = "Accrual Billing";
const KEY: &str = "apiaccesskeyid";
const SECRET: &str = "apisecretaccesskey";

/// What a billing token says. Times are seconds since 1970. Its issuer keeps it apart from tokens of the revenue
/// interface, which are signed with the same key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    /// The id of the API client.
    pub sub: String,
    pub role: String,
    pub tenant: String,
    pub jti: String,
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    /// Claims of a session that begin now.
    pub fn new(client: &str, session: &Session, jti: &str) -> Self {
        let iat = seconds(session.tenant.now());
        Self {
            iss: ISSUER.to_owned(),
            sub: client.to_owned(),
            role: session.actor.role.clone(),
            tenant: session.tenant.name.clone(),
            jti: jti.to_owned(),
            iat,
            exp: iat + LIFETIME,
        }
    }
    /// The signed text.
    ///
    /// # Errors
    /// A fault when it cannot be signed.
    pub fn sign(&self, key: &[u8]) -> Result<String> {
        encode(&Header::new(Algorithm::HS256), self, &EncodingKey::from_secret(key))
            .map_err(|e| Error::fault_from("a token could not be signed", e))
    }
    /// The claims of a text that we signed; its times are not looked at.
    pub fn read(token: &str, key: &[u8]) -> Option<Self> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        decode::<Self>(token, &DecodingKey::from_secret(key), &rules).ok().map(|data| data.claims).filter(|c| c.iss == ISSUER)
    }
    /// Whether the token lives at this time.
    pub fn lives(&self, now: Instant) -> bool {
        (self.iat..self.exp).contains(&seconds(now))
    }
}

fn seconds(now: Instant) -> i64 {
    now.0.div_euclid(1_000_000)
}

/// Whether a request brings credentials of any kind.
pub fn any(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(KEY) || headers.contains_key(SECRET)
}

/// The session of a request, checked against what its row asks for.
///
/// # Errors
/// 401 without good credentials, 403 when the role is not enough or the tenant's API is off.
pub async fn session(api: &Api, operation: &Operation, headers: &HeaderMap) -> Result<Session, Refusal> {
    let found = match bearer(headers) {
        Some(token) => by_token(api, token),
        None => by_keys(api, headers).await,
    };
    let session = found.map_err(|error| Refusal::of(&error, operation))?;
    allowed(&session, operation.scope)?;
    Ok(session)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text_header(headers, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn unknown() -> Error {
    crate::token::unauthenticated("login.credentials", "Authentication error")
}

/// What the role allows is looked up each time, so that a change of it counts soon.
fn by_token(api: &Api, token: &str) -> Result<Session> {
    let Claims { sub, role, tenant, iat, exp, .. } = Claims::read(token, api.system.sign_key()).ok_or_else(unknown)?;
    let session = api.system.session(&system::Claims { user: sub, role, client_name: tenant })?;
    if !(iat..exp).contains(&seconds(session.tenant.now())) {
        return Err(unknown());
    }
    Ok(session)
}

/// Name and password of a user, or id and secret of a client, on each request.
async fn by_keys(api: &Api, headers: &HeaderMap) -> Result<Session> {
    let (user, password) = match (text_header(headers, KEY), text_header(headers, SECRET)) {
        (Some(user), Some(password)) => (user.to_owned(), password.to_owned()),
        (None, None) => authorise::credentials(headers).map(|c| (c.user, c.password))?,
        _ => return Err(unknown()),
    };
    let system = Arc::clone(&api.system);
    if user.len() == CLIENT_ID {
        return blocking(move || system.log_in_client(&user, &password)).await;
    }
    let client_name = text_header(headers, "clientname").unwrap_or(DEFAULT_TENANT).to_owned();
    let role = system.directory(&client_name).ok().and_then(|d| role(&d, &user)).unwrap_or_default();
    system.authenticate(Login { user, password, role, client_name }).await
}

/// These clients name no role: the first of the user's that may write, else the first.
fn role(directory: &system::Directory, user: &str) -> Option<String> {
    let roles = &directory.user(user)?.roles;
    let writes = |name: &&String| {
        let role = directory.role(name).filter(|r| r.enabled);
        role.is_some_and(|r| r.privileges.iter().any(|p| Privilege::parse(p.text()) == Some(Privilege::WebservicesInbound)))
    };
    roles.iter().find(writes).or_else(|| roles.first()).cloned()
}

fn allowed(session: &Session, scope: Scope) -> Result<(), Refusal> {
    use Privilege::{Administrator, WebservicesInbound, WebservicesOutbound};
    let any: &[Privilege] = match scope {
        Scope::BillingRead => &[WebservicesOutbound, WebservicesInbound, Administrator],
        _ => &[WebservicesInbound, Administrator],
    };
    if any.iter().any(|p| session.actor.privileges.contains(p)) {
        return Ok(());
    }
    let text = format!("The role {} does not allow this operation; ask an administrator for API write access.", session.actor.role);
    Err(Refusal::new(Category::Permission, text).at_gateway())
}
