//! The table of ratios.

use std::fmt;
use std::time::Duration;

/// One measured stage against its baseline.
pub struct Row {
    pub stage: String,
    pub baseline: String,
    pub figure: String,
    pub ratio: String,
    pub limit: String,
    pub holds: bool,
}

/// Thousandths of a second, for people.
pub fn seconds(d: Duration) -> String {
    format!("{}.{:02} s", d.as_secs(), d.subsec_millis() / 10)
}

/// Milliseconds with two digits, for what is short.
pub fn milliseconds(d: Duration) -> String {
    let hundredths = d.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

/// `a / b` in hundredths.
fn hundredths(a: u128, b: u128) -> u128 {
    a * 100 / b.max(1)
}

impl Row {
    /// A stage that may take at most `limit_hundredths / 100` times its baseline.
    pub fn times(stage: &str, figure: Duration, baseline: Duration, limit_hundredths: u128) -> Self {
        let ratio = hundredths(figure.as_micros(), baseline.as_micros());
        Self {
            stage: stage.to_owned(),
            baseline: seconds(baseline),
            figure: seconds(figure),
            ratio: format!("{}.{:02}", ratio / 100, ratio % 100),
            limit: format!("≤ {}.{:02}", limit_hundredths / 100, limit_hundredths % 100),
            holds: ratio <= limit_hundredths,
        }
    }
    /// As [`Row::times`], for what takes milliseconds.
    pub fn short(stage: &str, figure: Duration, baseline: Duration, limit_hundredths: u128) -> Self {
        let row = Self::times(stage, figure, baseline, limit_hundredths);
        Self { baseline: milliseconds(baseline), figure: milliseconds(figure), ..row }
    }
    /// A rate that must reach at least `limit_hundredths / 100` of its baseline.
    pub fn rate(stage: &str, figure: u64, baseline: u64, limit_hundredths: u128) -> Self {
        let ratio = hundredths(u128::from(figure), u128::from(baseline));
        Self {
            stage: stage.to_owned(),
            baseline: format!("{baseline}/s"),
            figure: format!("{figure}/s"),
            ratio: format!("{}.{:02}", ratio / 100, ratio % 100),
            limit: format!("≥ {}.{:02}", limit_hundredths / 100, limit_hundredths % 100),
            holds: ratio >= limit_hundredths,
        }
    }
    /// A figure with a limit of its own.
    pub fn plain(stage: &str, figure: String, limit: &str, holds: bool) -> Self {
        Self { stage: stage.to_owned(), baseline: "–".to_owned(), figure, ratio: "–".to_owned(), limit: limit.to_owned(), holds }
    }
}

/// A Markdown table.
pub struct Table(pub Vec<Row>);

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| stage | baseline | Accrual | ratio | limit | holds |\n|---|---|---|---|---|---|")?;
        for r in &self.0 {
            let holds = if r.holds { "yes" } else { "**no**" };
            writeln!(f, "| {} | {} | {} | {} | {} | {holds} |", r.stage, r.baseline, r.figure, r.ratio, r.limit)?;
        }
        Ok(())
    }
}
