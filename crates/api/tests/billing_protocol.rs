//! What holds for every operation of the billing interface, built or not.

#![allow(clippy::unwrap_used)]

use accrual_api::billing::rows::{self, billing};
use accrual_testkit::{Backend, Client, PASSWORD, Reply, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";
const SECRET: &str = "client-secret";
const UNBUILT: &str = "/v1/orders/O-1";

fn token_form(client: &Client, id: &str, secret: &str, grant: &str) -> Reply {
    let body = format!("client_id={id}&client_secret={secret}&grant_type={grant}");
    let request = client.request("POST", "/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(body))
}

fn bearer(client: &Client) -> String {
    token_form(client, CLIENT, SECRET, "client_credentials").expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

/// A request to a row that is not built, under the latest version.
fn ask(client: &Client, token: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = client.request("GET", UNBUILT).bearer_auth(token).header("zuora-version", "2025-08-12");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request)
}

fn filled(path: &str) -> String {
    path.split('/').map(|p| if p.starts_with('{') { "1" } else { p }).collect::<Vec<_>>().join("/")
}

#[test]
fn billing_create_token_answers_forms_and_json_with_a_token_that_works() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let client = world.serve_without_login();
        let reply = token_form(&client, CLIENT, SECRET, "client_credentials").expect(200);
        let body = reply.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(3599)));
        assert_eq!(body["jti"].as_str().unwrap().len(), 32);
        let scope = body["scope"].as_str().unwrap();
        for part in ["user.", "entity.", "service.", "tenant."] {
            assert!(scope.split(' ').any(|s| s.starts_with(part)), "{scope}");
        }
        assert_eq!(reply.header("zuora-request-id").unwrap().len(), 36);
        let sent = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"});
        let by_json = client.post("/oauth/token", &sent).expect(200).json();
        assert_ne!(by_json["jti"], body["jti"]);
        for token in [&body, &by_json] {
            ask(&client, token["access_token"].as_str().unwrap(), &[]).expect(501);
        }
    }
}

#[test]
fn billing_create_token_refuses_in_the_shape_of_oauth() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let error = |reply: Reply| reply.json()["error"].clone();
    for grant in ["password", "refresh_token", "CLIENT_CREDENTIALS"] {
        assert_eq!(error(token_form(&client, CLIENT, SECRET, grant).expect(400)), "unsupported_grant_type");
    }
    assert_eq!(error(token_form(&client, CLIENT, SECRET, "").expect(400)), "invalid_request");
    let other = "00000000-0000-4000-8000-000000000002";
    for (id, secret) in [(CLIENT, "wrong"), (other, SECRET), ("short", SECRET), ("revenue", PASSWORD)] {
        let reply = token_form(&client, id, secret, "client_credentials").expect(401);
        assert_eq!(reply.json()["reasons"][0]["code"], 90_000_011);
        assert_eq!(reply.json()["message"], "Authentication error");
        assert_eq!(error(reply), "invalid_client");
    }
    let post = || client.request("POST", "/oauth/token").header("content-type", "application/json");
    for body in ["", "[]", "{", r#"{"client_id":1}"#, r#"{"client_id":null,"client_secret":"a","grant_type":"client_credentials"}"#] {
        assert_eq!(error(client.send(post().body(body)).expect(400)), "invalid_request");
    }
    let twice = format!("client_id={CLIENT}&client_id={CLIENT}&client_secret={SECRET}&grant_type=client_credentials");
    let form = client.request("POST", "/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    client.send(form.body(twice)).expect(400);
    let form = client.request("POST", "/oauth/token").basic_auth(CLIENT, Some(SECRET)).body("grant_type=client_credentials");
    client.send(form).expect(400);
    // a client that renews its token still sends the old one
    let renewed = post().bearer_auth("an old token");
    client
        .send(renewed.body(json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}).to_string()))
        .expect(200);
    let no_entity = post()
        .header("zuora-entity-ids", other)
        .body(json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}).to_string());
    client.send(no_entity).expect(403);
}

#[test]
fn nothing_answers_without_credentials() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let mut swept = 0;
    for operation in billing().iter().filter(|o| o.reference != "create_token") {
        for path in operation.paths() {
            let reply = client.send(client.request(operation.method.name(), &filled(path)));
            assert_eq!(reply.status(), 401, "{} {path}", operation.id);
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(["Basic", "ZSession", "Bearer"].iter().all(|s| challenge.contains(s)), "{challenge}");
            assert_eq!(reply.header("zuora-request-id").unwrap().len(), 36);
        }
        swept += 1;
    }
    let elsewhere = rows::lines().filter(|l| rows::elsewhere(l).is_some()).count();
    assert_eq!(swept + elsewhere + 1, rows::lines().count(), "those of the revenue integration are swept with its family");
}

#[test]
fn what_is_not_built_says_so_under_every_version_and_alias() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    for operation in billing().iter().filter(|o| !o.built()) {
        for (path, version) in operation.paths().zip(["186.0", "2025-08-12", "341"].into_iter().cycle()) {
            let request = client.request(operation.method.name(), &filled(path)).bearer_auth(&token).header("zuora-version", version);
            let reply = client.send(request).expect(501);
            assert!(reply.text().contains("not built"), "{}", operation.id);
            for header in ["ratelimit-remaining", "ratelimit-reset", "concurrency-limit-limit", "concurrency-limit-remaining"] {
                assert!(reply.header(header).unwrap().parse::<u64>().is_ok(), "{header}");
            }
        }
    }
}

#[test]
fn families_refuse_in_their_own_shapes() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    let body = |method: &str, path: &str, version: &str| -> Value {
        client.send(client.request(method, path).bearer_auth(&token).header("zuora-version", version)).expect(501).json()
    };
    let v1 = client.send(client.request("GET", UNBUILT).bearer_auth(&token)).expect(501);
    assert_eq!(v1.json()["requestId"], v1.header("zuora-request-id").unwrap());
    assert_eq!((&v1.json()["success"], &v1.json()["reasons"][0]["code"]), (&json!(false), &json!(50_000_045)));
    assert_eq!(v1.json()["processId"].as_str().unwrap().len(), 16);
    assert!(body("GET", "/object-query/subscriptions", "2025-08-12").get("success").is_none());
    assert_eq!(body("GET", "/object-query/subscriptions", "2024-05-20")["success"], false);
    let query = client.request("POST", "/v1/action/query").bearer_auth(&token).header("zuora-version", "186").json(&json!({}));
    assert!(client.send(query).json()["FaultCode"].is_string());
    assert!(body("GET", "/events/event-triggers", "186")["reasons"][0]["code"].is_string());
    assert_eq!(body("GET", "/workflows", "186")["errors"][0]["status"], 501);
    assert_eq!(body("GET", "/commitments", "186")["errors"][0]["code"], "50000045");
}

#[test]
fn paths_and_methods_that_do_not_exist_are_refused_in_the_shape_of_their_family() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let reply = client.get("/v1/no/such/thing/at/all").expect(404);
    assert_eq!((&reply.json()["success"], &reply.json()["reasons"][0]["code"]), (&json!(false), &json!(50_000_040)));
    assert_eq!(reply.json()["requestId"], reply.header("zuora-request-id").unwrap());
    let reply = client.send(client.request("DELETE", "/v1/accounts")).expect(405);
    assert_eq!(reply.json()["reasons"][0]["code"], 50_000_045);
    let query = client.send(client.request("GET", "/object-query/no/such/thing/at/all").header("zuora-version", "2025-08-12")).expect(404);
    assert!(query.json().get("success").is_none());
}

#[test]
fn a_track_id_is_sent_back_or_refused_and_never_splits_a_header() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    let good = "track 1/2.3-4_5".to_owned();
    assert_eq!(ask(&client, &token, &[("zuora-track-id", &good)]).expect(501).header("zuora-track-id"), Some(good.as_str()));
    assert!(ask(&client, &token, &[]).header("zuora-track-id").is_none());
    for bad in ["", "a:b", "a;b", "a\"b", "a'b", "tab\there", &"x".repeat(65)] {
        let reply = ask(&client, &token, &[("zuora-track-id", bad)]).expect(400);
        assert!(reply.header("zuora-track-id").is_none());
        assert_eq!(reply.json()["reasons"][0]["code"], 50_000_020);
    }
    let address = client.url("").trim_start_matches("http://").to_owned();
    for injected in ["a\rX-Evil: 1", "a\nX-Evil: 1", "a\r X-Evil: 1", "a%0d%0aX-Evil: 1"] {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request = format!(
            "GET {UNBUILT} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nZuora-Track-Id: {injected}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        let head = answer.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("x-evil"), "{head}");
    }
}

#[test]
fn versions_entities_and_organizations_are_checked() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    let with = |name: &str, value: &str| client.send(client.request("GET", UNBUILT).bearer_auth(&token).header(name, value));
    for version in ["186.0", "186", "341.0", "2024-05-20", "2025-08-12", "190"] {
        with("zuora-version", version).expect(501);
    }
    for version in ["1", "next", "2030-01-01", "186.1"] {
        with("zuora-version", version).expect(400);
    }
    let scope = token_form(&client, CLIENT, SECRET, "client_credentials").json()["scope"].as_str().unwrap().to_owned();
    let entity = scope.split(' ').find_map(|s| s.strip_prefix("entity.")).unwrap().to_owned();
    with("zuora-entity-ids", &entity).expect(501);
    with("zuora-entity-ids", &entity.replace('-', "")).expect(501);
    with("zuora-entity-ids", "00000000-0000-4000-8000-000000000009").expect(403);
    // the version of these is 186: refusals of the operation itself are 200 with success false
    for organisations in ["nonsense", "", "00000000-0000-4000-8000-000000000009"] {
        assert_eq!(with("zuora-org-ids", organisations).expect(200).json()["success"], false);
        ask(&client, &token, &[("zuora-org-ids", organisations)]).expect(400);
    }
}

#[test]
fn old_clients_send_their_keys_on_each_request() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let keys = |user: &str, secret: &str| {
        let request = client.request("POST", "/v1/orders").header("apiAccessKeyId", user).header("apiSecretAccessKey", secret);
        client.send(request).status()
    };
    assert_eq!((keys("revenue", PASSWORD), keys(CLIENT, SECRET)), (501, 501));
    assert_eq!((keys("revenue", "wrong"), keys("nobody", PASSWORD), keys(CLIENT, "wrong")), (401, 401, 401));
    client.send(client.request("GET", UNBUILT).basic_auth("revenue", Some(PASSWORD))).expect(501);
    client.send(client.request("GET", UNBUILT).basic_auth("revenue", Some("wrong"))).expect(401);
    client.send(client.request("GET", UNBUILT).header("apiAccessKeyId", "revenue")).expect(401);
}

#[test]
fn a_token_ends_after_an_hour_and_belongs_to_one_interface() {
    let world = World::on(Backend::Memory).now("2024-01-15T12:00:00").build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    world.set_now("2024-01-15T12:59:59");
    ask(&client, &token, &[]).expect(501);
    world.set_now("2024-01-15T13:00:00");
    assert_eq!(ask(&client, &token, &[]).expect(401).json(), json!({"message": "Authentication error"}));
    let revenue = client.authenticate("revenue", PASSWORD, "API Role", "Default").expect(200);
    let revenue = revenue.header("revpro-token").unwrap().to_owned();
    ask(&client, &revenue, &[]).expect(401);
    client.with_token(Some(&bearer(&client))).get("/api/integration/v1/programs").expect(401);
}

#[test]
fn packed_requests_are_read_and_other_codings_refused() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let body = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}).to_string();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(body.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let post = |coding: &str, body: Vec<u8>| {
        let request = client.request("POST", "/oauth/token").header("content-type", "application/json");
        client.send(request.header("content-encoding", coding).body(body)).status()
    };
    assert_eq!(post("gzip", packed.clone()), 200);
    assert_eq!(post("GZIP", packed.clone()), 200);
    assert_eq!(post("gzip", packed[..packed.len() / 2].to_vec()), 400);
    assert_eq!(post("gzip", body.clone().into_bytes()), 400);
    assert_eq!(post("br", body.into_bytes()), 415);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    bomb.write_all(&vec![b' '; 17 << 20]).unwrap();
    assert_eq!(post("gzip", bomb.finish().unwrap()), 413);
}

#[test]
fn random_headers_are_answered_without_a_panic() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let token = bearer(&client);
    let address = client.url("").trim_start_matches("http://").to_owned();
    let name = prop::sample::select(vec![
        "Zuora-Track-Id",
        "Zuora-Version",
        "Zuora-Entity-Ids",
        "Zuora-Org-Ids",
        "Idempotency-Key",
        "Content-Encoding",
        "Authorization",
        "apiAccessKeyId",
    ]);
    let value = prop::collection::vec(any::<u8>().prop_filter("a line ends a header", |b| !matches!(b, b'\r' | b'\n' | 0)), 0..40);
    let strategy = (0..billing().len(), prop::collection::vec((name, value), 0..4));
    let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
    runner
        .run(&strategy, |(at, headers)| {
            let operation = &billing()[at];
            let mut request =
                format!("{} {} HTTP/1.1\r\nHost: {address}\r\n", operation.method.name(), filled(operation.path)).into_bytes();
            request.extend_from_slice(format!("Authorization: Bearer {token}\r\nConnection: close\r\nContent-Length: 0\r\n").as_bytes());
            for (name, value) in headers {
                request.extend_from_slice(name.as_bytes());
                request.extend_from_slice(b": ");
                request.extend_from_slice(&value);
                request.extend_from_slice(b"\r\n");
            }
            request.extend_from_slice(b"\r\n");
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(&request).unwrap();
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            let head = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
            prop_assert!(head.starts_with("HTTP/1.1 ") && !head.starts_with("HTTP/1.1 500"), "{head}");
            Ok(())
        })
        .unwrap();
    let metrics = client.get("/metrics").expect(200).text().to_owned();
    assert!(metrics.lines().any(|l| l == "accrual_panics_total 0"));
}
