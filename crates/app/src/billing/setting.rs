//! Settings of billing that are plain records: payment terms, tax codes with their rates, communication profiles,
//! exchange rates, recognition rules, accounting rules.

use super::records::{self, Created, View};
use super::{Done, Fields, custom_field, noun, registry};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Day, Error, Instant, Result};
use accrual_model::{Descriptor, Filter, Object, Query, Record, Stored};
use accrual_objects::billing::{Account, CommunicationProfile, PaymentTerm, TaxCode, TaxRate, TaxRatePeriod};
use accrual_store::Read;
use accrual_store::nouns::{self, references, typed};
use serde::Serialize;

/// The nouns this path writes. All others have verbs of their own.
const NOUNS: &[&str] = &[
    "payment_term",
    "tax_code",
    "tax_rate_period",
    "tax_rate",
    "communication_profile",
    "custom_exchange_rate",
    "revenue_recognition_rule",
    "accounting_rules",
    "revenue_automation_start",
];

fn setting(name: &str) -> Result<&'static Descriptor> {
    let descriptor = noun(name)?;
    if NOUNS.contains(&&*descriptor.names.table) {
        return Ok(descriptor);
    }
    Err(Error::not_found("object.unknown", format!("{} is no setting; it has operations of its own.", descriptor.label)))
}

fn is<T: Object>(descriptor: &Descriptor) -> bool {
    descriptor.names.table == T::descriptor().names.table
}

fn find(tx: &mut dyn Read, noun: &str, key: &str) -> Result<View> {
    let descriptor = custom_field::merged(tx, setting(noun)?)?;
    let record = nouns::named(tx, &descriptor, key)?;
    Ok(View { descriptor, record })
}

/// Who may change which setting.
fn may(unit: &Unit<'_>, descriptor: &Descriptor) -> Result<()> {
    unit.actor.permit(match &*descriptor.names.table {
        "revenue_recognition_rule" => const { Permission::named("Manage Revenue Recognition Rule") },
        "accounting_rules" | "revenue_automation_start" => const { Permission::named("Manage Finance Settings") },
        _ => const { Permission::named("Manage Billing Settings") },
    })
}

/// Adds records of a setting, all or none.
#[derive(Serialize)]
pub struct SettingCreate {
    /// Name in any dialect: `payment-terms`, `TaxCode`.
    pub noun: String,
    pub records: Vec<Fields>,
}

impl Command for SettingCreate {
    const OPERATION: &'static str = "setting_create";
    type Output = Vec<Created>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Vec<Created>> {
        may(unit, setting(&self.noun)?)?;
        let descriptor = custom_field::merged(unit.read(), setting(&self.noun)?)?;
        let mut made = Vec::with_capacity(self.records.len());
        for fields in &self.records {
            let values = fields.onto(&descriptor, None)?;
            let record = records::insert(unit, &descriptor, values)?;
            made.push(Created::of(&descriptor, &record));
            after(unit, &descriptor, &record)?;
        }
        Ok(made)
    }
}

/// Changes a record of a setting.
#[derive(Serialize)]
pub struct SettingUpdate {
    pub noun: String,
    /// Id or name.
    pub key: String,
    pub fields: Fields,
}

impl Command for SettingUpdate {
    const OPERATION: &'static str = "setting_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        may(unit, setting(&self.noun)?)?;
        let View { descriptor, record } = find(unit.read(), &self.noun, &self.key)?;
        let values = self.fields.onto(&descriptor, Some(&record.data))?;
        let stored = records::store(unit, &descriptor, &record, values)?;
        after(unit, &descriptor, &stored)?;
        Ok(Done { id: stored.uid })
    }
}

/// Sets a setting of which there is one record, whether or not it was set before.
#[derive(Serialize)]
pub struct SettingSet {
    pub noun: String,
    pub fields: Fields,
}

impl Command for SettingSet {
    const OPERATION: &'static str = "setting_set";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        let noun = setting(&self.noun)?;
        may(unit, noun)?;
        let View { descriptor, record } = only(unit.read(), noun)?;
        if record.id == 0 {
            let record = records::insert(unit, &descriptor, self.fields.onto(&descriptor, None)?)?;
            return Ok(Done { id: record.uid });
        }
        let values = self.fields.onto(&descriptor, Some(&record.data))?;
        Ok(Done { id: records::store(unit, &descriptor, &record, values)?.uid })
    }
}

/// The one record of a setting; one of defaults with the number 0 before it is set.
fn only(tx: &mut dyn Read, noun: &Descriptor) -> Result<View> {
    let descriptor = custom_field::merged(tx, noun)?;
    let stored = nouns::list(tx, &descriptor, &Query { limit: 1, ..Query::default() })?.pop();
    let record = stored.unwrap_or_else(|| Record {
        id: 0,
        uid: String::new(),
        version: 0,
        created_by: String::new(),
        created_at: Instant(0),
        updated_by: String::new(),
        updated_at: Instant(0),
        data: super::fields::fresh(&descriptor),
    });
    Ok(View { descriptor, record })
}

/// Removes a record of a setting that nothing uses.
#[derive(Serialize)]
pub struct SettingDelete {
    pub noun: String,
    /// Id or name.
    pub key: String,
}

impl Command for SettingDelete {
    const OPERATION: &'static str = "setting_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        may(unit, setting(&self.noun)?)?;
        let View { descriptor, record } = find(unit.read(), &self.noun, &self.key)?;
        references::unused(unit.read(), registry()?, &descriptor, &record)?;
        if is::<PaymentTerm>(&descriptor) {
            unused_term(unit, &record.clone().typed()?)?;
        }
        if descriptor.value(&record.data, "used").as_bool() == Some(true) {
            let message = format!("Revenue schedules follow the rule {}; make it inactive instead.", record.title(&descriptor));
            return Err(Error::conflict("object.in_use", message));
        }
        let default = descriptor.value(&record.data, "is_default").as_bool() == Some(true);
        if default {
            let message =
                format!("The {} {} is the default; make another one the default first.", descriptor.label, record.title(&descriptor));
            return Err(Error::conflict("setting.default", message));
        }
        records::remove(unit, &descriptor, &record)?;
        Ok(Done { id: record.uid })
    }
}

/// Accounts name their payment term.
fn unused_term(unit: &mut Unit<'_>, term: &Stored<PaymentTerm>) -> Result<()> {
    let users = Query { limit: 1, ..Query::of(Filter::eq("payment_term", term.name.as_str())) };
    match typed::list::<Account>(unit.read(), &users)?.pop() {
        None => Ok(()),
        Some(account) => {
            let number = account.account_number.as_deref().unwrap_or_default();
            let message = format!("The account {number} has the payment term {}; give it another one first.", term.name);
            Err(Error::conflict("object.in_use", message))
        }
    }
}

/// What must hold among the records of a setting once one is written.
fn after(unit: &mut Unit<'_>, descriptor: &Descriptor, record: &Record) -> Result<()> {
    if is::<PaymentTerm>(descriptor) || is::<CommunicationProfile>(descriptor) {
        one_default(unit, descriptor, record)?;
    }
    if is::<PaymentTerm>(descriptor) {
        let term: Stored<PaymentTerm> = record.clone().typed()?;
        if !term.is_active {
            unused_term(unit, &term)?;
        }
    }
    if is::<TaxRatePeriod>(descriptor) {
        apart(unit, &record.clone().typed()?)?;
    }
    if is::<TaxRate>(descriptor) {
        activate(unit, &record.clone().typed()?)?;
    }
    Ok(())
}

/// A record that becomes the default takes that from the one before; there is always one, and it is in use.
fn one_default(unit: &mut Unit<'_>, descriptor: &Descriptor, record: &Record) -> Result<()> {
    let flag = |r: &Record, field: &str| descriptor.value(&r.data, field).as_bool();
    let defaults = nouns::list(unit.read(), descriptor, &Query::of(Filter::eq("is_default", true)))?;
    if defaults.is_empty() || (flag(record, "is_default") == Some(true) && flag(record, "is_active") == Some(false)) {
        let message = format!("There is always a default {}, and it is in use; make another one the default first.", descriptor.label);
        return Err(Error::conflict("setting.default", message).in_column("isDefault"));
    }
    if flag(record, "is_default") == Some(true) {
        for other in defaults.iter().filter(|r| r.id != record.id) {
            let mut values = other.data.clone();
            records::set(descriptor, &mut values, "is_default", false)?;
            records::store(unit, descriptor, other, values)?;
        }
    }
    Ok(())
}

/// A day has one set of rates of a code.
fn apart(unit: &mut Unit<'_>, period: &Stored<TaxRatePeriod>) -> Result<()> {
    let last = |p: &TaxRatePeriod| p.end_date.unwrap_or(Day::from_epoch(i32::MAX));
    for other in records::children(unit.read(), TaxRatePeriod::descriptor(), "tax_code_id", &period.tax_code_id)? {
        let other: Stored<TaxRatePeriod> = other.typed()?;
        let (Some(start), Some(from)) = (period.start_date, other.start_date) else { continue };
        if other.id != period.id && start <= last(&other.data) && from <= last(&period.data) {
            let message = format!("The tax code has rates from {from} already; end that period before {start} first.");
            return Err(Error::conflict("tax_rate_period.overlap", message).in_column("startDate"));
        }
    }
    Ok(())
}

/// A tax code with rates taxes.
fn activate(unit: &mut Unit<'_>, rate: &Stored<TaxRate>) -> Result<()> {
    let period = records::typed::<TaxRatePeriod>(unit.read(), &rate.tax_rate_period_id)?;
    let View { descriptor, record } = records::require::<TaxCode>(unit.read(), &period.tax_code_id)?;
    let mut values = record.data.clone();
    records::set(&descriptor, &mut values, "active", true)?;
    records::store(unit, &descriptor, &record, values).map(drop)
}

/// A record of a setting by its id or name.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, noun: &str, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| find(tx, noun, key))
}

/// Records of a setting.
///
/// # Errors
/// `role.privilege`; a rejection when the query does not fit the noun.
pub fn list(tenant: &Tenant, context: &Context, noun: &str, query: &Query) -> Result<Vec<View>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let descriptor = custom_field::merged(tx, setting(noun)?)?;
        let all = nouns::list(tx, &descriptor, query)?;
        Ok(all.into_iter().map(|record| View { descriptor: descriptor.clone(), record }).collect())
    })
}

/// The one record of a setting; its defaults before it is set.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn single(tenant: &Tenant, context: &Context, noun: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| only(tx, setting(noun)?))
}
