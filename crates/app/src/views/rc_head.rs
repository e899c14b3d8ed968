//! BI3_RC_HEAD: revenue contracts.

use super::names::CLIENT;
use super::row::{at, flag, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use accrual_base::{Result, currency::push_minor};
use accrual_store::contracts::{HeadRow, head_flag, scan_heads};
use std::sync::Arc;

pub(super) const NAME: &str = "BI3_RC_HEAD";

pub(super) struct Entry {
    head: HeadRow,
    organisation: Arc<str>,
}

impl Entry {
    fn amount(&self, out: &mut String, minor: i64) {
        push_minor(out, minor, self.head.currency.exponent());
    }
    fn is(&self, bit: i64) -> bool {
        self.head.flags & bit != 0
    }
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| int(o, e.head.id)),
    ("VERSION", |e, o| int(o, e.head.version)),
    ("BOOK_ID", |e, o| int(o, e.head.book_id)),
    ("LIST_AMT", |e, o| e.amount(o, e.head.list_amount)),
    ("SELL_AMT", |e, o| e.amount(o, e.head.sell_amount)),
    ("TMPL_ID", |e, o| int(o, e.head.template_id)),
    ("CURR", |e, o| o.push_str(e.head.currency.code())),
    ("F_CUR", |e, o| o.push_str(e.head.functional_currency.code())),
    ("CSTMR_NM", |e, o| o.push_str(e.head.customer.as_deref().unwrap_or(""))),
    ("ALLOC_ERROR_FLAG", |e, o| flag(o, e.is(head_flag::ALLOCATION_ERROR))),
    ("MULTI_CURR_FLAG", |e, o| flag(o, e.is(head_flag::MULTI_CURRENCY))),
    ("MULTI_T_CURR_FLAG", |e, o| flag(o, e.is(head_flag::MULTI_CURRENCY))),
    ("ALLOC_ELIGIBLE_FLAG", |e, o| flag(o, e.is(head_flag::ALLOCATABLE))),
    ("IS_ALLOCATABLE_FLAG", |e, o| flag(o, e.is(head_flag::ALLOCATABLE))),
    ("MANUAL_CV_FLAG", |_, o| flag(o, false)),
    ("MANUAL_RC_FLAG", |_, o| flag(o, false)),
    ("FREEZE_FLAG", |_, o| flag(o, false)),
    ("CONVERSION_FLAG", |_, o| flag(o, false)),
    ("ARCHIVE_FLAG", |_, o| flag(o, false)),
    ("MJE_RC_FLAG", |_, o| flag(o, false)),
    ("RC_CRTD_MANUAL_FLAG", |_, o| flag(o, false)),
    ("RC_CLOSED_FLAG", |_, o| flag(o, false)),
    ("EXCEPTION_FLAG", |e, o| flag(o, e.is(head_flag::ALLOCATION_ERROR))),
    ("CRTD_PRD_ID", |e, o| int(o, e.head.created_period)),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("SEC_ATR_VAL", |e, o| o.push_str(&e.organisation)),
    ("CRTD_BY", |e, o| o.push_str(&e.head.created_by)),
    ("CRTD_DT", |e, o| at(o, e.head.created_at)),
    ("UPDT_BY", |e, o| o.push_str(&e.head.updated_by)),
    ("UPDT_DT", |e, o| at(o, e.head.updated_at)),
    ("INCR_UPDT_DT", |e, o| at(o, e.head.updated_at)),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    let names = source.names.clone();
    scan_heads(source.tx, i64::MIN, query.from, query.to, &mut |head| {
        let organisation = names.organisation(head.org_id);
        each.row(&plan, &Entry { head, organisation })
    })
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
