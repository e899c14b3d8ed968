//! Schedules and splits conserve their amount, whatever it is.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::{Day, PeriodId, rounding};
use accrual_revenue::policy::{AccountingMethod, RatableMethod, UserDefinedStep};
use accrual_revenue::schedule::{Series, Terms, spread};
use proptest::prelude::*;

fn methods() -> impl Strategy<Value = RatableMethod> {
    let steps = (1i64..10_000, 0i32..40, 0i32..40, any::<bool>()).prop_map(|(percent, first, second, days)| {
        let step = |duration, percent| UserDefinedStep { days, duration, percent };
        RatableMethod::UserDefined(vec![step(first, percent), step(second, 10_000 - percent)])
    });
    prop_oneof![
        Just(RatableMethod::ContractRatable),
        Just(RatableMethod::Ratable),
        Just(RatableMethod::InvoiceRatable),
        Just(RatableMethod::Condense),
        Just(RatableMethod::Sliding),
        Just(RatableMethod::ImmediateOpenPeriod),
        Just(RatableMethod::ImmediateStartDate),
        Just(RatableMethod::MidMonth),
        Just(RatableMethod::NextMonth),
        steps,
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    // 2018 to 2030, leap days included; one-day terms are as likely as long ones
    (17_532i32..20_000, prop_oneof![Just(0i32), 0i32..1500], 17_532i32..20_000, -2i32..3).prop_map(|(start, days, released, off)| {
        let released = Day::from_epoch(released);
        let start = Day::from_epoch(start);
        Terms { start, end: start.plus(days), released, period: PeriodId::of(released).plus(off) }
    })
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -100i64..100, any::<i32>().prop_map(i64::from), -9_000_000_000_000_000i64..9_000_000_000_000_000]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_schedule_sums_to_its_amount_and_never_runs_past_it(method in methods(), daily in any::<bool>(), amount in amounts(), terms in terms()) {
        let accounting = if daily { AccountingMethod::Daily } else { AccountingMethod::PartialMonthly };
        let series = spread(&method, accounting, amount, &terms).unwrap();
        prop_assert_eq!(series.total().unwrap(), amount);
        let mut running = 0i64;
        for part in &series.amounts {
            running += part;
            prop_assert!(running.abs() <= amount.abs() && running.signum() * amount.signum() >= 0, "{:?}", series);
        }
        let caught_up = series.clone().caught_up(terms.period.index()).unwrap();
        prop_assert_eq!(caught_up.total().unwrap(), amount);
        prop_assert!(caught_up.amounts.is_empty() || caught_up.start >= terms.period.index());
    }

    #[test]
    fn methods_without_catch_up_never_reach_into_a_closed_period(amount in 1i64..1_000_000, terms in terms()) {
        for method in [RatableMethod::Condense, RatableMethod::Sliding, RatableMethod::ImmediateStartDate, RatableMethod::ImmediateOpenPeriod] {
            let series = spread(&method, AccountingMethod::Daily, amount, &terms).unwrap();
            prop_assert!(series.start >= terms.period.index(), "{:?} {:?}", method, series);
        }
    }

    #[test]
    fn slices_of_a_waterfall_make_the_whole(amount in amounts(), terms in terms(), cuts in proptest::collection::vec(0i64..1_000_000, 0..4)) {
        let whole = spread(&RatableMethod::ContractRatable, AccountingMethod::Daily, amount, &terms).unwrap();
        let mut points: Vec<i64> = cuts.iter().map(|c| rounding::mul_div(amount, *c, 1_000_000).unwrap()).collect();
        points.push(amount);
        points.sort_by_key(|p| p.abs());
        let (mut from, mut sum) = (0, Series::default());
        for to in points {
            let part = whole.slice(from, to);
            prop_assert_eq!(part.total().unwrap(), to - from);
            sum.add_all(&part).unwrap();
            from = to;
        }
        for index in whole.start..whole.end() {
            prop_assert_eq!(sum.at(index), whole.at(index));
        }
    }

    #[test]
    fn a_split_conserves_its_total(total in amounts(), weights in proptest::collection::vec(1i64..1_000_000, 1..9), at in any::<prop::sample::Index>()) {
        let parts = rounding::split(total, &weights, at.index(weights.len())).unwrap();
        prop_assert_eq!(parts.iter().sum::<i64>(), total);
    }
}

#[test]
fn a_term_beyond_the_schedule_ids_and_a_reversed_one_are_refused() {
    let day = common::day;
    let terms = |start, end| Terms { start, end, released: start, period: PeriodId::of(start) };
    let long = spread(&RatableMethod::Ratable, AccountingMethod::Daily, 1, &terms(day("2020-01-01"), day("2120-01-01")));
    assert_eq!(long.unwrap_err().rejection().unwrap().code, "RPRO-00068");
    let reversed = spread(&RatableMethod::Ratable, AccountingMethod::Daily, 1, &terms(day("2020-01-02"), day("2020-01-01")));
    assert_eq!(reversed.unwrap_err().rejection().unwrap().code, "RPRO-00627");
}
