//! What a noun is, as a value.

use crate::names::is_identifier;
use crate::{Field, FieldType, Names, Rejection, Text, Value, Values, suggest, validate};
use accrual_base::{Error, Result};

/// Whole-record rules of an object, beyond what its fields say.
pub type Rules = fn(&Values) -> Vec<Rejection>;

/// Columns every table of an object has; no field may take their names.
pub const SYSTEM_FIELDS: [&str; 7] = ["id", "uid", "version", "created_by", "created_at", "updated_by", "updated_at"];

/// An object: its names, its fields and its rules.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// The name in every dialect; `names.table` is also the name of the table and of the id sequence.
    pub names: Names,
    /// Path segment of a collection: `pob-templates`.
    pub plural: Text,
    pub label: Text,
    pub doc: Text,
    /// In the order of [`Values`]. New fields are added at the end.
    pub fields: Vec<Field>,
    /// Sets of fields (table spelling) that no two records share. Holds the single unique fields too.
    pub unique: Vec<Vec<Text>>,
    /// The id is a number of the business (an organisation number): a client may give it.
    pub given_id: bool,
    /// Clients know a record by a text id ([`crate::id`]); its integer id is the number of its row and never shown.
    pub text_id: bool,
    /// Sets of fields (table spelling) that records are looked up by. Unique keys, and references to objects with
    /// text ids, need not be named here.
    pub indexes: Vec<Vec<Text>>,
    pub rules: Option<Rules>,
}

impl Descriptor {
    /// An object without fields, for one that is put together at run time.
    pub fn new(name: impl Into<Text>, label: impl Into<Text>) -> Self {
        let names = Names::of(name);
        Self {
            plural: format!("{}s", names.table.replace('_', "-")).into(),
            names,
            label: label.into(),
            doc: Text::Borrowed(""),
            fields: Vec::new(),
            unique: Vec::new(),
            given_id: false,
            text_id: false,
            indexes: Vec::new(),
            rules: None,
        }
    }

    /// The position of a field by its name in any dialect.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.names.table == name).or_else(|| self.fields.iter().position(|f| f.names.is(name)))
    }

    /// A field by its name in any dialect.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// The position of a field that must exist.
    ///
    /// # Errors
    /// A rejection `object.unknown_field` that lists names that look like it.
    pub fn find(&self, name: &str) -> Result<usize> {
        self.position(name).ok_or_else(|| self.unknown(name))
    }

    /// The refusal of a field that does not exist.
    pub fn unknown(&self, name: &str) -> Error {
        let names = self.fields.iter().filter(|f| f.kind != FieldType::Secret).map(|f| f.name());
        let hint = match suggest::close(name, names.clone()).as_slice() {
            [] => format!("Its fields are {}.", suggest::list(names)),
            near => format!("Did you mean {}?", suggest::list_or(near)),
        };
        Error::invalid("object.unknown_field", format!("{} has no field {name:?}. {hint}", self.label)).in_column(name)
    }

    /// The value of a field by its name; [`Value::Null`] when the object has no such field.
    pub fn value<'v>(&self, values: &'v Values, name: &str) -> &'v Value {
        &values[self.position(name).unwrap_or(usize::MAX)]
    }

    /// The first field that is unique by itself: what people and references call a record by.
    pub fn key(&self) -> Option<usize> {
        self.fields.iter().position(|f| f.unique)
    }

    /// Adds a field at the end, as custom fields are.
    ///
    /// # Errors
    /// A conflict when the name is taken, or a rejection when the field is not sound.
    pub fn add(&mut self, field: Field) -> Result<()> {
        let taken = [&field.names.table, &field.names.rest, &field.names.query].into_iter().find_map(|name| self.field(name));
        if let Some(other) = taken {
            return Err(Error::conflict("object.field_exists", format!("{} already has a field {}.", self.label, other.name())));
        }
        if field.unique {
            self.unique.push(vec![field.names.table.clone()]);
        }
        self.fields.push(field);
        self.sound().inspect_err(|_| {
            self.fields.pop();
        })
    }

    /// Checks the descriptor itself: names that may stand in SQL, defaults that are allowed, references with a target.
    ///
    /// # Errors
    /// A rejection `object.descriptor` that names the field. Declared objects are checked by a test, those loaded
    /// at run time when they are loaded.
    pub fn sound(&self) -> Result<()> {
        let refuse = |what: String| Err(Error::invalid("object.descriptor", format!("{}: {what}", self.names.table)));
        if !is_identifier(&self.names.table) {
            return refuse("the name must be lower-case letters, digits and _, a letter first, at most 63 long.".to_owned());
        }
        for (at, field) in self.fields.iter().enumerate() {
            let name = &field.names.table;
            if !is_identifier(name) {
                return refuse(format!("field {name:?} must be lower-case letters, digits and _, a letter first, at most 63 long."));
            }
            if SYSTEM_FIELDS.contains(&&**name) {
                return refuse(format!("field {name} has the name of a field every object has."));
            }
            if self.fields[..at].iter().any(|f| f.names.is(name) || f.names.query == field.names.query) {
                return refuse(format!("field {name} is there twice."));
            }
            if let Some(default) = &field.default
                && let Some(wrong) = validate::field(field, default)
            {
                return refuse(format!("the default of field {name} is not allowed: {}", wrong.message));
            }
            if field.sortable && !field.kind.ordered() {
                return refuse(format!("field {name} cannot be sorted: {} has no order.", field.kind.name()));
            }
        }
        let currency = |f: &Field| match &f.kind {
            FieldType::Money { currency } => Some(currency.clone()),
            _ => None,
        };
        if let Some(name) = self.fields.iter().filter_map(currency).find(|c| !self.fields.iter().any(|f| f.names.table == **c)) {
            return refuse(format!("an amount is in the currency of {name:?}, which is no field."));
        }
        match self.unique.iter().chain(&self.indexes).flatten().find(|name| !self.fields.iter().any(|f| f.names.table == **name)) {
            Some(name) => refuse(format!("the unique key names {name:?}, which is no field.")),
            None => Ok(()),
        }
    }
}
