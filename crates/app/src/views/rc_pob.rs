//! BI3_RC_POB: performance obligations of the contracts.

use super::batch::{Batches, LIMIT};
use super::names::{CLIENT, PobTemplateName};
use super::row::{at, flag, int};
use super::table::{Fills, Plan, no_field};
use super::{Each, Query, Source};
use accrual_base::Result;
use accrual_store::contracts::{HeadRow, PobRow, heads_by_id, scan_pobs};
use std::sync::Arc;

pub(super) const NAME: &str = "BI3_RC_POB";

pub(super) struct Entry {
    pob: PobRow,
    head: HeadRow,
    organisation: Arc<str>,
    template: Arc<PobTemplateName>,
}

const FILLS: Fills<Entry> = &[
    ("RC_POB_ID", |e, o| int(o, e.pob.id)),
    ("RC_ID", |e, o| int(o, e.pob.rc_id)),
    ("LEAD_LINE_ID", |e, o| int(o, e.pob.id)),
    ("POB_VERSION", |_, o| o.push('1')),
    ("RC_POB_NAME", |e, o| o.push_str(e.pob.name.as_deref().unwrap_or(&e.template.name))),
    ("POB_PROCESSED_FLAG", |_, o| flag(o, true)),
    ("POB_REMOVED_FLAG", |_, o| flag(o, false)),
    ("POB_MANUAL_FLAG", |_, o| flag(o, false)),
    ("POB_ORPHAN_FLAG", |_, o| flag(o, false)),
    ("POB_TMPL_ID", |e, o| int(o, e.pob.template_id)),
    ("POB_TMPL_NAME", |e, o| o.push_str(&e.template.name)),
    ("POB_TMPL_DESC", |e, o| o.push_str(&e.template.description)),
    ("POB_TMPL_VERSION", |e, o| int(o, e.template.version)),
    ("REV_REC_TYPE", |e, o| o.push_str(&e.template.ratable_method)),
    ("EVENT_NAME", |e, o| o.push_str(&e.template.release_event)),
    ("RETAIN_METHOD", |e, o| o.push_str(&e.template.retain_method)),
    ("LATEST_VERSION_FLAG", |_, o| flag(o, true)),
    ("POSTABLE_FLAG", |_, o| flag(o, true)),
    ("BOOK_ID", |e, o| int(o, e.head.book_id)),
    ("SEC_ATR_VAL", |e, o| o.push_str(&e.organisation)),
    ("CLIENT_ID", |_, o| int(o, CLIENT)),
    ("CRTD_PRD_ID", |e, o| int(o, e.pob.created_period)),
    ("RC_POB_CRTD_BY", |e, o| o.push_str(&e.head.created_by)),
    ("RC_POB_CRTD_DT", |e, o| at(o, e.head.created_at)),
    ("RC_POB_UPDT_BY", |e, o| o.push_str(&e.head.updated_by)),
    ("RC_POB_UPDT_DT", |e, o| at(o, e.pob.updated_at)),
    ("POB_TMPL_CRTD_BY", |e, o| o.push_str(&e.template.created_by)),
    ("POB_TMPL_CRTD_DT", |e, o| at(o, e.template.created_at)),
    ("POB_TMPL_UPDT_BY", |e, o| o.push_str(&e.template.updated_by)),
    ("POB_TMPL_UPDT_DT", |e, o| at(o, e.template.updated_at)),
    ("INCR_UPDT_DT", |e, o| at(o, e.pob.updated_at)),
    ("POB_ID", |e, o| int(o, e.pob.template_id)),
];

pub(super) fn stream(source: &mut Source<'_>, query: &Query, each: &mut Each<'_>) -> Result<()> {
    let plan = Plan::new(NAME, FILLS, no_field, &query.fields)?;
    let mut batches = Batches::new(i64::MIN);
    loop {
        let pobs = batches.next(|after, keep| scan_pobs(source.tx, after, query.from, query.to, LIMIT, &mut |p| keep(p.id, p)))?;
        if pobs.is_empty() {
            return Ok(());
        }
        let mut contracts: Vec<i64> = pobs.iter().map(|p| p.rc_id).collect();
        contracts.sort_unstable();
        contracts.dedup();
        let heads = super::batch::by_id(heads_by_id(source.tx, &contracts)?, |h| h.id);
        for pob in pobs {
            let head = heads.get(&pob.rc_id).cloned().ok_or_else(|| super::missing("contract", pob.rc_id))?;
            let organisation = source.names.organisation(head.org_id);
            let template = source.names.pob_template(pob.template_id).unwrap_or_default();
            if each.row(&plan, &Entry { pob, head, organisation, template })? == accrual_store::Flow::Stop {
                return Ok(());
            }
        }
    }
}

#[test]
fn columns_are_known() {
    super::table::assert_known(NAME, FILLS);
}
