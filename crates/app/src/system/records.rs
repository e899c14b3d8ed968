//! Tables of the system store and of a tenant's, and the key that signs.

use super::password;
use crate::config;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::Object;
use accrual_objects::administration::AsyncRequest;
use accrual_store::nouns::typed;
use accrual_store::{Commit, Lane, migrate, schema};
use serde::Serialize;

/// A secret of the whole system. Never shown.
#[derive(Clone, Debug, Object)]
#[object(label = "System Key")]
struct SystemKey {
    #[field(unique, fixed, max = 60)]
    name: String,
    /// 64 hexadecimal digits.
    #[field(secret, read_only)]
    value: Option<String>,
}

const SIGNING: &str = "signing";

/// Brings the system store to the newest schema.
///
/// # Errors
/// A fault from the database.
pub(super) fn prepare_system(home: &Tenant) -> Result<()> {
    migrate::run(&home.store)?;
    home.store.write(Lane::Small, |tx| {
        let registry = accrual_objects::system_registry()?;
        schema::sync(tx, registry.iter().map(AsRef::as_ref))?;
        schema::sync(tx, [SystemKey::descriptor()]).map(Commit::Keep)
    })
}

/// Brings a tenant's store to the newest schema.
///
/// # Errors
/// A fault from the database.
pub(super) fn prepare_tenant(tenant: &Tenant) -> Result<()> {
    migrate::run(&tenant.store)?;
    tenant.store.write(Lane::Small, |tx| schema::sync(tx, config::registry()?.iter().map(AsRef::as_ref)).map(Commit::Keep))?;
    tenant.store.write(Lane::Small, |tx| schema::sync(tx, [AsyncRequest::descriptor()]).map(Commit::Keep))?;
    crate::billing::prepare(tenant)
}

/// The key that signs tokens and URLs, made the first time.
///
/// # Errors
/// A fault from the database, or when the stored key is not one.
pub(super) fn sign_key(home: &Tenant) -> Result<[u8; 32]> {
    let stored = home.store.read(|tx| typed::find::<SystemKey>(tx, "name", SIGNING))?.and_then(|k| k.data.value);
    let text = match stored {
        Some(text) => text,
        None => execute_blocking(home, &Context::system("first start"), MakeKey { value: password::hex(&rand::random::<[u8; 32]>()) })?,
    };
    password::unhex(&text).ok_or_else(|| Error::fault("the stored signing key is not 64 hexadecimal digits"))
}

/// Stores the key, unless another process was faster; answers the one that counts.
#[derive(Serialize)]
struct MakeKey {
    #[serde(skip)]
    value: String,
}

impl Command for MakeKey {
    const OPERATION: &'static str = "system_key_make";
    type Output = String;

    fn run(self, unit: &mut Unit<'_>) -> Result<String> {
        if let Some(value) = typed::find::<SystemKey>(unit.read(), "name", SIGNING)?.and_then(|k| k.data.value) {
            return Ok(value);
        }
        let key = SystemKey { name: SIGNING.to_owned(), value: Some(self.value.clone()) };
        let stamp = unit.stamp();
        let stored = typed::create(unit.tx, None, &key, stamp)?;
        unit.audit("SystemKey", stored.id, None, Some(&serde_json::json!({"name": SIGNING})))?;
        Ok(self.value)
    }
}
