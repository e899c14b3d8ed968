//! What a request wants of the objects there are.

use super::{Condition, Op, Operand, Parameters, cursor, refuse};
use crate::Objects;
use crate::literal::{self, Local};
use crate::member::{self, Member};
use crate::reference::{self, Resource};
use accrual_base::error::Kind;
use accrual_base::{Error, Result};
use accrual_model::filter::Column;
use accrual_model::{Descriptor, Field, FieldType, Filter, Leads, Operator, Page, Record, ReferenceBy, Text, Value, relations, suggest};
use std::collections::BTreeMap;

/// A request against descriptors.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The object, custom fields included.
    pub descriptor: Descriptor,
    pub page: Page,
    pub members: Vec<Member>,
    pub branches: Vec<Branch>,
    pub include_nulls: bool,
    bound: String,
}

/// An expanded relation.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Under which it stands in the answer: `billTo`.
    pub name: String,
    pub leads: Leads,
    /// The object it leads to, custom fields included.
    pub target: Descriptor,
    pub members: Vec<Member>,
    pub branches: Vec<Branch>,
}

impl Plan {
    /// Plans a list.
    ///
    /// # Errors
    /// A rejection `object_query.parameter` that names the parameter; not built when it leads to an object that is not.
    pub fn list(resource: &Resource, declared: &Descriptor, asked: &Parameters, objects: &mut Objects<'_>) -> Result<Self> {
        if resource.filter_required && asked.filters.is_empty() {
            return Err(refuse("filter", format!("{} are listed with at least one filter only.", resource.path)));
        }
        Self::make(resource, declared, asked, objects)
    }

    /// Plans one record: filters and orders mean nothing for it.
    ///
    /// # Errors
    /// As [`Plan::list`].
    pub fn one(resource: &Resource, declared: &Descriptor, asked: &Parameters, objects: &mut Objects<'_>) -> Result<Self> {
        let alone = Parameters { filters: Vec::new(), sort: None, cursor: None, ..asked.clone() };
        Self::make(resource, declared, &alone, objects)
    }

    fn make(resource: &Resource, declared: &Descriptor, asked: &Parameters, objects: &mut Objects<'_>) -> Result<Self> {
        let descriptor = objects.merged(declared)?;
        let bound = asked.bound(resource.path);
        let page = page(resource, &descriptor, asked, (&bound, objects.local))?;
        let mut shown = Shown::of(&descriptor, asked);
        let members = shown.members(&descriptor, &["", &lower_plural(&descriptor), &descriptor.names.query])?;
        let mut tree = Tree::default();
        for path in &asked.expands {
            if !resource.expands.contains(&path.as_str()) {
                let hint = match &resource.expands[..] {
                    [] => "nothing of it is expanded".to_owned(),
                    some => format!("what can be expanded is {}", some.join(", ")),
                };
                return Err(refuse("expand", format!("{path:?}; {hint}.")));
            }
            tree.add(path);
        }
        let branches = branches(&descriptor, &tree, "", &mut shown, objects)?;
        shown.all_used()?;
        Ok(Self { descriptor, page, members, branches, include_nulls: asked.include_nulls, bound })
    }

    /// The cursor of the page that follows one that ends with this record.
    ///
    /// # Errors
    /// A fault when the page is not sorted by a field of the object.
    pub fn next(&self, last: &Record) -> Result<String> {
        let position = self.page.position(&self.descriptor, last)?;
        Ok(cursor::write(&self.page.by, self.page.descending, &position, &self.bound))
    }
}

/// `invoiceitems`
fn lower_plural(descriptor: &Descriptor) -> String {
    descriptor.plural.replace('-', "")
}

/// What of a descriptor a resource may be filtered or sorted by.
fn allowed<'d>(listed: &[&str], resource: &Resource, descriptor: &'d Descriptor, name: &str) -> Option<(Column<'d>, Option<&'d Field>)> {
    let lower = name.to_lowercase();
    let column = Column::named(descriptor, &lower).ok()?;
    let field = column.position.map(|at| &descriptor.fields[at]);
    // only the one spelling of queries, in any case
    let spelt = match field {
        Some(field) => field.names.query == lower,
        None => member::COMMON.iter().any(|(object, _)| object.to_lowercase() == lower),
    };
    let fits = match field {
        Some(field) if field.custom => resource.custom_fields || resource.undocumented,
        _ if resource.undocumented => usual(&lower),
        _ => listed.contains(&lower.as_str()),
    };
    (spelt && fits).then_some((column, field))
}

/// Fields of a resource whose page is not published: ids, dates of the record, number or name, status.
fn usual(name: &str) -> bool {
    matches!(name, "createddate" | "updateddate" | "status" | "name") || name.ends_with("id") || name.ends_with("number")
}

fn page(resource: &Resource, descriptor: &Descriptor, asked: &Parameters, (bound, local): (&str, Local<'_>)) -> Result<Page> {
    let mut filters = Vec::with_capacity(asked.filters.len());
    for condition in &asked.filters {
        let found = allowed(&resource.filters, resource, descriptor, &condition.field);
        let Some((column, field)) = found.filter(|(_, field)| field.is_none_or(|f| f.filterable)) else {
            return Err(refuse("filter", format!("{}; {} are filtered by {}.", condition.field, resource.path, names(&resource.filters))));
        };
        filters.push(filter(&column, field, condition, local).map_err(|why| refuse("filter", format!("{}: {why}", condition.field)))?);
    }
    let mut page = Page::latest(Filter::All(filters), asked.page_size);
    if let Some(sort) = &asked.sort {
        let found = allowed(&resource.sorts, resource, descriptor, &sort.field);
        let Some((column, _)) = found.filter(|(_, field)| field.is_none_or(|f| f.sortable)) else {
            return Err(refuse("sort", format!("{}; {} are sorted by {}.", sort.field, resource.path, names(&resource.sorts))));
        };
        page.by = match column.position {
            Some(at) => descriptor.fields[at].names.table.clone(),
            // the id's column goes by another name than the field
            None if column.name == "uid" => Text::Borrowed("id"),
            None => Text::Owned(column.name.to_owned()),
        };
        page.descending = sort.descending;
    }
    if let Some(text) = &asked.cursor {
        page.after = Some(cursor::read(text, &Column::named(descriptor, &page.by)?, bound)?);
    }
    return Ok(page);

    fn names(list: &[&str]) -> String {
        if list.is_empty() { "their ids, dates, numbers, names and statuses".to_owned() } else { list.join(", ") }
    }
}

/// A condition on a column, whatever it holds.
fn filter(column: &Column<'_>, field: Option<&Field>, condition: &Condition, local: Local<'_>) -> Result<Filter, String> {
    let name = match field {
        Some(field) => field.names.table.clone(),
        None if column.name == "uid" => Text::Borrowed("id"),
        None => Text::Owned(column.name.to_owned()),
    };
    let not = |filter| Filter::Not(Box::new(filter));
    let texts = match &condition.operand {
        Operand::Null if condition.op == Op::Ne => return Ok(not(Filter::Null { field: name })),
        Operand::Null => return Ok(Filter::Null { field: name }),
        Operand::One(text) => std::slice::from_ref(text),
        Operand::Many(texts) => texts,
    };
    if is_text(&column.kind) {
        return text_filter(name, column, field, condition.op, texts);
    }
    let values = texts.iter().map(|text| value(&column.kind, text, local)).collect::<Result<Vec<_>, _>>()?;
    let ordered = !matches!(column.kind, FieldType::Bool);
    let op = match condition.op {
        Op::In => return Ok(Filter::In { field: name, values }),
        Op::Sw => return Err("only texts are compared by their beginning.".to_owned()),
        Op::Eq => Operator::Eq,
        Op::Ne => Operator::Ne,
        op if !ordered => return Err(format!("{} is for numbers and dates.", op.word())),
        Op::Lt => Operator::Lt,
        Op::Gt => Operator::Gt,
        Op::Le => Operator::Le,
        Op::Ge => Operator::Ge,
    };
    let value = values.into_iter().next().unwrap_or(Value::Null);
    Ok(Filter::compare(name, op, value))
}

fn is_text(kind: &FieldType) -> bool {
    matches!(kind, FieldType::Text | FieldType::Reference { by: ReferenceBy::Key, .. })
}

/// Texts are compared without regard to case. Ids have one case and closed lists one spelling, so that the index of the
/// column itself finds them.
fn text_filter(name: Text, column: &Column<'_>, field: Option<&Field>, op: Op, texts: &[String]) -> Result<Filter, String> {
    let is_id = field.is_none() || matches!(field.map(|f| &f.kind), Some(FieldType::Reference { .. }));
    let closed = field.map(|f| &f.allowed[..]).filter(|allowed| !allowed.is_empty() && field.is_some_and(|f| !f.many));
    let same = |field: Text| match closed {
        _ if is_id => Filter::In { field, values: texts.iter().map(|t| Value::Text(t.to_ascii_lowercase())).collect() },
        Some(allowed) => {
            let meant = |text: &String| allowed.iter().find(|a| a.eq_ignore_ascii_case(text));
            Filter::In { field, values: texts.iter().filter_map(meant).map(|a| Value::Text(a.clone().into_owned())).collect() }
        }
        None => Filter::Folded { field, values: texts.to_vec() },
    };
    match op {
        Op::Eq | Op::In => Ok(same(name)),
        Op::Ne => Ok(Filter::Not(Box::new(same(name)))),
        Op::Sw => Ok(Filter::Prefix { field: name, prefix: texts.concat() }),
        op => Err(format!("{} is for numbers and dates; {} is a text.", op.word(), column.name)),
    }
}

/// A value of a type that is no text.
fn value(kind: &FieldType, text: &str, local: Local<'_>) -> Result<Value, String> {
    let parsed = match kind {
        FieldType::Bool if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        FieldType::Bool if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        FieldType::Int | FieldType::Reference { .. } => literal::int(text).map(Value::Int),
        FieldType::Decimal | FieldType::Money { .. } => literal::decimal(text).map(Value::Decimal),
        FieldType::Date => literal::day(text).map(Value::Date),
        FieldType::Instant => literal::instant(text, local).map(Value::Instant),
        _ => None,
    };
    let expected = match kind {
        FieldType::Instant => "a date with a time, such as 2024-01-31T10:00:00Z",
        FieldType::Money { .. } => "a decimal number",
        other => other.expected(),
    };
    parsed.ok_or_else(|| format!("{text:?} is not {expected}."))
}

/// The expanded paths as a tree.
#[derive(Default)]
struct Tree(BTreeMap<String, Tree>);

impl Tree {
    fn add(&mut self, path: &str) {
        let mut at = self;
        for part in path.split('.') {
            at = at.0.entry(part.to_owned()).or_default();
        }
    }
}

fn branches(of: &Descriptor, tree: &Tree, path: &str, shown: &mut Shown<'_>, objects: &mut Objects<'_>) -> Result<Vec<Branch>> {
    let known = relations(objects.registry, of);
    let mut out = Vec::with_capacity(tree.0.len());
    for (part, below) in &tree.0 {
        let Some(relation) = known.iter().find(|r| r.name.to_lowercase() == *part) else {
            let message = format!("{} has no {part} yet: that object is known but not built yet.", of.label);
            return Err(Error::rejected(Kind::NotBuilt, "object_query.expand", message).in_column("expand"));
        };
        let target = objects.merged(&relation.target)?;
        let path = if path.is_empty() { part.clone() } else { format!("{path}.{part}") };
        let members = shown.members(&target, &[&path, part])?;
        let branches = branches(&target, below, &path, shown, objects)?;
        out.push(Branch { name: relation.name.clone(), leads: relation.leads, target, members, branches });
    }
    Ok(out)
}

/// The choice of fields, by the names they are asked under.
struct Shown<'a> {
    asked: Vec<(&'a str, &'a [String], bool)>,
}

impl<'a> Shown<'a> {
    fn of(_: &Descriptor, asked: &'a Parameters) -> Self {
        Self { asked: asked.fields.iter().map(|(of, names)| (of.as_str(), names.as_slice(), false)).collect() }
    }

    /// The members of one object that are to be shown: all when nobody chose.
    fn members(&mut self, descriptor: &Descriptor, called: &[&str]) -> Result<Vec<Member>> {
        let all = member::of_object_query(descriptor);
        let mut chosen: Vec<&Member> = Vec::new();
        let mut asked = false;
        for (of, names, used) in self.asked.iter_mut().filter(|(of, ..)| called.contains(of)) {
            (*used, asked) = (true, true);
            for name in *names {
                let Some(member) = member::named(&all, name) else {
                    let near = suggest::close(&name.to_lowercase(), all.iter().map(|m| m.name.as_str()));
                    let hint = if near.is_empty() { String::new() } else { format!(" Did you mean {}?", suggest::list_or(&near)) };
                    let prefix = if of.is_empty() { String::new() } else { format!("{of}.") };
                    return Err(refuse("fields", format!("{prefix}{name} is no field of {}.{hint}", descriptor.label)));
                };
                chosen.push(member);
            }
        }
        Ok(if asked { all.iter().filter(|m| chosen.contains(m)).cloned().collect() } else { all })
    }

    fn all_used(&self) -> Result<()> {
        match self.asked.iter().find(|(_, _, used)| !used) {
            Some((of, ..)) => Err(refuse("fields", format!("{of}.fields[] is for an object that is not expanded."))),
            None => Ok(()),
        }
    }
}

/// A resource and the object behind it; nothing when the reference has no such resource, or nobody declared it yet.
pub fn resource<'r>(path: &str, objects: &'r accrual_model::Registry) -> Option<(&'static Resource, &'r Descriptor)> {
    let resource = reference::resource(path)?;
    let descriptor = objects.iter().find(|d| d.plural == path && d.text_id)?;
    Some((resource, descriptor))
}

#[cfg(test)]
mod tests;
