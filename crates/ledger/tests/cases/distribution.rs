//! Distributing across periods and on dates.

use super::{cents, list, text};
use crate::common::*;
use accrual_base::Currency;
use accrual_ledger::period::*;
use accrual_ledger::schedule::*;
use serde_json::Value;

/// Months in a row with these names; the first `closed` are closed.
fn named(names: &[&str], closed: usize) -> Periods {
    let mut periods = Periods::default();
    for (index, name) in (2013 * 12..).zip(names) {
        periods.create(&month(index, name), Model::default()).unwrap();
    }
    for at in 0..closed {
        close(&mut periods, at);
    }
    periods
}

/// A schedule that stands as `items` says, made while everything is open.
fn standing(amount: i64, items: &[(String, String)], periods: &Periods) -> Schedule {
    let all_open = Rules { allow_negative: true, ..rules() };
    let list: Vec<Distribution<'_>> = items.iter().map(|(period, new_amount)| Distribution { period, new_amount }).collect();
    create_distributed(Currency::USD, amount, &list, periods, &all_open, distributed()).unwrap().0
}

fn pairs(object: &Value) -> Vec<(String, String)> {
    object.as_object().unwrap().iter().map(|(k, v)| (k.clone(), text(v))).collect()
}

fn put(schedule: &Schedule, periods: &Periods, plan: &[(String, String)], rules: &Rules) -> accrual_base::Result<Option<Event>> {
    let list: Vec<Distribution<'_>> = plan.iter().map(|(period, new_amount)| Distribution { period, new_amount }).collect();
    across(schedule, periods, &list, rules, distributed())
}

fn plan_of(distributions: &Value) -> Vec<(String, String)> {
    list(distributions).iter().map(|d| (text(&d["accountingPeriodName"]), text(&d["newAmount"]))).collect()
}

fn by_name(event: &Event, periods: &Periods) -> Vec<(String, i64)> {
    event.deltas.iter().map(|(b, d)| (periods.name(*b).to_owned(), *d)).collect()
}

pub fn published(case: &Value) {
    let periods = named(&["Jan'2013", "Feb'2013"], 0);
    let (inputs, body) = (&case["inputs"], &case["inputs"]["body"]);
    let amount = cents(&inputs["scheduleAmount"]);
    let mut schedule = standing(amount, &[("Open-Ended".into(), text(&inputs["scheduleAmount"]))], &periods);
    let kind = EventTypes::with([]).resolve(body["eventType"].as_str(), body["eventTypeSystemId"].as_str()).unwrap();
    let event = put(&schedule, &periods, &plan_of(&body["revenueDistributions"]), &rules()).unwrap().unwrap();
    assert_eq!(event.kind, kind);
    schedule.apply(&event).unwrap();
    schedule.check().unwrap();
    assert_eq!(schedule.items.into_iter().collect::<Vec<_>>(), [(Bucket::Period(0), 50_000), (Bucket::Period(1), 60_000)]);
    assert_eq!(amount, cents(&case["expected"]["sum"]));
}

pub fn deltas(case: &Value) {
    let periods = named(&["Sep'2013", "Oct'2013"], 0);
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let amount = cents(&want["scheduleAfter"]["amount"]);
    let mut schedule = standing(amount, &pairs(&inputs["before"]), &periods);
    let plan = plan_of(&inputs["putRevenueDistributions"]);
    assert!(put(&schedule, &periods, &plan, &rules()).is_err(), "a negative amount needs the rule");
    let event = put(&schedule, &periods, &plan, &Rules { allow_negative: true, ..rules() }).unwrap().unwrap();
    let wanted: Vec<(String, i64)> =
        list(&want["eventItems"]).iter().map(|i| (text(&i["accountingPeriodName"]), cents(&i["amount"]))).collect();
    assert_eq!(by_name(&event, &periods), wanted);
    assert_eq!(event.kind.label, text(&want["eventType"]));
    schedule.apply(&event).unwrap();
    for (name, amount) in pairs(&want["scheduleAfter"]["items"]) {
        assert_eq!(schedule.item(periods.named(&name).unwrap()), crate::common::cents(&amount));
    }
    assert_eq!(schedule.undistributed(), cents(&want["scheduleAfter"]["undistributedUnrecognizedRevenue"]));
}

pub fn closed_period(case: &Value) {
    let inputs = &case["inputs"];
    let mut periods = named(&["Jan", "Feb"], 0);
    let items = [pairs(&inputs["closed"]), pairs(&inputs["open"])].concat();
    let schedule = standing(cents(&inputs["scheduleAmount"]), &items, &periods);
    close(&mut periods, 0);
    let want = &case["expected"];
    for (at, request) in list(&inputs["requests"]).iter().enumerate() {
        let result = put(&schedule, &periods, &pairs(request), &rules());
        assert_eq!(result.is_ok(), want["accepted"][at].as_bool().unwrap(), "{request}");
        match result {
            Ok(event) => {
                let deltas = if at == 0 { &want["firstEventDeltas"] } else { &want["thirdEventDeltas"] };
                let wanted: Vec<(String, i64)> = pairs(deltas).into_iter().map(|(n, a)| (n, crate::common::cents(&a))).collect();
                assert_eq!(by_name(&event.unwrap(), &periods), wanted);
            }
            Err(error) => {
                // "sum must be 600" is written with the decimals of the currency
                let (message, reason) = (error.rejection().unwrap().message.clone(), text(&want["reasons"][at]));
                assert!(message.contains(&reason), "{message}: {reason}");
            }
        }
    }
    assert_eq!(schedule.recognized(&periods).unwrap(), 50_000);
}

pub fn sum_mismatch(case: &Value) {
    let periods = named(&["Jan'2013", "Feb'2013"], 0);
    let amount = &case["inputs"]["scheduleAmount"];
    let schedule = standing(cents(amount), &[("Open-Ended".into(), text(amount))], &periods);
    for (at, request) in list(&case["inputs"]["requests"]).iter().enumerate() {
        let plan: Vec<(String, String)> = list(request).iter().map(|p| (text(&p[0]), text(&p[1]))).collect();
        let result = put(&schedule, &periods, &plan, &rules());
        assert_eq!(result.is_ok(), case["expected"]["accepted"][at].as_bool().unwrap());
        if let Ok(event) = result {
            let mut after = schedule.clone();
            after.apply(&event.unwrap()).unwrap();
            assert_eq!(after.undistributed(), cents(&case["expected"]["undistributed"][at]));
        }
    }
}

pub fn specific_dates(case: &Value) {
    let periods = named(&["Jan'2013", "Feb'2013"], 0);
    let given = &case["inputs"]["schedule"];
    let (amount, open) = (cents(&given["amount"]), cents(&given["undistributed"]));
    let rest = accrual_base::format_minor(amount - open, 2);
    let schedule = standing(amount, &[("Jan'2013".into(), rest), ("Open-Ended".into(), text(&given["undistributed"]))], &periods);
    for (at, request) in list(&case["inputs"]["requests"]).iter().enumerate() {
        let percentage = request["percentage"].as_str();
        let how = SpecificDate::read(request["distributionType"].as_str().unwrap(), request["amount"].as_str(), percentage).unwrap();
        let event = on_specific_date(&schedule, &periods, day("2013-02-14"), how, &rules(), distributed()).unwrap().unwrap();
        let moved = cents(&case["expected"]["amountDistributed"][at]);
        assert_eq!(event.deltas, [(Bucket::Period(1), moved), (Bucket::OpenEnded, -moved)]);
        let mut after = schedule.clone();
        after.apply(&event).unwrap();
        assert_eq!(after.undistributed(), cents(&case["expected"]["undistributedAfterEachAlone"][at]));
    }
}
