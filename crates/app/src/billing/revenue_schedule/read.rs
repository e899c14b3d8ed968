//! Reading schedules, events and items, as the interface shows them.

use super::book::{find, items_of};
use super::item::{ItemKey, product_charge, schedule_of};
use super::rule::code_named;
use crate::billing::accounting_period::Chain;
use crate::billing::records::{self, View};
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::{Currency, Day, Error, Instant, Result, rounding};
use accrual_ledger::field::REVENUE_EVENT;
use accrual_ledger::period::Bucket;
use accrual_model::{Descriptor, Filter, Query, Record, Sort, TextEnum, Value};
use accrual_objects::billing::{Account, AccountingCodeType, RevenueAutomationStart, RevenueEvent, RevenueEventItem, RevenueSchedule};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};

/// An accounting code as items name it: name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub name: String,
    /// `Revenue: Sales`.
    pub kind: String,
}

/// An item of a schedule or an event.
#[derive(Clone, Debug)]
pub struct Item {
    pub period: String,
    pub closed: bool,
    pub start: Option<Day>,
    /// None for Open-Ended.
    pub end: Option<Day>,
    /// Minor units; of an event the delta.
    pub amount: i64,
    pub currency: Currency,
    /// Of items of schedules.
    pub recognized: Option<Code>,
    pub deferred: Option<Code>,
    /// With custom fields.
    pub view: View,
    bucket: Bucket,
}

/// A schedule with its items.
#[derive(Clone, Debug)]
pub struct Detail {
    pub view: View,
    pub currency: Currency,
    /// What stands in closed periods, and what in open ones.
    pub recognized: i64,
    pub unrecognized: i64,
    /// By the start of their periods, Open-Ended last.
    pub items: Vec<Item>,
}

/// An event with its items, and the schedule it changed.
#[derive(Clone, Debug)]
pub struct EventDetail {
    pub view: View,
    pub schedule: View,
    pub items: Vec<Item>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    pub page: Vec<T>,
    /// There are more behind it.
    pub more: bool,
}

fn period_id(descriptor: &Descriptor, record: &Record) -> Result<String> {
    let id = descriptor.value(&record.data, "accounting_period_id").as_text();
    Ok(id.ok_or_else(|| Error::fault("a revenue item has no accounting period"))?.to_owned())
}

fn currency_of(view: &View) -> Result<Currency> {
    super::book::currency(view.text("currency").unwrap_or_default())
}

fn items(chain: &Chain, descriptor: &Descriptor, records: Vec<Record>, currency: Currency) -> Result<Vec<Item>> {
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let bucket = chain.bucket(&period_id(descriptor, &record)?)?;
        let date = |field| match chain.descriptor.value(&chain.record(bucket)?.data, field) {
            Value::Date(day) => Ok(Some(*day)),
            _ => Ok::<_, Error>(None),
        };
        all.push(Item {
            period: chain.periods.name(bucket).to_owned(),
            closed: chain.periods.is_closed(bucket),
            start: date("start_date")?,
            end: date("end_date")?,
            amount: descriptor.value(&record.data, "amount").as_int().unwrap_or_default(),
            currency,
            recognized: None,
            deferred: None,
            view: View { descriptor: descriptor.clone(), record },
            bucket,
        });
    }
    all.sort_by_key(|item| item.bucket);
    Ok(all)
}

/// A type behind its category: `Liabilities: Deferred Revenue`.
fn in_words(kind: AccountingCodeType) -> String {
    let mut words = String::new();
    for letter in kind.text().chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() && !words.ends_with(['-', ' ']) {
            words.push(' ');
        }
        words.push(letter);
    }
    // the category says that sales are revenue
    let words = if kind == AccountingCodeType::SalesRevenue { "Sales" } else { &words };
    format!("{}: {words}", kind.category().text())
}

fn code(tx: &mut dyn Read, view: &View, field: &str) -> Result<Option<Code>> {
    let code = code_named(tx, view.text(field))?;
    Ok(code.map(|code| Code { name: code.name.clone(), kind: in_words(code.r#type) }))
}

fn detail(tx: &mut dyn Read, chain: &Chain, view: View) -> Result<Detail> {
    let currency = currency_of(&view)?;
    let descriptor = records::descriptor::<accrual_objects::billing::RevenueScheduleItem>(tx)?;
    let records = items_of(tx, &view.record.uid)?;
    let mut items = items(chain, &descriptor, records, currency)?;
    let (recognized_code, deferred_code) =
        (code(tx, &view, "recognized_revenue_accounting_code_id")?, code(tx, &view, "deferred_revenue_accounting_code_id")?);
    let (mut recognized, mut unrecognized) = (0, 0);
    for item in &mut items {
        let sum = if item.closed { &mut recognized } else { &mut unrecognized };
        *sum = rounding::add(*sum, item.amount)?;
        (item.recognized, item.deferred) = (recognized_code.clone(), deferred_code.clone());
    }
    Ok(Detail { view, currency, recognized, unrecognized, items })
}

fn reading(context: &Context) -> Result<()> {
    context.actor.require(Privilege::WebservicesOutbound)
}

/// A schedule by its number or id.
///
/// # Errors
/// `role.privilege`; not found, 620000 40.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<Detail> {
    reading(context)?;
    tenant.store.read(|tx| {
        let view = find(tx, key)?;
        let chain = Chain::load(tx)?;
        detail(tx, &chain, view)
    })
}

/// The schedule of an item.
///
/// # Errors
/// As [`get`].
pub fn of_item(tenant: &Tenant, context: &Context, item: &ItemKey) -> Result<Detail> {
    reading(context)?;
    tenant.store.read(|tx| {
        let id = schedule_of(tx, item)?;
        let (view, chain) = (find(tx, &id)?, Chain::load(tx)?);
        detail(tx, &chain, view)
    })
}

/// A page of schedules, those changed last first.
fn listed(tx: &mut dyn Read, filter: Filter, offset: u32, size: u32) -> Result<Paged<Detail>> {
    let descriptor = records::descriptor::<RevenueSchedule>(tx)?;
    let sort = vec![Sort { field: "updatedDate".into(), descending: true }];
    let mut found = nouns::list(tx, &descriptor, &Query { filter, sort, limit: size.saturating_add(1), offset, ..Query::default() })?;
    let more = found.len() > size as usize;
    found.truncate(size as usize);
    let chain = Chain::load(tx)?;
    let mut page = Vec::with_capacity(found.len());
    for record in found {
        page.push(detail(tx, &chain, View { descriptor: descriptor.clone(), record })?);
    }
    Ok(Paged { page, more })
}

/// Schedules of a product charge for an account, those changed last first.
///
/// # Errors
/// `role.privilege`; not found for charge and account.
pub fn by_product_charge(tenant: &Tenant, context: &Context, charge: &str, account: &str, offset: u32, size: u32) -> Result<Paged<Detail>> {
    reading(context)?;
    tenant.store.read(|tx| {
        let charge = product_charge(tx, charge)?.uid.clone();
        let account = records::resolve::<Account>(tx, account)?;
        listed(tx, Filter::All(vec![Filter::eq("product_charge_id", charge), Filter::eq("account_id", account)]), offset, size)
    })
}

/// An event by its number or id.
pub(super) fn find_event(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = records::descriptor::<RevenueEvent>(tx)?;
    let found = match nouns::find(tx, &descriptor, "number", &Value::from(key))? {
        Some(record) => Some(record),
        None => nouns::get_by_uid(tx, &descriptor, key)?,
    };
    let record = found.ok_or_else(|| REVENUE_EVENT.absent("There is no revenue event of this number.").with_value(key))?;
    Ok(View { descriptor, record })
}

fn event_detail(tx: &mut dyn Read, chain: &Chain, view: View, schedule: View) -> Result<EventDetail> {
    const MOST: u32 = 10_000;
    let descriptor = records::descriptor::<RevenueEventItem>(tx)?;
    let of_event = Filter::eq("revenue_event_id", view.record.uid.as_str());
    let records = nouns::list(tx, &descriptor, &Query { limit: MOST, ..Query::of(of_event) })?;
    let items = items(chain, &descriptor, records, currency_of(&view)?)?;
    Ok(EventDetail { view, schedule, items })
}

/// An event by its number or id.
///
/// # Errors
/// `role.privilege`; not found, 620022 40.
pub fn event(tenant: &Tenant, context: &Context, key: &str) -> Result<EventDetail> {
    reading(context)?;
    tenant.store.read(|tx| {
        let view = find_event(tx, key)?;
        let schedule = find(tx, view.text("revenue_schedule_id").unwrap_or_default())?;
        let chain = Chain::load(tx)?;
        event_detail(tx, &chain, view, schedule)
    })
}

/// A page of the events of a schedule, newest first.
///
/// # Errors
/// As [`get`].
pub fn events_of(tenant: &Tenant, context: &Context, schedule: &str, offset: u32, size: u32) -> Result<Paged<EventDetail>> {
    reading(context)?;
    tenant.store.read(|tx| {
        let schedule = find(tx, schedule)?;
        let descriptor = records::descriptor::<RevenueEvent>(tx)?;
        let filter = Filter::eq("revenue_schedule_id", schedule.record.uid.as_str());
        // numbers have eight digits at least and grow: newest first, even within one moment
        let sort = vec![Sort { field: "number".into(), descending: true }];
        let mut found = nouns::list(tx, &descriptor, &Query { filter, sort, limit: size.saturating_add(1), offset, ..Query::default() })?;
        let more = found.len() > size as usize;
        found.truncate(size as usize);
        let chain = Chain::load(tx)?;
        let mut page = Vec::with_capacity(found.len());
        for record in found {
            let view = View { descriptor: descriptor.clone(), record };
            page.push(event_detail(tx, &chain, view, schedule.clone())?);
        }
        Ok(Paged { page, more })
    })
}

/// The items of a schedule.
///
/// # Errors
/// As [`get`].
pub fn items_of_schedule(tenant: &Tenant, context: &Context, schedule: &str) -> Result<Vec<Item>> {
    Ok(get(tenant, context, schedule)?.items)
}

/// The items of an event.
///
/// # Errors
/// As [`event`].
pub fn items_of_event(tenant: &Tenant, context: &Context, number: &str) -> Result<Vec<Item>> {
    Ok(event(tenant, context, number)?.items)
}

/// The revenue automation start date, with when and by whom it was set; nothing when documents of any date make schedules.
///
/// # Errors
/// `role.privilege`; a fault from the database.
pub fn automation_start(tenant: &Tenant, context: &Context) -> Result<Option<(Option<Day>, Instant, String)>> {
    reading(context)?;
    tenant.store.read(|tx| {
        let stored = typed::find::<RevenueAutomationStart>(tx, "name", RevenueAutomationStart::NAME)?;
        Ok(stored.map(|s| (s.start_date, s.updated_at, s.updated_by.clone())))
    })
}
