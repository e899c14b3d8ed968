//! The rows of the system store.

use super::directory::Directory;
use crate::tenant::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_store::{Read, StoreHandle, migrate};

/// Brings the system store to the newest schema.
///
/// # Errors
/// A fault from the database.
pub(super) fn prepare(store: &StoreHandle) -> Result<()> {
    migrate::run(store).map(drop)
}

/// Users, roles, clients and tenants.
///
/// # Errors
/// A fault from the database.
pub(super) fn directory(_: &mut dyn Read) -> Result<Directory> {
    Err(not_built())
}

/// The key that signs tokens and URLs, made the first time.
///
/// # Errors
/// A fault from the database.
pub(super) fn sign_key(_: &Tenant) -> Result<[u8; 32]> {
    Err(not_built())
}

fn not_built() -> Error {
    Error::rejected(Kind::NotBuilt, "system.not_built", "The system store is not built yet.")
}
