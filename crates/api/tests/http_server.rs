//! Health, metrics, the interface description, request ids, gzip, and what meets no operation.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};
use std::io::Read;

#[test]
fn health_answers_ready() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let reply = world.serve_without_login().get("/healthz").expect(200);
        assert_eq!(reply.json()["status"], "ready");
    }
}

#[test]
fn metrics_answers_counts_and_durations_by_operation() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    client.get("/api/integration/v1/programs").expect(200);
    client.with_token(None).get("/api/integration/v1/programs").expect(401);
    let text = client.get("/metrics").expect(200).text().to_owned();
    for line in [
        "accrual_requests_total{operation=\"list_programs\",status=\"200\"} 1",
        "accrual_requests_total{operation=\"list_programs\",status=\"401\"} 1",
        "accrual_request_duration_seconds_count{operation=\"list_programs\"} 2",
        "accrual_panics_total 0",
        "accrual_jobs{tenant=\"default\",status=\"Pending\"} 0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is missing:\n{text}");
    }
}

#[test]
fn describe_interface_answers_every_operation() {
    let world = World::on(Backend::Memory).build();
    let document = world.serve_without_login().get("/openapi.json").expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let upload = &document["paths"]["/api/integration/v1/upload/file"]["post"];
    assert_eq!(upload["operationId"], "POST_UploadFile");
    assert_eq!(upload["security"][0]["token"], serde_json::json!([]));
    assert_eq!(upload["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["file_request_id"]["type"], "integer");
    let hold = &document["paths"]["/revenue/services/v1/contracts"]["get"];
    assert_eq!(hold["x-accrual-built"], false);
}

#[test]
fn request_ids_are_echoed_or_made() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let given = client.send(client.request("GET", "/healthz").header("Zuora-Request-Id", "import-7"));
    assert_eq!((given.header("zuora-request-id"), given.header("x-request-id")), (Some("import-7"), Some("import-7")));
    let made = client.get("/nowhere").expect(404);
    assert_eq!(made.header("x-request-id").unwrap().len(), 32);
    assert_eq!(made.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn what_meets_no_operation_is_refused_in_json() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    assert_eq!(client.get("/api/integration/v9/nothing").expect(404).json()["code"], "api.path");
    assert_eq!(client.get("/accrual/v1/nothing").expect(404).json()["error"]["code"], "api.path");
    let wrong = client.send(client.request("DELETE", "/api/integration/v1/programs")).expect(405);
    assert_eq!(wrong.json()["code"], "api.method");
}

#[test]
fn answers_are_packed_for_clients_that_ask() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let packed = client.send(client.request("GET", "/openapi.json").header("Accept-Encoding", "gzip")).expect(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_string(&mut text).unwrap();
    assert!(text.contains("openapi"));
    assert!(client.get("/openapi.json").expect(200).header("content-encoding").is_none());
}

#[test]
fn a_tenant_whose_service_is_off_answers_405_to_everything() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    world.system().switch_api(&world.context(), "default", false).unwrap();
    for path in
        ["/api/integration/v1/programs", "/integration/v1/journal/list", "/api/integration/v1/nothing", "/revenue/services/v1/contracts"]
    {
        let refused = client.get(path).expect(405);
        assert!(refused.text().contains("tenant.api_off"), "{}", refused.text());
        client.with_token(None).get(path).expect(405);
    }
    client.authenticate("revenue", accrual_testkit::PASSWORD, "API Role", "Default").expect(405);
    client.get("/healthz").expect(200);
}
