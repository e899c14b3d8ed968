//! Filters and orders as SQL.

use super::cells::StoredCell;
use super::{amount, decimal};
use crate::schema::quoted;
use crate::{Cell, Dialect};
use accrual_base::{Decimal, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, FieldType, Filter, Operator, Sort, Text, Value};

/// A condition under construction, with its parameters in order.
pub(crate) struct Condition {
    dialect: Dialect,
    params: Vec<Value>,
}

impl Condition {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, params: Vec::new() }
    }

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
            Filter::In { field, values } => {
                let column = Column::named(descriptor, field)?;
                if let FieldType::Money { .. } = column.kind {
                    let any: Result<Vec<String>> = values.iter().map(|v| self.compare(&column, Operator::Eq, v)).collect();
                    return Ok(format!("({})", any?.join(" OR ")));
                }
                let column = quoted(column.name)?;
                let places: Vec<String> = values.iter().map(|v| self.bind(&stored(v))).collect();
                format!("({column} IS NOT NULL AND {column} IN ({}))", places.join(", "))
            }
            Filter::Compare { field, op, value } => self.compare(&Column::named(descriptor, field)?, *op, value)?,
            Filter::Folded { values, .. } if values.is_empty() => "(1 = 0)".to_owned(),
            Filter::Folded { field, values } => {
                let column = column(descriptor, field)?;
                let places: Vec<String> = values.iter().map(|v| self.bind(&Value::Text(v.to_ascii_lowercase()))).collect();
                format!("({column} IS NOT NULL AND LOWER({column}) IN ({}))", places.join(", "))
            }
            Filter::Prefix { field, prefix } => self.prefix(&column(descriptor, field)?, &prefix.to_ascii_lowercase()),
            Filter::Reaches { steps, field, values } => self.reaches(steps, field, values)?,
        })
    }

    /// A condition on the record at the end of references, as one subquery in another.
    fn reaches(&mut self, steps: &[(Text, Text)], field: &str, values: &[String]) -> Result<String> {
        if values.is_empty() {
            return Ok("(1 = 0)".to_owned());
        }
        let places: Vec<String> = values.iter().map(|v| self.bind(&Value::from(v.as_str()))).collect();
        let mut condition = format!("{} IN ({})", quoted(field)?, places.join(", "));
        for (reference, table) in steps.iter().rev() {
            condition = format!("{} IN (SELECT uid FROM {} WHERE {condition})", quoted(reference)?, quoted(table)?);
        }
        Ok(format!("({condition})"))
    }

    /// Texts that start with a prefix are those between it and the next text that does not: what an index can find.
    fn prefix(&mut self, column: &str, prefix: &str) -> String {
        let mut out = format!("({column} IS NOT NULL");
        if !prefix.is_empty() {
            out.push_str(&format!(" AND LOWER({column}) >= {}", self.bind(&Value::from(prefix))));
        }
        if let Some(beyond) = beyond(prefix) {
            out.push_str(&format!(" AND LOWER({column}) < {}", self.bind(&Value::Text(beyond))));
        }
        out.push(')');
        out
    }

    fn joined(&mut self, descriptor: &Descriptor, parts: &[Filter], glue: &str, empty: &str) -> Result<String> {
        if parts.is_empty() {
            return Ok(format!("({empty})"));
        }
        let parts: Result<Vec<String>> = parts.iter().map(|p| self.filter(descriptor, p)).collect();
        Ok(format!("({})", parts?.join(glue)))
    }

    /// A column compared with a value that is not empty.
    pub fn compare(&mut self, column: &Column<'_>, op: Operator, value: &Value) -> Result<String> {
        if let FieldType::Money { currency } = &column.kind {
            return amount::compare(self, column.name, currency, op, value);
        }
        let name = quoted(column.name)?;
        if let (Value::Decimal(value), true) = (value, orders(op)) {
            return Ok(self.decimal(&name, op, *value));
        }
        let sign = match op {
            Operator::Eq => "=",
            Operator::Ne => return Ok(format!("({name} IS NULL OR {name} <> {})", self.bind(&stored(value)))),
            Operator::Lt => "<",
            Operator::Gt => ">",
            Operator::Le => "<=",
            Operator::Ge => ">=",
            Operator::Like => {
                let pattern = Value::Text(value.as_text().unwrap_or_default().to_ascii_lowercase());
                return Ok(format!("({name} IS NOT NULL AND LOWER({name}) LIKE {} ESCAPE '\\')", self.bind(&pattern)));
            }
        };
        Ok(format!("({name} IS NOT NULL AND {name} {sign} {})", self.bind(&stored(value))))
    }

    fn decimal(&mut self, column: &str, op: Operator, value: Decimal) -> String {
        let (text, equal) = (Value::Text(decimal::text(value)), matches!(op, Operator::Le | Operator::Ge));
        let place = self.bind(&text);
        let mut test = decimal::compare(self.dialect, column, matches!(op, Operator::Lt | Operator::Le), value, &place);
        if equal {
            test = format!("({test} OR {column} = {place})");
        }
        format!("({column} IS NOT NULL AND {test})")
    }
}

fn orders(op: Operator) -> bool {
    matches!(op, Operator::Lt | Operator::Gt | Operator::Le | Operator::Ge)
}

/// The first text, by its bytes, that is greater than every text with this prefix; nothing when there is none.
fn beyond(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        // the signs between are no letters of their own
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// An order: empty fields first, ties by id.
pub(super) fn order(dialect: Dialect, descriptor: &Descriptor, sort: &[Sort]) -> Result<String> {
    let mut out = String::new();
    for key in sort {
        let column = Column::named(descriptor, &key.field)?;
        out.push_str(&format!("({} IS NOT NULL), ", quoted(column.name)?));
        for term in terms(dialect, &column)? {
            out.push_str(&term.sql(key.descending));
            out.push_str(", ");
        }
    }
    out.push_str("id");
    Ok(out)
}

/// One expression of an order.
pub(super) struct Term {
    expression: String,
    /// Greater values come first when the order ascends.
    reversed: bool,
}

impl Term {
    pub fn sql(&self, descending: bool) -> String {
        format!("{}{}", self.expression, if descending == self.reversed { "" } else { " DESC" })
    }
}

/// What puts the filled values of a column in order.
pub(super) fn terms(dialect: Dialect, column: &Column<'_>) -> Result<Vec<Term>> {
    let name = quoted(column.name)?;
    let upward = |expression| Term { expression, reversed: false };
    Ok(match &column.kind {
        FieldType::Money { currency } => amount::terms(&name, currency)?.into_iter().map(upward).collect(),
        FieldType::Decimal => {
            let [sign, length, below, above] = decimal::terms(dialect, &name);
            vec![upward(sign), upward(length), Term { expression: below, reversed: true }, upward(above)]
        }
        _ => vec![upward(name)],
    })
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
        let mut condition = Condition::new(Dialect::Sqlite);
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

    #[test]
    fn references_are_followed_by_subqueries() {
        let mut condition = Condition::new(Dialect::Sqlite);
        let steps = vec![("invoice_id".into(), "invoice".into()), ("account_id".into(), "account".into())];
        let filter = Filter::Reaches { steps, field: "organization_id".into(), values: vec!["a".to_owned(), "b".to_owned()] };
        assert_eq!(
            condition.filter(Role::descriptor(), &filter).unwrap(),
            "(\"invoice_id\" IN (SELECT uid FROM \"invoice\" WHERE \"account_id\" IN (SELECT uid FROM \"account\" WHERE \"organization_id\" IN ($1, $2))))"
        );
        let none = Filter::Reaches { steps: vec![], field: "organization_id".into(), values: vec![] };
        assert_eq!(condition.filter(Role::descriptor(), &none).unwrap(), "(1 = 0)");
    }

    #[test]
    fn what_is_beyond_a_prefix() {
        for (prefix, expected) in
            [("ab", Some("ac")), ("", None), ("a\u{10ffff}", Some("b")), ("\u{10ffff}", None), ("\u{d7ff}", Some("\u{e000}"))]
        {
            assert_eq!(beyond(prefix).as_deref(), expected, "{prefix:?}");
        }
    }
}
