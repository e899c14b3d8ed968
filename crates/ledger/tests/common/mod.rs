//! A chain of months and what is said to it.
#![allow(dead_code)]

use accrual_base::{DateFormat, Day, PeriodId, Result};
use accrual_ledger::period::*;
use accrual_ledger::schedule::{EventType, Rules};

pub fn day(iso: &str) -> Day {
    DateFormat::YyyyMmDd.parse(iso).expect("a date")
}

pub fn cents(text: &str) -> i64 {
    accrual_base::parse_minor(text, 2).expect("an amount of two decimals")
}

/// A month by its index, named as `name` says.
pub fn month(index: i32, name: &str) -> NewPeriod {
    let id = PeriodId::from_index(index);
    let (year, at, _) = id.start().ymd();
    let quarter = u8::try_from((at - 1) / 3 + 1).expect("a quarter");
    NewPeriod {
        name: name.to_owned(),
        start: id.start(),
        end: id.end(),
        fiscal_year: year,
        fiscal_quarter: Some(quarter),
        notes: String::new(),
    }
}

/// Months in a row from `first` (YYYYMM), named `YYYY-MM`, the first `closed` of them closed.
pub fn months(first: i32, count: i32, closed: usize) -> Periods {
    let mut periods = Periods::default();
    let start = PeriodId(first).index();
    for index in start..start + count {
        let name = PeriodId::from_index(index).start().to_string();
        periods.create(&month(index, &name[..7]), Model::default()).expect("the next month");
    }
    for at in 0..closed {
        close(&mut periods, at);
    }
    periods
}

/// Closes a period and lets its trial balance finish.
pub fn close(periods: &mut Periods, at: usize) {
    periods.close(at, Blockers::default()).expect("its turn");
    finish(periods, at);
}

pub fn finish(periods: &mut Periods, at: usize) {
    periods.trial_balance_is(at, TrialBalanceStatus::Processing).expect("started");
    periods.trial_balance_is(at, TrialBalanceStatus::Completed).expect("processing");
}

pub fn distributed() -> EventType {
    EventType::revenue_distributed()
}

pub fn rules() -> Rules {
    Rules::default()
}

/// Code and field of a refusal.
pub fn refused<T: std::fmt::Debug>(result: Result<T>) -> (String, String) {
    let error = result.expect_err("a refusal");
    let rejection = error.rejection().unwrap_or_else(|| panic!("a fault: {error}"));
    assert!(rejection.message.ends_with('.'), "a sentence: {}", rejection.message);
    (rejection.code.to_owned(), rejection.place.column.clone().unwrap_or_default())
}

pub fn of(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}
