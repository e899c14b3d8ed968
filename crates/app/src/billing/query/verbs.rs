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
use crate::billing::invoice::{
    Exact, InvoiceCancel, InvoiceChange, InvoiceDelete, InvoicePost, InvoiceUpdate, NewTax, NewTaxLine, TaxLineDelete, TaxLineUpdate,
    TaxLinesCreate,
};
use crate::billing::records::{self, Created, View};
use crate::billing::{Fields, custom_field};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::error::Kind;
use accrual_base::{Decimal, Error, Result};
use accrual_model::{Access, Object, Value};
use accrual_objects::billing::{Account, Invoice, ProductRatePlanChargeTier as Tier, TaxationItem};
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
        update: Some(|id, given, unit| {
            let fields = with_same_amounts::<Account>(unit, &id, given.fields)?;
            AccountUpdate::of(id, fields).run(unit)
        }),
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
    // an invoice is made with its items, which these calls cannot say
    Verbs {
        noun: "invoice",
        create: None,
        update: Some(update_invoice),
        delete: Some(|invoice, unit| {
            unit.actor.permit(const { Permission::named("Delete Invoice") })?;
            InvoiceDelete { invoice }.run(unit)
        }),
        parts: &[],
    },
    Verbs {
        noun: "taxation_item",
        create: Some(create_tax),
        update: Some(|id, given, unit| {
            unit.actor.permit(MODIFY_INVOICE)?;
            TaxLineUpdate { id, tax: tax(given.fields)? }.run(unit)
        }),
        delete: Some(|id, unit| {
            unit.actor.permit(MODIFY_INVOICE)?;
            TaxLineDelete { id }.run(unit)
        }),
        parts: &[],
    },
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

const MODIFY_INVOICE: Permission = Permission::named("Modify Invoice");

/// Fields first, then the step that a new status asks for.
fn update_invoice(invoice: String, given: Given, unit: &mut Unit<'_>) -> Result<Done> {
    let descriptor = records::descriptor::<Invoice>(unit.read())?;
    let current = records::require::<Invoice>(unit.read(), &invoice)?.text("status").map(str::to_owned);
    let status = given.fields.text(&descriptor, "status").map(str::to_owned).filter(|wanted| Some(wanted) != current.as_ref());
    let mut fields = with_same_amounts::<Invoice>(unit, &invoice, given.fields)?;
    if let Some(current) = &current {
        let name = fields.names().find(|name| descriptor.position(name) == descriptor.position("status")).map(str::to_owned);
        if let Some(name) = name {
            fields.set(name, current.as_str());
        }
    }
    let says_more = fields.names().any(|name| descriptor.position(name) != descriptor.position("status"));
    if says_more || status.is_none() {
        unit.actor.permit(MODIFY_INVOICE)?;
        InvoiceUpdate(InvoiceChange { invoice: invoice.clone(), fields, ..InvoiceChange::default() }).run(unit)?;
    }
    match status.as_deref() {
        None => Ok(Done { id: invoice }),
        Some("Posted") => {
            unit.actor.permit(const { Permission::named("Post Invoices") })?;
            InvoicePost { invoice, invoice_date: None }.run(unit)
        }
        Some("Canceled") => {
            unit.actor.permit(const { Permission::named("Cancel Invoice") })?;
            InvoiceCancel { invoice }.run(unit)
        }
        Some(other) => {
            let message = "An invoice is set to Posted or Canceled by this call, to nothing else.";
            Err(Error::invalid("invoice.status", message).in_column("Status").with_value(other))
        }
    }
}

fn create_tax(given: Given, unit: &mut Unit<'_>) -> Result<Created> {
    unit.actor.permit(MODIFY_INVOICE)?;
    let item = given.fields.text(TaxationItem::descriptor(), "invoice_item_id").map(str::to_owned);
    let missing = || Error::invalid("object.required", "A tax line belongs to an invoice item; name it.").in_column("InvoiceItemId");
    let line = NewTaxLine { invoice_item_id: item.ok_or_else(missing)?, tax: tax(given.fields)? };
    let made = TaxLinesCreate { invoice: None, lines: vec![line] }.run(unit)?;
    let done = made.into_iter().next().ok_or_else(|| Error::fault("a tax line was made and is not there"))?;
    Ok(Created { id: done.id, number: None })
}

/// The amounts of a tax line apart from its fields.
fn tax(given: Fields) -> Result<NewTax> {
    let descriptor = TaxationItem::descriptor();
    let amount = |field: &str| match given.given(descriptor, field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match exact(value) {
            Some(amount) => Ok(Some(Exact(amount))),
            None => Err(Error::invalid("object.type", "This must be an amount of money.").in_column(field)),
        },
    };
    let (amount, exempt) = (amount("TaxAmount")?, amount("ExemptAmount")?);
    let mut fields = Fields::default();
    for name in given.names() {
        let at = descriptor.position(name);
        let apart = ["tax_amount", "exempt_amount", "invoice_item_id"].iter().any(|f| descriptor.position(f) == at && at.is_some());
        if let (false, Some(value)) = (apart, given.given(descriptor, name)) {
            fields.set(name, value.clone());
        }
    }
    Ok(NewTax { amount, exempt, fields, codes: BTreeMap::new() })
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

/// Fields of a record with the amounts that are as they were read in the form they are kept in: no change, though the
/// client sends decimals and minor units are stored.
fn with_same_amounts<T: Object>(unit: &mut Unit<'_>, id: &str, mut fields: Fields) -> Result<Fields> {
    let View { descriptor, record } = records::require::<T>(unit.read(), id)?;
    for (at, field) in descriptor.fields.iter().enumerate() {
        let Some(shown) = accrual_model::money::decimal(&descriptor, &record.data, at) else { continue };
        let name = &field.names.object;
        if fields.given(&descriptor, name).and_then(exact) == Some(shown) {
            fields.set(name.clone(), record.data[at].clone());
        }
    }
    Ok(fields)
}

fn exact(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(given) => Some(*given),
        Value::Int(given) => Some(Decimal::from(*given)),
        Value::Text(given) => Decimal::from_str_exact(given).ok(),
        _ => None,
    }
}
