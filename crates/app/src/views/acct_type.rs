//! BI3_ACCT_TYPE: the account types.

use super::account::{ACCOUNT_TYPES, AccountType};
use super::names::CLIENT;
use super::row::{at, flag, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use accrual_base::Result;
use accrual_store::Flow;

pub(super) const NAME: &str = "BI3_ACCT_TYPE";

/// A type, its position and when the tenant began.
pub(super) struct Entry {
    kind: AccountType,
    position: i64,
    since: i64,
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| o.push(e.kind.letter)),
    ("NAME", |e, o| o.push_str(e.kind.name)),
    ("WF_TYPE", |e, o| o.push_str(e.kind.waterfall)),
    ("WF_SUMM_TYPE", |e, o| o.push_str(if matches!(e.kind.letter, 'R' | 'X') { "Net Revenue" } else { e.kind.waterfall })),
    ("BALANCE_SHEET_ACCT_FLAG", |e, o| flag(o, e.kind.balance_sheet)),
    ("P_L_ACCT_FLAG", |e, o| flag(o, !e.kind.balance_sheet)),
    ("COST_FLAG", |_, o| flag(o, false)),
    ("VC_ACCT_FLAG", |_, o| flag(o, false)),
    ("VC_CLR_ACCT_FLAG", |_, o| flag(o, false)),
    ("INCL_IN_NETTING_FLAG", |e, o| flag(o, matches!(e.kind.letter, 'A' | 'L'))),
    ("INCL_IN_MANUAL_JE_FLAG", |_, o| flag(o, true)),
    ("WATERFALL_FLAG", |e, o| flag(o, !e.kind.waterfall.is_empty())),
    ("DEF_REC_FLAG", |e, o| o.push_str(e.kind.deferred_or_recognised)),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("CRTD_BY", |_, o| o.push_str("SYSTEM")),
    ("CRTD_DT", |e, o| at(o, e.since)),
    ("UPDT_BY", |_, o| o.push_str("SYSTEM")),
    ("UPDT_DT", |e, o| at(o, e.since)),
    ("INCR_UPDT_DT", |e, o| at(o, e.since)),
    ("ALLOW_MAPPING_FLAG", |_, o| flag(o, true)),
    ("DEF_OFFSET_FLAG", |_, o| flag(o, false)),
    ("ENABLED_FLAG", |_, o| flag(o, true)),
    ("PAYABLES_ACCT_FLAG", |e, o| flag(o, e.kind.letter == 'P')),
    ("REV_OFFSET_FLAG", |_, o| flag(o, false)),
    ("REV_DISPLAY_SEQ", |e, o| int(o, e.position)),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    let since = source.since()?;
    if !query.covers(since) {
        return Ok(());
    }
    for (position, kind) in (1i64..).zip(ACCOUNT_TYPES) {
        if each.row(&plan, &Entry { kind, position, since })? == Flow::Stop {
            break;
        }
    }
    Ok(())
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
