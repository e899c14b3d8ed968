//! BI views: pages, tokens, limits, counts, columns, tasks.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Client, Reply, World};
use serde_json::{Value, json};
use std::io::Read;

const V2: &str = "/api/integration/v2/biviews";
const WINDOW: &str = "clientId=1&fromDate=2016-07-26T00%3A00%3A00&toDate=2030-01-01T00:00:00";

fn page(client: &Client, view: &str, more: &str, token: Option<&str>) -> Reply {
    let mut request = client.request("GET", &format!("{V2}/{view}?{WINDOW}&{more}"));
    if let Some(token) = token {
        request = request.header("Continuation-Token", token);
    }
    client.send(request)
}

fn unpacked(reply: &Reply) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(reply.body.as_slice()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn view_page_answers_pages_of_one_snapshot_by_token() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let count = client.get(&format!("{V2}/count/BI3_ACCT_TYPE?{WINDOW}")).expect(200).json()["count"].as_u64().unwrap();
        let first = page(&client, "BI3_ACCT_TYPE", "pagenum=1&pageSize=5&outputType=csv", None).expect(200);
        assert_eq!(first.header("content-type"), Some("text/csv; charset=utf-8"));
        let token = first.header("Continuation-Token").unwrap().to_owned();
        assert!(first.text().starts_with("ID,NAME,WF_TYPE,"), "{}", first.text());
        let mut rows = first.text().lines().count() - 1;
        for number in 2..=count.div_ceil(5) {
            let reply = page(&client, "BI3_ACCT_TYPE", &format!("pagenum={number}&pageSize=5&outputType=csv"), Some(&token)).expect(200);
            rows += reply.text().lines().count() - 1;
        }
        assert_eq!(rows as u64, count);
        let past = page(&client, "BI3_ACCT_TYPE", "pagenum=99&pageSize=5&outputType=csv", Some(&token)).expect(404);
        assert!(past.text().contains("This page will not exist"));
        assert!(past.text().contains("The number of total pages and the number of total rows are returned"));
        assert_eq!(past.json()["Result"], json!({"total_pages": count.div_ceil(5), "total_rows": count}));
    }
}

#[test]
fn view_page_answers_gzip_unless_csv_is_asked_for() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply = page(&client, "BI3_ACCT_TYPE", "pagenum=1", None).expect(200);
    assert_eq!((reply.header("content-type"), reply.header("content-encoding")), (Some("application/gzip"), None));
    let packed =
        client.send(client.request("GET", &format!("{V2}/BI3_CALENDAR?{WINDOW}&pageSize=20000")).header("Accept-Encoding", "gzip"));
    assert_eq!(packed.header("content-encoding"), None, "a gzip file is not packed twice");
    let text = unpacked(&reply);
    assert!(text.lines().any(|l| l.starts_with("L,Contract Liability,")), "{text}");
}

#[test]
fn view_page_answers_nothing_for_page_zero_and_empty_windows() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    page(&client, "BI3_ACCT_TYPE", "pagenum=0", None).expect(204);
    client.get(&format!("{V2}/BI3_RC_LNS?{WINDOW}&pagenum=1")).expect(204);
    client.get(&format!("{V2}/BI3_ACCT_TYPE?fromDate=2029-01-01&toDate=2029-02-01&pagenum=1")).expect(204);
    client.get(&format!("{V2}/BI3_ACCT_TYPE?fromDate=&toDate=&pagenum=1")).expect(200);
}

#[test]
fn view_page_answers_selected_columns_of_a_body() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let request = client.request("GET", &format!("{V2}/BI3_ACCT_TYPE?{WINDOW}&outputType=csv"));
    let reply = client.send(request.json(&json!(["NAME", "ID"]))).expect(200);
    assert!(reply.text().starts_with("NAME,ID\n"), "{}", reply.text());
}

#[test]
fn view_page_refuses_what_the_limits_forbid() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let code = |more: &str| page(&client, "BI3_ACCT_TYPE", more, None).expect(400).json()["code"].as_str().unwrap().to_owned();
    assert_eq!(code("pageSize=10001&outputType=csv"), "view.page_size");
    assert_eq!(code("pageSize=20001"), "view.page_size");
    assert_eq!(code("pageSize=0"), "view.page_size");
    assert_eq!(code("outputType=xml"), "api.output");
    assert_eq!(code("pagenum=minus"), "api.number");
    assert_eq!(page(&client, "BI3_NOTHING", "", None).expect(400).json()["code"], "view.unknown");
    assert_eq!(page(&client, "BI3_ACCT_TYPE", "pagenum=2", Some("no-such-token")).expect(400).json()["code"], "view.token");
    let bad = |query: &str| client.get(&format!("{V2}/BI3_ACCT_TYPE?{query}")).expect(400).json()["code"].as_str().unwrap().to_owned();
    assert_eq!(bad("fromDate=yesterday"), "api.time");
    assert_eq!(bad("fromDate=2024-01-02&toDate=2024-01-01"), "api.window");
    assert_eq!(bad("clientId=me"), "api.client");
    client.with_token(None).get(&format!("{V2}/BI3_ACCT_TYPE")).expect(401);
}

#[test]
fn view_page_of_fields_answers_them_in_order() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply =
        client.post(&format!("{V2}/BI3_ACCT_TYPE?{WINDOW}&outputType=csv"), &json!(["name", "BALANCE_SHEET_ACCT_FLAG"])).expect(200);
    assert!(reply.text().starts_with("NAME,BALANCE_SHEET_ACCT_FLAG\n"), "{}", reply.text());
    assert!(reply.text().lines().any(|l| l == "Contract Liability,Y"), "{}", reply.text());
}

#[test]
fn view_page_of_fields_refuses_unknown_columns_and_bodies() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let path = format!("{V2}/BI3_ACCT_TYPE?{WINDOW}");
    assert_eq!(client.post(&path, &json!(["NO_SUCH"])).expect(400).json()["code"], "view.column");
    assert_eq!(client.post(&path, &json!({"fields": []})).expect(400).json()["code"], "api.fields");
    assert_eq!(client.post(&path, &json!([1])).expect(400).json()["code"], "api.fields");
}

#[test]
fn view_count_answers_a_number() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    assert_eq!(client.get(&format!("{V2}/count/BI3_RC_HEAD?{WINDOW}")).expect(200).json(), json!({"count": 0}));
    assert_eq!(client.get(&format!("{V2}/count/BI3_ACCT_TYPE?{WINDOW}")).expect(200).json(), json!({"count": 12}));
}

#[test]
fn view_count_refuses_unknown_views() {
    let world = World::on(Backend::Memory).build();
    world.serve().get(&format!("{V2}/count/BI3_NOTHING?{WINDOW}")).expect(400);
}

#[test]
fn describe_columns_answers_types() {
    let world = World::on(Backend::Memory).build();
    let columns = world.serve().get(&format!("{V2}/BI3_RC_SCHD/describe-columns")).expect(200).json();
    let columns = columns.as_array().unwrap();
    assert_eq!(columns.len(), 85);
    let id = columns.iter().find(|c| c["column_name"] == "SCHD_ID").unwrap();
    assert_eq!(id["data_type"], "NUMBER");
    for key in ["data_length", "data_precision", "data_scale"] {
        assert!(id.get(key).is_some(), "{key}");
    }
}

#[test]
fn describe_columns_refuses_unknown_views() {
    let world = World::on(Backend::Memory).build();
    world.serve().get(&format!("{V2}/BI3_NOTHING/describe-columns")).expect(400);
}

#[test]
fn list_view_tasks_answers_queues() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.get("/api/integration/v2/biviews-status").expect(204);
    let token = page(&client, "BI3_CALENDAR", "pageSize=10", None).expect(200).header("continuation-token").unwrap().to_owned();
    let reply = client.get("/api/integration/v2/biviews-status").expect(200).json();
    assert_eq!(reply["status"], "Success");
    let active = &reply["result"]["active"][0];
    assert_eq!((active["task_id"].clone(), active["query_config"]["object_name"].clone()), (json!(token), json!("BI3_CALENDAR")));
    assert_eq!(active["query_config"]["filter_param"]["fromDate"], "2016-07-26T00:00:00");
}

#[test]
fn list_view_tasks_refuses_without_token() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/api/integration/v2/biviews-status").expect(401);
}

#[test]
fn view_task_answers_the_task_of_a_token() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let token = page(&client, "BI3_ACCT_TYPE", "pageSize=20", None).expect(200).header("continuation-token").unwrap().to_owned();
    let reply = client.get(&format!("/integration/v2/biviews-status/{token}")).expect(200).json();
    let found: Vec<&Value> = ["active", "completed"].iter().flat_map(|q| reply[q].as_array().unwrap()).collect();
    assert_eq!((found.len(), found[0]["task_id"].clone(), found[0]["accumulate"].clone()), (1, json!(token), json!(12)));
}

#[test]
fn view_task_refuses_unknown_tokens() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/api/integration/v2/biviews-status/nothing").expect(204);
}

#[test]
fn cancel_view_task_answers_and_ends_the_token() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let token = page(&client, "BI3_CALENDAR", "pageSize=10", None).expect(200).header("continuation-token").unwrap().to_owned();
    let path = format!("/api/integration/v2/biviews-status/{token}");
    client.send(client.request("DELETE", &path)).expect(200);
    page(&client, "BI3_CALENDAR", "pagenum=2&pageSize=10", Some(&token)).expect(400);
}

#[test]
fn cancel_view_task_refuses_unknown_tokens() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.send(client.request("DELETE", "/api/integration/v2/biviews-status/nothing")).expect(204);
}

#[test]
fn view_page_v1_answers_csv_until_204() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let get = |page: u32| client.get(&format!("/api/integration/v1/biviews/BI3_ACCT_TYPE?{WINDOW}&pagenum={page}&pagesize=10"));
        let rows: Vec<usize> = (1..=2).map(|n| get(n).expect(200).text().lines().count() - 1).collect();
        assert_eq!(rows, [10, 2]);
        get(3).expect(204);
        let count = client.get(&format!("/api/integration/v1/biviews/BI3_ACCT_TYPE?{WINDOW}&pagenum=1&count=true")).expect(200);
        assert_eq!(count.json(), json!({"count": 12}));
    }
}

#[test]
fn view_page_v1_refuses_without_client_and_unknown_views() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let missing = client.get("/api/integration/v1/biviews/BI3_ACCT_TYPE?pagenum=1").expect(400);
    assert!(missing.json()["message"].as_str().unwrap().contains("Invalid User ID"));
    client.get("/api/integration/v1/biviews/BI3_NOTHING?clientId=1&pagenum=1").expect(400);
    client.get("/api/integration/v1/biviews/BI3_ACCT_TYPE?clientId=1&pagenum=0").expect(204);
}

#[test]
fn view_page_of_fields_v1_answers_them() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve().post(&format!("/integration/v1/biviews/BI3_ACCT_TYPE?{WINDOW}&pagenum=1"), &json!(["ID"])).expect(200);
    assert!(reply.text().starts_with("ID\n"), "{}", reply.text());
}

#[test]
fn view_page_of_fields_v1_refuses_unknown_columns() {
    let world = World::on(Backend::Memory).build();
    world.serve().post(&format!("/api/integration/v1/biviews/BI3_ACCT_TYPE?{WINDOW}&pagenum=1"), &json!(["NOPE"])).expect(400);
}
