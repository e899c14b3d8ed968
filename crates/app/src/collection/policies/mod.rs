//! What an administrator set up, as the values collection works with.

mod pob;
mod ssp;

use super::accounts::AccountDefaults;
use accrual_base::{Currency, Error, Result};
use accrual_objects::accounting::{AccountAssignment, Book};
use accrual_objects::administration::{KnownProfile, Profile};
use accrual_objects::revenue::{Duration, GroupingTemplate};
use accrual_revenue::grouping;
use accrual_revenue::policy::{AllocationCurrency, Policies};
use accrual_store::Read;
use accrual_store::nouns::typed;
use std::collections::BTreeMap;

/// Everything a collection follows.
#[derive(Clone, Debug)]
pub struct CollectionPolicies {
    pub engine: Policies,
    /// The grouping template's id and rules.
    pub template_id: i64,
    pub grouping: Vec<grouping::Rule>,
    /// The book contracts are made in.
    pub book_id: i64,
    pub accounts: AccountDefaults,
}

/// Loads what an organisation's collection follows. `template` names the grouping template; the default one when empty.
///
/// # Errors
/// `collection.template` for an unknown or disabled grouping template; `collection.setup` when something the
/// set-up names is missing.
pub fn load(tx: &mut dyn Read, org: i64, template: Option<&str>) -> Result<CollectionPolicies> {
    let template = grouping_template(tx, template)?;
    let (book_id, book) = primary_book(tx)?;
    let profiles = Profiles::load(tx)?;
    let reporting = profiles.reporting()?;
    let (templates, rules) = pob::load(tx)?;
    let engine = Policies {
        templates,
        pob: rules,
        ssp: ssp::load(tx, &template.1.ssp_hierarchy)?,
        allow_overstated_invoice: profiles.is("ALLOW_OVERSTATED_INVOICE")?,
        allocate_within_range: profiles.is("ALLOC_WITHIN_FV_TRANS")?,
        allocation_enabled: book.allocation_enabled,
        credit_order_line: false,
        allocation_currency: match profiles.value("MULTI_CURR_FV_REPORT_LEVEL")?.as_str() {
            "Reporting Currency" => AllocationCurrency::Reporting,
            _ => AllocationCurrency::LowestCommon,
        },
        reporting,
    };
    let grouping = grouping_rules(template.1);
    Ok(CollectionPolicies { engine, template_id: template.0, grouping, book_id, accounts: accounts(tx, org)? })
}

/// The rules rows group by under the default template; nothing when no template is the default.
///
/// # Errors
/// A fault from the database.
pub(crate) fn default_grouping(tx: &mut dyn Read) -> Result<Option<Vec<grouping::Rule>>> {
    match grouping_template(tx, None) {
        Ok((_, template)) => Ok(Some(grouping_rules(template))),
        Err(Error::Rejected(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn grouping_rules(template: GroupingTemplate) -> Vec<grouping::Rule> {
    let rule = |r: accrual_objects::revenue::GroupingRule| grouping::Rule {
        fields: r.fields,
        window: match r.duration {
            Duration::Always => grouping::Window::Always,
            Duration::CreationPeriod => grouping::Window::CreationPeriod,
        },
    };
    template.rules.into_iter().map(rule).collect()
}

fn grouping_template(tx: &mut dyn Read, name: Option<&str>) -> Result<(i64, GroupingTemplate)> {
    let all = typed::all::<GroupingTemplate>(tx)?;
    let name = name.map(str::trim).filter(|n| !n.is_empty());
    let wanted = |t: &GroupingTemplate| match name {
        Some(name) => t.name.eq_ignore_ascii_case(name),
        None => t.default_template,
    };
    let found = all.into_iter().find(|t| wanted(&t.data) && t.data.enabled);
    found.map(|t| (t.id, t.data)).ok_or_else(|| match name {
        Some(name) => Error::not_found("collection.template", "There is no enabled RC template of this name.").with_value(name),
        None => Error::not_found("collection.template", "No grouping template is the default; make one the default or name one."),
    })
}

/// The primary book and its id.
///
/// # Errors
/// `collection.setup` when there is none.
pub(crate) fn primary_book(tx: &mut dyn Read) -> Result<(i64, Book)> {
    let book = typed::all::<Book>(tx)?.into_iter().find(|b| b.data.primary_book);
    book.map(|b| (b.id, b.data)).ok_or_else(|| missing("No book is the primary one."))
}

/// Something the set-up must have and has not.
fn missing(what: impl Into<String>) -> Error {
    Error::conflict("collection.setup", what)
}

/// The configuration profiles of a tenant.
pub(crate) struct Profiles(BTreeMap<String, String>);

impl Profiles {
    /// # Errors
    /// A fault from the database.
    pub fn load(tx: &mut dyn Read) -> Result<Self> {
        Ok(Self(typed::all::<Profile>(tx)?.into_iter().map(|p| (p.data.name, p.data.value)).collect()))
    }
    /// The value of a profile; that of a new tenant when it was never set.
    ///
    /// # Errors
    /// A fault for a profile the product does not know.
    pub fn value(&self, name: &str) -> Result<String> {
        if let Some(value) = self.0.get(name) {
            return Ok(value.clone());
        }
        let known = KnownProfile::named(name).ok_or_else(|| Error::fault(format!("there is no profile {name}")))?;
        Ok(known.default.to_owned())
    }
    /// # Errors
    /// As [`Profiles::value`].
    pub fn is(&self, name: &str) -> Result<bool> {
        Ok(self.value(name)? == "Y")
    }
    /// # Errors
    /// As [`Profiles::value`]; `collection.setup` when it is no currency.
    pub fn reporting(&self) -> Result<Currency> {
        let code = self.value("REPORTING_CURRENCY")?;
        Currency::named(&code).ok_or_else(|| missing(format!("The profile REPORTING_CURRENCY holds {code:?}, which is no currency.")))
    }
}

fn accounts(tx: &mut dyn Read, org: i64) -> Result<AccountDefaults> {
    let mut defaults = AccountDefaults::default();
    for row in typed::all::<AccountAssignment>(tx)? {
        let AccountAssignment { organization, company_code, account_type, segments } = row.data;
        if let (true, Some(letter)) = (organization == org, account_type.chars().next()) {
            defaults.0.entry(company_code.unwrap_or_default()).or_default().insert(letter, segments);
        }
    }
    Ok(defaults)
}
