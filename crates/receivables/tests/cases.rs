//! The worked cases of receivables: published and derived figures that the engine reproduces to the cent.
//!
//! Every file of `cases/` has a row in the table below. `docs/reference/worked-cases-receivables.md` lists all cases with
//! those that wait for something not built. A figure marked inconsistent in its source is not forced: the row then tests the
//! one that the file's notes give.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "cases/document.rs"]
mod document;
#[path = "cases/memo.rs"]
mod memo;
#[path = "cases/money.rs"]
mod money;
#[path = "cases/tax.rs"]
mod tax;
#[path = "cases/terms.rs"]
mod terms;

use accrual_base::Decimal;
use serde_json::Value;

/// A case file's name and what runs it.
type Case = (&'static str, fn(&Value));

const CASES: &[Case] = &[
    ("account-balance-credit-balance", money::credit_balance),
    ("account-balance-prepayment-then-invoices", money::prepayment),
    ("aging-buckets-default", money::aging),
    ("currency-rounding-modes-jpy", money::rounding_modes),
    ("fx-realised-and-unrealised", money::gains),
    ("invoice-level-rounding-increment", document::rounding_item),
    ("invoice-reverse-creates-memo", memo::reversal),
    ("invoice-split-group-states", document::group_states),
    ("invoice-split-percent", document::split_percent),
    ("invoice-split-remainder-to-last-part", document::split_remainder),
    ("payment-item-level-discount-and-tax", memo::item_level_payment),
    ("payment-terms-net-and-prox", terms::net_and_proximo),
    ("payment-terms-prox-month-end", terms::month_end),
    ("reverse-write-off-zero-lines-matrix", memo::zero_lines),
    ("standalone-invoice-create-tax-and-edit", document::create_and_edit),
    ("standalone-invoice-totals", document::totals),
    ("tax-inclusive-credit-memo-over-credit-block", tax::over_credit),
    ("tax-inclusive-net-vs-tax-rounding", tax::two_rules),
    ("tax-inclusive-redistribution", tax::redistribution),
    ("tax-mode-inclusive-and-exclusive-ten-dollars", tax::both_modes),
    ("tax-multiple-rate-periods-credit-and-discount", tax::rate_periods),
    ("tax-percentage-negative-and-flat-fee", tax::signs),
    ("write-off-invoice-with-discount-mirroring", memo::discount_mirroring),
    ("write-off-paid-invoice-with-open-items", memo::open_items),
    ("write-off-zero-balance-items", memo::zero_balance),
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

/// A figure of a case, text or number.
fn decimal(value: &Value) -> Decimal {
    text(value).parse().expect("a decimal")
}

/// A figure of a case in minor units of two decimals.
fn cents(value: &Value) -> i64 {
    accrual_base::parse_minor(&text(value), 2).expect("an amount of two decimals")
}

fn all_cents(value: &Value) -> Vec<i64> {
    list(value).iter().map(cents).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
