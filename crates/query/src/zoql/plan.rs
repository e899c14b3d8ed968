//! A query against the objects there are.

use super::{Comparison, Literal, Predicate, Query};
use crate::literal::{self, Local};
use crate::member::{self, Member, Shows};
use crate::{Objects, reference};
use accrual_base::{Error, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, FieldType, Filter, Operator, ReferenceBy, Text, Value};

/// What a query wants.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The object, custom fields included.
    pub descriptor: Descriptor,
    pub filter: Filter,
    /// The id, then what was selected, each once, by object spelling.
    pub members: Vec<Member>,
}

impl Plan {
    /// Plans a query.
    ///
    /// # Errors
    /// Rejections `zoql.object`, `zoql.field` and `zoql.value`, each with what it is about.
    pub fn of(query: &Query, objects: &mut Objects<'_>) -> Result<Self> {
        let unknown = || Error::invalid("zoql.object", format!("invalid type name for query: {}", query.object)).in_column("queryString");
        let declared = objects.registry.iter().find(|d| d.text_id && d.names.object.eq_ignore_ascii_case(&query.object));
        let declared = declared.ok_or_else(unknown)?;
        if reference::object(&declared.names.object).is_some_and(|o| !o.query) {
            return Err(unknown());
        }
        let descriptor = objects.merged(declared)?;
        let readable = member::of_calls(&descriptor);
        let mut members = vec![Member { name: "Id".to_owned(), shows: Shows::Id }];
        for name in &query.fields {
            let found = member::named(&readable, name).ok_or_else(|| no_field(&descriptor, name))?;
            if !members.contains(found) {
                members.push(found.clone());
            }
        }
        let mut any = Vec::with_capacity(query.any.len());
        for all in &query.any {
            any.push(Filter::All(all.iter().map(|p| predicate(&descriptor, &readable, p, objects.local)).collect::<Result<_>>()?));
        }
        let filter = if any.is_empty() { Filter::All(Vec::new()) } else { Filter::Any(any) };
        Ok(Self { descriptor, filter, members })
    }
}

/// The words old clients look for.
fn no_field(descriptor: &Descriptor, name: &str) -> Error {
    Error::invalid("zoql.field", format!("invalid field for query: {}.{name}", descriptor.names.object)).in_column(name)
}

fn wrong(predicate: &Predicate, why: impl Into<String>) -> Error {
    Error::invalid("zoql.value", format!("{}: {}", predicate.field, why.into())).in_column(&predicate.field)
}

fn predicate(descriptor: &Descriptor, readable: &[Member], predicate: &Predicate, local: Local<'_>) -> Result<Filter> {
    let refused = || no_field(descriptor, &predicate.field);
    let member = member::named(readable, &predicate.field).ok_or_else(refused)?;
    let (name, kind, allowed) = match member.shows {
        Shows::Field(at) => {
            let field = &descriptor.fields[at];
            let listed = reference::object(&descriptor.names.object).and_then(|o| o.field(&field.names.object));
            if !field.filterable || listed.is_some_and(|f| !f.filter && !f.kind.is_empty()) {
                return Err(refused());
            }
            (field.names.table.clone(), field.kind.clone(), &field.allowed[..])
        }
        _ => {
            let column = Column::named(descriptor, &member.name)?;
            (Text::Owned(member.name.clone()), column.kind, &[][..])
        }
    };
    let not_empty = |field: Text| Filter::Not(Box::new(Filter::Null { field }));
    if predicate.value == Literal::Null {
        return match predicate.comparison {
            Comparison::Eq => Ok(Filter::Null { field: name }),
            Comparison::Ne => Ok(not_empty(name)),
            _ => Err(wrong(predicate, "null is compared with = and != only.")),
        };
    }
    let text = matches!(kind, FieldType::Text | FieldType::Reference { by: ReferenceBy::Key, .. });
    let op = match predicate.comparison {
        Comparison::Eq => Operator::Eq,
        Comparison::Ne => Operator::Ne,
        Comparison::Like if text => return like(name, predicate),
        Comparison::Like => return Err(wrong(predicate, "only texts are compared with like.")),
        _ if kind == FieldType::Bool => return Err(wrong(predicate, "true and false are compared with = and != only.")),
        Comparison::Lt => Operator::Lt,
        Comparison::Le => Operator::Le,
        Comparison::Gt => Operator::Gt,
        Comparison::Ge => Operator::Ge,
    };
    let value = value(&kind, predicate, local)?;
    let value = match value {
        // written with a hyphen here, without one in the calls that write it
        Value::Text(text) if text == "One-Time" && !allowed.is_empty() && !allowed.iter().any(|a| *a == text) => "OneTime".into(),
        other => other,
    };
    let compared = Filter::compare(name.clone(), op, value);
    // an empty field is not unequal here: a query that wants it says = null
    Ok(if op == Operator::Ne { Filter::All(vec![compared, not_empty(name)]) } else { compared })
}

/// `%` stands once, at the start or at the end; `_` anywhere.
fn like(name: Text, predicate: &Predicate) -> Result<Filter> {
    let Literal::Text(pattern) = &predicate.value else { return Err(wrong(predicate, "like takes a text in single quotes.")) };
    let inner = pattern.strip_suffix('%').or_else(|| pattern.strip_prefix('%')).unwrap_or(pattern);
    if inner.contains('%') {
        return Err(wrong(predicate, "% stands once in a pattern, at its start or at its end."));
    }
    Ok(Filter::compare(name, Operator::Like, pattern.replace('\\', "\\\\")))
}

/// A value of the field's type: dates for date fields, times for time fields, quoted or not.
fn value(kind: &FieldType, predicate: &Predicate, local: Local<'_>) -> Result<Value> {
    use Literal::{Bool, Date, DateTime, Number, Text};
    let found = match (kind, &predicate.value) {
        (FieldType::Text | FieldType::Reference { by: ReferenceBy::Key, .. }, Text(text)) => Some(Value::from(text.as_str())),
        (FieldType::Bool, Bool(value)) => Some(Value::Bool(*value)),
        (FieldType::Int, Number(text)) => literal::int(text).map(Value::Int),
        (FieldType::Decimal | FieldType::Money { .. }, Number(text)) => literal::decimal(text).map(Value::Decimal),
        (FieldType::Date, Text(text) | Date(text)) => literal::day(text).map(Value::Date),
        (FieldType::Instant, Text(text) | DateTime(text)) => literal::instant(text, local).map(Value::Instant),
        _ => None,
    };
    let expected = match kind {
        FieldType::Text | FieldType::Reference { .. } => "a text in single quotes",
        FieldType::Instant => "a date with a time, such as 2024-01-31T10:00:00+01:00",
        FieldType::Money { .. } => "a number",
        other => other.expected(),
    };
    found.ok_or_else(|| wrong(predicate, format!("{} is not {expected}.", predicate.value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use accrual_base::{Day, Decimal};
    use accrual_objects::billing;

    fn plan(text: &str) -> Result<Plan> {
        let registry = billing::registry()?;
        let mut merge = |d: &Descriptor| Ok(d.clone());
        Plan::of(&Query::parse(text)?, &mut Objects { registry: &registry, merge: &mut merge, local: literal::UTC })
    }

    fn code(text: &str) -> &'static str {
        let refused = plan(text).err().unwrap_or_else(|| panic!("{text} is taken"));
        refused.rejection().map_or("a fault", |r| r.code)
    }

    fn filter(condition: &str) -> Filter {
        let plan = plan(&format!("select Id from Account where {condition}")).unwrap_or_else(|e| panic!("{condition}: {e}"));
        plan.filter.check(&plan.descriptor).unwrap_or_else(|e| panic!("{condition}: {e}"));
        let Filter::Any(mut any) = plan.filter else { panic!("{condition}") };
        let Filter::All(mut all) = any.remove(0) else { panic!("{condition}") };
        all.remove(0)
    }

    #[test]
    fn the_id_comes_whether_it_was_selected_or_not() {
        let plan = plan("select name, NAME, AccountNumber, createddate from account").unwrap();
        let names: Vec<&str> = plan.members.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["Id", "Name", "AccountNumber", "CreatedDate"]);
        assert_eq!(plan.filter, Filter::All(vec![]));
    }

    #[test]
    fn comparisons_are_by_the_type_of_the_field() {
        assert_eq!(filter("Balance > 10.5"), Filter::compare("balance", Operator::Gt, Decimal::new(105, 1)));
        assert_eq!(filter("AutoPay = false"), Filter::eq("auto_pay", false));
        assert_eq!(filter("BillCycleDay <= 15"), Filter::compare("bill_cycle_day", Operator::Le, 15));
        assert_eq!(filter("LastInvoiceDate = '2024-01-31'"), Filter::eq("last_invoice_date", Day::try_ymd(2024, 1, 31).unwrap()));
        assert_eq!(filter("Name like 'In_t\\\\%'"), Filter::compare("name", Operator::Like, "In_t\\\\%"));
        assert_eq!(filter("Notes = null"), Filter::Null { field: "notes".into() });
        let unequal = Filter::compare("status", Operator::Ne, "Draft");
        assert_eq!(filter("Status != 'Draft'"), Filter::All(vec![unequal, Filter::Not(Box::new(Filter::Null { field: "status".into() }))]));
        assert!(matches!(filter("UpdatedDate >= 2024-01-01T00:00:00"), Filter::Compare { .. }));
        assert!(matches!(filter("Id = 'abc'"), Filter::Compare { .. }));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_kind() {
        assert_eq!(code("select Id from Nothing"), "zoql.object");
        assert_eq!(code("select Id from AccountingCode"), "zoql.object", "the reference cannot query it");
        assert_eq!(code("select Colour from Account"), "zoql.field");
        assert_eq!(code("select Id from Account where Colour = 'x'"), "zoql.field");
        assert_eq!(code("select Id from Account where TaxCompanyCode = 'x'"), "zoql.field");
        for condition in [
            "Balance > '10'",
            "Balance like '1%'",
            "AutoPay = 'true'",
            "AutoPay > true",
            "Name = 5",
            "BillCycleDay = 1.5",
            "LastInvoiceDate = 2024-01-31T10:00:00",
            "UpdatedDate > 2024-01-31",
            "Name > null",
            "Name like '%x%'",
            "Name like 'a%c'",
            "Name like 5",
        ] {
            assert_eq!(code(&format!("select Id from Account where {condition}")), "zoql.value", "{condition}");
        }
        let message = plan("select Colour from account").unwrap_err().to_string();
        assert!(message.contains("invalid field for query: Account.Colour"), "{message}");
    }
}
