//! What the reference says of resources, objects and fields, read from tables beside the code.
//!
//! A noun needs no line here to be read and listed; a line says how the published interface narrows it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A resource of Object Query: what it may be asked for (reference section 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `product-rate-plans`
    pub path: &'static str,
    /// Besides ids: by number, by SKU.
    pub by_number: bool,
    pub by_sku: bool,
    /// Paths in lower case, `invoiceitems.taxationitems`.
    pub expands: Vec<&'static str>,
    /// Fields in lower case; custom fields not among them.
    pub filters: Vec<&'static str>,
    pub sorts: Vec<&'static str>,
    /// Custom fields that are indexed may be filtered by.
    pub custom_fields: bool,
    /// The list refuses to be read without a filter.
    pub filter_required: bool,
    /// The reference has no page of it: the usual fields may be filtered by.
    pub undocumented: bool,
}

/// A resource by the segment of its path.
pub fn resource(path: &str) -> Option<&'static Resource> {
    static ALL: LazyLock<Vec<Resource>> = LazyLock::new(|| {
        let lines = include_str!("../data/resources.tsv").lines().skip(1);
        let row = |line: &'static str| {
            let mut cells = line.split('\t');
            let mut words = || cells.next().map(|c| c.split_whitespace().collect::<Vec<_>>());
            let (path, keys, expands, filters, sorts, marks) = (words()?, words()?, words()?, words()?, words()?, words()?);
            Some(Resource {
                path: path.first()?,
                by_number: keys.contains(&"number"),
                by_sku: keys.contains(&"sku"),
                expands,
                filters,
                sorts,
                custom_fields: marks.contains(&"indexed-custom-fields"),
                filter_required: marks.contains(&"filter-required"),
                undocumented: marks.contains(&"reference-page-absent"),
            })
        };
        lines.filter_map(row).collect()
    });
    ALL.iter().find(|r| r.path == path)
}

/// What older calls may do with a field (reference section 2.8, legend of the data sources).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// The name in the tables of the reference.
    pub name: &'static str,
    /// `text`, `picklist`, `decimal` …; empty when only the label is published.
    pub kind: &'static str,
    /// Most characters.
    pub length: Option<u32>,
    pub create: bool,
    pub query: bool,
    pub update: bool,
    /// May stand in a condition of ZOQL.
    pub filter: bool,
    /// A member of what Object Query answers.
    pub object_query: bool,
    /// Usable in exports.
    pub export: bool,
}

/// An object of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectLine {
    /// `ProductRatePlan`
    pub name: &'static str,
    pub query: bool,
    pub describe: bool,
    pub export: bool,
    /// Names under which other objects are joined: `BillToContact`.
    pub joined: Vec<&'static str>,
    fields: BTreeMap<&'static str, Abilities>,
}

impl ObjectLine {
    /// A field by its object spelling.
    pub fn field(&self, name: &str) -> Option<&Abilities> {
        self.fields.get(name)
    }
    /// Whether the reference says which members Object Query answers.
    pub fn knows_members(&self) -> bool {
        self.fields.values().any(|f| f.object_query)
    }
}

/// An object by its object spelling.
pub fn object(name: &str) -> Option<&'static ObjectLine> {
    objects().get(name)
}

fn objects() -> &'static BTreeMap<&'static str, ObjectLine> {
    static ALL: LazyLock<BTreeMap<&'static str, ObjectLine>> = LazyLock::new(|| {
        let mut all = BTreeMap::new();
        for line in include_str!("../data/objects.tsv").lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [name, calls, surfaces, joined] = cells[..] else { continue };
            let surface = |word: &str| surfaces.split_whitespace().any(|s| s == word);
            let object = ObjectLine {
                name,
                query: calls.contains('Q'),
                describe: surface("describe"),
                export: surface("export"),
                joined: joined.split_whitespace().collect(),
                fields: BTreeMap::new(),
            };
            all.insert(name, object);
        }
        for line in include_str!("../data/fields.tsv").lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let [object, name, kind, length, letters, marks] = cells[..] else { continue };
            let abilities = Abilities {
                name,
                kind,
                length: length.parse().ok(),
                create: letters.contains('C'),
                query: letters.contains('Q'),
                update: letters.contains(['U', 'u']),
                filter: letters.contains('F'),
                object_query: marks.contains('q'),
                export: marks.contains('e'),
            };
            if let Some(object) = all.get_mut(object) {
                object.fields.insert(name, abilities);
            }
        }
        all
    });
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!(lines(include_str!("../data/objects.tsv")), objects().len());
        assert_eq!(lines(include_str!("../data/fields.tsv")), objects().values().map(|o| o.fields.len()).sum::<usize>());
        let resources: Vec<&str> = include_str!("../data/resources.tsv").lines().skip(1).filter_map(|l| l.split('\t').next()).collect();
        assert_eq!(resources.len(), 64);
        assert!(resources.iter().all(|r| resource(r).is_some()));
        assert!(resource("invoice-items").is_some_and(|r| r.filter_required && r.by_number));
        assert!(resource("products").is_some_and(|r| r.by_sku && !r.by_number));
        let account = object("Account").and_then(|o| o.field("Currency")).copied().unwrap_or_default();
        assert_eq!((account.create, account.update, account.filter, account.length), (true, true, true, Some(100)));
    }
}
