//! Changing, canceling and removing an entry.

use super::{find, items};
use crate::billing::{Done, records};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::Result;
use accrual_base::field::inside;
use accrual_ledger::field::{ENTRY, ENTRY_CODE};
use accrual_ledger::journal::{check_cancel, check_transfer};
use accrual_model::{Object, Value};
use accrual_objects::billing::{AccountingCode, JournalEntry, JournalEntryItem, JournalEntryStatus};
use accrual_store::nouns::{self, typed};
use serde::Serialize;

/// New notes of an item, which is found by its code and side.
#[derive(Clone, Debug, Serialize)]
pub struct Noted {
    /// Name of an accounting code.
    pub code: String,
    pub debit: bool,
    pub notes: Option<String>,
}

/// Changes notes and the transfer of an entry.
#[derive(Serialize)]
pub struct JournalEntryUpdate {
    /// Number or id.
    pub entry: String,
    /// What is none stays; an empty one is emptied.
    pub notes: Option<Option<String>>,
    pub transferred: Option<String>,
    pub items: Vec<Noted>,
}

impl Command for JournalEntryUpdate {
    const OPERATION: &'static str = "journal_entry_update";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Edit Journal Entry") })?;
        let view = find(unit.read(), &self.entry)?;
        let noun = JournalEntry::from_values(view.record.data.clone())?;
        let mut values = view.record.data.clone();
        let mut set = |field, value: Value| records::set(&view.descriptor, &mut values, field, value);
        if let Some(notes) = self.notes {
            set("notes", notes.map_or(Value::Null, Into::into))?;
        }
        if let Some(to) = &self.transferred {
            let may_override =
                unit.actor.permit(const { Permission::named("Journal Entries: Override Transferred to Accounting") }).is_ok();
            check_transfer(noun.status == JournalEntryStatus::Cancelled, &noun.transferred_to_accounting, to, may_override)?;
            set("transferred_to_accounting", to.as_str().into())?;
            if to == "Yes" && noun.transferred_to_accounting != "Yes" {
                set("transfer_date", Value::Instant(unit.now))?;
                set("transferred_by", accrual_model::id::of_user(&unit.actor.user).into())?;
            }
        }
        records::store(unit, &view.descriptor, &view.record, values)?;
        for (at, noted) in self.items.iter().enumerate() {
            note(unit, &view.record.uid, noted).map_err(|e| inside(e, "journalEntryItems", at))?;
        }
        Ok(Done { id: view.record.uid })
    }
}

fn note(unit: &mut Unit<'_>, entry: &str, noted: &Noted) -> Result<()> {
    let code = typed::find::<AccountingCode>(unit.read(), "name", noted.code.as_str())?.map(|c| c.uid.clone());
    let side = if noted.debit { "Debit" } else { "Credit" };
    let all = items(unit.read(), entry)?;
    let found = all.into_iter().find(|i| Some(&i.accounting_code_id) == code.as_ref() && i.r#type == side);
    let missing = || ENTRY_CODE.invalid(format!("The journal entry has no {side} item of this code.")).with_value(&noted.code);
    let item = found.ok_or_else(missing)?;
    let descriptor = JournalEntryItem::descriptor();
    let record = nouns::require(unit.read(), descriptor, item.id)?;
    let mut values = record.data.clone();
    records::set(descriptor, &mut values, "notes", noted.notes.clone().map_or(Value::Null, Into::into))?;
    records::store(unit, descriptor, &record, values).map(drop)
}

/// Cancels an entry: it counts no more.
#[derive(Serialize)]
pub struct JournalEntryCancel {
    /// Number or id.
    pub entry: String,
}

impl Command for JournalEntryCancel {
    const OPERATION: &'static str = "journal_entry_cancel";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Cancel Journal Entry") })?;
        let view = find(unit.read(), &self.entry)?;
        let noun = JournalEntry::from_values(view.record.data.clone())?;
        check_cancel(noun.status == JournalEntryStatus::Cancelled, &noun.transferred_to_accounting)?;
        let mut values = view.record.data.clone();
        records::set(&view.descriptor, &mut values, "status", accrual_model::TextEnum::text(JournalEntryStatus::Cancelled))?;
        let after = records::store(unit, &view.descriptor, &view.record, values)?;
        Ok(Done { id: after.uid })
    }
}

/// Removes a canceled entry with its items.
#[derive(Serialize)]
pub struct JournalEntryDelete {
    /// Number or id.
    pub entry: String,
}

impl Command for JournalEntryDelete {
    const OPERATION: &'static str = "journal_entry_delete";
    type Output = Done;

    fn run(self, unit: &mut Unit<'_>) -> Result<Done> {
        unit.actor.permit(const { Permission::named("Delete Cancelled Journal Entry") })?;
        let view = find(unit.read(), &self.entry)?;
        let noun = JournalEntry::from_values(view.record.data.clone())?;
        if noun.status != JournalEntryStatus::Cancelled {
            return Err(ENTRY.rule("Only a canceled journal entry can be deleted; cancel it first.").with_value(&self.entry));
        }
        for item in items(unit.read(), &view.record.uid)? {
            nouns::delete(unit.tx, JournalEntryItem::descriptor(), item.id, None)?;
        }
        records::remove(unit, &view.descriptor, &view.record)?;
        Ok(Done { id: view.record.uid })
    }
}
