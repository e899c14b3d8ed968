//! The members of a record a client sees.

use crate::reference;
use accrual_model::names::lower_first;
use accrual_model::{Descriptor, Dialect, FieldType};

/// What a member shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    Id,
    CreatedById,
    CreatedDate,
    UpdatedById,
    UpdatedDate,
    /// The field at this position.
    Field(usize),
}

/// A member of a record by its name in one dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// `billToId`, `BillToId`.
    pub name: String,
    pub shows: Shows,
}

/// What every record with a text id has, by object spelling. The id comes first, the others last.
pub const COMMON: [(&str, Shows); 5] = [
    ("Id", Shows::Id),
    ("CreatedById", Shows::CreatedById),
    ("CreatedDate", Shows::CreatedDate),
    ("UpdatedById", Shows::UpdatedById),
    ("UpdatedDate", Shows::UpdatedDate),
];

fn spelt(object: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Object => object.to_owned(),
        Dialect::Rest => lower_first(object),
        Dialect::Query => object.to_lowercase(),
    }
}

/// The members of an object in the order of its fields, secrets and structures of our own left out.
///
/// Where the reference lists the members Object Query answers, fields it does not list are left out too; custom
/// fields are never.
pub fn of_object_query(descriptor: &Descriptor) -> Vec<Member> {
    let listed = reference::object(&descriptor.names.object).filter(|o| o.knows_members());
    let shown = |name: &str, custom: bool| custom || listed.is_none_or(|o| o.field(name).is_some_and(|f| f.object_query));
    members(descriptor, Dialect::Rest, &shown)
}

/// The members older calls answer, in object spelling: what the reference lists as readable, and what it does not know.
pub fn of_calls(descriptor: &Descriptor) -> Vec<Member> {
    let listed = reference::object(&descriptor.names.object);
    let shown = |name: &str, custom: bool| custom || listed.and_then(|o| o.field(name)).is_none_or(|f| f.query || f.kind.is_empty());
    members(descriptor, Dialect::Object, &shown)
}

fn members(descriptor: &Descriptor, dialect: Dialect, shown: &dyn Fn(&str, bool) -> bool) -> Vec<Member> {
    let common = |(name, shows): (&str, Shows)| Member { name: spelt(name, dialect), shows };
    let mut out = vec![common(COMMON[0])];
    for (at, field) in descriptor.fields.iter().enumerate() {
        if !matches!(field.kind, FieldType::Secret) && shown(&field.names.object, field.custom) {
            out.push(Member { name: spelt(&field.names.object, dialect), shows: Shows::Field(at) });
        }
    }
    out.extend(COMMON[1..].iter().copied().map(common));
    out
}

/// A member by its name, whatever its case.
pub fn named<'m>(members: &'m [Member], name: &str) -> Option<&'m Member> {
    members.iter().find(|m| m.name.eq_ignore_ascii_case(name))
}
