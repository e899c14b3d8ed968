//! A typed row, while it is being checked.

use crate::fields::{FieldId, FieldTable};
use crate::record::{Number, RecordBuilder, Value};
use accrual_base::{Currency, Day, Result};

/// The value of one field of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Slot {
    /// The cell is blank or the file has no such column.
    #[default]
    Empty,
    /// A range of the row's text.
    Text {
        from: u32,
        to: u32,
    },
    Number(Number),
    Date(Day),
    /// A currency filled in because the cell is blank.
    Currency(Currency),
}

/// One row of a file, typed but not yet judged.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(super) table: &'static FieldTable,
    /// By field id.
    pub(super) slots: &'a [Slot],
    /// The unquoted cells, one after another.
    pub(super) text: &'a str,
    /// Fields that may be filled, ascending.
    pub(super) order: &'a [FieldId],
}

impl<'a> Row<'a> {
    pub fn table(&self) -> &'static FieldTable {
        self.table
    }
    fn slot(&self, field: FieldId) -> &'a Slot {
        self.slots.get(field.index()).unwrap_or(&Slot::Empty)
    }
    /// Whether the cell holds anything.
    pub fn has(&self, field: FieldId) -> bool {
        *self.slot(field) != Slot::Empty
    }
    pub fn text(&self, field: FieldId) -> Option<&'a str> {
        match self.slot(field) {
            Slot::Text { from, to } => self.text.get(*from as usize..*to as usize),
            Slot::Currency(c) => Some(c.code()),
            _ => None,
        }
    }
    pub fn number(&self, field: FieldId) -> Option<Number> {
        match self.slot(field) {
            Slot::Number(n) => Some(*n),
            _ => None,
        }
    }
    pub fn date(&self, field: FieldId) -> Option<Day> {
        match self.slot(field) {
            Slot::Date(d) => Some(*d),
            _ => None,
        }
    }
    /// Writes the filled fields as a record.
    ///
    /// # Errors
    /// As [`RecordBuilder::push`].
    pub fn encode(&self, record: &mut RecordBuilder) -> Result<()> {
        record.clear();
        for field in self.order {
            match self.slot(*field) {
                Slot::Empty => {}
                Slot::Number(n) => record.number(*field, *n)?,
                Slot::Date(d) => record.date(*field, *d)?,
                Slot::Text { .. } | Slot::Currency(_) => {
                    if let Some(text) = self.text(*field) {
                        record.push(*field, Value::Text(text))?;
                    }
                }
            }
        }
        Ok(())
    }
}
