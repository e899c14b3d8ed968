//! Texts of a client as values of a field's type.

use accrual_base::{DateFormat, Day, Decimal, Instant};

/// A day, `2024-02-29`.
pub fn day(text: &str) -> Option<Day> {
    DateFormat::YyyyMmDd.parse(text)
}

/// A plain decimal without exponent: `-10.50`.
pub fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if plain && text.bytes().any(|b| b.is_ascii_digit()) { Decimal::from_str_exact(text).ok() } else { None }
}

/// A whole number.
pub fn int(text: &str) -> Option<i64> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// What a time without an offset means: `local` answers the instant of what clocks show, given as if it were UTC.
pub type Local<'l> = &'l dyn Fn(Instant) -> Instant;

/// Clocks show UTC.
pub const UTC: Local<'static> = &|shown| shown;

/// An instant, `2024-02-29T10:00:00+01:00`: seconds may be left out and have up to six decimals. Where `+` was not encoded
/// in a URL it comes as a space.
pub fn instant(text: &str, local: Local<'_>) -> Option<Instant> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let day = day(date)?;
    let (time, offset) = match rest.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => (&rest[..at], Some(seconds_of_offset(&rest[at..])?)),
        None => (rest, None),
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || fraction.len() > 6 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.split(':').map(two_digits);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if hour > 23 || minute > 59 || second > 59 || parts.next().is_some() {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let seconds = i64::from(day.epoch()) * 86_400 + hour * 3_600 + minute * 60 + second - offset.unwrap_or(0);
    let at = Instant(seconds * 1_000_000 + micros);
    Some(if offset.is_some() { at } else { local(at) })
}

fn two_digits(text: &str) -> Option<i64> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// `Z`, `+01:00`, `-0800`, `+02`.
fn seconds_of_offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = (if text.starts_with('-') { -1 } else { 1 }, text.get(1..)?);
    let (hours, minutes) = match rest.len() {
        2 => (two_digits(rest)?, 0),
        4 if rest.is_ascii() => (two_digits(&rest[..2])?, two_digits(&rest[2..])?),
        5 if rest.is_ascii() && rest.as_bytes()[2] == b':' => (two_digits(&rest[..2])?, two_digits(&rest[3..])?),
        _ => return None,
    };
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instants_with_offsets() {
        let at = |text: &str| instant(text, UTC).map(|i| i.0);
        let ten = at("2024-02-29T10:00:00Z");
        assert_eq!(ten, Some(1_709_200_800_000_000));
        for same in [
            "2024-02-29T11:00:00+01:00",
            "2024-02-29T11:00:00 01:00",
            "2024-02-29T02:00:00-0800",
            "2024-02-29T12:00+02",
            "2024-02-29T10:00:00",
        ] {
            assert_eq!(at(same), ten, "{same}");
        }
        assert_eq!(at("2024-02-29T10:00:00.5Z"), Some(1_709_200_800_500_000));
        let berlin = instant("2024-02-29T11:00:00", &|shown| Instant(shown.0 - 3_600_000_000)).map(|i| i.0);
        assert_eq!(berlin, ten);
        for bad in [
            "2024-02-30T10:00:00Z",
            "2024-02-29",
            "2024-02-29T24:00:00Z",
            "2024-02-29T10:00:00+15:00",
            "2024-02-29T1:00:00",
            "T",
            "2024-02-29T10:00:00+é1",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_are_plain() {
        assert_eq!(decimal("-10.50"), Some(Decimal::new(-1050, 2)));
        for bad in ["", "-", ".", "1e3", "1_000", "+1", "1,5", " 1", "0x1"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
        assert_eq!((int("-7"), int("+7"), int("7.0"), int("99999999999999999999")), (Some(-7), None, None, None));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in any::<String>(), suffix in any::<String>()) {
            let _ = (instant(&text, UTC), instant(&format!("2024-01-01T{suffix}"), UTC), decimal(&text), int(&text), day(&text));
            let _ = instant(&format!("2024-01-01T00:00:00{suffix}"), UTC);
        }
    }
}
