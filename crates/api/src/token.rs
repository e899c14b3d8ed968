//! The token of the integration interface: a signed JSON Web Token that lives 30 minutes.

use accrual_base::error::Kind;
use accrual_base::{Error, Instant, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Seconds a token lives.
pub const LIFETIME: i64 = 30 * 60;
const ISSUER: &str = "Accrual Webservices";

/// What a token says. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub username: String,
    pub role: String,
    pub clientname: String,
    pub clientid: i64,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub iss: String,
}

impl Claims {
    /// Claims that begin now.
    pub fn new(username: &str, role: &str, clientname: &str, now: Instant) -> Self {
        let iat = seconds(now);
        Self {
            username: username.to_owned(),
            role: role.to_owned(),
            clientname: clientname.to_owned(),
            clientid: crate::CLIENT_ID,
            iat,
            nbf: iat,
            exp: iat + LIFETIME,
            iss: ISSUER.to_owned(),
        }
    }
}

fn seconds(now: Instant) -> i64 {
    now.0.div_euclid(1_000_000)
}

/// Signs claims with HMAC-SHA256.
///
/// # Errors
/// A fault when the claims cannot be written.
pub fn issue(claims: &Claims, key: &[u8]) -> Result<String> {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(key))
        .map_err(|e| Error::fault_from("a token could not be signed", e))
}

/// Reads a token: signature and issuer, not its times.
///
/// # Errors
/// `api.token` when it is not ours.
pub fn read(token: &str, key: &[u8]) -> Result<Claims> {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    decode::<Claims>(token, &DecodingKey::from_secret(key), &rules)
        .ok()
        .map(|data| data.claims)
        .filter(|claims| claims.iss == ISSUER)
        .ok_or_else(|| unauthenticated("api.token", "The token is not valid; authenticate again to get a new one."))
}

/// Tokens kept in memory, at most.
const KEPT: usize = 1_024;

/// Tokens that were found good, with what they say: a client sends the same one for thirty minutes. Whether its time
/// is over, and what its user may do, is asked each time all the same.
#[derive(Default)]
pub struct Known(RwLock<HashMap<String, Arc<Claims>>>);

impl Known {
    /// As [`read`].
    ///
    /// # Errors
    /// As there.
    pub fn read(&self, token: &str, key: &[u8]) -> Result<Arc<Claims>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(token).map(Arc::clone);
        if let Some(claims) = known {
            return Ok(claims);
        }
        let claims = Arc::new(read(token, key)?);
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(token.to_owned(), Arc::clone(&claims));
        Ok(claims)
    }
}

/// Compares the times of a token with the tenant's clock, the clock it was made with.
///
/// # Errors
/// `api.token_expired` when its time is over or has not come.
pub fn check_time(claims: &Claims, now: Instant) -> Result<()> {
    let now = seconds(now);
    if now >= claims.exp || now < claims.nbf {
        return Err(unauthenticated("api.token_expired", "The token has expired; authenticate again to get a new one."));
    }
    Ok(())
}

/// A refusal that asks for credentials.
pub fn unauthenticated(code: &'static str, message: &str) -> Error {
    Error::rejected(Kind::Unauthenticated, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_700_000_000_000_000);

    #[test]
    fn a_token_lives_thirty_minutes() {
        let claims = Claims::new("api", "API Role", "Default", NOW);
        let token = issue(&claims, b"key").unwrap();
        assert_eq!(read(&token, b"key").unwrap(), claims);
        assert_eq!(claims.exp - claims.iat, 1800);
        assert!(check_time(&claims, NOW).is_ok());
        assert!(check_time(&claims, NOW.plus_seconds(1799)).is_ok());
        assert!(check_time(&claims, NOW.plus_seconds(-1)).is_err());
        let late = check_time(&claims, NOW.plus_seconds(1800)).unwrap_err();
        assert_eq!(late.rejection().unwrap().code, "api.token_expired");
    }

    #[test]
    fn a_token_that_is_known_reads_the_same_and_one_that_is_not_ours_is_never_known() {
        let (known, claims) = (Known::default(), Claims::new("api", "API Role", "Default", NOW));
        let token = issue(&claims, b"key").unwrap();
        for _ in 0..2 {
            assert_eq!(*known.read(&token, b"key").unwrap(), claims);
            assert!(known.read(&format!("{token}x"), b"key").is_err());
        }
        for n in 0..KEPT {
            let user = format!("user {n}");
            let one = issue(&Claims::new(&user, "API Role", "Default", NOW), b"key").unwrap();
            assert_eq!(known.read(&one, b"key").unwrap().username, user);
        }
        assert!(known.0.read().unwrap().len() <= KEPT);
    }

    #[test]
    fn another_key_another_algorithm_and_a_changed_byte_are_refused() {
        let token = issue(&Claims::new("api", "API Role", "Default", NOW), b"key").unwrap();
        assert!(read(&token, b"other").is_err());
        let mut changed = token.clone().into_bytes();
        let middle = token.find('.').unwrap() + 5;
        changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
        assert!(read(std::str::from_utf8(&changed).unwrap(), b"key").is_err());
        // {"typ":"JWT","alg":"none"} with no signature
        let payload = token.split('.').nth(1).unwrap();
        assert!(read(&format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.{payload}."), b"key").is_err());
        for text in ["", ".", "..", "a.b.c"] {
            assert!(read(text, b"key").is_err());
        }
    }
}
