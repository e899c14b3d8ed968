//! How objects hang together: what a record refers to, and what refers to it.

use crate::names::lower_first;
use crate::{Descriptor, FieldType, ReferenceBy, Registry};
use std::sync::Arc;

/// Which records a relation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To the one record that this field of the record names.
    ToOne { field: usize },
    /// To the records whose field, in the target, names the record.
    ToMany { field: usize },
}

/// A relation of an object, by the name lists are expanded with: `billTo`, `invoiceItems`.
#[derive(Clone, Debug)]
pub struct Relation {
    pub name: String,
    pub target: Arc<Descriptor>,
    pub leads: Leads,
}

/// A field that names a record of an object with text ids.
fn names_one(descriptor: &Descriptor, at: usize) -> Option<&str> {
    match &descriptor.fields[at].kind {
        FieldType::Reference { to, by: ReferenceBy::Key } => Some(to),
        _ => None,
    }
}

/// The relations of an object to others with text ids: its own references in the order of its fields, then those of
/// others to it in the order of the registry.
///
/// A reference `billToId` is called `billTo`. The records that refer to this one are called by their plural,
/// `invoiceItems`; when they do so by several fields, the one named after this object counts.
pub fn relations(registry: &Registry, descriptor: &Descriptor) -> Vec<Relation> {
    let mut out = Vec::new();
    for at in 0..descriptor.fields.len() {
        let target = names_one(descriptor, at).and_then(|to| registry.get(to)).filter(|t| t.text_id);
        let name = descriptor.fields[at].names.object.strip_suffix("Id");
        if let (Some(target), Some(name)) = (target, name) {
            out.push(Relation { name: lower_first(name), target: Arc::clone(target), leads: Leads::ToOne { field: at } });
        }
    }
    for other in registry.iter().filter(|o| o.text_id) {
        let fields: Vec<usize> = (0..other.fields.len()).filter(|at| names_one(other, *at) == Some(&*descriptor.names.table)).collect();
        let own = format!("{}_id", descriptor.names.table);
        let field = match fields[..] {
            [one] => Some(one),
            _ => fields.into_iter().find(|at| other.fields[*at].names.table == own),
        };
        if let Some(field) = field {
            out.push(Relation { name: plural(other), target: Arc::clone(other), leads: Leads::ToMany { field } });
        }
    }
    out
}

/// `invoice-items` to `invoiceItems`.
fn plural(descriptor: &Descriptor) -> String {
    let mut out = String::with_capacity(descriptor.plural.len());
    for (at, word) in descriptor.plural.split('-').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if at > 0 => out.extend(first.to_uppercase().chain(letters)),
            _ => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Field;

    fn object(name: &'static str, references: &[(&'static str, &'static str)]) -> Descriptor {
        let mut d = Descriptor::new(name, name);
        d.text_id = true;
        for (field, to) in references {
            let kind = FieldType::Reference { to: (*to).into(), by: ReferenceBy::Key };
            d.add(Field::new(*field, *field, kind)).unwrap();
        }
        d
    }

    #[test]
    fn references_have_two_ends() {
        let mut registry = Registry::default();
        registry.add(object("account", &[("bill_to_id", "contact"), ("parent_id", "account")])).unwrap();
        registry.add(object("contact", &[("account_id", "account")])).unwrap();
        registry.add(object("invoice", &[("account_id", "account"), ("payer_id", "account")])).unwrap();
        registry.add(object("invoice_item", &[("invoice_id", "invoice"), ("applied_to_id", "invoice")])).unwrap();
        let names = |of: &str| -> Vec<(String, Leads)> {
            relations(&registry, registry.get(of).unwrap()).into_iter().map(|r| (r.name, r.leads)).collect()
        };
        let (one, many) = (|field| Leads::ToOne { field }, |field| Leads::ToMany { field });
        let named = |list: &[(&str, Leads)]| list.iter().map(|(n, l)| ((*n).to_owned(), *l)).collect::<Vec<_>>();
        assert_eq!(
            names("account"),
            named(&[("billTo", one(0)), ("parent", one(1)), ("accounts", many(1)), ("contacts", many(0)), ("invoices", many(0))])
        );
        assert_eq!(names("invoice"), named(&[("account", one(0)), ("payer", one(1)), ("invoiceItems", many(0))]));
        assert_eq!(names("contact"), named(&[("account", one(0)), ("accounts", many(0))]));
    }
}
