//! Event processing: staged events release or defer revenue of lines that exist (reference section 1.9).
//!
//! The machinery is that of collection: frozen uploads, a plan by contract, chunks with their checkpoints. An
//! event that was processed before changes nothing.

use super::chunk::{self, Prepared};
use super::convert::{self, Stamp};
use super::frozen::Frozen;
use super::plan::Plan;
use super::policies::CollectionPolicies;
use super::scan::{Scanned, Skip};
use crate::Tenant;
use accrual_base::error::Kind;
use accrual_base::{Currency, Day, Error, Rejection, Result};
use accrual_objects::revenue::{EventKind, EventType, ProcessType};
use accrual_revenue::collect::{self, Event, Link, Process};
use accrual_revenue::contract::{Contract, Direction, PeriodContext};
use accrual_revenue::fields::event as f;
use accrual_revenue::record::Record;
use accrual_store::Read;
use accrual_store::collection::{ExceptionRow, Family, due_by, exceptions, rows_by_id, scan_upload};
use accrual_store::contracts::{self as stored, HeadRow, line_key};
use accrual_store::nouns::typed;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// The enabled event types of a tenant by name.
#[derive(Clone, Debug, Default)]
pub struct EventTypes(BTreeMap<String, EventType>);

impl EventTypes {
    /// # Errors
    /// A fault from the database.
    pub fn load(tx: &mut dyn Read) -> Result<Self> {
        let enabled = typed::all::<EventType>(tx)?.into_iter().map(|t| t.data).filter(|t| t.enabled);
        Ok(Self(enabled.map(|t| (t.name.clone(), t)).collect()))
    }
    /// Whether there is an event type of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
    fn get(&self, name: &str) -> Result<&EventType> {
        self.0.get(name).ok_or_else(|| {
            Error::invalid("events.type", "There is no enabled event type of this name; set it up first.")
                .in_column("EVENT_NAME")
                .with_value(name)
        })
    }
}

/// The plan of an event run: rows by the contract of the line they name.
///
/// `name` limits it to one event; uploads that hold others stay staged. Answers them beside the plan.
///
/// # Errors
/// A fault from the database or of a broken record.
pub(super) fn scan(tx: &mut dyn Read, frozen: &Frozen, name: Option<&str>) -> Result<(Scanned, Vec<i64>)> {
    let (mut rows, mut waits, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let last_day = frozen.last_day().epoch();
    for upload in frozen.uploads() {
        let known = exceptions(tx, Family::Event, upload.first_id, upload.last_id)?;
        let mut skip = Skip::new(&known, frozen.sequence);
        let mut others = false;
        scan_upload(tx, Family::Event, upload, frozen.org, &mut |row| {
            if skip.skips(row.id) {
                return Ok(());
            }
            if name.is_some() && Record::new(row.record).text(f::EVENT_NAME)? != name {
                others = true;
                return Ok(());
            }
            if row.due > last_day {
                waits.push((row.id, row.upload_id, row.due));
            } else {
                rows.push((row.id, line_of(row.record)?));
            }
            Ok(())
        })?;
        if others {
            kept.push(upload.id);
        }
    }
    let waited = due_by(tx, Family::Event, frozen.org, last_day, frozen.sequence)?;
    rows_by_id(tx, Family::Event, &waited, &mut |row| {
        if name.is_none() || Record::new(row.record).text(f::EVENT_NAME)? == name {
            rows.push((row.id, line_of(row.record)?));
        }
        Ok(())
    })?;
    let contracts = contracts_by_key(tx, rows.iter().filter_map(|(_, line)| *line))?;
    // an event without a line stands alone until its chunk refuses it; contract ids are positive, so it cannot meet one
    let group = |(id, line): (i64, Option<i64>)| (line.and_then(|l| contracts.get(&l).copied()).unwrap_or(-id), id);
    Ok((Scanned { plan: Plan::of_groups(rows.into_iter().map(group).collect()), waits }, kept))
}

fn line_of(record: &[u8]) -> Result<Option<i64>> {
    Ok(Record::new(record).text(f::DOC_LINE_ID)?.filter(|t| !t.is_empty()).map(line_key))
}

/// Contract by the key of an order line.
fn contracts_by_key(tx: &mut dyn Read, keys: impl Iterator<Item = i64>) -> Result<HashMap<i64, i64>> {
    let lines = stored::orders_by_key(tx, &chunk::hashed(keys))?;
    let contract_of: HashMap<i64, i64> =
        stored::contract_of_lines(tx, &chunk::hashed(lines.iter().map(|(_, id)| *id)))?.into_iter().map(|(id, rc, _)| (id, rc)).collect();
    Ok(lines.into_iter().filter_map(|(key, line)| Some((key, *contract_of.get(&line)?))).collect())
}

/// A staged event.
struct Row {
    id: i64,
    upload: i64,
    due: Day,
    record: Vec<u8>,
}

/// Makes chunks of events.
pub(super) struct EventPreparer<'a> {
    pub tenant: &'a Tenant,
    pub policies: &'a CollectionPolicies,
    pub types: &'a EventTypes,
    pub context: PeriodContext,
    pub stamp: Stamp,
}

/// A contract and the events on it, with the lines they name.
struct Job<'a> {
    head: HeadRow,
    contract: Contract,
    events: Vec<(&'a Row, i64)>,
}

impl EventPreparer<'_> {
    /// Prepares the rows of a chunk of the plan.
    ///
    /// # Errors
    /// A fault of the store or of a broken row; refusals of events become exceptions.
    pub fn prepare(&mut self, plan: &[(i64, i64)]) -> Result<Prepared> {
        let ids = chunk::hashed(plan.iter().map(|(_, id)| *id));
        let (rows, lines, mut contracts) = self.tenant.store.read(|tx| load(tx, &ids))?;
        let mut prepared = Prepared { taken: plan.len(), ..Prepared::default() };
        let mut by_contract: BTreeMap<i64, Vec<(&Row, i64)>> = BTreeMap::new();
        for row in &rows {
            let text = Record::new(&row.record).text(f::DOC_LINE_ID)?.unwrap_or_default();
            match lines.get(text) {
                Some(line) => by_contract.entry(line.contract).or_default().push((row, line.line)),
                None => prepared.exceptions.push(exception(row, &unknown_line(text))),
            }
        }
        let mut jobs = Vec::with_capacity(by_contract.len());
        for (id, events) in by_contract {
            let (head, contract) = contracts.remove(&id).ok_or_else(|| Error::fault(format!("contract {id} is not there")))?;
            jobs.push(Job { head, contract, events });
        }
        let this = &*self;
        let folded: Vec<chunk::Folded> = jobs.into_par_iter().map(|job| this.fold(job)).collect::<Result<_>>()?;
        folded.into_iter().for_each(|one| prepared.merge(one));
        prepared.tally.refused = prepared.exceptions.len() as u64;
        prepared.tally.collected = (rows.len() - prepared.exceptions.len()) as u64;
        Ok(prepared)
    }

    fn fold(&self, job: Job<'_>) -> Result<chunk::Folded> {
        let Job { head, mut contract, events } = job;
        let mut folded = chunk::Folded::default();
        let mut typed = Vec::with_capacity(events.len());
        for (row, line) in &events {
            let currency = contract.line(*line).ok_or_else(|| Error::fault(format!("line {line} is not in its contract")))?.currency;
            match event(row, *line, currency, self.types) {
                Ok(event) => typed.push(event),
                Err(Error::Rejected(rejection)) => folded.exceptions.push(exception(row, &rejection)),
                Err(fault) => return Err(fault),
            }
        }
        let known: Vec<i64> = contract.lines.iter().map(|l| l.id).collect();
        let outcome = match collect::apply_events(&mut contract, &typed, &self.policies.engine, &self.context) {
            Ok(outcome) => outcome,
            Err(Error::Rejected(rejection)) => {
                folded.exceptions = events.iter().map(|(row, _)| exception(row, &rejection)).collect();
                return Ok(folded);
            }
            Err(fault) => return Err(fault),
        };
        for refused in &outcome.refused {
            if let Some((row, _)) = events.iter().find(|(row, _)| row.id == refused.id) {
                folded.exceptions.push(exception(row, &refused.rejection));
            }
        }
        folded.take(&contract, Some(&head), &known, &outcome, &[], &self.stamp)?;
        Ok(folded)
    }
}

type Loaded = (Vec<Row>, HashMap<String, super::assign::ExistingLine>, BTreeMap<i64, (HeadRow, Contract)>);

fn load(tx: &mut dyn Read, ids: &[i64]) -> Result<Loaded> {
    let mut rows = Vec::with_capacity(ids.len());
    rows_by_id(tx, Family::Event, ids, &mut |row| {
        rows.push(Row { id: row.id, upload: row.upload_id, due: Day::from_epoch(row.due), record: row.record.to_vec() });
        Ok(())
    })?;
    rows.sort_unstable_by_key(|r| r.id);
    let texts = rows.iter().map(|r| Record::new(&r.record).text(f::DOC_LINE_ID)).collect::<Result<Vec<_>>>()?;
    let lines = chunk::existing_lines(tx, texts.into_iter().flatten())?;
    let wanted = chunk::hashed(lines.values().map(|l| l.contract));
    let contracts = convert::contracts(stored::load_by_id(tx, &wanted)?)?;
    Ok((rows, lines, contracts))
}

fn unknown_line(text: &str) -> Rejection {
    let error = Error::conflict("RPRO-00777", format!("The order line {text:?} named by the event does not exist; load the order first."));
    match error {
        Error::Rejected(rejection) => *rejection,
        Error::Fault(_) => Rejection { code: "RPRO-00777", kind: Kind::Conflict, message: String::new(), place: Default::default() },
    }
}

fn exception(row: &Row, rejection: &Rejection) -> ExceptionRow {
    ExceptionRow { stage_id: row.id, upload_id: row.upload, waits: false, codes: rejection.code.to_owned(), message: rejection.to_string() }
}

fn event(row: &Row, line: i64, currency: Currency, types: &EventTypes) -> Result<Event> {
    let record = Record::new(&row.record);
    let name = record.text(f::EVENT_NAME)?.unwrap_or_default();
    let set_up = types.get(name)?;
    if set_up.kind != EventKind::Revenue || !set_up.mapping.is_empty() || set_up.order_by.is_some() {
        let message =
            "Only revenue events that name their order line are built yet; events of other kinds or with a mapping stay in staging.";
        return Err(Error::rejected(Kind::NotBuilt, "events.not_built", message));
    }
    let amount = match record.number(f::RELEASE_AMOUNT)? {
        None => None,
        Some(number) => Some(number.minor(currency.exponent()).ok_or_else(|| {
            Error::invalid("RPRO-00009", format!("The amount has more decimals than {currency} allows or is too large."))
                .in_column("RELEASE_AMOUNT")
        })?),
    };
    Ok(Event {
        id: row.id,
        line: Link::Known(line),
        name: name.to_owned(),
        direction: if record.text(f::ACTION)?.is_some_and(|a| a.trim().eq_ignore_ascii_case("DEF")) {
            Direction::Defer
        } else {
            Direction::Release
        },
        process: match set_up.process_type {
            ProcessType::ByAmount => Process::Amount,
            ProcessType::ByPercent => Process::Percent,
            ProcessType::ByQuantity => Process::Quantity,
        },
        cumulative: set_up.cumulative,
        amount,
        percent: record.decimal(f::RELEASE_PERCENT)?,
        quantity: record.decimal(f::RELEASE_QUANTITY)?,
        date: row.due,
        start: record.date(f::START_DATE)?,
        end: record.date(f::END_DATE)?,
    })
}
