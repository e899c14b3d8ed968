//! One column of several deferred rows, sent as an array.

use crate::value::Encoded;
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The values of one column, top to bottom.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    pub element: Type,
    pub cells: Vec<Encoded<'a>>,
}

impl ToSql for Column<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        out.put_i32(1); // dimensions
        out.put_i32(i32::from(self.cells.iter().any(|c| c.0.is_none())));
        out.put_u32(self.element.oid());
        out.put_i32(i32::try_from(self.cells.len())?);
        out.put_i32(1); // the first index
        for cell in &self.cells {
            match cell.0 {
                None => out.put_i32(-1),
                Some(value) => {
                    out.put_i32(i32::try_from(value.len())?);
                    out.put_slice(value);
                }
            }
        }
        Ok(IsNull::No)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.to_sql(ty, out)
    }
}
