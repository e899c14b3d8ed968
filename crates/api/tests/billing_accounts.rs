//! Accounts over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

fn contact() -> Value {
    json!({"firstName": "Ada", "lastName": "Lovelace", "country": "United States", "state": "California", "zipCode": "94105"})
}

fn body() -> Value {
    json!({"name": "Aperture", "currency": "USD", "billToContact": contact()})
}

/// The body with one member set.
fn with(name: &str, value: Value) -> Value {
    let mut body = body();
    body[name] = value;
    body
}

fn read(billing: &Billing, key: &str) -> Value {
    billing.get(&format!("/v1/accounts/{key}")).done()
}

#[test]
fn billing_create_account_answers_ids_and_what_was_sent_is_there() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let mut whole = with("soldToContact", json!({"firstName": "Cave", "lastName": "Johnson", "nickname": "CJ"}));
        for (name, value) in [
            ("accountNumber", json!("APERTURE-1")),
            ("billCycleDay", json!(31)),
            ("additionalEmailAddresses", json!(["a@example.com", "b@example.com"])),
            ("autoPay", json!(false)),
            ("notes", json!("first\nsecond")),
            ("salesRep", json!("Wheatley")),
            ("purchaseOrderNumber", json!("PO-1")),
            ("shipToSameAsBillTo", json!(true)),
            ("sequenceSetName", json!("DEFAULT")),
            ("collect", json!(false)),
            ("taxInfo", json!({"exemptStatus": "Yes", "exemptCertificateId": "C1", "exemptEffectiveDate": "2024-1-5", "VATId": "DE1"})),
        ] {
            whole[name] = value;
        }
        let made = billing.post("/v1/accounts", &whole).done();
        assert_eq!(made["accountNumber"], "APERTURE-1");
        assert_eq!(made["accountId"].as_str().unwrap().len(), 32);
        assert_eq!(made["shipToContactId"], made["billToContactId"]);
        assert_ne!(made["soldToContactId"], made["billToContactId"]);

        let found = read(&billing, "APERTURE-1");
        assert_eq!(found, read(&billing, made["accountId"].as_str().unwrap()));
        let (basic, pay) = (&found["basicInfo"], &found["billingAndPayment"]);
        assert_eq!(
            (&basic["status"], &basic["salesRep"], &basic["notes"]),
            (&json!("Active"), &json!("Wheatley"), &json!("first\nsecond"))
        );
        assert_eq!(basic["sequenceSetId"].as_str().unwrap().len(), 32);
        assert_eq!((&pay["billCycleDay"], &pay["bcdSettingOption"], &pay["currency"]), (&json!(31), &json!("ManualSet"), &json!("USD")));
        assert_eq!(pay["additionalEmailAddresses"], json!(["a@example.com", "b@example.com"]));
        assert_eq!(found["taxInfo"]["exemptEffectiveDate"], "2024-01-05");
        assert_eq!((&found["taxInfo"]["VATId"], &found["taxInfo"]["exemptStatus"]), (&json!("DE1"), &json!("Yes")));
        assert_eq!((&found["soldToContact"]["nickname"], &found["soldToContact"]["accountNumber"]), (&json!("CJ"), &json!("APERTURE-1")));
        assert_eq!(found["billToContact"]["zipCode"], "94105");
        assert_eq!(found["metrics"]["balance"], 0.0);
    }
}

#[test]
fn billing_create_account_answers_the_next_number_and_the_defaults() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert_eq!(billing.post("/v1/accounts", &body()).done()["accountNumber"], "A00000001");
    assert_eq!(billing.post("/rest/v1/accounts", &body()).done()["accountNumber"], "A00000002");
    let found = read(&billing, "A00000002");
    assert_eq!(found["billingAndPayment"]["paymentTerm"], "Due Upon Receipt");
    assert_eq!(found["soldToContact"], found["billToContact"]);
    assert_eq!(found["shipToContact"], Value::Null);
    let child = with("parentAccountNumber", json!("A00000001"));
    let child = billing.post("/v1/accounts", &child).done()["accountNumber"].as_str().unwrap().to_owned();
    assert_eq!(read(&billing, &child)["basicInfo"]["parentId"], read(&billing, "A00000001")["basicInfo"]["id"]);
}

#[test]
fn billing_create_account_refuses_each_field_by_its_name() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let refused = |body: &Value| billing.post("/v1/accounts", body).reason(400);
        for (name, value, code, path) in [
            ("name", json!(null), 50_000_022, "'name'"),
            ("name", json!("x".repeat(256)), 50_000_020, "'name'"),
            ("name", json!("a😀"), 50_000_020, "'name'"),
            ("name", json!(5), 50_000_020, "'name'"),
            ("colour", json!("red"), 50_000_021, "'colour'"),
            ("currency", json!("ZZZ"), 50_000_020, "'currency'"),
            ("billCycleDay", json!(32), 50_000_020, "'billCycleDay'"),
            ("billCycleDay", json!(1.5), 50_000_020, "'billCycleDay'"),
            ("batch", json!("Batch99"), 50_000_020, "'batch'"),
            ("paymentTerm", json!("Whenever"), 50_000_020, "'paymentTerm'"),
            ("billToContact", json!({"firstName": "A", "lastName": "B", "country": "Atlantis"}), 50_000_020, "'billToContact.country'"),
            ("Region__c", json!("EU"), 50_000_021, "'Region__c'"),
            ("taxInfo", json!({"exemptStatus": "Maybe"}), 50_000_020, "'taxInfo.exemptStatus'"),
            ("taxInfo", json!({"exemptStatus": "Yes"}), 50_000_020, "'taxInfo.exemptCertificateId'"),
            ("taxInfo", json!({"exemptEffectiveDate": "2023-02-29"}), 50_000_020, "'taxInfo.exemptEffectiveDate'"),
            ("billToContact", json!({"firstName": "A"}), 50_000_022, "'billToContact.lastName'"),
            ("billToContact", json!({"firstName": "A", "lastName": "B", "country": "Canada"}), 50_000_020, "'billToContact.state'"),
            (
                "soldToContact",
                json!({"firstName": "A", "lastName": "B", "workEmail": "x".repeat(81)}),
                50_000_020,
                "'soldToContact.workEmail'",
            ),
            (
                "soldToContact",
                json!({"firstName": "A", "lastName": "B", "otherPhoneType": "Car"}),
                50_000_020,
                "'soldToContact.otherPhoneType'",
            ),
        ] {
            let (found, text) = refused(&with(name, value.clone()));
            assert_eq!(found, code, "{name} {value}: {text}");
            assert!(text.starts_with(path), "{name} {value}: {text}");
        }
        for name in ["parentId", "sequenceSetId", "communicationProfileId"] {
            let (code, text) = billing.post("/v1/accounts", &with(name, json!("nobody"))).reason(404);
            assert!(code == 50_000_040 && text.starts_with(&format!("'{name}'")), "{text}");
        }
        let several = billing.post("/v1/accounts", &json!({"name": 1, "currency": "USD", "nmae": "x"})).refused(400);
        assert_eq!(several.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [50_000_020, 50_000_021, 50_000_022]);
        assert!(several[1].1.contains("name"), "{several:?}");
        assert!(several[2].1.starts_with("'billToContact'"), "{several:?}");
        // nothing of all this was kept
        assert_eq!(billing.post("/v1/accounts", &body()).done()["accountNumber"], "A00000001");
        let (code, text) = refused(&with("accountNumber", json!("A00000001")));
        assert!((code, text.contains("accountNumber")) == (50_000_030, true), "{code} {text}");
    }
}

#[test]
fn billing_create_account_refuses_what_is_not_built_and_does_not_ignore_it() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    for (name, value) in [
        (
            "subscription",
            json!({"subscriptionNumber": "S-1", "renewalTerm": 1, "termType": "EVERGREEN", "contractEffectiveDate": "2024-01-01",
                                "subscribeToRatePlans": []}),
        ),
        ("paymentMethodId", json!("018d0b9c2f7d7a1e9b3c5d6e7f809a1a")),
        ("runBilling", json!(true)),
        ("collect", json!(true)),
        ("tagging", json!("vip")),
    ] {
        let reply = billing.post("/v1/accounts", &with(name, value.clone()));
        let (code, text) = reply.reason(501);
        assert_eq!(code, 50_000_045, "{name}: {text}");
        assert!(text.contains(name) && text.contains("not built"), "{text}");
    }
    // a card's number is in no answer, because answers are kept
    let card = billing.post("/v1/accounts", &with("creditCard", json!({"cardNumber": 4111111111111111_i64}))).refused(400);
    assert!(!format!("{card:?}").contains("4111"), "{card:?}");
    let both = billing.post("/v1/accounts", &{
        let mut body = with("soldToContact", contact());
        body["soldToSameAsBillTo"] = json!(true);
        body
    });
    assert!(both.reason(400).1.starts_with("'soldToSameAsBillTo'"));
}

#[test]
fn billing_create_account_refuses_bodies_that_are_no_json_object() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let code = |body: &str| billing.raw("POST", "/v1/accounts", body).reason(400).0;
    for body in ["", "{", "nonsense", r#"{"name":"a","name":"b"}"#, r#"{"name":01}"#, &"[".repeat(100_000)] {
        assert_eq!(code(body), 50_000_090, "{}", &body[..body.len().min(20)]);
    }
    assert_eq!(code("[]"), 50_000_020);
    billing.raw("POST", "/v1/accounts", &format!("\"{}\"", "x".repeat(17 << 20))).expect(413);
    // an old version has the same body with status 200
    let old = billing.speaking("186.0").raw("POST", "/v1/accounts", "{").reason(200);
    assert_eq!(old.0, 50_000_090);
}

#[test]
fn billing_create_account_refuses_a_role_that_may_only_read() {
    let world = World::on(Backend::Memory).build();
    let reader = world.serve_billing_reader();
    assert_eq!(reader.post("/v1/accounts", &body()).reason(403).0, 50_000_010);
    let id = world.serve_billing().account("Aperture", "USD");
    read(&reader, &id);
    reader.put(&format!("/v1/accounts/{id}"), &json!({"notes": "x"})).expect(403);
    reader.delete(&format!("/v1/accounts/{id}")).expect(403);
}

#[test]
fn billing_create_account_answers_a_repeated_request_with_the_first_account() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let first = billing.keyed("k1", "/v1/accounts", &body()).done();
        assert_eq!(billing.keyed("k1", "/v1/accounts", &body()).done(), first);
        billing.keyed("k1", "/v1/accounts", &with("notes", json!("other"))).expect(422);
        let refused = billing.keyed("k2", "/v1/accounts", &with("batch", json!("Batch99"))).refused(400);
        assert_eq!(billing.keyed("k2", "/v1/accounts", &with("batch", json!("Batch99"))).refused(400), refused);
        assert_eq!(billing.post("/v1/accounts", &body()).done()["accountNumber"], "A00000002");
    }
}

#[test]
fn billing_get_account_answers_amounts_as_exact_numbers() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let id = billing.account("Aperture", "JPY");
    let text = billing.get(&format!("/v1/accounts/{id}")).text().to_owned();
    assert!(text.contains(r#""balance":0,"#), "yen have no decimals: {text}");
    let id = billing.account("Aperture", "USD");
    let text = billing.get(&format!("/v1/accounts/{id}")).text().to_owned();
    assert!(text.contains(r#""balance":0.00,"#), "{text}");
    assert!(text.starts_with(r#"{"success":true,"#), "{text}");
}

#[test]
fn billing_get_account_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    for key in ["A00000001", "018d0b9c2f7d7a1e9b3c5d6e7f809a1a", "%00", "a%2Fb"] {
        assert_eq!(billing.get(&format!("/v1/accounts/{key}")).reason(404).0, 50_000_040, "{key}");
    }
    assert_eq!(billing.speaking("186").get("/v1/accounts/A1").reason(200).0, 50_000_040);
}

#[test]
fn billing_get_account_summary_answers_the_account_at_a_glance() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = billing.account("Aperture", "USD");
        let found = billing.get(&format!("/v1/accounts/{id}/summary")).done();
        assert_eq!((&found["basicInfo"]["id"], &found["basicInfo"]["balance"]), (&json!(id), &json!("0.00")));
        assert_eq!(found["basicInfo"]["billCycleDay"], 0);
        assert_eq!(found["billToContact"]["lastName"], "Lovelace");
        for list in ["invoices", "payments", "subscriptions", "usage"] {
            assert_eq!(found[list], json!([]), "{list}");
        }
    }
}

#[test]
fn billing_get_account_summary_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/accounts/A1/summary").reason(404).0, 50_000_040);
}

#[test]
fn billing_update_account_answers_and_changes_only_what_is_named() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = billing.account("Aperture", "USD");
        let before = read(&billing, &id);
        let change = json!({"notes": "late", "salesRep": "Wheatley", "billToContact": {"zipCode": "94106"},
                            "shipToContact": {"firstName": "Cave", "lastName": "Johnson"}, "taxInfo": {"VATId": "DE1"}});
        billing.put(&format!("/v1/accounts/{id}"), &change).done();
        let after = read(&billing, &id);
        assert_eq!((&after["basicInfo"]["notes"], &after["basicInfo"]["salesRep"]), (&json!("late"), &json!("Wheatley")));
        assert_eq!((&after["billToContact"]["zipCode"], &after["billToContact"]["id"]), (&json!("94106"), &before["billToContact"]["id"]));
        assert_eq!((&after["shipToContact"]["firstName"], &after["taxInfo"]["VATId"]), (&json!("Cave"), &json!("DE1")));
        assert_eq!(after["basicInfo"]["name"], "Aperture");
        // null empties, another contact of the account may take a part
        let other = &after["shipToContact"]["id"];
        billing.put(&format!("/v1/accounts/{id}"), &json!({"notes": null, "soldToContactId": other})).done();
        let last = read(&billing, &id);
        assert_eq!((&last["basicInfo"]["notes"], &last["soldToContact"]["id"]), (&Value::Null, other));
        // a key means nothing to a PUT
        let put = || {
            billing
                .client
                .send(billing.request("PUT", &format!("/v1/accounts/{id}")).header("idempotency-key", "k").json(&json!({"notes": "x"})))
        };
        put().done();
        billing.put(&format!("/v1/accounts/{id}"), &json!({"notes": null})).done();
        put().done();
        assert_eq!(read(&billing, &id)["basicInfo"]["notes"], "x");
    }
}

#[test]
fn billing_update_account_refuses_with_the_field_of_the_client() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let (id, stranger) = (billing.account("Aperture", "USD"), billing.account("Black Mesa", "USD"));
    let foreign = read(&billing, &stranger)["billToContact"]["id"].clone();
    let refused = |body: Value, status| billing.put(&format!("/v1/accounts/{id}"), &body).reason(status);
    for (body, code, path) in [
        (json!({"billToContactId": foreign}), 50_000_020, "'billToContactId'"),
        (json!({"billToContact": {"state": "Nowhere"}}), 50_000_020, "'billToContact.state'"),
        (json!({"shipToContact": {"firstName": "A"}}), 50_000_022, "'shipToContact.lastName'"),
        (json!({"parentId": id}), 50_000_020, "'parentId'"),
        (json!({"name": ""}), 50_000_022, "'name'"),
        (json!({"currency": "EUR"}), 50_000_021, "'currency'"),
        (json!({"salesRep": "x".repeat(51)}), 50_000_020, "'salesRep'"),
    ] {
        let (found, text) = refused(body.clone(), 400);
        assert_eq!(found, code, "{body}: {text}");
        assert!(text.starts_with(path), "{body}: {text}");
    }
    assert_eq!(refused(json!({"tagging": "x"}), 501).0, 50_000_045);
    assert_eq!(billing.put("/v1/accounts/A99", &json!({"notes": "x"})).reason(404).0, 50_000_040);
}

#[test]
fn billing_delete_account_answers_and_the_account_is_canceled() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = billing.account("Aperture", "USD");
        let gone = billing.delete("/v1/accounts/A00000001").done();
        assert_eq!((&gone["id"], &gone["jobStatus"]), (&json!(id), &json!("Completed")));
        assert_eq!(read(&billing, &id)["basicInfo"]["status"], "Canceled");
    }
}

#[test]
fn billing_delete_account_refuses_twice_and_unknown_ones() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let id = billing.account("Aperture", "USD");
    let path = format!("/v1/accounts/{id}");
    billing.delete(&path).done();
    assert_eq!(billing.delete(&path).reason(400).0, 50_000_030);
    assert_eq!(billing.put(&path, &json!({"notes": "x"})).reason(400).0, 50_000_030);
    assert_eq!(billing.delete("/v1/accounts/A99").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_account_payment_methods_answers_none() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let id = billing.account("Aperture", "USD");
    let found = billing.get(&format!("/v1/accounts/{id}/payment-methods")).done();
    assert_eq!(found["defaultPaymentMethodId"], Value::Null);
    let unknown = json!({"defaultPaymentMethodId": "018d0b9c2f7d7a1e9b3c5d6e7f809a1a"});
    let (code, text) = billing.put(&format!("/v1/accounts/{id}"), &unknown).reason(404);
    assert!(code == 50_000_040 && text.starts_with("'defaultPaymentMethodId'"), "{text}");
}

#[test]
fn billing_get_account_payment_methods_refuses_unknown_accounts() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/accounts/A1/payment-methods").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_account_default_payment_method_answers_that_there_is_none() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let id = billing.account("Aperture", "USD");
    assert!(billing.get(&format!("/v1/accounts/{id}/payment-methods/default")).reason(404).1.contains("A00000001"));
}

#[test]
fn billing_get_account_default_payment_method_refuses_unknown_accounts() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/accounts/A1/payment-methods/default").reason(404).0, 50_000_040);
}
