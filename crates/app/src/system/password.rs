//! Secrets: hashing, checking, making.

use accrual_base::{Error, Instant, Result};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Memory of one verification: 19 MiB, two passes, one lane (the OWASP minimum for Argon2id).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long a verified password is remembered.
const REMEMBERED_SECONDS: i64 = 300;
/// Most passwords remembered at once; beyond it the whole memory is dropped, which only costs time.
const REMEMBERED: usize = 10_000;

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|e| Error::fault(format!("argon2 parameters: {e}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a secret with a fresh salt, in the PHC spelling. Takes tens of milliseconds.
///
/// # Errors
/// A fault of the hash function.
pub fn hash(secret: &str) -> Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| Error::fault(format!("argon2 salt: {e}")))?;
    let hash = argon2()?.hash_password(secret.as_bytes(), &salt).map_err(|e| Error::fault(format!("argon2: {e}")))?;
    Ok(hash.to_string())
}

/// Whether a secret belongs to a hash. Takes as long as [`hash`].
///
/// # Errors
/// A fault when the stored hash cannot be read.
pub fn verify(secret: &str, hash: &str) -> Result<bool> {
    let parsed = PasswordHash::new(hash).map_err(|e| Error::fault(format!("a stored password hash cannot be read: {e}")))?;
    match argon2()?.verify_password(secret.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(e) => Err(Error::fault(format!("argon2: {e}"))),
    }
}

/// Spends the time of [`verify`] on a name that does not exist, so that an answer does not tell which names do.
pub fn pretend(secret: &str) {
    drop(hash(secret));
}

/// Letters and digits without those that look alike.
const ALPHABET: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// A random secret of `length` characters, about 5.8 bits each.
pub fn generate(length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let index = usize::from(rand::random::<u8>() & 63);
        if let Some(c) = ALPHABET.get(index) {
            text.push(char::from(*c));
        }
    }
    text
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// 32 bytes from 64 hexadecimal digits.
pub(super) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in out.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(out)
}

/// Passwords verified a short time ago, so that a client that authenticates often does not pay for Argon2 each
/// time. Only a keyed digest is kept, with a key that lives as long as the process; a changed password is
/// another stored hash, hence another digest.
pub struct Verified {
    key: [u8; 32],
    until: Mutex<BTreeMap<[u8; 32], Instant>>,
}

impl Default for Verified {
    fn default() -> Self {
        Self { key: rand::random(), until: Mutex::default() }
    }
}

impl Verified {
    /// As [`verify`], answered from memory when the same secret was verified against the same hash before `now`.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn check(&self, secret: &str, hash: &str, now: Instant) -> Result<bool> {
        let digest = self.digest(secret, hash)?;
        if self.is_remembered(&digest, now) {
            return Ok(true);
        }
        let good = verify(secret, hash)?;
        if good {
            let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
            if until.len() >= REMEMBERED {
                until.clear();
            }
            until.insert(digest, now.plus_seconds(REMEMBERED_SECONDS));
        }
        Ok(good)
    }

    /// Whether [`Verified::check`] would answer at once.
    pub fn remembers(&self, secret: &str, hash: &str, now: Instant) -> bool {
        self.digest(secret, hash).is_ok_and(|digest| self.is_remembered(&digest, now))
    }

    fn is_remembered(&self, digest: &[u8; 32], now: Instant) -> bool {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).get(digest).is_some_and(|until| now < *until)
    }

    fn digest(&self, secret: &str, hash: &str) -> Result<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(|_| Error::fault("an HMAC key was refused"))?;
        mac.update(hash.as_bytes());
        mac.update(&[0]);
        mac.update(secret.as_bytes());
        Ok(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_hash_only() {
        let stored = hash("right").expect("hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("right", &stored).expect("verify"));
        assert!(!verify("wrong", &stored).expect("verify"));
        assert_ne!(stored, hash("right").expect("hash"), "every hash has its own salt");
        assert!(verify("right", "rubbish").is_err());
    }

    #[test]
    fn a_verified_secret_is_remembered_for_five_minutes() {
        let (memory, stored, now) = (Verified::default(), hash("right").expect("hash"), Instant(1_000_000));
        assert!(!memory.check("wrong", &stored, now).expect("check"));
        assert!(!memory.remembers("wrong", &stored, now));
        assert!(memory.check("right", &stored, now).expect("check"));
        assert!(memory.remembers("right", &stored, now.plus_seconds(299)));
        assert!(!memory.remembers("right", &stored, now.plus_seconds(300)));
        assert!(!memory.remembers("right", "another hash", now), "a new password forgets the old one");
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key: [u8; 32] = rand::random();
        assert_eq!(unhex(&hex(&key)), Some(key));
        assert_eq!(unhex("00"), None);
        assert_eq!(unhex(&"x".repeat(64)), None);
    }

    #[test]
    fn generated_secrets_differ() {
        let (a, b) = (generate(40), generate(40));
        assert_eq!((a.len(), b.len()), (40, 40));
        assert_ne!(a, b);
    }
}
