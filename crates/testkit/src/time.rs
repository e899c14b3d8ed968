//! Instants spelt as text.

use accrual_base::{Day, Instant};

/// `2024-01-15` or `2024-01-15T12:30:00`, in UTC.
///
/// # Panics
/// On anything else.
pub fn instant(text: &str) -> Instant {
    let number = |from: usize, to: usize| -> i32 {
        text.get(from..to).and_then(|t| t.parse().ok()).unwrap_or_else(|| panic!("{text:?} is not YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS"))
    };
    let day = Day::from_ymd(number(0, 4), number(5, 7), number(8, 10));
    let seconds = if text.len() > 10 { number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19) } else { 0 };
    Instant(i64::from(day.epoch()) * 86_400_000_000).plus_seconds(i64::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_it_is_written() {
        assert_eq!(instant("2024-02-29T23:59:58").iso_seconds(), "2024-02-29T23:59:58");
        assert_eq!(instant("1970-01-02"), Instant(86_400_000_000));
    }
}
