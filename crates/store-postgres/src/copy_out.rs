//! Long answers by COPY … TO STDOUT BINARY: one message a row, read where it lies.

use crate::row::{Each, Halt};
use crate::value::answer;
use accrual_base::{Error, Result};
use accrual_store::{Cell, Flow, Row};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use std::ops::Range;
use std::pin::pin;
use tokio_postgres::CopyOutStream;
use tokio_postgres::types::Type;

/// The statement with its parameters written in: COPY takes none. Nothing when one is missing.
pub(crate) fn copy_out_sql(sql: &str, params: &[i64]) -> Option<String> {
    let mut out = String::with_capacity(sql.len() + 64);
    out.push_str("COPY (");
    let mut parts = sql.split('$');
    out.push_str(parts.next()?);
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let value = params.get(part[..digits].parse::<usize>().ok()?.checked_sub(1)?)?;
        // in quotes, because the smallest number is not a number without its sign
        out.push_str(&format!("'{value}'::BIGINT"));
        out.push_str(&part[digits..]);
    }
    out.push_str(") TO STDOUT (FORMAT BINARY)");
    Some(out)
}

/// Where the cells of the current row lie.
struct CopyRow<'a> {
    types: &'a [Type],
    cells: &'a [Option<Range<usize>>],
    bytes: &'a [u8],
}

impl Row for CopyRow<'_> {
    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        let (Some(cell), Some(ty)) = (self.cells.get(column), self.types.get(column)) else {
            return Err(Error::fault(format!("column {column} of {} was asked for", self.types.len())));
        };
        match cell {
            None => Ok(Cell::Null),
            Some(at) => answer(ty, &self.bytes[at.clone()]).map_err(|e| Error::fault(format!("column {column} cannot be read: {e}"))),
        }
    }
}

/// What the bytes at hand begin with.
enum Next {
    /// A row that ends here.
    Row(usize),
    End,
    /// More bytes are needed.
    More,
}

/// Reads rows off the stream of bytes.
struct Decoder<'a> {
    types: &'a [Type],
    cells: Vec<Option<Range<usize>>>,
}

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

impl Decoder<'_> {
    fn next(&mut self, bytes: &[u8]) -> Result<Next> {
        let mut rest = bytes;
        let Ok(fields) = rest.try_get_i16() else { return Ok(Next::More) };
        if fields == -1 {
            return Ok(Next::End);
        }
        if usize::try_from(fields) != Ok(self.types.len()) {
            return Err(Error::fault(format!("a row of {fields} columns came, {} were expected", self.types.len())));
        }
        self.cells.clear();
        for _ in 0..fields {
            let Ok(length) = rest.try_get_i32() else { return Ok(Next::More) };
            let cell = match usize::try_from(length) {
                Err(_) => None,
                Ok(length) => {
                    let start = bytes.len() - rest.len();
                    let Some((_, behind)) = rest.split_at_checked(length) else { return Ok(Next::More) };
                    rest = behind;
                    Some(start..start + length)
                }
            };
            self.cells.push(cell);
        }
        Ok(Next::Row(bytes.len() - rest.len()))
    }

    /// Hands over all whole rows; answers what is left of the bytes.
    fn rows(&mut self, mut bytes: Bytes, each: Each<'_>) -> Result<(Bytes, Flow)> {
        loop {
            match self.next(&bytes)? {
                Next::More => return Ok((bytes, Flow::Continue)),
                Next::End => return Ok((Bytes::new(), Flow::Stop)),
                Next::Row(end) => {
                    let row = CopyRow { types: self.types, cells: &self.cells, bytes: &bytes };
                    if each(&row)? == Flow::Stop {
                        return Ok((Bytes::new(), Flow::Stop));
                    }
                    bytes.advance(end);
                }
            }
        }
    }
}

/// Behind the header; nothing while it is not whole.
fn behind_header(bytes: &Bytes) -> Result<Option<Bytes>> {
    let fixed = SIGNATURE.len() + 8;
    if bytes.len() < fixed {
        return Ok(None);
    }
    if !bytes.starts_with(SIGNATURE) {
        return Err(Error::fault("the database did not answer in the binary form of COPY"));
    }
    let extension = usize::try_from((&bytes[SIGNATURE.len() + 4..]).get_i32()).map_err(|e| Error::fault_from("a header of COPY", e))?;
    Ok((bytes.len() >= fixed + extension).then(|| bytes.slice(fixed + extension..)))
}

/// Hands over the rows one by one.
pub(crate) async fn hand_over(stream: CopyOutStream, types: &[Type], each: Each<'_>) -> Result<Flow, Halt> {
    let mut stream = pin!(stream);
    let mut decoder = Decoder { types, cells: Vec::with_capacity(types.len()) };
    let (mut left, mut begun) = (Bytes::new(), false);
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(Halt::Database)?;
        // the server sends whole rows, one a message; the protocol does not promise it
        let mut bytes = if left.is_empty() { piece } else { BytesMut::from_iter(left.iter().chain(piece.iter())).freeze() };
        if !begun {
            match behind_header(&bytes).map_err(Halt::Callback)? {
                Some(rest) => (bytes, begun) = (rest, true),
                None => {
                    left = bytes;
                    continue;
                }
            }
        }
        let (rest, flow) = decoder.rows(bytes, &mut *each).map_err(Halt::Callback)?;
        if flow == Flow::Stop {
            return Ok(Flow::Stop);
        }
        left = rest;
    }
    Ok(Flow::Continue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_in() {
        let sql = copy_out_sql("SELECT a FROM t WHERE a > $1 AND b = $10 - $1", &[i64::MIN, 2, 3, 4, 5, 6, 7, 8, 9, 10]).unwrap();
        let min = "'-9223372036854775808'::BIGINT";
        assert_eq!(sql, format!("COPY (SELECT a FROM t WHERE a > {min} AND b = '10'::BIGINT - {min}) TO STDOUT (FORMAT BINARY)"));
        assert_eq!(copy_out_sql("SELECT $2", &[1]), None);
        assert_eq!(copy_out_sql("SELECT '$x'", &[1]), None);
    }

    #[test]
    fn rows_come_whole_however_the_bytes_are_cut() {
        let types = [Type::INT8, Type::TEXT, Type::BYTEA];
        let mut all = SIGNATURE.to_vec();
        all.extend([0; 8]);
        for id in 0..3u8 {
            all.extend([0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, id, 0, 0, 0, 2]);
            all.extend(b"hi");
            all.extend([0xff; 4]);
        }
        all.extend([0xff; 2]);
        for cut in 0..all.len() {
            let (mut seen, mut decoder) = (Vec::new(), Decoder { types: &types, cells: Vec::new() });
            let mut left = Bytes::new();
            let mut begun = false;
            for piece in [&all[..cut], &all[cut..]] {
                let mut bytes = Bytes::from([&left[..], piece].concat());
                if !begun {
                    let Some(rest) = behind_header(&bytes).unwrap() else {
                        left = bytes;
                        continue;
                    };
                    (bytes, begun) = (rest, true);
                }
                let mut each = |row: &dyn Row| {
                    assert_eq!((row.text(1)?, row.cell(2)?), ("hi", Cell::Null));
                    assert!(row.cell(3).is_err());
                    seen.push(row.int(0)?);
                    Ok(Flow::Continue)
                };
                left = decoder.rows(bytes, &mut each).unwrap().0;
            }
            assert_eq!(seen, [0, 1, 2], "cut at {cut}");
        }
    }
}
