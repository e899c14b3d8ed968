//! How a model of the reference spells the fields of a noun: one table for bodies, answers and refusals.

use accrual_base::Error;
use accrual_model::Rejection;

/// The spelling of one noun in one family of bodies.
#[derive(Debug)]
pub struct Spelling {
    /// The noun, in table spelling.
    pub noun: &'static str,
    /// Our field (REST spelling of the declaration) and the client's, where they differ. The client's may lie in a nested
    /// object: `taxInfo.exemptStatus`.
    pub fields: &'static [(&'static str, &'static str)],
    /// Values spelt otherwise: our field, our value, the client's.
    pub values: &'static [(&'static str, &'static str, &'static str)],
    /// Nested objects and lists that are nouns of their own: what verbs call them, what clients do, their spelling.
    pub parts: &'static [(&'static str, &'static str, &'static Spelling)],
}

impl Spelling {
    /// A noun whose fields clients spell as the declaration does.
    pub const fn plain(noun: &'static str) -> Self {
        Self { noun, fields: &[], values: &[], parts: &[] }
    }

    /// The client's path of a field of ours.
    pub fn theirs<'n>(&self, ours: &'n str) -> &'n str {
        self.fields.iter().find(|(o, _)| *o == ours).map_or(ours, |(_, theirs)| theirs)
    }

    /// Our field behind a path of the client's.
    pub fn ours<'n>(&self, theirs: &'n str) -> &'n str {
        self.fields.iter().find(|(_, t)| *t == theirs).map_or(theirs, |(ours, _)| ours)
    }

    /// Whether fields of ours lie in a nested object of the client's.
    pub fn nests(&self, object: &str) -> bool {
        self.fields.iter().any(|(_, t)| t.strip_prefix(object).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The client's value of a field for ours.
    pub fn their_value<'n>(&self, field: &str, ours: &'n str) -> &'n str {
        self.values.iter().find(|(f, o, _)| *f == field && *o == ours).map_or(ours, |(_, _, theirs)| theirs)
    }

    /// Our value of a field for the client's.
    pub fn our_value<'n>(&self, field: &str, theirs: &'n str) -> &'n str {
        self.values.iter().find(|(f, _, t)| *f == field && *t == theirs).map_or(theirs, |(_, ours, _)| ours)
    }

    /// A refusal of a verb, with fields as the client wrote them.
    pub fn explain(&self, mut error: Error) -> Error {
        if let Error::Rejected(rejection) = &mut error {
            self.respell(rejection);
        }
        error
    }

    fn respell(&self, rejection: &mut Rejection) {
        if let Some(column) = rejection.place.column.as_mut() {
            *column = self.path(column);
        }
        rejection.place.also.iter_mut().for_each(|also| self.respell(also));
    }

    /// `items[3].description` → `invoiceItems[3].itemName`, step by step.
    fn path(&self, ours: &str) -> String {
        let Some((head, rest)) = ours.split_once('.') else {
            let (name, index) = split_index(ours);
            let part = self.parts.iter().find(|(o, _, _)| *o == name).map(|(_, theirs, _)| *theirs);
            return format!("{}{index}", part.unwrap_or_else(|| self.theirs(name)));
        };
        let (name, index) = split_index(head);
        match self.parts.iter().find(|(o, _, _)| *o == name) {
            Some((_, theirs, part)) => format!("{theirs}{index}.{}", part.path(rest)),
            None => format!("{}{index}.{rest}", self.theirs(name)),
        }
    }
}

/// `items[3]` → `items`, `[3]`.
fn split_index(name: &str) -> (&str, &str) {
    name.find('[').map_or((name, ""), |at| name.split_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: Spelling =
        Spelling { noun: "item", fields: &[("description", "itemName")], values: &[("kind", "FixedPeriod", "Fixed_Period")], parts: &[] };
    const HEAD: Spelling = Spelling {
        noun: "head",
        fields: &[("vATId", "taxInfo.VATId"), ("salesRepName", "salesRep")],
        values: &[],
        parts: &[("items", "invoiceItems", &ITEM)],
    };

    #[test]
    fn a_refusal_names_the_field_as_the_client_wrote_it() {
        let field = |ours: &str| {
            let error = HEAD.explain(Error::invalid("x", "no").in_column(ours));
            error.rejection().unwrap().place.column.clone().unwrap()
        };
        assert_eq!(field("salesRepName"), "salesRep");
        assert_eq!(field("vATId"), "taxInfo.VATId");
        assert_eq!(field("items[3].description"), "invoiceItems[3].itemName");
        assert_eq!(field("items[3]"), "invoiceItems[3]");
        assert_eq!(field("items"), "invoiceItems");
        assert_eq!(field("name"), "name");
    }

    #[test]
    fn names_and_values_go_both_ways() {
        assert_eq!((HEAD.ours("salesRep"), HEAD.theirs("salesRepName")), ("salesRepName", "salesRep"));
        assert!(HEAD.nests("taxInfo") && !HEAD.nests("tax"));
        assert_eq!(ITEM.their_value("kind", "FixedPeriod"), "Fixed_Period");
        assert_eq!(ITEM.our_value("kind", "Fixed_Period"), "FixedPeriod");
    }
}
