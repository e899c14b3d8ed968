//! Accounting codes (reference section 5.1 of receivables and accounting).

use super::Fields;
use super::custom_field::Done;
use super::records::{self, Created, View};
use super::registry;
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Filter, Query, TextEnum, Values};
use accrual_objects::billing::{AccountingCode, AccountingCodeStatus, AccountingCodeType, ProductRatePlanCharge};
use accrual_store::nouns::{self, references, typed};
use serde::Serialize;

/// Adds a code; it is active at once.
#[derive(Serialize)]
pub struct AccountingCodeCreate {
    /// Of [`AccountingCode`].
    pub fields: Fields,
}

impl Command for AccountingCodeCreate {
    const OPERATION: &'static str = "accounting_code_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Create Accounting Code") })?;
        let (descriptor, mut values) = records::draft::<AccountingCode>(unit, &self.fields)?;
        category(&descriptor, &mut values)?;
        let record = records::insert(unit, &descriptor, values)?;
        one_receivable(unit)?;
        Ok(Created::of(&descriptor, &record))
    }
}

/// The category follows from the type.
fn category(descriptor: &Descriptor, values: &mut Values) -> Result<()> {
    match descriptor.value(values, "type").as_text().and_then(AccountingCodeType::named) {
        Some(kind) => records::set(descriptor, values, "category", kind.category().text()),
        None => Ok(()),
    }
}

fn one_receivable(unit: &mut Unit<'_>) -> Result<()> {
    let receivable = Query { limit: 2, ..Query::of(Filter::eq("type", AccountingCodeType::AccountsReceivable.text())) };
    if typed::list::<AccountingCode>(unit.read(), &receivable)?.len() == 1 {
        return Ok(());
    }
    Err(Error::conflict("accounting_code.receivable", "There is exactly one code of the type AccountsReceivable.").in_column("type"))
}

/// Changes a code that nothing uses yet.
#[derive(Serialize)]
pub struct AccountingCodeUpdate {
    /// Id or name.
    pub code: String,
    pub fields: Fields,
}

impl Command for AccountingCodeUpdate {
    const OPERATION: &'static str = "accounting_code_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Accounting Code") })?;
        let view = records::require::<AccountingCode>(unit.read(), &self.code)?;
        let mut values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        category(&view.descriptor, &mut values)?;
        references::unused(unit.read(), registry()?, &view.descriptor, &view.record)?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        one_receivable(unit)?;
        Ok(Done { id: after.uid })
    }
}

/// Switches a code on, or off so that it is assigned no more.
#[derive(Serialize)]
pub struct AccountingCodeSwitch {
    /// Id or name.
    pub code: String,
    pub active: bool,
}

impl Command for AccountingCodeSwitch {
    const OPERATION: &'static str = "accounting_code_switch";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Accounting Code") })?;
        let view = records::require::<AccountingCode>(unit.read(), &self.code)?;
        if !self.active {
            if view.text("type") == Some(AccountingCodeType::AccountsReceivable.text()) {
                let message = "The code of accounts receivable cannot be deactivated.";
                return Err(Error::conflict("accounting_code.receivable", message));
            }
            references::unused(unit.read(), registry()?, &view.descriptor, &view.record)?;
        }
        let status = if self.active { AccountingCodeStatus::Active } else { AccountingCodeStatus::Inactive };
        let mut values = view.record.data.clone();
        records::set(&view.descriptor, &mut values, "status", status.text())?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// Removes a code that is switched off and that nothing uses.
#[derive(Serialize)]
pub struct AccountingCodeDelete {
    /// Id or name.
    pub code: String,
}

impl Command for AccountingCodeDelete {
    const OPERATION: &'static str = "accounting_code_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Delete Unused Accounting Code") })?;
        let view = records::require::<AccountingCode>(unit.read(), &self.code)?;
        if view.text("status") != Some(AccountingCodeStatus::Inactive.text()) {
            let message = format!("The accounting code {} is active; deactivate it first.", view.text("name").unwrap_or_default());
            return Err(Error::conflict("accounting_code.active", message));
        }
        references::unused(unit.read(), registry()?, &view.descriptor, &view.record)?;
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

/// The codes of a product charge that the revenue side books to.
#[derive(Serialize)]
pub struct RevenueAccountsSet {
    /// Id or number of a product rate plan charge.
    pub charge: String,
    /// Names of codes by the field of the request.
    pub accounts: Vec<(&'static str, String)>,
}

/// The field of a request, the field of the charge, and the types the code may have.
const REVENUE_ACCOUNTS: [(&str, &str, &[AccountingCodeType]); 6] = {
    use AccountingCodeType as T;
    [
        ("adjustmentLiabilityAccount", "adjustment_liability_accounting_code_id", &[T::AdjustmentLiabilities]),
        ("adjustmentRevenueAccount", "adjustment_revenue_accounting_code_id", &[T::AdjustmentRevenue]),
        ("contractAssetAccount", "contract_asset_accounting_code_id", &[T::ContractAssets]),
        ("contractLiabilityAccount", "contract_liability_accounting_code_id", &[T::ContractLiabilities]),
        ("recognizedRevenueAccount", "contract_recognized_revenue_accounting_code_id", &[T::SalesRevenue, T::OtherRevenue]),
        ("unbilledReceivablesAccount", "unbilled_receivables_accounting_code_id", &[T::UnbilledReceivables]),
    ]
};

impl Command for RevenueAccountsSet {
    const OPERATION: &'static str = "revenue_accounts_set";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Accounting Code") })?;
        let view = records::by_any_key::<ProductRatePlanCharge>(unit.read(), &self.charge)?;
        let mut values = view.record.data.clone();
        for (field, name) in &self.accounts {
            let known = REVENUE_ACCOUNTS.iter().find(|(of, ..)| of == field);
            let (_, ours, types) = known.ok_or_else(|| Error::fault(format!("{field} is no account of a charge")))?;
            let missing = || Error::invalid("accounting_code.name", "There is no accounting code of this name.");
            let code = typed::find::<AccountingCode>(unit.read(), "name", name.as_str())?;
            let code = code.ok_or_else(missing).map_err(|e| e.in_column(*field).with_value(name))?;
            if code.status != AccountingCodeStatus::Active || !types.contains(&code.r#type) {
                let wanted: Vec<&str> = types.iter().map(|t| t.text()).collect();
                let message = format!("This takes an active accounting code of the type {}.", wanted.join(" or "));
                return Err(Error::invalid("accounting_code.type", message).in_column(*field).with_value(name));
            }
            records::set(&view.descriptor, &mut values, ours, code.uid.as_str())?;
        }
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// A page of codes.
///
/// # Errors
/// `role.privilege`; a rejection when the query does not fit.
pub fn list(tenant: &Tenant, context: &Context, query: &Query) -> Result<Vec<View>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let descriptor = records::descriptor::<AccountingCode>(tx)?;
        let all = nouns::list(tx, &descriptor, query)?;
        Ok(all.into_iter().map(|record| View { descriptor: descriptor.clone(), record }).collect())
    })
}

/// A code by its id or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::require::<AccountingCode>(tx, key))
}
