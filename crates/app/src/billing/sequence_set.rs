//! Sequence sets: how the documents of some accounts are numbered (reference section 12.4).

use super::Fields;
use super::custom_field::Done;
use super::numbers::counter;
use super::records::{self, Created, Listing, View};
use crate::context::{Context, Permission, Privilege};
use crate::execute::Command;
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Filter, Object, Query, Stored};
use accrual_objects::billing::{Account, DEFAULT_SET, DocumentNumbers, SequenceSet};
use accrual_store::nouns::typed;
use accrual_store::sequence;
use serde::Serialize;

/// Most sets of one request.
const MOST: usize = 100;

/// Adds sets, all or none.
#[derive(Serialize)]
pub struct SequenceSetCreate {
    /// Of [`SequenceSet`].
    pub sets: Vec<Fields>,
}

/// The structure of one part of a set, for [`Fields`].
///
/// # Errors
/// A fault when it cannot be written.
pub fn part(prefix: &str, start_number: i64) -> Result<accrual_model::Value> {
    let numbers = DocumentNumbers { prefix: prefix.to_owned(), start_number };
    Ok(accrual_model::Value::Json(crate::unit::json(&numbers)?))
}

impl Command for SequenceSetCreate {
    const OPERATION: &'static str = "sequence_set_create";
    type Output = Vec<Created>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Vec<Created>> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        if self.sets.is_empty() || self.sets.len() > MOST {
            let message = format!("1 to {MOST} sequence sets are created at once, not {}.", self.sets.len());
            return Err(Error::invalid("sequence_set.count", message).in_column("sets"));
        }
        let mut made = Vec::with_capacity(self.sets.len());
        for (at, fields) in self.sets.iter().enumerate() {
            made.push(create(unit, fields).map_err(|e| records::within(e, &format!("sets[{at}]")))?);
        }
        Ok(made)
    }
}

fn create(unit: &mut Unit<'_>, fields: &Fields) -> Result<Created> {
    let (descriptor, values) = records::draft::<SequenceSet>(unit, fields)?;
    let record = records::insert(unit, &descriptor, values)?;
    let created = Created::of(&descriptor, &record);
    numbers_are_free(unit, &record.typed()?, None)?;
    Ok(created)
}

/// Prefixes belong to one type of document, in every set; numbers given are not given again.
fn numbers_are_free(unit: &mut Unit<'_>, set: &Stored<SequenceSet>, before: Option<&SequenceSet>) -> Result<()> {
    let others: Vec<_> = typed::all::<SequenceSet>(unit.read())?.into_iter().filter(|s| s.id != set.id).collect();
    for (part, numbers) in set.parts() {
        let column = SequenceSet::descriptor().field(part).map_or("", |f| f.name());
        let elsewhere = |other: &&Stored<SequenceSet>| other.parts().iter().any(|(p, n)| *p != part && n.prefix == numbers.prefix);
        if let Some(other) = others.iter().find(elsewhere) {
            let message = format!("The prefix {:?} numbers another type of document in the set {}.", numbers.prefix, other.name);
            return Err(Error::conflict("sequence_set.prefix", message).in_column(column));
        }
        let unchanged = before.is_some_and(|b| b.parts().contains(&(part, numbers)));
        let next = sequence::next(unit.read(), &counter(&numbers.prefix))?;
        if !unchanged && numbers.start_number < next {
            let message = format!("Numbers below {next} of the prefix {:?} are used; start there or above.", numbers.prefix);
            return Err(Error::conflict("sequence_set.start_number", message).in_column(column));
        }
    }
    Ok(())
}

/// Changes a set; documents that have a number keep it.
#[derive(Serialize)]
pub struct SequenceSetUpdate {
    /// Id, name.
    pub set: String,
    pub fields: Fields,
}

impl Command for SequenceSetUpdate {
    const OPERATION: &'static str = "sequence_set_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        let view = records::by_any_key::<SequenceSet>(unit.read(), &self.set)?;
        let before = SequenceSet::from_values(view.record.data.clone())?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after: Stored<SequenceSet> = records::store(unit, &view.descriptor, &view.record, values)?.typed()?;
        if before.name == DEFAULT_SET && (after.name != DEFAULT_SET || after.payment.is_none() || after.refund.is_none()) {
            let message = "The default set keeps its name and numbers every type of document.";
            return Err(Error::conflict("sequence_set.default", message).in_column("name"));
        }
        numbers_are_free(unit, &after, Some(&before))?;
        Ok(Done { id: after.uid.clone() })
    }
}

/// Removes a set that no account has.
#[derive(Serialize)]
pub struct SequenceSetDelete {
    /// Id, name.
    pub set: String,
}

impl Command for SequenceSetDelete {
    const OPERATION: &'static str = "sequence_set_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        let view = records::by_any_key::<SequenceSet>(unit.read(), &self.set)?;
        if view.text("name") == Some(DEFAULT_SET) {
            return Err(Error::conflict("sequence_set.default", "The default sequence set cannot be deleted."));
        }
        let assigned = Query { limit: 1, ..Query::of(Filter::eq("sequence_set_id", view.record.uid.as_str())) };
        if let Some(account) = typed::list::<Account>(unit.read(), &assigned)?.pop() {
            let number = account.account_number.as_deref().unwrap_or_default();
            let message = format!("The account {number} has this sequence set; give it another one first.");
            return Err(Error::conflict("sequence_set.in_use", message));
        }
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}

/// A set by its id, name or number.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<View> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| records::by_any_key::<SequenceSet>(tx, key))
}

/// Sets in the order they were made; that of a name or number when one is given.
///
/// # Errors
/// `role.privilege`.
pub fn list(tenant: &Tenant, context: &Context, name: Option<&str>, page: Query) -> Result<Listing> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    let either = |key: &str| Filter::Any(vec![Filter::eq("name", key), Filter::eq("sequence_set_number", key)]);
    let filter = name.map_or(page.filter, either);
    tenant.store.read(|tx| records::list::<SequenceSet>(tx, &Query { filter, ..page }))
}
