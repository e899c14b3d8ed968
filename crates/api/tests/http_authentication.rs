//! Tokens: how they are got, how they look on the wire, when they end, what they allow.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, PASSWORD, World};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

const LIST: &str = "/api/integration/v1/programs";

/// The head of an answer, byte for byte.
fn raw(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn authenticate_answers_a_token_that_works() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve_without_login();
        let reply = client.authenticate("revenue", PASSWORD, "API Role", "Default").expect(200);
        assert_eq!(reply.json(), json!({"Message": "Token Generated", "status": "success"}));
        let token = reply.header("Revpro-Token").unwrap().to_owned();
        assert_eq!(token.split('.').count(), 3, "a JSON web token has three parts");
        client.with_token(Some(&token)).get(LIST).expect(200);
        for name in ["Token", "TOKEN", "token"] {
            client.send(client.request("GET", LIST).header(name, &token)).expect(200);
        }
    }
}

#[test]
fn authenticate_answers_the_header_spelt_as_clients_compare_it() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let address = client.url("").trim_start_matches("http://").to_owned();
    let basic = "cmV2ZW51ZTpjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl";
    let head = raw(
        &address,
        &format!(
            "POST /api/integration/v1/authenticate HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic {basic}\r\nrole: API Role\r\n\
             clientname: Default\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    );
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\nRevpro-Token: eyJ"), "{head}");
}

#[test]
fn authenticate_answers_under_the_short_path_too() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let request = client.request("POST", "/integration/v1/authenticate").basic_auth("revenue", Some(PASSWORD));
    client.send(request.header("role", "API Role").header("clientname", "Default")).expect(200);
}

#[test]
fn authenticate_refuses_without_telling_what_was_wrong() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let mut texts = Vec::new();
    for (user, password, tenant) in [("revenue", "wrong", "Default"), ("nobody", PASSWORD, "Default"), ("revenue", PASSWORD, "Elsewhere")] {
        let reply = client.authenticate(user, password, "API Role", tenant).expect(401);
        assert!(reply.header("revpro-token").is_none());
        assert!(reply.header("www-authenticate").is_some_and(|v| v.starts_with("Basic")));
        texts.push(reply.json()["Message"].as_str().unwrap().to_owned());
    }
    assert!(texts.iter().all(|t| *t == texts[0]), "{texts:?}");
}

#[test]
fn authenticate_refuses_missing_headers_and_foreign_roles() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let post = || client.request("POST", "/api/integration/v1/authenticate");
    client.send(post().header("role", "API Role").header("clientname", "Default")).expect(401);
    let no_role = client.send(post().basic_auth("revenue", Some(PASSWORD)).header("clientname", "Default")).expect(400);
    assert_eq!((no_role.json()["status"].clone(), no_role.json()["code"].clone()), (json!("Error"), json!("api.header")));
    client.authenticate("revenue", PASSWORD, "No such role", "Default").expect(403);
}

#[test]
fn authenticate_answers_a_token_that_ends_after_thirty_minutes() {
    let world = World::on(Backend::Memory).now("2024-01-15T12:00:00").build();
    let client = world.serve();
    world.set_now("2024-01-15T12:29:59");
    client.get(LIST).expect(200);
    world.set_now("2024-01-15T12:30:00");
    let late = client.get(LIST).expect(401);
    assert_eq!(late.json()["code"], "api.token_expired");
    assert!(late.json()["error"].as_str().unwrap().contains("expired"));
    client.with_token(Some("not.a.token")).get(LIST).expect(401);
    client.with_token(None).get(LIST).expect(401);
}
