//! Everything that can be wrong with a file, sent to the real binary: the error names line, column and reason,
//! nothing is staged, and the corrected file can be sent again.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use accrual_testkit::{Place, Program, Reply, Running, TEMPLATE, Way};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const ACCRUAL: Program = Program(env!("CARGO_BIN_EXE_accrual"));
const HEAD: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE\n";
const BILLS: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,INV_DATE,INV_NUM,INV_LINE_ID,ORD_QTY,INV_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR\n";
const MEBIBYTE: usize = 1 << 20;

/// A good order line.
fn order(id: u32) -> String {
    format!("SO,C1,Acme,SKU,S{id},L{id},15-JAN-2024,1,120.00,100.00,USD,USD,01-JAN-2024,31-DEC-2024\n")
}

/// A good first line and one in which a part is replaced.
fn second(id: u32, what: &str, by: &str) -> Vec<u8> {
    let line = order(id + 1);
    assert!(line.contains(what), "{what}");
    [HEAD, &order(id), &line.replacen(what, by, 1)].concat().into_bytes()
}

fn bill(id: &str) -> String {
    format!("INV,C1,Acme,SKU,S1,L1,15-JAN-2024,I{id},{id},1,1,100.00,100.00,USD,USD\n")
}

/// How many rows are staged and how many of them are in error, over all uploads that did not fail.
fn staged(way: &Way, server: &Running) -> (i64, i64) {
    let uploads = server.administrator().get("/accrual/v1/uploads").expect(200).json();
    let good: Vec<Value> = uploads["data"].as_array().unwrap().iter().filter(|u| u["status"] != "Failed").cloned().collect();
    let sum = |key: &str| good.iter().map(|u| u[key].as_i64().unwrap()).sum();
    assert_eq!(sum("rows_error"), i64::try_from(way.stage_errors().len()).unwrap());
    (sum("rows_read"), sum("rows_error"))
}

/// A file and the parts of the sentence that says what is wrong with it.
type Case = (&'static str, Vec<u8>, &'static [&'static str]);

#[rustfmt::skip]
fn whole_file_cases() -> Vec<Case> {
    let good = [HEAD, &order(1)].concat();
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(good.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut invalid = second(1, "Acme", "Ac?me");
    *invalid.iter_mut().find(|b| **b == b'?').unwrap() = 0xFF;
    vec![
        ("an unknown heading", format!("COLOUR,{HEAD}red,{}", order(1)).into(), &["line 1", "column 1", "COLOUR"]),
        ("a heading twice", format!("{},CURR\n{},USD\n", HEAD.trim_end(), order(1).trim_end()).into(), &["line 1", "column 15", "CURR"]),
        ("no header at all", order(1).into(), &["line 1", "column 1"]),
        ("a required column is missing", good.replace("EXT_SLL_PRC,", "").replace("100.00,", "").into(), &["line 1", "EXT_SLL_PRC", "required"]),
        ("an open quote", second(1, "Acme", "\"Acme"), &["line 3", "quote"]),
        ("a quote inside a cell", second(1, "Acme", "Ac\"me"), &["line 3", "CSTMR_NM", "quote"]),
        ("text after a quoted cell", second(1, "Acme", "\"Acme\"x"), &["line 3", "CSTMR_NM", "quote"]),
        ("bytes that are not UTF-8", invalid, &["line 3", "CSTMR_NM", "UTF-8"]),
        ("UTF-16", utf16, &["UTF-16", "UTF-8"]),
        ("lines that end in CR alone", good.replace('\n', "\r").into(), &["line 1", "LF"]),
        ("a NUL byte", second(1, "Acme", "A\0"), &["line 3", "CSTMR_NM", "NUL"]),
        ("too few cells", second(1, ",31-DEC-2024", ""), &["line 3", "13 cells", "14"]),
        ("too many cells", second(1, "Acme", "Acme,Inc"), &["line 3", "15 cells", "14"]),
        ("a formula", second(1, "Acme", "=HYPERLINK(1)"), &["RPRO-00603", "line 3", "CSTMR_NM", "=HYPERLINK(1)"]),
        ("a formula in quotes", second(1, "Acme", "\"=1,2\""), &["RPRO-00603", "line 3", "CSTMR_NM", "=1,2"]),
        ("a plus", second(1, "Acme", "+1"), &["RPRO-00603", "line 3", "CSTMR_NM", "+1"]),
        ("an at sign", second(1, "Acme", "@SUM"), &["RPRO-00603", "line 3", "CSTMR_NM", "@SUM"]),
        ("a number in words", second(1, ",1,120", ",one,120"), &["line 3", "ORD_QTY", "one"]),
        ("a thousands separator", second(1, "100.00", "\"1,000.00\""), &["line 3", "EXT_SLL_PRC", "1,000.00", "separator"]),
        ("an exponent", second(1, "100.00", "1e3"), &["line 3", "EXT_SLL_PRC", "1e3"]),
        ("a date in another format", second(1, "15-JAN-2024", "2024-01-15"), &["line 3", "SO_BOOK_DATE", "DD-MON-YYYY", "2024-01-15"]),
        ("a date that does not exist", second(1, "15-JAN-2024", "30-FEB-2024"), &["line 3", "SO_BOOK_DATE", "30-FEB-2024"]),
        ("a bill twice", [BILLS, &bill("B1"), &bill("B1")].concat().into(), &["RPRO-00715", "line 3", "line 2", "INV_LINE_ID", "B1"]),
        ("nothing", Vec::new(), &["empty"]),
        ("no rows", HEAD.into(), &["no lines"]),
        ("blank lines alone", format!("{HEAD}\n\r\n\n").into(), &["no lines"]),
    ]
}

/// What fails the whole file: said at its place, and nothing of the file is kept.
#[test]
fn a_wrong_file_fails_whole_and_says_where() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        for (what, file, words) in whole_file_cases() {
            let status = way.upload("wrong.csv", file);
            assert_eq!((&status["status"], &status["Result"][0]["status"]), (&json!("Failed"), &json!("Failed")), "{what}: {status}");
            let (message, log) = (status["message"].as_str().unwrap(), status["Result"][0]["file_log"].as_str().unwrap());
            for word in words {
                assert!(message.contains(word) && log.contains(word), "{what}: {word:?} in {message}");
            }
            assert!(message.contains("Nothing of the file was kept"), "{what}: {message}");
        }
        assert_eq!(staged(&way, &server), (0, 0));
        // the same lines without the faults are taken, and so is a bill that failed with its file before
        let good = [HEAD, &order(1), &order(2)].concat();
        assert_eq!(way.upload("right.csv", good)["Result"][0]["rows_error"], 0);
        assert_eq!(way.upload("right.csv", [BILLS, &bill("B1")].concat())["Result"][0]["rows_error"], 0);
        assert_eq!(staged(&way, &server), (3, 0));
        assert_eq!(
            way.run(accrual_testkit::COLLECT),
            "Data Collected: 3 rows collected, 2 new contracts, 0 rows refused, 0 rows wait for a later period"
        );
        ACCRUAL.good(&place, &["check"]);
    }
}

/// What fails a line alone: it stays, says why, and a later file corrects it; the others go on.
#[test]
fn a_wrong_line_waits_for_its_correction() {
    let cases: [(&str, &str, &[&str]); 6] = [
        (",1,120.00", ",-1,120.00", &["RPRO-00072", "quantity", "above zero"]),
        ("USD,USD", "XXQ,USD", &["XXQ", "currency"]),
        ("100.00", "100.005", &["RPRO-00009", "EXT_SLL_PRC", "decimals", "USD"]),
        ("100.00", "99999999999999999999", &["RPRO-00009", "EXT_SLL_PRC", "too large"]),
        ("120.00,100.00,USD,USD", "120.5,100,JPY,JPY", &["RPRO-00009", "EXT_LST_PRC", "JPY"]),
        ("SKU", "", &["RPRO-00006", "item number"]),
    ];
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        for (id, (what, by, words)) in (1..).step_by(2).zip(cases) {
            let status = way.upload("lines.csv", second(id, what, by));
            assert_eq!((&status["status"], &status["Result"][0]["rows_error"]), (&json!("Success"), &json!(1)), "{by}: {status}");
            let errors = way.stage_errors();
            let row = errors.last().unwrap();
            assert_eq!((&row["so_line_id"], &row["line_num"]), (&json!(format!("L{}", id + 1)), &json!(3)), "{by}: {row}");
            for word in words {
                assert!(row["err_msg"].as_str().unwrap().contains(word), "{by}: {word:?} in {row}");
            }
        }
        assert_eq!(staged(&way, &server), (12, 6));
        let corrected: String = std::iter::once(HEAD.to_owned()).chain((2..=12).step_by(2).map(order)).collect();
        assert_eq!(way.upload("corrected.csv", corrected)["Result"][0]["rows_error"], 0);
        assert!(way.stage_errors().is_empty(), "{:?}", way.stage_errors());
        let collected = way.run(accrual_testkit::COLLECT);
        assert!(collected.starts_with("Data Collected: 12 rows collected, 12 new contracts, 0 rows refused"), "{collected}");
        ACCRUAL.good(&place, &["check"]);
    }
}

/// An order line sent twice is an update of itself; a bill sent twice is taken once.
#[test]
fn what_is_sent_twice_counts_once() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        let orders = [HEAD, &order(1), &order(1)].concat();
        assert_eq!(way.upload("orders.csv", orders.clone())["Result"][0]["rows_error"], 0);
        way.run(accrual_testkit::COLLECT);
        let bills = [BILLS, &bill("B1"), &bill("B2")].concat();
        assert_eq!(way.upload("bills.csv", bills.clone())["Result"][0]["rows_error"], 0);
        way.run(accrual_testkit::COLLECT);
        let again = way.upload("bills.csv", bills);
        assert_eq!(again["Result"][0]["rows_error"], 2, "{again}");
        for (row, id) in way.stage_errors().iter().zip(["B1", "B2"]) {
            assert_eq!((&row["inv_line_id"], &row["err_code"]), (&json!(id), &json!("RPRO-00715")));
            assert!(row["err_msg"].as_str().unwrap().contains(id), "{row}");
        }
        way.upload("orders.csv", orders);
        way.run(accrual_testkit::COLLECT);
        assert_eq!(
            way.view("BI3_RC_LNS", &["SO_LINE_ID", "EXT_SLL_PRC"]).rows,
            [["L1", "200.00"]],
            "two bills of 100.00 raise the order to 200.00"
        );
        assert_eq!(way.view("BI3_RC_BILL", &["INVOICE_LINE_ID"]).rows, [["B1"], ["B2"]]);
        ACCRUAL.good(&place, &["check"]);
    }
}

/// Byte order marks and line ends of other systems are no faults.
#[test]
fn a_byte_order_mark_and_windows_line_ends_are_welcome() {
    let server_place = Place::new(accrual_testkit::Backend::File);
    let server = ACCRUAL.serve(&server_place);
    let way = Way::new(server.log_in(), "/api/integration");
    let plain = [HEAD, &order(1), &order(2)].concat();
    let files = [
        [b"\xEF\xBB\xBF", plain.as_bytes()].concat(),
        plain.replace('\n', "\r\n").into_bytes(),
        plain.trim_end().as_bytes().to_vec(),
        plain.replace("Acme", "\"Ac\"\"me, Inc\nsecond line\"").into_bytes(),
    ];
    for file in files {
        let status = way.upload("good.csv", file);
        assert_eq!((&status["Result"][0]["rows_read"], &status["Result"][0]["rows_error"]), (&json!(2), &json!(0)), "{status}");
    }
    let text = "Type|Item Number|COLOUR\n";
    assert!(way.upload("bars.csv", text)["message"].as_str().unwrap().contains("line 1"));
}

/// A cell of 100 MiB is refused in the memory of a few blocks, and the sender is told.
#[test]
fn a_huge_cell_takes_no_memory() {
    let place = Place::new(accrual_testkit::Backend::File);
    let server = ACCRUAL.serve(&place);
    let way = Way::new(server.log_in(), "/api/integration");
    way.upload("first.csv", [HEAD, &order(1)].concat());
    let before = server.peak_memory();
    let huge = "x".repeat(100 * MEBIBYTE);
    let cases: [(&str, Vec<u8>, &[&str]); 4] = [
        ("plain", second(1, "Acme", &huge), &["line 3", "CSTMR_NM"]),
        ("quoted", second(1, "Acme", &format!("\"{huge}\"")), &["line 3", "CSTMR_NM"]),
        ("of lines", second(1, "Acme", &format!("\"{}\"", "x\n".repeat(50 * MEBIBYTE))), &["line 3", "CSTMR_NM"]),
        ("as header", format!("{huge}\n{}", order(1)).into(), &["line 1"]),
    ];
    for (what, file, words) in cases {
        let status = way.upload("huge.csv", file);
        assert_eq!(status["status"], "Failed", "{what}: {status}");
        let message = status["message"].as_str().unwrap();
        assert!(message.len() < 2_000, "{what}: the message does not repeat the cell");
        for word in words {
            assert!(message.contains(word), "{what}: {word:?} in {message}");
        }
    }
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown < 150 * MEBIBYTE as u64, "the server grew by {} MiB", grown / MEBIBYTE as u64);
    assert_eq!(staged(&way, &server), (1, 0));
}

#[test]
fn templates_that_are_not_frozen_or_unknown_take_nothing() {
    let place = Place::new(accrual_testkit::Backend::File);
    let server = ACCRUAL.serve(&place);
    let (way, admin) = (Way::new(server.log_in(), "/api/integration"), server.administrator());
    let send = |template: &str| -> Reply { way.client.upload_file(template, "orders.csv", [HEAD, &order(1)].concat()) };
    admin.post("/accrual/v1/objects/upload-templates", &json!({"name": "Ours", "anyField": true})).expect(201);
    let refused = send("Ours").expect(400).json();
    assert_eq!(refused["message"], "The upload template Ours is not frozen; freeze it before uploading.");
    let unknown = send("Theirs").expect(400).json();
    assert!(unknown["message"].as_str().unwrap().contains("There is no upload template \"Theirs\""), "{unknown}");
    assert_eq!(staged(&way, &server), (0, 0));
    ACCRUAL.good(&place, &["object", "freeze", "Ours"]);
    send("Ours").expect(200);
    assert_eq!(staged(&way, &server), (1, 0));
}

/// The head of an upload whose body comes in chunks, as written on the wire.
fn open_upload(server: &Running, token: &str) -> TcpStream {
    let address = server.origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/integration/v1/upload/file HTTP/1.1\r\nHost: {address}\r\ntoken: {token}\r\ntemplatename: {TEMPLATE}\r\n\
         Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn chunk(stream: &mut TcpStream, text: &str) {
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).unwrap();
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !ready() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Rows of an upload that breaks off are never seen, and its place is free again.
#[test]
fn a_connection_that_breaks_leaves_nothing() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        // more lines than a chunk of the store, so that some are written before the break
        let lines: String = (1..=30_000).map(order).collect();
        let mut stream = open_upload(&server, way.client.token().unwrap());
        chunk(&mut stream, HEAD);
        for part in lines.as_bytes().chunks(1 << 16) {
            chunk(&mut stream, std::str::from_utf8(part).unwrap());
        }
        drop(stream);
        wait_for("the end of the broken upload", || {
            let reply = way.get("/v1/fileupload/status/1");
            reply.status() == 200 && reply.json()["status"] == "Failed"
        });
        let status = way.upload_status(1);
        assert!(status["message"].as_str().unwrap().contains("broke off"), "{status}");
        assert_eq!(staged(&way, &server), (0, 0));
        let again = way.upload("again.csv", format!("{HEAD}{lines}"));
        assert_eq!((&again["Result"][0]["rows_read"], &again["Result"][0]["rows_error"]), (&json!(30_000), &json!(0)));
        assert_eq!(staged(&way, &server), (30_000, 0));
    }
}

#[test]
fn a_third_upload_at_the_same_time_is_refused_and_welcome_later() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        let mut open: Vec<TcpStream> = (1..=2)
            .map(|id| {
                let mut stream = open_upload(&server, way.client.token().unwrap());
                chunk(&mut stream, HEAD);
                chunk(&mut stream, &order(id));
                stream
            })
            .collect();
        for id in 1..=2 {
            let path = format!("/v1/fileupload/status/{id}");
            wait_for("an upload under way", || {
                let reply = way.get(&path);
                reply.status() == 200 && reply.json()["status"] == "In Progress"
            });
        }
        // as large as a real one: the sender must be able to read the answer though nobody wants the file
        let third: String = std::iter::once(HEAD.to_owned()).chain((3..=50_000).map(order)).collect();
        let refused = way.send("third.csv", third.clone()).expect(429);
        assert_eq!(refused.header("retry-after"), Some("5"));
        assert!(refused.json()["message"].as_str().unwrap().starts_with("2 uploads are under way"), "{}", refused.text());
        for stream in &mut open {
            stream.write_all(b"0\r\n\r\n").unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        assert_eq!(way.upload("third.csv", third)["Result"][0]["rows_read"], 49_998);
        assert_eq!(staged(&way, &server), (50_000, 0));
    }
}

/// Most senders write everything before they read: a refusal must reach them though nobody wants the rest.
#[test]
fn a_refusal_reaches_senders_that_send_everything_first() {
    let place = Place::new(accrual_testkit::Backend::File);
    let server = ACCRUAL.serve(&place);
    let way = Way::new(server.log_in(), "/api/integration");
    let address = server.origin().trim_start_matches("http://");
    let body = vec![b'x'; 24 * MEBIBYTE];
    let answer = |path: &str, headers: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let token = format!("token: {}\r\n", way.client.token().unwrap());
    let upload = "/api/integration/v1/upload/file";
    for (path, headers, status, words) in [
        (upload, "token: expired\r\n".to_owned(), 401, "authenticate again"),
        (upload, token.clone(), 400, "templatename"),
        (upload, format!("{token}templatename: Nothing\r\n"), 400, "There is no upload template"),
        (upload, format!("{token}templatename: {TEMPLATE}\r\n"), 200, "file_request_id"),
        ("/api/integration/v1/nothing", token, 404, "no operation"),
    ] {
        let answer = answer(path, &headers);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(words), "{path} {headers:?}: {answer}");
    }
    assert_eq!(way.upload_status(1)["status"], "Failed");
}

/// A contract that cannot take its rows keeps nobody else from being collected.
#[test]
fn a_contract_that_is_refused_stands_alone() {
    for backend in Place::backends() {
        let place = Place::new(backend);
        let server = ACCRUAL.serve(&place);
        let way = Way::new(server.log_in(), "/api/integration");
        way.upload("orders.csv", [HEAD, &order(1), &order(2)].concat());
        // each bill takes schedule numbers of its line, of which there are about a thousand
        let many: String = (0..600).map(|n| bill(&format!("B{n}"))).collect();
        way.upload("bills.csv", [BILLS, &many].concat());
        let job = way.wait(way.submit(accrual_testkit::COLLECT));
        assert_eq!(job["status"], "Warning", "{job}");
        assert_eq!(way.view("BI3_RC_LNS", &["SO_LINE_ID"]).rows, [["L2"]]);
        let errors = way.stage_errors();
        assert_eq!(errors.len(), 601, "the order and its bills");
        assert!(errors[0]["err_msg"].as_str().unwrap().contains("schedule numbers"), "{}", errors[0]);
        ACCRUAL.good(&place, &["check"]);
        // the order alone can be sent again
        assert_eq!(way.upload("again.csv", [HEAD, &order(1)].concat())["Result"][0]["rows_error"], 0);
        way.run(accrual_testkit::COLLECT);
        assert_eq!(way.view("BI3_RC_LNS", &["SO_LINE_ID"]).rows, [["L2"], ["L1"]]);
        assert_eq!(way.stage_errors().len(), 600);
        ACCRUAL.good(&place, &["check"]);
    }
}
