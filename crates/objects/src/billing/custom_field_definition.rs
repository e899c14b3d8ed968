//! Fields an administrator adds.

use super::refused;
use accrual_base::Decimal;
use accrual_model::{Field, FieldType, Object, Range, Rejection, TextEnum};

/// What a custom field holds (reference section 3.1 of the platform).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, TextEnum)]
pub enum CustomFieldType {
    #[default]
    Text,
    #[text("LongText")]
    LongText,
    #[text("URL")]
    Url,
    Integer,
    /// 13 digits before the point, 9 after.
    Number,
    Boolean,
    Date,
    #[text("Datetime")]
    DateTime,
    /// One of the options.
    Picklist,
    /// Several of the options, with `;` between them.
    Multiselect,
}

/// A field an administrator added to a noun: it is part of the noun's descriptor at run time.
#[derive(Clone, Debug, PartialEq, Eq, Default, Object)]
#[object(text_id, unique = "object, name", rules = CustomFieldDefinition::rules)]
pub struct CustomFieldDefinition {
    /// The noun, in table spelling: `account`.
    #[field(required, fixed, filterable, max = 63)]
    pub object: String,
    /// `Region__c`: cannot change.
    #[field(required, fixed, filterable, max = 63)]
    pub name: String,
    #[field(required, max = 255)]
    pub label: String,
    #[field(max = 500)]
    pub description: Option<String>,
    #[field(fixed, filterable)]
    pub r#type: CustomFieldType,
    /// Most characters of a text: up to 255; of a long text 256 to 8192; of a URL up to 8192.
    #[field(min = 1, max = 8192)]
    pub max_length: Option<i64>,
    /// Least value of a number, included.
    pub minimum: Option<Decimal>,
    /// Greatest value of a number, included.
    pub maximum: Option<Decimal>,
    /// Of a picklist or multiselect.
    #[field(default = [])]
    pub options: Vec<String>,
    #[field(default = false)]
    pub required: bool,
    /// The value of a record that gives none when it is created, as text. Older records stay empty.
    pub default_value: Option<String>,
    #[field(default = false, filterable)]
    pub filterable: bool,
    /// No longer part of the noun. Its name stays taken, because values of it may still be stored.
    #[field(default = false, read_only, filterable)]
    pub deleted: bool,
}

impl CustomFieldDefinition {
    /// Most fields of one noun.
    pub const MOST: usize = 100;
    /// Most fields of one noun that can be filtered by.
    pub const MOST_FILTERABLE: usize = 20;

    fn is_choice(&self) -> bool {
        matches!(self.r#type, CustomFieldType::Picklist | CustomFieldType::Multiselect)
    }

    /// The field it adds, without its default.
    pub fn field(&self) -> Field {
        let kind = match self.r#type {
            CustomFieldType::Integer => FieldType::Int,
            CustomFieldType::Number => FieldType::Decimal,
            CustomFieldType::Boolean => FieldType::Bool,
            CustomFieldType::Date => FieldType::Date,
            CustomFieldType::DateTime => FieldType::Instant,
            _ => FieldType::Text,
        };
        let length = match self.r#type {
            CustomFieldType::Text => Some(self.max_length.unwrap_or(255)),
            CustomFieldType::LongText | CustomFieldType::Url => Some(self.max_length.unwrap_or(8_192)),
            _ => None,
        };
        let choice = if self.is_choice() { self.options.clone() } else { Vec::new() };
        Field {
            required: self.required,
            filterable: self.filterable,
            max: length.and_then(|l| u32::try_from(l).ok()),
            range: Range { least: self.minimum, most: self.maximum },
            digits: (self.r#type == CustomFieldType::Number).then_some((13, 9)),
            allowed: choice.into_iter().map(Into::into).collect(),
            many: self.r#type == CustomFieldType::Multiselect,
            doc: self.description.clone().unwrap_or_default().into(),
            ..Field::custom(&self.name, self.label.clone(), kind)
        }
    }

    fn rules(&self) -> Vec<Rejection> {
        let mut wrong = Vec::new();
        let mut refuse = |broken: bool, field, message: &str| {
            if broken {
                wrong.push(refused("custom_field.definition", field, message));
            }
        };
        let stem = self.name.strip_suffix("__c").unwrap_or_default();
        let plain = stem.starts_with(|c: char| c.is_ascii_alphabetic()) && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        refuse(!plain, "name", "The name of a custom field is a letter, then letters, digits and _, and __c at its end.");
        let choice = self.is_choice();
        refuse(choice && self.options.is_empty(), "options", "A picklist has at least one option.");
        refuse(!choice && !self.options.is_empty(), "options", "Only a picklist or multiselect has options.");
        refuse(self.options.len() > 250, "options", "A picklist has at most 250 options.");
        let long = self.options.iter().any(|o| o.is_empty() || o.chars().count() > 255 || o.contains(';'));
        refuse(long, "options", "An option has 1 to 255 characters and no semicolon.");
        let twice = self.options.iter().enumerate().any(|(at, o)| self.options[..at].contains(o));
        refuse(twice, "options", "An option is there twice.");
        let length = self.max_length.is_none_or(|l| match self.r#type {
            CustomFieldType::Text => l <= 255,
            CustomFieldType::LongText => l >= 256,
            CustomFieldType::Url => true,
            _ => false,
        });
        refuse(
            !length,
            "max_length",
            "A text has up to 255 characters, a long text 256 to 8192, a URL up to 8192; nothing else has a length.",
        );
        let number = matches!(self.r#type, CustomFieldType::Integer | CustomFieldType::Number);
        refuse(!number && (self.minimum.is_some() || self.maximum.is_some()), "minimum", "Only a number has bounds.");
        refuse(matches!((self.minimum, self.maximum), (Some(l), Some(m)) if m < l), "maximum", "The greatest value is below the least.");
        let scanned = matches!(self.r#type, CustomFieldType::LongText | CustomFieldType::Url | CustomFieldType::Multiselect);
        refuse(scanned && self.filterable, "filterable", "Long texts, URLs and multiselects cannot be filtered by.");
        if wrong.is_empty()
            && let Some(text) = &self.default_value
            && let Err(why) = self.default_from(text)
        {
            wrong.push(refused("custom_field.definition", "default_value", why));
        }
        wrong
    }

    /// The default as a value.
    ///
    /// # Errors
    /// What is wrong with the text, as a sentence.
    pub fn default_from(&self, text: &str) -> Result<accrual_model::Value, String> {
        let field = self.field();
        let value = accrual_model::json::parse_text(&field, text).map_err(|why| why.message)?;
        accrual_model::validate::field(&field, &value).map_or(Ok(value), |why| Err(why.message))
    }
}
