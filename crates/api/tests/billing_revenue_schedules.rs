//! Finance revenue schedules over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::custom_field::CustomFieldCreate;
use accrual_app::billing::invoice::{self, Exact, InvoiceCreate, NewInvoice, NewItem, Rows};
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

/// An item: amount in cents, rule, first and last day.
type Line<'l> = (i64, Option<&'l str>, &'l str, Option<&'l str>);

impl House {
    fn new(backend: Backend) -> Self {
        let world = World::on(backend).now("2024-01-15T12:00:00").build();
        let billing = world.serve_billing();
        for (name, start, end) in [("Jan", "2024-01-01", "2024-01-31"), ("Feb", "2024-02-01", "2024-02-29"), ("Mar", "2024-03-01", "2024-03-31")] {
            let body = json!({"name": name, "startDate": start, "endDate": end, "fiscalYear": 2024});
            billing.post("/v1/accounting-periods", &body).done();
        }
        let account = billing.account("Initech", "USD");
        Self { world, billing, account }
    }

    /// Posts an invoice of 2024-01-15; the ids of its items in their order.
    fn post(&self, lines: &[Line<'_>]) -> Vec<String> {
        let day = |text: &str| Day::parse(text).unwrap();
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
        let made = execute_blocking(&tenant, &context, InvoiceCreate(new)).unwrap();
        let page = invoice::items(&tenant, &context, &made.id, Rows { offset: 0, limit: 100 }).unwrap();
        page.items.records.iter().map(|r| r.uid.clone()).collect()
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
        let fields = Fields::default().with("object", object).with("name", name).with("label", name);
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
        let none = house.billing.get(&format!("{SCHEDULES}/invoice-items/{}", items_of[2]));
        assert_eq!(none.reason(404).0, 62_000_040);
        assert_eq!(house.billing.get(&format!("{SCHEDULES}/RS-99999999")).reason(404).0, 62_000_040);
    }
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
fn billing_distribute_revenue_by_dates() {
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
        assert_eq!(on(base(fixed)).reason(400).0, 62_000_122);
        assert_eq!(on(base("specific date (delta percent total)")).reason(400).0, 62_000_922);
        assert_eq!(on(with("specific date (delta percent total)", "percentage", json!("101"))).reason(400).0, 62_000_920);
        assert_eq!(on(with("some day", "amount", json!("1"))).reason(400).0, 62_000_820);
        assert_eq!(on(with(fixed, "amount", json!("446"))).reason(400).0, 62_000_130);
        assert_eq!(on(json!({"distributionType": fixed, "amount": "1"})).reason(400).0, 50_000_022);
        let mut outside = with(fixed, "amount", json!("1"));
        outside["distributeOn"] = json!("2025-01-01");
        assert_eq!(on(outside).reason(400).0, 62_000_720);

        let over = |body: Value| house.put(&number, "distribute-revenue-with-date-range", &body);
        let range = |start: &str, end: &str| json!({"recognitionStart": start, "recognitionEnd": end, "eventType": "Revenue Distributed"});
        over(range("2024-02-01", "2024-03-31")).done();
        // 60 days: 29 in February, 31 in March
        assert_eq!(items(&house.get(&number)), named(&[("Feb", 531.67), ("Mar", 568.33)]));
        let newest = house.billing.get(&format!("/v1/revenue-events/revenue-schedules/{number}?pageSize=1")).done();
        assert_eq!(newest["revenueEventDetails"][0]["recognitionEnd"], "2024-03-31");
        assert!(newest["nextPage"].as_str().unwrap().ends_with("page=2&pageSize=1"));
        assert_eq!(over(range("2024-03-31", "2024-02-01")).reason(400).0, 62_001_120);
        let mut weekly = range("2024-02-01", "2024-03-31");
        weekly["distributionType"] = json!("Weekly Distribution");
        assert_eq!(over(weekly).reason(400).0, 62_000_820);
        let reader = house.world.serve_billing_reader();
        for what in ["distribute-revenue-with-date-range", "distribute-revenue-on-specific-date"] {
            reader.put(&format!("{SCHEDULES}/{number}/{what}"), &range("2024-02-01", "2024-03-31")).expect(403);
        }
    }
}

#[test]
fn billing_create_revenue_schedule_of_invoice_item() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueSchedule", "Phase__c");
        let made = house.post(&[(5_000, None, "2024-01-15", None), (9_000, None, "2024-01-15", None)]);
        let path = |item: &str| format!("{SCHEDULES}/invoice-items/{item}");
        let event = json!({"eventType": "Revenue Distributed", "eventTypeSystemId": "RevenueDistributed__z", "notes": "of the event"});
        let body = |first: &str| {
            json!({"notes": "of the schedule", "revenueEvent": event, "Phase__c": "one", "revenueDistributions": [
                {"accountingPeriodName": "Jan", "newAmount": first}, {"accountingPeriodName": "Open-Ended", "newAmount": "30"}]})
        };
        assert_eq!(house.billing.post(&path(&made[0]), &body("21")).reason(400).0, 62_000_230);
        assert_eq!(house.billing.post(&path("018d0b9c2f7d7a1e9b3c5d6e7f809a1a"), &body("20")).reason(404).0, 62_001_640);
        house.world.serve_billing_reader().post(&path(&made[0]), &body("20")).expect(403);
        let answer = house.billing.keyed("k", &path(&made[0]), &body("20")).done();
        assert_eq!(answer, json!({"success": true, "revenueScheduleNumber": "RS-00000001"}));
        assert_eq!(house.billing.keyed("k", &path(&made[0]), &body("20")).done(), answer, "the same request is answered the same");
        let shown = house.of_item(&made[0]);
        assert_eq!((&shown["notes"], &shown["Phase__c"]), (&json!("of the schedule"), &json!("one")));
        let events = house.billing.get("/v1/revenue-events/revenue-schedules/RS-00000001").done();
        assert_eq!(events["revenueEventDetails"][0]["notes"], "of the event");
        assert_eq!(house.billing.post(&path(&made[0]), &body("20")).reason(400).0, 62_000_030, "it has one");

        let range = |more: Value| {
            let mut body = json!({"distributionType": "Daily distribution", "recognitionStart": "2024-1-1", "recognitionEnd": "2024-03-30"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            house.billing.post(&format!("{}/distribute-revenue-with-date-range", path(&made[1])), &body)
        };
        assert_eq!(range(json!({})).reason(400).0, 50_000_022, "the event is required");
        let (code, text) = range(json!({"revenueEvent": {"notes": "x"}})).reason(400);
        assert!(code == 62_000_522 && text.starts_with("'revenueEvent.eventType'"), "{text}");
        range(json!({"revenueEvent": event})).done();
        assert_eq!(items(&house.of_item(&made[1])), named(&[("Jan", 31.0), ("Feb", 29.0), ("Mar", 30.0)]));
    }
}

#[test]
fn billing_update_and_delete_revenue_schedule() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueSchedule", "Phase__c");
        let number = house.manual();
        house.put(&number, "basic-information", &json!({"notes": "change recognition term", "Phase__c": "two"})).done();
        let shown = house.get(&number);
        assert_eq!((&shown["notes"], &shown["Phase__c"]), (&json!("change recognition term"), &json!("two")));
        let (code, text) = house.put(&number, "basic-information", &json!({"referenceId": "R"})).reason(400);
        assert!(code == 62_002_030 && text.starts_with("'referenceId'"), "{text}");
        assert_eq!(house.put(&number, "basic-information", &json!({"amount": 5})).reason(400).0, 50_000_021);
        assert_eq!(house.put(&number, "basic-information", &json!({"referenceId": "x".repeat(101)})).reason(400).0, 50_000_020);
        assert_eq!(house.billing.delete(&format!("{SCHEDULES}/{number}")).reason(400).0, 62_000_030, "it belongs to an invoice item");
        assert_eq!(house.billing.delete(&format!("{SCHEDULES}/RS-00000099")).reason(404).0, 62_000_040);
        let reader = house.world.serve_billing_reader();
        reader.delete(&format!("{SCHEDULES}/{number}")).expect(403);
        reader.put(&format!("{SCHEDULES}/{number}/basic-information"), &json!({"notes": "x"})).expect(403);
    }
}

#[test]
fn billing_revenue_items_are_listed_and_take_custom_fields() {
    for backend in Backend::all() {
        let house = House::new(backend);
        house.custom("RevenueScheduleItem", "Team__c");
        house.custom("RevenueEventItem", "Team__c");
        let number = house.manual();
        house.across(&number, &[("Jan", "500"), ("Feb", "600")]).done();
        let of_schedule = format!("/v1/revenue-items/revenue-schedules/{number}");
        let of_event = "/v1/revenue-items/revenue-events/RE-00000002";
        assert_eq!(items(&house.billing.get(&of_schedule).done()), named(&[("Jan", 500.0), ("Feb", 600.0)]));
        assert_eq!(items(&house.billing.get(of_event).done()), named(&[("Jan", 500.0), ("Feb", 600.0), ("Open-Ended", -1_100.0)]));
        let page = house.billing.get(&format!("{of_schedule}?pageSize=1&page=2")).done();
        assert_eq!(items(&page), named(&[("Feb", 600.0)]));

        let teams = |list: &[(&str, &str)]| {
            let items: Vec<Value> = list.iter().map(|(period, team)| json!({"accountingPeriodName": period, "Team__c": team})).collect();
            json!({"revenueItems": items})
        };
        house.billing.put(&of_schedule, &teams(&[("Jan", "red"), ("Feb", "blue")])).done();
        house.billing.put(of_event, &teams(&[("Open-Ended", "green")])).done();
        assert_eq!(house.get(&number)["revenueItems"][1]["Team__c"], "blue");
        assert_eq!(house.billing.get(of_event).done()["revenueItems"][2]["Team__c"], "green");
        let (code, text) = house.billing.put(&of_schedule, &teams(&[("Jan", "red"), ("Mar", "red")])).reason(400);
        assert!(code == 62_000_320 && text.starts_with("'revenueItems[1].accountingPeriodName'"), "{text}");
        assert_eq!(house.billing.put(&of_schedule, &json!({"revenueItems": []})).reason(400).0, 62_002_122);
        assert_eq!(house.billing.get("/v1/revenue-items/revenue-events/RE-00000099").reason(404).0, 62_002_240);
        assert_eq!(house.billing.get("/v1/revenue-events/RE-00000099").reason(404).0, 62_002_240);
        house.world.serve_billing_reader().put(&of_schedule, &teams(&[("Jan", "red")])).expect(403);
    }
}

#[test]
fn billing_revenue_rules_and_the_start_date_are_told() {
    let house = House::new(Backend::Memory);
    let start = house.billing.get("/v1/settings/finance/revenue-automation-start-date").done();
    assert_eq!(start, json!({"success": true, "startDate": null, "updatedOn": null, "updatedBy": null}));
    let missing = house.billing.get("/v1/revenue-recognition-rules/product-charges/018d0b9c2f7d7a1e9b3c5d6e7f809a1a");
    assert_eq!(missing.reason(404).0, 62_001_740);
    // there are no subscriptions yet, and nothing pretends there were
    for path in ["revenue-recognition-rules/subscription-charges/x", "charge-revenue-summaries/CRS-00000001"] {
        house.billing.get(&format!("/v1/{path}")).expect(501);
    }
}
