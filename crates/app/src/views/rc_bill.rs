//! BI3_RC_BILL: invoices and credits of contract lines.

use super::account::{AccountSet, AccountSets};
use super::batch::{Batches, LIMIT, by_id};
use super::names::{BOOK, CLIENT};
use super::record::{FieldTexts, line_field};
use super::row::{at, flag, int};
use super::table::{Fills, Plan};
use super::{Each, Query, Source, missing, rc_lns};
use accrual_base::{Result, currency::push_minor};
use accrual_revenue::fields::{self, FieldId};
use accrual_store::Flow;
use accrual_store::contracts::{BillRow, LineRow, lines_by_id, scan_bills};
use std::sync::Arc;

pub(super) const NAME: &str = "BI3_RC_BILL";

pub(super) struct Entry {
    bill: BillRow,
    line: Arc<LineRow>,
    organisation: Arc<str>,
    accounts: Arc<AccountSet>,
    upload: i64,
}

impl Entry {
    fn amount(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.bill.currency.exponent());
    }
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| int(o, e.bill.id)),
    ("RC_ID", |e, o| int(o, e.bill.rc_id)),
    ("EXT_SLL_PRC", |e, o| e.amount(o, e.bill.amount)),
    ("DEF_AMT", |e, o| e.amount(o, e.bill.deferred)),
    ("REC_AMT", |e, o| e.amount(o, e.bill.recognised)),
    ("BATCH_ID", |e, o| int(o, e.upload)),
    ("BOOK_ID", |_, o| int(o, BOOK)),
    ("CURR", |e, o| o.push_str(e.bill.currency.code())),
    ("DEF_SEGMENTS", |e, o| o.push_str(e.accounts.account('L'))),
    ("REV_SEGMENTS", |e, o| o.push_str(e.accounts.account('R'))),
    ("LINE_ID", |e, o| int(o, e.line.id)),
    ("CRTD_PRD_ID", |e, o| int(o, e.bill.created_period)),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("SEC_ATR_VAL", |e, o| o.push_str(&e.organisation)),
    ("UPDT_DT", |e, o| at(o, e.bill.updated_at)),
    ("INCR_UPDT_DT", |e, o| at(o, e.bill.updated_at)),
    ("AL_ACCOUNT", |e, o| o.push_str(e.accounts.account('A'))),
    ("AR_ACCOUNT", |e, o| o.push_str(e.accounts.account('X'))),
    ("CA_ACCOUNT", |e, o| o.push_str(e.accounts.account('S'))),
    ("CI_ACCOUNT", |e, o| o.push_str(e.accounts.account('M'))),
    ("CONTRA_AR_ACCT", |e, o| o.push_str(e.accounts.account('C'))),
    ("PAYABLES_ACCT", |e, o| o.push_str(e.accounts.account('P'))),
    ("UB_LIAB_ACCT", |e, o| o.push_str(e.accounts.account('U'))),
    ("IC_ACCOUNT", |e, o| o.push_str(e.accounts.account('I'))),
    ("LT_DEF_ACNT", |e, o| o.push_str(e.accounts.account('E'))),
    ("LT_DEF_ADJ_ACCT", |e, o| o.push_str(e.accounts.account('F'))),
    ("CONTRA_ENTRY_FLAG", |_, o| flag(o, false)),
    ("SYS_GNRTD_CMC_FLAG", |_, o| flag(o, false)),
];

/// Columns that repeat a staged field under another name.
const RENAMED: [(&str, FieldId); 6] = [
    ("INVOICE_NUM", fields::INV_NUM),
    ("INVOICE_DATE", fields::INV_DATE),
    ("INVOICE_LINE_NUM", fields::INV_LINE_NUM),
    ("INVOICE_LINE_ID", fields::INV_LINE_ID),
    ("INVOICE_QTY", fields::INV_QTY),
    ("REF_DOC_LINE_ID", fields::SO_LINE_ID),
];

fn field_of(column: &str) -> Option<FieldId> {
    RENAMED.iter().find(|(name, _)| *name == column).map(|(_, id)| *id).or_else(|| line_field(column))
}

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, field_of, &query.fields)?;
    let mut texts = FieldTexts::new(plan.fields());
    let sets = AccountSets::load(source.tx)?;
    let mut batches = Batches::new(i64::MIN);
    loop {
        let bills = batches.next(|after, keep| scan_bills(source.tx, after, query.from, query.to, LIMIT, &mut |b| keep(b.id, b)))?;
        if bills.is_empty() {
            return Ok(());
        }
        let mut ids: Vec<i64> = bills.iter().map(|b| b.line_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let lines = by_id(lines_by_id(source.tx, &ids)?.into_iter().map(Arc::new).collect(), |l: &Arc<LineRow>| l.id);
        let records = rc_lns::records(source, bills.iter().map(|b| b.id))?;
        for bill in bills {
            let line = lines.get(&bill.line_id).cloned().ok_or_else(|| missing("line", bill.line_id))?;
            let (upload, record) = records.get(&bill.id).ok_or_else(|| missing("staged row", bill.id))?;
            texts.load(record)?;
            let organisation = source.names.organisation(bill.org_id);
            let accounts = sets.get(line.account_set)?.clone();
            if each.row_with(&plan, &Entry { bill, line, organisation, accounts, upload: *upload }, &texts)? == Flow::Stop {
                return Ok(());
            }
        }
    }
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
