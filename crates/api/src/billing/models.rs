//! What bodies look like, from a file: the models of the reference, by name.
//!
//! A line without indent names a model; the indented ones below it are its fields: name, type, then `!` when it is
//! required, a number for the most characters, `=A|B` for the only values. `Name\t=A|B` is a type of its own with
//! these values. The file holds facts of the reference alone; where it marks fields required that are not, or the
//! other way round, `billing-model-changes.tsv` says so.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

const FILE: &str = include_str!("../../data/billing-models.tsv");
/// As [`FILE`], for the older reference.
const OLDER: &str = include_str!("../../data/billing-older-models.tsv");
const CHANGES: &str = include_str!("../../data/billing-model-changes.tsv");
const SHAPES: &str = include_str!("../../data/billing-shapes.tsv");
/// As [`FILE`], for the calls on whole products, plans and charges.
const COMMERCE: &str = include_str!("../../data/billing-commerce-models.tsv");
const COMMERCE_SHAPES: &str = include_str!("../../data/billing-commerce-shapes.tsv");
const OLDER_SHAPES: &str = include_str!("../../data/billing-older-shapes.tsv");

/// A type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Integer,
    Number,
    Flag,
    Day,
    Time,
    /// Anything: its own operation looks at it.
    Any,
    /// Free names, values of one type.
    Map(Box<Type>),
    List(Box<Type>),
    /// Another model, or a type with values of its own.
    Named(&'static str),
}

impl Type {
    fn parse(text: &'static str) -> Self {
        let inner = |outer: &str| text.strip_prefix(outer)?.strip_prefix('<')?.strip_suffix('>');
        if let Some(of) = inner("array") {
            return Self::List(Box::new(Self::parse(of)));
        }
        if let Some(of) = inner("map") {
            return Self::Map(Box::new(Self::parse(of)));
        }
        match text {
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Flag,
            "date" => Self::Day,
            "datetime" => Self::Time,
            "any" | "object" | "array" | "binary" => Self::Any,
            name => Self::Named(name),
        }
    }
}

/// A field of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub kind: Type,
    pub required: bool,
    /// Most characters of a text.
    pub most: Option<usize>,
    /// The only values; any when empty.
    pub values: Vec<&'static str>,
}

/// One model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub name: &'static str,
    pub fields: Vec<Field>,
    /// The values of a type that is a choice; such a type has no fields.
    pub values: Vec<&'static str>,
    positions: HashMap<&'static str, usize>,
}

impl Model {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.positions.get(name).map(|at| &self.fields[*at])
    }
    /// Whether the reference leaves the shape open: one of several models, or nothing it says.
    pub fn open(&self) -> bool {
        self.fields.is_empty() && self.values.is_empty()
    }
}

/// A model by its name.
pub fn model(name: &str) -> Option<&'static Model> {
    static MODELS: LazyLock<BTreeMap<&'static str, Model>> = LazyLock::new(load);
    MODELS.get(name)
}

fn load() -> BTreeMap<&'static str, Model> {
    let mut models: BTreeMap<&'static str, Model> = BTreeMap::new();
    let mut current = "";
    for line in FILE.lines().chain(OLDER.lines()).chain(COMMERCE.lines()) {
        match line.strip_prefix('\t') {
            Some(rest) => {
                if let (Some(model), Some(field)) = (models.get_mut(current), field(rest)) {
                    model.fields.push(field);
                }
            }
            None => {
                let (name, values) = line.split_once("\t=").map_or((line, Vec::new()), |(name, list)| (name, list.split('|').collect()));
                current = name;
                models.insert(name, Model { name, fields: Vec::new(), values, positions: HashMap::new() });
            }
        }
    }
    for line in CHANGES.lines().skip(1) {
        change(&mut models, line);
    }
    for model in models.values_mut() {
        model.positions = model.fields.iter().enumerate().map(|(at, f)| (f.name, at)).collect();
    }
    models
}

fn field(line: &'static str) -> Option<Field> {
    let (name, rest) = line.split_once('\t')?;
    let (head, values) = rest.split_once(" =").map_or((rest, Vec::new()), |(head, list)| (head, list.split('|').collect()));
    let mut words = head.split(' ');
    let mut field = Field { name, kind: Type::parse(words.next()?), required: false, most: None, values };
    for word in words {
        match word {
            "!" => field.required = true,
            number => field.most = number.parse().ok(),
        }
    }
    Some(field)
}

/// A line of the changes: model, and the field as it is to be, new or in the place of the one that is there.
fn change(models: &mut BTreeMap<&'static str, Model>, line: &'static str) {
    let Some((name, rest)) = line.split_once('\t') else { return };
    let (Some(model), Some(field)) = (models.get_mut(name), field(rest)) else { return };
    match model.fields.iter().position(|f| f.name == field.name) {
        Some(at) => model.fields[at] = field,
        None => model.fields.push(field),
    }
}

/// What an operation takes and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The type of the body; empty when it has none that is JSON.
    pub request: &'static str,
    /// Whether a body must be sent.
    pub required: bool,
    /// The type of the answer; empty when it has no JSON.
    pub response: &'static str,
    /// Names of query parameters, `*` behind those that are required.
    pub query: &'static str,
}

/// The shape of an operation by the name the reference gives it.
pub fn shape(operation: &str) -> Option<Shape> {
    static SHAPES_BY_NAME: LazyLock<HashMap<&'static str, Shape>> = LazyLock::new(|| {
        let shape = |line: &'static str| {
            let mut cells = line.split('\t');
            let (name, request, response) = (cells.next()?, cells.next()?, cells.next()?);
            let query = cells.next().unwrap_or_default();
            let required = request.ends_with('*');
            Some((name, Shape { request: request.trim_end_matches('*'), required, response, query }))
        };
        [SHAPES, OLDER_SHAPES, COMMERCE_SHAPES].into_iter().flat_map(|file| file.lines().skip(1)).filter_map(shape).collect()
    });
    SHAPES_BY_NAME.get(operation).copied()
}

/// The type a name stands for, as [`Shape`] writes it: a model, or a list or map of some.
pub fn type_of(text: &'static str) -> Type {
    Type::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::rows::lines;

    #[test]
    fn every_type_of_every_field_is_known() {
        fn known(kind: &Type) -> bool {
            match kind {
                Type::List(of) | Type::Map(of) => known(of),
                Type::Named(name) => model(name).is_some(),
                _ => true,
            }
        }
        let models = load();
        assert!(models.len() > 1_300, "{}", models.len());
        for model in models.values() {
            for field in &model.fields {
                assert!(known(&field.kind), "{}.{}: {:?}", model.name, field.name, field.kind);
            }
        }
        assert_eq!(FILE.lines().filter(|l| l.starts_with('\t')).count(), FILE.lines().filter_map(|l| field(l.strip_prefix('\t')?)).count());
    }

    #[test]
    fn every_change_is_of_a_model_and_every_operation_has_a_shape() {
        for line in CHANGES.lines().skip(1) {
            let mut cells = line.split('\t');
            let (name, at, spec) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
            let changed = model(name).and_then(|m| m.field(at)).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(changed.required, spec.contains('!'), "{line}");
        }
        assert!(lines().all(|l| shape(l.operation).is_some()));
    }

    #[test]
    fn a_field_says_what_it_takes() {
        let account = model("CreateAccountRequest").unwrap();
        let name = account.field("name").unwrap();
        assert_eq!((&name.kind, name.required, name.most), (&Type::Text, true, Some(255)));
        assert_eq!(account.field("billToContact").unwrap().kind, Type::Named("CreateAccountContact"));
        assert_eq!(model("TaxExemptStatus").unwrap().values, ["No", "Yes", "PendingVerification"]);
        assert!(!model("UpdateAccountContact").unwrap().field("firstName").unwrap().required);
    }
}
