//! Uploads: as a form, as text, with their statuses; what is wrong with a file, and what with a request.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Client, Reply, World};
use reqwest::blocking::multipart::{Form, Part};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

const TEMPLATE: &str = "Upload Template";
const HEAD: &str =
    "TYPE,CUST_NUM,CSTMR_NM,ITEM_NUM,SO_NUM,SO_LINE_ID,SO_BOOK_DATE,ORD_QTY,EXT_LST_PRC,EXT_SLL_PRC,CURR,F_CUR,START_DATE,END_DATE\n";

fn order(id: u32, price: &str) -> String {
    format!("SO,C1,Acme,SKU,S1,L{id},15-JAN-2024,1,120,{price},USD,USD,01-JAN-2024,31-DEC-2024\n")
}

fn file(lines: u32) -> String {
    std::iter::once(HEAD.to_owned()).chain((1..=lines).map(|id| order(id, "100.00"))).collect()
}

fn csv(client: &Client, content: impl Into<String>) -> Reply {
    let request = client.request("POST", "/api/integration/v1/csv/upload").header("Content-Type", "text/plain");
    client.send(request.header("templatename", TEMPLATE).header("filename", "orders.csv").body(content.into()))
}

#[test]
fn upload_file_answers_a_request_id_that_leads_to_the_status() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let reply = client.upload_file(TEMPLATE, "orders.csv", file(3)).expect(200).json();
        let id = reply["file_request_id"].as_i64().unwrap();
        assert_eq!(reply, json!({"status": "Success", "message": "File received successfully", "file_request_id": id}));
        let status = client.get(&format!("/api/integration/v1/fileupload/status/{id}")).expect(200).json();
        assert_eq!((status["status"].clone(), status["message"].clone()), (json!("Success"), json!("Data Staged Successfully")));
        let result = &status["Result"][0];
        assert_eq!(result["file_request_id"], id);
        assert_eq!((result["rows_read"].clone(), result["rows_error"].clone()), (json!(3), json!(0)));
        assert_eq!((result["file_name"].clone(), result["template"].clone()), (json!("orders.csv"), json!(TEMPLATE)));
        assert!(result["file_log"].as_str().unwrap().contains("3 rows"), "{status}");
    }
}

#[test]
fn upload_file_answers_for_text_bodies_and_other_part_names() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let text = client.request("POST", "/integration/v1/upload/file").header("templatename", TEMPLATE).header("Content-Type", "text/plain");
    client.send(text.header("filename", "plain.csv").body(file(1))).expect(200);
    let form = Form::new().text("comment", "first").part("upload", Part::text(file(0) + &order(2, "1.00")).file_name("b.csv"));
    let request = client.request("POST", "/api/integration/v1/upload/file").header("templatename", TEMPLATE);
    client.send(request.multipart(form)).expect(200);
}

#[test]
fn upload_file_answers_for_files_of_many_megabytes() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let content = file(60_000);
    assert!(content.len() > 4 * 1024 * 1024);
    let id = client.upload_file(TEMPLATE, "large.csv", content.clone()).expect(200).json()["file_request_id"].clone();
    let status = client.get(&format!("/api/integration/v1/fileupload/status/{id}")).expect(200).json();
    assert_eq!((status["status"].clone(), status["Result"][0]["rows_read"].clone()), (json!("Success"), json!(60_000)));
    let text =
        client.request("POST", "/api/integration/v1/upload/file").header("templatename", TEMPLATE).header("Content-Type", "text/plain");
    let id = client.send(text.body(content)).expect(200).json()["file_request_id"].clone();
    let status = client.get(&format!("/api/integration/v1/fileupload/status/{id}")).expect(200).json();
    assert_eq!(status["Result"][0]["rows_read"], 60_000, "{status}");
}

#[test]
fn upload_file_refuses_requests_without_template_file_or_privilege() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let post = || client.request("POST", "/api/integration/v1/upload/file");
    assert_eq!(client.send(post().body(file(1))).expect(400).json()["code"], "api.header");
    let unknown = client.upload_file("No such template", "a.csv", file(1)).expect(400).json();
    assert_eq!(unknown["status"], "Error");
    assert!(unknown["message"].as_str().unwrap().contains("No such template"));
    let empty = client.send(post().header("templatename", TEMPLATE).multipart(Form::new().text("comment", "no file"))).expect(400);
    assert_eq!(empty.json()["code"], "api.multipart");
    client.with_token(None).upload_file(TEMPLATE, "a.csv", file(1)).expect(401);
}

#[test]
fn upload_status_answers_why_a_file_failed() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let broken = format!("{HEAD}{}{}", order(1, "100.00"), order(2, "a lot"));
        let id = client.upload_file(TEMPLATE, "broken.csv", broken).expect(200).json()["file_request_id"].as_i64().unwrap();
        let status = client.get(&format!("/api/integration/v1/fileupload/status/{id}")).expect(200).json();
        assert_eq!((status["status"].clone(), status["Result"][0]["status"].clone()), (json!("Failed"), json!("Failed")));
        let log = status["Result"][0]["file_log"].as_str().unwrap();
        for part in ["line 3", "EXT_SLL_PRC", "a lot"] {
            assert!(log.contains(part) && status["message"].as_str().unwrap().contains(part), "{part}: {status}");
        }
        assert_eq!(status["Result"][0]["file_request_id"], id);
    }
}

#[test]
fn upload_status_refuses_unknown_and_unreadable_ids() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    assert!(client.get("/api/integration/v1/fileupload/status/99").expect(204).body.is_empty());
    assert_eq!(client.get("/api/integration/v1/fileupload/status/first").expect(400).json()["code"], "api.number");
    client.with_token(None).get("/api/integration/v1/fileupload/status/1").expect(401);
}

#[test]
fn upload_csv_answers_when_the_lines_are_staged() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve();
        let reply = csv(&client, file(5)).expect(200).json();
        let id = reply["result"]["id"].as_i64().unwrap();
        assert_eq!((reply["status"].clone(), reply["message"].clone()), (json!("Success"), json!("Data Staged Successfully")));
        assert_eq!(reply["result"], json!({"client_id": 1, "id": id, "message": "Data Received", "status": "Successfully Uploaded"}));
        let status = client.get(&format!("/api/integration/v1/csv/upload/status?id={id}")).expect(200).json();
        assert_eq!(status, json!({"status": "Success", "result": reply["result"]}));
    }
}

#[test]
fn upload_csv_refuses_broken_lines_with_their_place() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply = csv(&client, format!("{HEAD}{}", order(1, "1,5x"))).expect(400).json();
    assert_eq!((reply["status"].clone(), reply["message"].clone()), (json!("Error"), json!("Error loading Data into Staging Area")));
    assert_eq!(reply["result"]["status"], "Failed");
    assert!(reply["result"]["message"].as_str().unwrap().contains("line 2"), "{reply}");
    let id = reply["result"]["id"].as_i64().unwrap();
    let status = client.get(&format!("/api/integration/v1/csv/upload/status?id={id}")).expect(200).json();
    assert_eq!(status["result"]["status"], "Failed");
}

#[test]
fn upload_csv_refuses_more_than_twenty_thousand_lines() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let reply = csv(&client, file(20_001)).expect(400).json();
    assert_eq!(reply["code"], "api.lines");
    assert!(reply["result"]["message"].as_str().unwrap().contains("upload/file"));
    csv(&client, file(20_000)).expect(200);
}

#[test]
fn upload_csv_refuses_without_file_name() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let request = client.request("POST", "/api/integration/v1/csv/upload").header("templatename", TEMPLATE);
    let reply = client.send(request.body(file(1))).expect(400).json();
    assert_eq!((reply["code"].clone(), reply["result"]["status"].clone()), (json!("api.header"), json!("Failed")));
}

#[test]
fn csv_status_answers_only_known_ids() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let id = csv(&client, file(1)).expect(200).json()["result"]["id"].as_i64().unwrap();
    client.get(&format!("/integration/v1/csv/upload/status?ID={id}")).expect(200);
}

#[test]
fn csv_status_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let unknown = client.get("/api/integration/v1/csv/upload/status?id=99").expect(400).json();
    assert_eq!((unknown["message"].clone(), unknown["status"].clone()), (json!("No data found"), json!("Error")));
    client.get("/api/integration/v1/csv/upload/status").expect(400);
}

#[test]
fn a_broken_connection_leaves_a_failed_upload_and_room_for_the_next() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let address = client.url("").trim_start_matches("http://").to_owned();
    let token = client.token().unwrap();
    let mut stream = TcpStream::connect(&address).unwrap();
    let head = format!(
        "POST /api/integration/v1/upload/file HTTP/1.1\r\nHost: {address}\r\ntoken: {token}\r\ntemplatename: {TEMPLATE}\r\n\
         Content-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n{}",
        file(10)
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.flush().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    drop(stream);
    // the same file, sent again, is staged
    let id = client.upload_file(TEMPLATE, "again.csv", file(10)).expect(200).json()["file_request_id"].as_i64().unwrap();
    let status = client.get(&format!("/api/integration/v1/fileupload/status/{id}")).expect(200).json();
    assert_eq!(status["status"], "Success", "{status}");
}

#[test]
fn upload_file_refuses_a_third_at_the_same_time() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    let address = client.url("").trim_start_matches("http://").to_owned();
    let head = format!(
        "POST /api/integration/v1/upload/file HTTP/1.1\r\nHost: {address}\r\ntoken: {}\r\ntemplatename: {TEMPLATE}\r\n\
         Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        client.token().unwrap()
    );
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let mut open: Vec<TcpStream> = (0..2)
        .map(|i| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(format!("{head}{}", chunk(&format!("{HEAD}{}", order(i + 1, "1.00")))).as_bytes()).unwrap();
            stream
        })
        .collect();
    let state = |id: u32| client.get(&format!("/api/integration/v1/fileupload/status/{id}"));
    for id in 1..=2 {
        let loading = (0..500).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            let reply = state(id);
            reply.status() == 200 && reply.json()["status"] == "In Progress"
        });
        assert!(loading, "upload {id} is under way");
    }
    let refused = client.upload_file(TEMPLATE, "third.csv", file(3)).expect(429);
    assert_eq!((refused.json()["status"].clone(), refused.json()["code"].clone()), (json!("Error"), json!("upload.busy")));
    for stream in &mut open {
        stream.write_all(b"0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn list_uploads_answers_by_status() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.upload_file(TEMPLATE, "good.csv", file(2)).expect(200);
    admin.upload_file(TEMPLATE, "bad.csv", "no header of ours\n1\n").expect(200);
    let names = |query: &str| {
        let data = admin.get(&format!("/accrual/v1/uploads{query}")).expect(200).json()["data"].clone();
        data.as_array().unwrap().iter().map(|u| u["file_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["good.csv", "bad.csv"]);
    assert_eq!(names("?status=failed"), ["bad.csv"]);
}

#[test]
fn list_uploads_refuses_other_statuses_and_others() {
    let world = World::on(Backend::Memory).build();
    world.serve_administrator().get("/accrual/v1/uploads?status=lost").expect(400);
    world.serve().get("/accrual/v1/uploads").expect(403);
}

#[test]
fn get_upload_answers_log_and_control_totals() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let id = admin.upload_file(TEMPLATE, "good.csv", file(2)).expect(200).json()["file_request_id"].as_i64().unwrap();
    let upload = admin.get(&format!("/accrual/v1/uploads/{id}")).expect(200).json();
    assert_eq!((upload["status"].clone(), upload["rows_read"].clone()), (json!("Staged"), json!(2)));
    assert!(upload["log"].as_str().unwrap().contains("2 rows"));
}

#[test]
fn get_upload_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_administrator().get("/accrual/v1/uploads/99").expect(404).json()["error"]["code"], "upload.unknown");
}
