//! Configuration and audit over the administration interface.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, World};
use serde_json::json;

const TEMPLATES: &str = "/accrual/v1/objects/grouping-templates";

#[test]
fn list_nouns_answers_every_object_with_its_path() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let data = admin.get("/accrual/v1/objects").expect(200).json()["data"].clone();
    assert!(data.as_array().unwrap().len() >= 10);
    for noun in data.as_array().unwrap() {
        admin.get(noun["path"].as_str().unwrap()).expect(200);
    }
}

#[test]
fn list_nouns_refuses_others() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/accrual/v1/objects").expect(403);
}

#[test]
fn describe_noun_answers_fields() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve_administrator().get("/accrual/v1/describe/organizations").expect(200).json();
    assert!(reply["fields"].as_array().unwrap().iter().any(|f| f["name"] == "name"), "{reply}");
}

#[test]
fn describe_noun_refuses_unknown_ones() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve_administrator().get("/accrual/v1/describe/organisatins").expect(404).json();
    assert_eq!(reply["error"]["code"], "object.unknown");
}

#[test]
fn create_object_answers_the_record_and_the_rest_follows() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let created = admin.post("/accrual/v1/objects/organizations", &json!({"name": "EMEA", "number": "20"}));
        let created =
            if created.status() == 201 { created } else { admin.post("/accrual/v1/objects/organizations", &json!({"name": "EMEA"})) };
        let created = created.expect(201).json();
        let id = created["id"].as_i64().unwrap();
        assert_eq!((created["name"].clone(), created["version"].clone()), (json!("EMEA"), json!(1)));
        let path = format!("/accrual/v1/objects/organizations/{id}");
        assert_eq!(admin.get(&path).expect(200).json()["name"], "EMEA");
        let named = admin.get("/accrual/v1/objects/organizations?name=EMEA").expect(200).json();
        assert_eq!(named["data"].as_array().unwrap().len(), 1);
        let orgs = world.serve().get("/api/integration/v1/revenue-orgs").expect(200).json();
        assert!(orgs["data"].as_array().unwrap().iter().any(|o| o["org_name"] == "EMEA"), "{orgs}");
        let audit = admin.get(&format!("/accrual/v1/audit?object=Organization&id={id}")).expect(200).json();
        assert_eq!((audit["data"][0]["operation"].clone(), audit["data"][0]["actor"].clone()), (json!("config_create"), json!("admin")));
    }
}

#[test]
fn create_object_answers_once_for_an_idempotency_key() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let body = json!({"name": "APAC"});
    let send = || admin.send(admin.request("POST", "/accrual/v1/objects/organizations").header("Idempotency-Key", "k1").json(&body));
    assert_eq!(send().expect(201).json(), send().expect(201).json());
    let preview = admin.post("/accrual/v1/objects/organizations?preview=true", &json!({"name": "LATAM"})).expect(201);
    assert_eq!(preview.json()["name"], "LATAM");
    admin.get("/accrual/v1/objects/organizations/LATAM").expect(404);
}

#[test]
fn create_object_refuses_unknown_fields_and_taken_names() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let wrong = admin.post(TEMPLATES, &json!({"nam": "x"})).expect(400).json();
    assert!(wrong["error"]["message"].as_str().unwrap().contains("nam"), "{wrong}");
    let taken = admin.get(TEMPLATES).expect(200).json()["data"][0].clone();
    let name = taken["name"].clone();
    admin.post(TEMPLATES, &json!({"name": name})).json()["error"]["code"].as_str().unwrap();
    admin.post("/accrual/v1/objects/nothing", &json!({})).expect(404);
    admin.send(admin.request("POST", TEMPLATES).body("no json")).expect(400);
    let long = format!("\"{}\"", "x".repeat(1024 * 1024));
    assert_eq!(admin.send(admin.request("POST", TEMPLATES).body(long)).expect(413).json()["error"]["code"], "api.too_large");
    world.serve().post(TEMPLATES, &json!({})).expect(403);
}

#[test]
fn list_objects_answers_filters_pages_and_orders() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for name in ["A", "B", "C"] {
        admin.post("/accrual/v1/objects/organizations", &json!({"name": name})).expect(201);
    }
    let names = |query: &str| {
        let data = admin.get(&format!("/accrual/v1/objects/organizations?{query}")).expect(200).json()["data"].clone();
        data.as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("name[like]=B%25"), ["B"]);
    assert_eq!(names("limit=2").len(), 2);
}

#[test]
fn list_objects_refuses_wrong_filters() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for query in ["nothing=1", "name[almost]=1", "limit=0", "limit=5000", "sort=nothing"] {
        admin.get(&format!("/accrual/v1/objects/organizations?{query}")).expect(400);
    }
}

#[test]
fn get_object_answers_by_name() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let template = admin.get("/accrual/v1/objects/upload-templates/Upload%20Template").expect(200).json();
    assert_eq!(template["name"], "Upload Template");
}

#[test]
fn get_object_refuses_unknown_names() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    assert_eq!(admin.get("/accrual/v1/objects/upload-templates/Nothing").expect(404).json()["error"]["code"], "object.not_found");
}

#[test]
fn update_object_answers_the_new_version_and_refuses_an_old_one() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let id = admin.post("/accrual/v1/objects/organizations", &json!({"name": "A"})).expect(201).json()["id"].as_i64().unwrap();
    let path = format!("/accrual/v1/objects/organizations/{id}");
    let patch = |body| admin.send(admin.request("PATCH", &path).json(&body));
    assert_eq!(patch(json!({"name": "B", "version": 1})).expect(200).json()["version"], 2);
    assert_eq!(patch(json!({"name": "C", "version": 1})).expect(409).json()["error"]["code"], "object.version");
}

#[test]
fn update_object_refuses_unknown_records() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.send(admin.request("PATCH", "/accrual/v1/objects/organizations/99").json(&json!({"name": "x"}))).expect(404);
}

#[test]
fn delete_object_answers_204() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let template = admin.get("/accrual/v1/objects/ssp-templates").expect(200).json()["data"][0].clone();
    let mut copy = template.as_object().unwrap().clone();
    for key in ["id", "version", "createdBy", "createdAt", "updatedBy", "updatedAt"] {
        copy.remove(key);
    }
    copy.insert("name".to_owned(), json!("Copy"));
    let made = admin.post("/accrual/v1/objects/ssp-templates", &json!(copy)).expect(201).json();
    let path = format!("/accrual/v1/objects/ssp-templates/{}", made["id"]);
    admin.send(admin.request("DELETE", &path)).expect(204);
    admin.get(&path).expect(404);
}

#[test]
fn delete_object_refuses_unknown_records_and_others() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.send(admin.request("DELETE", "/accrual/v1/objects/organizations/99")).expect(404);
    let other = world.serve();
    other.send(other.request("DELETE", "/accrual/v1/objects/organizations/1")).expect(403);
}

#[test]
fn freeze_template_answers_or_says_that_it_is_frozen() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let status = admin.post("/accrual/v1/upload-templates/Upload%20Template/freeze", &json!({})).status();
    assert!([200, 409].contains(&status), "{status}");
}

#[test]
fn freeze_template_refuses_unknown_ones() {
    let world = World::on(Backend::Memory).build();
    world.serve_administrator().post("/accrual/v1/upload-templates/Nothing/freeze", &json!({})).expect(404);
}

#[test]
fn list_audit_answers_nothing_for_untouched_objects() {
    let world = World::on(Backend::Memory).build();
    let reply = world.serve_administrator().get("/accrual/v1/audit?object=Organization&id=4711").expect(200).json();
    assert_eq!(reply, json!({"data": []}));
}
