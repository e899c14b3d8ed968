//! Members of a record as JSON.

use crate::billing::json::Json;
use crate::billing::models::{self, Model, Type};
use crate::billing::render::Manner;
use accrual_base::{Error, Instant, Result};
use accrual_model::{Descriptor, FieldType, Record, Value, money};
use accrual_query::member::{Member, Shows};

/// How a family shows records.
pub struct Style<'s> {
    pub manner: &'s Manner,
    /// Times have thousandths: the older calls.
    pub thousandths: bool,
    /// Empty fields are shown as null; otherwise they are left out.
    pub nulls: bool,
}

impl Style<'_> {
    /// `2024-01-15T13:00:00+01:00`, or `2024-01-15T13:00:00.000+01:00`.
    fn time(&self, at: Instant) -> String {
        let local = self.manner.time(at);
        match local.split_at_checked(19) {
            Some((time, offset)) if self.thousandths => format!("{time}.{:03}{offset}", at.0.rem_euclid(1_000_000) / 1_000),
            _ => local,
        }
    }

    /// The members of a record, with the types a model says where there is one.
    ///
    /// # Errors
    /// A fault for an amount without a currency.
    pub fn record(
        &self,
        model: Option<&Model>,
        descriptor: &Descriptor,
        members: &[Member],
        record: &Record,
    ) -> Result<Vec<(String, Json)>> {
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            let shown = match member.shows {
                Shows::Id => record.uid.as_str().into(),
                Shows::CreatedById => record.created_by.as_str().into(),
                Shows::UpdatedById => record.updated_by.as_str().into(),
                Shows::CreatedDate => self.time(record.created_at).into(),
                Shows::UpdatedDate => self.time(record.updated_at).into(),
                Shows::Field(at) => self.field(descriptor, record, at)?,
            };
            let text = || model.and_then(|m| m.field(&member.name)).is_some_and(|f| f.kind == Type::Text);
            let shown = match shown {
                Json::Number(digits) if text() => Json::Text(digits),
                other => other,
            };
            if self.nulls || shown != Json::Null {
                out.push((member.name.clone(), shown));
            }
        }
        Ok(out)
    }

    fn field(&self, descriptor: &Descriptor, record: &Record, at: usize) -> Result<Json> {
        let value = &record.data[at];
        if let (FieldType::Money { .. }, false) = (&descriptor.fields[at].kind, value.is_null()) {
            let amount = money::decimal(descriptor, &record.data, at);
            let amount = amount.ok_or_else(|| Error::fault(format!("the amount {} has no currency", descriptor.fields[at].name())))?;
            return Ok(Json::Number(amount.to_string()));
        }
        Ok(match value {
            Value::Null => Json::Null,
            Value::Text(v) => v.as_str().into(),
            Value::Bool(v) => (*v).into(),
            Value::Int(v) => (*v).into(),
            Value::Decimal(v) => v.normalize().into(),
            Value::Date(v) => (*v).into(),
            Value::Instant(v) => self.time(*v).into(),
            Value::Json(v) => v.into(),
        })
    }
}

/// The model Object Query answers an object by: `ExpandedInvoice`.
pub fn expanded(descriptor: &Descriptor) -> Option<&'static Model> {
    models::model(&format!("Expanded{}", descriptor.names.object))
}
