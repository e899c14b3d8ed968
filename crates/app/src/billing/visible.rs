//! Which records a request sees: those of the organizations of its user, narrowed by the request (reference section 1.3).
//!
//! An account belongs to one organization at most; whatever hangs on an account is seen as the account is. Configuration
//! (the catalog, accounting codes and periods, rules) hangs on no account and is seen by everybody. An account without
//! an organization is seen by those who see all.

use super::registry;
use crate::context::{Actor, Organisations};
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Filter, Object, Record, Text, Value, Values};
use accrual_objects::administration::Organization;
use accrual_objects::billing::Account;
use accrual_store::Read;
use accrual_store::nouns::{self, typed};

const ORGANIZATION: &str = "organization_id";

/// By which field a record hangs on another, the closest to an account first. A field that may be empty comes last.
const PARENTS: [(&str, &str); 10] = [
    ("account_id", "account"),
    ("invoice_id", "invoice"),
    ("credit_memo_id", "credit_memo"),
    ("debit_memo_id", "debit_memo"),
    ("subscription_id", "subscription"),
    ("order_id", "order"),
    ("payment_id", "payment"),
    ("revenue_schedule_id", "revenue_schedule"),
    ("revenue_event_id", "revenue_event"),
    ("invoice_item_id", "invoice_item"),
];
/// Steps from a record to its account at most.
const FAR: usize = 5;

/// Whether an actor sees the accounts of an organization.
pub fn sees(actor: &Actor, organization: Option<&str>) -> bool {
    match &actor.organisations {
        Organisations::All => true,
        Organisations::These(numbers) => organization.is_some_and(|id| numbers.iter().any(|n| Organization::uid(*n) == id)),
    }
}

/// What a list of an object must also meet for this actor; nothing when the actor sees all, or the object hangs on no
/// account. Every list and query that a client can ask for is narrowed by it.
pub fn narrowed(actor: &Actor, descriptor: &Descriptor) -> Option<Filter> {
    let Organisations::These(numbers) = &actor.organisations else { return None };
    let steps = steps(descriptor)?;
    Some(Filter::Reaches { steps, field: ORGANIZATION.into(), values: numbers.iter().map(|n| Organization::uid(*n)).collect() })
}

/// A filter together with [`narrowed`].
pub fn and(actor: &Actor, descriptor: &Descriptor, filter: Filter) -> Filter {
    match narrowed(actor, descriptor) {
        Some(narrowed) => Filter::All(vec![filter, narrowed]),
        None => filter,
    }
}

/// Refuses a record of an organization the actor does not see, as if it did not exist.
///
/// # Errors
/// `object.not_found`; a fault from the database.
pub fn record(tx: &mut dyn Read, actor: &Actor, descriptor: &Descriptor, data: &Values) -> Result<()> {
    if actor.organisations == Organisations::All {
        return Ok(());
    }
    match organization(tx, descriptor, data, FAR)? {
        Place::Nowhere => Ok(()),
        Place::In(organization) if sees(actor, organization.as_deref()) => Ok(()),
        Place::In(_) => Err(Error::not_found("object.not_found", format!("There is no such {}.", descriptor.label))),
    }
}

/// As [`record`], for an account by its id.
///
/// # Errors
/// As [`record`].
pub fn account(tx: &mut dyn Read, actor: &Actor, id: &str) -> Result<()> {
    match nouns::get_by_uid(tx, Account::descriptor(), id)? {
        Some(found) => record(tx, actor, Account::descriptor(), &found.data),
        None => Ok(()),
    }
}

/// As [`record`], for every record a path names: `…/accounts/A00000001/…`, `…/object/invoice/{id}`. What names nothing is
/// left to the operation.
///
/// # Errors
/// As [`record`].
pub fn path(tx: &mut dyn Read, actor: &Actor, segments: &[String]) -> Result<()> {
    for pair in segments.windows(2) {
        let [noun, key] = pair else { continue };
        let Some(descriptor) = named(noun)? else { continue };
        if let Some(found) = look_up(tx, descriptor, key)? {
            record(tx, actor, descriptor, &found.data)?;
        }
    }
    Ok(())
}

/// The organization of a new account: the one given, that of the request, or the only one the actor sees.
///
/// # Errors
/// `account.organization` for one the actor does not see, or when the actor sees several and none is named.
pub fn of_new_account(actor: &Actor, given: Option<&str>) -> Result<Option<String>> {
    let refused = |text: &str| Err(Error::invalid("account.organization", text).in_column("organizationLabel"));
    let wanted = given.map(str::to_owned).or_else(|| actor.works_for.map(Organization::uid));
    match (&actor.organisations, wanted) {
        (_, Some(id)) if sees(actor, Some(&id)) => Ok(Some(id)),
        (_, Some(_)) => refused("This organization does not exist or is not yours."),
        (Organisations::All, None) => Ok(None),
        (Organisations::These(numbers), None) => match numbers.iter().collect::<Vec<_>>().as_slice() {
            [only] => Ok(Some(Organization::uid(**only))),
            _ => refused("Name the organization of the account: you see several. Zuora-Working-Org names one for every new account."),
        },
    }
}

/// The id of an organization by its label, or by its id.
///
/// # Errors
/// `account.organization` when there is none or it is disabled.
pub fn labelled(tx: &mut dyn Read, label: &str) -> Result<String> {
    let all = typed::all::<Organization>(tx)?;
    let found = all.iter().find(|o| o.enabled && (o.name == label || Organization::uid(o.id) == label.replace('-', "").to_lowercase()));
    found.map(|o| Organization::uid(o.id)).ok_or_else(|| {
        Error::invalid("account.organization", "There is no organization of this label.").in_column("organizationLabel").with_value(label)
    })
}

/// Where a record stands.
enum Place {
    /// It hangs on no account.
    Nowhere,
    /// The organization of its account.
    In(Option<String>),
}

fn organization(tx: &mut dyn Read, descriptor: &Descriptor, data: &Values, left: usize) -> Result<Place> {
    if descriptor.names.table == "account" {
        return Ok(Place::In(descriptor.value(data, ORGANIZATION).as_text().map(str::to_owned)));
    }
    let Some((field, parent)) = parent(descriptor) else { return Ok(Place::Nowhere) };
    let found = match descriptor.value(data, field) {
        Value::Text(id) if left > 0 => nouns::get_by_uid(tx, parent, id)?,
        _ => None,
    };
    match found {
        Some(above) => organization(tx, parent, &above.data, left - 1),
        // what belongs to nobody is seen by those who see all
        None => Ok(Place::In(None)),
    }
}

/// The field by which a record hangs on another, and the object of that.
fn parent(descriptor: &Descriptor) -> Option<(&'static str, &'static Descriptor)> {
    let candidates = || PARENTS.iter().filter_map(|(field, table)| descriptor.field(field).map(|f| (f.required, *field, *table)));
    let (_, field, table) = candidates().find(|(required, ..)| *required).or_else(|| candidates().next())?;
    let above = registry().ok()?.find(table).ok()?;
    (above.names.table != descriptor.names.table).then_some((field, above.as_ref()))
}

/// The references from an object to its account; nothing when there are none.
fn steps(descriptor: &Descriptor) -> Option<Vec<(Text, Text)>> {
    let (mut steps, mut at) = (Vec::new(), descriptor);
    while at.names.table != "account" {
        let (field, above) = parent(at)?;
        if steps.len() == FAR {
            return None;
        }
        steps.push((Text::Borrowed(field), above.names.table.clone()));
        at = above;
    }
    Some(steps)
}

/// The object a segment of a path names, when its records hang on accounts: `credit-memos`, `creditmemos`, `CreditMemo`.
fn named(segment: &str) -> Result<Option<&'static Descriptor>> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(segment);
    let found = registry()?.iter().find(|d| plain(&d.names.table) == wanted || plain(&d.plural) == wanted);
    Ok(found.map(AsRef::as_ref).filter(|d| steps(d).is_some()))
}

/// The record of an id or of the value of a unique field.
fn look_up(tx: &mut dyn Read, descriptor: &Descriptor, key: &str) -> Result<Option<Record>> {
    if let Some(found) = nouns::get_by_uid(tx, descriptor, key)? {
        return Ok(Some(found));
    }
    for field in descriptor.fields.iter().filter(|f| f.unique && f.kind.holds(&Value::from(key))) {
        if let Some(found) = nouns::find(tx, descriptor, &field.names.table, &Value::from(key))? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_objects::billing::{AccountingCode, Contact, InvoiceItem, TaxationItem};

    #[test]
    fn documents_reach_their_account_and_configuration_does_not() {
        let path = |d: &Descriptor| steps(d).map(|s| s.iter().map(|(f, _)| f.to_string()).collect::<Vec<_>>().join(" "));
        assert_eq!(path(Account::descriptor()).as_deref(), Some(""));
        assert_eq!(path(Contact::descriptor()).as_deref(), Some("account_id"));
        assert_eq!(path(InvoiceItem::descriptor()).as_deref(), Some("invoice_id account_id"));
        assert_eq!(path(TaxationItem::descriptor()).as_deref(), Some("invoice_id account_id"));
        assert_eq!(path(AccountingCode::descriptor()), None);
        assert!(named("invoices").unwrap().is_some() && named("CreditMemo").unwrap().is_some() && named("creditmemos").unwrap().is_some());
        assert!(named("v1").unwrap().is_none() && named("accounting-codes").unwrap().is_none());
    }

    #[test]
    fn an_actor_sees_the_organizations_it_has() {
        let some = Actor { organisations: Organisations::These([2].into()), ..Actor::system() };
        let (one, two) = (Organization::uid(1), Organization::uid(2));
        assert!(sees(&some, Some(&two)) && !sees(&some, Some(&one)) && !sees(&some, None));
        assert!(sees(&Actor::system(), None) && sees(&Actor::system(), Some(&one)));
        assert_eq!(of_new_account(&some, None).unwrap(), Some(two.clone()));
        assert!(of_new_account(&some, Some(&one)).is_err());
        assert_eq!(of_new_account(&Actor::system(), None).unwrap(), None);
        let two_of_them = Actor { organisations: Organisations::These([1, 2].into()), ..Actor::system() };
        assert!(of_new_account(&two_of_them, None).is_err());
        assert_eq!(of_new_account(&Actor { works_for: Some(2), ..two_of_them }, None).unwrap(), Some(two));
    }
}
