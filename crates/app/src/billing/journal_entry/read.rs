//! Reading an entry.

use super::{find, items};
use crate::billing::View;
use crate::billing::records;
use crate::context::{Context, Privilege};
use crate::tenant::Tenant;
use accrual_base::Result;
use accrual_model::{Object, Record, Stored};
use accrual_objects::billing::{AccountingCode, AccountingPeriod, JournalEntryItem};
use accrual_store::nouns;

/// An item with its accounting code.
#[derive(Clone, Debug)]
pub struct Line {
    pub item: JournalEntryItem,
    pub code: AccountingCode,
}

/// An entry with its items and its period.
#[derive(Clone, Debug)]
pub struct Detail {
    pub view: View,
    /// None when it was deleted, after the entry was canceled.
    pub period: Option<AccountingPeriod>,
    pub lines: Vec<Line>,
}

/// An entry by its number or id.
///
/// # Errors
/// `role.privilege`; not found, 610201 40.
pub fn get(tenant: &Tenant, context: &Context, key: &str) -> Result<Detail> {
    context.actor.require(Privilege::WebservicesOutbound)?;
    tenant.store.read(|tx| {
        let view = find(tx, key)?;
        let period = nouns::get_by_uid(tx, AccountingPeriod::descriptor(), view.text("accounting_period_id").unwrap_or_default())?;
        let period = period.map(Record::typed::<AccountingPeriod>).transpose()?.map(|p| p.data);
        let mut lines = Vec::new();
        for item in items(tx, &view.record.uid)? {
            let code: Stored<AccountingCode> = records::typed(tx, &item.accounting_code_id)?;
            lines.push(Line { item: item.data, code: code.data });
        }
        Ok(Detail { view, period, lines })
    })
}
