//! Ending an account.

use super::read::has_transactions;
use crate::billing::custom_field::Done;
use crate::billing::records;
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_objects::billing::Account;
use serde::Serialize;

/// Cancels an account: it stays readable, is never billed again and cannot change.
#[derive(Serialize)]
pub struct AccountDelete {
    /// Id or number.
    pub account: String,
}

impl Command for AccountDelete {
    const OPERATION: &'static str = "account_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Delete Accounts") })?;
        let view = records::require::<Account>(unit.read(), &self.account)?;
        if view.text("status") == Some("Canceled") {
            let message = format!("The account {} is canceled already.", view.text("account_number").unwrap_or_default());
            return Err(Error::conflict("account.canceled", message));
        }
        if has_transactions(&view.descriptor, &view.record) {
            let message = "Removing the transactions of an account is not built yet; the account stays as it is.";
            return Err(Error::rejected(Kind::NotBuilt, "account.transactions", message));
        }
        let mut values = view.record.data.clone();
        records::set(&view.descriptor, &mut values, "status", "Canceled")?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}
