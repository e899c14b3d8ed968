//! One column of several deferred rows, sent as an array.

use crate::value::Kept;
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The values of one column, top to bottom.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    pub element: Type,
    pub cells: Vec<&'a Kept>,
}

impl ToSql for Column<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let has_null = self.cells.iter().any(|c| matches!(c, Kept::Null));
        out.put_i32(1);
        out.put_i32(i32::from(has_null));
        out.put_u32(self.element.oid());
        out.put_i32(i32::try_from(self.cells.len())?);
        out.put_i32(1);
        for cell in &self.cells {
            let start = out.len();
            out.put_i32(-1);
            if let IsNull::No = cell.to_sql(&self.element, out)? {
                let size = i32::try_from(out.len() - start - 4)?;
                out[start..start + 4].copy_from_slice(&size.to_be_bytes());
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
