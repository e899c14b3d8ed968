//! Making standalone invoices (reference section 1.2).

use super::build::Builder;
use super::contacts;
use super::document::{Document, Gone, Node};
use super::facts::{self, Facts};
use super::home;
use super::input::NewInvoice;
use super::numbering;
use super::post;
use super::row::{Line, Row};
use super::shapes::Shapes;
use super::taxes::Taxes;
use crate::billing::records::{self, Created};
use crate::context::{Context, Permission};
use crate::execute::{Command, execute};
use crate::tenant::Tenant;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Currency, Error, Result};
use accrual_model::{Stored, Value, Values};
use accrual_objects::billing::{Account, CommunicationProfile, Invoice, PaymentTerm, SequenceSet};
use accrual_receivables::field::{CURRENCY, INVOICE_DATE, SEQUENCE_SET, STATUS};
use accrual_receivables::invoice::{self as engine, check_batch};
use serde::Serialize;
use std::collections::BTreeSet;

const WITH_CATALOG: Permission = Permission::named("Create Standalone Invoice With Product Catalog");
const WITHOUT_CATALOG: Permission = Permission::named("Create Standalone Invoice Without Product Catalog");

/// Makes one invoice, a draft or posted at once.
#[derive(Serialize)]
pub struct InvoiceCreate(pub NewInvoice);

impl Command for InvoiceCreate {
    const OPERATION: &'static str = "create_standalone_invoice";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(super::MODIFY)?;
        let mut maker = Maker::new(unit)?;
        maker.one(unit, &self.0)
    }
}

/// Makes several invoices, all or none.
#[derive(Serialize)]
pub struct InvoiceCreateAll(pub Vec<NewInvoice>);

impl Command for InvoiceCreateAll {
    const OPERATION: &'static str = "bulk_create_standalone_invoices";
    type Output = Vec<Created>;

    fn run(self, unit: &mut Unit<'_>) -> Result<Vec<Created>> {
        unit.actor.permit(super::MODIFY)?;
        check_size(&self.0)?;
        let mut maker = Maker::new(unit)?;
        self.0.iter().enumerate().map(|(at, new)| maker.one(unit, new).map_err(|e| inside(e, "invoices", at))).collect()
    }
}

/// Makes several invoices, each by itself: what one is refused for does not touch the others. The results are in the order
/// of the request. They share commits, so that fifty invoices do not wait for the disk fifty times.
///
/// # Errors
/// Rejects an empty request, more than 50 invoices, and more than 1,000 items together.
pub async fn create_each(tenant: &Tenant, context: &Context, all: Vec<NewInvoice>) -> Result<Vec<Result<Created>>> {
    check_size(&all)?;
    let context = Context { idempotency_key: None, ..context.clone() };
    Ok(super::each(all.into_iter().map(|new| execute(tenant, &context, InvoiceCreate(new)))).await)
}

fn check_size(all: &[NewInvoice]) -> Result<()> {
    check_batch(&all.iter().map(|new| new.items.len()).collect::<Vec<_>>())
}

/// What the invoices of a command share.
struct Maker {
    facts: Facts,
    builder: Builder,
}

impl Maker {
    fn new(unit: &mut Unit<'_>) -> Result<Self> {
        Ok(Self { facts: Facts::load(unit)?, builder: Builder::new(Shapes::load(unit.read())?) })
    }

    fn one(&mut self, unit: &mut Unit<'_>, new: &NewInvoice) -> Result<Created> {
        let posted = match new.status.as_deref() {
            None | Some("" | "Draft") => false,
            Some("Posted") => true,
            Some(other) => return Err(STATUS.invalid("A new invoice is Draft or Posted.").with_value(other)),
        };
        let account = facts::account(unit, new.account_id.as_deref(), new.account_number.as_deref())?;
        let (mut header, term) = self.header(unit, new, &account)?;
        let currency = super::document::currency(&header.currency)?;
        let (nodes, items) = self.items(unit, new, currency)?;
        Self::permitted(unit, &nodes)?;
        let codes: BTreeSet<String> = items.iter().filter_map(|item| item.tax_code.clone()).collect();
        let taxes = Taxes::load(unit.read(), &self.facts, &account, &header, &codes)?;
        let context = engine::Context {
            tax: self.facts.tax(currency),
            source: &taxes.book,
            term: facts::engine_term(&term)?,
            closed_through: self.facts.closed_through,
        };
        let value = engine::NewInvoice {
            date: header.invoice_date.ok_or_else(|| INVOICE_DATE.missing("An invoice has a date."))?,
            due: header.due_date,
            number: header.invoice_number.clone(),
            custom_rates: home::custom(&new.custom_rates)?,
            items,
        };
        let mut value = engine::create(&value, &context)?;
        if posted {
            engine::post(&mut value, engine::Post::default(), &context)?;
        }
        numbering::give(unit, &self.facts, &account, &mut header, posted)?;
        let shapes = self.builder.shapes.clone();
        let mut document = Document { shapes, header: Line::new(header), items: nodes, gone: Gone::default() };
        document.take(&value)?;
        taxes.book_to(&mut document);
        if posted {
            post::stamp(unit, &self.facts, &account, &mut document)?;
        }
        document.store(unit)?;
        if posted {
            post::finish(unit, &account, &document)?;
        }
        Ok(Created { id: document.header.uid().to_owned(), number: document.header.invoice_number.clone() })
    }

    /// Items of the catalog and items of their own are permitted apart.
    fn permitted(unit: &Unit<'_>, nodes: &[Node]) -> Result<()> {
        let from_catalog = |node: &Node| node.line.product_rate_plan_charge_id.is_some();
        if nodes.iter().any(from_catalog) {
            unit.actor.permit(WITH_CATALOG)?;
        }
        if !nodes.iter().all(from_catalog) {
            unit.actor.permit(WITHOUT_CATALOG)?;
        }
        Ok(())
    }

    fn items(&mut self, unit: &mut Unit<'_>, new: &NewInvoice, currency: Currency) -> Result<(Vec<Node>, Vec<engine::NewItem>)> {
        // the engine refuses too many items; none of them is looked at before
        let few = new.items.len() <= accrual_receivables::limits::ITEMS;
        let mut nodes = Vec::with_capacity(new.items.len());
        let mut items = Vec::with_capacity(new.items.len());
        if !few {
            check_size(std::slice::from_ref(new))?;
        }
        for (at, item) in new.items.iter().enumerate() {
            let (node, value) = self.builder.item(unit, item, currency).map_err(|e| inside(e, "invoiceItems", at))?;
            nodes.push(node);
            items.push(value);
        }
        Ok((nodes, items))
    }

    /// The row of the invoice before its items, and its payment term.
    fn header(&self, unit: &mut Unit<'_>, new: &NewInvoice, account: &Stored<Account>) -> Result<(Row<Invoice>, PaymentTerm)> {
        let shape = &self.builder.shapes.invoice;
        let mut values = new.fields.onto(shape, None)?;
        let set = |values: &mut Values, field: &str, value: Value| {
            if let Some(at) = shape.position(field) {
                values.set(at, value);
            }
        };
        set(&mut values, "account_id", account.uid.as_str().into());
        if shape.value(&values, "invoice_date").is_null() {
            return Err(INVOICE_DATE.missing("An invoice has a date."));
        }
        let currency = shape.value(&values, "currency").as_text().filter(|c| !c.is_empty()).map(str::to_owned);
        let currency = currency.unwrap_or_else(|| account.currency.clone());
        self.check_currency(&currency, account)?;
        set(&mut values, "currency", currency.into());
        accrual_model::check(shape, &values)?;
        let mut header: Row<Invoice> = Row::of(values)?;
        let given = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
        let term = given(&new.payment_term).or_else(|| given(&header.payment_term));
        let copy = self.facts.rules.copy_billing_attributes;
        let found = facts::term(unit.read(), term.as_deref().unwrap_or(&account.payment_term))?;
        header.payment_term = (term.is_some() || copy).then(|| found.name.clone());
        header.sequence_set_id = match given(&new.sequence_set).or_else(|| given(&header.sequence_set_id)) {
            Some(key) => Some(sequence_set(unit, &key)?),
            None => account.sequence_set_id.clone().filter(|_| copy),
        };
        if let Some(profile) = given(&header.communication_profile_id) {
            records::typed::<CommunicationProfile>(unit.read(), &profile).map_err(|e| e.in_column("communicationProfileId"))?;
        }
        contacts::set(unit, account, &new.contacts, &mut header)?;
        if copy {
            copied(&mut header, account);
        }
        header.custom_rates = (!new.custom_rates.is_empty()).then(|| new.custom_rates.clone());
        header.source = Some("API".to_owned());
        header.tax_status = Some("Complete".to_owned());
        Ok((header, found))
    }

    fn check_currency(&self, code: &str, account: &Stored<Account>) -> Result<()> {
        if Currency::named(code).is_none() {
            return Err(CURRENCY.invalid("The currency is a code of ISO 4217, in upper case.").with_value(code));
        }
        let active = self.facts.rules.active_currencies.as_deref().unwrap_or_default();
        if code != account.currency && !active.iter().any(|c| c == code) {
            let why = format!("The account is billed in {}; other currencies have to be active for the tenant.", account.currency);
            return Err(CURRENCY.rule(why).with_value(code));
        }
        Ok(())
    }
}

fn copied(header: &mut Invoice, account: &Account) {
    let pairs = [
        (&mut header.bill_to_contact_id, &account.bill_to_id),
        (&mut header.sold_to_contact_id, &account.sold_to_id),
        (&mut header.ship_to_contact_id, &account.ship_to_id),
        (&mut header.communication_profile_id, &account.communication_profile_id),
        (&mut header.template_id, &account.invoice_template_id),
    ];
    for (own, of_account) in pairs {
        if own.is_none() {
            own.clone_from(of_account);
        }
    }
}

fn sequence_set(unit: &mut Unit<'_>, key: &str) -> Result<String> {
    let unknown = |e: Error| match e.rejection() {
        Some(_) => SEQUENCE_SET.absent("There is no such sequence set.").with_value(key),
        None => e,
    };
    Ok(records::by_any_key::<SequenceSet>(unit.read(), key).map_err(unknown)?.record.uid)
}
