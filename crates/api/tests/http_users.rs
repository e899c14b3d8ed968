//! Passwords, client secrets, and what roles allow.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, PASSWORD, World};
use serde_json::json;

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";

#[test]
fn set_user_password_answers_and_the_old_one_is_dead() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/users/revenue/password", &json!({"password": "new words"})).expect(204);
    admin.authenticate("revenue", PASSWORD, "API Role", "Default").expect(401);
    admin.authenticate("revenue", "new words", "API Role", "Default").expect(200);
}

#[test]
fn set_user_password_refuses_empty_ones_and_others() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/users/revenue/password", &json!({"password": ""})).expect(400);
    admin.post("/accrual/v1/users/nobody/password", &json!({"password": "x"})).expect(404);
    world.serve().post("/accrual/v1/users/admin/password", &json!({"password": "x"})).expect(403);
}

#[test]
fn set_client_secret_answers_a_secret_that_authenticates() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let made = admin.post(&format!("/accrual/v1/api-clients/{CLIENT}/secret"), &json!({})).expect(200).json();
    let secret = made["secret"].as_str().unwrap();
    let reply = admin.authenticate(CLIENT, secret, "API Role", "Default").expect(200);
    admin.with_token(reply.header("revpro-token")).get("/api/integration/v1/programs").expect(200);
}

#[test]
fn set_client_secret_refuses_long_ones_and_unknown_clients() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let path = format!("/accrual/v1/api-clients/{CLIENT}/secret");
    admin.post(&path, &json!({"secret": "x".repeat(43)})).expect(400);
    admin.post(&path, &json!({"colour": "red"})).expect(400);
    admin.post("/accrual/v1/api-clients/nobody/secret", &json!({})).expect(404);
}

#[test]
fn roles_allow_what_their_privileges_say_and_no_more() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        for (role, privileges) in
            [("Sender", json!(["Webservices Inbound"])), ("Reader", json!(["Webservices Outbound"])), ("Idle", json!([]))]
        {
            admin.post("/accrual/v1/objects/roles", &json!({"name": role, "privileges": privileges, "allOrganizations": true})).expect(201);
        }
        admin.post("/accrual/v1/objects/users", &json!({"name": "ann", "roles": ["Sender", "Reader", "Idle"]})).expect(201);
        admin.post("/accrual/v1/users/ann/password", &json!({"password": "ann's words"})).expect(204);
        let (sender, reader, idle) = (
            admin.log_in("ann", "ann's words", "Sender"),
            admin.log_in("ann", "ann's words", "Reader"),
            admin.log_in("ann", "ann's words", "Idle"),
        );
        let (inbound, outbound, either) =
            ("/api/integration/v1/stage/error/event", "/api/integration/v1/journal/list", "/api/integration/v1/programs");
        sender.get(inbound).expect(204);
        let refused = sender.get(outbound).expect(403).json();
        assert!(refused["message"].as_str().unwrap().contains("Webservices Outbound"), "{refused}");
        sender.get(either).expect(200);
        reader.get(inbound).expect(403);
        reader.get(outbound).expect(204);
        reader.get(either).expect(200);
        for path in [inbound, outbound, either] {
            idle.get(path).expect(403);
        }
        reader.post("/api/integration/v1/1/programs/149/submit", &json!({})).expect(403);
    }
}

#[test]
fn organisations_of_a_role_bound_what_it_may_start() {
    let world = World::on(Backend::Memory).jobs_wait().build();
    let admin = world.serve_administrator();
    let other = admin.post("/accrual/v1/objects/organizations", &json!({"name": "EMEA"})).expect(201).json()["id"].clone();
    let role = json!({"name": "Bounded", "privileges": ["Webservices Inbound", "Webservices Outbound"], "organizations": [other]});
    admin.post("/accrual/v1/objects/roles", &role).expect(201);
    admin.post("/accrual/v1/objects/users", &json!({"name": "ben", "roles": ["Bounded"]})).expect(201);
    admin.post("/accrual/v1/users/ben/password", &json!({"password": "ben's words"})).expect(204);
    let ben = admin.log_in("ben", "ben's words", "Bounded");
    let refused = ben.post("/api/integration/v1/1/programs/149/submit", &json!({})).expect(403).json();
    assert_eq!(refused["error"], "OrgId does not match the Org assigned to the role");
    assert_eq!(refused["success"], false);
    let orgs = ben.get("/api/integration/v1/revenue-orgs").expect(200).json();
    assert_eq!(orgs["data"].as_array().unwrap().len(), 1);
}
