//! The whole way of the data over HTTP against the real binary: two months from the upload of order lines to posted
//! journals, with every amount computed beside it by hand.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod arithmetic;
mod files;
mod reading;

use accrual_testkit::{COLLECT, Place, Program, Running, Sheet, TEMPLATE, TRANSFER, Way};
use arithmetic::Ledger;
use reading::{Lines, balances, column_sums, functional_revenue, ledger};
use serde_json::{Value, json};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));

#[test]
fn two_months_from_upload_to_ledger() {
    for backend in Place::backends() {
        for prefix in ["/api/integration", "/integration"] {
            two_months(&Place::new(backend), prefix);
        }
    }
}

fn two_months(place: &Place, prefix: &'static str) {
    let server = ACCRUAL.serve(place);
    let way = Way::new(server.log_in(), prefix);

    find_the_way(&way);
    january_is_staged(&way);
    assert_eq!(way.run(COLLECT), "Data Collected: 12 rows collected, 7 new contracts, 0 rows refused, 1 rows wait for a later period");
    views_after_january(&way);
    let first = post(&way, &files::journal_of_january(), 0);
    close(&server, "2024-01", "2024-02");
    let closed = rows_of_period(&way, "202401");

    february_is_staged(&way);
    assert_eq!(way.run(COLLECT), "Data Collected: 9 rows collected, 2 new contracts, 0 rows refused, 0 rows wait for a later period");
    views_after_february(&way);
    let second = post(&way, &files::journal_of_february(), 1);
    close(&server, "2024-02", "2024-03");

    assert_eq!(rows_of_period(&way, "202401"), closed, "a closed period does not change");
    for (report, bytes) in [&first, &second] {
        assert_eq!(&way.signed_file(*report), bytes, "a posted batch does not change");
    }
    ACCRUAL.good(place, &["check"]);
    server.stop();
    // the same answers after a restart
    let server = ACCRUAL.serve(place);
    let way = Way::new(server.log_in(), prefix);
    assert_eq!(way.signed_file(first.0), first.1);
    assert_eq!(rows_of_period(&way, "202401"), closed);
}

/// What an integration asks before it sends anything.
fn find_the_way(way: &Way) {
    let orgs = way.get("/v1/revenue-orgs").expect(200).json();
    assert_eq!(orgs["data"], json!([{"org_id": 1, "org_name": "Main"}]));
    let mapping = way.get("/v1/upload/mapping?templatename=Upload%20Template").expect(200).json();
    assert_eq!(mapping["Dateformat"], "DD-MON-YYYY");
    let names: Vec<&str> = mapping["Mapping"].as_array().unwrap().iter().map(|m| m["col_name"].as_str().unwrap()).collect();
    for name in files::january().lines().next().unwrap().split(',').filter(|n| *n != "EXT_SSP") {
        assert!(names.contains(&name), "{name} can be mapped");
    }
    assert!(way.batches().is_empty());
}

fn january_is_staged(way: &Way) {
    let status = way.upload("january.csv", files::january());
    assert_eq!((&status["status"], &status["message"]), (&json!("Success"), &json!("Data Staged Successfully")));
    let result = &status["Result"][0];
    assert_eq!((&result["rows_read"], &result["rows_error"], &result["template"]), (&json!(14), &json!(1), &json!(TEMPLATE)));
    // 100 * 3 + 100,000 + 1,200 + 365 + 200 + 1,000 + 0 + 200 + 366 * 2 of list price in 14 cells
    assert_eq!(result["control_totals"]["EXT_LST_PRC"], json!({"count": 14, "sum": "103997"}));
    let errors = way.stage_errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let broken = &errors[0];
    assert_eq!((&broken["so_line_id"], &broken["line_num"], &broken["processed_flag"]), (&json!("H1"), &json!(15), &json!("E")));
    assert_eq!(broken["err_msg"], "RPRO-00006: The item number is missing; it is mandatory on SO.");
}

fn february_is_staged(way: &Way) {
    // the order that waited for February stands there without a fault, the broken one still says why
    assert_eq!(way.stage_errors().len(), 1);
    let status = way.upload("corrected.csv", files::correction());
    assert_eq!(status["Result"][0]["rows_error"], 0, "{status}");
    assert!(way.stage_errors().is_empty(), "the corrected line took the place of the broken one");
    // sent as text in the other operation
    let path = way.path("/v1/csv/upload");
    let request = way.client.request("POST", &path).header("Content-Type", "text/plain");
    let reply = way.client.send(request.header("templatename", TEMPLATE).header("filename", "february.csv").body(files::february()));
    let reply = reply.expect(200).json();
    let id = reply["result"]["id"].as_i64().unwrap();
    assert_eq!(reply["result"], json!({"client_id": 1, "id": id, "message": "Data Received", "status": "Successfully Uploaded"}));
    let status = way.get(&format!("/v1/csv/upload/status?id={id}")).expect(200).json();
    assert_eq!(status["result"], reply["result"]);
}

/// Prices, allocations, carves, obligations and schedules of the first month.
fn views_after_january(way: &Way) {
    let lines =
        way.view("BI3_RC_LNS", &["SO_LINE_ID", "CURR", "EXT_SLL_PRC", "EXT_FV_PRC", "ALCTBL_XT_PRC", "ALCTD_XT_PRC", "CV_AMT", "REL_PCT"]);
    let expected = [
        ["A1", "USD", "100.00", "100.00", "100.00", "83.33", "-16.67", "100"],
        ["A2", "USD", "100.00", "100.00", "100.00", "83.33", "-16.67", "100"],
        ["A3", "USD", "50.00", "100.00", "50.00", "83.34", "33.34", "100"],
        ["B1", "JPY", "100000", "100000", "100000", "100000", "0", "100"],
        ["C1", "EUR", "1200.00", "1200.00", "1200.00", "1200.00", "0.00", "100"],
        ["D1", "USD", "365.00", "365.00", "365.00", "365.00", "0.00", "100"],
        ["E1", "USD", "0.00", "100.00", "0.00", "50.00", "50.00", ""],
        ["E2", "USD", "100.00", "100.00", "100.00", "50.00", "-50.00", "100"],
        ["F1", "USD", "1000.00", "1000.00", "1000.00", "900.00", "-100.00", "100"],
        ["F2", "USD", "-100.00", "0.00", "-100.00", "0.00", "100.00", "100"],
        ["K1", "USD", "100.00", "300.00", "100.00", "150.00", "50.00", "100"],
        ["K2", "USD", "100.00", "100.00", "100.00", "50.00", "-50.00", "100"],
    ];
    assert_eq!(lines.rows, expected);
    let heads = way.view("BI3_RC_HEAD", &["CSTMR_NM", "CURR", "F_CUR", "LIST_AMT", "SELL_AMT", "CRTD_PRD_ID", "ALLOC_ERROR_FLAG"]);
    let expected = [
        ["Acme", "USD", "USD", "300.00", "250.00", "202401", "N"],
        ["Nippon", "JPY", "USD", "100000", "100000", "202401", "N"],
        ["Europa", "EUR", "USD", "1200.00", "1200.00", "202401", "N"],
        ["Leap", "USD", "USD", "365.00", "365.00", "202401", "N"],
        ["Gift", "USD", "USD", "200.00", "100.00", "202401", "N"],
        ["Discount", "USD", "USD", "1000.00", "900.00", "202401", "N"],
        ["Price", "USD", "USD", "200.00", "200.00", "202401", "N"],
    ];
    assert_eq!(heads.rows, expected);
    let pobs = way.view("BI3_RC_POB", &["LEAD_LINE_ID", "RC_POB_NAME", "EVENT_NAME"]);
    let leads: Vec<&str> = pobs.cells(["LEAD_LINE_ID"]).map(|[id]| id).collect();
    let ids = way.view("BI3_RC_LNS", &["ID"]);
    assert_eq!(leads, ids.cells(["ID"]).map(|[id]| id).collect::<Vec<_>>(), "one obligation a line");
    assert!(pobs.cells(["RC_POB_NAME", "EVENT_NAME"]).all(|cells| cells == ["AUTO POB", "Upon Booking"]));
    assert!(way.view("BI3_RC_BILL", &["ID"]).rows.is_empty());
    fixed_views(way);
    pages(way);
}

fn fixed_views(way: &Way) {
    let types = way.view("BI3_ACCT_TYPE", &["ID", "NAME", "BALANCE_SHEET_ACCT_FLAG", "P_L_ACCT_FLAG"]);
    for expected in [
        ["L", "Contract Liability", "Y", "N"],
        ["R", "Revenue", "N", "Y"],
        ["A", "Adjustment Liability", "Y", "N"],
        ["X", "Adjustment Revenue", "N", "Y"],
    ] {
        assert!(types.rows.contains(&expected.map(str::to_owned).to_vec()), "{expected:?} in {types:?}");
    }
    let calendar = way.view("BI3_CALENDAR", &["ID", "PERIOD_NAME", "START_DATE", "END_DATE", "QTR_NUM", "PERIOD_YEAR"]);
    let leap = ["202402", "FEB-24", "2024-02-01T00:00:00", "2024-02-29T00:00:00", "1", "2024"];
    assert!(calendar.rows.contains(&leap.map(str::to_owned).to_vec()), "the leap day belongs to February");
}

/// Both versions of paging give all rows once, and know when they have.
fn pages(way: &Way) {
    const VIEW: &str = "BI3_RC_SCHD";
    let whole = way.view(VIEW, &[]);
    let described = way.get(&format!("/v2/biviews/{VIEW}/describe-columns")).expect(200).json();
    let names: Vec<&str> = described.as_array().unwrap().iter().map(|c| c["column_name"].as_str().unwrap()).collect();
    assert_eq!(names, whole.columns);
    let count = way.get(&format!("/v2/biviews/count/{VIEW}?clientId=1")).expect(200).json()["count"].as_u64().unwrap();
    assert_eq!(count, whole.rows.len() as u64);

    let page = |number: u64, token: Option<&str>| {
        let request =
            way.client.request("GET", &way.path(&format!("/v2/biviews/{VIEW}?clientId=1&outputType=csv&pageSize=100&pagenum={number}")));
        way.client.send(token.into_iter().fold(request, |r, t| r.header("continuation-token", t)))
    };
    let first = page(1, None).expect(200);
    let token = first.header("Continuation-Token").unwrap().to_owned();
    let mut second = Sheet::parse(&first.body);
    let last = count.div_ceil(100);
    for number in 2..=last {
        second.rows.extend(Sheet::parse(&page(number, Some(&token)).expect(200).body).rows);
    }
    assert_eq!(second, whole, "version 2");
    let past = page(last + 1, Some(&token)).expect(404).json();
    assert_eq!(past["Result"], json!({"total_pages": last, "total_rows": count}));
    let task = way.get(&format!("/v2/biviews-status/{token}")).expect(200).json();
    let all: Vec<&Value> = task.as_object().unwrap().values().flat_map(|q| q.as_array().unwrap()).collect();
    assert_eq!((&all[0]["task_id"], &all[0]["accumulate"]), (&json!(token), &json!(count)));
    way.client.send(way.client.request("DELETE", &way.path(&format!("/v2/biviews-status/{token}")))).expect(200);

    let v1 = |number: u64| way.get(&format!("/v1/biviews/{VIEW}?clientId=1&pagesize=100&pagenum={number}"));
    let mut third = Sheet::parse(&v1(1).expect(200).body);
    for number in 2..=last {
        third.rows.extend(Sheet::parse(&v1(number).expect(200).body).rows);
    }
    assert_eq!(third, whole, "version 1");
    v1(last + 1).expect(204);
    let fields =
        way.client.request("POST", &way.path(&format!("/v1/biviews/{VIEW}?clientId=1&pagesize=10000"))).json(&["SCHD_ID", "AMOUNT"]);
    assert_eq!(Sheet::parse(&way.client.send(fields).expect(200).body).rows, way.view(VIEW, &["SCHD_ID", "AMOUNT"]).rows);
}

/// What the bills of February did to their lines, and that every schedule adds up to its line.
fn views_after_february(way: &Way) {
    let bills = way.view("BI3_RC_BILL", &["TYPE", "INVOICE_LINE_ID", "EXT_SLL_PRC", "F_EX_RATE"]);
    let expected = [
        ["INV", "IA1", "100.00", ""],
        ["CM", "MA1", "-20.00", ""],
        ["INV", "IB1", "100000", "0.0080"],
        ["CM-R", "RB1", "-25000", "0.0080"],
        ["INV", "IC1", "600.00", "1.2"],
        ["INV", "IF1", "1000.00", ""],
        ["CM-C", "XF1", "-1000.00", ""],
    ];
    assert_eq!(bills.rows, expected);
    let lines = Lines::read(way);
    // a return lowers list and allocatable price and leaves the sell price
    let changed = way.view("BI3_RC_LNS", &["SO_LINE_ID", "EXT_SLL_PRC", "ALCTBL_XT_PRC", "ALCTD_XT_PRC", "CV_AMT"]);
    for expected in [
        ["A1", "100.00", "80.00", "76.67", "-3.33"],
        ["A2", "100.00", "100.00", "76.67", "-23.33"],
        ["A3", "50.00", "50.00", "76.66", "26.66"],
        ["B1", "100000", "75000", "75000", "0"],
        ["F1", "1000.00", "1000.00", "900.00", "-100.00"],
    ] {
        assert!(changed.rows.contains(&expected.map(str::to_owned).to_vec()), "{expected:?} in {changed:?}");
    }
    let totals = column_sums(&way.view("BI3_RC_SCHD", &["ROOT_LINE_ID", "ACCTG_TYPE", "CURR", "DR_AMOUNT", "CR_AMOUNT"]), &lines);
    for (line, price, carve) in files::TOTALS {
        let of = |account| totals.0.get(&(line.to_owned(), account)).copied().unwrap_or_default();
        assert_eq!((of('R'), of('X')), (price, carve), "revenue and released carve of {line} over all periods");
        // the carve opens against its releases, so that nothing is left of it at the end
        assert_eq!(of('A'), 0, "adjustment liability of {line} at the end");
    }
}

/// Transfers the open period, judges the batch in every way it can be had, and says that it is in the general ledger.
/// Answers the report and its bytes.
fn post(way: &Way, expected: &Ledger, functional: usize) -> (i64, Vec<u8>) {
    way.run(TRANSFER);
    let batches = way.batches();
    assert_eq!(batches.len(), 1, "{batches:?}");
    let (id, report) = (batches[0]["id"].as_i64().unwrap(), batches[0]["report_id"].as_i64().unwrap());
    assert_eq!(batches[0]["status"], "Ready to Transfer");

    let bytes = way.signed_file(report);
    let sheet = Sheet::parse(&bytes);
    let lines = Lines::read(way);
    assert_eq!(&ledger(&sheet, &lines), expected, "the journal by line and account");
    for ((line, january, february), booked) in files::functional_revenue().into_iter().zip(functional_revenue(&sheet, &lines, ["B1", "C1"]))
    {
        assert_eq!(booked, [january, february][functional], "functional revenue of {line}");
    }
    for (what, difference) in balances(&sheet) {
        assert_eq!(difference, 0, "debits and credits of {what}");
    }

    // the same lines in pages, and the same bytes by the names of the batch and of the report
    let mut paged = 0;
    for number in 1.. {
        let reply = way.get(&format!("/v1/journal/batch/{id}/{number}?pagesize=10"));
        if reply.status() == 204 {
            break;
        }
        for line in reply.expect(200).json()["result"].as_array().unwrap() {
            assert_eq!(line["ID"].to_string(), sheet.rows[paged][sheet.column("ID")]);
            paged += 1;
        }
    }
    assert_eq!(paged, sheet.rows.len());
    assert_eq!(way.get(&format!("/v1/download/transferbatchfile/{id}")).expect(200).body, bytes);
    let reports = way.get("/v1/reports/list").expect(200).json();
    let of = reports["Result"].as_array().unwrap().iter().find(|r| r["id"] == report).unwrap();
    assert_eq!(way.get(&format!("/v1/reports/download/{}", of["file_name"].as_str().unwrap())).expect(200).body, bytes);

    let status = format!("/v1/journal/batch/status/{id}");
    assert_eq!(way.put(&status, &json!({})).expect(200).json(), json!({"status": "Success"}));
    way.put(&status, &json!({})).expect(400);
    assert!(way.batches().is_empty());
    (report, bytes)
}

fn close(server: &Running, period: &str, next: &str) {
    let reply = server.administrator().post("/accrual/v1/periods/close", &json!({"period": period})).expect(200);
    assert_eq!(reply.json(), json!({"period": next}));
}

/// Everything a period says of money, in the order of the view.
fn rows_of_period(way: &Way, period: &str) -> Vec<Vec<String>> {
    let fields = [
        "PRD_ID",
        "RC_ID",
        "SCHD_ID",
        "ROOT_LINE_ID",
        "ACCTG_TYPE",
        "ACCTG_SEG",
        "CURR",
        "AMOUNT",
        "DR_AMOUNT",
        "CR_AMOUNT",
        "F_DR_AMOUNT",
        "F_CR_AMOUNT",
        "G_DR_AMOUNT",
        "G_CR_AMOUNT",
        "POST_PRD_ID",
        "POST_BATCH_ID",
        "SCHD_TYPE_FLAG",
        "INITIAL_ENTRY_FLAG",
    ];
    let rows: Vec<Vec<String>> = way.view("BI3_RC_SCHD", &fields).rows.into_iter().filter(|r| r[0] == period).collect();
    assert!(!rows.is_empty());
    rows
}
