//! BI3_ACCT_TYPE: the account types.

use super::names::CLIENT;
use super::row::{at, flag, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use accrual_base::Result;
use accrual_model::Stored;
use accrual_objects::accounting::{AccountType, DeferRecognize};
use accrual_store::Flow;
use accrual_store::nouns::typed;

pub(super) const NAME: &str = "BI3_ACCT_TYPE";

type Entry = Stored<AccountType>;

fn text(out: &mut String, value: Option<&String>) {
    out.push_str(value.map_or("", String::as_str));
}

const FILLS: Fills<Entry> = &[
    ("ID", |e, o| o.push_str(&e.data.code)),
    ("NAME", |e, o| o.push_str(&e.data.name)),
    ("WF_TYPE", |e, o| text(o, e.data.wf_type.as_ref())),
    ("WF_SUMM_TYPE", |e, o| text(o, e.data.wf_summ_type.as_ref())),
    ("REVENUE_SUMMARY", |e, o| text(o, e.data.revenue_summary.as_ref())),
    ("BALANCE_SHEET_ACCT_FLAG", |e, o| flag(o, e.data.balance_sheet)),
    ("P_L_ACCT_FLAG", |e, o| flag(o, e.data.profit_loss)),
    ("COST_FLAG", |e, o| flag(o, e.data.cost)),
    ("VC_ACCT_FLAG", |e, o| flag(o, e.data.variable_consideration)),
    ("VC_CLR_ACCT_FLAG", |e, o| flag(o, e.data.vc_clearing)),
    ("INCL_IN_NETTING_FLAG", |e, o| flag(o, e.data.include_in_netting)),
    ("INCL_IN_MANUAL_JE_FLAG", |e, o| flag(o, e.data.include_in_manual_je)),
    ("WATERFALL_FLAG", |e, o| flag(o, e.data.waterfall)),
    ("ACCT_GROUP", |e, o| text(o, e.data.account_group.as_ref())),
    ("DEF_REC_FLAG", |e, o| {
        o.push_str(match e.data.def_rec {
            None => "",
            Some(DeferRecognize::Defer) => "DEF",
            Some(DeferRecognize::Recognize) => "REC",
            Some(DeferRecognize::DeferAllocation) => "EDEF",
            Some(DeferRecognize::RecognizeAllocation) => "EREC",
        });
    }),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("CRTD_BY", |e, o| o.push_str(&e.created_by)),
    ("CRTD_DT", |e, o| at(o, e.created_at.0)),
    ("UPDT_BY", |e, o| o.push_str(&e.updated_by)),
    ("UPDT_DT", |e, o| at(o, e.updated_at.0)),
    ("INCR_UPDT_DT", |e, o| at(o, e.updated_at.0)),
    ("ALLOW_MAPPING_FLAG", |e, o| flag(o, e.data.allow_mapping)),
    ("DEF_OFFSET_FLAG", |e, o| flag(o, e.data.deferred_offset)),
    ("ENABLED_FLAG", |e, o| flag(o, e.data.enabled)),
    ("PAYABLES_ACCT_FLAG", |e, o| flag(o, e.data.payables)),
    ("REV_OFFSET_FLAG", |e, o| flag(o, e.data.revenue_offset)),
    ("REV_DISPLAY_SEQ", |e, o| {
        if let Some(sequence) = e.data.display_sequence {
            int(o, sequence);
        }
    }),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    for account_type in typed::all::<AccountType>(source.tx)? {
        if query.covers(account_type.updated_at.0) && each.row(&plan, &account_type)? == Flow::Stop {
            break;
        }
    }
    Ok(())
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
