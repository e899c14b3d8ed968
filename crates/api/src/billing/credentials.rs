//! Who asks: a bearer token, the two key headers of old clients, or HTTP Basic.

use super::headers;
use super::refusal::{BAD_CREDENTIALS, Category, Refusal};
use crate::authorise;
use crate::call::{blocking, text_header};
use crate::server::Api;
use crate::table::Operation;
use accrual_app::system::{Access, CLIENT_ID, DEFAULT_TENANT, Entity, Session};
use accrual_base::{Error, Instant, Result};
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
    pub tenant: String,
    /// The one entity the token was narrowed to; it is good for all of its user's when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    pub jti: String,
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    /// Claims of a client that begin now.
    pub fn new(client: &str, access: &Access, entity: Option<String>, jti: &str) -> Self {
        let iat = seconds(access.home.now());
        Self {
            iss: ISSUER.to_owned(),
            sub: client.to_owned(),
            tenant: access.home.name.clone(),
            entity,
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

/// Whether a request brings a bearer token and no other credentials.
pub fn token_alone(headers: &HeaderMap) -> bool {
    bearer(headers).is_some() && !headers.contains_key(KEY) && !headers.contains_key(SECRET)
}

/// Whether a request brings credentials of any kind.
pub fn any(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key(KEY) || headers.contains_key(SECRET)
}

/// The session of a request: who asks, in which entity.
///
/// # Errors
/// 401 without good credentials; 403 when the tenant's API is off, the client belongs to nobody, or the entity is not one
/// the token is good for; 400 when there are several entities and none is named.
pub async fn session(api: &Api, operation: &Operation, headers: &HeaderMap) -> Result<Session, Refusal> {
    let found = match bearer(headers) {
        Some(token) => by_token(api, token),
        None => by_keys(api, headers).await.map(|access| (access, None)),
    };
    let (access, narrowed) = found.map_err(|error| Refusal::of(&error, operation))?;
    let entity = choose(&access.entities, narrowed.as_deref(), headers::entity(headers)?)?;
    let tenant = if entity.store == access.home.name {
        Arc::clone(&access.home)
    } else {
        api.system.tenant(&entity.store).map_err(|error| Refusal::of(&error, operation))?
    };
    Ok(Session { tenant, actor: access.actor, home: access.home })
}

/// The session of a bearer token in the tenant of its user, for what concerns all its entities.
///
/// # Errors
/// As [`accrual_app::System::access`]; `login.credentials` for a token that is none or has ended.
pub fn at_home(api: &Api, headers: &HeaderMap) -> Result<Session> {
    let (access, _) = by_token(api, bearer(headers).ok_or_else(unknown)?)?;
    Ok(Session::at_home(access.home, access.actor))
}

/// The entity of a request: the one it names, else the only one there is.
fn choose<'e>(entities: &'e [Entity], narrowed: Option<&str>, named: Option<String>) -> Result<&'e Entity, Refusal> {
    let mut good = entities.iter().filter(|e| narrowed.is_none_or(|id| id == e.id));
    match named {
        Some(id) => good.find(|e| e.id == id).ok_or_else(wrong_entity),
        None => match (good.next(), good.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(wrong_entity()),
            (Some(_), Some(_)) => {
                let text = "These credentials are good for several entities; name one in the header Zuora-Entity-Ids.";
                Err(Refusal::new(Category::MissingParameter, text))
            }
        },
    }
}

/// The refusal of an entity that is unknown or not open to who asks.
pub fn wrong_entity() -> Refusal {
    let refused = Refusal::new(Category::Permission, "The entity of Zuora-Entity-Ids is not one this token may work in.");
    Refusal { code: BAD_CREDENTIALS, ..refused.at_gateway() }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text_header(headers, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn unknown() -> Error {
    crate::token::unauthenticated("login.credentials", "Authentication error")
}

/// What the user may do is looked up each time, so that a change of it counts soon.
fn by_token(api: &Api, token: &str) -> Result<(Access, Option<String>)> {
    let claims = Claims::read(token, api.system.sign_key()).ok_or_else(unknown)?;
    let access = api.system.access(&claims.tenant, &claims.sub)?;
    if !claims.lives(access.home.now()) {
        return Err(unknown());
    }
    Ok((access, claims.entity))
}

/// Name and password of a user, or id and secret of a client, on each request.
async fn by_keys(api: &Api, headers: &HeaderMap) -> Result<Access> {
    let (user, password) = match (text_header(headers, KEY), text_header(headers, SECRET)) {
        (Some(user), Some(password)) => (user.to_owned(), password.to_owned()),
        (None, None) => authorise::credentials(headers).map(|c| (c.user, c.password))?,
        _ => return Err(unknown()),
    };
    let system = Arc::clone(&api.system);
    if user.len() == CLIENT_ID {
        return blocking(move || system.access_by_client(&user, &password)).await;
    }
    let tenant = text_header(headers, "clientname").unwrap_or(DEFAULT_TENANT).to_owned();
    blocking(move || system.access_by_password(&tenant, &user, &password)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(id: &str) -> Entity {
        Entity { id: id.to_owned(), name: id.to_owned(), store: id.to_owned(), parent: None, enabled: true }
    }

    #[test]
    fn one_entity_is_implied_and_of_several_one_is_named() {
        let (one, two) = ([entity("a")], [entity("a"), entity("b")]);
        let chosen = |entities: &[Entity], narrowed: Option<&str>, named: Option<&str>| {
            choose(entities, narrowed, named.map(str::to_owned)).map(|e| e.id.clone()).map_err(|r| r.status.as_u16())
        };
        assert_eq!(chosen(&one, None, None), Ok("a".to_owned()));
        assert_eq!(chosen(&two, None, None), Err(400));
        assert_eq!(chosen(&two, None, Some("b")), Ok("b".to_owned()));
        assert_eq!(chosen(&two, Some("a"), None), Ok("a".to_owned()));
        assert_eq!(chosen(&two, Some("a"), Some("b")), Err(403));
        assert_eq!(chosen(&two, None, Some("c")), Err(403));
        assert_eq!(chosen(&two, Some("c"), None), Err(403));
    }
}
