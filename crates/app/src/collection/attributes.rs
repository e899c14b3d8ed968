//! A staged record as the rules of the engine see it: fields by name, values as text.

use accrual_revenue::attributes::Attributes;
use accrual_revenue::fields::{FieldId, line_fields};
use accrual_revenue::record::{Record, Value};
use accrual_revenue::upload::Row;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The fields of one staged row.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordAttributes<'a>(pub Record<'a>);

/// Exact names first: rules name fields over and over, and the table's own search is for headings of people.
fn field(name: &str) -> Option<FieldId> {
    static BY_NAME: OnceLock<HashMap<&'static str, FieldId>> = OnceLock::new();
    let exact = BY_NAME.get_or_init(|| line_fields().fields().iter().map(|f| (f.name, f.id)).collect());
    exact.get(name).copied().or_else(|| line_fields().find(name).map(|f| f.id))
}

/// The fields of a row that is being staged.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowAttributes<'a>(pub Row<'a>);

impl Attributes for RowAttributes<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let (row, id) = (&self.0, field(name)?);
        let number = || row.number(id).and_then(|n| n.decimal().ok()).map(|d| Cow::Owned(d.normalize().to_string()));
        let date = || row.date(id).map(|day| Cow::Owned(day.to_string()));
        row.text(id).filter(|text| !text.is_empty()).map(Cow::Borrowed).or_else(number).or_else(date)
    }
}

impl Attributes for RecordAttributes<'_> {
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        // a record that cannot be read was refused before any rule looked at it
        match self.0.get(field(name)?).ok()?? {
            Value::Text("") => None,
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Date(day) => Some(Cow::Owned(day.to_string())),
            Value::Number(number) => number.decimal().ok().map(|d| Cow::Owned(d.normalize().to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::Day;
    use accrual_revenue::fields::{ATR1, CT_DATE, NUM1, SO_NUM};
    use accrual_revenue::record::{Number, RecordBuilder};

    #[test]
    fn values_are_texts_and_blanks_are_missing() {
        let mut b = RecordBuilder::new();
        b.text(SO_NUM, "S1").unwrap();
        b.date(CT_DATE, Day::from_ymd(2024, 2, 1)).unwrap();
        b.text(ATR1, "").unwrap();
        b.number(NUM1, Number { mantissa: 1200, scale: 2 }).unwrap();
        let row = RecordAttributes(Record::new(b.bytes()));
        assert_eq!(row.text("SO_NUM").as_deref(), Some("S1"));
        assert_eq!(row.text("CT_DATE").as_deref(), Some("2024-02-01"));
        assert_eq!(row.text("NUM1").as_deref(), Some("12"));
        assert_eq!((row.text("ATR1"), row.text("ATR2"), row.text("NO_SUCH_FIELD")), (None, None, None));
    }
}
