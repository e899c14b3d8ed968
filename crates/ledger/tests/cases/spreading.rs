//! Amounts over ranges of dates.

use super::{cents, minor, text};
use crate::common::*;
use accrual_base::Currency;
use accrual_ledger::schedule::*;
use serde_json::Value;

fn daily(case: &Value, first: i32, currency: Currency) {
    let (inputs, periods) = (&case["inputs"], months(first, 4, 0));
    let range = Range { start: day(&text(&inputs["recognitionStart"])), end: day(&text(&inputs["recognitionEnd"])) };
    let amount = minor(&inputs["amount"], currency);
    let plan = Spread::Daily.plan(amount, range, &periods).unwrap();
    let wanted = case["expected"]["distribution"].as_object().unwrap();
    let got: Vec<(&str, i64)> = plan.iter().map(|(b, a)| (periods.name(*b), *a)).collect();
    let wanted: Vec<(&str, i64)> = wanted.iter().map(|(name, a)| (name.as_str(), minor(a, currency))).collect();
    assert_eq!(got, wanted);
    assert_eq!(plan.values().sum::<i64>(), minor(&case["expected"]["sum"], currency));
}

pub fn leap_quarter(case: &Value) {
    daily(case, 202_401, Currency::USD);
}

pub fn yen(case: &Value) {
    daily(case, 202_301, Currency::named("JPY").unwrap());
}

/// The figures that 17 and 14 of 31 days give; those printed are 54.74 and 45.26, which they do not.
pub fn proration(case: &Value) {
    let periods = months(202_301, 4, 0);
    let range = Range { start: day("2023-01-15"), end: day("2023-04-14") };
    let plan = Spread::Monthly(Monthly::ProrationByDays).plan(cents(&case["inputs"]["amount"]), range, &periods).unwrap();
    let wanted = ["Jan", "Feb", "Mar", "Apr"].map(|m| cents(&case["expected"]["computed"][m]));
    assert_eq!(plan.values().copied().collect::<Vec<_>>(), wanted);
}
