//! Fields an administrator adds to nouns of billing (reference section 3.1 of the platform).
//!
//! A definition is a row; the field is a column of the noun's table, made when it is defined. So a custom field is
//! filtered, sorted and stored as a declared one.

use super::records::{self, Created};
use super::{Fields, noun};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Filter, Query, Stored};
use accrual_objects::billing::CustomFieldDefinition;
use accrual_store::nouns::{self, typed};
use accrual_store::{Read, schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Nouns that take custom fields.
const NOUNS: &[&str] = &[
    "account",
    "contact",
    "product",
    "product_rate_plan",
    "product_rate_plan_charge",
    "accounting_code",
    "accounting_period",
    "invoice",
    "invoice_item",
    "taxation_item",
    "credit_memo",
    "credit_memo_item",
    "revenue_schedule",
    "revenue_schedule_item",
    "revenue_event",
    "revenue_event_item",
];

/// The definitions of a noun in the order they were made, deleted ones included.
fn definitions(tx: &mut dyn Read, table: &str) -> Result<Vec<Stored<CustomFieldDefinition>>> {
    typed::list(tx, &Query::of(Filter::eq("object", table)))
}

/// A noun with its custom fields.
///
/// # Errors
/// A fault from the database, or when a definition no longer fits the noun.
pub fn merged(tx: &mut dyn Read, declared: &Descriptor) -> Result<Descriptor> {
    let mut descriptor = declared.clone();
    if NOUNS.contains(&&*declared.names.table) {
        for definition in definitions(tx, &declared.names.table)?.iter().filter(|d| !d.deleted) {
            add(&mut descriptor, definition)?;
        }
    }
    Ok(descriptor)
}

/// As [`merged`], without a copy of a noun that has no custom fields.
///
/// # Errors
/// As there.
pub fn shape(tx: &mut dyn Read, declared: &'static Descriptor) -> Result<Cow<'static, Descriptor>> {
    let [shape] = shapes(tx, [declared])?;
    Ok(shape)
}

/// As [`shape`], of several nouns in one look.
///
/// # Errors
/// As there.
pub fn shapes<const N: usize>(tx: &mut dyn Read, declared: [&'static Descriptor; N]) -> Result<[Cow<'static, Descriptor>; N]> {
    let tables = declared.iter().map(|d| d.names.table.as_ref()).filter(|table| NOUNS.contains(table));
    let filter = Filter::In { field: "object".into(), values: tables.map(Into::into).collect() };
    let definitions = typed::list::<CustomFieldDefinition>(tx, &Query::of(filter))?;
    let mut shapes = declared.map(Cow::Borrowed);
    for shape in &mut shapes {
        let own: Vec<_> = definitions.iter().filter(|d| d.object == *shape.names.table && !d.deleted).collect();
        for definition in own {
            add(shape.to_mut(), definition)?;
        }
    }
    Ok(shapes)
}

fn add(descriptor: &mut Descriptor, definition: &CustomFieldDefinition) -> Result<()> {
    let mut field = definition.field();
    if let Some(text) = &definition.default_value {
        field.default =
            Some(definition.default_from(text).map_err(|why| {
                Error::invalid("custom_field.definition", format!("{}: {why}", definition.name)).in_column("defaultValue")
            })?);
    }
    descriptor.add(field)
}

/// Adds a field to a noun; rows that are there stay empty in it.
#[derive(Serialize)]
pub struct CustomFieldCreate {
    /// Of [`CustomFieldDefinition`].
    pub fields: Fields,
}

impl Command for CustomFieldCreate {
    const OPERATION: &'static str = "custom_field_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        let (descriptor, mut values) = records::draft::<CustomFieldDefinition>(unit, &self.fields)?;
        let object = self.fields.text(&descriptor, "object").unwrap_or_default();
        let declared = noun(object)?;
        records::set(&descriptor, &mut values, "object", declared.names.table.as_ref())?;
        let record = records::insert(unit, &descriptor, values)?;
        let made: Stored<CustomFieldDefinition> = record.clone().typed()?;
        allowed(unit, declared, &made)?;
        let merged = merged(unit.read(), declared)?;
        schema::sync(unit.tx, [&merged])?;
        Ok(Created { id: record.uid, number: None })
    }
}

/// What the noun and the fields it has already allow.
fn allowed(unit: &mut Unit<'_>, declared: &Descriptor, made: &CustomFieldDefinition) -> Result<()> {
    if !NOUNS.contains(&&*declared.names.table) {
        return Err(Error::invalid("custom_field.object", format!("{} takes no custom fields.", declared.label)).in_column("object"));
    }
    let all = definitions(unit.read(), &declared.names.table)?;
    if all.iter().filter(|d| d.name.eq_ignore_ascii_case(&made.name)).count() > 1 {
        let message = format!("{} has, or had, a field {}; names differ in more than case.", declared.label, made.name);
        return Err(Error::conflict("custom_field.exists", message).in_column("name"));
    }
    let kept = all.iter().filter(|d| !d.deleted);
    let (count, filterable) = (kept.clone().count(), kept.filter(|d| d.filterable).count());
    limit(declared, count, CustomFieldDefinition::MOST, "custom fields")?;
    limit(declared, filterable, CustomFieldDefinition::MOST_FILTERABLE, "custom fields that can be filtered by")?;
    if made.required {
        no_records(unit, declared, &made.name)?;
    }
    Ok(())
}

fn limit(declared: &Descriptor, count: usize, most: usize, what: &str) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    Err(Error::conflict("custom_field.limit", format!("{} has at most {most} {what}.", declared.label)))
}

/// Records that are there would miss the field.
fn no_records(unit: &mut Unit<'_>, declared: &Descriptor, name: &str) -> Result<()> {
    if nouns::list(unit.read(), declared, &Query { limit: 1, ..Query::default() })?.is_empty() {
        return Ok(());
    }
    let message = format!("{name} cannot be required: there are {} records without it. Make it optional.", declared.label);
    Err(Error::conflict("custom_field.required", message).in_column("required"))
}

/// Changes a field: label, options, bounds, default, whether it is required or can be filtered by.
#[derive(Serialize)]
pub struct CustomFieldUpdate {
    /// The id of the definition.
    pub id: String,
    pub fields: Fields,
}

/// Nothing but that it was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub id: String,
}

impl Command for CustomFieldUpdate {
    const OPERATION: &'static str = "custom_field_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        let view = records::require::<CustomFieldDefinition>(unit.read(), &self.id)?;
        let old: Stored<CustomFieldDefinition> = view.record.clone().typed()?;
        let values = self.fields.onto(&view.descriptor, Some(&view.record.data))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        let new: Stored<CustomFieldDefinition> = after.typed()?;
        let declared = noun(&new.object)?;
        if new.required && !old.required {
            no_records(unit, declared, &new.name)?;
        }
        let shorter = old.max_length.zip(new.max_length).is_some_and(|(was, is)| is < was);
        if shorter {
            return Err(Error::conflict("custom_field.length", "A field may get longer, not shorter.").in_column("maxLength"));
        }
        let filterable = definitions(unit.read(), &declared.names.table)?.iter().filter(|d| d.filterable && !d.deleted).count();
        limit(declared, filterable, CustomFieldDefinition::MOST_FILTERABLE, "custom fields that can be filtered by")?;
        Ok(Done { id: new.uid.clone() })
    }
}

/// Takes a field away. Its name stays taken, because its values stay stored.
#[derive(Serialize)]
pub struct CustomFieldDelete {
    /// The id of the definition.
    pub id: String,
}

impl Command for CustomFieldDelete {
    const OPERATION: &'static str = "custom_field_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Manage Billing Settings") })?;
        let view = records::require::<CustomFieldDefinition>(unit.read(), &self.id)?;
        let mut values = view.record.data.clone();
        records::set(&view.descriptor, &mut values, "deleted", true)?;
        records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: view.record.uid })
    }
}

/// The custom fields of a noun, in the order they were added.
///
/// # Errors
/// Not found for an unknown noun.
pub fn list(tx: &mut dyn Read, object: &str) -> Result<Vec<Stored<CustomFieldDefinition>>> {
    Ok(definitions(tx, &noun(object)?.names.table)?.into_iter().filter(|d| !d.deleted).collect())
}
