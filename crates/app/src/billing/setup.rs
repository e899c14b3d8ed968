//! What billing needs before its first verb.

use super::query::SavedQuery;
use super::registry;
use crate::context::Context;
use crate::execute::{Command, execute_blocking};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_model::{Descriptor, Object};
use accrual_objects::billing::{DEFAULT_SET, SequenceSet};
use accrual_store::nouns::{self, typed};
use accrual_store::{Commit, Lane, schema};
use serde::Serialize;

/// Makes the tables of billing, and gives a tenant that never had them their first records. Safe to run at every
/// start: the default sequence set cannot be deleted, so it tells whether they were given.
///
/// # Errors
/// A fault from the database.
pub(crate) fn prepare(tenant: &Tenant) -> Result<()> {
    tenant.store.write(Lane::Small, |tx| schema::sync(tx, tables()?).map(Commit::Keep))?;
    super::document::prepare(tenant)?;
    if tenant.store.read(|tx| typed::find::<SequenceSet>(tx, "name", DEFAULT_SET))?.is_some() {
        return super::accounting_period::recover(tenant);
    }
    execute_blocking(tenant, &Context::system("first start"), BillingSeed {})
}

/// The nouns, and what billing keeps besides.
fn tables() -> Result<impl Iterator<Item = &'static Descriptor>> {
    Ok(registry()?.iter().map(AsRef::as_ref).chain([SavedQuery::descriptor()]))
}

#[derive(Serialize)]
struct BillingSeed {}

impl Command for BillingSeed {
    const OPERATION: &'static str = "billing_seed";
    type Output = ();

    fn run(self, unit: &mut Unit<'_>) -> Result<()> {
        let stamp = unit.stamp();
        let made = nouns::seed(unit.tx, &accrual_objects::billing::defaults()?, stamp)?;
        unit.audit("Tenant", "billing", None, Some(&serde_json::json!({"records": made})))
    }
}
