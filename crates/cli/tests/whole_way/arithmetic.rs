//! Amounts from first principles, in minor units, written without the code they judge.

use std::collections::BTreeMap;

/// Days of the first months and of the year, as the calendar says.
pub const JANUARY: i64 = 31;
pub const FEBRUARY: i64 = 29;
pub const YEAR: i64 = 366;

/// `amount * part / whole`, half away from zero: the one rule of rounding.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    let (n, d) = (i128::from(amount) * i128::from(part), i128::from(whole));
    let (n, d) = if d < 0 { (-n, -d) } else { (n, d) };
    let rounded = (2 * n.abs() + d) / (2 * d);
    i64::try_from(if n < 0 { -rounded } else { rounded }).unwrap()
}

/// Minor units of an amount as it is printed: `-1.50` in cents, `1500` in yen.
pub fn minor(text: &str, decimals: usize) -> i64 {
    if text.is_empty() {
        return 0;
    }
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |d| (-1, d));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert_eq!(fraction.len(), decimals, "{text}");
    sign * format!("{whole}{fraction}").parse::<i64>().unwrap()
}

/// Decimals of the currencies of the test.
pub fn decimals(currency: &str) -> usize {
    if currency == "JPY" { 0 } else { 2 }
}

/// Credit less debit by order line and account type letter.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<(String, char), i64>);

impl Ledger {
    /// Adds an amount; what comes to nothing is as if never booked.
    pub fn credit(&mut self, line: &str, account: char, amount: i64) {
        let key = (line.to_owned(), account);
        *self.0.entry(key.clone()).or_default() += amount;
        if self.0[&key] == 0 {
            self.0.remove(&key);
        }
    }

    /// A pair: debit one account, credit the other.
    pub fn entry(&mut self, line: &str, debit: char, credit: char, amount: i64) {
        self.credit(line, debit, -amount);
        self.credit(line, credit, amount);
    }

    /// Revenue recognised against contract liability.
    pub fn revenue(&mut self, line: &str, amount: i64) {
        self.entry(line, 'L', 'R', amount);
    }

    /// Part of a carve released to adjustment revenue; a carve-out is negative.
    pub fn release(&mut self, line: &str, amount: i64) {
        self.entry(line, 'A', 'X', amount);
    }
}
