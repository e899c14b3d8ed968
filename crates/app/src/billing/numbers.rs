//! Numbers people call records by: `A00000001`, `INV00000001`.

use crate::unit::Unit;
use accrual_base::{Error, Result};
use accrual_model::{Descriptor, Numbering, Value, Values};
use accrual_objects::billing::{DEFAULT_SET, DocumentNumbers, SequenceSet};
use accrual_store::nouns::{self, typed};
use accrual_store::{Read, sequence};

/// Gives the record its number where it brings none. A number that somebody chose already is passed over.
pub(super) fn fill(unit: &mut Unit<'_>, descriptor: &Descriptor, values: &mut Values) -> Result<()> {
    for (at, field) in descriptor.fields.iter().enumerate() {
        let Some(Numbering { prefix }) = field.numbering.as_ref().filter(|_| values[at].is_null()) else { continue };
        let counter = format!("{}.{}", descriptor.names.table, field.names.table);
        loop {
            let number = Value::Text(Numbering::text(prefix, unit.next_ids(&counter, 1)?));
            if nouns::find(unit.read(), descriptor, &field.names.table, &number)?.is_none() {
                values.set(at, number);
                break;
            }
        }
    }
    Ok(())
}

/// A type of document that sequence sets number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    Invoice,
    CreditMemo,
    DebitMemo,
    Payment,
    Refund,
}

impl Document {
    fn of(self, set: &SequenceSet) -> Option<&DocumentNumbers> {
        match self {
            Self::Invoice => Some(&set.invoice),
            Self::CreditMemo => Some(&set.credit_memo),
            Self::DebitMemo => Some(&set.debit_memo),
            Self::Payment => set.payment.as_ref(),
            Self::Refund => set.refund.as_ref(),
        }
    }
}

/// The counter of a prefix: a prefix belongs to one type of document, so sets that share it share its numbers.
pub(super) fn counter(prefix: &str) -> String {
    format!("document {prefix}")
}

/// The next number of a document of an account with this sequence set (an id), or the default one: a number is given
/// once, and one that is rolled back is given again. Reference section 12.4.
///
/// # Errors
/// A fault when the set, or the default one, is not there.
pub fn next(unit: &mut Unit<'_>, set: Option<&str>, document: Document) -> Result<String> {
    let own = set.map(|id| by_id(unit.read(), id)).transpose()?;
    let numbers = match own.as_ref().and_then(|set| document.of(set)) {
        Some(numbers) => numbers.clone(),
        None => {
            let set = typed::find::<SequenceSet>(unit.read(), "name", DEFAULT_SET)?;
            let numbers = set.as_ref().and_then(|set| document.of(&set.data));
            numbers.ok_or_else(|| Error::fault("the default sequence set does not number every type of document"))?.clone()
        }
    };
    let counter = counter(&numbers.prefix);
    sequence::at_least(unit.tx, &counter, numbers.start_number)?;
    Ok(Numbering::text(&numbers.prefix, unit.next_ids(&counter, 1)?))
}

fn by_id(tx: &mut dyn Read, id: &str) -> Result<SequenceSet> {
    let descriptor = <SequenceSet as accrual_model::Object>::descriptor();
    let record = nouns::get_by_uid(tx, descriptor, id)?.ok_or_else(|| Error::fault(format!("there is no sequence set {id}")))?;
    Ok(record.typed()?.data)
}
