//! Making an entry.

use crate::billing::accounting_period::{Chain, home_currency};
use crate::billing::records::{self, Created};
use crate::context::Permission;
use crate::execute::Command;
use crate::unit::Unit;
use accrual_base::field::inside;
use accrual_base::{Currency, Day, Result};
use accrual_ledger::field::{ENTRY_CODE, ENTRY_CODE_TYPE, ENTRY_CURRENCY, ENTRY_DATE, ENTRY_PERIOD};
use accrual_ledger::journal::{Item, entry};
use accrual_ledger::period::Bucket;
use accrual_model::{Object, Stored, TextEnum};
use accrual_objects::billing::{AccountingCode, AccountingCodeStatus, AccountingCodeType, JournalEntry, JournalEntryItem};
use accrual_store::nouns::typed;
use serde::Serialize;

/// An item as a caller sends it.
#[derive(Clone, Debug, Serialize)]
pub struct NewEntryItem {
    /// Name of an accounting code.
    pub code: String,
    /// Its type, where the caller names it.
    pub code_type: Option<String>,
    pub debit: bool,
    /// Decimal texts.
    pub amount: String,
    pub home_amount: Option<String>,
    pub gl_string: Option<String>,
    pub notes: Option<String>,
}

/// Makes an entry of a period that is not closed.
#[derive(Serialize)]
pub struct JournalEntryCreate {
    /// Name of the accounting period.
    pub period: String,
    pub currency: String,
    #[serde(serialize_with = "as_text")]
    pub date: Day,
    pub notes: Option<String>,
    pub transaction_type: Option<String>,
    /// `No` when nothing is said.
    pub transferred: Option<String>,
    pub items: Vec<NewEntryItem>,
}

fn as_text<S: serde::Serializer>(day: &Day, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(day)
}

impl Command for JournalEntryCreate {
    const OPERATION: &'static str = "journal_entry_create";
    type Output = Created;

    fn run(self, unit: &mut Unit<'_>) -> Result<Created> {
        unit.actor.permit(const { Permission::named("Create Journal Entry") })?;
        let period = self.period(unit)?;
        let unknown = || ENTRY_CURRENCY.invalid("A currency is a code of ISO 4217, such as USD.").with_value(&self.currency);
        let currency = Currency::named(&self.currency).ok_or_else(unknown)?;
        let home = home_currency(unit.read())?;
        let items: Vec<Item<'_>> =
            self.items.iter().map(|i| Item { debit: i.debit, amount: &i.amount, home: i.home_amount.as_deref() }).collect();
        let amounts = entry(&items, currency, home)?;
        let with_home = amounts.iter().any(|(_, h)| h.is_some()).then(|| home.code().to_owned());
        let transferred = self.transferred.clone().unwrap_or_else(|| "No".to_owned());
        let made = transferred == "Yes";
        let noun = JournalEntry {
            accounting_period_id: period,
            currency: self.currency.clone(),
            home_currency: with_home.clone(),
            journal_entry_date: Some(self.date),
            notes: self.notes.clone(),
            transaction_type: self.transaction_type.clone(),
            transfer_date: made.then_some(unit.now),
            transferred_by: made.then(|| accrual_model::id::of_user(&unit.actor.user)),
            transferred_to_accounting: transferred,
            ..JournalEntry::default()
        };
        let descriptor = records::descriptor::<JournalEntry>(unit.read())?;
        let record = records::insert(unit, &descriptor, noun.to_values()?)?;
        for (at, (item, (amount, home_amount))) in self.items.iter().zip(amounts).enumerate() {
            let code = code(unit, item).map_err(|e| inside(e, "journalEntryItems", at))?;
            let noun = JournalEntryItem {
                journal_entry_id: record.uid.clone(),
                accounting_code_id: code,
                r#type: if item.debit { "Debit" } else { "Credit" }.to_owned(),
                amount,
                currency: self.currency.clone(),
                home_currency_amount: home_amount,
                home_currency: with_home.clone(),
                gl_string: item.gl_string.clone(),
                notes: item.notes.clone(),
            };
            let values = noun.to_values()?;
            records::insert(unit, JournalEntryItem::descriptor(), values).map_err(|e| inside(e, "journalEntryItems", at))?;
        }
        Ok(Created::of(&descriptor, &record))
    }
}

impl JournalEntryCreate {
    /// The id of the period; the date lies in it, and it takes entries.
    fn period(&self, unit: &mut Unit<'_>) -> Result<String> {
        let chain = Chain::load(unit.read())?;
        let unknown = || ENTRY_PERIOD.invalid("There is no accounting period of this name.").with_value(&self.period);
        let bucket = chain.periods.named(&self.period).ok_or_else(unknown)?;
        let Bucket::Period(at) = bucket else {
            return Err(ENTRY_PERIOD.rule("A journal entry belongs to a dated accounting period, not to Open-Ended."));
        };
        let manages = unit.actor.permit(const { Permission::named("Manage Close Process") }).is_ok();
        if !chain.periods.is_changeable(bucket, manages) {
            return Err(ENTRY_PERIOD.rule(format!("{} is closed; choose an open period.", self.period)).with_value(&self.period));
        }
        let period = chain.periods.get(at)?;
        if self.date < period.start || self.date > period.end {
            let why = format!("{} goes from {} to {}; give a date within it.", period.name, period.start, period.end);
            return Err(ENTRY_DATE.invalid(why).with_value(&self.date.to_string()));
        }
        Ok(chain.record(bucket)?.uid.clone())
    }
}

/// The id of the code of an item: active, and of the type that is named.
fn code(unit: &mut Unit<'_>, item: &NewEntryItem) -> Result<String> {
    let unknown = || ENTRY_CODE.invalid("There is no accounting code of this name.").with_value(&item.code);
    let code: Stored<AccountingCode> = typed::find(unit.read(), "name", item.code.as_str())?.ok_or_else(unknown)?;
    if code.status != AccountingCodeStatus::Active {
        return Err(ENTRY_CODE.rule("The accounting code is inactive; activate it or give another.").with_value(&item.code));
    }
    if let Some(named) = &item.code_type {
        let named = if named == "OnAccountReceivable" { AccountingCodeType::OnAccountReceivable.text() } else { named };
        if named != code.r#type.text() {
            let why = format!("The accounting code is of the type {}.", code.r#type.text());
            return Err(ENTRY_CODE_TYPE.invalid(why).with_value(named));
        }
    }
    Ok(code.uid.clone())
}
