//! Which records, in which order, how many.

use crate::{Descriptor, FieldType, Record, Text, Value};
use accrual_base::{Error, Result};
use std::cmp::Ordering;

/// Most values of one [`Filter::In`]: each is a parameter of the statement.
const MOST_VALUES: usize = 1_000;

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Eq,
    /// An empty field is not equal to any value.
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    /// `%` stands for any text, `_` for one character, `\` takes the next one as it is; ASCII case does not matter.
    Like,
}

impl Operator {
    pub const ALL: [(Self, &'static str); 7] =
        [(Self::Eq, "eq"), (Self::Ne, "ne"), (Self::Lt, "lt"), (Self::Gt, "gt"), (Self::Le, "le"), (Self::Ge, "ge"), (Self::Like, "like")];
    /// An operator by its word, without regard to case.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| w.eq_ignore_ascii_case(word)).map(|(op, _)| *op)
    }
}

/// A condition on records. An empty field fails every comparison but [`Operator::Ne`]; `Not` turns that round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of these; everything when empty.
    All(Vec<Filter>),
    /// Any of these; nothing when empty.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Compare {
        field: Text,
        op: Operator,
        value: Value,
    },
    In {
        field: Text,
        values: Vec<Value>,
    },
    /// The field is empty.
    Null {
        field: Text,
    },
    /// A text that is one of these, ASCII case apart.
    Folded {
        field: Text,
        values: Vec<String>,
    },
    /// A text that starts with this, ASCII case apart.
    Prefix {
        field: Text,
        prefix: String,
    },
    /// The record that references lead to has one of these texts in a field. Nothing a client writes: it may ask for
    /// fields that are not filterable, and the store alone can tell.
    Reaches {
        /// Field and target table of each reference, from the record on; none for the record itself.
        steps: Vec<(Text, Text)>,
        field: Text,
        values: Vec<String>,
    },
}

impl Filter {
    pub fn compare(field: impl Into<Text>, op: Operator, value: impl Into<Value>) -> Self {
        Self::Compare { field: field.into(), op, value: value.into() }
    }
    pub fn eq(field: impl Into<Text>, value: impl Into<Value>) -> Self {
        Self::compare(field, Operator::Eq, value)
    }

    /// Checks names, types and what may be filtered by.
    ///
    /// # Errors
    /// A rejection that names the field.
    pub fn check(&self, descriptor: &Descriptor) -> Result<()> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().try_for_each(|p| p.check(descriptor)),
            Self::Not(part) => part.check(descriptor),
            Self::Null { field } => Column::filterable(descriptor, field).map(drop),
            Self::In { field, values } => {
                let column = Column::filterable(descriptor, field)?;
                few(&column, values.len())?;
                values.iter().try_for_each(|v| column.comparable(Operator::Eq, v))
            }
            Self::Folded { field, values } => {
                let column = Column::filterable(descriptor, field)?;
                few(&column, values.len())?;
                column.text()
            }
            Self::Prefix { field, .. } => Column::filterable(descriptor, field)?.text(),
            Self::Reaches { .. } => Ok(()),
            Self::Compare { field, op, value } => Column::filterable(descriptor, field)?.comparable(*op, value),
        }
    }

    /// Whether a record meets the condition: what the store does, in memory.
    ///
    /// # Errors
    /// As [`Filter::check`].
    pub fn matches(&self, descriptor: &Descriptor, record: &Record) -> Result<bool> {
        Ok(match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.matches(descriptor, record)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.matches(descriptor, record)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Not(part) => !part.matches(descriptor, record)?,
            Self::Null { field } => Column::named(descriptor, field)?.read(record).is_null(),
            Self::In { field, values } => values.contains(&Column::named(descriptor, field)?.compared(descriptor, record)),
            Self::Folded { field, values } => {
                let value = Column::named(descriptor, field)?.read(record);
                value.as_text().is_some_and(|text| values.iter().any(|v| v.eq_ignore_ascii_case(text)))
            }
            Self::Prefix { field, prefix } => {
                let value = Column::named(descriptor, field)?.read(record);
                value.as_text().is_some_and(|text| text.to_ascii_lowercase().starts_with(&prefix.to_ascii_lowercase()))
            }
            Self::Reaches { .. } => return Err(Error::fault("only the store can follow references")),
            Self::Compare { field, op, value } => compare(&Column::named(descriptor, field)?.compared(descriptor, record), *op, value),
        })
    }
}

fn few(column: &Column<'_>, values: usize) -> Result<()> {
    if values <= MOST_VALUES {
        return Ok(());
    }
    let message = format!("A list of {values} values is too long; at most {MOST_VALUES} are compared at once.");
    Err(Error::invalid("filter.value", message).in_column(column.name))
}

/// A column that can be filtered or sorted by: a field, or what every record has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<'d> {
    /// Column name; safe in SQL.
    pub name: &'d str,
    pub kind: FieldType,
    /// Position among the fields; nothing for what every record has.
    pub position: Option<usize>,
}

impl<'d> Column<'d> {
    /// A column by its name in any dialect.
    ///
    /// # Errors
    /// A rejection `object.unknown_field`.
    pub fn named(descriptor: &'d Descriptor, name: &str) -> Result<Self> {
        let system = |name: &'static str, kind| Ok(Self { name, kind, position: None });
        match name {
            "id" | "Id" if descriptor.text_id => system("uid", FieldType::Text),
            "createdById" | "CreatedById" | "createdbyid" if descriptor.text_id => system("created_by", FieldType::Text),
            "createdDate" | "CreatedDate" | "createddate" if descriptor.text_id => system("created_at", FieldType::Instant),
            "updatedById" | "UpdatedById" | "updatedbyid" if descriptor.text_id => system("updated_by", FieldType::Text),
            "updatedDate" | "UpdatedDate" | "updateddate" if descriptor.text_id => system("updated_at", FieldType::Instant),
            "id" | "Id" => system("id", FieldType::Int),
            "version" | "Version" if !descriptor.text_id => system("version", FieldType::Int),
            "created_by" | "createdBy" => system("created_by", FieldType::Text),
            "created_at" | "createdAt" => system("created_at", FieldType::Instant),
            "updated_by" | "updatedBy" => system("updated_by", FieldType::Text),
            "updated_at" | "updatedAt" => system("updated_at", FieldType::Instant),
            _ => {
                let position = descriptor.find(name)?;
                let field = &descriptor.fields[position];
                Ok(Self { name: &field.names.table, kind: field.kind.clone(), position: Some(position) })
            }
        }
    }

    fn filterable(descriptor: &'d Descriptor, name: &str) -> Result<Self> {
        let column = Self::named(descriptor, name)?;
        match column.position.map(|at| &descriptor.fields[at]) {
            Some(field) if !field.filterable => {
                let message = format!("{} cannot be filtered by {}.", descriptor.label, field.name());
                Err(Error::invalid("filter.field", message).in_column(field.name()))
            }
            _ => Ok(column),
        }
    }

    pub(crate) fn comparable(&self, op: Operator, value: &Value) -> Result<()> {
        let refuse = |message: String| Err(Error::invalid("filter.value", message).in_column(self.name));
        if value.is_null() {
            return refuse(format!("{} cannot be compared with nothing; ask whether it is empty.", self.name));
        }
        // amounts of several currencies are compared as the decimals they are shown as
        let holds = match self.kind {
            FieldType::Money { .. } => matches!(value, Value::Decimal(_)),
            _ => self.kind.holds(value),
        };
        if op == Operator::Like && !matches!(value, Value::Text(_)) || !holds {
            return refuse(format!("{} is compared with {}, not {}.", self.name, self.kind.expected(), value.noun()));
        }
        if let (Operator::Like, Some(pattern)) = (op, value.as_text())
            && pattern.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
        {
            return refuse(format!("The pattern {pattern:?} ends with the sign that takes the next one as it is."));
        }
        let ordering = !matches!(op, Operator::Eq | Operator::Ne | Operator::Like);
        if ordering && !self.kind.ordered() {
            return refuse(format!("{} is {}, which can be equal but not less or greater.", self.name, self.kind.name()));
        }
        Ok(())
    }

    fn text(&self) -> Result<()> {
        if self.kind.holds(&Value::Text(String::new())) {
            return Ok(());
        }
        let message = format!("{} is {}, not a text that can be compared by its letters.", self.name, self.kind.name());
        Err(Error::invalid("filter.value", message).in_column(self.name))
    }

    /// The value that filters and orders compare: that of the column, an amount as a decimal.
    pub fn compared(&self, descriptor: &Descriptor, record: &Record) -> Value {
        match (self.position, self.read(record)) {
            (Some(at), Value::Int(minor)) => crate::money::decimal(descriptor, &record.data, at).map_or(Value::Int(minor), Value::Decimal),
            (_, value) => value,
        }
    }

    /// The value of this column in a record.
    pub fn read(&self, record: &Record) -> Value {
        match (self.position, self.name) {
            (Some(at), _) => record.data[at].clone(),
            (None, "id") => Value::Int(record.id),
            (None, "uid") => Value::Text(record.uid.clone()),
            (None, "version") => Value::Int(record.version),
            (None, "created_by") => Value::Text(record.created_by.clone()),
            (None, "created_at") => Value::Instant(record.created_at),
            (None, "updated_by") => Value::Text(record.updated_by.clone()),
            (None, _) => Value::Instant(record.updated_at),
        }
    }
}

fn compare(value: &Value, op: Operator, with: &Value) -> bool {
    if value.is_null() {
        return op == Operator::Ne;
    }
    let order = match (value, with) {
        (Value::Text(a), Value::Text(b)) if op == Operator::Like => return like(&a.to_ascii_lowercase(), &b.to_ascii_lowercase()),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Instant(a), Value::Instant(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.cmp(b),
        (a, b) => return (a == b) == (op == Operator::Eq),
    };
    match op {
        Operator::Eq => order == Ordering::Equal,
        Operator::Ne => order != Ordering::Equal,
        Operator::Lt => order == Ordering::Less,
        Operator::Gt => order == Ordering::Greater,
        Operator::Le => order != Ordering::Greater,
        Operator::Ge => order != Ordering::Less,
        Operator::Like => false,
    }
}

fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], rest.as_str())),
        Some(wanted) => {
            let (wanted, any) = match wanted {
                '\\' => (rest.next().unwrap_or('\\'), false),
                c => (c, c == '_'),
            };
            let mut letters = text.chars();
            letters.next().is_some_and(|c| any || c == wanted) && like(letters.as_str(), rest.as_str())
        }
    }
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub field: Text,
    pub descending: bool,
}

/// A page of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub filter: Filter,
    /// Empty fields come first; ties, and everything when empty, by id.
    pub sort: Vec<Sort>,
    pub limit: u32,
    /// Only ids greater than this: the last id of the page before. Only without `sort`.
    pub after: Option<i64>,
    /// Rows passed over: the way to page through a sorted list.
    pub offset: u32,
}

impl Default for Query {
    /// The first 1,000 by id.
    fn default() -> Self {
        Self { filter: Filter::All(Vec::new()), sort: Vec::new(), limit: 1_000, after: None, offset: 0 }
    }
}

impl Query {
    /// The first page of what meets a condition.
    pub fn of(filter: Filter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Checks the filter and the order.
    ///
    /// # Errors
    /// A rejection that names the field.
    pub fn check(&self, descriptor: &Descriptor) -> Result<()> {
        self.filter.check(descriptor)?;
        for sort in &self.sort {
            let column = Column::named(descriptor, &sort.field)?;
            if column.position.is_some_and(|at| !descriptor.fields[at].sortable) {
                let message = format!("{} cannot be sorted by {}.", descriptor.label, sort.field);
                return Err(Error::invalid("list.sort", message).in_column(sort.field.as_ref()));
            }
        }
        if self.after.is_some() && !self.sort.is_empty() {
            return Err(Error::invalid("list.after", "A sorted list is paged by offset; 'after' goes with the order of ids."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_patterns() {
        for (text, pattern, fits) in [
            ("annual support", "%support", true),
            ("annual support", "annual%", true),
            ("annual", "ann_al", true),
            ("50%", "50\\%", true),
            ("500", "50\\%", false),
            ("a_b", "a\\_b", true),
            ("", "%", true),
            ("x", "", false),
            ("grün", "gr_n", true),
        ] {
            assert_eq!(like(text, pattern), fits, "{text} like {pattern}");
        }
    }

    #[test]
    fn an_empty_field_is_only_unequal() {
        for (op, _) in Operator::ALL {
            assert_eq!(compare(&Value::Null, op, &Value::Int(1)), op == Operator::Ne);
        }
    }

    #[test]
    fn operators_by_word() {
        assert_eq!(Operator::named("LIKE"), Some(Operator::Like));
        assert_eq!(Operator::named("contains"), None);
    }
}
