//! One cell: safety rules, then the type of its field. Whatever does not fit fails the file.

use super::plan::Column;
use super::row::Slot;
use super::template::{Formula, Safety};
use crate::fields::FieldKind;
use crate::record::Number;
use accrual_base::{DateFormat, Error, Result};

/// What reading a cell needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub date_format: DateFormat,
    pub safety: Safety,
}

impl Reading {
    /// Reads a cell that begins at byte `from` of the row's text. Outer blanks of numbers, dates and flags do
    /// not count; a text is kept as it is, one of blanks only is empty.
    ///
    /// # Errors
    /// Rejections without a place: formula (RPRO-00603), length (RPRO-00707/00708), characters beyond ASCII
    /// (RPRO-00709), number (RPRO-00712), date (RPRO-00713).
    pub fn cell(&self, column: &Column, cell: &str, from: usize) -> Result<Slot> {
        let (cell, from) = match cell.as_bytes().first() {
            None => return Ok(Slot::Empty),
            Some(b'=' | b'+' | b'@' | b' ' | b'\t') => match self.disarm(cell, from)? {
                Some(harmless) => harmless,
                None => return Ok(Slot::Empty),
            },
            Some(_) => (cell, from),
        };
        match column.kind {
            FieldKind::Text => self.text(column, cell, from),
            FieldKind::Number => number(cell.trim_matches(' '), cell).map(Slot::Number),
            FieldKind::Date => {
                self.date_format.parse(cell.trim_matches(' ')).map(Slot::Date).ok_or_else(|| {
                    Error::invalid("RPRO-00713", format!("The value is not a date of the form {}.", self.date_format.name()))
                })
            }
            FieldKind::Flag => {
                let trimmed = cell.trim_matches(' ');
                if trimmed.len() != 1 {
                    return Err(Error::invalid("upload.flag", "The field takes one character, such as Y or N."));
                }
                let start = from + (cell.len() - cell.trim_start_matches(' ').len());
                Ok(range(start, 1))
            }
        }
    }

    /// Blank cells and cells a spreadsheet would run: nothing when nothing is left.
    fn disarm<'c>(&self, cell: &'c str, from: usize) -> Result<Option<(&'c str, usize)>> {
        let body = cell.trim_start_matches([' ', '\t']);
        if body.is_empty() {
            return Ok(None);
        }
        if !body.starts_with(['=', '+', '@']) {
            return Ok(Some((cell, from)));
        }
        match self.safety.formula {
            Formula::Raw => Ok(Some((cell, from))),
            Formula::Block => Err(Error::invalid("RPRO-00603", "A cell must not begin with =, + or @; take the character away.")),
            Formula::Sanitize => {
                let clean = body.trim_start_matches(['=', '+', '@', ' ', '\t']);
                Ok((!clean.is_empty()).then_some((clean, from + cell.len() - clean.len())))
            }
        }
    }

    fn text(&self, column: &Column, cell: &str, from: usize) -> Result<Slot> {
        if cell.len() > column.limit && cell.chars().count() > column.limit {
            let code = if column.limit > 240 { "RPRO-00708" } else { "RPRO-00707" };
            return Err(Error::invalid(code, format!("The text is longer than {} characters; shorten it.", column.limit)));
        }
        if !self.safety.non_english && !cell.is_ascii() {
            return Err(Error::invalid("RPRO-00709", "Characters beyond plain English letters, digits and signs are not allowed."));
        }
        Ok(range(from, cell.len()))
    }
}

/// A text slot; rows are bounded far below 4 GiB.
fn range(from: usize, length: usize) -> Slot {
    let at = |v: usize| u32::try_from(v).unwrap_or(u32::MAX);
    Slot::Text { from: at(from), to: at(from + length) }
}

/// A plain decimal: optional minus, digits, optional point. Trailing zeros are kept as far as they fit.
fn number(text: &str, whole: &str) -> Result<Number> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        all => (false, all),
    };
    if negative && whole.len() != text.len() {
        return Err(Error::invalid("RPRO-00712", "A minus sign must not have blanks around it."));
    }
    let mut seen = 0u8;
    let mut point = None;
    let mut small = 0u64;
    for (at, b) in digits.iter().enumerate() {
        match b {
            b'0'..=b'9' if seen < 18 => {
                small = small * 10 + u64::from(b - b'0');
                seen += 1;
            }
            b'0'..=b'9' => return long_number(digits, negative),
            b'.' if point.is_none() => point = Some(at),
            _ => return Err(not_a_number(text)),
        }
    }
    if seen == 0 {
        return Err(not_a_number(text));
    }
    let scale = point.map_or(0, |p| digits.len() - p - 1);
    let mantissa = i128::from(small);
    Ok(Number { mantissa: if negative { -mantissa } else { mantissa }, scale: u8::try_from(scale).unwrap_or(u8::MAX) })
}

/// More than 18 digits: up to 28 decimals and 96 bits; zeros beyond do not count.
fn long_number(digits: &[u8], negative: bool) -> Result<Number> {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    let text = if text.contains('.') { text.trim_end_matches('0') } else { text };
    let too_long = || Error::invalid("RPRO-00712", "The number has more digits than can be stored exactly (28); round it.");
    let (mut mantissa, mut scale, mut point) = (0i128, 0u8, false);
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i128::from(b - b'0');
                scale += u8::from(point);
                if mantissa > Number::MAX_MANTISSA || scale > Number::MAX_SCALE {
                    return Err(too_long());
                }
            }
            b'.' if !point => point = true,
            _ => return Err(not_a_number(text)),
        }
    }
    Ok(Number { mantissa: if negative { -mantissa } else { mantissa }, scale })
}

fn not_a_number(text: &str) -> Error {
    let message = if text.contains(',') {
        "The value is not a plain decimal number; leave out thousands separators and use a point."
    } else if text.trim_start_matches('-').starts_with(' ') {
        "A minus sign must not have blanks around it."
    } else {
        "The value is not a plain decimal number."
    };
    Error::invalid("RPRO-00712", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::line_fields;
    use proptest::prelude::*;

    fn read_with(field: &str, cell: &str, safety: Safety) -> Result<Slot> {
        let f = line_fields().find(field).unwrap();
        let column = Column { position: 0, field: f.id, kind: f.kind, limit: f.limit(), heading: field.into(), total: None };
        Reading { date_format: DateFormat::DdMonYyyy, safety }.cell(&column, cell, 0)
    }
    fn read(field: &str, cell: &str) -> Result<Slot> {
        read_with(field, cell, Safety::default())
    }
    fn code(field: &str, cell: &str) -> &'static str {
        read(field, cell).unwrap_err().rejection().unwrap().code
    }
    fn n(mantissa: i128, scale: u8) -> Slot {
        Slot::Number(Number { mantissa, scale })
    }

    #[test]
    fn plain_decimals_are_read_exactly() {
        for (cell, slot) in [
            ("0", n(0, 0)),
            ("-12.50", n(-1250, 2)),
            (".5", n(5, 1)),
            ("7.", n(7, 0)),
            (" 7 ", n(7, 0)),
            ("123456789012345678", n(123_456_789_012_345_678, 0)),
            ("-0.1234567890123456789012345678", n(-1_234_567_890_123_456_789_012_345_678, 28)),
            ("1.10000000000000000000000000000000000000", n(11, 1)),
        ] {
            assert_eq!(read("EXT_SLL_PRC", cell).unwrap(), slot, "{cell}");
        }
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for cell in
            ["1,234.50", "1e3", "- 5", " -5", "-5 ", "--5", "5-", ".", "-", "abc", "1.2.3", "12345678901234567890123456789012", "$5", "٣"]
        {
            assert_eq!(code("EXT_SLL_PRC", cell), "RPRO-00712", "{cell}");
        }
    }

    #[test]
    fn dates_follow_the_format_of_the_template() {
        assert!(matches!(read("START_DATE", "29-FEB-2024").unwrap(), Slot::Date(_)));
        for cell in ["2024-02-29", "29-FEB-2023", "29/02/2024", "29-FEB-24", "32-JAN-2024", "x"] {
            assert_eq!(code("START_DATE", cell), "RPRO-00713", "{cell}");
        }
    }

    #[test]
    fn formula_cells_are_refused_stripped_or_kept_by_profile() {
        for cell in ["=1+1", "+5", "@SUM(A1)", "  =x"] {
            assert_eq!(code("ITEM_NUM", cell), "RPRO-00603", "{cell}");
        }
        let by = |formula, cell: &str| read_with("ITEM_NUM", cell, Safety { formula, non_english: true }).unwrap();
        assert_eq!(by(Formula::Sanitize, "=+ab"), Slot::Text { from: 2, to: 4 });
        assert_eq!(by(Formula::Sanitize, "=@"), Slot::Empty);
        assert_eq!(by(Formula::Raw, "=ab"), Slot::Text { from: 0, to: 3 });
    }

    #[test]
    fn long_texts_foreign_characters_and_flags() {
        assert_eq!(code("ATR1", &"x".repeat(241)), "RPRO-00707");
        assert!(read("ATR1", &"é".repeat(240)).is_ok(), "characters count, not bytes");
        let ascii = Safety { formula: Formula::Block, non_english: false };
        assert_eq!(read_with("ATR1", "é", ascii).unwrap_err().rejection().unwrap().code, "RPRO-00709");
        assert_eq!(code("UNBILL_FLAG", "Yes"), "upload.flag");
        assert_eq!(read("UNBILL_FLAG", " Y ").unwrap(), Slot::Text { from: 1, to: 2 });
        assert_eq!(read("ATR1", "   ").unwrap(), Slot::Empty);
        assert_eq!(read("ATR1", "").unwrap(), Slot::Empty);
    }

    proptest! {
        #[test]
        fn any_cell_is_read_or_refused(cell in "\\PC{0,40}", field in 0usize..245) {
            let _ = read(line_fields().fields()[field].name, &cell);
        }
        #[test]
        fn numbers_round_trip(mantissa in any::<i64>(), scale in 0u32..19) {
            let whole = accrual_base::Decimal::from_i128_with_scale(i128::from(mantissa), scale);
            let Slot::Number(back) = read("NUM1", &whole.to_string()).unwrap() else { panic!("no number") };
            prop_assert_eq!(back.decimal().unwrap(), whole);
        }
    }
}
