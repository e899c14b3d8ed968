//! Dates and times as clients spell them in query strings.

use accrual_base::{DateFormat, Error, Instant, Result};

/// Reads a bound of a time window: `2016-07-26`, `2016-07-26T00:00:00`, or with a fraction and a zone
/// (`2016-07-25 17:00:00.000000000 -07:00`). A blank before the zone may be a `+` that a client did not escape.
/// Without a zone the time is UTC.
///
/// # Errors
/// `api.time` when the text is none of these.
pub fn instant(name: &'static str, text: &str) -> Result<Instant> {
    parse(text.trim()).ok_or_else(|| {
        Error::invalid("api.time", format!("{name} must be a time like 2016-07-26T00:00:00 or 2016-07-25 17:00:00.000 -07:00"))
            .with_value(text)
    })
}

fn parse(text: &str) -> Option<Instant> {
    let (date, rest) = text.split_at_checked(10)?;
    let day = DateFormat::YyyyMmDd.parse(date)?;
    let midnight = i64::from(day.epoch()).checked_mul(86_400_000_000)?;
    if rest.is_empty() {
        return Some(Instant(midnight));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let micros = clock_micros(clock)?;
    let (fraction, zone) = split_fraction(rest)?;
    Some(Instant(midnight.checked_add(micros)?.checked_add(fraction)?.checked_sub(zone_micros(zone)?)?))
}

/// `HH:MM:SS` in microseconds.
fn clock_micros(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|p| (p.len() == 2).then(|| p.parse::<i64>().ok()).flatten());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    let good = (0..24).contains(&h) && (0..60).contains(&m) && (0..60).contains(&s) && parts.next().is_none();
    good.then_some(((h * 60 + m) * 60 + s) * 1_000_000)
}

/// `.123456789` in microseconds, and what follows.
fn split_fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let (number, zone) = rest.split_at(digits);
    let padded = format!("{number:0<9}");
    Some((padded.parse::<i64>().ok()? / 1000, zone))
}

/// Offset east of UTC in microseconds.
fn zone_micros(text: &str) -> Option<i64> {
    let (sign, rest) = match text.trim_start() {
        "" | "Z" | "z" => return Some(0),
        t if t.starts_with('-') => (-1, t.get(1..)?),
        t => (1, t.strip_prefix('+').unwrap_or(t)),
    };
    let (h, m) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let number = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i64>().ok()).flatten();
    let (h, m) = (number(h)?, number(m)?);
    (h <= 14 && m < 60).then_some(sign * (h * 60 + m) * 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_of_the_reference() {
        let at = |text| instant("fromDate", text).map(|i| i.0).map_err(|e| e.to_string());
        let midnight = at("2016-07-26").unwrap();
        assert_eq!(at("2016-07-26T00:00:00").unwrap(), midnight);
        assert_eq!(at("2016-07-26 00:00:00").unwrap(), midnight);
        assert_eq!(at("2016-07-25 17:00:00.000000000 -07:00").unwrap(), midnight);
        assert_eq!(at("2016-07-26T02:00:00.000002 02:00").unwrap(), midnight + 2, "an unescaped + arrives as a blank");
        assert_eq!(at("2016-07-26T00:00:00Z").unwrap(), midnight);
        assert_eq!(Instant(midnight).iso_seconds(), "2016-07-26T00:00:00");
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in ["", "yesterday", "2016-02-30", "2016-07-26T25:00:00", "2016-07-26T00:00:00 99:00", "2016/07/26", "é016-07-26"] {
            assert!(instant("toDate", text).is_err(), "{text}");
        }
    }
}
