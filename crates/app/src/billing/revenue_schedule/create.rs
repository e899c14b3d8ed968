//! Schedules by request: of a posted item, or of a charge (reference section 6.7).

use super::book::{Book, Kept, NewEvent};
use super::event_type::resolve;
use super::item::{ItemKey, Source, is_scheduled, product_charge};
use super::rule::{code_id, codes_of_charge, model, stored_rule};
use crate::billing::Fields;
use crate::billing::records::{self, Created};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::{Currency, Day, Error, Field, Result};
use accrual_ledger::field::{DEFERRED_CODE, RECOGNITION_RULE, RECOGNIZED_CODE, SCHEDULE};
use accrual_ledger::schedule::{
    Custom, Distribution, EventTypes, Range, Spread, check_unscheduled, create_custom, create_distributed, create_in_range,
};
use accrual_model::{Filter, Object};
use accrual_objects::billing::{Account, RevenueSchedule};
use accrual_store::nouns;
use serde::Serialize;

/// The rule of an item that names none: its schedule is one somebody made.
const MANUAL: &str = "Custom - Manual distribution";

/// What an accounting period gets.
#[derive(Clone, Debug, Serialize)]
pub struct Share {
    pub accounting_period_name: String,
    /// The new absolute amount: a decimal text.
    pub new_amount: String,
}

/// Shares as the ledger takes them.
pub(super) fn plan(shares: &[Share]) -> Vec<Distribution<'_>> {
    shares.iter().map(|s| Distribution { period: &s.accounting_period_name, new_amount: &s.new_amount }).collect()
}

/// How a new schedule is distributed.
#[derive(Clone, Debug, Serialize)]
pub enum Plan {
    ByHand(Vec<Share>),
    InRange {
        /// Daily when nothing is said.
        distribution_type: Option<String>,
        #[serde(serialize_with = "super::as_text")]
        start: Day,
        #[serde(serialize_with = "super::as_text")]
        end: Day,
    },
}

/// Makes the schedule of a posted item that has none.
#[derive(Serialize)]
pub struct RevenueScheduleOfItem {
    pub item: ItemKey,
    pub plan: Plan,
    /// Of the schedule.
    pub notes: Option<String>,
    /// Custom fields of the schedule.
    pub fields: Fields,
    pub event: NewEvent,
}

impl Command for RevenueScheduleOfItem {
    const OPERATION: &'static str = "revenue_schedule_of_item";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Change Revenue Distribution") })?;
        let source = Source::find(unit.read(), &self.item)?;
        if !source.posted {
            return Err(SCHEDULE.rule("Only items of posted documents have revenue schedules; post it first."));
        }
        check_unscheduled(is_scheduled(unit.read(), &source.id, source.amount)?)?;
        let kind = resolve(unit.read(), &self.event).map_err(in_event)?;
        let currency = super::book::currency(&source.currency)?;
        let mut book = Book::open(unit)?;
        let (rules, periods) = (book.rules(), &book.chain.periods);
        let (made, kept) = match &self.plan {
            Plan::ByHand(shares) => (create_distributed(currency, source.amount, &plan(shares), periods, &rules, kind)?, Kept::ByHand),
            Plan::InRange { distribution_type, start, end } => {
                let (spread, range) = (Spread::named(distribution_type.as_deref())?, Range { start: *start, end: *end });
                (create_in_range(currency, source.amount, spread, range, periods, &rules, kind)?, Kept::Range(spread, range))
            }
        };
        let rule = source.rule.clone().unwrap_or_else(|| MANUAL.to_owned());
        let noun = RevenueSchedule { notes: self.notes, ..source.schedule(unit.read(), &rule)? };
        book.add(unit, noun, &self.fields, made, self.event, kept)
    }
}

/// Puts the place of a refusal into the event of the request.
fn in_event(error: Error) -> Error {
    match error.rejection().and_then(|r| r.place.column.clone()) {
        Some(column) => error.in_column(format!("revenueEvent.{column}")),
        None => error,
    }
}

/// A schedule of a charge under a rule that is custom unlimited.
#[derive(Clone, Debug, Serialize)]
pub struct ChargeSchedule {
    /// Id or number of a product rate plan charge.
    pub charge: String,
    /// Id or number.
    pub account: String,
    /// A decimal text. It can never be changed.
    pub amount: String,
    #[serde(serialize_with = "super::as_text")]
    pub date: Day,
    pub shares: Vec<Share>,
    pub reference_id: Option<String>,
    pub notes: Option<String>,
    /// Names of accounting codes for recognised and deferred revenue instead of the charge's; each may be empty.
    pub codes: Option<(Option<String>, Option<String>)>,
}

/// Makes a schedule of a charge.
#[derive(Serialize)]
pub struct RevenueScheduleOfCharge {
    pub schedule: ChargeSchedule,
    /// Custom fields of the schedule.
    pub fields: Fields,
    pub event: NewEvent,
}

impl Command for RevenueScheduleOfCharge {
    const OPERATION: &'static str = "revenue_schedule_of_charge";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Create Custom Revenue Schedule") })?;
        let given = self.schedule;
        let charge = product_charge(unit.read(), &given.charge)?;
        let account = records::typed::<Account>(unit.read(), &given.account)?;
        let name = charge.revenue_recognition_rule_name.clone().unwrap_or_default();
        if name.is_empty() {
            return Err(
                RECOGNITION_RULE.rule("The charge has no revenue recognition rule; only charges under Custom unlimited take schedules.")
            );
        }
        let rule = stored_rule(unit.read(), &name)?;
        let of_charge =
            Filter::All(vec![Filter::eq("product_charge_id", charge.uid.as_str()), Filter::Null { field: "linked_transaction_id".into() }]);
        let schedules = nouns::count(unit.read(), RevenueSchedule::descriptor(), &of_charge)?;
        let types = known(unit, &self.event)?;
        let mut book = Book::open(unit)?;
        let shares = plan(&given.shares);
        let new = Custom {
            rule: model(&rule)?,
            schedules: usize::try_from(schedules).unwrap_or(usize::MAX),
            amount: &given.amount,
            date: given.date,
            plan: &shares,
            event_type: self.event.event_type.as_deref(),
            event_type_id: self.event.event_type_system_id.as_deref(),
        };
        let currency = Currency::named(&account.currency).ok_or_else(|| Error::fault("an account is in no currency"))?;
        let made = create_custom(&new, currency, &book.chain.periods, &book.rules(), &types)?;
        let (recognized, deferred) = match &given.codes {
            None => codes_of_charge(unit.read(), &charge.uid)?,
            Some((recognized, deferred)) => {
                (code(unit, recognized.as_deref(), &RECOGNIZED_CODE)?, code(unit, deferred.as_deref(), &DEFERRED_CODE)?)
            }
        };
        let noun = RevenueSchedule {
            account_id: account.uid.clone(),
            product_charge_id: Some(charge.uid.clone()),
            recognition_rule_name: name,
            amount: made.0.amount,
            currency: account.currency.clone(),
            reference_id: given.reference_id.clone(),
            notes: given.notes.clone(),
            revenue_schedule_date: Some(given.date),
            recognized_revenue_accounting_code_id: recognized,
            deferred_revenue_accounting_code_id: deferred,
            ..RevenueSchedule::default()
        };
        book.add(unit, noun, &self.fields, made, self.event, Kept::ByHand)
    }
}

/// The types the request can mean: the one it names, so that the ledger finds what was found here.
fn known(unit: &mut Unit<'_>, event: &NewEvent) -> Result<EventTypes> {
    if event.event_type.is_none() || event.event_type_system_id.is_none() {
        // the ledger says which of the two is missing
        return Ok(EventTypes::with([]));
    }
    let kind = resolve(unit.read(), event).map_err(in_event)?;
    let own = (!kind.system_id.ends_with(accrual_objects::billing::RevenueEventType::RESERVED)).then_some(kind);
    Ok(EventTypes::with(own))
}

/// The id of a code that is named and must be there.
fn code(unit: &mut Unit<'_>, name: Option<&str>, field: &Field) -> Result<Option<String>> {
    let Some(name) = name.filter(|n| !n.is_empty()) else { return Ok(None) };
    let found = code_id(unit.read(), Some(name))?;
    found.map(Some).ok_or_else(|| field.invalid("There is no accounting code of this name.").with_value(name))
}
