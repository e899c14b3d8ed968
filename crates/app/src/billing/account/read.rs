//! Reading an account.

use crate::billing::records::{self, View};
use crate::billing::{custom_field, noun};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Descriptor, FieldType, Filter, Query, Record, Sort};
use accrual_objects::billing::{Account, Contact};
use accrual_store::{Read, nouns};

/// An account with the contacts that play a part in it.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub account: View,
    pub bill_to: Option<View>,
    pub sold_to: Option<View>,
    pub ship_to: Option<View>,
}

/// An account by its id or number.
///
/// # Errors
/// `role.privilege`; not found.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<AccountView> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| with_contacts(tx, key))
}

fn with_contacts(tx: &mut dyn Read, key: &str) -> Result<AccountView> {
    let account = records::require::<Account>(tx, key)?;
    let part = |tx: &mut dyn Read, field: &str| account.text(field).map(|id| records::require::<Contact>(tx, id)).transpose();
    let (bill_to, sold_to, ship_to) = (part(tx, "bill_to_id")?, part(tx, "sold_to_id")?, part(tx, "ship_to_id")?);
    Ok(AccountView { account, bill_to, sold_to, ship_to })
}

/// An account with its last five invoices, the latest first.
///
/// # Errors
/// As [`get`].
pub fn summary(tenant: &Tenant, context: &Context, key: &str) -> Result<(AccountView, Vec<View>)> {
    const LAST: u32 = 5;
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let found = with_contacts(tx, key)?;
        let descriptor = custom_field::merged(tx, noun("invoice")?)?;
        let of = Filter::eq("account_id", found.account.record.uid.as_str());
        let sort = ["invoice_date", "invoice_number"].map(|field| Sort { field: field.into(), descending: true }).to_vec();
        let invoices = nouns::list(tx, &descriptor, &Query { sort, limit: LAST, ..Query::of(of) })?;
        Ok((found, invoices.into_iter().map(|record| View { descriptor: descriptor.clone(), record }).collect()))
    })
}

/// The number of an account, by its id; for answers that show it beside the id.
///
/// # Errors
/// Not found.
pub fn number(tenant: &Tenant, id: &str) -> Result<Option<String>> {
    tenant.store.read(|tx| Ok(records::require::<Account>(tx, id)?.text("account_number").map(str::to_owned)))
}

/// Whether anything was ever billed to the account or paid by it: it has a last invoice, or any of its balances moved.
pub fn has_transactions(descriptor: &Descriptor, account: &Record) -> bool {
    let moved = |(at, field): (usize, &accrual_model::Field)| {
        matches!(field.kind, FieldType::Money { .. }) && account.data[at].as_int().is_some_and(|amount| amount != 0)
    };
    !descriptor.value(&account.data, "last_invoice_date").is_null() || descriptor.fields.iter().enumerate().any(moved)
}
