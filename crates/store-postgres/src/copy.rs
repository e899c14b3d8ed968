//! COPY … FROM STDIN BINARY: rows written straight into the buffer that goes out.

use accrual_base::{Error, Result};
use accrual_store::{BulkTable, BulkType, Cell};
use bytes::{BufMut, Bytes, BytesMut};

/// Bytes collected before they are sent. Measured: 64 KB to 1 MB differ by less than the noise.
pub(crate) const FLUSH: usize = 256 * 1024;

/// The statement that opens the load.
pub(crate) fn copy_sql(table: &BulkTable) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    format!("COPY {} ({}) FROM STDIN BINARY", table.name, columns.join(", "))
}

/// Encodes rows of one table.
pub(crate) struct Encoder<'a> {
    table: &'a BulkTable,
    fields: i16,
    buffer: BytesMut,
}

impl<'a> Encoder<'a> {
    /// # Errors
    /// A fault when the table has more columns than the format can count.
    pub fn new(table: &'a BulkTable) -> Result<Self> {
        let fields = i16::try_from(table.columns.len()).map_err(|e| Error::fault_from(format!("too many columns in {}", table.name), e))?;
        let mut buffer = BytesMut::with_capacity(FLUSH + FLUSH / 4);
        buffer.put_slice(b"PGCOPY\n\xff\r\n\0");
        buffer.put_i32(0); // flags
        buffer.put_i32(0); // no header extension
        Ok(Self { table, fields, buffer })
    }

    /// Appends one row; answers the bytes to send when there are enough.
    ///
    /// # Errors
    /// A fault that names the column when a cell has another type than the table says; the row is not written.
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<Option<Bytes>> {
        if row.len() != self.table.columns.len() {
            let (found, wanted) = (row.len(), self.table.columns.len());
            return Err(Error::fault(format!("a row of {} has {found} cells, {wanted} were expected", self.table.name)));
        }
        let start = self.buffer.len();
        self.buffer.put_i16(self.fields);
        for (cell, column) in row.iter().zip(self.table.columns) {
            if let Err(why) = put(*cell, column.1, &mut self.buffer) {
                self.buffer.truncate(start);
                return Err(Error::fault(format!("column {} of {}: {why}", column.0, self.table.name)));
            }
        }
        Ok((self.buffer.len() >= FLUSH).then(|| {
            let full = self.buffer.split().freeze();
            self.buffer.reserve(FLUSH + FLUSH / 4);
            full
        }))
    }

    /// The last bytes, with the end mark.
    pub fn finish(mut self) -> Bytes {
        self.buffer.put_i16(-1);
        self.buffer.freeze()
    }
}

fn put(cell: Cell<'_>, kind: BulkType, out: &mut BytesMut) -> Result<(), String> {
    match (cell, kind) {
        (Cell::Null, _) => out.put_i32(-1),
        (Cell::Int(v), BulkType::Int) => {
            out.put_i32(8);
            out.put_i64(v);
        }
        (Cell::Text(v), BulkType::Text) => {
            if v.as_bytes().contains(&0) {
                return Err("a text holds the character NUL, which this database cannot store".into());
            }
            put_bytes(v.as_bytes(), out)?;
        }
        (Cell::Bytes(v), BulkType::Bytes) => put_bytes(v, out)?,
        (cell, kind) => return Err(format!("the cell is {cell:?}, the column is declared {kind:?}")),
    }
    Ok(())
}

fn put_bytes(v: &[u8], out: &mut BytesMut) -> Result<(), String> {
    out.put_i32(i32::try_from(v.len()).map_err(|_| format!("a value of {} bytes is too large", v.len()))?);
    out.put_slice(v);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: BulkTable = BulkTable { name: "t", columns: &[("a", BulkType::Int), ("b", BulkType::Text), ("c", BulkType::Bytes)] };

    #[test]
    fn rows_stand_in_the_binary_format() {
        let mut e = Encoder::new(&TABLE).unwrap();
        assert!(e.push(&[Cell::Int(7), Cell::Text("hi"), Cell::Null]).unwrap().is_none());
        let bytes = e.finish();
        let row = [&[0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2][..], b"hi", &[255; 4], &[255, 255]].concat();
        assert_eq!(&bytes[..11], b"PGCOPY\n\xff\r\n\0");
        assert_eq!(&bytes[19..], &row[..]);
        assert_eq!(copy_sql(&TABLE), "COPY t (a, b, c) FROM STDIN BINARY");
    }

    #[test]
    fn a_wrong_cell_names_its_column_and_leaves_no_half_row() {
        let mut e = Encoder::new(&TABLE).unwrap();
        let why = e.push(&[Cell::Int(7), Cell::Int(8), Cell::Null]).unwrap_err().to_string();
        assert!(why.starts_with("column b of t:"), "{why}");
        assert!(e.push(&[Cell::Int(7)]).is_err());
        assert_eq!(e.finish().len(), 19 + 2);
    }
}
