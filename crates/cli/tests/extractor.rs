//! A client in another language, with another HTTP library, reads everything as the usual extractors of business views
//! do: token, count, pages with a continuation token as CSV and gzip, the end, a merge by key.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{COLLECT, PASSWORD, Place, Program, Running, TRANSFER, Way};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/extractor.py");

/// What the extractor printed.
fn extract(server: &Running, view: &str, key: &str, more: &[&str]) -> Value {
    let output = Command::new("python3")
        .args([SCRIPT, server.origin(), "revenue", PASSWORD, "API Role", "Default", view, key])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .expect("python3");
    assert!(output.status.success(), "{view}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn an_extractor_reads_every_view() {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|o| o.status.success()) {
        eprintln!("LEFT OUT: this test runs a client in Python, and there is no python3");
        return;
    }
    for backend in Place::backends() {
        let place = Place::new(backend);
        let file = place.dir().join("lines.csv");
        let name = file.to_str().unwrap().to_owned();
        ACCRUAL.good(&place, &["generate", "revenue", "--lines", "400", "--output", &name]);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        way.upload("lines.csv", std::fs::read(file).unwrap());
        way.run(COLLECT);
        way.run(TRANSFER);
        for (view, key) in [
            ("BI3_RC_HEAD", "ID,BOOK_ID"),
            ("BI3_RC_LNS", "ID,BOOK_ID"),
            ("BI3_RC_POB", "RC_POB_ID,BOOK_ID"),
            ("BI3_ACCT_TYPE", "ID"),
            ("BI3_CALENDAR", "ID"),
        ] {
            let read = extract(&server, view, key, &["gzip", "150"]);
            let count = read["count"].as_u64().unwrap();
            assert!(count > 0, "{view}");
            assert_eq!(
                (&read["rows"], &read["pages"]),
                (&json!(count), &json!(count.div_ceil(150))),
                "{view}: the key is a key, no row is lost"
            );
        }
        schedules(&server, &way);
    }
}

/// The large view in both formats, whole and in windows of time.
fn schedules(server: &Running, way: &Way) {
    let read = |more: &[&str]| extract(server, "BI3_RC_SCHD", "SCHD_ID,ACCTG_TYPE", more);
    let (gzip, csv) = (read(&["gzip", "20000"]), read(&["csv", "997"]));
    let count = gzip["count"].as_u64().unwrap();
    assert!(count > 10_000, "{count}");
    assert_eq!((&gzip["rows"], &csv["rows"]), (&json!(count), &json!(count)), "one row for each schedule and account type");
    assert_eq!(csv["pages"], json!(count.div_ceil(997)));
    assert_eq!(gzip["sums"], csv["sums"]);
    // openings of carves are one-sided and balance over their contract: debits equal credits over everything
    assert_eq!(gzip["sums"]["DR_AMOUNT"], gzip["sums"]["CR_AMOUNT"]);
    assert_eq!(way.view("BI3_RC_SCHD", &["SCHD_ID"]).rows.len() as u64, count);
    let everything = read(&["gzip", "20000", "2020-01-01T00:00:00", "2099-01-01T00:00:00"]);
    assert_eq!(everything["sums"], gzip["sums"]);
    let nothing = read(&["gzip", "20000", "2020-01-01T00:00:00", "2021-01-01T00:00:00"]);
    assert_eq!((&nothing["count"], &nothing["rows"], &nothing["pages"]), (&json!(0), &json!(0), &json!(0)));
}
