//! Summary journal entries made by hand (reference section 5.4 of receivables and accounting).

mod change;
mod create;
mod read;

pub use change::{JournalEntryCancel, JournalEntryDelete, JournalEntryUpdate, Noted};
pub use create::{JournalEntryCreate, NewEntryItem};
pub use read::{Detail, Line, get};

use crate::billing::View;
use crate::billing::records;
use accrual_base::Result;
use accrual_ledger::field::ENTRY;
use accrual_model::{Stored, Value};
use accrual_objects::billing::{JournalEntry, JournalEntryItem};
use accrual_store::Read;
use accrual_store::nouns;

/// An entry by its number or id.
fn find(tx: &mut dyn Read, key: &str) -> Result<View> {
    let descriptor = records::descriptor::<JournalEntry>(tx)?;
    let found = match nouns::find(tx, &descriptor, "number", &Value::from(key))? {
        Some(record) => Some(record),
        None => nouns::get_by_uid(tx, &descriptor, key)?,
    };
    let record = found.ok_or_else(|| ENTRY.absent("There is no journal entry of this number.").with_value(key))?;
    Ok(View { descriptor, record })
}

/// The items of an entry (its id), in their order.
pub(in crate::billing) fn items(tx: &mut dyn Read, entry: &str) -> Result<Vec<Stored<JournalEntryItem>>> {
    let descriptor = <JournalEntryItem as accrual_model::Object>::descriptor();
    records::children(tx, descriptor, "journal_entry_id", entry)?.into_iter().map(accrual_model::Record::typed).collect()
}
