//! One staged row, packed: the filled fields in the order of their ids.
//!
//! Each value is `varint(delta of the field id << 2 | shape)` and then
//! - shape 0, text: `varint(length)` and the UTF-8 bytes;
//! - shape 1, number: one byte of decimals and `varint(zigzag(mantissa))`, at most 28 decimals and 96 bits;
//! - shape 2, date: `varint(zigzag(day number))`.
//!
//! The first delta counts from -1, so that a delta is never zero. Decoding is strict: what a builder could
//! not have written is a fault. Texts that nobody asks for are stepped over unread.

use crate::fields::FieldId;
use accrual_base::{Currency, Day, Decimal, Error, Result};

/// A decimal as uploaded: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    pub mantissa: i128,
    pub scale: u8,
}

impl Number {
    /// The largest mantissa (96 bits), so that every number is a [`Decimal`].
    pub const MAX_MANTISSA: i128 = (1 << 96) - 1;
    pub const MAX_SCALE: u8 = 28;

    /// The number as a decimal.
    ///
    /// # Errors
    /// A fault when it is out of the range of a decimal, which no reader or builder lets through.
    pub fn decimal(self) -> Result<Decimal> {
        Decimal::try_from_i128_with_scale(self.mantissa, u32::from(self.scale))
            .map_err(|e| Error::fault_from(format!("number out of range: {} / 10^{}", self.mantissa, self.scale), e))
    }
    /// Minor units of a currency with `exponent` decimals; nothing when it has more decimals or does not fit 64 bits.
    pub fn minor(self, exponent: u8) -> Option<i64> {
        let (mut mantissa, mut scale) = (self.mantissa, self.scale);
        while scale > exponent && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        if scale > exponent {
            return None;
        }
        let units = mantissa.checked_mul(10i128.checked_pow(u32::from(exponent - scale))?)?;
        i64::try_from(units).ok()
    }
    /// Whether it is exactly one, however written.
    pub fn is_one(self) -> bool {
        10i128.checked_pow(u32::from(self.scale)) == Some(self.mantissa)
    }
}

/// A value of a record, borrowed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Text(&'a str),
    Number(Number),
    Date(Day),
}

const TEXT: u64 = 0;
const NUMBER: u64 = 1;
const DATE: u64 = 2;

/// Builds records one after another in one buffer.
#[derive(Debug, Default)]
pub struct RecordBuilder {
    buffer: Vec<u8>,
    /// Id of the last field plus one; 0 at the start.
    next: u16,
}

impl RecordBuilder {
    pub fn new() -> Self {
        Self::default()
    }
    /// Starts the next record.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.next = 0;
    }
    /// The record so far.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer
    }
    /// Adds a value; fields come in ascending order of their ids.
    ///
    /// # Errors
    /// A fault when the order is broken or a number is out of range.
    pub fn push(&mut self, field: FieldId, value: Value<'_>) -> Result<()> {
        match value {
            Value::Text(text) => self.text(field, text),
            Value::Number(number) => self.number(field, number),
            Value::Date(day) => self.date(field, day),
        }
    }
    /// Adds a text. Errors as [`RecordBuilder::push`].
    pub fn text(&mut self, field: FieldId, text: &str) -> Result<()> {
        self.key(field, TEXT)?;
        self.varint(text.len() as u64);
        self.buffer.extend_from_slice(text.as_bytes());
        Ok(())
    }
    /// Adds a number. Errors as [`RecordBuilder::push`].
    pub fn number(&mut self, field: FieldId, number: Number) -> Result<()> {
        if number.scale > Number::MAX_SCALE || number.mantissa.unsigned_abs() > Number::MAX_MANTISSA.unsigned_abs() {
            return Err(Error::fault(format!("number out of range in a record: {number:?}")));
        }
        self.key(field, NUMBER)?;
        self.buffer.push(number.scale);
        match i64::try_from(number.mantissa) {
            Ok(small) => self.varint(zigzag(small)),
            Err(_) => self.wide((number.mantissa << 1 ^ number.mantissa >> 127).cast_unsigned()),
        }
        Ok(())
    }
    /// Adds a date. Errors as [`RecordBuilder::push`].
    pub fn date(&mut self, field: FieldId, day: Day) -> Result<()> {
        self.key(field, DATE)?;
        self.varint(zigzag(i64::from(day.epoch())));
        Ok(())
    }

    fn key(&mut self, field: FieldId, shape: u64) -> Result<()> {
        let next = field.0.checked_add(1).ok_or_else(|| Error::fault("field id out of range"))?;
        if next <= self.next {
            return Err(Error::fault(format!("field {} after field {} in a record", field.0, self.next - 1)));
        }
        self.varint(u64::from(next - self.next) << 2 | shape);
        self.next = next;
        Ok(())
    }
    fn varint(&mut self, mut v: u64) {
        while v >= 0x80 {
            self.buffer.push((v & 0x7f) as u8 | 0x80);
            v >>= 7;
        }
        self.buffer.push((v & 0x7f) as u8);
    }
    fn wide(&mut self, mut v: u128) {
        while v >= 0x80 {
            self.buffer.push((v & 0x7f) as u8 | 0x80);
            v >>= 7;
        }
        self.buffer.push((v & 0x7f) as u8);
    }
}

/// A stored record, read where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// All values in the order of their field ids. A broken record gives one error and then ends.
    pub fn iter(self) -> Values<'a> {
        Values { rest: self.0, next: 0 }
    }
    /// One value; nothing when the field is not filled. For several fields, [`Record::select`] reads once.
    ///
    /// # Errors
    /// A fault when the record is broken.
    pub fn get(self, field: FieldId) -> Result<Option<Value<'a>>> {
        let mut values = self.iter();
        while !values.rest.is_empty() {
            let (id, shape) = values.head().ok_or_else(broken)?;
            if id == field {
                return values.value(shape).map(Some).ok_or_else(broken);
            }
            if id > field {
                break;
            }
            values.pass_over(shape).ok_or_else(broken)?;
        }
        Ok(None)
    }
    /// Several values in one pass; `fields` in ascending order.
    ///
    /// # Errors
    /// A fault when the record is broken or `fields` are not in order.
    pub fn select<const N: usize>(self, fields: &[FieldId; N]) -> Result<[Option<Value<'a>>; N]> {
        if !fields.windows(2).all(|w| w[0] < w[1]) {
            return Err(Error::fault("fields of a selection must ascend"));
        }
        let mut found = [None; N];
        let (mut at, mut values) = (0, self.iter());
        while !values.rest.is_empty() {
            let (id, shape) = values.head().ok_or_else(broken)?;
            while at < N && fields[at] < id {
                at += 1;
            }
            if at == N {
                break;
            }
            if fields[at] == id {
                found[at] = Some(values.value(shape).ok_or_else(broken)?);
            } else {
                values.pass_over(shape).ok_or_else(broken)?;
            }
        }
        Ok(found)
    }
    /// Appends bytes that tell what the fields from `first` to `last` hold, undecoded: records for which they are equal
    /// hold the same there.
    ///
    /// # Errors
    /// A fault when the record is broken.
    pub fn fingerprint(self, first: FieldId, last: FieldId, out: &mut Vec<u8>) -> Result<()> {
        let mut values = self.iter();
        values.pass_until(|id| id >= first).ok_or_else(broken)?;
        let (begin, before) = (values.rest, values.next);
        values.pass_until(|id| id > last).ok_or_else(broken)?;
        // the first field says only its distance from the one before it
        out.extend_from_slice(&before.to_le_bytes());
        out.extend_from_slice(&begin[..begin.len() - values.rest.len()]);
        Ok(())
    }
    /// A text field. Errors as [`Record::get`], also when the field holds no text.
    pub fn text(self, field: FieldId) -> Result<Option<&'a str>> {
        match self.get(field)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => Err(shape(field, "text", other)),
        }
    }
    /// A number field. Errors as [`Record::get`], also when the field holds no number.
    pub fn number(self, field: FieldId) -> Result<Option<Number>> {
        match self.get(field)? {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number)),
            Some(other) => Err(shape(field, "number", other)),
        }
    }
    /// A number field as a decimal. Errors as [`Record::number`].
    pub fn decimal(self, field: FieldId) -> Result<Option<Decimal>> {
        self.number(field)?.map(Number::decimal).transpose()
    }
    /// A date field. Errors as [`Record::get`], also when the field holds no date.
    pub fn date(self, field: FieldId) -> Result<Option<Day>> {
        match self.get(field)? {
            None => Ok(None),
            Some(Value::Date(day)) => Ok(Some(day)),
            Some(other) => Err(shape(field, "date", other)),
        }
    }
    /// An amount in minor units of `currency`.
    ///
    /// # Errors
    /// As [`Record::number`]; a rejection (RPRO-00009) when it has more decimals than the currency or does not
    /// fit 64 bits. Stage validation refuses such rows before.
    pub fn amount(self, field: FieldId, currency: Currency) -> Result<Option<i64>> {
        let Some(number) = self.number(field)? else { return Ok(None) };
        number.minor(currency.exponent()).map(Some).ok_or_else(|| {
            Error::invalid("RPRO-00009", format!("The amount has more decimals than {currency} allows or is too large."))
                .in_column(crate::fields::line_fields().name(field))
        })
    }
}

/// Iterator over a record.
#[derive(Debug)]
pub struct Values<'a> {
    rest: &'a [u8],
    next: u16,
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<(FieldId, Value<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_none() {
            self.rest = &[];
        }
        Some(entry.ok_or_else(broken))
    }
}

impl<'a> Values<'a> {
    fn entry(&mut self) -> Option<(FieldId, Value<'a>)> {
        let (field, shape) = self.head()?;
        Some((field, self.value(shape)?))
    }
    /// The next field and the shape of its value.
    #[inline]
    fn head(&mut self) -> Option<(FieldId, u64)> {
        let key = self.varint()?;
        let delta = u16::try_from(key >> 2).ok().filter(|d| *d > 0)?;
        self.next = self.next.checked_add(delta)?;
        Some((FieldId(self.next - 1), key & 3))
    }
    fn value(&mut self, shape: u64) -> Option<Value<'a>> {
        Some(match shape {
            TEXT => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Text(std::str::from_utf8(self.take(length)?).ok()?)
            }
            NUMBER => {
                let scale = self.take(1)?[0];
                let z = self.wide()?;
                let mantissa = (z >> 1).cast_signed() ^ -(z & 1).cast_signed();
                if scale > Number::MAX_SCALE || mantissa.abs() > Number::MAX_MANTISSA {
                    return None;
                }
                Value::Number(Number { mantissa, scale })
            }
            DATE => {
                let z = self.varint()?;
                Value::Date(Day::from_epoch(i32::try_from((z >> 1).cast_signed() ^ -(z & 1).cast_signed()).ok()?))
            }
            _ => return None,
        })
    }
    /// Steps over fields until one is found, which is left in place, or the end.
    fn pass_until(&mut self, found: impl Fn(FieldId) -> bool) -> Option<()> {
        while !self.rest.is_empty() {
            let (rest, next) = (self.rest, self.next);
            let (id, shape) = self.head()?;
            if found(id) {
                (self.rest, self.next) = (rest, next);
                break;
            }
            self.pass_over(shape)?;
        }
        Some(())
    }
    /// Steps over a value that nobody asked for.
    #[inline]
    fn pass_over(&mut self, shape: u64) -> Option<()> {
        match shape {
            TEXT => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length)?;
            }
            NUMBER | DATE => {
                self.take(usize::from(shape == NUMBER))?;
                let last = self.rest.iter().position(|b| b & 0x80 == 0)?;
                self.take(last + 1)?;
            }
            _ => return None,
        }
        Some(())
    }
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(length)?;
        self.rest = tail;
        Some(head)
    }
    fn varint(&mut self) -> Option<u64> {
        // nearly all are one byte
        let first = *self.rest.first()?;
        if first < 0x80 {
            self.rest = &self.rest[1..];
            return Some(u64::from(first));
        }
        u64::try_from(self.wide()?).ok()
    }
    fn wide(&mut self) -> Option<u128> {
        let mut small = 0u64;
        for (at, byte) in self.rest.iter().take(9).enumerate() {
            small |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[at + 1..];
                return Some(u128::from(small));
            }
        }
        let (mut value, mut shift) = (0u128, 0u32);
        for (at, byte) in self.rest.iter().enumerate() {
            value |= u128::from(byte & 0x7f).checked_shl(shift).filter(|_| shift < 119)?;
            if byte & 0x80 == 0 {
                self.rest = &self.rest[at + 1..];
                return Some(value);
            }
            shift += 7;
        }
        None
    }
}

fn broken() -> Error {
    Error::fault("broken record of a staged row")
}

fn zigzag(v: i64) -> u64 {
    (v << 1 ^ v >> 63).cast_unsigned()
}

fn shape(field: FieldId, wanted: &str, found: Value<'_>) -> Error {
    Error::fault(format!("field {} of a record holds {found:?}, a {wanted} was expected", field.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_back_what_was_built() {
        let mut b = RecordBuilder::new();
        for _ in 0..2 {
            b.clear();
            b.text(FieldId(0), "SO").unwrap();
            b.number(FieldId(46), Number { mantissa: -12_345, scale: 2 }).unwrap();
            b.date(FieldId(55), Day::from_ymd(1969, 12, 31)).unwrap();
            b.text(FieldId(244), "").unwrap();
        }
        let r = Record::new(b.bytes());
        assert_eq!(r.text(FieldId(0)).unwrap(), Some("SO"));
        assert_eq!(r.decimal(FieldId(46)).unwrap().unwrap().to_string(), "-123.45");
        assert_eq!(r.amount(FieldId(46), Currency::USD).unwrap(), Some(-12_345));
        assert_eq!(r.date(FieldId(55)).unwrap(), Some(Day::from_epoch(-1)));
        assert_eq!(r.text(FieldId(244)).unwrap(), Some(""));
        assert_eq!(r.get(FieldId(1)).unwrap(), None);
        let picked = r.select(&[FieldId(0), FieldId(1), FieldId(55)]).unwrap();
        assert_eq!(picked, [Some(Value::Text("SO")), None, Some(Value::Date(Day::from_epoch(-1)))]);
        assert!(r.text(FieldId(46)).is_err(), "a wrong shape is a fault");
        assert!(r.select(&[FieldId(2), FieldId(1)]).is_err());
    }

    #[test]
    fn a_fingerprint_tells_what_a_range_of_fields_holds() {
        let print = |fields: &[(u16, &str)]| {
            let mut b = RecordBuilder::new();
            fields.iter().for_each(|(id, text)| b.text(FieldId(*id), text).unwrap());
            let mut out = Vec::new();
            Record::new(b.bytes()).fingerprint(FieldId(5), FieldId(7), &mut out).unwrap();
            out
        };
        let one = print(&[(1, "a"), (5, "x"), (7, "y"), (8, "z")]);
        assert_eq!(one, print(&[(1, "other"), (5, "x"), (7, "y")]), "what lies outside does not count");
        for other in [&[(1, "a"), (5, "x"), (6, "y")][..], &[(1, "a"), (5, "x")], &[(1, "a")], &[(2, "a"), (6, "x"), (8, "y")], &[]] {
            assert_ne!(one, print(other), "{other:?}");
        }
        assert!(Record::new(&[4 << 2, 200]).fingerprint(FieldId(5), FieldId(7), &mut Vec::new()).is_err());
    }

    #[test]
    fn fields_must_ascend_and_numbers_must_fit() {
        let mut b = RecordBuilder::new();
        b.text(FieldId(5), "x").unwrap();
        assert!(b.text(FieldId(5), "y").is_err());
        assert!(b.number(FieldId(6), Number { mantissa: Number::MAX_MANTISSA + 1, scale: 0 }).is_err());
        assert!(b.number(FieldId(6), Number { mantissa: 1, scale: 29 }).is_err());
    }

    #[test]
    fn minor_units_are_exact_or_refused() {
        let n = |mantissa, scale| Number { mantissa, scale };
        assert_eq!(n(1050, 3).minor(2), Some(105));
        assert_eq!(n(1055, 3).minor(2), None);
        assert_eq!(n(7, 0).minor(3), Some(7000));
        assert_eq!(n(i128::from(i64::MAX), 0).minor(2), None);
        assert!(n(1000, 3).is_one() && !n(1001, 3).is_one());
    }

    fn value() -> impl Strategy<Value = (u16, u8, String, i128, u8, i32)> {
        (1u16..40, 0u8..3, ".{0,40}", -Number::MAX_MANTISSA..=Number::MAX_MANTISSA, 0u8..=28, any::<i32>())
    }

    proptest! {
        #[test]
        fn any_record_round_trips(values in proptest::collection::vec(value(), 0..30), small in any::<i64>()) {
            let mut b = RecordBuilder::new();
            let mut expected = Vec::new();
            let mut id = 0u16;
            for (delta, shape, text, mantissa, scale, day) in &values {
                id += delta;
                let v = match shape {
                    0 => Value::Text(text),
                    1 if scale % 2 == 0 => Value::Number(Number { mantissa: i128::from(small), scale: *scale }),
                    1 => Value::Number(Number { mantissa: *mantissa, scale: *scale }),
                    _ => Value::Date(Day::from_epoch(*day)),
                };
                b.push(FieldId(id), v).unwrap();
                expected.push((FieldId(id), v));
            }
            let read: Result<Vec<_>> = Record::new(b.bytes()).iter().collect();
            prop_assert_eq!(read.unwrap(), expected);
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Record::new(&bytes).iter().count();
            let _ = Record::new(&bytes).get(FieldId(100));
        }
    }
}
