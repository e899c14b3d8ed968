//! One row of a view: text cells in one buffer that is used again for every row.

use accrual_base::{Day, Decimal, Instant};
use std::fmt::Write;

/// The cells of one row. An empty cell is a missing value.
#[derive(Debug, Default)]
pub struct CsvRow {
    text: String,
    ends: Vec<usize>,
}

impl CsvRow {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
    /// Appends one cell, written by `fill`.
    pub(super) fn cell(&mut self, fill: impl FnOnce(&mut String)) {
        fill(&mut self.text);
        self.ends.push(self.text.len());
    }
    /// The cells in the order of the selected columns.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().scan(0, |start, end| {
            let cell = &self.text[*start..*end];
            *start = *end;
            Some(cell)
        })
    }
    /// Appends the row as one line of CSV (RFC 4180, `\n`).
    pub fn write_csv(&self, out: &mut Vec<u8>) {
        let mut start = 0;
        for (i, end) in self.ends.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            csv_cell(&self.text[start..*end], out);
            start = *end;
        }
        out.push(b'\n');
    }
}

/// Appends one CSV cell, quoted when it must be.
pub fn csv_cell(cell: &str, out: &mut Vec<u8>) {
    let bytes = cell.as_bytes();
    if bytes.iter().any(|b| matches!(b, b'"' | b',' | b'\n' | b'\r')) {
        out.push(b'"');
        for b in bytes {
            if *b == b'"' {
                out.push(b'"');
            }
            out.push(*b);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(bytes);
    }
}

/// A whole number.
pub(super) fn int(out: &mut String, value: impl Into<i64>) {
    let _ = write!(out, "{}", value.into());
}

/// A decimal without trailing zeros.
pub(super) fn decimal(out: &mut String, value: Decimal) {
    let _ = write!(out, "{}", value.normalize());
}

/// A flag: Y or N.
pub(super) fn flag(out: &mut String, value: bool) {
    out.push(if value { 'Y' } else { 'N' });
}

/// A civil date at midnight: `2024-02-29T00:00:00`.
pub(super) fn day(out: &mut String, value: Day) {
    let _ = write!(out, "{value}T00:00:00");
}

/// An instant to the second.
pub(super) fn at(out: &mut String, micros: i64) {
    out.push_str(&Instant(micros).iso_seconds());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_quotes_commas_and_line_ends_are_quoted() {
        let mut row = CsvRow::default();
        row.cell(|t| t.push_str("plain"));
        row.cell(|_| ());
        row.cell(|t| t.push_str("a \"b\", c"));
        row.cell(|t| t.push_str("x\ny"));
        let mut out = Vec::new();
        row.write_csv(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "plain,,\"a \"\"b\"\", c\",\"x\ny\"\n");
        assert_eq!(row.cells().collect::<Vec<_>>(), ["plain", "", "a \"b\", c", "x\ny"]);
    }

    #[test]
    fn dates_and_instants_have_one_spelling() {
        let mut out = String::new();
        day(&mut out, Day::from_ymd(2024, 2, 29));
        at(&mut out, 1_700_000_000_123_456);
        assert_eq!(out, "2024-02-29T00:00:002023-11-14T22:13:20");
    }
}
