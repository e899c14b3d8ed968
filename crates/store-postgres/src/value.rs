//! Cells on the wire.

use crate::numeric;
use accrual_store::Cell;
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A borrowed parameter.
#[derive(Debug)]
pub(crate) struct Param<'a>(pub Cell<'a>);

/// The parameters of a deferred statement, in the form they are sent in.
///
/// They are encoded when the statement is deferred: one that does not fit is refused there, and what waits takes two
/// allocations whatever the number of parameters.
#[derive(Debug)]
pub(crate) struct Kept {
    bytes: BytesMut,
    /// Where each ends; nothing for a NULL.
    ends: Vec<Option<usize>>,
}

impl Kept {
    /// # Errors
    /// Says which parameter does not fit the type the server expects, or how many are missing.
    pub fn new(cells: &[Cell<'_>], types: &[Type]) -> Result<Self, BoxError> {
        if cells.len() != types.len() {
            return Err(format!("{} parameters were given, {} are expected", cells.len(), types.len()).into());
        }
        let mut kept = Self { bytes: BytesMut::new(), ends: Vec::with_capacity(cells.len()) };
        for (at, (cell, ty)) in cells.iter().zip(types).enumerate() {
            let put = encode(*cell, ty, &mut kept.bytes).map_err(|e| format!("parameter ${}: {e}", at + 1))?;
            kept.ends.push(matches!(put, IsNull::No).then_some(kept.bytes.len()));
        }
        Ok(kept)
    }

    /// The parameters, first to last.
    pub fn values(&self) -> impl Iterator<Item = Encoded<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            Encoded(end.map(|end| {
                let value = &self.bytes[start..end];
                start = end;
                value
            }))
        })
    }

    /// Bytes on the heap, for bounding what waits to be sent.
    pub fn weight(&self) -> usize {
        self.bytes.len() + 16 * self.ends.len()
    }
}

/// A parameter in the form it is sent in; nothing is NULL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encoded<'a>(pub Option<&'a [u8]>);

impl ToSql for Encoded<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        Ok(self.0.map_or(IsNull::Yes, |value| {
            out.put_slice(value);
            IsNull::No
        }))
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.to_sql(ty, out)
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

/// The cell in the binary form of a column's type.
pub(crate) fn answer<'a>(ty: &Type, raw: &'a [u8]) -> Result<Cell<'a>, BoxError> {
    Ok(match *ty {
        Type::INT8 => Cell::Int(i64::from_be_bytes(raw.try_into()?)),
        Type::INT4 => Cell::Int(i64::from(i32::from_be_bytes(raw.try_into()?))),
        Type::INT2 => Cell::Int(i64::from(i16::from_be_bytes(raw.try_into()?))),
        Type::BOOL => Cell::Int(i64::from(raw.first().is_some_and(|b| *b != 0))),
        Type::NUMERIC => Cell::Int(numeric::decode(raw)?),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Cell::Text(std::str::from_utf8(raw)?),
        Type::BYTEA => Cell::Bytes(raw),
        ref other => return Err(format!("the port has no type for {}", other.name()).into()),
    })
}

/// A cell of an answer.
pub(crate) struct Answer<'a>(pub Cell<'a>);

impl<'a> FromSql<'a> for Answer<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        answer(ty, raw).map(Self)
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
        let why = Kept::new(&[Cell::Int(1), Cell::Int(2)], &[Type::INT8, Type::TEXT]).map(drop).unwrap_err().to_string();
        assert_eq!(why, "parameter $2: the parameter is an integer, the server expects text");
        assert!(matches!(encode(Cell::Null, &Type::BYTEA, &mut out), Ok(IsNull::Yes)));
    }

    #[test]
    fn kept_parameters_come_out_as_they_went_in() {
        let cells = [Cell::Text("one"), Cell::Null, Cell::Bytes(b""), Cell::Int(7), Cell::Null];
        let kept = Kept::new(&cells, &[Type::TEXT, Type::INT8, Type::BYTEA, Type::INT8, Type::TEXT]).unwrap();
        let values: Vec<Option<&[u8]>> = kept.values().map(|v| v.0).collect();
        assert_eq!(values, [Some(&b"one"[..]), None, Some(b""), Some(&[0, 0, 0, 0, 0, 0, 0, 7]), None]);
        assert!(Kept::new(&cells, &[Type::TEXT]).is_err());
    }
}
