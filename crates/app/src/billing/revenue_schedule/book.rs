//! Revenue schedules as they are stored: loading one as the ledger sees it, and keeping what an event changes.

use crate::billing::Fields;
use crate::billing::accounting_period::Chain;
use crate::billing::records::{self, Created, View};
use crate::context::Permission;
use crate::unit::Unit;
use accrual_base::{Currency, Error, Result};
use accrual_ledger::field::SCHEDULE;
use accrual_ledger::period::Bucket;
use accrual_ledger::schedule::{Event, MOST_EVENTS, Range, Rules, Schedule, Spread};
use accrual_model::{Descriptor, Filter, Object, Query, Record, Stored, Value, Values};
use accrual_objects::billing::{AccountingRules, RevenueEvent, RevenueEventItem, RevenueSchedule, RevenueScheduleItem};
use accrual_store::Read;
use accrual_store::nouns::{self, typed};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most items of a schedule that are read: one a period, and there are few hundred periods.
const MOST_ITEMS: u32 = 10_000;

/// Who has it may act in periods that are pending close.
const MANAGE_CLOSE: Permission = Permission::named("Manage Close Process");

/// What a caller says about an event beside its amounts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewEvent {
    /// Label.
    pub event_type: Option<String>,
    /// Wins over the label.
    pub event_type_system_id: Option<String>,
    pub notes: Option<String>,
    /// Custom fields of the event.
    pub fields: Fields,
}

/// How a schedule goes on after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Amounts were set by hand: new periods change nothing.
    ByHand,
    /// New periods take their share of the range.
    Range(Spread, Range),
}

/// The periods and the accounting rules, read once a command.
pub(crate) struct Book {
    pub chain: Chain,
    pub accounting: AccountingRules,
    manage_close: bool,
    /// Schedules and events with their custom fields.
    schedules: Descriptor,
    events: Descriptor,
}

/// A stored schedule.
pub(crate) struct Held {
    pub view: View,
    pub noun: RevenueSchedule,
    pub schedule: Schedule,
    /// The records of its items.
    items: BTreeMap<Bucket, Stored<RevenueScheduleItem>>,
}

impl Held {
    /// The range the schedule follows.
    pub fn range(&self) -> Result<Option<(Spread, Range)>> {
        let (Some(start), Some(end)) = (self.noun.recognition_start, self.noun.recognition_end) else { return Ok(None) };
        let spread = Spread::named(self.noun.distribution_type.as_deref())?;
        Ok(Some((spread, Range { start, end })))
    }
}

/// The accounting rules of the tenant; the documented defaults before any is set.
pub(crate) fn accounting_rules(tx: &mut dyn Read) -> Result<AccountingRules> {
    let stored = typed::find::<AccountingRules>(tx, "name", AccountingRules::NAME)?;
    Ok(stored.map_or_else(AccountingRules::usual, |s| s.data))
}

impl Book {
    pub fn open(unit: &mut Unit<'_>) -> Result<Self> {
        let manage_close = unit.actor.permit(MANAGE_CLOSE).is_ok();
        Ok(Self {
            chain: Chain::load(unit.read())?,
            accounting: accounting_rules(unit.read())?,
            manage_close,
            schedules: records::descriptor::<RevenueSchedule>(unit.read())?,
            events: records::descriptor::<RevenueEvent>(unit.read())?,
        })
    }

    /// What requests may do.
    pub fn rules(&self) -> Rules {
        Rules { allow_negative: self.accounting.allow_revenue_schedule_negative_amounts, manage_close: self.manage_close, events: 0 }
    }

    /// As [`Book::rules`], for another event of a schedule.
    pub fn rules_of(&self, held: &Held) -> Rules {
        Rules { events: usize::try_from(held.noun.event_count).unwrap_or(MOST_EVENTS), ..self.rules() }
    }

    /// A schedule by its number or id.
    pub fn load(&self, tx: &mut dyn Read, key: &str) -> Result<Held> {
        let view = find(tx, key)?;
        let noun = RevenueSchedule::from_values(view.record.data.clone())?;
        let currency = currency(&noun.currency)?;
        let mut items = BTreeMap::new();
        for item in items_of(tx, &view.record.uid)? {
            let item: Stored<RevenueScheduleItem> = item.typed()?;
            items.insert(self.chain.bucket(&item.accounting_period_id)?, item);
        }
        let amounts = items.iter().map(|(bucket, item)| (*bucket, item.amount)).collect();
        let schedule = Schedule { currency, amount: noun.amount, items: amounts };
        schedule.check()?;
        Ok(Held { view, noun, schedule, items })
    }

    /// Stores a new schedule with its items and its first event. `noun` has everything but what follows from the items.
    pub fn add(
        &mut self,
        unit: &mut Unit<'_>,
        noun: RevenueSchedule,
        fields: &Fields,
        made: (Schedule, Option<Event>),
        given: NewEvent,
        kept: Kept,
    ) -> Result<Created> {
        let (schedule, event) = made;
        self.room_for(unit, &schedule, event.as_ref(), &noun)?;
        let noun = self.shown(noun, &schedule, i64::from(event.is_some()), kept);
        let values = over(&self.schedules, &noun, fields)?;
        let record = records::insert(unit, &self.schedules, values)?;
        let created = Created::of(&self.schedules, &record);
        for (bucket, amount) in &schedule.items {
            self.add_item(unit, &record.uid, *bucket, *amount, &noun.currency)?;
        }
        if let Some(event) = &event {
            self.add_event(unit, &record.uid, &noun.currency, event, given)?;
        }
        Ok(created)
    }

    /// Open-Ended has to be there when something stands in it.
    fn room_for(&mut self, unit: &mut Unit<'_>, schedule: &Schedule, event: Option<&Event>, noun: &RevenueSchedule) -> Result<()> {
        let touched = schedule.undistributed() != 0 || event.is_some_and(|e| e.deltas.iter().any(|(b, _)| *b == Bucket::OpenEnded));
        if touched {
            let day = noun.revenue_schedule_date.ok_or_else(|| Error::fault("a revenue schedule has no date"))?;
            self.chain.with_open_ended(unit, day)?;
        }
        Ok(())
    }

    /// Applies an event to a schedule and answers the event's number; nothing happens without an event.
    pub fn change(&mut self, unit: &mut Unit<'_>, held: Held, event: Option<Event>, given: NewEvent, kept: Kept) -> Result<Option<String>> {
        if event.is_none() && kept == Kept::ByHand {
            return Ok(None);
        }
        let Held { view, noun, mut schedule, items } = held;
        if let Some(event) = &event {
            schedule.apply(event)?;
            schedule.check()?;
        }
        self.room_for(unit, &schedule, event.as_ref(), &noun)?;
        let count = noun.event_count + i64::from(event.is_some());
        let noun = self.shown(noun, &schedule, count, kept);
        let values = keep_custom(&view, over(&view.descriptor, &noun, &Fields::default())?);
        records::store(unit, &view.descriptor, &view.record, values)?;
        let Some(event) = event else { return Ok(None) };
        for (bucket, _) in &event.deltas {
            self.set_item(unit, &view.record.uid, *bucket, schedule.item(*bucket), &noun.currency, items.get(bucket))?;
        }
        self.add_event(unit, &view.record.uid, &noun.currency, &event, given).map(Some)
    }

    /// The fields of a schedule that follow from its items and its way of distribution.
    fn shown(&self, noun: RevenueSchedule, schedule: &Schedule, events: i64, kept: Kept) -> RevenueSchedule {
        let (spread, range) = match kept {
            Kept::ByHand => (None, None),
            Kept::Range(spread, range) => (Some(spread), Some(range)),
        };
        RevenueSchedule {
            amount: schedule.amount,
            undistributed_unrecognized_revenue: schedule.undistributed(),
            recognition_start: range.map(|r| r.start),
            recognition_end: range.map(|r| r.end),
            distribution_type: spread.map(|s| s.name().to_owned()),
            waits_for: range.filter(|_| schedule.amount != 0).and_then(|r| r.first_beyond(&self.chain.periods)),
            event_count: events,
            ..noun
        }
    }

    fn add_item(&self, unit: &mut Unit<'_>, schedule: &str, bucket: Bucket, amount: i64, currency: &str) -> Result<()> {
        let item = RevenueScheduleItem {
            revenue_schedule_id: schedule.to_owned(),
            accounting_period_id: self.chain.record(bucket)?.uid.clone(),
            amount,
            currency: currency.to_owned(),
        };
        let stamp = unit.stamp();
        // the event is what the audit tells; its items need no row there
        typed::create(unit.tx, None, &item, stamp).map(drop)
    }

    fn set_item(
        &self,
        unit: &mut Unit<'_>,
        schedule: &str,
        bucket: Bucket,
        amount: i64,
        currency: &str,
        stored: Option<&Stored<RevenueScheduleItem>>,
    ) -> Result<()> {
        let Some(stored) = stored else { return self.add_item(unit, schedule, bucket, amount, currency) };
        if amount == 0 {
            return nouns::delete(unit.tx, RevenueScheduleItem::descriptor(), stored.id, Some(stored.version)).map(drop);
        }
        // custom fields of the item stay
        let descriptor = records::descriptor::<RevenueScheduleItem>(unit.read())?;
        let record = nouns::require(unit.read(), &descriptor, stored.id)?;
        let mut values = record.data.clone();
        records::set(&descriptor, &mut values, "amount", amount)?;
        let stamp = unit.stamp();
        nouns::update(unit.tx, &descriptor, record.id, values, Some(record.version), stamp).map(drop)
    }

    fn add_event(&self, unit: &mut Unit<'_>, schedule: &str, currency: &str, event: &Event, given: NewEvent) -> Result<String> {
        let noun = RevenueEvent {
            number: None,
            revenue_schedule_id: schedule.to_owned(),
            event_type: event.kind.label.clone(),
            event_type_system_id: event.kind.system_id.clone(),
            currency: currency.to_owned(),
            notes: given.notes,
            recognition_start: event.start,
            recognition_end: event.end,
        };
        let values = over(&self.events, &noun, &given.fields)?;
        let record = records::insert(unit, &self.events, values)?;
        let stamp = unit.stamp();
        for (bucket, delta) in &event.deltas {
            let item = RevenueEventItem {
                revenue_event_id: record.uid.clone(),
                accounting_period_id: self.chain.record(*bucket)?.uid.clone(),
                amount: *delta,
                currency: currency.to_owned(),
                journal_entry_id: None,
            };
            typed::create(unit.tx, None, &item, stamp)?;
        }
        let number = Created::of(&self.events, &record).number;
        number.ok_or_else(|| Error::fault("a revenue event has no number"))
    }
}

/// A schedule by its number or id.
pub(crate) fn find(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = records::descriptor::<RevenueSchedule>(tx)?;
    let found = match nouns::find(tx, &descriptor, "number", &Value::from(key))? {
        Some(record) => Some(record),
        None => nouns::get_by_uid(tx, &descriptor, key)?,
    };
    let record = found.ok_or_else(|| SCHEDULE.absent("There is no revenue schedule of this number.").with_value(key))?;
    Ok(View { descriptor, record })
}

/// The items of a schedule (its id), with custom fields.
pub(crate) fn items_of(tx: &mut dyn Read, schedule: &str) -> Result<Vec<Record>> {
    let descriptor = records::descriptor::<RevenueScheduleItem>(tx)?;
    nouns::list(tx, &descriptor, &Query { limit: MOST_ITEMS, ..Query::of(Filter::eq("revenue_schedule_id", schedule)) })
}

/// The currency of a record.
pub(crate) fn currency(code: &str) -> Result<Currency> {
    Currency::named(code).ok_or_else(|| Error::fault(format!("a revenue schedule is in {code:?}, which is no currency")))
}

/// The values of a noun that verbs made, with the custom fields a caller gave.
fn over<T: Object>(descriptor: &Descriptor, noun: &T, fields: &Fields) -> Result<Values> {
    only_custom(descriptor, fields)?;
    let mut values = fields.onto(descriptor, None)?;
    for (at, value) in noun.to_values()?.iter().enumerate() {
        values.set(at, value.clone());
    }
    Ok(values)
}

/// Refuses declared fields where a caller may give custom ones.
pub(crate) fn only_custom(descriptor: &Descriptor, fields: &Fields) -> Result<()> {
    for name in fields.names() {
        if !descriptor.fields[descriptor.find(name)?].custom {
            let message = format!("{name} cannot be given here, only custom fields of {} can.", descriptor.label);
            return Err(Error::invalid("object.read_only", message).in_column(name));
        }
    }
    Ok(())
}

/// The custom fields of a stored record stay as they are.
fn keep_custom(view: &View, mut values: Values) -> Values {
    for (at, _) in view.descriptor.fields.iter().enumerate().filter(|(_, f)| f.custom) {
        values.set(at, view.record.data[at].clone());
    }
    values
}
