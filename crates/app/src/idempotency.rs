//! Repeated commands: the first answer is stored with its key and answered again for 24 hours.
//!
//! Successes and refusals are stored alike. Not stored: faults, refusals before the command ran, and
//! `Busy`, which asks to try again.

use crate::tenant::Tenant;
use accrual_base::error::{Kind, Place, Rejection};
use accrual_base::{Error, Instant, Result};
use accrual_store::idempotency::{self as store, Stored};
use accrual_store::{Commit, Lane, Read, Write};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// How long an answer is replayed.
const KEPT_SECONDS: i64 = 24 * 3600;
/// Longest key.
const KEY_LENGTH: usize = 255;

/// A key with what it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    key: String,
    operation: &'static str,
    request_hash: String,
}

#[derive(Serialize, Deserialize)]
enum Answer<T> {
    Ok(T),
    Rejected(Refusal),
}

#[derive(Serialize, Deserialize)]
struct Refusal {
    code: String,
    kind: String,
    message: String,
    line: Option<u64>,
    column: Option<String>,
    value: Option<String>,
}

impl Key {
    /// # Errors
    /// Rejects an empty key and one of more than 255 characters.
    pub(crate) fn new<C: Serialize>(key: &str, operation: &'static str, command: &C) -> Result<Self> {
        if key.is_empty() || key.chars().count() > KEY_LENGTH {
            return Err(Error::invalid("idempotency.key", format!("An idempotency key has 1 to {KEY_LENGTH} characters.")).with_value(key));
        }
        let request = serde_json::to_vec(command).map_err(|e| Error::fault_from("a command could not be written as JSON", e))?;
        let hash = Sha256::digest(&request);
        Ok(Self { key: key.to_owned(), operation, request_hash: hash.iter().map(|b| format!("{b:02x}")).collect() })
    }

    /// The stored answer, when the key was used in the last 24 hours.
    ///
    /// # Errors
    /// The stored refusal, or a conflict `idempotency.mismatch` when the key stood for another command.
    pub(crate) fn replay<T: DeserializeOwned>(&self, tx: &mut dyn Read, now: Instant) -> Result<Option<T>> {
        let Some(stored) = store::find(tx, &self.key)? else { return Ok(None) };
        if stored.at < now.plus_seconds(-KEPT_SECONDS) {
            return Ok(None);
        }
        if stored.operation != self.operation || stored.request_hash != self.request_hash {
            return Err(Error::conflict(
                "idempotency.mismatch",
                format!("The idempotency key was used for another request ({}); use a new key for a new request.", stored.operation),
            )
            .with_value(&self.key));
        }
        match serde_json::from_str(&stored.answer).map_err(|e| Error::fault_from("a stored answer could not be read", e))? {
            Answer::Ok(value) => Ok(Some(value)),
            Answer::Rejected(refusal) => Err(refusal.into_error()?),
        }
    }

    pub(crate) fn store_success<T: Serialize>(&self, tx: &mut dyn Write, now: Instant, output: &T) -> Result<()> {
        self.store(tx, now, &Answer::Ok(output))
    }

    /// Stores a refusal, unless another call with the key was faster.
    pub(crate) fn store_refusal(&self, tx: &mut dyn Write, now: Instant, refusal: &Rejection) -> Result<()> {
        match store::find(tx.as_read(), &self.key)? {
            Some(stored) if stored.at >= now.plus_seconds(-KEPT_SECONDS) => Ok(()),
            _ => self.store(tx, now, &Answer::<()>::Rejected(Refusal::of(refusal))),
        }
    }

    fn store<T: Serialize>(&self, tx: &mut dyn Write, now: Instant, answer: &Answer<T>) -> Result<()> {
        let answer = serde_json::to_string(answer).map_err(|e| Error::fault_from("an answer could not be written as JSON", e))?;
        store::store(
            tx,
            &self.key,
            &Stored { operation: self.operation.to_owned(), request_hash: self.request_hash.clone(), at: now, answer },
        )
    }
}

/// A request of an interface that keeps whole answers, beside what its commands keep.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub key: String,
    /// What was asked: method and URL.
    pub target: String,
    /// A hash of what was sent.
    pub request_hash: String,
}

/// The answer an interface kept for a request in the last 24 hours.
///
/// # Errors
/// `idempotency.mismatch` when the key stood for another target or another content; a fault from the database.
pub async fn recall(tenant: &Tenant, exchange: Exchange) -> Result<Option<String>> {
    let now = tenant.now();
    let read = move |tx: &mut dyn Write| store::find(tx.as_read(), &exchange.key).map(|stored| Commit::Keep((exchange, stored)));
    let (exchange, stored) = tenant.store.write_async(Lane::Small, read).await?;
    let Some(stored) = stored.filter(|s| s.at >= now.plus_seconds(-KEPT_SECONDS)) else { return Ok(None) };
    if stored.operation != exchange.target || stored.request_hash != exchange.request_hash {
        let text = "The idempotency key was used for another request; use a new key for a new request.";
        return Err(Error::conflict("idempotency.mismatch", text));
    }
    Ok(Some(stored.answer))
}

/// Keeps the answer of a request for 24 hours.
///
/// # Errors
/// A fault from the database.
pub async fn keep(tenant: &Tenant, exchange: Exchange, answer: String) -> Result<()> {
    let stored = Stored { operation: exchange.target, request_hash: exchange.request_hash, at: tenant.now(), answer };
    tenant.store.write_async(Lane::Small, move |tx| store::store(tx, &exchange.key, &stored).map(Commit::Keep)).await
}

/// Deletes the answers that are too old to be replayed; answers how many. Safe at any time.
///
/// # Errors
/// A fault from the database.
pub fn sweep(tenant: &Tenant) -> Result<u64> {
    let before = tenant.now().plus_seconds(-KEPT_SECONDS);
    tenant.store.write(Lane::Small, move |tx| store::sweep(tx, before).map(Commit::Keep))
}

/// Whether a refusal is an answer of the command, to be replayed.
pub(crate) fn is_storable(error: &Error) -> Option<&Rejection> {
    error.rejection().filter(|r| !matches!(r.kind, Kind::Busy | Kind::Unauthenticated) && r.code != "idempotency.mismatch")
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Invalid, "invalid"),
    (Kind::NotFound, "not_found"),
    (Kind::Conflict, "conflict"),
    (Kind::Unauthenticated, "unauthenticated"),
    (Kind::Forbidden, "forbidden"),
    (Kind::Busy, "busy"),
    (Kind::NotBuilt, "not_built"),
];

impl Refusal {
    fn of(r: &Rejection) -> Self {
        Self {
            code: r.code.to_owned(),
            kind: KINDS.iter().find(|(kind, _)| *kind == r.kind).map_or("invalid", |(_, name)| name).to_owned(),
            message: r.message.clone(),
            line: r.place.line,
            column: r.place.column.clone(),
            value: r.place.value.clone(),
        }
    }

    fn into_error(self) -> Result<Error> {
        let kind = KINDS.iter().find(|(_, name)| *name == self.kind).map(|(kind, _)| *kind);
        let kind = kind.ok_or_else(|| Error::fault(format!("a stored refusal has the unknown kind {}", self.kind)))?;
        Ok(Error::Rejected(Box::new(Rejection {
            code: intern(&self.code),
            kind,
            message: self.message,
            place: Place { line: self.line, column: self.column, value: self.value, ..Place::default() },
        })))
    }
}

/// Codes are static text. The few that come back from the store are kept once each for the life of the
/// process; they all were written by this program, so their number is bounded by its source.
fn intern(code: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = codes.get(code) {
        return known;
    }
    let leaked: &'static str = Box::leak(code.to_owned().into_boxed_str());
    codes.insert(leaked);
    leaked
}
