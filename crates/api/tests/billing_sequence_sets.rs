//! Sequence sets over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

const PATH: &str = "/v1/sequence-sets";

fn set(name: &str, letter: &str) -> Value {
    let numbers = |kind: &str| json!({"prefix": format!("{letter}{kind}"), "startNumber": 1});
    json!({"name": name, "invoice": numbers("INV"), "creditMemo": numbers("CM"), "debitMemo": numbers("DM")})
}

fn create(billing: &Billing, sets: Value) -> accrual_testkit::Reply {
    billing.post(PATH, &json!({"sequenceSets": sets}))
}

#[test]
fn billing_create_sequence_sets_answers_them_in_order() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let mut second = set("APAC", "A");
        second["payment"] = json!({"prefix": "AP", "startNumber": 500});
        let made = create(&billing, json!([set("EMEA", "E"), second])).done();
        let sets = &made["sequenceSets"];
        assert_eq!((&sets[0]["name"], &sets[1]["name"]), (&json!("EMEA"), &json!("APAC")));
        assert_eq!(sets[0]["invoice"], json!({"prefix": "EINV", "startNumber": 1}));
        assert_eq!((&sets[0]["payment"], &sets[1]["payment"]["startNumber"]), (&Value::Null, &json!(500)));
        let first = billing.keyed("k", PATH, &json!({"sequenceSets": [set("LATAM", "L")]})).done();
        assert_eq!(billing.keyed("k", PATH, &json!({"sequenceSets": [set("LATAM", "L")]})).done(), first);
    }
}

#[test]
fn billing_create_sequence_sets_refuses_by_set_and_part() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let with = |name: &str, value: Value| {
        let mut second = set("APAC", "A");
        second[name] = value;
        json!([set("EMEA", "E"), second])
    };
    for (sets, code, path) in [
        (with("name", json!("sixteen letters!")), 50_000_020, "'sequenceSets[1].name'"),
        (with("name", json!("under_score")), 50_000_020, "'sequenceSets[1].name'"),
        (with("name", json!("EMEA")), 50_000_030, "'sequenceSets[1].name'"),
        (with("invoice", json!({"prefix": "ECM", "startNumber": 1})), 50_000_030, "'sequenceSets[1].invoice'"),
        (with("invoice", json!({"prefix": "-A", "startNumber": 1})), 50_000_020, "'sequenceSets[1].invoice'"),
        (with("invoice", json!({"prefix": "X", "startNumber": 0})), 50_000_020, "'sequenceSets[1].invoice'"),
        (with("invoice", json!({"prefix": "X"})), 50_000_022, "'sequenceSets[1].invoice.startNumber'"),
        (with("invoice", json!({"prefix": "X", "startNumber": "one"})), 50_000_020, "'sequenceSets[1].invoice.startNumber'"),
        (with("debitMemo", json!(null)), 50_000_022, "'sequenceSets[1].debitMemo'"),
        (json!([]), 50_000_020, "'sequenceSets'"),
        (Value::Array(vec![set("X", "X"); 101]), 50_000_020, "'sequenceSets'"),
    ] {
        let (found, text) = create(&billing, sets).reason(400);
        assert_eq!(found, code, "{path}: {text}");
        assert!(text.starts_with(path), "{path}: {text}");
    }
    // all or none
    assert_eq!(billing.get(&format!("{PATH}?name=EMEA")).done()["sequenceSets"], json!([]));
    world.serve_billing_reader().post(PATH, &json!({"sequenceSets": [set("EMEA", "E")]})).expect(403);
}

#[test]
fn billing_get_sequence_sets_answers_pages_with_the_address_of_the_next() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        create(&billing, json!([set("EMEA", "E"), set("APAC", "A"), set("LATAM", "L")])).done();
        let first = billing.get(&format!("{PATH}?pageSize=2&x=a%20b")).done();
        let names = |page: &Value| {
            page["sequenceSets"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&first), ["DEFAULT", "EMEA"]);
        let next = first["nextPage"].as_str().unwrap();
        assert_eq!(next, billing.client.url(&format!("{PATH}?x=a%20b&page=2&pageSize=2")));
        let second = billing.get(next.strip_prefix(&billing.client.url("")).unwrap()).done();
        assert_eq!(names(&second), ["APAC", "LATAM"]);
        assert!(second.get("nextPage").is_none());
        assert_eq!(names(&billing.get(&format!("{PATH}?name=APAC")).done()), ["APAC"]);
        assert_eq!(names(&billing.get(&format!("{PATH}?name=SS-00000001")).done()), ["EMEA"]);
        // what is no page is the first, what is too much is the most
        assert_eq!(names(&billing.get(&format!("{PATH}?page=x&pageSize=10000")).done()).len(), 4);
    }
}

#[test]
fn billing_get_sequence_sets_refuses_without_credentials() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get(PATH).expect(401);
    world.serve_billing_reader().get(PATH).done();
}

#[test]
fn billing_get_sequence_set_answers_by_id_and_by_name() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let by_name = billing.get(&format!("{PATH}/DEFAULT")).done();
    assert_eq!(by_name["invoice"], json!({"prefix": "INV", "startNumber": 1}));
    assert_eq!(billing.get(&format!("{PATH}/{}", by_name["id"].as_str().unwrap())).done(), by_name);
}

#[test]
fn billing_get_sequence_set_refuses_unknown_ones() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get(&format!("{PATH}/EMEA")).reason(404).0, 50_000_040);
}

#[test]
fn billing_update_sequence_set_answers_that_it_is_changed() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        create(&billing, json!([set("EMEA", "E")])).done();
        let change = json!({"name": "Europe", "invoice": {"prefix": "EINV", "startNumber": 1000}});
        assert_eq!(billing.put(&format!("{PATH}/EMEA"), &change).done(), json!({"success": true}), "it says no more");
        let after = billing.get(&format!("{PATH}/Europe")).done();
        assert_eq!((&after["name"], &after["invoice"]["startNumber"]), (&json!("Europe"), &json!(1000)));
        assert_eq!(after["creditMemo"]["prefix"], "ECM");
    }
}

#[test]
fn billing_update_sequence_set_refuses_prefixes_of_others() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    create(&billing, json!([set("EMEA", "E")])).done();
    let (code, text) = billing.put(&format!("{PATH}/EMEA"), &json!({"invoice": {"prefix": "CM", "startNumber": 1}})).reason(400);
    assert!(code == 50_000_030 && text.starts_with("'invoice'"), "{text}");
    assert_eq!(billing.put(&format!("{PATH}/DEFAULT"), &json!({"name": "Other"})).reason(400).0, 50_000_030);
    assert_eq!(billing.put(&format!("{PATH}/nobody"), &json!({})).reason(404).0, 50_000_040);
}

#[test]
fn billing_delete_sequence_set_answers_and_it_is_gone() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        create(&billing, json!([set("EMEA", "E")])).done();
        billing.delete(&format!("{PATH}/EMEA")).done();
        billing.get(&format!("{PATH}/EMEA")).refused(404);
    }
}

#[test]
fn billing_delete_sequence_set_refuses_the_default_and_one_in_use() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    create(&billing, json!([set("EMEA", "E")])).done();
    let id = billing.account("Aperture", "USD");
    billing.put(&format!("/v1/accounts/{id}"), &json!({"sequenceSetId": "EMEA"})).done();
    for set in ["DEFAULT", "EMEA"] {
        assert_eq!(billing.delete(&format!("{PATH}/{set}")).reason(400).0, 50_000_030, "{set}");
    }
    world.serve_billing_reader().delete(&format!("{PATH}/EMEA")).expect(403);
}
