//! Contacts and their snapshots over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::contact;
use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

fn create(billing: &Billing, account: &str) -> Value {
    let body = json!({"accountId": account, "firstName": "Cave", "lastName": "Johnson", "country": "US", "state": "MI", "zipCode": "48226",
                      "nickname": "CJ", "contactDescription": "founder", "workPhone": "555"});
    billing.post("/v1/contacts", &body).done()
}

fn id(contact: &Value) -> &str {
    contact["id"].as_str().unwrap()
}

fn path(contact: &Value) -> String {
    format!("/v1/contacts/{}", id(contact))
}

#[test]
fn billing_create_contact_answers_the_whole_contact() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = create(&billing, &account);
        assert_eq!((&made["accountId"], &made["accountNumber"]), (&json!(account), &json!("A00000001")));
        assert_eq!((&made["zipCode"], &made["postalCode"]), (&json!("48226"), &json!("48226")));
        assert_eq!((&made["nickname"], &made["contactDescription"], &made["fax"]), (&json!("CJ"), &json!("founder"), &Value::Null));
        assert_eq!(made["asBillTo"], false);
        let by_number = json!({"accountNumber": "A00000001", "firstName": "A", "lastName": "B"});
        assert_eq!(billing.post("/v1/contacts", &by_number).done()["accountId"], json!(account));
        let first = billing.keyed("k", "/v1/contacts", &by_number).done();
        assert_eq!(billing.keyed("k", "/v1/contacts", &by_number).done(), first);
    }
}

#[test]
fn billing_create_contact_refuses_by_the_field_of_the_client() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let base = json!({"accountId": account, "firstName": "A", "lastName": "B"});
    let with = |name: &str, value: Value| {
        let mut body = base.clone();
        body[name] = value;
        billing.post("/v1/contacts", &body)
    };
    for (name, value, code) in [
        ("firstName", json!(null), 50_000_022),
        ("accountId", json!(null), 50_000_022),
        ("accountNumber", json!("A00000001"), 50_000_020),
        ("zipCode", json!("x".repeat(21)), 50_000_020),
        ("postalCode", json!("1"), 50_000_021),
        ("nickname", json!("x".repeat(101)), 50_000_020),
        ("otherPhoneType", json!("Car"), 50_000_020),
        ("asBillTo", json!("yes"), 50_000_020),
    ] {
        let (found, text) = with(name, value).reason(400);
        assert_eq!(found, code, "{name}: {text}");
        assert!(text.starts_with(&format!("'{name}'")), "{text}");
    }
    assert!(with("country", json!("United States")).reason(400).1.starts_with("'state'"));
    assert_eq!(with("accountId", json!("A99")).reason(404).0, 50_000_040);
    world.serve_billing_reader().post("/v1/contacts", &base).expect(403);
}

#[test]
fn billing_get_contact_answers_what_create_did() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let made = create(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.get(&path(&made)).done(), made);
    assert_eq!(world.serve_billing_reader().get(&path(&made)).done(), made);
}

#[test]
fn billing_get_contact_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/contacts/018d0b9c2f7d7a1e9b3c5d6e7f809a1a").reason(404).0, 50_000_040);
}

#[test]
fn billing_update_contact_answers_the_changed_contact() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = create(&billing, &billing.account("Aperture", "USD"));
        let after = billing.put(&path(&made), &json!({"zipCode": "48227", "nickname": null, "city": "Detroit"})).done();
        assert_eq!((&after["zipCode"], &after["nickname"], &after["city"]), (&json!("48227"), &Value::Null, &json!("Detroit")));
        assert_eq!(after["lastName"], "Johnson");
    }
}

#[test]
fn billing_update_contact_refuses_a_state_that_is_not_of_the_country() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let made = create(&billing, &billing.account("Aperture", "USD"));
    let (code, text) = billing.put(&path(&made), &json!({"state": "Bavaria"})).reason(400);
    assert!(code == 50_000_020 && text.starts_with("'state'"), "{text}");
    let (code, text) = billing.put(&path(&made), &json!({"firstName": null})).reason(400);
    assert!(code == 50_000_022 && text.starts_with("'firstName'"), "{text}");
    assert_eq!(billing.put(&path(&made), &json!({"accountId": "x"})).reason(400).0, 50_000_021);
    world.serve_billing_reader().put(&path(&made), &json!({"city": "x"})).expect(403);
}

#[test]
fn billing_delete_contact_answers_and_it_is_gone() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = create(&billing, &billing.account("Aperture", "USD"));
        billing.delete(&path(&made)).done();
        billing.get(&path(&made)).refused(404);
    }
}

#[test]
fn billing_delete_contact_refuses_one_that_plays_a_part() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let bill_to = billing.get(&format!("/v1/accounts/{account}")).done()["billToContact"].clone();
    assert_eq!(billing.delete(&path(&bill_to)).reason(400).0, 50_000_030);
    assert_eq!(billing.delete("/v1/contacts/nobody").reason(404).0, 50_000_040);
    world.serve_billing_reader().delete(&path(&bill_to)).expect(403);
}

#[test]
fn billing_transfer_contact_answers_and_it_belongs_to_the_other_account() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = create(&billing, &billing.account("Aperture", "USD"));
        let other = billing.account("Black Mesa", "USD");
        billing.put(&format!("{}/transfer", path(&made)), &json!({"destinationAccountKey": "A00000002"})).done();
        assert_eq!(billing.get(&path(&made)).done()["accountId"], json!(other));
    }
}

#[test]
fn billing_transfer_contact_refuses_without_an_account_to_go_to() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let made = create(&billing, &account);
    let transfer = |of: &Value, body: Value| billing.put(&format!("{}/transfer", path(of)), &body);
    assert_eq!(transfer(&made, json!({})).reason(400).0, 50_000_022);
    assert_eq!(transfer(&made, json!({"destinationAccountKey": "A99"})).reason(404).0, 50_000_040);
    billing.account("Black Mesa", "USD");
    let bill_to = billing.get(&format!("/v1/accounts/{account}")).done()["billToContact"].clone();
    assert_eq!(transfer(&bill_to, json!({"destinationAccountKey": "A00000002"})).reason(400).0, 50_000_030);
}

#[test]
fn billing_scrub_contact_answers_and_nothing_personal_is_left() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = create(&billing, &billing.account("Aperture", "USD"));
        billing.client.send(billing.request("PUT", &format!("{}/scrub", path(&made)))).done();
        let after = billing.get(&path(&made)).done();
        assert_eq!((&after["lastName"], &after["workPhone"], &after["zipCode"]), (&json!("Scrubbed"), &Value::Null, &Value::Null));
        assert_eq!((&after["country"], &after["accountNumber"]), (&json!("US"), &json!("A00000001")));
    }
}

#[test]
fn billing_scrub_contact_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let scrub = |user: &Billing| user.client.send(user.request("PUT", "/v1/contacts/nobody/scrub"));
    assert_eq!(scrub(&billing).reason(404).0, 50_000_040);
    scrub(&world.serve_billing_reader()).expect(403);
}

#[test]
fn billing_get_contact_snapshot_answers_the_contact_as_it_was() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = create(&billing, &billing.account("Aperture", "USD"));
        let contact = id(&made).to_owned();
        let snapshot = world.unit(move |unit| contact::snapshot(unit, &contact));
        billing.put(&path(&made), &json!({"lastName": "Other"})).done();
        let found = billing.get(&format!("/v1/contact-snapshots/{snapshot}")).done();
        assert_eq!((&found["contactId"], &found["lastName"], &found["nickname"]), (&made["id"], &json!("Johnson"), &json!("CJ")));
        assert_eq!(found["postalCode"], "48226");
    }
}

#[test]
fn billing_get_contact_snapshot_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/contact-snapshots/nobody").reason(404).0, 50_000_040);
}
