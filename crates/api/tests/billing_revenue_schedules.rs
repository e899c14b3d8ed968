//! Finance revenue schedules over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
use accrual_app::billing::custom_field::CustomFieldCreate;
use accrual_app::billing::invoice::{self, Exact, InvoiceCreate, InvoicePost, InvoiceReverse, NewInvoice, NewItem, Rows};
use accrual_app::billing::revenue_schedule::{ChargeSchedule, NewEvent, RevenueScheduleOfCharge, Share};
use accrual_app::execute_blocking;
use accrual_base::{Day, Decimal};
use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

const SCHEDULES: &str = "/v1/revenue-schedules";

struct House {
    world: World,
    billing: Billing,
    account: String,
}

fn day(text: &str) -> Day {
    let parts: Vec<i32> = text.split('-').map(|p| p.parse().unwrap()).collect();
    Day::try_ymd(parts[0], parts[1], parts[2]).unwrap()
}

/// An item: amount in cents, rule, first and last day.
type Line<'l> = (i64, Option<&'l str>, &'l str, Option<&'l str>);

impl House {
    fn new(backend: Backend) -> Self {
        let world = World::on(backend).now("2024-01-15T12:00:00").build();
        let billing = world.serve_billing();
        for (name, start, end) in
            [("Jan", "2024-01-01", "2024-01-31"), ("Feb", "2024-02-01", "2024-02-29"), ("Mar", "2024-03-01", "2024-03-31")]
        {
            let body = json!({"name": name, "startDate": start, "endDate": end, "fiscalYear": 2024});
            billing.post("/v1/accounting-periods", &body).done();
        }
        let account = billing.account("Initech", "USD");
        Self { world, billing, account }
    }

    /// Posts an invoice of 2024-01-15; the ids of its items in their order.
    fn post(&self, lines: &[Line<'_>]) -> Vec<String> {
        let made = self.invoice(lines);
        let page = invoice::items(&self.world.tenant(), &self.world.context(), &made, Rows { offset: 0, limit: 100 }).unwrap();
        page.items.records.iter().map(|r| r.uid.clone()).collect()
    }

    /// As [`House::post`]; the id of the invoice.
    fn invoice(&self, lines: &[Line<'_>]) -> String {
        let items = lines.iter().enumerate().map(|(at, (amount, rule, start, end))| {
            let mut fields = Fields::default().with("chargeName", format!("Line {at}")).with("serviceStartDate", day(start));
            if let Some(end) = end {
                fields.set("serviceEndDate", day(end));
            }
            if let Some(rule) = rule {
                fields.set("revenueRecognitionRuleName", *rule);
            }
            NewItem { amount: Some(Exact(Decimal::new(*amount, 2))), fields, ..NewItem::default() }
        });
        let new = NewInvoice {
            account_id: Some(self.account.clone()),
            status: Some("Posted".into()),
            fields: Fields::default().with("invoiceDate", day("2024-01-15")),
            items: items.collect(),
            ..NewInvoice::default()
        };
        let (tenant, context) = (self.world.tenant(), self.world.context());
        execute_blocking(&tenant, &context, InvoiceCreate(new)).unwrap().id
    }

    /// The number of a manual schedule of 1,100.00.
    fn manual(&self) -> String {
        let items = self.post(&[(110_000, Some("Custom - Manual distribution"), "2024-01-15", None)]);
        self.of_item(&items[0])["number"].as_str().unwrap().to_owned()
    }

    fn of_item(&self, item: &str) -> Value {
        self.billing.get(&format!("{SCHEDULES}/invoice-items/{item}")).done()
    }

    fn get(&self, number: &str) -> Value {
        self.billing.get(&format!("{SCHEDULES}/{number}")).done()
    }

    fn put(&self, number: &str, what: &str, body: &Value) -> accrual_testkit::Reply {
        self.billing.put(&format!("{SCHEDULES}/{number}/{what}"), body)
    }

    fn across(&self, number: &str, shares: &[(&str, &str)]) -> accrual_testkit::Reply {
        self.put(number, "distribute-revenue-across-accounting-periods", &plan(shares))
    }

    fn custom(&self, object: &str, name: &str) {
        let fields = Fields::default().with("object", object).with("name", name).with("label", name).with("type", "Text");
        execute_blocking(&self.world.tenant(), &self.world.context(), CustomFieldCreate { fields }).unwrap();
    }
}

fn plan(shares: &[(&str, &str)]) -> Value {
    let list: Vec<Value> = shares.iter().map(|(name, amount)| json!({"accountingPeriodName": name, "newAmount": amount})).collect();
    json!({"eventType": "Revenue Distributed", "eventTypeSystemId": "RevenueDistributed__z", "notes": "n", "revenueDistributions": list})
}

/// Period and amount of every item.
fn items(shown: &Value) -> Vec<(String, f64)> {
    let item = |i: &Value| (i["accountingPeriodName"].as_str().unwrap().to_owned(), i["amount"].as_f64().unwrap());
    shown["revenueItems"].as_array().unwrap().iter().map(item).collect()
}

fn named(list: &[(&str, f64)]) -> Vec<(String, f64)> {
    list.iter().map(|(name, amount)| ((*name).to_owned(), *amount)).collect()
}

#[test]
fn billing_get_revenue_schedule_answers_what_posting_made() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let items_of = house.post(&[
            (12_100, Some("Recognize daily over time"), "2024-01-01", Some("2024-04-30")),
            (5_000, Some("Recognize upon invoicing"), "2024-02-01", Some("2024-02-29")),
            (700, None, "2024-01-01", None),
        ]);
        let shown = house.of_item(&items_of[0]);
        assert_eq!(items(&shown), named(&[("Jan", 31.0), ("Feb", 29.0), ("Mar", 31.0), ("Open-Ended", 30.0)]));
        assert_eq!(shown, house.get("RS-00000001"));
        for (field, value) in [
            ("number", json!("RS-00000001")),
            ("recognitionRuleName", json!("Recognize daily over time")),
            ("currency", json!("USD")),
            ("notes", Value::Null),
            ("accountId", json!(house.account)),
            ("subscriptionId", Value::Null),
            ("linkedTransactionId", json!(items_of[0])),
            ("linkedTransactionNumber", json!("INV00000001")),
            ("linkedTransactionType", json!("InvoiceItem")),
            ("referenceId", Value::Null),
            ("revenueScheduleDate", json!("2024-01-15")),
            ("createdOn", json!("2024-01-15 12:00:00")),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        let amounts = ["amount", "recognizedRevenue", "unrecognizedRevenue", "undistributedUnrecognizedRevenue"];
        assert_eq!(amounts.map(|a| shown[a].as_f64().unwrap()), [121.0, 0.0, 121.0, 30.0]);
        let last = &shown["revenueItems"][3];
        assert_eq!((&last["accountingPeriodStartDate"], &last["accountingPeriodEndDate"]), (&json!("2024-04-01"), &Value::Null));
        assert_eq!((&last["isAccountingPeriodClosed"], &last["recognizedRevenueAccountingCode"]), (&json!(false), &Value::Null));

        // a new period takes its share
        let body = json!({"name": "Apr", "startDate": "2024-04-01", "endDate": "2024-04-30", "fiscalYear": 2024});
        house.billing.post("/v1/accounting-periods", &body).done();
        assert_eq!(items(&house.get("RS-00000001"))[3], ("Apr".to_owned(), 30.0));

        assert_eq!(items(&house.of_item(&items_of[1])), named(&[("Jan", 50.0)]));
    }
}

#[test]
fn billing_get_revenue_schedule_refuses_unknown_numbers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.get(&format!("{SCHEDULES}/RS-99999999")).reason(404).0, 62_000_040);
}

#[test]
fn billing_get_revenue_schedule_of_invoice_item_answers_its_schedule() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let made = house.post(&[(5_000, Some("Recognize upon invoicing"), "2024-02-01", Some("2024-02-29"))]);
        assert_eq!(house.of_item(&made[0])["linkedTransactionId"], json!(made[0]));
    }
}

#[test]
fn billing_get_revenue_schedule_of_invoice_item_refuses_items_without_one() {
    let house = House::new(Backend::Memory);
    let made = house.post(&[(700, None, "2024-01-01", None)]);
    assert_eq!(house.billing.get(&format!("{SCHEDULES}/invoice-items/{}", made[0])).reason(404).0, 62_000_040);
}

#[test]
fn billing_distribute_revenue_across_accounting_periods_answers_the_event() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueEvent", "Phase__c");
        let number = house.manual();
        let mut body = plan(&[("Jan", "500"), ("Feb", "600")]);
        body["Phase__c"] = json!("one");
        let answer = house.put(&number, "distribute-revenue-across-accounting-periods", &body).done();
        assert_eq!(answer, json!({"success": true, "revenueEventNumber": "RE-00000002"}));
        assert_eq!(items(&house.get(&number)), named(&[("Jan", 500.0), ("Feb", 600.0)]));
        // the same again changes nothing: no event
        assert_eq!(house.across(&number, &[("Jan", "500"), ("Feb", "600")]).done()["revenueEventNumber"], Value::Null);

        let event = house.billing.get("/v1/revenue-events/RE-00000002").done();
        assert_eq!(items(&event), named(&[("Jan", 500.0), ("Feb", 600.0), ("Open-Ended", -1_100.0)]));
        assert_eq!((&event["eventType"], &event["notes"], &event["Phase__c"]), (&json!("Revenue Distributed"), &json!("n"), &json!("one")));
        assert_eq!((&event["recognitionStart"], &event["accountId"]), (&Value::Null, &json!(house.account)));
        assert!(event["revenueItems"][0].get("recognizedRevenueAccountingCode").is_none(), "items of events name no codes");

        // amounts may be numbers, and Open-Ended is what is not assigned
        let list = json!([{"accountingPeriodName": "Feb", "newAmount": 99.5}, {"accountingPeriodName": "Open-Ended", "newAmount": 1000.5}]);
        let body = json!({"eventTypeSystemId": "RevenueDistributed__z", "revenueDistributions": list});
        house.put(&number, "distribute-revenue-across-accounting-periods", &body).done();
        let shown = house.get(&number);
        assert_eq!(items(&shown), named(&[("Feb", 99.5), ("Open-Ended", 1_000.5)]));
        assert_eq!(shown["undistributedUnrecognizedRevenue"].as_f64(), Some(1_000.5));
    }
}

#[test]
fn billing_distribute_revenue_across_accounting_periods_refuses() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let number = house.manual();
        house.across(&number, &[("Jan", "500"), ("Open-Ended", "600")]).done();
        let january = house.billing.get("/v1/accounting-periods/Jan").done()["id"].as_str().unwrap().to_owned();
        house.billing.put(&format!("/v1/accounting-periods/{january}/close"), &json!({})).done();
        let before = house.get(&number);
        assert_eq!((before["recognizedRevenue"].as_f64(), before["unrecognizedRevenue"].as_f64()), (Some(500.0), Some(600.0)));
        let tried = |shares: &[(&str, &str)]| house.across(&number, shares).reason(400);
        for (shares, code, said) in [
            (&[("Feb", "1100")][..], 62_000_230, "600"),
            (&[("Feb", "500")], 62_000_230, "600"),
            (&[("Jan", "500"), ("Feb", "600")], 62_000_330, "revenueDistributions[0].accountingPeriodName"),
            (&[("Feb", "600"), ("Dec", "0")], 62_000_320, "revenueDistributions[1].accountingPeriodName"),
            (&[("Feb", "600"), ("Feb", "0")], 62_000_320, "twice"),
            (&[("Feb", "600.001")], 62_000_420, "Allocation amount with wrong decimal places."),
            (&[("Feb", "6 hundred")], 62_000_420, "revenueDistributions[0].newAmount"),
            (&[("Feb", "99999999999999")], 62_000_420, "revenueDistributions[0].newAmount"),
            (&[("Feb", "700"), ("Open-Ended", "-100")], 62_000_430, "revenueDistributions[1].newAmount"),
            (&[], 62_000_222, "revenueDistributions"),
            (&[("Feb", "0"); 251], 62_000_220, "250"),
        ] {
            let (found, text) = tried(shares);
            assert_eq!(found, code, "{shares:?}: {text}");
            assert!(text.contains(said), "{text}");
        }
        let with = |name: &str, value: Value| {
            let mut body = plan(&[("Feb", "600")]);
            body[name] = value;
            house.put(&number, "distribute-revenue-across-accounting-periods", &body).reason(400)
        };
        assert_eq!(with("eventTypeSystemId", json!("Nothing")).0, 62_000_620);
        assert_eq!(with("Phase__c", json!("x")).0, 50_000_021, "no such custom field");
        assert_eq!(with("colour", json!("red")).0, 50_000_021);
        assert_eq!(with("notes", json!("x".repeat(2_001))).0, 50_000_020);
        assert_eq!(with("revenueDistributions", json!([{"accountingPeriodName": "Feb"}])).0, 50_000_022);
        let (code, text) = with("revenueDistributions", json!([{"accountingPeriodName": "Feb", "newAmount": [600]}]));
        assert!(code == 50_000_020 && text.starts_with("'revenueDistributions[0].newAmount'"), "{text}");
        let neither = json!({"revenueDistributions": [{"accountingPeriodName": "Feb", "newAmount": "600"}]});
        assert_eq!(house.put(&number, "distribute-revenue-across-accounting-periods", &neither).reason(400).0, 62_000_522);
        assert_eq!(house.across("RS-00000099", &[("Feb", "600")]).reason(404).0, 62_000_040);
        let reader = house.world.serve_billing_reader();
        let path = format!("{SCHEDULES}/{number}/distribute-revenue-across-accounting-periods");
        assert_eq!(reader.put(&path, &plan(&[("Feb", "600")])).reason(403).0, 50_000_010);
        assert_eq!(house.get(&number), before, "nothing of it was kept");
    }
}

#[test]
fn billing_distribute_revenue_on_specific_date_answers_and_open_ended_shrinks() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let number = house.manual();
        let on = |body: Value| house.put(&number, "distribute-revenue-on-specific-date", &body);
        let base = |kind: &str| json!({"distributeOn": "2024-02-3", "distributionType": kind, "eventType": "Revenue Distributed"});
        let with = |kind: &str, name: &str, value: Value| {
            let mut body = base(kind);
            body[name] = value;
            body
        };
        let fixed = "specific date (delta fixed amount)";
        assert_eq!(on(with(fixed, "amount", json!("100.00"))).done()["revenueEventNumber"], "RE-00000002");
        on(with("specific date (delta percent total)", "percentage", json!("10"))).done();
        on(with("specific date (delta percent undistributed)", "percentage", json!(50))).done();
        assert_eq!(items(&house.get(&number)), named(&[("Feb", 655.0), ("Open-Ended", 445.0)]));
    }
}

#[test]
fn billing_distribute_revenue_on_specific_date_refuses_by_field() {
    let house = House::new(Backend::Memory);
    let number = house.manual();
    let path = "distribute-revenue-on-specific-date";
    let on = |body: Value| house.put(&number, path, &body);
    let base = |kind: &str| json!({"distributeOn": "2024-02-3", "distributionType": kind, "eventType": "Revenue Distributed"});
    let with = |kind: &str, name: &str, value: Value| {
        let mut body = base(kind);
        body[name] = value;
        body
    };
    let fixed = "specific date (delta fixed amount)";
    let total = "specific date (delta percent total)";
    assert_eq!(on(base(fixed)).reason(400).0, 62_000_122);
    assert_eq!(on(base(total)).reason(400).0, 62_000_922);
    assert_eq!(on(with(total, "percentage", json!("101"))).reason(400).0, 62_000_920);
    assert_eq!(on(with("some day", "amount", json!("1"))).reason(400).0, 62_000_820);
    assert_eq!(on(with(fixed, "amount", json!("1101"))).reason(400).0, 62_000_130);
    assert_eq!(on(json!({"distributionType": fixed, "amount": "1"})).reason(400).0, 50_000_022);
    let mut outside = with(fixed, "amount", json!("1"));
    outside["distributeOn"] = json!("2025-01-01");
    assert_eq!(on(outside).reason(400).0, 62_000_720);
    assert_eq!(house.put("RS-00000099", path, &with(fixed, "amount", json!("1"))).reason(404).0, 62_000_040);
    house.world.serve_billing_reader().put(&format!("{SCHEDULES}/{number}/{path}"), &with(fixed, "amount", json!("1"))).expect(403);
}

#[test]
fn billing_distribute_revenue_with_date_range_answers_by_days() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let number = house.manual();
        let body = json!({"recognitionStart": "2024-02-01", "recognitionEnd": "2024-03-31", "eventType": "Revenue Distributed"});
        house.put(&number, "distribute-revenue-with-date-range", &body).done();
        // 60 days: 29 in February, 31 in March
        assert_eq!(items(&house.get(&number)), named(&[("Feb", 531.67), ("Mar", 568.33)]));
        let again = house.put(&number, "distribute-revenue-with-date-range", &body).done();
        assert_eq!(again["revenueEventNumber"], Value::Null);
    }
}

#[test]
fn billing_distribute_revenue_with_date_range_refuses_by_field() {
    let house = House::new(Backend::Memory);
    let number = house.manual();
    let over = |number: &str, name: &str, value: Value| {
        let mut body = json!({"recognitionStart": "2024-02-01", "recognitionEnd": "2024-03-31", "eventType": "Revenue Distributed"});
        body[name] = value;
        house.put(number, "distribute-revenue-with-date-range", &body)
    };
    assert_eq!(over(&number, "recognitionEnd", json!("2024-01-31")).reason(400).0, 62_001_120);
    assert_eq!(over(&number, "recognitionEnd", json!("2024-02-30")).reason(400).0, 50_000_020);
    assert_eq!(over(&number, "recognitionStart", json!(null)).reason(400).0, 50_000_022);
    assert_eq!(over(&number, "distributionType", json!("Weekly Distribution")).reason(400).0, 62_000_820);
    assert_eq!(over(&number, "eventType", json!(null)).reason(400).0, 62_000_522);
    assert_eq!(over("RS-00000099", "notes", json!("x")).reason(404).0, 62_000_040);
    let body = json!({"recognitionStart": "2024-02-01", "recognitionEnd": "2024-03-31", "eventType": "Revenue Distributed"});
    let reader = house.world.serve_billing_reader();
    reader.put(&format!("{SCHEDULES}/{number}/distribute-revenue-with-date-range"), &body).expect(403);
}

fn event() -> Value {
    json!({"eventType": "Revenue Distributed", "eventTypeSystemId": "RevenueDistributed__z", "notes": "of the event"})
}

/// A schedule by hand: an amount in January, the rest in Open-Ended.
fn by_hand(first: &str, rest: &str) -> Value {
    json!({"notes": "of the schedule", "revenueEvent": event(), "revenueDistributions": [
        {"accountingPeriodName": "Jan", "newAmount": first}, {"accountingPeriodName": "Open-Ended", "newAmount": rest}]})
}

fn in_range() -> Value {
    json!({"distributionType": "Daily distribution", "recognitionStart": "2024-1-1", "recognitionEnd": "2024-03-30", "revenueEvent": event()})
}

fn path_of(item: &str) -> String {
    format!("{SCHEDULES}/invoice-items/{item}")
}

#[test]
fn billing_create_revenue_schedule_of_invoice_item_answers_its_number() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueSchedule", "Phase__c");
        let made = house.post(&[(5_000, None, "2024-01-15", None)]);
        let mut body = by_hand("20", "30");
        body["Phase__c"] = json!("one");
        let answer = house.billing.keyed("k", &path_of(&made[0]), &body).done();
        assert_eq!(answer, json!({"success": true, "revenueScheduleNumber": "RS-00000001"}));
        assert_eq!(house.billing.keyed("k", &path_of(&made[0]), &body).done(), answer, "the same request is answered the same");
        let shown = house.of_item(&made[0]);
        assert_eq!((&shown["notes"], &shown["Phase__c"]), (&json!("of the schedule"), &json!("one")));
        assert_eq!(items(&shown), named(&[("Jan", 20.0), ("Open-Ended", 30.0)]));
        let events = house.billing.get("/v1/revenue-events/revenue-schedules/RS-00000001").done();
        assert_eq!(events["revenueEventDetails"][0]["notes"], "of the event");
    }
}

#[test]
fn billing_create_revenue_schedule_of_invoice_item_refuses_by_rule() {
    let house = House::new(Backend::Memory);
    let made = house.post(&[(5_000, None, "2024-01-15", None)]);
    let post = |item: &str, body: &Value| house.billing.post(&path_of(item), body);
    assert_eq!(post(&made[0], &by_hand("21", "30")).reason(400).0, 62_000_230, "the sum");
    assert_eq!(post("018d0b9c2f7d7a1e9b3c5d6e7f809a1a", &by_hand("20", "30")).reason(404).0, 62_001_640);
    let mut silent = by_hand("20", "30");
    silent["revenueEvent"] = json!({"notes": "x"});
    let (code, text) = post(&made[0], &silent).reason(400);
    assert!(code == 62_000_522 && text.starts_with("'revenueEvent.eventType'"), "{text}");
    house.world.serve_billing_reader().post(&path_of(&made[0]), &by_hand("20", "30")).expect(403);
    post(&made[0], &by_hand("20", "30")).done();
    assert_eq!(post(&made[0], &by_hand("20", "30")).reason(400).0, 62_000_030, "it has one");
}

#[test]
fn billing_create_revenue_schedule_of_invoice_item_with_date_range_answers_its_number() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let made = house.post(&[(9_000, None, "2024-01-15", None)]);
        let answer = house.billing.post(&format!("{}/distribute-revenue-with-date-range", path_of(&made[0])), &in_range()).done();
        assert_eq!(answer["revenueScheduleNumber"], "RS-00000001");
        assert_eq!(items(&house.of_item(&made[0])), named(&[("Jan", 31.0), ("Feb", 29.0), ("Mar", 30.0)]));
    }
}

#[test]
fn billing_create_revenue_schedule_of_invoice_item_with_date_range_refuses_by_field() {
    let house = House::new(Backend::Memory);
    let made = house.post(&[(9_000, None, "2024-01-15", None)]);
    let path = format!("{}/distribute-revenue-with-date-range", path_of(&made[0]));
    for (name, value, code) in [
        ("revenueEvent", json!(null), 50_000_022),
        ("recognitionStart", json!(null), 50_000_022),
        ("recognitionEnd", json!("2023-12-31"), 62_001_120),
        ("distributionType", json!("Weekly"), 62_000_820),
        ("colour", json!("red"), 50_000_021),
    ] {
        let mut body = in_range();
        body[name] = value;
        assert_eq!(house.billing.post(&path, &body).reason(400).0, code, "{name}");
    }
    house.world.serve_billing_reader().post(&path, &in_range()).expect(403);
}

/// An invoice of 50.00 under a rule, taken back: the ids of the items of the credit memo.
fn reversed(house: &House, rule: Option<&str>) -> Vec<String> {
    let day = day("2024-01-15");
    let invoice = house.invoice(&[(5_000, rule, "2024-01-01", Some("2024-01-31"))]);
    let reverse = InvoiceReverse { invoice, memo_date: Some(day), apply_effective_date: None, reason_code: None, comment: None };
    execute_blocking(&house.world.tenant(), &house.world.context(), reverse).unwrap();
    let found = house.billing.get("/object-query/credit-memo-items").expect(200).json();
    found["data"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

fn memo_path(item: &str) -> String {
    format!("{SCHEDULES}/credit-memo-items/{item}")
}

#[test]
fn billing_get_revenue_schedule_of_credit_memo_item_answers_a_negative_one() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let memo = reversed(&house, Some("Recognize daily over time"));
        let shown = house.billing.get(&memo_path(&memo[0])).done();
        assert_eq!((shown["amount"].as_f64(), &shown["linkedTransactionType"]), (Some(-50.0), &json!("CreditMemoItem")));
        assert_eq!((&shown["linkedTransactionNumber"], items(&shown)), (&json!("CM00000001"), named(&[("Jan", -50.0)])));
        assert_eq!(house.billing.get("/v1/revenue-events/RE-00000002").done()["eventType"], "Credit Memo Posted");
    }
}

#[test]
fn billing_get_revenue_schedule_of_credit_memo_item_refuses_items_without_one() {
    let house = House::new(Backend::Memory);
    let memo = reversed(&house, None);
    assert_eq!(house.billing.get(&memo_path(&memo[0])).reason(404).0, 62_000_040);
}

#[test]
fn billing_create_revenue_schedule_of_credit_memo_item_answers_its_number() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let memo = reversed(&house, None);
        assert_eq!(house.billing.post(&memo_path(&memo[0]), &by_hand("-20", "-30")).done()["revenueScheduleNumber"], "RS-00000001");
        assert_eq!(items(&house.get("RS-00000001")), named(&[("Jan", -20.0), ("Open-Ended", -30.0)]));
    }
}

#[test]
fn billing_create_revenue_schedule_of_credit_memo_item_refuses_the_other_sign() {
    let house = House::new(Backend::Memory);
    let memo = reversed(&house, None);
    assert_eq!(house.billing.post(&memo_path(&memo[0]), &by_hand("20", "-70")).reason(400).0, 62_000_430);
    assert_eq!(house.billing.post(&memo_path("018d0b9c2f7d7a1e9b3c5d6e7f809a1a"), &by_hand("-20", "-30")).reason(404).0, 62_001_640);
    house.world.serve_billing_reader().post(&memo_path(&memo[0]), &by_hand("-20", "-30")).expect(403);
}

#[test]
fn billing_create_revenue_schedule_of_credit_memo_item_with_date_range_answers_its_number() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let memo = reversed(&house, None);
        house.billing.post(&format!("{}/distribute-revenue-with-date-range", memo_path(&memo[0])), &in_range()).done();
        // 90 days: 31, 29 and 30
        assert_eq!(items(&house.get("RS-00000001")), named(&[("Jan", -17.22), ("Feb", -16.11), ("Mar", -16.67)]));
    }
}

#[test]
fn billing_create_revenue_schedule_of_credit_memo_item_with_date_range_refuses_a_second_one() {
    let house = House::new(Backend::Memory);
    let memo = reversed(&house, None);
    let path = format!("{}/distribute-revenue-with-date-range", memo_path(&memo[0]));
    house.world.serve_billing_reader().post(&path, &in_range()).expect(403);
    house.billing.post(&path, &in_range()).done();
    assert_eq!(house.billing.post(&path, &in_range()).reason(400).0, 62_000_030);
}

/// A schedule of 300.00 of a product charge under a rule that is custom unlimited; charge, and number of the schedule.
fn custom_schedule(house: &House) -> (String, String) {
    let (tenant, context) = (house.world.tenant(), house.world.context());
    let fields =
        Fields::default().with("name", "P").with("effectiveStartDate", day("2020-01-01")).with("effectiveEndDate", day("2030-01-01"));
    let product = execute_blocking(&tenant, &context, ProductCreate { fields }).unwrap().id;
    let fields = Fields::default().with("name", "Plan").with("productId", product.as_str());
    let plan = execute_blocking(&tenant, &context, RatePlanCreate { fields }).unwrap().id;
    let fields = Fields::default()
        .with("name", "Fee")
        .with("productRatePlanId", plan.as_str())
        .with("chargeType", "OneTime")
        .with("chargeModel", "Flat Fee Pricing")
        .with("triggerEvent", "ContractEffective")
        .with("billCycleType", "DefaultFromCustomer")
        .with("revenueRecognitionRuleName", "Custom - Unlimited recognition");
    let tiers = vec![Fields::default().with("currency", "USD").with("price", Decimal::from(300))];
    let charge = execute_blocking(&tenant, &context, ChargeCreate { fields, tiers }).unwrap().id;
    let schedule = ChargeSchedule {
        charge: charge.clone(),
        account: house.account.clone(),
        amount: "300".into(),
        date: day("2024-01-15"),
        shares: vec![Share { accounting_period_name: "Feb".into(), new_amount: "300".into() }],
        reference_id: Some("booking 7".into()),
        notes: None,
        codes: None,
    };
    let event = NewEvent {
        event_type: Some("Revenue Distributed".into()),
        event_type_system_id: Some("RevenueDistributed__z".into()),
        ..NewEvent::default()
    };
    let command = RevenueScheduleOfCharge { schedule, fields: Fields::default(), event };
    (charge, execute_blocking(&tenant, &context, command).unwrap().number.unwrap())
}

#[test]
fn billing_get_revenue_schedules_of_product_charge_answers_pages() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let (charge, number) = custom_schedule(&house);
        let found = house.billing.get(&format!("{SCHEDULES}/product-charges/{charge}/{}", house.account)).done();
        let all = found["revenueSchedules"].as_array().unwrap();
        assert_eq!((all.len(), &all[0]["number"], &all[0]["referenceId"]), (1, &json!(number), &json!("booking 7")));
        assert_eq!((&all[0]["productChargeId"], items(&all[0])), (&json!(charge), named(&[("Feb", 300.0)])));
        assert!(found.get("nextPage").is_none());
    }
}

#[test]
fn billing_get_revenue_schedules_of_product_charge_refuses_unknown_keys() {
    let house = House::new(Backend::Memory);
    let (charge, _) = custom_schedule(&house);
    let get = |charge: &str, account: &str| house.billing.get(&format!("{SCHEDULES}/product-charges/{charge}/{account}")).reason(404).0;
    assert_eq!(get("018d0b9c2f7d7a1e9b3c5d6e7f809a1a", &house.account), 62_001_740);
    assert_eq!(get(&charge, "A99999999"), 50_000_040);
}

#[test]
fn billing_get_revenue_rule_of_product_charge_answers_its_name() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let (charge, _) = custom_schedule(&house);
        let rule = house.billing.get(&format!("/v1/revenue-recognition-rules/product-charges/{charge}")).done();
        assert_eq!(rule["revenueRecognitionRuleName"], "Custom - Unlimited recognition");
    }
}

#[test]
fn billing_get_revenue_rule_of_product_charge_refuses_unknown_charges() {
    let house = House::new(Backend::Memory);
    let missing = house.billing.get("/v1/revenue-recognition-rules/product-charges/018d0b9c2f7d7a1e9b3c5d6e7f809a1a");
    assert_eq!(missing.reason(404).0, 62_001_740);
}

#[test]
fn billing_delete_revenue_schedule_answers_and_it_is_gone() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let (_, number) = custom_schedule(&house);
        house.billing.delete(&format!("{SCHEDULES}/{number}")).done();
        assert_eq!(house.billing.get(&format!("{SCHEDULES}/{number}")).reason(404).0, 62_000_040);
        assert_eq!(house.billing.get("/v1/revenue-events/RE-00000001").reason(404).0, 62_002_240);
    }
}

#[test]
fn billing_delete_revenue_schedule_refuses_those_of_documents() {
    let house = House::new(Backend::Memory);
    let number = house.manual();
    assert_eq!(house.billing.delete(&format!("{SCHEDULES}/{number}")).reason(400).0, 62_000_030);
    assert_eq!(house.billing.delete(&format!("{SCHEDULES}/RS-00000099")).reason(404).0, 62_000_040);
    house.world.serve_billing_reader().delete(&format!("{SCHEDULES}/{number}")).expect(403);
}

#[test]
fn billing_update_revenue_schedule_answers_and_it_is_changed() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueSchedule", "Phase__c");
        let number = house.manual();
        house.put(&number, "basic-information", &json!({"notes": "change recognition term", "Phase__c": "two"})).done();
        let shown = house.get(&number);
        assert_eq!((&shown["notes"], &shown["Phase__c"]), (&json!("change recognition term"), &json!("two")));
    }
}

#[test]
fn billing_update_revenue_schedule_refuses_by_field() {
    let house = House::new(Backend::Memory);
    let number = house.manual();
    let put = |body: Value| house.put(&number, "basic-information", &body);
    let (code, text) = put(json!({"referenceId": "R"})).reason(400);
    assert!(code == 62_002_030 && text.starts_with("'referenceId'"), "{text}");
    assert_eq!(put(json!({"amount": 5})).reason(400).0, 50_000_021);
    assert_eq!(put(json!({"referenceId": "x".repeat(101)})).reason(400).0, 50_000_020);
    assert_eq!(put(json!({"Nothing__c": "x"})).reason(400).0, 50_000_021);
    assert_eq!(house.put("RS-00000099", "basic-information", &json!({"notes": "x"})).reason(404).0, 62_000_040);
    house.world.serve_billing_reader().put(&format!("{SCHEDULES}/{number}/basic-information"), &json!({"notes": "x"})).expect(403);
}

/// A manual schedule, distributed over January and February by the event RE-00000002.
fn distributed(backend: Backend) -> (House, String) {
    let house = House::new(backend);
    house.custom("RevenueScheduleItem", "Team__c");
    house.custom("RevenueEventItem", "Team__c");
    let number = house.manual();
    house.across(&number, &[("Jan", "500"), ("Feb", "600")]).done();
    (house, number)
}

const OF_EVENT: &str = "/v1/revenue-items/revenue-events/RE-00000002";

fn of_schedule(number: &str) -> String {
    format!("/v1/revenue-items/revenue-schedules/{number}")
}

fn teams(list: &[(&str, &str)]) -> Value {
    let items: Vec<Value> = list.iter().map(|(period, team)| json!({"accountingPeriodName": period, "Team__c": team})).collect();
    json!({"revenueItems": items})
}

#[test]
fn billing_get_revenue_event_answers_deltas() {
    for backend in Backend::all() {
        let (house, _) = distributed(backend);
        let event = house.billing.get("/v1/revenue-events/RE-00000002").done();
        assert_eq!(items(&event), named(&[("Jan", 500.0), ("Feb", 600.0), ("Open-Ended", -1_100.0)]));
        assert_eq!((&event["number"], &event["createdOn"]), (&json!("RE-00000002"), &json!("2024-01-15 12:00:00")));
    }
}

#[test]
fn billing_get_revenue_event_refuses_unknown_numbers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.get("/v1/revenue-events/RE-00000099").reason(404).0, 62_002_240);
}

#[test]
fn billing_get_revenue_events_of_revenue_schedule_answers_newest_first() {
    for backend in Backend::all() {
        let (house, number) = distributed(backend);
        let path = format!("/v1/revenue-events/revenue-schedules/{number}");
        let all = house.billing.get(&path).done();
        let numbers: Vec<_> = all["revenueEventDetails"].as_array().unwrap().iter().map(|e| e["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["RE-00000002", "RE-00000001"]);
        let page = house.billing.get(&format!("{path}?pageSize=1")).done();
        assert_eq!(page["revenueEventDetails"].as_array().unwrap().len(), 1);
        assert!(page["nextPage"].as_str().unwrap().ends_with("page=2&pageSize=1"));
    }
}

#[test]
fn billing_get_revenue_events_of_revenue_schedule_refuses_unknown_numbers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.get("/v1/revenue-events/revenue-schedules/RS-00000099").reason(404).0, 62_000_040);
}

#[test]
fn billing_get_revenue_items_of_revenue_schedule_answers_totals() {
    for backend in Backend::all() {
        let (house, number) = distributed(backend);
        assert_eq!(items(&house.billing.get(&of_schedule(&number)).done()), named(&[("Jan", 500.0), ("Feb", 600.0)]));
        let page = house.billing.get(&format!("{}?pageSize=1&page=2", of_schedule(&number))).done();
        assert_eq!(items(&page), named(&[("Feb", 600.0)]));
    }
}

#[test]
fn billing_get_revenue_items_of_revenue_schedule_refuses_unknown_numbers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.get(&of_schedule("RS-00000099")).reason(404).0, 62_000_040);
}

#[test]
fn billing_get_revenue_items_of_revenue_event_answers_deltas() {
    for backend in Backend::all() {
        let (house, _) = distributed(backend);
        let shown = house.billing.get(OF_EVENT).done();
        assert_eq!(items(&shown), named(&[("Jan", 500.0), ("Feb", 600.0), ("Open-Ended", -1_100.0)]));
        assert!(shown["revenueItems"][0].get("recognizedRevenueAccountingCode").is_none(), "items of events name no codes");
    }
}

#[test]
fn billing_get_revenue_items_of_revenue_event_refuses_unknown_numbers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.get("/v1/revenue-items/revenue-events/RE-00000099").reason(404).0, 62_002_240);
}

#[test]
fn billing_update_revenue_items_of_revenue_schedule_answers_and_fields_are_set() {
    for backend in Backend::all() {
        let (house, number) = distributed(backend);
        house.billing.put(&of_schedule(&number), &teams(&[("Jan", "red"), ("Feb", "blue")])).done();
        assert_eq!(house.get(&number)["revenueItems"][1]["Team__c"], "blue");
        house.across(&number, &[("Jan", "400"), ("Feb", "700")]).done();
        assert_eq!(house.get(&number)["revenueItems"][0]["Team__c"], "red", "they survive a distribution");
    }
}

#[test]
fn billing_update_revenue_items_of_revenue_schedule_refuses_by_period() {
    let (house, number) = distributed(Backend::Memory);
    let put = |body: &Value| house.billing.put(&of_schedule(&number), body);
    let (code, text) = put(&teams(&[("Jan", "red"), ("Mar", "red")])).reason(400);
    assert!(code == 62_000_320 && text.starts_with("'revenueItems[1].accountingPeriodName'"), "{text}");
    assert_eq!(put(&json!({"revenueItems": []})).reason(400).0, 62_002_122);
    assert_eq!(put(&json!({"revenueItems": [{"accountingPeriodName": "Jan"}]})).reason(400).0, 62_002_122);
    assert_eq!(put(&json!({"revenueItems": [{"accountingPeriodName": "Jan", "amount": 5}]})).reason(400).0, 50_000_021);
    assert_eq!(house.get(&number)["revenueItems"][0]["Team__c"], Value::Null, "all of a request or nothing");
    house.world.serve_billing_reader().put(&of_schedule(&number), &teams(&[("Jan", "red")])).expect(403);
}

#[test]
fn billing_update_revenue_items_of_revenue_event_answers_and_fields_are_set() {
    for backend in Backend::all() {
        let (house, _) = distributed(backend);
        house.billing.put(OF_EVENT, &teams(&[("Open-Ended", "green")])).done();
        assert_eq!(house.billing.get(OF_EVENT).done()["revenueItems"][2]["Team__c"], "green");
    }
}

#[test]
fn billing_update_revenue_items_of_revenue_event_refuses_by_period() {
    let (house, _) = distributed(Backend::Memory);
    assert_eq!(house.billing.put(OF_EVENT, &teams(&[("Dec", "red")])).reason(400).0, 62_000_320);
    let nobody = house.billing.put("/v1/revenue-items/revenue-events/RE-00000099", &teams(&[("Jan", "red")]));
    assert_eq!(nobody.reason(404).0, 62_002_240);
    house.world.serve_billing_reader().put(OF_EVENT, &teams(&[("Jan", "red")])).expect(403);
}

#[test]
fn billing_get_revenue_automation_start_date_answers_nothing_before_it_is_set() {
    let house = House::new(Backend::Memory);
    let start = house.billing.get("/v1/settings/finance/revenue-automation-start-date").done();
    assert_eq!(start, json!({"success": true, "startDate": null, "updatedOn": null, "updatedBy": null}));
}

#[test]
fn billing_get_revenue_automation_start_date_refuses_strangers() {
    let house = House::new(Backend::Memory);
    assert_eq!(house.billing.client.get("/v1/settings/finance/revenue-automation-start-date").status(), 401);
}

#[test]
fn schedules_of_what_is_not_there_yet_do_not_pretend() {
    let house = House::new(Backend::Memory);
    for path in ["revenue-recognition-rules/subscription-charges/x", "charge-revenue-summaries/CRS-00000001"] {
        house.billing.get(&format!("/v1/{path}")).expect(501);
    }
}

#[test]
fn billing_close_accounting_period_refuses_while_invoices_are_drafts() {
    for backend in Backend::all() {
        let house = House::new(backend);
        let fields = Fields::default().with("chargeName", "Draft").with("serviceStartDate", day("2024-01-15"));
        let item = NewItem { amount: Some(Exact(Decimal::from(5))), fields, ..NewItem::default() };
        let new = NewInvoice {
            account_id: Some(house.account.clone()),
            fields: Fields::default().with("invoiceDate", day("2024-01-15")),
            items: vec![item],
            ..NewInvoice::default()
        };
        let (tenant, context) = (house.world.tenant(), house.world.context());
        let draft = execute_blocking(&tenant, &context, InvoiceCreate(new)).unwrap().id;
        let january = house.billing.get("/v1/accounting-periods/Jan").done()["id"].as_str().unwrap().to_owned();
        let close = || house.billing.put(&format!("/v1/accounting-periods/{january}/close"), &json!({}));
        let (code, text) = close().reason(400);
        assert!(code == 61_000_030 && text.contains("1 draft invoice."), "{text}");
        execute_blocking(&tenant, &context, InvoicePost { invoice: draft, invoice_date: None }).unwrap();
        close().done();
    }
}
