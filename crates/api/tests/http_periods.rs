//! Accounting periods over the administration interface.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};
use serde_json::json;

#[test]
fn list_periods_answers_the_first_one() {
    for backend in Backend::all() {
        let world = World::on(backend).first_period("2024-03").build();
        let data = world.serve_administrator().get("/accrual/v1/periods").expect(200).json()["data"].clone();
        assert_eq!(data.as_array().unwrap().len(), 1);
        assert_eq!((data[0]["period"].clone(), data[0]["status"].clone()), (json!("2024-03"), json!("Open")));
    }
}

#[test]
fn list_periods_refuses_others() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve();
    assert_eq!(client.get("/accrual/v1/periods").expect(403).json()["error"]["code"], "role.privilege");
    client.with_token(None).get("/accrual/v1/periods").expect(401);
}

#[test]
fn list_periods_answers_basic_credentials() {
    let world = World::on(Backend::Memory).build();
    let client = world.serve_without_login();
    let request = client.request("GET", "/accrual/v1/periods").basic_auth("admin", Some(accrual_testkit::PASSWORD));
    client.send(request).expect(200);
    let wrong = client.request("GET", "/accrual/v1/periods").basic_auth("admin", Some("wrong"));
    client.send(wrong).expect(401);
}

#[test]
fn open_period_answers_the_period_of_another_book() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let reply = admin.post("/accrual/v1/periods/open", &json!({"period": "2024-06", "book_id": 2})).expect(200);
    assert_eq!(reply.json(), json!({"period": "2024-06"}));
}

#[test]
fn open_period_refuses_a_second_one_and_nonsense() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let second = admin.post("/accrual/v1/periods/open", &json!({"period": "2024-02"})).expect(409);
    assert_eq!(second.json()["error"]["code"], "period.already_open");
    admin.post("/accrual/v1/periods/open", &json!({"period": "soon"})).expect(400);
    admin.post("/accrual/v1/periods/open", &json!({"period": 202402, "colour": "red"})).expect(400);
}

#[test]
fn close_period_answers_the_next() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let reply = admin.post("/accrual/v1/periods/close", &json!({"period": "2024-01"})).expect(200);
        assert_eq!(reply.json(), json!({"period": "2024-02"}));
        let data = admin.get("/accrual/v1/periods").expect(200).json()["data"].clone();
        assert_eq!((data[0]["status"].clone(), data[1]["status"].clone()), (json!("Closed"), json!("Open")));
    }
}

#[test]
fn close_period_refuses_another_than_the_open_one() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let other = admin.post("/accrual/v1/periods/close", &json!({"period": "2024-02"})).expect(409);
    assert_eq!(other.json()["error"]["code"], "period.not_open");
}
