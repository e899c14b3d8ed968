//! Requests that are taken for later.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Client, Reply, World};
use serde_json::{Value, json};

fn bearer(client: &Client) -> String {
    let body =
        json!({"client_id": "00000000-0000-4000-8000-000000000001", "client_secret": "client-secret", "grant_type": "client_credentials"});
    client.post("/oauth/token", &body).expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

fn send(client: &Client, method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
    let mut request = client.request(method, path).bearer_auth(bearer(client)).header("zuora-version", "2025-08-12");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request.json(body))
}

fn account(name: &str) -> Value {
    json!({
        "name": name, "currency": "USD", "billCycleDay": 1,
        "billToContact": {"firstName": "Ada", "lastName": "L", "country": "United States", "state": "California"},
    })
}

/// The request once it was carried out.
fn carried_out(admin: &Client, id: &str) -> Value {
    for _ in 0..12_000 {
        let request = admin.get(&format!("/accrual/v1/async-requests/{id}")).expect(200).json();
        if !["Pending", "Running"].contains(&request["state"].as_str().unwrap()) {
            return request;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the request {id} is not carried out");
}

fn accepted(reply: Reply) -> String {
    let reply = reply.expect(202);
    let body = reply.json();
    let id = body["requestId"].as_str().unwrap().to_owned();
    assert_eq!((body.as_object().unwrap().len(), reply.header("zuora-request-id")), (1, Some(id.as_str())));
    id
}

#[test]
fn get_async_request_answers_what_the_operation_would_have() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let first = accepted(send(&admin, "POST", "/v1/async/accounts", &account("Later Ltd"), &[("zuora-track-id", "t1")]));
        let done = carried_out(&admin, &first);
        assert_eq!(
            (&done["state"], &done["status"], &done["user"], &done["trackId"]),
            (&json!("Succeeded"), &json!(200), &json!("revenue"), &json!("t1"))
        );
        let number = done["answer"]["accountNumber"].as_str().unwrap().to_owned();
        let path = format!("/v1/accounts/{number}");
        let shown = send(&admin, "GET", &path, &json!(null), &[]).expect(200).json();
        assert_eq!(shown["basicInfo"]["name"], "Later Ltd");

        let change = accepted(send(&admin, "PUT", &format!("/v1/async/accounts/{number}"), &json!({"notes": "x"}), &[]));
        assert_eq!(carried_out(&admin, &change)["state"], "Succeeded");
        // what the operation refuses is its answer
        let bad = accepted(send(&admin, "POST", "/v1/async/accounts", &json!({"currency": "USD"}), &[]));
        let refused = carried_out(&admin, &bad);
        assert_eq!((&refused["state"], &refused["status"], &refused["answer"]["success"]), (&json!("Failed"), &json!(400), &json!(false)));
        let gone = accepted(send(&admin, "DELETE", "/v1/async/accounts/A99999999", &json!({}), &[]));
        assert_eq!(carried_out(&admin, &gone)["status"], 404);
        let shown = send(&admin, "GET", &path, &json!(null), &[]).expect(200).json();
        assert_eq!(shown["basicInfo"]["notes"], "x");
    }
}

#[test]
fn get_async_request_refuses_unknown_ids_and_who_does_not_administer() {
    let world = World::on(Backend::Memory).build();
    world.serve_administrator().get("/accrual/v1/async-requests/none").expect(404);
    world.serve().get("/accrual/v1/async-requests/none").expect(403);
}

#[test]
fn list_async_requests_answers_by_state_in_pages() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let admin = world.serve_administrator();
    let ids: Vec<String> = (0..3).map(|n| accepted(send(&admin, "POST", "/v1/async/accounts", &account(&format!("A{n}")), &[]))).collect();
    let page = |query: &str| admin.get(&format!("/accrual/v1/async-requests?{query}")).expect(200).json();
    let listed =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|r| r["requestId"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let first = page("state=Pending&limit=2");
    assert_eq!(listed(&first), ids[..2]);
    let second = page(&format!("state=Pending&limit=2&after={}", first["next"]));
    assert_eq!((listed(&second).as_slice(), second.get("next")), (&ids[2..], None));
    assert_eq!(listed(&page("state=Succeeded")), Vec::<String>::new());
    world.start_jobs();
    ids.iter().for_each(|id| assert_eq!(carried_out(&admin, id)["state"], "Succeeded"));
    assert_eq!(listed(&page("state=Succeeded")), ids);
}

#[test]
fn list_async_requests_refuses_unknown_states() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for wrong in ["state=Done", "limit=0", "limit=1001", "after=x"] {
        admin.get(&format!("/accrual/v1/async-requests?{wrong}")).expect(400);
    }
    world.serve().get("/accrual/v1/async-requests").expect(403);
}

#[test]
fn what_cannot_be_taken_is_refused_at_once() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let admin = world.serve_administrator();
    let token = bearer(&admin);
    let post = |path: &str, media: &str, body: &str| {
        let request = admin.request("POST", path).bearer_auth(&token).header("content-type", media).header("zuora-version", "2025-08-12");
        admin.send(request.body(body.to_owned())).status()
    };
    assert_eq!(post("/v1/async/accounts", "application/json", "{"), 400);
    assert_eq!(post("/v1/async/accounts", "text/csv", "a,b"), 415);
    assert_eq!(post("/v1/async/payment-runs", "application/json", "{}"), 501, "what is not built is not taken");
    assert_eq!(post("/v1/async/action/create", "application/json", "{}"), 404);
    admin.send(admin.request("POST", "/v1/async/accounts").json(&account("x"))).expect(401);
    admin.send(admin.request("GET", "/v1/async/accounts/A1").bearer_auth(&token)).expect(405);
    assert_eq!(admin.get("/accrual/v1/async-requests").json()["data"], json!([]));
    // the same key gives the same answer and one request
    let keyed = || accepted(send(&admin, "POST", "/v1/async/accounts", &account("Once Ltd"), &[("idempotency-key", "k")]));
    assert_eq!(keyed(), keyed());
    assert_eq!(admin.get("/accrual/v1/async-requests").json()["data"].as_array().unwrap().len(), 1);
}

/// A request that was carried out when the process ended before its answer was kept is not carried out twice.
#[test]
fn requests_survive_a_restart_and_change_nothing_twice() {
    for backend in Backend::all().into_iter().filter(|b| *b != Backend::Memory) {
        let world = World::on(backend).jobs_wait().build();
        let id = {
            let admin = world.serve_administrator();
            accepted(send(&admin, "POST", "/v1/async/accounts", &account("Once Ltd"), &[]))
        };
        world.restart();
        let admin = world.serve_administrator();
        // as if the job had carried it out and died before it could say so
        let key = format!("async-{id}");
        let done = send(&admin, "POST", "/v1/accounts", &account("Once Ltd"), &[("idempotency-key", &key)]).expect(200).json();
        world.start_jobs();
        let carried = carried_out(&admin, &id);
        assert_eq!((&carried["state"], &carried["answer"]["accountNumber"]), (&json!("Succeeded"), &done["accountNumber"]));
    }
}

#[test]
fn who_was_locked_out_meanwhile_changes_nothing() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let admin = world.serve_administrator();
    let id = accepted(send(&admin, "POST", "/v1/async/accounts", &account("Late Ltd"), &[]));
    let lock = admin.request("PATCH", "/accrual/v1/objects/users/revenue").json(&json!({"enabled": false}));
    admin.send(lock).expect(200);
    world.start_jobs();
    let refused = carried_out(&admin, &id);
    assert_eq!((&refused["state"], &refused["status"]), (&json!("Failed"), &json!(403)));
}
