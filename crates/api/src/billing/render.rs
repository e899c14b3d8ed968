//! Records as the models of the reference show them.

use super::json::Json;
use super::models::{self, Field, Type};
use super::spelling::Spelling;
use accrual_app::billing::View;
use accrual_app::zone::Zone;
use accrual_base::{Error, Instant, Result};
use accrual_model::{Descriptor, FieldType, Record, Value, money};

/// How empty fields and times are shown; [`Call::v1`](crate::call::Call::v1) and `lean` answer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Empty fields as null; otherwise they are left out.
    nulls: bool,
    /// Times with their offset; otherwise `2024-01-15 12:00:00`.
    offset: bool,
    zone: Zone,
}

impl Manner {
    /// The `/v1` operations: empty fields as null, times as `2024-01-15 12:00:00`.
    pub fn v1(zone: Zone) -> Self {
        Self { nulls: true, offset: false, zone }
    }
    /// Newer families: empty fields left out, times with offset.
    pub fn lean(zone: Zone) -> Self {
        Self { nulls: false, offset: true, zone }
    }
    /// A time.
    pub fn time(&self, at: Instant) -> String {
        let local = self.zone.local(at);
        if self.offset { local } else { local.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect() }
    }
}

/// A record in the shape of a model: every field of the model that the noun has, with the type the model says, then
/// the custom fields. What the noun has and the model has not is not shown; what is the other way round is the
/// caller's to add.
///
/// # Errors
/// A fault for a model there is not, or a value the model's type cannot show.
pub fn view(model: &str, view: &View, spelling: &Spelling, manner: &Manner) -> Result<Json> {
    record(model, &view.descriptor, &view.record, spelling, manner)
}

/// As [`view`], of a record and its descriptor.
///
/// # Errors
/// As [`view`].
pub fn record(model: &str, descriptor: &Descriptor, record: &Record, spelling: &Spelling, manner: &Manner) -> Result<Json> {
    let shown = Shown { descriptor, record, spelling, manner };
    let mut members = shown.members(model, "")?;
    for (at, field) in descriptor.fields.iter().enumerate().filter(|(_, f)| f.custom) {
        let value = &record.data[at];
        if manner.nulls || !value.is_null() {
            members.push((field.name().to_owned(), shown.loose(value)));
        }
    }
    Ok(Json::Object(members))
}

/// The part of a record that a model shows, without custom fields: `below` is the object of the client's spelling the model
/// stands for (`taxInfo`), empty for the record itself.
///
/// # Errors
/// As [`view`].
pub fn part(model: &str, below: &str, view: &View, spelling: &Spelling, manner: &Manner) -> Result<Json> {
    let shown = Shown { descriptor: &view.descriptor, record: &view.record, spelling, manner };
    shown.members(model, below).map(Json::Object)
}

struct Shown<'r> {
    descriptor: &'r Descriptor,
    record: &'r Record,
    spelling: &'r Spelling,
    manner: &'r Manner,
}

impl Shown<'_> {
    fn members(&self, model: &str, below: &str) -> Result<Vec<(String, Json)>> {
        let model = models::model(model).ok_or_else(|| Error::fault(format!("there is no model {model}")))?;
        let mut members = Vec::with_capacity(model.fields.len());
        for field in &model.fields {
            let path = if below.is_empty() { field.name.to_owned() } else { format!("{below}.{}", field.name) };
            match &field.kind {
                Type::Named(name) if self.spelling.nests(&path) => {
                    let nested = self.members(name, &path)?;
                    members.push((field.name.to_owned(), Json::Object(nested)));
                }
                _ => {
                    if let Some(json) = self.field(field, &path, below)? {
                        members.push((field.name.to_owned(), json));
                    }
                }
            }
        }
        Ok(members)
    }

    /// Nothing for a field the noun has not, and for an empty one where those are left out.
    fn field(&self, field: &Field, path: &str, below: &str) -> Result<Option<Json>> {
        let ours = self.spelling.ours(path);
        // a nested name means a field of ours only where the spelling says so
        if !below.is_empty() && ours == path {
            return Ok(None);
        }
        let json = match self.system(ours) {
            Some(json) => json,
            None => match self.descriptor.position(ours) {
                Some(at) => self.value(field, at)?,
                None => return Ok(None),
            },
        };
        Ok((self.manner.nulls || json != Json::Null).then_some(json))
    }

    /// What every record has.
    fn system(&self, name: &str) -> Option<Json> {
        let record = self.record;
        Some(match name {
            "id" | "Id" => record.uid.as_str().into(),
            "createdById" | "CreatedById" => record.created_by.as_str().into(),
            "updatedById" | "UpdatedById" => record.updated_by.as_str().into(),
            "createdDate" | "createdOn" | "CreatedDate" => self.manner.time(record.created_at).into(),
            "updatedDate" | "updatedOn" | "UpdatedDate" => self.manner.time(record.updated_at).into(),
            _ => return None,
        })
    }

    /// A value with the type its model says.
    fn value(&self, field: &Field, at: usize) -> Result<Json> {
        let ours = &self.descriptor.fields[at];
        let value = &self.record.data[at];
        if value.is_null() {
            return Ok(Json::Null);
        }
        if let FieldType::Money { .. } = ours.kind {
            let amount = money::decimal(self.descriptor, &self.record.data, at);
            let amount = amount.ok_or_else(|| Error::fault(format!("the amount {} has no currency", ours.name())))?;
            return Ok(numeric(&field.kind, amount.to_string()));
        }
        Ok(match value {
            Value::Text(v) => {
                let shown = self.spelling.their_value(ours.name(), v);
                match &field.kind {
                    Type::List(_) => Json::List(v.split(',').filter(|p| !p.is_empty()).map(|p| p.trim().into()).collect()),
                    _ => shown.into(),
                }
            }
            Value::Int(v) => numeric(&field.kind, v.to_string()),
            Value::Decimal(v) => numeric(&field.kind, v.normalize().to_string()),
            other => self.loose(other),
        })
    }

    /// A value by its own type.
    fn loose(&self, value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Text(v) => v.as_str().into(),
            Value::Bool(v) => (*v).into(),
            Value::Int(v) => (*v).into(),
            Value::Decimal(v) => v.normalize().into(),
            Value::Date(v) => (*v).into(),
            Value::Instant(v) => self.manner.time(*v).into(),
            Value::Json(v) => v.into(),
        }
    }
}

/// Digits as a number, or as a text where the model says text.
fn numeric(kind: &Type, digits: String) -> Json {
    match kind {
        Type::Text => Json::Text(digits),
        _ => Json::Number(digits),
    }
}
