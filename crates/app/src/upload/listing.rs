//! What clients ask of uploads beside their status: the columns of a template, and the rows in error.

use crate::{Context, Tenant};
use accrual_base::{Error, Instant, Result};
use accrual_objects::revenue::UploadTemplate;
use accrual_revenue::fields::{self, FieldId, FieldKind, FieldTable, event, event_fields, line_fields};
use accrual_revenue::record::{Record, Value};
use accrual_store::Flow;
use accrual_store::nouns::typed;
use accrual_store::staging::{self, ExceptionKind, ExceptionRow, Family, UploadRow, UploadStatus};

/// One column of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedColumn {
    pub sequence: i64,
    /// Staging name of the field.
    pub field: String,
    /// Heading in the file.
    pub label: String,
    /// Character, Number or Date.
    pub data_type: &'static str,
}

/// How a template maps columns to fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMapping {
    pub template_id: i64,
    pub date_format: String,
    pub columns: Vec<MappedColumn>,
}

/// The mapping of a template; a template that takes any field answers all of them.
///
/// # Errors
/// `upload.template_unknown`.
pub fn mapping(tenant: &Tenant, template: &str) -> Result<TemplateMapping> {
    let unknown = || Error::not_found("upload.template_unknown", format!("There is no upload template {template:?}."));
    let found = tenant.store.read(|tx| typed::find::<UploadTemplate>(tx, "name", template.trim()))?.ok_or_else(unknown)?;
    let noun = &found.data;
    let table = match noun.kind {
        accrual_objects::revenue::TemplateKind::Event => event_fields(),
        _ => line_fields(),
    };
    let columns = if noun.any_field { every_field(table) } else { mapped(noun, table) };
    Ok(TemplateMapping { template_id: found.id, date_format: noun.date_format.clone(), columns })
}

fn every_field(table: &FieldTable) -> Vec<MappedColumn> {
    let column = |(sequence, f): (i64, &fields::Field)| MappedColumn {
        sequence,
        field: f.name.to_owned(),
        label: f.label.to_owned(),
        data_type: data_type(f.kind),
    };
    (1i64..).zip(table.fields()).map(column).collect()
}

fn mapped(noun: &UploadTemplate, table: &FieldTable) -> Vec<MappedColumn> {
    let column = |c: &accrual_objects::revenue::UploadColumn| MappedColumn {
        sequence: i64::from(c.sequence),
        field: c.field.clone(),
        label: c.label.clone(),
        data_type: table.find(&c.field).map_or("Character", |f| data_type(f.kind)),
    };
    noun.mapping.iter().map(column).collect()
}

fn data_type(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Number => "Number",
        FieldKind::Date => "Date",
        FieldKind::Text | FieldKind::Flag => "Character",
    }
}

/// Uploads of a status that the caller's role sees, oldest first.
///
/// # Errors
/// A fault from the database.
pub fn uploads(tenant: &Tenant, context: &Context, status: UploadStatus) -> Result<Vec<UploadRow>> {
    let all = tenant.store.read(|tx| staging::uploads(tx, status))?;
    Ok(all.into_iter().filter(|u| u.org_id.is_none_or(|org| context.actor.organisations.contains(org))).collect())
}

/// A staged row that cannot be collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageError {
    pub id: i64,
    pub upload_id: i64,
    pub line_no: i64,
    pub org_id: i64,
    /// As uploaded: SO, INV, … ; the name of the event for an event.
    pub kind: Option<String>,
    pub so_num: Option<String>,
    pub so_line_num: Option<String>,
    pub so_line_id: Option<String>,
    pub inv_line_num: Option<String>,
    pub inv_line_id: Option<String>,
    /// RPRO codes, comma separated.
    pub codes: String,
    pub message: String,
    pub created_by: String,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Rows read from the store at a time.
const PAGE: i64 = 5_000;

/// Streams the rows in error that the caller's role sees, by id, from one snapshot.
///
/// # Errors
/// A fault from the database; whatever `each` returned.
pub fn stage_errors(tenant: &Tenant, context: &Context, events: bool, each: &mut dyn FnMut(&StageError) -> Result<()>) -> Result<()> {
    let family = if events { Family::Event } else { Family::Line };
    tenant.store.read(|tx| {
        let mut after = 0;
        let mut uploads: std::collections::BTreeMap<i64, (String, Instant)> = std::collections::BTreeMap::new();
        loop {
            let mut page = Vec::new();
            let mut last = None;
            staging::exceptions(tx, family, ExceptionKind::Error, after, PAGE, &mut |row| {
                last = Some(row.row.id);
                if context.actor.organisations.contains(row.row.org_id) {
                    page.push(error(row, events)?);
                }
                Ok(Flow::Continue)
            })?;
            for mut error in page {
                if let std::collections::btree_map::Entry::Vacant(entry) = uploads.entry(error.upload_id) {
                    let upload = staging::upload(tx, error.upload_id)?.ok_or_else(|| Error::fault("a staged row names no upload"))?;
                    entry.insert((upload.created_by, upload.created_at));
                }
                if let Some((by, at)) = uploads.get(&error.upload_id) {
                    error.created_by.clone_from(by);
                    error.created_at = *at;
                }
                each(&error)?;
            }
            match last {
                Some(id) => after = id,
                None => return Ok(()),
            }
        }
    })
}

fn error(row: &ExceptionRow<'_>, events: bool) -> Result<StageError> {
    let record = Record::new(row.row.record);
    let text = |field: FieldId| -> Result<Option<String>> {
        Ok(match record.get(field)? {
            Some(Value::Text(text)) => Some(text.to_owned()),
            _ => None,
        })
    };
    let line = |field: FieldId| if events { Ok(None) } else { text(field) };
    Ok(StageError {
        id: row.row.id,
        upload_id: row.row.upload_id,
        line_no: row.row.line_no,
        org_id: row.row.org_id,
        kind: text(if events { event::EVENT_NAME } else { fields::TYPE })?,
        so_num: line(fields::SO_NUM)?,
        so_line_num: line(fields::SO_LINE_NUM)?,
        so_line_id: text(if events { event::DOC_LINE_ID } else { fields::SO_LINE_ID })?,
        inv_line_num: line(fields::INV_LINE_NUM)?,
        inv_line_id: text(if events { event::INV_LINE_ID } else { fields::INV_LINE_ID })?,
        codes: row.codes.to_owned(),
        message: row.message.to_owned(),
        updated_at: row.updated_at,
        ..StageError::default()
    })
}
