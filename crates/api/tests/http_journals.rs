//! The whole way over HTTP: upload, collect, transfer, then every way to read a batch, with amounts.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Client, World};
use serde_json::{Value, json};

const HEAD: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE\n";
/// 1,200.00 over the 366 days of 2024: 31 days of January are 101.639… .
const JANUARY: &str = "101.64";

fn run(client: &Client, world: &World, program: &str) {
    let programs = client.get("/api/integration/v1/programs").expect(200).json();
    let found = programs["data"].as_array().unwrap().iter().find(|p| p["program_name"] == program).unwrap().clone();
    let path = format!("/api/integration/v1/1/programs/{}/submit", found["program_id"]);
    let id = client.post(&path, &json!({"parameters": []})).expect(200).json()["data"]["id"].as_i64().unwrap();
    world.wait_for_job(id);
    let job = client.get(&format!("/api/integration/v1/1/jobs/{id}")).expect(200).json();
    assert_eq!(job["data"]["status"], "Completed", "{program}: {job}");
}

/// Uploads `lines` order lines of 1,200.00 a contract each, collects and transfers January.
fn transferred(world: &World, client: &Client, lines: u32) -> Value {
    let order = |n: u32| format!("SO,C1,Acme,SKU,S{n},L{n},15-JAN-2024,1,1200,1200.00,USD,USD,01-JAN-2024,31-DEC-2024\n");
    let file: String = std::iter::once(HEAD.to_owned()).chain((1..=lines).map(order)).collect();
    client.upload_file("Upload Template", "orders.csv", file).expect(200);
    run(client, world, "RevPro3.0 Data Collection Master");
    run(client, world, "Revpro3.0 Accounting Transfer Master");
    let list = client.get("/api/integration/v1/journal/list").expect(200).json();
    assert_eq!((list["status"].clone(), list["result"].as_array().unwrap().len()), (json!("Success"), 1));
    list["result"][0].clone()
}

fn amount(line: &Value, column: &str) -> String {
    match &line[column] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn list_batches_answers_what_is_ready_with_its_report() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        client.get("/api/integration/v1/journal/list").expect(204);
        let batch = transferred(&world, &client, 1);
        assert_eq!((batch["client_id"].clone(), batch["status"].clone()), (json!(1), json!("Ready to Transfer")));
        assert!(batch["report_id"].is_i64() && batch["id"].is_i64());
        assert_eq!((batch["crtd_by"].clone(), batch["crtd_dt"].clone()), (json!("revenue"), json!("2024-01-15T12:00:00Z")));
    }
}

#[test]
fn list_batches_refuses_without_token() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/integration/v1/journal/list").expect(401);
}

#[test]
fn batch_page_answers_lines_that_balance() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let id = transferred(&world, &client, 3)["id"].as_i64().unwrap();
        let page = |n: u32| client.get(&format!("/api/integration/v1/journal/batch/{id}/{n}?pagesize=4"));
        let mut lines: Vec<Value> = page(1).expect(200).json()["result"].as_array().unwrap().clone();
        assert_eq!(lines.len(), 4);
        lines.extend(page(2).expect(200).json()["result"].as_array().unwrap().clone());
        page(3).expect(204);
        assert_eq!(lines.len(), 6);
        let revenue: Vec<&Value> = lines.iter().filter(|l| l["ACCTG_TYPE"] == "R").collect();
        assert_eq!(revenue.len(), 3);
        for line in revenue {
            assert_eq!(
                (amount(line, "CR_AMOUNT"), amount(line, "CURR"), amount(line, "PRD_ID")),
                (JANUARY.into(), "USD".into(), "202401".into())
            );
        }
        let debits: Vec<String> = lines.iter().filter(|l| l["ACCTG_TYPE"] != "R").map(|l| amount(l, "DR_AMOUNT")).collect();
        assert_eq!(debits, [JANUARY, JANUARY, JANUARY]);
    }
}

#[test]
fn batch_page_answers_csv_when_asked() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let id = transferred(&world, &client, 1)["id"].as_i64().unwrap();
    let page = client.get(&format!("/api/integration/v1/journal/batch/{id}/1?Output=CSV")).expect(200);
    assert_eq!(page.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(page.text().lines().count(), 3, "{}", page.text());
    assert!(page.text().starts_with("ID,BATCH_ID,"), "{}", page.text());
}

#[test]
fn batch_page_refuses_unknown_batches_and_page_sizes() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.get("/api/integration/v1/journal/batch/99/1").expect(400);
    client.get("/api/integration/v1/journal/batch/one/1").expect(400);
    client.get("/api/integration/v1/journal/batch/99/1?pagesize=10001").expect(400);
    client.get("/api/integration/v1/journal/batch/99/1?Output=XML").expect(400);
    client.get("/api/integration/v1/journal/batch/99/0").expect(204);
}

#[test]
fn set_batch_transferred_answers_once() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let id = transferred(&world, &client, 1)["id"].as_i64().unwrap();
        let path = format!("/api/integration/v1/journal/batch/status/{id}");
        assert_eq!(client.put(&path, &json!({})).expect(200).json(), json!({"status": "Success"}));
        client.get("/api/integration/v1/journal/list").expect(204);
        let again = client.put(&path, &json!({})).expect(400).json();
        assert_eq!(again["status"], "Error");
        assert!(
            again["message"].as_str().unwrap().starts_with("0 row(s) updated. Only the batch in Ready TO Transfer status can be updated."),
            "{again}"
        );
    }
}

#[test]
fn set_batch_transferred_refuses_unknown_batches() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply = client.put("/api/integration/v1/journal/batch/status/99", &json!({})).expect(400).json();
    assert!(reply["message"].as_str().unwrap().starts_with("0 row(s) updated."), "{reply}");
    client.with_token(None).put("/api/integration/v1/journal/batch/status/99", &json!({})).expect(401);
}

#[test]
fn batch_file_answers_csv() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let id = transferred(&world, &client, 2)["id"].as_i64().unwrap();
    let file = client.get(&format!("/api/integration/v1/download/transferbatchfile/{id}")).expect(200);
    assert_eq!(file.text().lines().count(), 5, "{}", file.text());
    assert!(file.header("content-disposition").unwrap().contains("filename="));
}

#[test]
fn batch_file_refuses_unknown_batches() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/api/integration/v1/download/transferbatchfile/99").expect(204);
}

#[test]
fn sign_report_url_answers_a_url_that_needs_no_token_and_bears_no_change() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let report = transferred(&world, &client, 2)["report_id"].as_i64().unwrap();
        let reply = client.get(&format!("/api/integration/v2/reports/signedurl/{report}")).expect(200).json();
        assert_eq!(reply["success"], true);
        let url = reply["signed_url"].as_str().unwrap().to_owned();
        let base = client.url("");
        let path = url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} does not begin with {base}"));
        let open = client.with_token(None);
        let file = open.get(path).expect(200);
        assert_eq!(file.text().lines().count(), 5, "{}", file.text());
        assert!(file.header("etag").is_some());
        for at in path.find("expires").unwrap()..path.len() {
            let mut changed = path.as_bytes().to_vec();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let status = open.get(std::str::from_utf8(&changed).unwrap()).status();
            assert_eq!(status, 403, "byte {at}");
        }
        open.get(&path.replace(&format!("/{report}?"), &format!("/{}?", report + 1))).expect(403);
        world.set_now("2024-01-15T12:29:59");
        open.get(path).expect(200);
        world.set_now("2024-01-15T12:30:00");
        assert_eq!(open.get(path).expect(403).json()["code"], "signed.expired");
    }
}

#[test]
fn sign_report_url_refuses_unknown_reports() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let unknown = client.get("/api/integration/v2/reports/signedurl/99").expect(404).json();
    assert_eq!(unknown["success"], false);
    assert!(unknown["error"].is_string());
    let text = client.get("/api/integration/v2/reports/signedurl/orders.csv").expect(400).json();
    assert_eq!(text["Message"], "The file name does not exist. Please check the file extension.");
    assert_eq!((text["Result"].clone(), text["status"].clone()), (json!("None"), json!("Error")));
}

#[test]
fn report_file_answers_the_same_bytes_as_the_batch_file() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let batch = transferred(&world, &client, 2);
    let url = client.get(&format!("/api/integration/v2/reports/signedurl/{}", batch["report_id"])).expect(200).json();
    let path = url["signed_url"].as_str().unwrap().strip_prefix(&client.url("")).unwrap().to_owned();
    let signed = client.with_token(None).get(&path).expect(200);
    let named = client.get(&format!("/api/integration/v1/download/transferbatchfile/{}", batch["id"])).expect(200);
    assert_eq!(signed.body, named.body);
}

#[test]
fn report_file_refuses_without_signature() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    client.get("/api/integration/v2/reports/file/1").expect(403);
    client.get("/api/integration/v2/reports/file/1?client=default&expires=99999999999&signature=00").expect(403);
    client.get("/api/integration/v2/reports/file/1?client=nobody&expires=99999999999&signature=00").expect(403);
}

#[test]
fn list_reports_answers_the_files_of_a_day() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let batch = transferred(&world, &client, 1);
    let list = client.get("/api/integration/v1/reports/list?createddate=15-Jan-2024").expect(200).json();
    assert_eq!(list["status"], "Success");
    let entry = &list["Result"][0];
    assert_eq!(entry["id"], batch["report_id"]);
    assert_eq!((entry["report_date"].clone(), entry["status"].clone()), (json!("2024-01-15T12:00:00Z"), json!("Available")));
    for key in ["category", "file_name", "layout_name", "rep_desc", "rep_name"] {
        assert!(entry[key].is_string(), "{key}");
    }
    client.get("/api/integration/v1/reports/list?createddate=14-JAN-2024").expect(204);
    client.get("/api/integration/v1/reports/list").expect(200);
}

#[test]
fn list_reports_refuses_other_dates() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve().get("/api/integration/v1/reports/list?createddate=30-11-1993").expect(400).json();
    assert!(reply["Message"].as_str().unwrap().starts_with("Invalid date format for 30-11-1993"), "{reply}");
    assert_eq!(reply["status"], "Error");
}

#[test]
fn download_report_answers_by_file_name() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    transferred(&world, &client, 1);
    let list = client.get("/api/integration/v1/reports/list?createddate=15-JAN-2024").expect(200).json();
    let name = list["Result"][0]["file_name"].as_str().unwrap();
    let file = client.get(&format!("/api/integration/v1/reports/download/{name}")).expect(200);
    assert_eq!(file.text().lines().count(), 3, "{}", file.text());
}

#[test]
fn download_report_refuses_unknown_names() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.get("/api/integration/v1/reports/download/nothing.csv").expect(204);
    client.get("/api/integration/v1/reports/download/..%2F..%2Fetc%2Fpasswd").expect(204);
}

#[test]
fn waterfall_answers_amounts_by_period() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    transferred(&world, &client, 2);
    let reply = world.serve_administrator().get("/accrual/v1/waterfall").expect(200).json();
    assert_eq!(reply["period"], "2024-01");
    let revenue = reply["data"].as_array().unwrap().iter().find(|r| r["account_type"] == "R").unwrap();
    assert_eq!(
        (revenue["currency"].clone(), revenue["open"].clone(), revenue["total"].clone()),
        (json!("USD"), json!("203.28"), json!("2400.00"))
    );
    assert_eq!(revenue["future"].as_array().unwrap().len(), 11);
}

#[test]
fn waterfall_refuses_others_and_nonsense() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/accrual/v1/waterfall").expect(403);
    world.serve_administrator().get("/accrual/v1/waterfall?period=soon").expect(400);
}
