//! Cells on the wire.

use crate::numeric;
use accrual_store::Cell;
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A borrowed parameter.
#[derive(Debug)]
pub(crate) struct Param<'a>(pub Cell<'a>);

/// A parameter of a deferred statement, kept until it is sent.
#[derive(Debug)]
pub(crate) enum Kept {
    Null,
    Int(i64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Kept {
    pub fn new(cell: &Cell<'_>) -> Self {
        match *cell {
            Cell::Null => Self::Null,
            Cell::Int(v) => Self::Int(v),
            Cell::Text(v) => Self::Text(v.into()),
            Cell::Bytes(v) => Self::Bytes(v.into()),
        }
    }
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(v) => Cell::Int(*v),
            Self::Text(v) => Cell::Text(v),
            Self::Bytes(v) => Cell::Bytes(v),
        }
    }
    /// Bytes on the heap, for bounding what waits to be sent.
    pub fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) => 8,
            Self::Text(v) => v.len(),
            Self::Bytes(v) => v.len(),
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        encode(self.0, ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        encode(self.0, ty, out)
    }
}

impl ToSql for Kept {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        encode(self.cell(), ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        encode(self.cell(), ty, out)
    }
}

/// Writes a cell as the type the server has chosen for the parameter.
fn encode(cell: Cell<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
    match (cell, ty) {
        (Cell::Null, _) => return Ok(IsNull::Yes),
        (Cell::Int(v), &Type::INT8) => out.put_i64(v),
        (Cell::Int(v), &Type::INT4) => out.put_i32(i32::try_from(v).map_err(|_| format!("{v} does not fit the server's INTEGER"))?),
        (Cell::Int(v), &Type::INT2) => out.put_i16(i16::try_from(v).map_err(|_| format!("{v} does not fit the server's SMALLINT"))?),
        (Cell::Int(v), &Type::NUMERIC) => numeric::encode(v, out),
        (Cell::Int(v @ (0 | 1)), &Type::BOOL) => out.put_u8(u8::from(v == 1)),
        (Cell::Text(v), &(Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)) => {
            if v.contains('\0') {
                return Err("a text holds the character NUL, which this database cannot store".into());
            }
            out.put_slice(v.as_bytes());
        }
        (Cell::Bytes(v), &Type::BYTEA) => out.put_slice(v),
        (cell, ty) => return Err(format!("the parameter is {}, the server expects {}", name(cell), ty.name()).into()),
    }
    Ok(IsNull::No)
}

fn name(cell: Cell<'_>) -> &'static str {
    match cell {
        Cell::Null => "NULL",
        Cell::Int(_) => "an integer",
        Cell::Text(_) => "text",
        Cell::Bytes(_) => "bytes",
    }
}

/// A cell of an answer.
pub(crate) struct Answer<'a>(pub Cell<'a>);

impl<'a> FromSql<'a> for Answer<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        let cell = match *ty {
            Type::INT8 => Cell::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Cell::Int(i64::from(i32::from_be_bytes(raw.try_into()?))),
            Type::INT2 => Cell::Int(i64::from(i16::from_be_bytes(raw.try_into()?))),
            Type::BOOL => Cell::Int(i64::from(raw.first().is_some_and(|b| *b != 0))),
            Type::NUMERIC => Cell::Int(numeric::decode(raw)?),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Cell::Text(std::str::from_utf8(raw)?),
            Type::BYTEA => Cell::Bytes(raw),
            ref other => return Err(format!("the port has no type for {}", other.name()).into()),
        };
        Ok(Self(cell))
    }
    fn from_sql_null(_: &Type) -> Result<Self, BoxError> {
        Ok(Self(Cell::Null))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_does_not_fit_the_servers_type_is_named() {
        let mut out = BytesMut::new();
        let e = encode(Cell::Int(1), &Type::TEXT, &mut out).map(drop).unwrap_err();
        assert_eq!(e.to_string(), "the parameter is an integer, the server expects text");
        assert!(encode(Cell::Text("1"), &Type::INT8, &mut out).is_err());
        assert!(encode(Cell::Int(i64::MAX), &Type::INT4, &mut out).is_err());
        assert!(encode(Cell::Int(2), &Type::BOOL, &mut out).is_err());
        assert!(encode(Cell::Text("a\0b"), &Type::TEXT, &mut out).is_err());
        assert!(out.is_empty());
        assert!(matches!(encode(Cell::Null, &Type::BYTEA, &mut out), Ok(IsNull::Yes)));
    }
}
