//! Unposted entries of schedules as journal lines, in an order that never changes: by line, leg, period, debit first.

use super::balance::Balance;
use super::criteria::Criteria;
use super::frozen::Frozen;
use crate::views::account::{AccountSet, AccountSets};
use accrual_base::{Currency, Error, Result};
use accrual_revenue::codec::{decode_legs, encode_legs};
use accrual_revenue::contract::{LegKind, Watermark};
use accrual_revenue::functional::Amounts;
use accrual_revenue::rows::{LineInfo, Row, Scope, unposted};
use accrual_store::journals::JournalRow;
use accrual_store::schedules::{self, ScheduleRef, ScheduleScan};
use accrual_store::{Flow, Read};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One journal line on its way to the store.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub period: i32,
    /// Contract, line and schedule; nothing in a summary.
    pub source: Option<(i64, i64, i64)>,
    pub account_type: char,
    pub schedule_type: char,
    /// The account strings of the line; `account_type` picks one.
    pub accounts: Arc<AccountSet>,
    pub currency: Currency,
    pub functional: Currency,
    pub debit: Amounts,
    pub credit: Amounts,
}

impl Line {
    /// As the store takes it.
    pub fn row<'a>(&'a self, id: i64, batch: i64, letters: &'a mut [u8; 2]) -> JournalRow<'a> {
        // both are ASCII letters
        *letters = [self.account_type as u8, self.schedule_type as u8];
        let text = std::str::from_utf8(letters).unwrap_or("??");
        JournalRow {
            id,
            batch_id: batch,
            period: self.period,
            rc_id: self.source.map(|s| s.0),
            line_id: self.source.map(|s| s.1),
            schedule_id: self.source.map(|s| s.2),
            account_type: &text[..1],
            schedule_type: &text[1..],
            account: self.accounts.account(self.account_type),
            currency: self.currency,
            functional_currency: self.functional,
            debit: self.debit.transaction,
            credit: self.credit.transaction,
            functional_debit: self.debit.functional,
            functional_credit: self.credit.functional,
            reporting_debit: self.debit.reporting,
            reporting_credit: self.credit.reporting,
        }
    }
}

/// What a batch writes in one transaction.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub lines: Vec<Line>,
    /// (line id, its legs with the batch's mark): only for a batch with criteria.
    pub stamps: Vec<(i64, Vec<u8>)>,
    /// The last contract line in the chunk.
    pub through: i64,
    pub balance: Balance,
}

/// How a batch reads schedules.
pub(super) struct Posting<'a> {
    pub frozen: &'a Frozen,
    pub criteria: &'a Criteria,
    pub watermarks: Vec<Watermark>,
    pub reporting: Currency,
    /// Lines of one transaction, more or less.
    pub chunk: usize,
}

impl Posting<'_> {
    /// Streams what is unposted, behind the checkpoint, in chunks that end with a contract line.
    ///
    /// # Errors
    /// A fault of the store or a broken schedule; whatever `each` returned.
    pub fn chunks(&self, tx: &mut dyn Read, each: &mut dyn FnMut(Chunk) -> Result<()>) -> Result<()> {
        let sets = AccountSets::load(tx)?;
        let mut chunk = Chunk::default();
        let scan = ScheduleScan { after: self.frozen.after, ..ScheduleScan::default() };
        schedules::scan(tx, scan, &mut |schedule| {
            if schedule.org_id == self.frozen.org && self.criteria.takes_line(&schedule) {
                self.line(&schedule, &sets, &mut chunk)?;
            }
            chunk.through = schedule.line_id;
            if chunk.lines.len() >= self.chunk {
                each(std::mem::take(&mut chunk))?;
            }
            Ok(Flow::Continue)
        })?;
        if chunk.lines.is_empty() { Ok(()) } else { each(chunk) }
    }

    fn line(&self, schedule: &ScheduleRef<'_>, sets: &AccountSets, chunk: &mut Chunk) -> Result<()> {
        let info = LineInfo {
            id: schedule.line_id,
            currency: schedule.currency,
            functional: schedule.functional_currency,
            reporting: self.reporting,
        };
        let scope = Scope { period: self.frozen.period(), sequence: self.frozen.sequence, watermarks: &self.watermarks };
        let before = chunk.lines.len();
        unposted(schedule.legs, &info, &scope, |row| {
            if self.criteria.takes_type(row.schedule_type) {
                let line = journal(schedule, row, sets)?;
                chunk.balance.take(&line, row.leg.kind == LegKind::AllocationOpening);
                chunk.lines.push(line);
            }
            Ok(())
        })?;
        if !self.criteria.is_whole() && chunk.lines.len() > before {
            chunk.stamps.push((schedule.line_id, self.stamped(schedule)?));
        }
        Ok(())
    }

    /// The legs of a line with what the batch took marked as posted.
    fn stamped(&self, schedule: &ScheduleRef<'_>) -> Result<Vec<u8>> {
        let mut legs = decode_legs(schedule.legs, schedule.currency)?;
        let period = self.frozen.period();
        for leg in &mut legs {
            let schedule_type = accrual_revenue::account_type::schedule_type(leg.kind);
            let taken = leg.kind != LegKind::InitialBilling && leg.sequence <= self.frozen.sequence && leg.start <= period;
            if taken && self.criteria.takes_type(schedule_type) {
                leg.posted_through = leg.posted_through.max(Some(period));
            }
        }
        let mut blob = Vec::with_capacity(schedule.legs.len() + 8);
        encode_legs(&legs, schedule.currency, &mut blob);
        Ok(blob)
    }
}

fn journal(schedule: &ScheduleRef<'_>, row: &Row<'_>, sets: &AccountSets) -> Result<Line> {
    Ok(Line {
        period: row.period.0,
        source: Some((schedule.rc_id, schedule.line_id, row.schedule)),
        account_type: row.account.letter(),
        schedule_type: row.schedule_type,
        accounts: sets.get(schedule.account_set)?.clone(),
        currency: row.leg.currency,
        functional: schedule.functional_currency,
        debit: row.debit(),
        credit: row.credit(),
    })
}

/// What summary lines are grouped by.
type Group = (String, char, char, Currency, Currency, i32);

/// Sums of a summary batch; one line per group and side.
#[derive(Default)]
pub(super) struct Summary(BTreeMap<Group, (Arc<AccountSet>, Amounts, Amounts)>);

impl Summary {
    /// # Errors
    /// A fault on overflow.
    pub fn add(&mut self, line: &Line) -> Result<()> {
        let account = line.accounts.account(line.account_type).to_owned();
        let group = (account, line.account_type, line.schedule_type, line.currency, line.functional, line.period);
        let (_, debit, credit) = self.0.entry(group).or_insert_with(|| (line.accounts.clone(), Amounts::default(), Amounts::default()));
        *debit = sum(*debit, line.debit)?;
        *credit = sum(*credit, line.credit)?;
        Ok(())
    }

    /// Debit line before credit line, by account, type, currency and period.
    pub fn lines(self) -> Vec<Line> {
        let mut lines = Vec::new();
        for ((_, account_type, schedule_type, currency, functional, period), (accounts, debit, credit)) in self.0 {
            for (debit, credit) in [(debit, Amounts::default()), (Amounts::default(), credit)] {
                if (debit, credit) != (Amounts::default(), Amounts::default()) {
                    let accounts = accounts.clone();
                    lines.push(Line { period, source: None, account_type, schedule_type, accounts, currency, functional, debit, credit });
                }
            }
        }
        lines
    }
}

fn sum(a: Amounts, b: Amounts) -> Result<Amounts> {
    let add = |a: i64, b: i64| a.checked_add(b).ok_or_else(|| Error::fault("a summary line overflows"));
    Ok(Amounts {
        transaction: add(a.transaction, b.transaction)?,
        functional: add(a.functional, b.functional)?,
        reporting: add(a.reporting, b.reporting)?,
    })
}
