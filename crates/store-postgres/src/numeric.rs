//! Whole numbers in the server's NUMERIC form. `SUM` over BIGINT answers NUMERIC; the port knows integers only.

use bytes::{BufMut, BytesMut};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Reads a NUMERIC that is a whole number within i64.
///
/// # Errors
/// Says whether it has a fraction, is not a number or is too large.
pub(crate) fn decode(raw: &[u8]) -> Result<i64, BoxError> {
    let word = |at: usize| raw.get(at..at + 2).map(|b| i16::from_be_bytes([b[0], b[1]])).ok_or("a NUMERIC value is cut short");
    let (count, weight, sign) = (word(0)?, word(2)?, word(4)?);
    if sign != 0 && sign != 0x4000 {
        return Err("a NUMERIC value is not a finite number".into());
    }
    let negative = sign == 0x4000;
    let mut value: i128 = 0;
    for place in 0..count.max(weight.saturating_add(1)) {
        let digit = if place < count { i128::from(word(8 + 2 * usize::try_from(place)?)?) } else { 0 };
        if place > weight {
            if digit != 0 {
                return Err("a NUMERIC value has a fraction, a whole number was expected".into());
            }
            continue;
        }
        value = value.checked_mul(10_000).and_then(|v| v.checked_add(digit)).ok_or("a NUMERIC value is too large")?;
    }
    Ok(i64::try_from(if negative { -value } else { value }).map_err(|_| "a NUMERIC value does not fit 64 bits")?)
}

/// Writes a whole number as NUMERIC.
pub(crate) fn encode(value: i64, out: &mut BytesMut) {
    let mut digits = Vec::with_capacity(5);
    let mut rest = value.unsigned_abs();
    while rest > 0 {
        digits.push(u16::try_from(rest % 10_000).unwrap_or_default());
        rest /= 10_000;
    }
    let count = u16::try_from(digits.len()).unwrap_or_default();
    out.put_u16(count);
    out.put_u16(count.saturating_sub(1));
    out.put_u16(if value < 0 { 0x4000 } else { 0 });
    out.put_u16(0);
    for digit in digits.iter().rev() {
        out.put_u16(*digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_survive_both_ways() {
        for v in [0, 1, -1, 9_999, 10_000, -10_000, 100_000_000, 123_456_789_012_345, i64::MAX, i64::MIN] {
            let mut out = BytesMut::new();
            encode(v, &mut out);
            assert_eq!(decode(&out).unwrap(), v);
        }
    }

    #[test]
    fn fractions_and_giants_are_refused() {
        let fraction = [0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 0x13, 0x88];
        assert!(decode(&fraction).unwrap_err().to_string().contains("fraction"));
        let giant = [0, 1, 0, 5, 0, 0, 0, 0, 0, 9];
        assert!(decode(&giant).is_err());
        assert!(decode(&[0, 1]).is_err());
    }
}
