//! Writing objects by name, as older calls do (reference sections 2.2 and 2.3 of the platform): every change goes
//! through the verb that knows the noun's rules and who may do it.

use super::object::noun;
use crate::billing::account::{AccountCreate, AccountDelete, AccountUpdate, ContactOf};
use crate::billing::accounting_code::{AccountingCodeCreate, AccountingCodeDelete, AccountingCodeUpdate};
use crate::billing::accounting_period::{AccountingPeriodCreate, AccountingPeriodDelete, AccountingPeriodUpdate};
use crate::billing::catalog::{
    ChargeCreate, ChargeDelete, ChargeUpdate, ProductCreate, ProductDelete, ProductUpdate, RatePlanCreate, RatePlanDelete, RatePlanUpdate,
};
use crate::billing::contact::{ContactCreate, ContactDelete, ContactUpdate};
use crate::billing::custom_field::Done;
use crate::billing::records::{self, Created};
use crate::billing::{Fields, custom_field};
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_model::{Access, Object, Value};
use accrual_objects::billing::ProductRatePlanChargeTier as Tier;
use serde::Serialize;
use std::collections::BTreeMap;

/// Values of a new or changed object; of embedded lists, those of their elements, by the name of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Given {
    pub fields: Fields,
    pub parts: BTreeMap<String, Vec<Fields>>,
}

/// The list of prices in a charge.
pub const TIERS: &str = "ProductRatePlanChargeTierData";

type Create = fn(Given, &mut Unit<'_>) -> Result<Created>;
type Update = fn(String, Given, &mut Unit<'_>) -> Result<Done>;
type Delete = fn(String, &mut Unit<'_>) -> Result<Done>;

/// What can be done to the objects of one noun.
pub struct Verbs {
    /// In table spelling.
    pub noun: &'static str,
    pub create: Option<Create>,
    pub update: Option<Update>,
    pub delete: Option<Delete>,
    /// Embedded lists and the noun of their elements, in table spelling.
    pub parts: &'static [(&'static str, &'static str)],
}

/// One line a noun.
pub const VERBS: &[Verbs] = &[
    Verbs {
        noun: "account",
        create: Some(|given, unit| {
            let account = AccountCreate { account: given.fields, bill_to: None, sold_to: ContactOf::Unsaid, ship_to: ContactOf::Unsaid };
            account.run(unit).map(|made| Created { id: made.id, number: made.number })
        }),
        update: Some(|id, given, unit| AccountUpdate::of(id, given.fields).run(unit)),
        delete: Some(|account, unit| AccountDelete { account }.run(unit)),
        parts: &[],
    },
    Verbs {
        noun: "contact",
        create: Some(create_contact),
        update: Some(|id, given, unit| ContactUpdate { id, fields: given.fields }.run(unit)),
        delete: Some(|id, unit| ContactDelete { id }.run(unit)),
        parts: &[],
    },
    Verbs {
        noun: "product",
        create: Some(|given, unit| ProductCreate { fields: given.fields }.run(unit)),
        update: Some(|product, given, unit| ProductUpdate { product, fields: given.fields }.run(unit)),
        delete: Some(|product, unit| ProductDelete { product }.run(unit)),
        parts: &[],
    },
    Verbs {
        noun: "product_rate_plan",
        create: Some(|given, unit| RatePlanCreate { fields: given.fields }.run(unit)),
        update: Some(|plan, given, unit| RatePlanUpdate { plan, fields: given.fields }.run(unit)),
        delete: Some(|plan, unit| RatePlanDelete { plan }.run(unit)),
        parts: &[],
    },
    Verbs {
        noun: "product_rate_plan_charge",
        create: Some(|mut given, unit| {
            ChargeCreate { fields: given.fields, tiers: given.parts.remove(TIERS).unwrap_or_default() }.run(unit)
        }),
        update: Some(|charge, mut given, unit| ChargeUpdate { charge, fields: given.fields, tiers: given.parts.remove(TIERS) }.run(unit)),
        delete: Some(|charge, unit| ChargeDelete { charge }.run(unit)),
        parts: &[(TIERS, "product_rate_plan_charge_tier")],
    },
    Verbs { noun: "product_rate_plan_charge_tier", create: None, update: Some(update_tier), delete: None, parts: &[] },
    Verbs {
        noun: "accounting_code",
        create: Some(|given, unit| AccountingCodeCreate { fields: given.fields }.run(unit)),
        update: Some(|code, given, unit| AccountingCodeUpdate { code, fields: given.fields }.run(unit)),
        delete: Some(|code, unit| AccountingCodeDelete { code }.run(unit)),
        parts: &[],
    },
    Verbs {
        noun: "accounting_period",
        create: Some(|given, unit| AccountingPeriodCreate { fields: given.fields }.run(unit)),
        update: Some(|period, given, unit| AccountingPeriodUpdate { period, fields: given.fields }.run(unit)),
        delete: Some(|period, unit| AccountingPeriodDelete { period }.run(unit)),
        parts: &[],
    },
];

/// The verbs of a noun; nothing when no older call may write it.
pub fn of(table: &str) -> Option<&'static Verbs> {
    VERBS.iter().find(|v| v.noun == table)
}

/// The account is a field here.
fn create_contact(given: Given, unit: &mut Unit<'_>) -> Result<Created> {
    let descriptor = records::descriptor::<accrual_objects::billing::Contact>(unit.read())?;
    let account = given.fields.text(&descriptor, "account_id").map(str::to_owned);
    let missing = || Error::invalid("object.required", "A contact belongs to an account; name it.").in_column("AccountId");
    ContactCreate { account: account.ok_or_else(missing)?, fields: given.fields }.run(unit)
}

/// A price is changed as part of its charge: with the others, whose rules it must still meet.
fn update_tier(id: String, given: Given, unit: &mut Unit<'_>) -> Result<Done> {
    let descriptor = Tier::descriptor();
    let changed = records::require::<Tier>(unit.read(), &id)?.record;
    let charge = descriptor.value(&changed.data, "product_rate_plan_charge_id").as_text().unwrap_or_default().to_owned();
    let mut tiers = Vec::new();
    for tier in records::children(unit.read(), descriptor, "product_rate_plan_charge_id", &charge)? {
        let values = if tier.uid == changed.uid { given.fields.onto(descriptor, Some(&tier.data))? } else { tier.data };
        let mut fields = Fields::default();
        for (at, field) in descriptor.fields.iter().enumerate() {
            let own = field.access != Access::System && &*field.names.table != "product_rate_plan_charge_id";
            if own && values[at] != Value::Null {
                fields.set(field.names.table.clone(), values[at].clone());
            }
        }
        tiers.push(fields);
    }
    ChargeUpdate { charge, fields: Fields::default(), tiers: Some(tiers) }.run(unit)?;
    Ok(Done { id })
}

fn verbs(object: &str) -> Result<&'static Verbs> {
    let declared = noun(object)?;
    let none = || Error::invalid("object.type_name", format!("{} is not written by this call.", declared.names.object)).in_column("type");
    of(&declared.names.table).ok_or_else(none)
}

fn unsupported(object: &str, what: &str) -> Error {
    let message = format!("An object of the type {object} is not {what} by this call.");
    Error::rejected(Kind::Invalid, "object.type_name", message).in_column("type")
}

/// Makes an object.
#[derive(Serialize)]
pub struct ObjectCreate {
    /// In any dialect.
    pub object: String,
    pub given: Given,
}

impl Command for ObjectCreate {
    const OPERATION: &'static str = "object_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        let create = verbs(&self.object)?.create.ok_or_else(|| unsupported(&self.object, "created"))?;
        create(self.given, unit)
    }
}

/// Changes an object.
#[derive(Serialize)]
pub struct ObjectUpdate {
    pub object: String,
    pub id: String,
    pub given: Given,
}

impl Command for ObjectUpdate {
    const OPERATION: &'static str = "object_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        let update = verbs(&self.object)?.update.ok_or_else(|| unsupported(&self.object, "changed"))?;
        let id = existing(unit, &self.object, &self.id)?;
        update(id, self.given, unit)
    }
}

/// Removes an object.
#[derive(Serialize)]
pub struct ObjectDelete {
    pub object: String,
    pub id: String,
}

impl Command for ObjectDelete {
    const OPERATION: &'static str = "object_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        let delete = verbs(&self.object)?.delete.ok_or_else(|| unsupported(&self.object, "deleted"))?;
        let id = existing(unit, &self.object, &self.id)?;
        delete(id, unit)
    }
}

/// The id of the record of an id or number: verbs differ in the keys they take.
fn existing(unit: &mut Unit<'_>, object: &str, key: &str) -> Result<String> {
    let descriptor = custom_field::merged(unit.read(), noun(object)?)?;
    Ok(accrual_store::nouns::named(unit.read(), &descriptor, key)?.uid)
}
