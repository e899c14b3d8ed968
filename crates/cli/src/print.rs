//! Output for people.

use accrual_app::waterfall::WaterfallRow;
use accrual_base::{PeriodId, Result, format_minor};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;

/// Writes to standard output. A reader that has seen enough (`| head`) ends the command, not its work: quietly.
pub fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Future periods that get a column of their own on a terminal.
const COLUMNS: usize = 5;

/// The waterfall as a table: prior, open, the next periods, later, total; credit less debit.
pub fn waterfall(open: PeriodId, rows: &[WaterfallRow]) -> Result<()> {
    let next: Vec<PeriodId> = (1..=i32::try_from(COLUMNS).unwrap_or(0)).map(|n| open.plus(n)).collect();
    let mut out = format!("{:<4} {:<22} {:>18} {:>18}", "", "account", "prior", open.name());
    next.iter().for_each(|p| out.push_str(&format!(" {:>18}", p.name())));
    let _ = writeln!(out, " {:>20} {:>20}", "later", "total");
    for row in rows {
        let exponent = row.currency.exponent();
        let amount_in = |p: &PeriodId| row.future.iter().find(|(id, _)| id == p).map_or(0, |(_, a)| *a);
        let later: i64 = row.future.iter().filter(|(id, _)| *id > open.plus(next.len().try_into().unwrap_or(0))).map(|(_, a)| *a).sum();
        print!(
            "{:<4} {:<22} {:>18} {:>18}",
            row.currency.code(),
            row.account.name(),
            money(row.prior, exponent),
            money(row.open, exponent)
        );
        next.iter().for_each(|p| out.push_str(&format!(" {:>18}", money(amount_in(p), exponent))));
        let _ = writeln!(out, " {:>20} {:>20}", money(later, exponent), money(row.total()?, exponent));
    }
    text(&out);
    Ok(())
}

/// The waterfall as CSV, one row an amount.
pub fn waterfall_csv(open: PeriodId, rows: &[WaterfallRow]) {
    let mut out = String::from("CURR,ACCTG_TYPE,ACCOUNT_NAME,PERIOD,AMOUNT\n");
    for row in rows {
        let mut line = |period: &str, amount: i64| {
            let (currency, exponent) = (row.currency.code(), row.currency.exponent());
            let _ = writeln!(out, "{currency},{},{},{period},{}", row.account.letter(), row.account.name(), format_minor(amount, exponent));
        };
        line("PRIOR", row.prior);
        line(&open.to_string(), row.open);
        row.future.iter().for_each(|(period, amount)| line(&period.to_string(), *amount));
    }
    text(&out);
}

/// An amount with separators for reading, `1,234,567.89`.
fn money(minor: i64, exponent: u8) -> String {
    let plain = format_minor(minor, exponent);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
    let (whole, decimals) = digits.split_once('.').map_or((digits, String::new()), |(w, d)| (w, format!(".{d}")));
    let mut grouped = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("{sign}{grouped}{decimals}")
}

/// Records, one JSON object a line.
pub fn rows(records: &[Value]) {
    records.iter().for_each(|r| text(&format!("{r}\n")));
}

/// Columns as wide as what is in them.
pub fn table(heads: &[&str], rows: &[Vec<String>]) {
    let letters = |text: &str| text.chars().count();
    let width = |at: usize| rows.iter().filter_map(|r| r.get(at)).map(|c| letters(c)).chain([letters(heads[at])]).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut out = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "{}", padded.join("  ").trim_end());
    };
    line(&mut heads.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text(&out);
}

/// One JSON value, indented.
pub fn json(value: &Value) {
    text(&format!("{value:#}\n"));
}
