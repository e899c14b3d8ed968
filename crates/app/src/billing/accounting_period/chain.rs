//! The chain of periods as it is stored.

use crate::billing::records;
use crate::unit::Unit;
use accrual_base::{Day, Error, Result};
use accrual_ledger::period::{Bucket, Status, TrialBalanceStatus};
use accrual_ledger::{Period, Periods};
use accrual_model::{Descriptor, Filter, Object, Query, Record, Value, Values};
use accrual_objects::billing::{AccountingPeriod, JournalEntry, OPEN_ENDED, PeriodStatus, RevenueScheduleItem};
use accrual_store::nouns;
use accrual_store::{Flow, Read};

/// Every period of the tenant.
pub(crate) struct Chain {
    pub descriptor: Descriptor,
    /// Oldest first, in the order of `periods`.
    pub records: Vec<Record>,
    pub open_ended: Option<Record>,
    pub periods: Periods,
}

impl Chain {
    /// Reads the periods: a few hundred at most, and every rule looks at several of them.
    pub fn load(tx: &mut dyn Read) -> Result<Self> {
        let descriptor = records::descriptor::<AccountingPeriod>(tx)?;
        let (mut dated, mut open_ended) = (Vec::new(), None);
        nouns::scan(tx, &descriptor, &mut |record| {
            let noun = AccountingPeriod::from_values(record.data.clone())?;
            match (noun.start_date, noun.end_date) {
                (Some(start), Some(_)) => dated.push((start, noun, record)),
                _ => open_ended = Some(record),
            }
            Ok(Flow::Continue)
        })?;
        dated.sort_by_key(|(start, ..)| *start);
        let periods = dated.iter().map(|(_, noun, _)| period(noun)).collect::<Result<Vec<_>>>()?;
        let records = dated.into_iter().map(|(_, _, record)| record).collect();
        Ok(Self { descriptor, records, open_ended, periods: Periods::new(periods)? })
    }

    /// The place of a dated period by its id or name.
    pub fn place(&self, key: &str) -> Result<usize> {
        if self.open_ended.as_ref().is_some_and(|r| self.is(r, key)) {
            let message = "The period Open-Ended follows the last accounting period by itself; it cannot be changed, closed or deleted.";
            return Err(Error::conflict("accounting_period.open_ended", message));
        }
        let found = self.records.iter().position(|r| self.is(r, key));
        found.ok_or_else(|| Error::not_found("object.not_found", format!("There is no Accounting Period {key}.")))
    }

    fn is(&self, record: &Record, key: &str) -> bool {
        record.uid == key || self.descriptor.value(&record.data, "name").as_text() == Some(key)
    }

    /// Where the items of a period stand; its id is as items name it.
    pub fn bucket(&self, period_id: &str) -> Result<Bucket> {
        if self.open_ended.as_ref().is_some_and(|r| r.uid == period_id) {
            return Ok(Bucket::OpenEnded);
        }
        let place = self.records.iter().position(|r| r.uid == period_id).map(Bucket::Period);
        place.ok_or_else(|| Error::fault(format!("revenue stands in accounting period {period_id}, which is not there")))
    }

    /// The record of a bucket.
    pub fn record(&self, bucket: Bucket) -> Result<&Record> {
        let found = match bucket {
            Bucket::Period(at) => self.records.get(at),
            Bucket::OpenEnded => self.open_ended.as_ref(),
        };
        found.ok_or_else(|| Error::fault(format!("the accounting period {bucket:?} has no record")))
    }

    /// Makes sure that Open-Ended is there before revenue is put into it. It starts on `day` while no dated period is there.
    pub fn with_open_ended(&mut self, unit: &mut Unit<'_>, day: Day) -> Result<()> {
        if self.open_ended.is_none() {
            let start = self.periods.open_ended_start().unwrap_or(day);
            self.open_ended = Some(make_open_ended(unit, start)?);
        }
        Ok(())
    }

    /// Marks which of these periods hold revenue or journal entries, so that the rules of dates and deletion can tell.
    pub fn mark_use(&mut self, tx: &mut dyn Read, places: impl IntoIterator<Item = usize>) -> Result<()> {
        let mut all = self.periods.all().to_vec();
        for at in places {
            if let (Some(period), Some(record)) = (all.get_mut(at), self.records.get(at)) {
                period.revenue = holds_revenue(tx, record)?;
                period.journal_entries = holds_entries(tx, record)?;
            }
        }
        self.periods = Periods::new(all)?;
        Ok(())
    }

    /// Stores the periods that are other than they were, and where Open-Ended starts.
    pub fn keep(&mut self, unit: &mut Unit<'_>, before: &Periods) -> Result<()> {
        for at in 0..self.records.len() {
            let (was, is) = (before.get(at)?, self.periods.get(at)?);
            if was == is {
                continue;
            }
            let mut values = self.records[at].data.clone();
            write(&self.descriptor, &mut values, is)?;
            self.records[at] = records::store(unit, &self.descriptor, &self.records[at], values)?;
        }
        self.follow(unit)
    }

    /// Open-Ended starts behind the last dated period. Without one there is none, unless revenue stands in it.
    pub fn follow(&mut self, unit: &mut Unit<'_>) -> Result<()> {
        match (&self.open_ended, self.periods.open_ended_start()) {
            (Some(record), Some(start)) => {
                let mut values = record.data.clone();
                records::set(&self.descriptor, &mut values, "start_date", start)?;
                self.open_ended = Some(records::store(unit, &self.descriptor, record, values)?);
            }
            (Some(record), None) => {
                if !holds_revenue(unit.read(), record)? {
                    records::remove(unit, &self.descriptor, record)?;
                    self.open_ended = None;
                }
            }
            (None, Some(start)) => self.open_ended = Some(make_open_ended(unit, start)?),
            (None, None) => {}
        }
        Ok(())
    }
}

fn make_open_ended(unit: &mut Unit<'_>, start: Day) -> Result<Record> {
    let open_ended = AccountingPeriod { name: OPEN_ENDED.to_owned(), start_date: Some(start), ..AccountingPeriod::default() };
    // a required custom field is the business of periods people make
    records::insert(unit, AccountingPeriod::descriptor(), open_ended.to_values()?)
}

fn holds_revenue(tx: &mut dyn Read, period: &Record) -> Result<bool> {
    let items = Query { limit: 1, ..Query::of(Filter::eq("accounting_period_id", period.uid.as_str())) };
    Ok(!nouns::list(tx, RevenueScheduleItem::descriptor(), &items)?.is_empty())
}

fn holds_entries(tx: &mut dyn Read, period: &Record) -> Result<bool> {
    let active = Filter::All(vec![Filter::eq("accounting_period_id", period.uid.as_str()), Filter::eq("status", "Created")]);
    Ok(!nouns::list(tx, JournalEntry::descriptor(), &Query { limit: 1, ..Query::of(active) })?.is_empty())
}

/// Writes what the ledger decides about a period.
fn write(descriptor: &Descriptor, values: &mut Values, period: &Period) -> Result<()> {
    records::set(descriptor, values, "start_date", period.start)?;
    records::set(descriptor, values, "end_date", period.end)?;
    records::set(descriptor, values, "status", period.status.name())?;
    records::set(descriptor, values, "run_trial_balance_status", period.trial_balance.map_or(Value::Null, |s| s.name().into()))
}

/// A stored period as the ledger sees it, without what uses it ([`Chain::mark_use`]).
pub(super) fn period(noun: &AccountingPeriod) -> Result<Period> {
    let fault = |what: &str| Error::fault(format!("the accounting period {} has {what}", noun.name));
    let trial_balance = |name: &str| {
        use TrialBalanceStatus::{Completed, Error, Pending, Processing};
        [Pending, Processing, Completed, Error].into_iter().find(|s| s.name() == name)
    };
    Ok(Period {
        name: noun.name.clone(),
        start: noun.start_date.ok_or_else(|| fault("no first day"))?,
        end: noun.end_date.ok_or_else(|| fault("no last day"))?,
        fiscal_year: i32::try_from(noun.fiscal_year).map_err(|_| fault("a fiscal year out of range"))?,
        fiscal_quarter: noun.fiscal_quarter.map(u8::try_from).transpose().map_err(|_| fault("a fiscal quarter out of range"))?,
        notes: noun.notes.clone().unwrap_or_default(),
        status: match noun.status {
            PeriodStatus::Open => Status::Open,
            PeriodStatus::PendingClose => Status::PendingClose,
            PeriodStatus::Closed => Status::Closed,
        },
        trial_balance: noun.run_trial_balance_status.as_deref().and_then(trial_balance),
        revenue: false,
        journal_entries: false,
    })
}
