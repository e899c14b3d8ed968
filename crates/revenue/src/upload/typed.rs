//! A row of typed values, for rows that come from documents of the product itself rather than from a file.

use super::row::{Row, Slot};
use crate::fields::{self, FieldId, FieldTable};
use crate::record::Number;
use accrual_base::{Day, Decimal, Error, Result};

/// One line under construction. It is judged and stored as a row of a file is.
#[derive(Clone, Debug)]
pub struct TypedRow {
    table: &'static FieldTable,
    slots: Vec<Slot>,
    text: String,
    order: Vec<FieldId>,
}

impl TypedRow {
    /// An empty transaction line.
    pub fn line() -> Self {
        let table = fields::line_fields();
        Self { table, slots: vec![Slot::Empty; table.fields().len()], text: String::new(), order: Vec::new() }
    }

    /// Sets a text; an empty one is no value. The limits of file columns do not apply: the document the text comes from
    /// has its own, and a posting must not fail over a long customer name.
    ///
    /// # Errors
    /// A fault when the row's texts are longer than four gigabytes.
    pub fn text(&mut self, field: FieldId, text: &str) -> Result<&mut Self> {
        if text.is_empty() {
            return Ok(self);
        }
        let from = position(self.text.len())?;
        self.text.push_str(text);
        let to = position(self.text.len())?;
        Ok(self.set(field, Slot::Text { from, to }))
    }

    /// Sets a number.
    ///
    /// # Errors
    /// A fault when it has more decimals than a record holds.
    pub fn number(&mut self, field: FieldId, number: Decimal) -> Result<&mut Self> {
        let scale = u8::try_from(number.scale()).map_err(|e| Error::fault_from("a decimal of too many places", e))?;
        Ok(self.set(field, Slot::Number(Number { mantissa: number.mantissa(), scale })))
    }

    /// Sets a date.
    pub fn date(&mut self, field: FieldId, day: Day) -> &mut Self {
        self.set(field, Slot::Date(day))
    }

    fn set(&mut self, field: FieldId, slot: Slot) -> &mut Self {
        if let Some(own) = self.slots.get_mut(field.index()) {
            *own = slot;
            if let Err(at) = self.order.binary_search(&field) {
                self.order.insert(at, field);
            }
        }
        self
    }

    /// The row, to be judged and encoded.
    pub fn row(&self) -> Row<'_> {
        Row { table: self.table, slots: &self.slots, text: &self.text, order: &self.order }
    }
}

fn position(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|e| Error::fault_from("a row of too much text", e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Record, RecordBuilder};

    #[test]
    fn a_typed_row_is_the_record_a_file_would_make() {
        let mut row = TypedRow::line();
        row.text(fields::INV_NUM, "INV00000001").unwrap();
        row.number(fields::EXT_SLL_PRC, Decimal::new(-12_050, 2)).unwrap();
        row.text(fields::TYPE, "INV").unwrap();
        row.text(fields::ITEM_NUM, "").unwrap();
        row.date(fields::INV_DATE, Day::from_epoch(19_000));
        let mut builder = RecordBuilder::new();
        row.row().encode(&mut builder).unwrap();
        let record = Record::new(builder.bytes());
        assert_eq!(record.text(fields::TYPE).unwrap(), Some("INV"));
        assert_eq!(record.text(fields::INV_NUM).unwrap(), Some("INV00000001"));
        assert_eq!(record.number(fields::EXT_SLL_PRC).unwrap(), Some(Number { mantissa: -12_050, scale: 2 }));
        assert_eq!(record.date(fields::INV_DATE).unwrap(), Some(Day::from_epoch(19_000)));
        assert_eq!(record.text(fields::ITEM_NUM).unwrap(), None);
    }
}
