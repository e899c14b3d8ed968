//! Writing and reading of single values.

use crate::contract::Rates;
use accrual_base::{Currency, Day, Decimal, Error, PeriodId, Result};

pub fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, zigzag(value));
}

pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

pub fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_u64(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

pub fn put_decimal(out: &mut Vec<u8>, value: Decimal) {
    let value = value.normalize();
    let mantissa = value.mantissa();
    let magnitude = mantissa.unsigned_abs();
    // scale and sign, then the 96 bits in two parts
    put_u64(out, u64::from(value.scale()) << 1 | u64::from(mantissa < 0));
    let low = magnitude & u128::from(u64::MAX);
    for part in [low, magnitude >> 64] {
        // both halves of 128 bits fit
        put_u64(out, u64::try_from(part).unwrap_or(u64::MAX));
    }
}

pub fn put_day(out: &mut Vec<u8>, day: Day) {
    put_i64(out, i64::from(day.epoch()));
}

pub fn put_currency(out: &mut Vec<u8>, currency: Currency) {
    out.extend_from_slice(currency.code().as_bytes());
}

pub fn put_rates(out: &mut Vec<u8>, rates: Rates) {
    put_decimal(out, rates.functional);
    put_decimal(out, rates.reporting);
}

/// Reads a blob from front to back.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// A blob that is not what was written.
pub fn broken(what: &str) -> Error {
    Error::fault(format!("stored revenue blob is broken: {what}"))
}

impl<'a> Reader<'a> {
    /// Starts behind the version byte, which has to be `version`.
    pub fn versioned(blob: &'a [u8], version: u8) -> Result<Self> {
        match blob.split_first() {
            Some((found, rest)) if *found == version => Ok(Self { rest }),
            Some((found, _)) => Err(broken(&format!("version {found} instead of {version}"))),
            None => Err(broken("empty")),
        }
    }
    pub fn of(rest: &'a [u8]) -> Self {
        Self { rest }
    }
    #[inline]
    pub fn u64(&mut self) -> Result<u64> {
        if let [a, rest @ ..] = self.rest
            && *a < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*a));
        }
        if let [a, b, rest @ ..] = self.rest
            && *b < 0x80
            && *b != 0
        {
            self.rest = rest;
            return Ok(u64::from(*a & 0x7f) | u64::from(*b) << 7);
        }
        self.long()
    }
    fn long(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for (at, byte) in self.rest.iter().enumerate().take(10) {
            let low = u64::from(byte & 0x7f);
            if at == 9 && *byte > 1 {
                return Err(broken("a number beyond 64 bits"));
            }
            value |= low << (7 * at);
            if *byte < 0x80 {
                if *byte == 0 && at > 0 {
                    return Err(broken("a number longer than it needs"));
                }
                self.rest = &self.rest[at + 1..];
                return Ok(value);
            }
        }
        Err(broken("a number without end"))
    }
    #[inline]
    pub fn i64(&mut self) -> Result<i64> {
        Ok(unzigzag(self.u64()?))
    }
    pub fn i32(&mut self) -> Result<i32> {
        i32::try_from(self.i64()?).map_err(|_| broken("a number beyond 32 bits"))
    }
    pub fn size(&mut self) -> Result<usize> {
        usize::try_from(self.u64()?).map_err(|_| broken("a size beyond memory"))
    }
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        if count > self.rest.len() {
            return Err(broken("cut off"));
        }
        let (head, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(head)
    }
    pub fn text(&mut self) -> Result<&'a str> {
        let count = self.size()?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| broken("text that is not UTF-8"))
    }
    pub fn decimal(&mut self) -> Result<Decimal> {
        let head = self.u64()?;
        let low = u128::from(self.u64()?);
        let high = u128::from(self.u64()?);
        let scale = u32::try_from(head >> 1).map_err(|_| broken("a decimal scale"))?;
        let magnitude = i128::try_from(high << 64 | low).map_err(|_| broken("a decimal"))?;
        let mantissa = if head & 1 == 1 { -magnitude } else { magnitude };
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| broken("a decimal"))
    }
    pub fn day(&mut self) -> Result<Day> {
        Ok(Day::from_epoch(self.i32()?))
    }
    /// A period of the years 1 to 9999.
    pub fn period(&mut self) -> Result<PeriodId> {
        let index = self.i32()?;
        if (12..120_000).contains(&index) { Ok(PeriodId::from_index(index)) } else { Err(broken("a period")) }
    }
    pub fn currency(&mut self) -> Result<Currency> {
        let code = std::str::from_utf8(self.bytes(3)?).map_err(|_| broken("a currency"))?;
        Currency::named(code).ok_or_else(|| broken("an unknown currency"))
    }
    pub fn rates(&mut self) -> Result<Rates> {
        Ok(Rates { functional: self.decimal()?, reporting: self.decimal()? })
    }
    /// Nothing may follow.
    pub fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(broken("more than was written")) }
    }
}
