//! BI3_RC_LNS: contract lines. What was uploaded is shown as it was uploaded, from the line's latest order row.

use super::account::{AccountSet, AccountSets};
use super::batch::{Batches, LIMIT, by_id};
use super::names::CLIENT;
use super::record::{FieldTexts, line_field};
use super::row::{at, flag, int};
use super::table::{Fills, Plan};
use super::{Each, Query, Source, missing};
use crate::collection::{convert, policies::Profiles};
use accrual_base::{Currency, Decimal, Result, currency::push_minor};
use accrual_store::contracts::{HeadRow, LineRow, head_flag, heads_by_id, line_flag, scan_lines};
use accrual_store::{Flow, views};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

pub(super) const NAME: &str = "BI3_RC_LNS";

pub(super) struct Entry {
    line: LineRow,
    head: Arc<HeadRow>,
    organisation: Arc<str>,
    accounts: Arc<AccountSet>,
    /// The upload of the latest order row.
    upload: i64,
    /// The currency the contract is allocated in, and the line's part of the transaction price in it.
    allocation: (Currency, i64),
}

impl Entry {
    fn amount(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.line.currency.exponent());
    }
    /// An amount of the allocation.
    fn share(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.allocation.0.exponent());
    }
    fn carve(&self) -> i64 {
        self.line.allocated.saturating_sub(self.allocation.1)
    }
    fn is(&self, bit: i64) -> bool {
        self.line.flags & bit != 0
    }
    /// Deferred: what is not released yet.
    fn deferred(&self) -> i64 {
        self.line.allocatable.saturating_sub(self.line.released)
    }
}

/// `part / whole` in percent with at most ten decimals; nothing for a whole of zero.
fn percent(out: &mut String, part: i64, whole: i64) {
    if let Some(value) = Decimal::from(part).checked_mul(Decimal::ONE_HUNDRED).and_then(|p| p.checked_div(Decimal::from(whole))) {
        let _ = write!(out, "{}", value.round_dp(10).normalize());
    }
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| int(o, e.line.id)),
    ("RC_ID", |e, o| int(o, e.line.rc_id)),
    ("TYPE", |_, o| o.push_str("SO")),
    ("RC_POB_ID", |e, o| int(o, e.line.pob_id)),
    ("EXT_SLL_PRC", |e, o| e.amount(o, e.line.sell_amount)),
    ("EXT_FV_PRC", |e, o| e.line.ssp_amount.iter().for_each(|ssp| e.amount(o, *ssp))),
    ("DEF_AMT", |e, o| e.amount(o, e.deferred())),
    ("REC_AMT", |e, o| e.amount(o, e.line.released)),
    ("CV_AMT", |e, o| e.share(o, e.carve())),
    ("ALCTBL_XT_PRC", |e, o| e.amount(o, e.line.allocatable)),
    ("ALCTD_XT_PRC", |e, o| e.share(o, e.line.allocated)),
    ("BLD_DEF_AMT", |e, o| e.amount(o, e.line.billed.saturating_sub(e.line.billed_released))),
    ("BLD_REC_AMT", |e, o| e.amount(o, e.line.billed_released)),
    ("EXT_LST_PRC", |e, o| e.amount(o, e.line.list_amount)),
    ("BATCH_ID", |e, o| int(o, e.upload)),
    ("CURR", |e, o| o.push_str(e.line.currency.code())),
    ("REL_PCT", |e, o| percent(o, e.line.released, e.line.sell_amount)),
    ("CUM_CV_AMT", |e, o| e.share(o, e.carve())),
    ("CUM_ALCTD_AMT", |e, o| e.share(o, e.line.allocated)),
    ("CV_ELIGIBLE_FLAG", |e, o| flag(o, e.is(line_flag::ELIGIBLE))),
    ("UNBILL_FLAG", |e, o| flag(o, e.is(line_flag::RIGHT_TO_BILL))),
    ("CANCEL_FLAG", |e, o| flag(o, e.is(line_flag::CANCELLED))),
    ("MANUAL_CRTD_FLAG", |_, o| flag(o, false)),
    ("MJE_LINE_FLAG", |_, o| flag(o, false)),
    ("CRTD_PRD_ID", |e, o| int(o, e.line.created_period)),
    ("BOOK_ID", |e, o| int(o, e.head.book_id)),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("SEC_ATR_VAL", |e, o| o.push_str(&e.organisation)),
    ("CRTD_BY", |e, o| o.push_str(&e.head.created_by)),
    ("CRTD_DT", |e, o| at(o, e.head.created_at)),
    ("UPDT_BY", |e, o| o.push_str(&e.head.updated_by)),
    ("UPDT_DT", |e, o| at(o, e.line.updated_at)),
    ("INCR_UPDT_DT", |e, o| at(o, e.line.updated_at)),
    ("DEF_SEGMENTS", |e, o| o.push_str(e.accounts.account('L'))),
    ("REV_SEGMENTS", |e, o| o.push_str(e.accounts.account('R'))),
    ("AL_ACCOUNT", |e, o| o.push_str(e.accounts.account('A'))),
    ("AR_ACCOUNT", |e, o| o.push_str(e.accounts.account('X'))),
    ("CA_ACCOUNT", |e, o| o.push_str(e.accounts.account('S'))),
    ("UB_LIAB_ACCT", |e, o| o.push_str(e.accounts.account('U'))),
    ("CONTRA_AR_ACCT", |e, o| o.push_str(e.accounts.account('C'))),
    ("CI_ACCOUNT", |e, o| o.push_str(e.accounts.account('M'))),
    ("IC_ACCOUNT", |e, o| o.push_str(e.accounts.account('I'))),
    ("PAYABLES_ACCT", |e, o| o.push_str(e.accounts.account('P'))),
    ("LT_DEF_ACNT", |e, o| o.push_str(e.accounts.account('E'))),
    ("LT_DEF_ADJ_ACCT", |e, o| o.push_str(e.accounts.account('F'))),
    ("NET_SLL_PRC", |e, o| e.amount(o, e.line.sell_amount)),
    ("NET_LST_PRC", |e, o| e.amount(o, e.line.list_amount)),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, line_field, &query.fields)?;
    let mut texts = FieldTexts::new(plan.fields());
    let wants_record = texts.any() || plan.wants(&["BATCH_ID"]);
    let sets = AccountSets::load(source.tx)?;
    let reporting = Profiles::load(source.tx)?.reporting()?;
    let mut batches = Batches::new(i64::MIN);
    loop {
        let lines = batches.next(|after, keep| scan_lines(source.tx, after, query.from, query.to, LIMIT, &mut |l| keep(l.id, l)))?;
        if lines.is_empty() {
            return Ok(());
        }
        let heads = heads(source, &lines)?;
        let records = if wants_record { records(source, lines.iter().map(|l| l.source_id))? } else { BTreeMap::new() };
        for line in lines {
            let head = heads.get(&line.rc_id).cloned().ok_or_else(|| missing("contract", line.rc_id))?;
            let mut upload = 0;
            if wants_record {
                let (from, record) = records.get(&line.source_id).ok_or_else(|| missing("staged row", line.source_id))?;
                upload = *from;
                texts.load(record)?;
            }
            let organisation = source.names.organisation(line.org_id);
            let accounts = sets.get(line.account_set)?.clone();
            let allocation = allocation(&line, &head, reporting)?;
            if each.row_with(&plan, &Entry { line, head, organisation, accounts, upload, allocation }, &texts)? == Flow::Stop {
                return Ok(());
            }
        }
    }
}

/// Where the currency of allocation differs from the line's, carves are in it (reference section 10).
fn allocation(line: &LineRow, head: &HeadRow, reporting: Currency) -> Result<(Currency, i64)> {
    let currency = match head.flags {
        flags if flags & head_flag::ALLOCATED_IN_FUNCTIONAL != 0 => head.functional_currency,
        flags if flags & head_flag::ALLOCATED_IN_REPORTING != 0 => reporting,
        _ => return Ok((line.currency, line.allocatable)),
    };
    Ok((currency, convert::allocation_base(line)?))
}

fn heads(source: &mut Source<'_>, lines: &[LineRow]) -> Result<BTreeMap<i64, Arc<HeadRow>>> {
    let mut ids: Vec<i64> = lines.iter().map(|l| l.rc_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(by_id(heads_by_id(source.tx, &ids)?.into_iter().map(Arc::new).collect(), |h: &Arc<HeadRow>| h.id))
}

/// (upload, record) of staged rows by their id.
pub(super) fn records(source: &mut Source<'_>, ids: impl Iterator<Item = i64>) -> Result<BTreeMap<i64, (i64, Vec<u8>)>> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = BTreeMap::new();
    views::records(source.tx, &ids, &mut |staged| {
        found.insert(staged.id, (staged.upload_id, staged.record.to_vec()));
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known() {
        super::super::table::assert_known(NAME, FILLS);
    }

    #[test]
    fn percents_are_exact_to_ten_decimals() {
        let text = |part, whole| {
            let mut out = String::new();
            percent(&mut out, part, whole);
            out
        };
        assert_eq!(text(50, 200), "25");
        assert_eq!(text(1, 3), "33.3333333333");
        assert_eq!(text(1, 0), "");
    }
}
