//! Filters and orders as SQL.

use super::cells::StoredCell;
use crate::Cell;
use crate::schema::quoted;
use accrual_base::{Currency, Decimal, Error, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, FieldType, Filter, Operator, Sort, Value};

/// A condition under construction, with its parameters in order.
#[derive(Default)]
pub(super) struct Condition {
    params: Vec<Value>,
}

impl Condition {
    /// The place of a parameter.
    pub fn bind(&mut self, value: &Value) -> String {
        self.params.push(value.clone());
        format!("${}", self.params.len())
    }

    /// The parameters as cells; they borrow from the condition.
    pub fn cells(&self) -> Vec<Cell<'_>> {
        self.params.iter().map(borrowed).collect()
    }

    /// A filter that was checked, as a condition that is true or false, never unknown.
    pub fn filter(&mut self, descriptor: &Descriptor, filter: &Filter) -> Result<String> {
        Ok(match filter {
            Filter::All(parts) => self.joined(descriptor, parts, " AND ", "1 = 1")?,
            Filter::Any(parts) => self.joined(descriptor, parts, " OR ", "1 = 0")?,
            Filter::Not(part) => format!("NOT {}", self.filter(descriptor, part)?),
            Filter::Null { field } => format!("({} IS NULL)", column(descriptor, field)?),
            Filter::In { values, .. } if values.is_empty() => "(1 = 0)".to_owned(),
            Filter::In { field, values } if is_money(descriptor, field)? => {
                let any: Result<Vec<String>> = values.iter().map(|v| self.amount(descriptor, field, Operator::Eq, v)).collect();
                format!("({})", any?.join(" OR "))
            }
            Filter::Compare { field, op, value } if is_money(descriptor, field)? => self.amount(descriptor, field, *op, value)?,
            Filter::In { field, values } => {
                let column = column(descriptor, field)?;
                let places: Vec<String> = values.iter().map(|v| self.bind(&stored(v))).collect();
                format!("({column} IS NOT NULL AND {column} IN ({}))", places.join(", "))
            }
            Filter::Compare { field, op, value } => self.compare(&column(descriptor, field)?, *op, value),
        })
    }

    fn joined(&mut self, descriptor: &Descriptor, parts: &[Filter], glue: &str, empty: &str) -> Result<String> {
        if parts.is_empty() {
            return Ok(format!("({empty})"));
        }
        let parts: Result<Vec<String>> = parts.iter().map(|p| self.filter(descriptor, p)).collect();
        Ok(format!("({})", parts?.join(glue)))
    }

    /// An amount compared as the decimal it is shown as: in minor units, for each number of decimals a currency can have.
    fn amount(&mut self, descriptor: &Descriptor, field: &str, op: Operator, value: &Value) -> Result<String> {
        let at = descriptor.find(field)?;
        let FieldType::Money { currency } = &descriptor.fields[at].kind else { return Err(no_amount(field)) };
        let (column, currency) = (quoted(&descriptor.fields[at].names.table)?, quoted(currency)?);
        let Value::Decimal(value) = value else { return Err(no_amount(field)) };
        let mut cases = String::from("CASE");
        for exponent in [0_u8, 3, 4] {
            let codes: Vec<String> = Currency::with_exponent(exponent).map(|code| self.bind(&Value::Text(code.to_owned()))).collect();
            let test = self.minor(&column, op, *value, exponent)?;
            cases.push_str(&format!(" WHEN {currency} IN ({}) THEN {test}", codes.join(", ")));
        }
        let test = self.minor(&column, op, *value, 2)?;
        let unknown = if op == Operator::Ne { "1 = 1" } else { "1 = 0" };
        Ok(format!("({column} IS NULL AND {unknown} OR {column} IS NOT NULL AND ({cases} ELSE {test} END))"))
    }

    /// A column of minor units compared with a decimal that may lie between two of them.
    fn minor(&mut self, column: &str, op: Operator, value: Decimal, exponent: u8) -> Result<String> {
        let scaled = value.checked_mul(Decimal::from(10_i64.pow(exponent.into())));
        let down = scaled.and_then(|v| i64::try_from(v.floor().mantissa() / 10_i128.pow(v.floor().scale())).ok());
        // beyond every amount there can be
        let Some(down) = down else {
            let less = matches!(op, Operator::Lt | Operator::Le) != value.is_sign_negative();
            let all = op == Operator::Ne || less && !matches!(op, Operator::Eq | Operator::Like);
            return Ok(if all { "1 = 1" } else { "1 = 0" }.to_owned());
        };
        let whole = scaled == Some(Decimal::from(down));
        let sign = match (op, whole) {
            (Operator::Eq | Operator::Like, true) => "=",
            (Operator::Ne, true) => "<>",
            (Operator::Eq | Operator::Like, false) => return Ok("1 = 0".to_owned()),
            (Operator::Ne, false) => return Ok("1 = 1".to_owned()),
            (Operator::Lt, true) => "<",
            (Operator::Ge, true) => ">=",
            (Operator::Le, _) | (Operator::Lt, false) => "<=",
            (Operator::Gt, _) | (Operator::Ge, false) => ">",
        };
        Ok(format!("{column} {sign} {}", self.bind(&Value::Int(down))))
    }

    fn compare(&mut self, column: &str, op: Operator, value: &Value) -> String {
        let sign = match op {
            Operator::Eq => "=",
            Operator::Ne => return format!("({column} IS NULL OR {column} <> {})", self.bind(&stored(value))),
            Operator::Lt => "<",
            Operator::Gt => ">",
            Operator::Le => "<=",
            Operator::Ge => ">=",
            Operator::Like => {
                let pattern = Value::Text(value.as_text().unwrap_or_default().to_ascii_lowercase());
                return format!("({column} IS NOT NULL AND LOWER({column}) LIKE {} ESCAPE '\\')", self.bind(&pattern));
            }
        };
        format!("({column} IS NOT NULL AND {column} {sign} {})", self.bind(&stored(value)))
    }
}

/// An order: empty fields first, ties by id.
pub(super) fn order(descriptor: &Descriptor, sort: &[Sort]) -> Result<String> {
    let mut out = String::new();
    for key in sort {
        let column = column(descriptor, &key.field)?;
        let direction = if key.descending { " DESC" } else { "" };
        out.push_str(&format!("({column} IS NOT NULL), {column}{direction}, "));
    }
    out.push_str("id");
    Ok(out)
}

fn is_money(descriptor: &Descriptor, field: &str) -> Result<bool> {
    Ok(matches!(Column::named(descriptor, field)?.kind, FieldType::Money { .. }))
}

fn no_amount(field: &str) -> Error {
    Error::fault(format!("{field} is no amount, or is not compared with a decimal: the filter was not checked"))
}

fn column(descriptor: &Descriptor, name: &str) -> Result<String> {
    quoted(Column::named(descriptor, name)?.name)
}

/// The value as its column holds it, so that a cell can borrow from it.
fn stored(value: &Value) -> Value {
    match StoredCell::from(value) {
        StoredCell::Null => Value::Null,
        StoredCell::Int(v) => Value::Int(v),
        StoredCell::Text(v) => Value::Text(v.into_owned()),
    }
}

fn borrowed(value: &Value) -> Cell<'_> {
    match value {
        Value::Int(v) => Cell::Int(*v),
        Value::Text(v) => Cell::Text(v),
        _ => Cell::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_model::Object;
    use accrual_objects::administration::Role;

    #[test]
    fn a_filter_is_text_of_names_and_places_only() {
        let mut condition = Condition::default();
        let filter = Filter::Any(vec![
            Filter::Not(Box::new(Filter::eq("name", "x'; DROP TABLE role"))),
            Filter::compare("name", Operator::Like, "A%"),
            Filter::In { field: "id".into(), values: vec![1.into(), 2.into()] },
            Filter::All(vec![]),
        ]);
        let sql = condition.filter(Role::descriptor(), &filter).unwrap();
        assert_eq!(
            sql,
            "(NOT (\"name\" IS NOT NULL AND \"name\" = $1) OR (\"name\" IS NOT NULL AND LOWER(\"name\") LIKE $2 ESCAPE '\\') \
             OR (\"id\" IS NOT NULL AND \"id\" IN ($3, $4)) OR (1 = 1))"
        );
        assert_eq!(condition.cells(), [Cell::Text("x'; DROP TABLE role"), Cell::Text("a%"), Cell::Int(1), Cell::Int(2)]);
    }
}
