//! Recognition rules: which one an item follows.

use super::item::product_charge;
use crate::billing::records;
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_ledger::field::RECOGNITION_RULE;
use accrual_ledger::schedule::{Monthly, RecognitionRule, Spread};
use accrual_model::Stored;
use accrual_objects::billing::{AccountingCode, RecognitionModel, RevenueRecognitionRule};
use accrual_store::Read;
use accrual_store::nouns::typed;

/// A rule by its name, for a field that names one.
///
/// # Errors
/// Rejects a name that no active rule has.
pub fn rule_named(tx: &mut dyn Read, name: &str) -> Result<Stored<RevenueRecognitionRule>> {
    let rule = stored_rule(tx, name)?;
    if !rule.active {
        let why = "The revenue recognition rule is not active; name another one or activate it.";
        return Err(RECOGNITION_RULE.rule(why).with_value(name));
    }
    Ok(rule)
}

/// A rule by its name, active or not.
pub(super) fn stored_rule(tx: &mut dyn Read, name: &str) -> Result<Stored<RevenueRecognitionRule>> {
    let missing = || RECOGNITION_RULE.invalid("There is no revenue recognition rule of this name.").with_value(name);
    typed::find::<RevenueRecognitionRule>(tx, "name", name)?.ok_or_else(missing)
}

/// The rule as the ledger sees it.
pub(super) fn model(rule: &RevenueRecognitionRule) -> Result<RecognitionRule> {
    Ok(match rule.recognition_model {
        RecognitionModel::UponInvoicing => RecognitionRule::UponInvoicing,
        RecognitionModel::Daily => RecognitionRule::DailyOverTime,
        RecognitionModel::Monthly => RecognitionRule::MonthlyOverTime(monthly(rule)?),
        RecognitionModel::SpecificDate => RecognitionRule::SpecificDate,
        RecognitionModel::Manually => RecognitionRule::Manual,
        RecognitionModel::Unlimited => RecognitionRule::CustomUnlimited,
    })
}

fn monthly(rule: &RevenueRecognitionRule) -> Result<Monthly> {
    match Spread::named(rule.distribution_type.as_deref())? {
        Spread::Monthly(kind) => Ok(kind),
        Spread::Daily => Err(Error::fault(format!("the monthly rule {} has no monthly distribution", rule.name))),
    }
}

/// Notes that a schedule follows the rule: periods have to fit rules by months from then on.
pub(super) fn mark_used(unit: &mut Unit<'_>, rule: &Stored<RevenueRecognitionRule>) -> Result<()> {
    if rule.used {
        return Ok(());
    }
    let mut changed = rule.clone();
    changed.data.used = true;
    let stamp = unit.stamp();
    typed::update(unit.tx, &changed, stamp).map(drop)
}

/// The ids of the accounting codes of a product charge: for recognised and for deferred revenue.
pub(super) fn codes_of_charge(tx: &mut dyn Read, charge: &str) -> Result<(Option<String>, Option<String>)> {
    let charge = product_charge(tx, charge)?;
    let recognized = match &charge.recognized_revenue_accounting_code_id {
        Some(id) => Some(id.clone()),
        None => code_id(tx, charge.recognized_revenue_account.as_deref())?,
    };
    let deferred = match &charge.deferred_revenue_accounting_code_id {
        Some(id) => Some(id.clone()),
        None => code_id(tx, charge.deferred_revenue_account.as_deref())?,
    };
    Ok((recognized, deferred))
}

/// The id of a code by its name; nothing when nothing is named, or the code is gone.
pub(super) fn code_id(tx: &mut dyn Read, name: Option<&str>) -> Result<Option<String>> {
    let Some(name) = name.filter(|n| !n.is_empty()) else { return Ok(None) };
    Ok(typed::find::<AccountingCode>(tx, "name", name)?.map(|code| code.uid))
}

/// The name of the rule of a product charge; empty when it has none.
///
/// # Errors
/// `role.privilege`; not found.
pub fn rule_of_product_charge(tenant: &Tenant, context: &Context, charge: &str) -> Result<Option<String>> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| Ok(product_charge(tx, charge)?.data.revenue_recognition_rule_name))
}

/// The code of a schedule as responses name it.
pub(super) fn code_named(tx: &mut dyn Read, id: Option<&str>) -> Result<Option<Stored<AccountingCode>>> {
    id.map(|id| records::typed::<AccountingCode>(tx, id)).transpose()
}
