//! Configuration: the nouns an administrator creates, changes and deletes.

use crate::tenant::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};

/// Id and name of every enabled organisation.
///
/// # Errors
/// A fault from the database.
pub fn organisations(_: &Tenant) -> Result<Vec<(i64, String)>> {
    Err(Error::rejected(Kind::NotBuilt, "config.not_built", "Configuration is not built yet."))
}
