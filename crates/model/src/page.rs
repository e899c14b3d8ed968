//! Pages of long lists: each goes on after the last record of the one before, whatever was added meanwhile.

use crate::filter::Column;
use crate::{Descriptor, Filter, Record, Text, Value};
use accrual_base::{Error, Result};

/// Where a page ended: the value the list is sorted by, and the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// As [`Column::compared`] gives it; empty when the field was.
    pub value: Value,
    /// The number of the row.
    pub row: i64,
}

/// A page in the order of one field; records that are equal in it follow their rows' numbers, the same way round.
///
/// Ascending, records with an empty field come first; descending is exactly the reverse. One index on field and row
/// serves both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub filter: Filter,
    /// A field or what every record has, in any dialect.
    pub by: Text,
    pub descending: bool,
    /// Only what follows this.
    pub after: Option<Position>,
    pub limit: u32,
}

impl Page {
    /// The first page of what changed last.
    pub fn latest(filter: Filter, limit: u32) -> Self {
        Self { filter, by: Text::Borrowed("updated_at"), descending: true, after: None, limit }
    }

    /// Checks the filter and the order.
    ///
    /// # Errors
    /// A rejection that names the field.
    pub fn check(&self, descriptor: &Descriptor) -> Result<()> {
        self.filter.check(descriptor)?;
        let column = Column::named(descriptor, &self.by)?;
        if column.position.is_some_and(|at| !descriptor.fields[at].sortable) {
            let message = format!("{} cannot be sorted by {}.", descriptor.label, self.by);
            return Err(Error::invalid("list.sort", message).in_column(self.by.as_ref()));
        }
        match &self.after {
            Some(p) if !p.value.is_null() => column.comparable(crate::Operator::Gt, &p.value),
            _ => Ok(()),
        }
    }

    /// Where a page ends that ends with this record.
    ///
    /// # Errors
    /// A rejection when there is no such field.
    pub fn position(&self, descriptor: &Descriptor, record: &Record) -> Result<Position> {
        let value = Column::named(descriptor, &self.by)?.compared(descriptor, record);
        Ok(Position { value, row: record.id })
    }
}
