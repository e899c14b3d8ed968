//! The worked cases of the ledger: published and derived figures that the engine reproduces to the cent.
//!
//! Every file of `cases/` has a row in the table below. `docs/reference/worked-cases-receivables.md` lists all cases with
//! those that wait for something not built.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "cases/distribution.rs"]
mod distribution;
#[path = "cases/postings.rs"]
mod postings;
#[path = "cases/spreading.rs"]
mod spreading;

use accrual_base::Currency;
use serde_json::Value;

/// A case file's name and what runs it.
type Case = (&'static str, fn(&Value));

const CASES: &[Case] = &[
    ("journal-entry-revenue-event", postings::entries),
    ("revenue-credit-memo-item-negative", postings::negative),
    ("revenue-daily-leap-quarter-2024", spreading::leap_quarter),
    ("revenue-daily-single-day-jpy", spreading::yen),
    ("revenue-detail-prior-this-after", postings::columns),
    ("revenue-event-deltas", distribution::deltas),
    ("revenue-monthly-proration-by-days", spreading::proration),
    ("revenue-put-across-periods-500-600", distribution::published),
    ("revenue-put-complete-plan-with-closed-period", distribution::closed_period),
    ("revenue-put-sum-mismatch", distribution::sum_mismatch),
    ("revenue-specific-date-types", distribution::specific_dates),
];

fn file(name: &str) -> Value {
    let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))).expect("JSON")
}

#[test]
fn worked_cases() {
    let mut failed = Vec::new();
    for (name, run) in CASES {
        let case = file(name);
        if std::panic::catch_unwind(|| run(&case)).is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "cases that fail: {failed:?}");
}

#[test]
fn every_case_file_is_run() {
    let here = format!("{}/tests/cases", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".json") {
            assert!(CASES.iter().any(|(known, _)| *known == name), "{name} has no row");
        }
    }
}

fn minor(value: &Value, currency: Currency) -> i64 {
    accrual_base::parse_minor(&text(value), currency.exponent()).expect("an amount of the currency")
}

/// A figure of a case in minor units of two decimals.
fn cents(value: &Value) -> i64 {
    minor(value, Currency::USD)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
