//! Billing to revenue: a posted document writes its lines into the stage of the revenue sub-ledger, in the transaction
//! that posts it (reference sections 7.1 to 7.3). The next collection makes contracts and schedules of them.
//!
//! Switched on per tenant by the profile `BILLING_TO_REVENUE`. What is mapped to what is decided here alone.

mod line;

pub use line::{Accounts, Document, PostedItem};

use crate::Unit;
use crate::upload::{live, profile};
use accrual_base::Result;
use accrual_store::Read;

/// Whether posted documents flow to the revenue side.
///
/// # Errors
/// A fault from the database.
pub fn on(tx: &mut dyn Read) -> Result<bool> {
    Ok(profile(tx, "BILLING_TO_REVENUE")? == "Y")
}

/// Stages the lines of a document that is being posted. Nothing when the flow is off; items kept out of revenue
/// accounting are left out by the caller ([`PostedItem`] says which).
///
/// # Errors
/// `upload.setup` when the revenue side cannot take lines, so that the document is not posted either; a fault.
pub fn post(unit: &mut Unit<'_>, document: &Document<'_>, items: &[PostedItem<'_>]) -> Result<()> {
    if !on(unit.read())? {
        return Ok(());
    }
    let mut rows = items.iter().map(|item| line::row(unit.read(), document, item)).collect::<Result<Vec<_>>>()?;
    live::stage(unit, &mut rows).map(|_| ())
}
