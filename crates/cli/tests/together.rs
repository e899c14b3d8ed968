//! Everything at the same time: uploads, jobs, readers and small writes meet, and nothing is lost, doubled or seen by
//! halves.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{COLLECT, Place, Program, Running, TRANSFER, Way};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const ORDERS: &str = "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE,CV_ELIGIBLE_FLAG\n";
const BILLS: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,INV_DATE,INV_NUM,INV_LINE_ID,ORD_QTY,INV_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR\n";
/// Lines of a contract; one of them is cheaper than its list price, so that there is something to allocate.
const LINES: usize = 4;

/// Contracts of four lines each, from a number on.
fn orders(first: usize, contracts: usize) -> String {
    let line = |contract: usize, line: usize| {
        let price = if line == 0 { "60.00" } else { "100.00" };
        format!("SO,C1,Acme,SKU,S{contract},L{contract}-{line},10-JAN-2024,1,100.00,{price},USD,USD,01-JAN-2024,31-DEC-2024,Y\n")
    };
    let rows = (first..first + contracts).flat_map(|c| (0..LINES).map(move |l| line(c, l)));
    std::iter::once(ORDERS.to_owned()).chain(rows).collect()
}

fn way(server: &Running) -> Way {
    Way::new(server.log_in(), "/api/integration")
}

/// The same file sent twice at the same moment: each bill is taken from one of them.
#[test]
fn a_bill_in_two_uploads_at_once_is_taken_once() {
    const COUNT: i64 = 300;
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = way(&server);
        way.upload("orders.csv", orders(0, 50));
        for round in 0..6 {
            let bill = |n| format!("INV,C1,Acme,SKU,S{0},L{0}-1,15-JAN-2024,I{round}-{n},I{round}-{n},1,1,0.10,0.10,USD,USD\n", n % 50);
            let file: String = std::iter::once(BILLS.to_owned()).chain((0..COUNT).map(bill)).collect();
            let send = || way.upload("bills.csv", file.clone())["Result"][0].clone();
            let both = std::thread::scope(|scope| {
                let other = scope.spawn(send);
                [send(), other.join().unwrap()]
            });
            let sum = |key: &str| both.iter().map(|r| r[key].as_i64().unwrap()).sum::<i64>();
            assert_eq!((sum("rows_read"), sum("rows_error")), (2 * COUNT, COUNT), "round {round}: {both:?}");
        }
        way.run(COLLECT);
        assert_eq!(i64::try_from(way.view("BI3_RC_BILL", &["ID"]).rows.len()).unwrap(), 6 * COUNT);
        ACCRUAL.good(&place, &["check"]);
    }
}

/// Two senders, a collector, a reader and somebody who changes configuration.
#[test]
fn uploads_jobs_and_readers_do_not_disturb_each_other() {
    const FILES: usize = 8;
    const CONTRACTS: usize = 60;
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let sent = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..2)
                .map(|sender| {
                    let server = &server;
                    scope.spawn(move || {
                        let way = way(server);
                        for n in 0..FILES {
                            let status = way.upload("orders.csv", orders((sender * FILES + n) * CONTRACTS, CONTRACTS));
                            assert_eq!(status["Result"][0]["rows_error"], 0, "{status}");
                        }
                    })
                })
                .collect();
            scope.spawn(|| collect_until(&server, &sent));
            scope.spawn(|| read_until(&server, &sent));
            scope.spawn(|| configure_until(&server, &sent));
            let outcomes: Vec<_> = senders.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            sent.store(true, Ordering::SeqCst);
            assert!(outcomes.iter().all(Result::is_ok), "a sender failed");
        });
        let way = way(&server);
        way.run(COLLECT);
        let lines = way.view("BI3_RC_LNS", &["SO_LINE_ID"]).rows;
        let distinct: std::collections::BTreeSet<_> = lines.iter().collect();
        assert_eq!((lines.len(), distinct.len()), (2 * FILES * CONTRACTS * LINES, 2 * FILES * CONTRACTS * LINES));
        way.run(TRANSFER);
        // L and R for each line, A for each opening, A and X for each release
        assert_eq!(way.batches()[0]["line_count"], json!(lines.len() * 5));
        ACCRUAL.good(&place, &["check"]);
    }
}

fn collect_until(server: &Running, sent: &AtomicBool) {
    let way = way(server);
    while !sent.load(Ordering::SeqCst) {
        let message = way.run(COLLECT);
        assert!(message.starts_with("Data Collected") || message == "No Data Found", "{message}");
    }
}

/// Every snapshot holds whole contracts, and their carves and entries balance.
fn read_until(server: &Running, sent: &AtomicBool) {
    let way = way(server);
    while !sent.load(Ordering::SeqCst) {
        let mut contracts: BTreeMap<String, (usize, i64)> = BTreeMap::new();
        for [contract, carve] in way.view("BI3_RC_LNS", &["RC_ID", "CV_AMT"]).cells(["RC_ID", "CV_AMT"]) {
            let entry = contracts.entry(contract.to_owned()).or_default();
            *entry = (entry.0 + 1, entry.1 + cents(carve));
        }
        for (contract, (lines, carves)) in &contracts {
            assert_eq!((*lines, *carves), (LINES, 0), "contract {contract}");
        }
        let schedules = way.view("BI3_RC_SCHD", &["DR_AMOUNT", "CR_AMOUNT"]);
        let (debit, credit) = schedules.cells(["DR_AMOUNT", "CR_AMOUNT"]).fold((0, 0), |(d, c), [dr, cr]| (d + cents(dr), c + cents(cr)));
        assert_eq!(debit, credit, "debits and credits of a snapshot");
    }
}

fn configure_until(server: &Running, sent: &AtomicBool) {
    let admin = server.administrator();
    for n in 0.. {
        if sent.load(Ordering::SeqCst) {
            return;
        }
        let body = json!({"name": format!("Role {n}"), "privileges": [], "allOrganizations": true});
        admin.post("/accrual/v1/objects/roles", &body).expect(201);
        admin.get("/accrual/v1/waterfall").expect(200);
    }
}

fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}
