//! Older calls on single objects over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_api::table::{Method, operations};
use accrual_testkit::{Backend, Billing, Reply, World};
use serde_json::{Value, json};

fn product(name: &str) -> Value {
    json!({"Name": name, "EffectiveStartDate": "2024-01-01", "EffectiveEndDate": "2034-01-01"})
}

fn made(billing: &Billing, kind: &str, body: &Value) -> String {
    let reply = billing.post(&format!("/v1/object/{kind}"), body).expect(200).json();
    assert_eq!(reply["Success"], true);
    reply["Id"].as_str().unwrap().to_owned()
}

fn read(billing: &Billing, kind: &str, id: &str) -> Value {
    billing.get(&format!("/v1/object/{kind}/{id}")).expect(200).json()
}

/// Code and text of a refusal in the shape of these calls.
fn refused(reply: Reply, status: u16) -> (String, String) {
    let body = reply.expect(status).json();
    assert_eq!(body["Success"], false, "{body}");
    (body["Errors"][0]["Code"].as_str().unwrap().to_owned(), body["Errors"][0]["Message"].as_str().unwrap().to_owned())
}

#[test]
fn every_kind_of_object_is_read_changed_and_removed_by_who_may() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let (billing, reader) = (world.serve_billing(), world.serve_billing_reader());
        let rows = || operations().iter().filter(|o| o.built() && o.path.starts_with("/v1/object/"));
        assert!(rows().count() >= 25);
        let none = "0".repeat(32);
        for operation in rows() {
            let path = operation.path.replace("{id}", &none);
            let answer = billing.send(operation.method.name(), &path);
            match operation.method {
                Method::Get => {
                    assert_eq!(answer.expect(404).json(), json!({"records": [], "size": 0, "done": true}), "{path}");
                    assert_eq!(reader.get(&path).status(), 404);
                }
                Method::Delete => {
                    let body = answer.expect(200).json();
                    assert_eq!((&body["success"], &body["errors"][0]["Code"]), (&json!(false), &json!("INVALID_ID")), "{path}");
                }
                Method::Put => assert_eq!(refused(answer, 404).0, "INVALID_ID", "{path}"),
                _ => {
                    let (code, text) = refused(answer, 400);
                    assert!(["INVALID_VALUE", "MISSING_REQUIRED_VALUE"].contains(&code.as_str()), "{path} {code} {text}");
                }
            }
            if operation.method != Method::Get {
                let denied = reader.send(operation.method.name(), &path);
                assert!(denied.status() == 403 || denied.json()["errors"][0]["Code"] == "API_DISABLED", "{path}: {}", denied.text());
            }
        }
    }
}

trait Send {
    fn send(&self, method: &str, path: &str) -> Reply;
}

impl Send for Billing {
    /// With an empty object where a body is expected.
    fn send(&self, method: &str, path: &str) -> Reply {
        let body = json!({});
        match method {
            "POST" => self.post(path, &body),
            "PUT" => self.put(path, &body),
            "DELETE" => self.delete(path),
            _ => self.get(path),
        }
    }
}

#[test]
fn the_catalog_is_made_read_changed_and_removed() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = made(&billing, "product", &product("Portal"));
        let found = read(&billing, "product", &id);
        assert_eq!((&found["Id"], &found["Name"], &found["EffectiveEndDate"]), (&json!(id), &json!("Portal"), &json!("2034-01-01")));
        assert_eq!(found["SKU"], "SKU-00000001");
        assert!(found.get("Description").is_none(), "empty fields are left out: {found}");
        let created = found["CreatedDate"].as_str().unwrap();
        assert_eq!((created.len(), &created[23..]), (29, "+00:00"), "{created}");

        billing.put(&format!("/v1/object/product/{id}"), &json!({"Description": "x", "Category": "Base Products"})).expect(200);
        billing.put(&format!("/v1/object/product/{id}"), &json!({"Description": ""})).expect(200);
        let found = read(&billing, "product", &id);
        assert_eq!((found.get("Description"), &found["Category"]), (None, &json!("Base Products")));
        assert_eq!(
            billing.get(&format!("/v1/object/product/{id}?fields=Name,SKU")).expect(200).json(),
            json!({"Id": id, "Name": "Portal", "SKU": "SKU-00000001"})
        );

        let plan = made(&billing, "product-rate-plan", &json!({"Name": "Gold", "ProductId": id}));
        let charge = json!({
            "Name": "Fee", "ProductRatePlanId": plan, "ChargeType": "OneTime", "ChargeModel": "Flat Fee Pricing",
            "BillCycleType": "DefaultFromCustomer", "TriggerEvent": "ContractEffective", "UseDiscountSpecificAccountingCode": false,
            "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": [{"Currency": "USD", "Price": 10.5}]},
        });
        let charge = made(&billing, "product-rate-plan-charge", &charge);
        let tiers = billing
            .get(&format!("/object-query/product-rate-plan-charge-tiers?filter[]=productrateplanchargeid.EQ:{charge}"))
            .expect(200)
            .json();
        let tier = tiers["data"][0]["id"].as_str().unwrap();
        assert_eq!(read(&billing, "product-rate-plan-charge-tier", tier)["Price"], 10.5);
        billing.put(&format!("/v1/object/product-rate-plan-charge-tier/{tier}"), &json!({"Price": "11.25"})).expect(200);
        assert_eq!(read(&billing, "product-rate-plan-charge-tier", tier)["Price"], 11.25);

        for (kind, id) in [("product-rate-plan-charge", &charge), ("product-rate-plan", &plan), ("product", &id)] {
            assert_eq!(billing.delete(&format!("/v1/object/{kind}/{id}")).expect(200).json(), json!({"success": true, "id": id}));
            billing.get(&format!("/v1/object/{kind}/{id}")).expect(404);
        }
    }
}

#[test]
fn an_account_and_its_contact_are_made_one_after_the_other() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let account = made(&billing, "account", &json!({"Name": "Initech", "Currency": "USD", "BillCycleDay": 1, "AutoPay": "false"}));
        assert_eq!(read(&billing, "account", &account)["Status"], "Draft");
        let contact = json!({"AccountId": account, "FirstName": "Ada", "LastName": "Lovelace", "Country": "France"});
        let contact = made(&billing, "contact", &contact);
        let change = json!({"BillToId": contact, "SoldToId": contact, "Status": "Active"});
        billing.put(&format!("/v1/object/account/{account}"), &change).expect(200);
        let found = read(&billing, "account", &account);
        assert_eq!((&found["Status"], &found["BillToId"], &found["Balance"]), (&json!("Active"), &json!(contact), &json!(0.0)));
        // the whole object as it was read changes nothing and is fine
        billing.put(&format!("/v1/object/account/{account}"), &found).expect(200);
        assert_eq!(read(&billing, "account", &account)["UpdatedDate"], found["UpdatedDate"]);
        let refusal = billing.delete(&format!("/v1/object/contact/{contact}")).expect(200).json();
        assert_eq!((&refusal["success"], &refusal["errors"][0]["Code"]), (&json!(false), &json!("CANNOT_DELETE")));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let id = made(&billing, "product", &product("Portal"));
    let path = format!("/v1/object/product/{id}");
    let post = |body: Value| billing.post("/v1/object/product", &body);
    let with = |name: &str, value: Value| {
        let mut body = product("Other");
        body[name] = value;
        body
    };
    assert_eq!(refused(post(product("Portal")), 400).0, "DUPLICATE_VALUE");
    assert_eq!(refused(post(json!({"Name": "Other"})), 400).0, "MISSING_REQUIRED_VALUE");
    assert_eq!(refused(post(with("EffectiveStartDate", json!("2024-02-30"))), 400).0, "INVALID_VALUE");
    assert_eq!(refused(post(with("EffectiveStartDate", json!("2035-01-01"))), 400).0, "INVALID_VALUE");
    assert_eq!(refused(post(with("Category", json!("Nothing"))), 400).0, "INVALID_VALUE");
    assert_eq!(refused(post(with("Name", json!("😀"))), 400).0, "INVALID_VALUE");
    assert_eq!(refused(post(with("Name", json!({"a": 1, "b": 2}))), 400).0, "INVALID_VALUE");
    assert_eq!(refused(billing.raw("POST", "/v1/object/product", "{"), 400).0, "INVALID_VALUE");
    assert_eq!(refused(billing.raw("POST", "/v1/object/product", "[]"), 400).0, "INVALID_VALUE");
    assert_eq!(refused(billing.raw("POST", "/v1/object/product", ""), 400).0, "INVALID_VALUE");
    assert_eq!(refused(billing.put(&path, &json!({"EffectiveEndDate": null})), 400).0, "MISSING_REQUIRED_VALUE");
    let found = refused(billing.get(&format!("{path}?fields=Colour")), 400);
    assert_eq!((found.0.as_str(), found.1.as_str()), ("INVALID_FIELD", "'fields': invalid field for query: Product.Colour"));
    // unknown fields are passed over unless the client wants to hear of them
    let unknown = with("Colour", json!("red"));
    let strict = billing.post("/v1/object/product?rejectUnknownFields=true", &unknown).expect(400);
    assert_eq!(strict.json(), json!({"message": "Error - unrecognised fields"}));
    assert_eq!(billing.get("/object-query/products").expect(200).json()["data"].as_array().unwrap().len(), 1);
    post(unknown).expect(200);
    for path in ["/v1/object/nothing/1", "/v1/object/amendment/1"] {
        assert_eq!(billing.get(path).status(), 404);
    }
}

#[test]
fn the_same_key_makes_one_object() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let first = billing.keyed("k1", "/v1/object/product", &product("Portal")).expect(200).json();
        assert_eq!(billing.keyed("k1", "/v1/object/product", &product("Portal")).expect(200).json(), first);
        billing.keyed("k1", "/v1/object/product", &product("Other")).expect(422);
        assert_eq!(billing.get("/object-query/products").expect(200).json()["data"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_invoice_is_changed_posted_and_its_taxes_written_as_older_clients_do() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let account = billing.account("Initech", "USD");
        let body = json!({
            "accountId": account, "invoiceDate": "2024-01-15",
            "invoiceItems": [{"amount": 100, "chargeName": "Fee", "serviceStartDate": "2024-01-15"}],
        });
        let invoice = billing.post("/v1/invoices", &body).done()["id"].as_str().unwrap().to_owned();
        let items = billing.get(&format!("/object-query/invoice-items?filter[]=invoiceid.EQ:{invoice}")).expect(200).json();
        let item = &items["data"][0]["id"];
        let tax = json!({
            "InvoiceItemId": item, "Name": "State tax", "Jurisdiction": "California", "TaxAmount": 8.25, "TaxDate": "2024-01-15",
            "TaxRate": 0.0825, "TaxRateType": "Percentage",
        });
        let tax = made(&billing, "taxation-item", &tax);
        assert_eq!(read(&billing, "taxation-item", &tax)["TaxAmount"], 8.25);
        let found = read(&billing, "invoice", &invoice);
        assert_eq!((&found["Amount"], &found["Status"], &found["Balance"]), (&json!(108.25), &json!("Draft"), &json!(108.25)));
        let path = format!("/v1/object/invoice/{invoice}");
        billing.put(&path, &json!({"Comments": "thanks"})).expect(200);
        billing.put(&path, &json!({"Status": "Posted"})).expect(200);
        let found = read(&billing, "invoice", &invoice);
        assert_eq!((&found["Comments"], &found["Status"]), (&json!("thanks"), &json!("Posted")));
        assert_eq!(refused(billing.put(&path, &json!({"Status": "Split"})), 400).0, "INVALID_VALUE");
        let expand = "expand[]=account,invoiceitems&fields[]=invoicenumber&account.fields[]=name,balance&invoiceitems.fields[]=chargeamount,taxamount";
        let seen =
            billing.get(&format!("/object-query/invoices?filter[]=balance.GT:108&filter[]=status.EQ:posted&{expand}")).expect(200).json();
        assert_eq!(seen["data"][0]["invoiceItems"], json!([{"chargeAmount": 100.0, "taxAmount": 8.25}]));
        let path = format!(
            "/object-query/invoice-items/{}?expand[]=taxationitems,invoice&taxationitems.fields[]=taxamount",
            item.as_str().unwrap()
        );
        let seen_item = billing.get(&path).expect(200).json();
        assert_eq!((&seen_item["taxationItems"], &seen_item["invoice"]["amount"]), (&json!([{"taxAmount": 8.25}]), &json!(108.25)));
        assert_eq!(seen["data"][0]["account"], json!({"name": "Initech", "balance": 108.25}));
    }
}
