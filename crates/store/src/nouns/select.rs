//! Rows as records.

use super::cells::decode;
use crate::Row;
use crate::schema::push_quoted;
use accrual_base::{Instant, Result};
use accrual_model::{Descriptor, Record, Values};

/// The columns of a record: what every record has, then its fields.
pub(super) fn columns(descriptor: &Descriptor) -> Result<String> {
    let mut out = String::from("id, version, created_by, created_at, updated_by, updated_at");
    if descriptor.text_id {
        out.push_str(", uid");
    }
    for field in &descriptor.fields {
        out.push_str(", ");
        push_quoted(&mut out, &field.names.table)?;
    }
    Ok(out)
}

/// A row of [`columns`].
pub(super) fn record(descriptor: &Descriptor, row: &dyn Row) -> Result<Record> {
    let first = if descriptor.text_id { 7 } else { 6 };
    let data: Result<Values> = descriptor.fields.iter().enumerate().map(|(at, f)| decode(descriptor, f, row.cell(at + first)?)).collect();
    Ok(Record {
        id: row.int(0)?,
        uid: if descriptor.text_id { row.text(6)?.to_owned() } else { String::new() },
        version: row.int(1)?,
        created_by: row.text(2)?.to_owned(),
        created_at: Instant(row.int(3)?),
        updated_by: row.text(4)?.to_owned(),
        updated_at: Instant(row.int(5)?),
        data: data?,
    })
}
