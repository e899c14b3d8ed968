//! Amounts of money in records.

use crate::{Descriptor, FieldType, Values};
use accrual_base::{Currency, Decimal};

/// The currency of an amount field of a record: what the field it names says. Nothing when it is no ISO 4217 code.
pub fn currency(descriptor: &Descriptor, values: &Values, at: usize) -> Option<Currency> {
    let FieldType::Money { currency } = &descriptor.fields.get(at)?.kind else { return None };
    Currency::named(descriptor.value(values, currency).as_text()?)
}

/// An amount field as the decimal it is shown as: 1050 minor units of USD are 10.50. Nothing for other fields and
/// empty ones.
pub fn decimal(descriptor: &Descriptor, values: &Values, at: usize) -> Option<Decimal> {
    let currency = currency(descriptor, values, at)?;
    values[at].as_int().map(|minor| Decimal::new(minor, currency.exponent().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, FieldType, Filter, Operator, Record, Value};
    use accrual_base::Instant;

    fn purse() -> Descriptor {
        let mut purse = Descriptor::new("purse", "Purse");
        purse.add(Field::new("currency", "Currency", FieldType::Text)).unwrap();
        let kind = FieldType::Money { currency: "currency".into() };
        purse.add(Field { filterable: true, ..Field::new("balance", "Balance", kind) }).unwrap();
        purse
    }

    fn record(currency: &str, minor: i64) -> Record {
        let data = [Value::from(currency), Value::Int(minor)].into_iter().collect();
        let by = || "ada".to_owned();
        Record {
            id: 1,
            uid: String::new(),
            version: 1,
            created_by: by(),
            created_at: Instant(0),
            updated_by: by(),
            updated_at: Instant(0),
            data,
        }
    }

    #[test]
    fn an_amount_is_shown_in_its_currency() {
        let purse = purse();
        for (currency, minor, shown) in [("USD", 1_050, "10.5"), ("JPY", 1_050, "1050"), ("BHD", 1, "0.001"), ("USD", -5, "-0.05")] {
            assert_eq!(crate::json::write(&purse, &record(currency, minor))["balance"], shown, "{currency}");
        }
    }

    #[test]
    fn amounts_are_compared_as_they_are_shown() {
        let (purse, above) = (purse(), Filter::compare("balance", Operator::Gt, Decimal::from(100)));
        above.check(&purse).unwrap();
        assert!(above.matches(&purse, &record("JPY", 101)).unwrap());
        assert!(!above.matches(&purse, &record("USD", 101)).unwrap());
        assert_eq!(Filter::eq("balance", 5).check(&purse).unwrap_err().rejection().unwrap().code, "filter.value");
    }

    #[test]
    fn an_amount_without_a_currency_field_is_no_sound_declaration() {
        let mut d = Descriptor::new("purse", "Purse");
        let kind = FieldType::Money { currency: "currency".into() };
        assert!(d.add(Field::new("balance", "Balance", kind)).is_err());
        assert!(d.fields.is_empty());
    }
}
