//! How obligations are released and spread, configured over the interface and proven by amounts: every release event
//! and the ratable methods, events by percent, amount and quantity, an order that changes, the catch-up it causes.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{COLLECT, Client, Place, Program, TRANSFER, Way};
use serde_json::json;
use std::collections::BTreeMap;

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const EVENTS: &str = "RevPro3.0 Event Process Master";
const ORDERS: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE\n";
const BILLS: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,INV_DATE,INV_NUM,INV_LINE_ID,ORD_QTY,INV_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,\
                     START_DATE,END_DATE\n";
const EVENT_COLUMNS: &str = "EVENT_NAME,ACTION,EVENT_EFFECTIVE_DATE,DOC_LINE_ID,RELEASE_PERCENT,RELEASE_AMOUNT,RELEASE_QUANTITY\n";

/// Item, release event, ratable method: one performance obligation template and one rule by item each. Every item is
/// sold once, four pieces for 1,200.00 over the 366 days of 2024.
const TEMPLATES: [(&str, &str, &str); 11] = [
    ("BILLED", "Upon Billing (Billed Release)", "Invoice Ratable"),
    ("FULL", "Upon Billing (Full Booking Release)", "Contract Ratable"),
    ("MID", "Upon Booking", "Mid Month Ratable"),
    ("NEXT", "Upon Booking", "Next Month Ratable"),
    ("START", "Upon Booking", "Immediate Using Start Date"),
    ("NOW", "Upon Booking", "Immediate Using Open Period"),
    ("MONTHLY", "Upon Booking", "Contract Ratable"),
    ("PERCENT", "Upon Event", "Immediate Using Open Period"),
    ("AMOUNT", "Upon Event", "Immediate Using Open Period"),
    ("QUANTITY", "Upon Event", "Contract Ratable"),
    ("MANUAL", "Manual", "Contract Ratable"),
];

fn configure(admin: &Client) {
    let make = |object: &str, body: serde_json::Value| drop(admin.post(&format!("/accrual/v1/objects/{object}"), &body).expect(201));
    make("event-types", json!({"name": "Acceptance", "processType": "By Percent", "cumulative": true}));
    make("event-types", json!({"name": "Milestone", "processType": "By Amount"}));
    make("event-types", json!({"name": "Delivery", "processType": "By Quantity"}));
    for (sequence, (item, release, method)) in (1..).zip(TEMPLATES) {
        let event = match item {
            "PERCENT" => json!("Acceptance"),
            "AMOUNT" => json!("Milestone"),
            "QUANTITY" => json!("Delivery"),
            _ => json!(null),
        };
        let accounting = if item == "MONTHLY" { "Partial Monthly" } else { "Daily" };
        let template = json!({
            "name": item, "releaseEvent": release, "eventName": event, "ratableMethod": method, "accountingMethod": accounting,
        });
        make("pob-templates", template);
        make("pob-rules", json!({"name": item, "kind": "Item", "sequence": sequence, "pobTemplate": item, "items": [item]}));
    }
}

fn order(item: &str, price: &str) -> String {
    let start = if item == "START" { "01-MAR-2024" } else { "01-JAN-2024" };
    format!("SO,C1,Acme,{item},{item},{item},10-JAN-2024,4,1200.00,{price},USD,USD,{start},31-DEC-2024\n")
}

/// Uploads events by their own template.
fn send_events(way: &Way, rows: &[&str]) -> serde_json::Value {
    let file = rows.iter().fold(EVENT_COLUMNS.to_owned(), |file, row| file + row + "\n");
    let id = way.client.upload_file("Event Template", "events.csv", file).expect(200).json()["file_request_id"].as_i64().unwrap();
    way.upload_status(id)["Result"][0].clone()
}

/// Revenue by order line and period, in cents, credit less debit; periods without revenue are left out.
fn revenue(way: &Way) -> BTreeMap<String, Vec<(String, i64)>> {
    let lines = way.view("BI3_RC_LNS", &["ID", "SO_LINE_ID"]);
    let names: BTreeMap<&str, &str> = lines.cells(["ID", "SO_LINE_ID"]).map(|[id, name]| (id, name)).collect();
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    let schedules = way.view("BI3_RC_SCHD", &["ROOT_LINE_ID", "ACCTG_TYPE", "PRD_ID", "DR_AMOUNT", "CR_AMOUNT"]);
    for [line, account, period, debit, credit] in schedules.cells(["ROOT_LINE_ID", "ACCTG_TYPE", "PRD_ID", "DR_AMOUNT", "CR_AMOUNT"]) {
        if account == "R" {
            *sums.entry((names[line].to_owned(), period.to_owned())).or_default() += cents(credit) - cents(debit);
        }
    }
    let mut out: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for ((line, period), amount) in sums.into_iter().filter(|(_, amount)| *amount != 0) {
        out.entry(line).or_default().push((period, amount));
    }
    out
}

fn cents(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap();
    assert_eq!(fraction.len(), 2, "{text}");
    format!("{whole}{fraction}").parse().unwrap()
}

/// Amounts of consecutive months of 2024 and on, from a month.
fn months(first: u32, amounts: &[i64]) -> Vec<(String, i64)> {
    let name = |n: u32| format!("{}{:02}", 2024 + (n - 1) / 12, (n - 1) % 12 + 1);
    (first..).map(name).zip(amounts.iter().copied()).collect()
}

/// 1,200.00 by day over 2024: 1200 * 31 / 366 = 101.64, 29: 95.08, 30: 98.36; December takes what is left.
const BY_DAY: [i64; 12] = [10_164, 9_508, 10_164, 9_836, 10_164, 9_836, 10_164, 10_164, 9_836, 10_164, 9_836, 10_164];

#[test]
fn obligations_are_released_and_spread_as_their_templates_say() {
    assert_eq!(BY_DAY.iter().sum::<i64>(), 120_000);
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        configure(&server.administrator());
        january(&way);
        way.run(TRANSFER);
        let batch = way.batches()[0]["id"].clone();
        way.put(&format!("/v1/journal/batch/status/{batch}"), &json!({})).expect(200);
        server.administrator().post("/accrual/v1/periods/close", &json!({"period": "2024-01"})).expect(200);
        february(&way);
        way.run(TRANSFER);
        ACCRUAL.good(&place, &["check"]);
    }
}

fn january(way: &Way) {
    let orders: String = std::iter::once(ORDERS.to_owned()).chain(TEMPLATES.iter().map(|(item, ..)| order(item, "1200.00"))).collect();
    assert_eq!(way.upload("orders.csv", orders)["Result"][0]["rows_error"], 0);
    let bills = [
        "INV,C1,Acme,BILLED,BILLED,BILLED,20-JAN-2024,I1,I1,1,1,300.00,300.00,USD,USD,01-JAN-2024,31-MAR-2024",
        "INV,C1,Acme,FULL,FULL,FULL,20-JAN-2024,I2,I2,1,1,100.00,100.00,USD,USD,,",
    ];
    let bills = bills.iter().fold(BILLS.to_owned(), |file, row| file + row + "\n");
    assert_eq!(way.upload("bills.csv", bills)["Result"][0]["rows_error"], 0);
    assert!(way.run(COLLECT).starts_with("Data Collected: 13 rows collected, 11 new contracts"));
    let sent = send_events(
        way,
        &[
            "Acceptance,REC,20-JAN-2024,PERCENT,25,,",
            "Milestone,REC,20-JAN-2024,AMOUNT,,100.00,",
            "Delivery,REC,20-JAN-2024,QUANTITY,,,1",
            // waits for February
            "Acceptance,REC,10-FEB-2024,PERCENT,40,,",
        ],
    );
    assert_eq!((&sent["rows_read"], &sent["rows_error"]), (&json!(4), &json!(0)), "{sent}");
    way.run(EVENTS);
    let found = revenue(way);
    let expected = [
        // the invoice over its own 91 days: 300 * 31 / 91 = 102.20, 300 * 29 / 91 = 95.60, the rest
        ("BILLED", months(1, &[10_220, 9_560, 10_220])),
        // the first bill, however small, releases all of it
        ("FULL", months(1, &BY_DAY)),
        // twelve months in thirteen periods, half in the first and half in the last
        ("MID", months(1, &[5_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 5_000])),
        ("NEXT", months(2, &[10_000; 12])),
        ("START", months(3, &[120_000])),
        ("NOW", months(1, &[120_000])),
        ("MONTHLY", months(1, &[10_000; 12])),
        // a quarter at once, a hundred at once, one of four pieces: 300.00 along the contract until it is used up
        ("PERCENT", months(1, &[30_000])),
        ("AMOUNT", months(1, &[10_000])),
        ("QUANTITY", months(1, &[10_164, 9_508, 10_164, 164])),
    ];
    for (item, amounts) in expected {
        assert_eq!(found.get(item), Some(&amounts), "{item}");
    }
    assert_eq!(found.get("MANUAL"), None, "nobody released it");
}

fn february(way: &Way) {
    // a price that rises by a quarter, percent retained: 125.00 a month, so February catches up 25.00 of January
    assert_eq!(way.upload("change.csv", ORDERS.to_owned() + &order("MONTHLY", "1500.00"))["Result"][0]["rows_error"], 0);
    assert!(way.run(COLLECT).starts_with("Data Collected: 1 rows collected, 0 new contracts"));
    send_events(way, &["Milestone,DEF,15-FEB-2024,AMOUNT,,30.00,", "Delivery,REC,20-FEB-2024,QUANTITY,,,2"]);
    way.run(EVENTS);
    let found = revenue(way);
    let mut changed = vec![12_500; 12];
    (changed[0], changed[1]) = (10_000, 15_000);
    let expected = [
        ("MONTHLY", months(1, &changed)),
        // cumulative: 40 % are 480.00, of which January has 300.00
        ("PERCENT", months(1, &[30_000, 18_000])),
        ("AMOUNT", months(1, &[10_000, -3_000])),
        // three of four pieces: 900.00 along the contract
        ("QUANTITY", months(1, &[10_164, 9_508, 10_164, 9_836, 10_164, 9_836, 10_164, 10_164, 9_836, 164])),
    ];
    for (item, amounts) in expected {
        assert_eq!(found.get(item), Some(&amounts), "{item}");
    }
}

#[test]
fn events_that_cannot_be_taken_say_why() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        configure(&server.administrator());
        way.upload("orders.csv", [ORDERS, &order("PERCENT", "1200.00")].concat());
        way.run(COLLECT);
        send_events(
            &way,
            &[
                "Acceptance,REC,20-JAN-2024,PERCENT,140,,",
                "Acceptance,ADD,20-JAN-2024,PERCENT,10,,",
                "Acceptance,REC,20-JAN-2024,PERCENT,,5,",
                "Acceptance,REC,20-JAN-2024,NOWHERE,10,,",
                "Opening,REC,20-JAN-2024,PERCENT,10,,",
                "Acceptance,REC,20-JAN-2024,PERCENT,10,,",
            ],
        );
        let job = way.wait(way.submit(EVENTS));
        assert_eq!(job["status"], "Warning", "{job}");
        let errors = way.get("/v1/stage/error/event").expect(200).json();
        let errors = errors["Result"].as_array().unwrap();
        let expected = [
            (2, "RPRO-00668", "between 0 and 100"),
            (3, "ACR-00002", "REC"),
            (4, "INVALID_PERCENT_EVENT", "process type"),
            (5, "RPRO-00777", "NOWHERE"),
            (6, "events.type", "Opening"),
        ];
        assert_eq!(errors.len(), expected.len(), "{errors:?}");
        for (line, code, words) in expected {
            let row = errors.iter().find(|e| e["line_num"] == line).unwrap();
            assert_eq!(row["err_code"], code, "{row}");
            assert!(row["err_msg"].as_str().unwrap().contains(words), "{row}");
        }
        assert_eq!(revenue(&way)["PERCENT"], months(1, &[12_000]), "the good one among them counts");
        ACCRUAL.good(&place, &["check"]);
    }
}
