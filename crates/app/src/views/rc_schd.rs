//! BI3_RC_SCHD: accounting schedules, one row per schedule and side. Packed legs are expanded while they stream.

use super::account::{AccountSet, AccountSets};
use super::names::{BOOK, CLIENT};
use super::row::{at, decimal, flag, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use crate::collection::policies::Profiles;
use crate::transfer::Criteria;
use accrual_base::{Currency, PeriodId, Result, currency::push_minor};
use accrual_revenue::account_type::AccountType;
use accrual_revenue::contract::LegKind;
use accrual_revenue::functional::Amounts;
use accrual_revenue::rows::{LineInfo, Row, expand};
use accrual_store::schedules::{self, ScheduleRef, ScheduleScan};
use accrual_store::{Flow, journals};
use std::sync::Arc;

pub(super) const NAME: &str = "BI3_RC_SCHD";

/// What posted a row.
#[derive(Clone, Copy, Debug)]
struct Posted {
    period: i32,
    batch: Option<i64>,
}

pub(super) struct Entry {
    contract: i64,
    line: i64,
    pob: i64,
    organisation: Arc<str>,
    accounts: Arc<AccountSet>,
    functional: Currency,
    reporting: Currency,
    schedule: i64,
    period: PeriodId,
    account: AccountType,
    debit: Amounts,
    credit: Amounts,
    schedule_type: char,
    kind: LegKind,
    reversal: bool,
    bill: Option<i64>,
    currency: Currency,
    rates: accrual_revenue::contract::Rates,
    created: PeriodId,
    posted: Option<Posted>,
    updated_at: i64,
}

impl Entry {
    fn transaction(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.currency.exponent());
    }
    fn functional(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.functional.exponent());
    }
    fn reporting(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.reporting.exponent());
    }
    /// Credit less debit is positive for income; the amount itself carries no side.
    fn amount(&self) -> i64 {
        self.debit.transaction.saturating_add(self.credit.transaction)
    }
    fn is_initial(&self) -> bool {
        self.kind == LegKind::InitialBilling
    }
    fn is_unbilled(&self) -> bool {
        matches!(self.kind, LegKind::Unbilled | LegKind::UnbilledReceivable)
    }
}

const FILLS: Fills<Entry> = &[
    ("RC_ID", |e, o| int(o, e.contract)),
    ("RC_VER", |_, o| o.push('1')),
    ("POB_ID", |e, o| int(o, e.pob)),
    ("AMOUNT", |e, o| e.transaction(o, e.amount())),
    ("CURR", |e, o| o.push_str(e.currency.code())),
    ("F_EX_RATE", |e, o| decimal(o, e.rates.functional)),
    ("PRD_ID", |e, o| int(o, e.period.0)),
    ("POST_PRD_ID", |e, o| e.posted.iter().for_each(|p| int(o, p.period))),
    ("POST_BATCH_ID", |e, o| e.posted.and_then(|p| p.batch).iter().for_each(|b| int(o, *b))),
    ("G_EX_RATE", |e, o| decimal(o, e.rates.reporting)),
    ("CRTD_PRD_ID", |e, o| int(o, e.created.0)),
    ("ROOT_LINE_ID", |e, o| int(o, e.line)),
    ("REF_BILL_ID", |e, o| e.bill.iter().for_each(|b| int(o, *b))),
    ("SCHD_ID", |e, o| int(o, e.schedule)),
    ("LINE_ID", |e, o| int(o, e.bill.unwrap_or(e.line))),
    ("ACCTG_SEG", |e, o| o.push_str(e.accounts.account(e.account.letter()))),
    ("DR_AMOUNT", |e, o| e.transaction(o, e.debit.transaction)),
    ("CR_AMOUNT", |e, o| e.transaction(o, e.credit.transaction)),
    ("F_DR_AMOUNT", |e, o| e.functional(o, e.debit.functional)),
    ("F_CR_AMOUNT", |e, o| e.functional(o, e.credit.functional)),
    ("G_DR_AMOUNT", |e, o| e.reporting(o, e.debit.reporting)),
    ("G_CR_AMOUNT", |e, o| e.reporting(o, e.credit.reporting)),
    ("ACCTG_TYPE", |e, o| o.push(e.account.letter())),
    ("INTERFACED_FLAG", |e, o| flag(o, e.posted.is_some() || e.is_initial())),
    ("INITIAL_ENTRY_FLAG", |e, o| flag(o, e.is_initial())),
    ("REVERSAL_FLAG", |e, o| flag(o, e.reversal)),
    ("FCST_FLAG", |_, o| flag(o, false)),
    ("NETTING_ENTRY_FLAG", |_, o| flag(o, false)),
    ("ACCOUNT_NAME", |e, o| o.push_str(e.account.name())),
    ("SCHD_TYPE_FLAG", |e, o| o.push(e.schedule_type)),
    ("INITIAL_REP_ENTRY_FLAG", |e, o| flag(o, e.kind == LegKind::AllocationOpening)),
    ("PERIOD_NAME", |e, o| o.push_str(&e.period.name())),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("BOOK_ID", |_, o| int(o, BOOK)),
    ("SEC_ATR_VAL", |e, o| o.push_str(&e.organisation)),
    ("UPDT_DT", |e, o| at(o, e.updated_at)),
    ("INCR_UPDT_DT", |e, o| at(o, e.updated_at)),
    ("UNBILLED_FLAG", |e, o| flag(o, e.is_unbilled())),
    ("UNBILL_RVRSL_FLAG", |e, o| flag(o, e.reversal)),
    ("RETRO_RVRSL_FLAG", |_, o| flag(o, false)),
    ("CMRO_CONTRA_ENTRY_FLAG", |_, o| flag(o, false)),
    ("DELINK_FLAG", |_, o| flag(o, false)),
];

/// A batch: what it posted, and when.
struct Mark {
    org: i64,
    criteria: Criteria,
    period: PeriodId,
    sequence: i64,
    batch: i64,
    at: i64,
}

impl Mark {
    fn takes(&self, schedule: &ScheduleRef<'_>, row: &Row<'_>) -> bool {
        let reaches = row.leg.sequence <= self.sequence && row.period <= self.period;
        reaches && self.org == schedule.org_id && self.criteria.takes_line(schedule) && self.criteria.takes_type(row.schedule_type)
    }
}

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    let sets = AccountSets::load(source.tx)?;
    let reporting = Profiles::load(source.tx)?.reporting()?;
    let marks: Vec<Mark> = journals::posted(source.tx)?
        .into_iter()
        .map(|b| {
            let criteria = Criteria::stored(&b.criteria)?;
            Ok(Mark { org: b.org_id, criteria, period: b.period, sequence: b.leg_sequence, batch: b.id, at: b.created_at.0 })
        })
        .collect::<Result<_>>()?;
    // posting changes rows without touching their schedule: then every schedule is looked at
    let posted_in_window = marks.iter().any(|m| query.covers(m.at));
    let (from, to) = if posted_in_window { (i64::MIN, i64::MAX) } else { (query.from, query.to) };
    let names = source.names.clone();
    schedules::scan(source.tx, ScheduleScan { from, to, ..ScheduleScan::default() }, &mut |schedule| {
        let (organisation, accounts) = (names.organisation(schedule.org_id), sets.get(schedule.account_set)?.clone());
        let info = LineInfo { id: schedule.line_id, currency: schedule.currency, functional: schedule.functional_currency, reporting };
        let mut flow = Flow::Continue;
        expand(schedule.legs, &info, &[], |row| {
            if flow == Flow::Stop {
                return Ok(());
            }
            let entry = entry(&schedule, row, &marks, &organisation, &accounts, reporting);
            if query.covers(entry.updated_at) {
                flow = each.row(&plan, &entry)?;
            }
            Ok(())
        })?;
        Ok(flow)
    })
}

fn entry(
    schedule: &ScheduleRef<'_>,
    row: &Row<'_>,
    marks: &[Mark],
    organisation: &Arc<str>,
    accounts: &Arc<AccountSet>,
    reporting: Currency,
) -> Entry {
    let initial = row.leg.kind == LegKind::InitialBilling;
    // batches come by age: the first that could take an entry has taken it
    let mark = marks.iter().find(|m| !initial && m.takes(schedule, row));
    let by_criteria = row.leg.posted_through.filter(|p| row.period <= *p).map(|p| Posted { period: p.0, batch: None });
    Entry {
        contract: schedule.rc_id,
        line: schedule.line_id,
        pob: schedule.pob_id,
        organisation: organisation.clone(),
        accounts: accounts.clone(),
        functional: schedule.functional_currency,
        reporting,
        schedule: row.schedule,
        period: row.period,
        account: row.account,
        debit: row.debit(),
        credit: row.credit(),
        schedule_type: row.schedule_type,
        kind: row.leg.kind,
        reversal: row.leg.reversal,
        bill: row.leg.bill,
        currency: row.leg.currency,
        rates: row.leg.rates,
        created: row.leg.created,
        posted: mark.map(|m| Posted { period: m.period.0, batch: Some(m.batch) }).or(by_criteria),
        updated_at: mark.map_or(schedule.updated_at, |m| m.at.max(schedule.updated_at)),
    }
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
