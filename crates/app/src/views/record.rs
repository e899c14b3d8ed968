//! The staged record behind a row, as texts: what was uploaded is shown as it was uploaded.

use super::row;
use accrual_base::Result;
use accrual_revenue::fields::{FieldId, line_fields};
use accrual_revenue::record::{Record, Value};
use std::fmt::Write;

/// Texts of the wanted fields of one record, in buffers that are used again for every row.
pub(super) struct FieldTexts {
    text: String,
    /// Start and end in `text`, by field id; equal when the field is not filled.
    spans: Vec<(usize, usize)>,
    wanted: Vec<bool>,
    any: bool,
}

impl FieldTexts {
    pub fn new(fields: impl Iterator<Item = FieldId>) -> Self {
        let size = line_fields().fields().len();
        let mut wanted = vec![false; size];
        let mut any = false;
        for id in fields {
            if let Some(slot) = wanted.get_mut(id.index()) {
                *slot = true;
                any = true;
            }
        }
        Self { text: String::new(), spans: vec![(0, 0); size], wanted, any }
    }
    /// No record, no texts.
    pub fn none() -> Self {
        Self { text: String::new(), spans: Vec::new(), wanted: Vec::new(), any: false }
    }
    /// Whether any field is read at all.
    pub fn any(&self) -> bool {
        self.any
    }
    /// Takes the texts of the next record.
    ///
    /// # Errors
    /// A fault when the record is broken.
    pub fn load(&mut self, record: &[u8]) -> Result<()> {
        self.text.clear();
        self.spans.fill((0, 0));
        if !self.any {
            return Ok(());
        }
        for entry in Record::new(record).iter() {
            let (id, value) = entry?;
            if self.wanted.get(id.index()) != Some(&true) {
                continue;
            }
            let start = self.text.len();
            write_value(&mut self.text, value);
            self.spans[id.index()] = (start, self.text.len());
        }
        Ok(())
    }
    pub fn get(&self, id: FieldId) -> &str {
        self.spans.get(id.index()).map_or("", |(start, end)| &self.text[*start..*end])
    }
}

/// Writes one staged value: texts and numbers as they came, dates in the spelling of the views.
pub(super) fn write_value(out: &mut String, value: Value<'_>) {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Date(day) => row::day(out, day),
        Value::Number(number) => {
            let scale = usize::from(number.scale);
            if number.mantissa < 0 {
                out.push('-');
            }
            let start = out.len();
            let _ = write!(out, "{:0width$}", number.mantissa.unsigned_abs(), width = scale + 1);
            if scale > 0 {
                out.insert(out.len().saturating_sub(scale).max(start), '.');
            }
        }
    }
}

/// The staged field with the name of a column of the line view.
pub(super) fn line_field(column: &str) -> Option<FieldId> {
    line_fields().fields().iter().find(|f| f.name == column).map(|f| f.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_revenue::record::Number;

    #[test]
    fn numbers_keep_the_decimals_they_came_with() {
        let text = |mantissa, scale| {
            let mut out = String::new();
            write_value(&mut out, Value::Number(Number { mantissa, scale }));
            out
        };
        assert_eq!(text(12_345, 2), "123.45");
        assert_eq!(text(-5, 2), "-0.05");
        assert_eq!(text(7, 0), "7");
        assert_eq!(text(0, 3), "0.000");
    }
}
