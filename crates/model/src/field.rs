//! A field of a descriptor.

use crate::{Names, Text, Value};
use accrual_base::Decimal;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    Text,
    Bool,
    Int,
    /// Exact decimal: a price, rate, quantity or percentage. Never an amount of money.
    Decimal,
    /// An amount in minor units of the currency that another field of the record names (table spelling). Set by verbs,
    /// shown as a decimal.
    Money {
        currency: Text,
    },
    Date,
    Instant,
    /// A structure of its own shape.
    Json,
    /// A text that is written and compared, never shown: a hash.
    Secret,
    /// Another object, by name of its descriptor (table spelling).
    Reference {
        to: Text,
        by: ReferenceBy,
    },
}

/// How a reference names its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceBy {
    /// The target's id.
    Id,
    /// The target's text id; of an object without text ids, its first unique field, which is fixed at creation.
    Key,
}

impl FieldType {
    /// The word describe uses.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Decimal => "decimal",
            Self::Money { .. } => "money",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Json => "json",
            Self::Secret => "secret",
            Self::Reference { .. } => "reference",
        }
    }
    /// What a client should send, for messages.
    pub fn expected(&self) -> &'static str {
        match self {
            Self::Text | Self::Secret | Self::Reference { by: ReferenceBy::Key, .. } => "a text",
            Self::Bool => "true or false",
            Self::Int | Self::Reference { by: ReferenceBy::Id, .. } => "a whole number",
            Self::Decimal => "a decimal number, as a text or with at most 15 digits",
            Self::Money { .. } => "an amount of money",
            Self::Date => "a date written YYYY-MM-DD",
            Self::Instant => "an instant written YYYY-MM-DDTHH:MM:SSZ",
            Self::Json => "a structure",
        }
    }
    /// Whether a value is of this type; [`Value::Null`] is of every type.
    pub fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null)
            | (Self::Text | Self::Secret, Value::Text(_))
            | (Self::Bool, Value::Bool(_))
            | (Self::Int | Self::Money { .. }, Value::Int(_))
            | (Self::Decimal, Value::Decimal(_))
            | (Self::Date, Value::Date(_))
            | (Self::Instant, Value::Instant(_))
            | (Self::Json, Value::Json(_)) => true,
            (Self::Reference { by, .. }, Value::Int(_)) => *by == ReferenceBy::Id,
            (Self::Reference { by, .. }, Value::Text(_)) => *by == ReferenceBy::Key,
            _ => false,
        }
    }
    /// Whether two values can be put in order.
    pub fn ordered(&self) -> bool {
        !matches!(self, Self::Json | Self::Secret)
    }
}

/// Who may write a field, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone who may write the object, at any time.
    Free,
    /// At creation only.
    Fixed,
    /// The product itself, never a client.
    System,
}

/// A list whose elements refer to another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elements {
    /// The target, by name of its descriptor (table spelling).
    pub to: Text,
    pub by: ReferenceBy,
    /// The part of an element that refers; the element itself when nothing.
    pub at: Option<Text>,
}

impl Elements {
    /// What the elements of a list refer to.
    pub fn targets(&self, list: &Value) -> Vec<Value> {
        let Value::Json(serde_json::Value::Array(elements)) = list else { return Vec::new() };
        let referring = |e: &serde_json::Value| match &self.at {
            Some(part) => e.get(part.as_ref()).cloned(),
            None => Some(e.clone()),
        };
        let target = |json: serde_json::Value| match (self.by, json) {
            (ReferenceBy::Id, serde_json::Value::Number(id)) => id.as_i64().map(Value::Int),
            (ReferenceBy::Key, serde_json::Value::String(key)) => Some(Value::Text(key)),
            _ => None,
        };
        elements.iter().filter_map(referring).filter_map(target).collect()
    }
}

/// How the system numbers records: `A00000001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    pub prefix: Text,
}

impl Numbering {
    /// Fewest digits of a number.
    pub const DIGITS: usize = 8;

    /// The text of a number.
    pub fn text(prefix: &str, number: i64) -> String {
        format!("{prefix}{number:0width$}", width = Self::DIGITS)
    }
}

/// Least and greatest value of a number, both allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub least: Option<Decimal>,
    pub most: Option<Decimal>,
}

/// Says what is wrong with the shape of a structure; nothing when it fits.
pub type Shape = fn(&serde_json::Value) -> Result<(), String>;

/// One field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    pub names: Names,
    pub label: Text,
    pub doc: Text,
    pub kind: FieldType,
    pub required: bool,
    pub access: Access,
    pub filterable: bool,
    pub sortable: bool,
    /// No two records share its value.
    pub unique: bool,
    /// The value of a record that gives none.
    pub default: Option<Value>,
    /// The only texts allowed; any when empty.
    pub allowed: Vec<Text>,
    /// Most characters of a text.
    pub max: Option<u32>,
    /// Bounds of a number.
    pub range: Range,
    /// Most digits of a decimal before and after its point.
    pub digits: Option<(u32, u32)>,
    /// A text of several allowed values with `;` between them.
    pub many: bool,
    /// The number the system gives a record that brings none.
    pub numbering: Option<Numbering>,
    /// The shape of a structure; any when nothing.
    pub shape: Option<Shape>,
    /// What the elements of a list refer to.
    pub elements: Option<Elements>,
    /// Added by an administrator at run time.
    pub custom: bool,
}

impl Field {
    /// A plain optional field that anyone may write; narrow it by its public parts.
    pub fn new(name: impl Into<Text>, label: impl Into<Text>, kind: FieldType) -> Self {
        Self {
            names: Names::of(name),
            label: label.into(),
            doc: Text::Borrowed(""),
            kind,
            required: false,
            access: Access::Free,
            filterable: false,
            sortable: false,
            unique: false,
            default: None,
            allowed: Vec::new(),
            max: None,
            range: Range::default(),
            digits: None,
            many: false,
            numbering: None,
            shape: None,
            elements: None,
            custom: false,
        }
    }
    /// A field an administrator adds; its name ends in `__c`.
    pub fn custom(name: &str, label: impl Into<Text>, kind: FieldType) -> Self {
        Self { names: Names::custom(name), custom: true, filterable: true, ..Self::new("", label, kind) }
    }
    /// The name clients see in messages.
    pub fn name(&self) -> &str {
        &self.names.rest
    }
    /// The object this field refers to, by itself or by its elements, and how.
    pub fn reference(&self) -> Option<(&Text, ReferenceBy)> {
        match (&self.kind, &self.elements) {
            (FieldType::Reference { to, by }, _) => Some((to, *by)),
            (_, Some(elements)) => Some((&elements.to, elements.by)),
            _ => None,
        }
    }
    /// What a value of this field refers to.
    pub fn targets(&self, value: &Value) -> Vec<Value> {
        match (&self.kind, &self.elements) {
            (FieldType::Reference { .. }, _) if !value.is_null() => vec![value.clone()],
            (_, Some(elements)) => elements.targets(value),
            _ => Vec::new(),
        }
    }
    pub fn updatable(&self) -> bool {
        self.access == Access::Free
    }
}
