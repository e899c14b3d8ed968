//! Revenue schedules: every refusal, and the sums after any distribution.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::{Currency, Day};
use accrual_ledger::period::*;
use accrual_ledger::schedule::*;
use common::*;
use proptest::prelude::*;

fn manual(amount: i64, periods: &Periods) -> Schedule {
    let dates = TransactionDates { document: day("2024-01-15"), start: day("2024-01-15"), end: None };
    let made = create_on_posting(RecognitionRule::Manual, Currency::USD, amount, dates, periods, EventType::invoice_posted());
    made.unwrap().unwrap().0
}

fn plan<'a>(list: &'a [(&'a str, &'a str)]) -> Vec<Distribution<'a>> {
    list.iter().map(|(period, new_amount)| Distribution { period, new_amount }).collect()
}

#[test]
fn across_refuses_what_is_no_plan() {
    let periods = months(202_401, 4, 1);
    let schedule = manual(110_000, &periods);
    let tried = |list: &[(&str, &str)]| refused(across(&schedule, &periods, &plan(list), &rules(), distributed()));
    assert_eq!(tried(&[]), of("62000222", "revenueDistributions"));
    assert_eq!(tried(&[("2024-02", "1"); 251]), of("62000220", "revenueDistributions"));
    assert_eq!(tried(&[("2024-02", "1100"), ("2025-02", "0")]), of("62000320", "revenueDistributions[1].accountingPeriodName"));
    assert_eq!(tried(&[("2024-01", "1100")]), of("62000330", "revenueDistributions[0].accountingPeriodName"));
    assert_eq!(tried(&[("2024-02", "600"), ("2024-02", "500")]), of("62000320", "revenueDistributions[1].accountingPeriodName"));
    assert_eq!(tried(&[("2024-02", "1100.001")]), of("62000420", "revenueDistributions[0].newAmount"));
    assert_eq!(tried(&[("2024-02", "1200"), ("Open-Ended", "-100")]), of("62000430", "revenueDistributions[1].newAmount"));
    assert_eq!(tried(&[("2024-02", "1000")]), of("62000230", "revenueDistributions"));
    let year = months(202_401, 250, 1);
    let list: Vec<(&str, &str)> = year.all()[1..].iter().map(|p| (p.name.as_str(), "9999999999999.99")).collect();
    assert_eq!(refused(across(&schedule, &year, &plan(&list), &rules(), distributed())).0, "62000230");
    let most = Rules { events: MOST_EVENTS, ..rules() };
    assert_eq!(
        refused(across(&schedule, &periods, &plan(&[("2024-02", "1100")]), &most, distributed())),
        of("62000030", "revenueSchedule")
    );
    // nothing changes, nothing is written: not even one too many
    assert_eq!(across(&schedule, &periods, &plan(&[("Open-Ended", "1100")]), &most, distributed()).unwrap(), None);
    assert_eq!(refused(across(&manual(0, &periods), &periods, &plan(&[("2024-02", "0")]), &rules(), distributed())).0, "62000030");
}

#[test]
fn a_pending_close_is_open_for_who_manages_it() {
    let mut periods = months(202_401, 2, 0);
    periods.pending_close(0).unwrap();
    let schedule = manual(1_000, &periods);
    let list = [("2024-01", "10")];
    assert_eq!(refused(across(&schedule, &periods, &plan(&list), &rules(), distributed())).0, "62000330");
    let manager = Rules { manage_close: true, ..rules() };
    let event = across(&schedule, &periods, &plan(&list), &manager, distributed()).unwrap().unwrap();
    assert_eq!(event.deltas, [(Bucket::Period(0), 1_000), (Bucket::OpenEnded, -1_000)]);
}

#[test]
fn negative_schedules_turn_the_sign_rule() {
    let periods = months(202_401, 2, 0);
    let schedule = manual(-1_000, &periods);
    let good = [("2024-01", "-4"), ("Open-Ended", "-6")];
    assert!(across(&schedule, &periods, &plan(&good), &rules(), distributed()).unwrap().is_some());
    let bad = [("2024-01", "4"), ("Open-Ended", "-14")];
    assert_eq!(refused(across(&schedule, &periods, &plan(&bad), &rules(), distributed())).0, "62000430");
    let allowed = Rules { allow_negative: true, ..rules() };
    assert!(across(&schedule, &periods, &plan(&bad), &allowed, distributed()).unwrap().is_some());
}

#[test]
fn on_specific_date_refuses() {
    let periods = months(202_401, 2, 1);
    let schedule = manual(100_000, &periods);
    let tried = |date: &str, how| refused(on_specific_date(&schedule, &periods, day(date), how, &rules(), distributed()));
    assert_eq!(tried("2024-01-31", SpecificDate::Fixed("1")), of("62000730", "distributeOn"));
    assert_eq!(tried("2024-03-01", SpecificDate::Fixed("1")), of("62000720", "distributeOn"));
    assert_eq!(tried("2024-02-01", SpecificDate::Fixed("0.001")), of("62000120", "amount"));
    assert_eq!(tried("2024-02-01", SpecificDate::Fixed("1000.01")), of("62000130", "amount"));
    assert_eq!(refused(SpecificDate::read("specific date", None, None)), of("62000820", "distributionType"));
    assert_eq!(refused(SpecificDate::read("Specific Date (delta fixed amount)", None, None)), of("62000122", "amount"));
    assert_eq!(refused(SpecificDate::read("specific date (delta percent total)", None, None)), of("62000922", "percentage"));
    let over = Some("100.1");
    assert_eq!(refused(SpecificDate::read("specific date (delta percent undistributed)", None, over)), of("62000920", "percentage"));
    assert_eq!(on_specific_date(&schedule, &periods, day("2024-02-01"), SpecificDate::Fixed("0"), &rules(), distributed()).unwrap(), None);
}

#[test]
fn monthly_distributions() {
    let periods = months(202_401, 6, 0);
    let range = Range { start: day("2024-01-15"), end: day("2024-04-14") };
    let spread = |kind, range| -> Vec<(usize, i64)> {
        let plan = Spread::Monthly(kind).plan(30_000, range, &periods).unwrap();
        plan.into_iter().map(|(b, a)| (if let Bucket::Period(at) = b { at } else { 99 }, a)).collect()
    };
    assert_eq!(spread(Monthly::FrontLoad, range), [(0, 10_000), (1, 10_000), (2, 10_000)]);
    assert_eq!(spread(Monthly::BackLoad, range), [(1, 10_000), (2, 10_000), (3, 10_000)]);
    let whole = Range { start: day("2024-01-01"), end: day("2024-03-31") };
    for kind in [Monthly::FrontLoad, Monthly::BackLoad, Monthly::ProrationByDays] {
        assert_eq!(spread(kind, whole), [(0, 10_000), (1, 10_000), (2, 10_000)]);
        assert_eq!(spread(kind, Range { start: day("2024-02-10"), end: day("2024-02-12") }), [(1, 30_000)]);
    }
    // half of February beside a full January
    assert_eq!(spread(Monthly::ProrationByDays, Range { start: day("2024-01-01"), end: day("2024-02-14") }), [(0, 20_233), (1, 9_767)]);
    assert_eq!(
        spread(Monthly::FrontLoad, Range { start: day("2024-05-15"), end: day("2024-08-14") }),
        [(4, 10_000), (5, 10_000), (99, 10_000)]
    );
    assert_eq!(Spread::named(Some("daily distribution")).unwrap(), Spread::Daily);
    assert_eq!(refused(Spread::named(Some("weekly"))).0, "62000820");
    let backwards = Range { start: day("2024-02-01"), end: day("2024-01-31") };
    assert_eq!(refused(Spread::Daily.plan(1, backwards, &periods)).0, "62001120");
    let long = Range { start: day("2024-01-01"), end: day("2044-12-31") };
    assert_eq!(refused(Spread::Monthly(Monthly::FrontLoad).plan(1, long, &periods)).0, "62001120");
    assert_eq!(refused(Spread::Daily.plan(1, long, &months(202_401, 252, 0))).0, "62001120");
}

#[test]
fn posting_makes_schedules_by_the_rule() {
    let periods = months(202_401, 3, 1);
    let dates = TransactionDates { document: day("2024-01-20"), start: day("2024-02-01"), end: Some(day("2024-04-30")) };
    let make = |rule| create_on_posting(rule, Currency::USD, 9_000, dates, &periods, EventType::invoice_posted()).unwrap();
    let items = |rule| make(rule).unwrap().0.items.into_iter().collect::<Vec<_>>();
    // the invoice is dated in a closed period: the next open one takes it
    assert_eq!(items(RecognitionRule::UponInvoicing), [(Bucket::Period(1), 9_000)]);
    assert_eq!(items(RecognitionRule::SpecificDate), [(Bucket::Period(1), 9_000)]);
    assert_eq!(items(RecognitionRule::Manual), [(Bucket::OpenEnded, 9_000)]);
    assert_eq!(items(RecognitionRule::DailyOverTime), [(Bucket::Period(1), 2_900), (Bucket::Period(2), 3_100), (Bucket::OpenEnded, 3_000)]);
    assert_eq!(
        items(RecognitionRule::MonthlyOverTime(Monthly::FrontLoad)),
        [(Bucket::Period(1), 3_000), (Bucket::Period(2), 3_000), (Bucket::OpenEnded, 3_000)]
    );
    assert_eq!(make(RecognitionRule::CustomUnlimited), None);
    let event = make(RecognitionRule::DailyOverTime).unwrap().1.unwrap();
    assert_eq!((event.kind, event.start, event.end), (EventType::invoice_posted(), Some(dates.start), dates.end));
    assert_eq!(make(RecognitionRule::Manual).unwrap().1.unwrap().start, None);
    let nothing =
        create_on_posting(RecognitionRule::Manual, Currency::USD, 0, dates, &periods, EventType::invoice_posted()).unwrap().unwrap();
    assert_eq!(nothing.1, None);
}

#[test]
fn a_new_period_takes_its_share_out_of_open_ended() {
    let mut periods = months(202_401, 2, 0);
    let range = Range { start: day("2024-01-01"), end: day("2024-03-31") };
    let (mut schedule, _) = create_in_range(Currency::USD, 9_100, Spread::Daily, range, &periods, &rules(), distributed()).unwrap();
    assert_eq!(schedule.undistributed(), 3_100);
    periods.create(&month(2024 * 12 + 2, "2024-03"), Model::default()).unwrap();
    let event = over_range(&schedule, &periods, Spread::Daily, range, &rules(), EventType::period_created()).unwrap().unwrap();
    assert_eq!(event.deltas, [(Bucket::Period(2), 3_100), (Bucket::OpenEnded, -3_100)]);
    schedule.apply(&event).unwrap();
    assert_eq!(over_range(&schedule, &periods, Spread::Daily, range, &rules(), EventType::period_created()).unwrap(), None);
}

#[test]
fn custom_schedules_have_their_own_rules() {
    let periods = months(202_401, 2, 1);
    let types = EventTypes::with([]);
    let list = plan(&[("2024-02", "60"), ("Open-Ended", "40")]);
    let good = Custom {
        rule: RecognitionRule::CustomUnlimited,
        schedules: 0,
        amount: "100",
        date: day("2024-02-01"),
        plan: &list,
        event_type: Some("Revenue Distributed"),
        event_type_id: Some("RevenueDistributed__z"),
    };
    let make = |new: &Custom<'_>| create_custom(new, Currency::USD, &periods, &rules(), &types);
    let (schedule, event) = make(&good).unwrap();
    assert_eq!((schedule.amount, schedule.undistributed(), event.unwrap().deltas.len()), (10_000, 4_000, 2));
    for (bad, code, field) in [
        (Custom { rule: RecognitionRule::Manual, ..good }, "62001530", "revenueRecognitionRuleName"),
        (Custom { schedules: 3_000, ..good }, "62000030", "revenueSchedule"),
        (Custom { amount: "100.001", ..good }, "62000120", "amount"),
        (Custom { amount: "101", ..good }, "62000230", "revenueDistributions"),
        (Custom { date: day("2024-01-31"), ..good }, "62001230", "revenueScheduleDate"),
        (Custom { event_type: None, ..good }, "62000522", "eventType"),
        (Custom { event_type_id: None, ..good }, "62000622", "eventTypeSystemId"),
    ] {
        assert_eq!(refused(make(&bad)), of(code, field));
    }
    assert_eq!(refused(check_unscheduled(true)).0, "62000030");
    check_unscheduled(false).unwrap();
    let facts = DeleteFacts { rule: RecognitionRule::CustomUnlimited, linked: false, in_journal_entry: false, date: day("2024-02-01") };
    check_delete(&schedule, &periods, facts).unwrap();
    for facts in [
        DeleteFacts { rule: RecognitionRule::Manual, ..facts },
        DeleteFacts { linked: true, ..facts },
        DeleteFacts { in_journal_entry: true, ..facts },
        DeleteFacts { date: day("2024-01-31"), ..facts },
    ] {
        assert_eq!(refused(check_delete(&schedule, &periods, facts)).0, "62000030");
    }
    assert_eq!(refused(check_delete(&schedule, &months(202_401, 2, 2), facts)).0, "62000030");
}

#[derive(Clone, Debug)]
enum Step {
    Across { shares: Vec<(usize, i64)>, negative: bool },
    On { day: i32, permille: i64 },
    Range { start: i32, days: i32, kind: usize },
    Close,
    Reopen,
    Grow,
    Cancel,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (prop::collection::vec((0usize..9, 0i64..100), 1..6), any::<bool>()).prop_map(|(shares, negative)| Step::Across { shares, negative }),
        3 => (0i32..260, 0i64..1_100).prop_map(|(day, permille)| Step::On { day, permille }),
        3 => (-20i32..200, 0i32..400, 0usize..4).prop_map(|(start, days, kind)| Step::Range { start, days, kind }),
        2 => Just(Step::Close),
        1 => Just(Step::Reopen),
        1 => Just(Step::Grow),
        1 => Just(Step::Cancel),
    ];
    prop::collection::vec(step, 0..20)
}

/// A plan of the open periods that sums, by shares; the last element takes what is left.
fn across_by_shares(schedule: &Schedule, periods: &Periods, shares: &[(usize, i64)], rules: &Rules) -> accrual_base::Result<Option<Event>> {
    let mut buckets: Vec<Bucket> =
        shares.iter().map(|(at, _)| if *at < periods.all().len() { Bucket::Period(*at) } else { Bucket::OpenEnded }).collect();
    buckets.sort_unstable();
    buckets.dedup();
    let open = schedule.unrecognized(periods)?;
    let mut left = open;
    let mut list = Vec::new();
    for (at, bucket) in buckets.iter().enumerate() {
        let share = if at + 1 == buckets.len() { left } else { open * shares[at].1 / 100 };
        left -= share;
        list.push((periods.name(*bucket).to_owned(), accrual_base::format_minor(share, 2)));
    }
    let list: Vec<Distribution<'_>> = list.iter().map(|(p, a)| Distribution { period: p, new_amount: a }).collect();
    across(schedule, periods, &list, rules, distributed())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// After any sequence: items sum to the amount, recognised + unrecognised = amount, closed items never change, events are the
    /// differences, and the sum of all events is the schedule.
    #[test]
    fn sums_hold_after_any_distribution(amount in -500_000i64..500_000, start in -10i32..100, days in 0i32..300, kind in 0usize..4, steps in steps()) {
        let mut periods = months(202_401, 6, 0);
        let at = |n: i32| Day::from_epoch(day("2024-01-01").epoch() + n);
        let range = Range { start: at(start), end: at(start + days) };
        let (mut schedule, first) =
            create_in_range(Currency::USD, amount, Spread::ALL[kind].0, range, &periods, &rules(), distributed()).unwrap();
        let mut history: std::collections::BTreeMap<Bucket, i64> = std::collections::BTreeMap::new();
        let mut record = |event: &Event| event.deltas.iter().for_each(|(b, d)| *history.entry(*b).or_default() += d);
        first.iter().for_each(&mut record);
        for step in steps {
            let before = schedule.clone();
            let done = match &step {
                Step::Across { shares, negative } => across_by_shares(&schedule, &periods, shares, &Rules { allow_negative: *negative, ..rules() }),
                Step::On { day, permille } => {
                    let text = accrual_base::format_minor(schedule.undistributed() * permille / 1_000, 2);
                    on_specific_date(&schedule, &periods, at(*day), SpecificDate::Fixed(&text), &rules(), distributed())
                }
                Step::Range { start, days, kind } => {
                    let range = Range { start: at(*start), end: at(start + days) };
                    over_range(&schedule, &periods, Spread::ALL[*kind].0, range, &rules(), distributed())
                }
                Step::Close => {
                    if let Bucket::Period(at) = periods.first_open() {
                        close(&mut periods, at);
                    }
                    Ok(None)
                }
                Step::Reopen => {
                    let closed = periods.all().iter().filter(|p| p.status == Status::Closed).count();
                    closed.checked_sub(1).map_or(Ok(None), |at| periods.reopen(at).map(|()| None))
                }
                Step::Grow => {
                    let index = 2024 * 12 + i32::try_from(periods.all().len()).unwrap();
                    periods.create(&month(index, &format!("month {index}")), Model::default()).map(|_| None)
                }
                Step::Cancel => {
                    let event = cancel(&mut schedule, &periods, &rules(), EventType::invoice_canceled()).unwrap();
                    event.iter().for_each(&mut record);
                    prop_assert_eq!(schedule.amount, 0);
                    Ok(None)
                }
            };
            match done {
                Ok(Some(event)) => {
                    prop_assert!(event.deltas.iter().all(|(b, d)| *d != 0 && !periods.is_closed(*b)));
                    prop_assert_eq!(event.deltas.iter().map(|(_, d)| d).sum::<i64>(), 0);
                    schedule.apply(&event).unwrap();
                    record(&event);
                }
                Ok(None) => {}
                Err(error) => prop_assert!(error.rejection().is_some(), "a fault: {error}"),
            }
            schedule.check().unwrap();
            prop_assert_eq!(schedule.recognized(&periods).unwrap() + schedule.unrecognized(&periods).unwrap(), schedule.amount);
            for (bucket, amount) in before.items.iter().filter(|(b, _)| periods.is_closed(**b)) {
                prop_assert_eq!(schedule.item(*bucket), *amount);
            }
        }
        history.retain(|_, a| *a != 0);
        prop_assert_eq!(history, schedule.items);
    }

    /// Shares of a range keep the sign of the amount and are within a unit of the exact ones, but for the last.
    #[test]
    fn a_range_is_spread_fairly(amount in -9_000_000i64..9_000_000, start in 0i32..100, days in 0i32..700, kind in 0usize..4) {
        let periods = months(202_401, 12, 0);
        let first = Day::from_epoch(day("2024-01-01").epoch() + start);
        let range = Range { start: first, end: first.plus(days) };
        let plan = Spread::ALL[kind].0.plan(amount, range, &periods).unwrap();
        prop_assert_eq!(plan.values().sum::<i64>(), amount);
        prop_assert!(plan.values().all(|a| a.signum() == amount.signum()));
        if kind == 0 && amount.abs() > 1_000_000 {
            for (at, share) in plan.iter().filter_map(|(b, a)| if let Bucket::Period(at) = b { Some((*at, *a)) } else { None }) {
                let period = &periods.all()[at];
                let within = i64::from(range.end.min(period.end).epoch() - range.start.max(period.start).epoch() + 1);
                prop_assert!((share - amount * within / i64::from(days + 1)).abs() <= 13);
            }
        }
    }
}
