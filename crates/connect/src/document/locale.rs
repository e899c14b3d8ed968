//! How people of a locale write numbers and dates, and the symbols of currencies.

use accrual_base::{Currency, Day};

/// Signs of numbers and the order of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Locale {
    decimal: char,
    group: char,
    date: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Iso,
    /// `03/31/2026`
    Month,
    /// `31/03/2026`, with the sign between.
    Day(char),
}

impl Locale {
    /// The locale of a name as in `de_DE`: by language and country, else by language, else plain numbers and ISO dates.
    pub fn named(name: &str) -> Self {
        let (language, country) = name.split_once(['_', '-']).unwrap_or((name, ""));
        let of = |decimal, group, date| Self { decimal, group, date };
        const SPACE: char = '\u{a0}';
        match (language, country) {
            ("en", "US" | "") => of('.', ',', Order::Month),
            ("en", "CA" | "ZA") => of('.', ',', Order::Iso),
            ("en", _) => of('.', ',', Order::Day('/')),
            ("de", "CH" | "LI") => of('.', '’', Order::Day('.')),
            ("de" | "da" | "tr", _) => of(',', '.', Order::Day('.')),
            ("es", "MX") => of('.', ',', Order::Day('/')),
            ("es" | "it" | "pt" | "el" | "id", _) => of(',', '.', Order::Day('/')),
            ("nl", _) => of(',', '.', Order::Day('-')),
            ("fr", _) => of(',', SPACE, Order::Day('/')),
            ("pl" | "cs" | "sk" | "ru" | "uk" | "fi" | "nb" | "no" | "bg", _) => of(',', SPACE, Order::Day('.')),
            ("sv", _) => of(',', SPACE, Order::Iso),
            ("ja" | "zh" | "ko", _) => of('.', ',', Order::Iso),
            _ => of('.', ',', Order::Iso),
        }
    }

    /// A plain decimal (`-1234.50`) with this locale's signs.
    pub fn number(self, plain: &str) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let mut out = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(self.group);
            }
            out.push(digit);
        }
        if let Some(part) = part {
            out.push(self.decimal);
            out.push_str(part);
        }
        out
    }

    pub fn date(self, day: Day) -> String {
        let (y, m, d) = day.ymd();
        match self.date {
            Order::Iso => day.to_string(),
            Order::Month => format!("{m:02}/{d:02}/{y:04}"),
            Order::Day(sign) => format!("{d:02}{sign}{m:02}{sign}{y:04}"),
        }
    }
}

/// The symbol of a currency; nothing where its code is what people write.
pub(crate) fn symbol(currency: Currency) -> Option<&'static str> {
    const SYMBOLS: [(&str, &str); 23] = [
        ("AUD", "A$"),
        ("BRL", "R$"),
        ("CAD", "C$"),
        ("CNY", "CN¥"),
        ("CRC", "₡"),
        ("EUR", "€"),
        ("GBP", "£"),
        ("GEL", "₾"),
        ("HKD", "HK$"),
        ("ILS", "₪"),
        ("INR", "₹"),
        ("JPY", "¥"),
        ("KRW", "₩"),
        ("KZT", "₸"),
        ("MXN", "MX$"),
        ("NGN", "₦"),
        ("NZD", "NZ$"),
        ("PHP", "₱"),
        ("PLN", "zł"),
        ("TRY", "₺"),
        ("UAH", "₴"),
        ("USD", "$"),
        ("VND", "₫"),
    ];
    SYMBOLS.iter().find(|(code, _)| *code == currency.code()).map(|(_, symbol)| *symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let written = |locale: &str, plain: &str| Locale::named(locale).number(plain);
        assert_eq!(written("en_US", "1234567.89"), "1,234,567.89");
        assert_eq!(written("de_DE", "-1234567.89"), "-1.234.567,89");
        assert_eq!(written("fr_FR", "123456.7"), "123\u{a0}456,7");
        assert_eq!(written("de_CH", "1000"), "1’000");
        assert_eq!(written("ja_JP", "999"), "999");
        assert_eq!(written("", "-100"), "-100");
        assert_eq!(written("en_US", "-9223372036854775808"), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn symbols() {
        let of = |code: &str| symbol(Currency::named(code).unwrap());
        assert_eq!([of("EUR"), of("JPY"), of("BHD")], [Some("€"), Some("¥"), None]);
    }

    #[test]
    fn dates() {
        let day = Day::from_ymd(2026, 3, 31);
        let written = |locale: &str| Locale::named(locale).date(day);
        assert_eq!(
            ["en_US", "en_GB", "de_DE", "nl_NL", "ja_JP", "xx"].map(written),
            ["03/31/2026", "31/03/2026", "31.03.2026", "31-03-2026", "2026-03-31", "2026-03-31"]
        );
    }
}
