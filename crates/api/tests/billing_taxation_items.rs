//! Tax lines of invoices by themselves, over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

const UNKNOWN: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

/// A draft of one item; answers its path and the id of the item.
fn draft(billing: &Billing, status: &str) -> (String, Value) {
    let account = billing.account("Aperture", "USD");
    let item = json!({"chargeName": "Fee", "amount": 100, "serviceStartDate": "2024-03-01"});
    let body = json!({"accountId": account, "invoiceDate": "2024-03-10", "status": status, "invoiceItems": [item]});
    let made = billing.post("/v1/invoices", &body).done();
    let path = format!("/v1/invoices/{}", made["id"].as_str().unwrap());
    let items = billing.get(&format!("{path}/items")).done();
    (path, items["invoiceItems"][0]["id"].clone())
}

fn line(item: &Value) -> Value {
    json!({"InvoiceItemId": item, "Name": "State tax", "Jurisdiction": "California", "TaxAmount": "8.25", "TaxDate": "2024-03-10",
           "TaxRate": 0.0825, "TaxRateType": "Percentage"})
}

fn create(billing: &Billing, item: &Value) -> String {
    let made = billing.post("/v1/object/taxation-item", &line(item)).expect(200).json();
    assert_eq!(made["Success"], true, "{made}");
    format!("/v1/taxation-items/{}", made["Id"].as_str().unwrap())
}

#[test]
fn billing_create_taxation_item_answers_its_id() {
    for backend in Backend::all() {
        let world = World::on(backend).now("2024-03-15T12:00:00").build();
        let billing = world.serve_billing();
        let (invoice, item) = draft(&billing, "Draft");
        create(&billing, &item);
        assert_eq!(billing.get(&invoice).done()["taxAmount"].to_string(), "8.25");
    }
}

#[test]
fn billing_get_taxation_item_answers_the_line() {
    let world = World::on(Backend::Memory).now("2024-03-15T12:00:00").build();
    let billing = world.serve_billing();
    let (_, item) = draft(&billing, "Draft");
    let shown = billing.get(&create(&billing, &item)).done();
    assert_eq!((&shown["name"], &shown["invoiceItemId"]), (&json!("State tax"), &item));
    assert_eq!((shown["taxAmount"].to_string(), shown["taxRate"].to_string()), ("8.25".into(), "0.0825".into()));
}

#[test]
fn billing_create_taxation_item_refuses_items_there_are_not() {
    let world = World::on(Backend::Memory).now("2024-03-15T12:00:00").build();
    let billing = world.serve_billing();
    let refused = billing.post("/v1/object/taxation-item", &line(&json!(UNKNOWN))).expect(404).json();
    assert_eq!(refused["Success"], false, "{refused}");
    let (_, posted) = draft(&billing, "Posted");
    billing.post("/v1/object/taxation-item", &line(&posted)).expect(400);
    world.serve_billing_reader().post("/v1/object/taxation-item", &line(&posted)).expect(403);
}

#[test]
fn billing_get_taxation_item_refuses_unknown_ids() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get(&format!("/v1/taxation-items/{UNKNOWN}")).reason(404).0, 50_000_040);
}

#[test]
fn billing_put_taxation_item_answers_the_changed_line() {
    for backend in Backend::all() {
        let world = World::on(backend).now("2024-03-15T12:00:00").build();
        let billing = world.serve_billing();
        let (invoice, item) = draft(&billing, "Draft");
        let path = create(&billing, &item);
        let change =
            json!({"taxAmount": 8, "country": "US", "financeInformation": {"accountsReceivableAccountingCode": "Accounts Receivable"}});
        let shown = billing.put(&path, &change).done();
        assert_eq!((shown["taxAmount"].to_string(), &shown["country"]), ("8.0".to_owned(), &json!("US")));
        assert_eq!(shown["financeInformation"]["accountsReceivableAccountingCode"], "Accounts Receivable");
        assert_eq!((&shown["name"], &shown["jurisdiction"]), (&json!("State tax"), &json!("California")));
        assert_eq!(billing.get(&invoice).done()["amount"].to_string(), "108.0");
    }
}

#[test]
fn billing_put_taxation_item_refuses_wrong_values_and_posted_invoices() {
    let world = World::on(Backend::Memory).now("2024-03-15T12:00:00").build();
    let billing = world.serve_billing();
    let (invoice, item) = draft(&billing, "Draft");
    let path = create(&billing, &item);
    assert_eq!(billing.put(&path, &json!({"taxAmount": -8})).reason(400).0, 58_510_120);
    assert_eq!(billing.put(&path, &json!({"taxAmount": "8.001"})).reason(400).0, 58_510_120);
    billing.put(&format!("{invoice}/post"), &json!({})).done();
    assert_eq!(billing.put(&path, &json!({"taxAmount": 8})).reason(400).0, 59_210_030);
    world.serve_billing_reader().put(&path, &json!({"taxAmount": 8})).expect(403);
}

#[test]
fn billing_delete_taxation_item_answers_and_the_invoice_is_without_it() {
    for backend in Backend::all() {
        let world = World::on(backend).now("2024-03-15T12:00:00").build();
        let billing = world.serve_billing();
        let (invoice, item) = draft(&billing, "Draft");
        let path = create(&billing, &item);
        billing.delete(&path).done();
        billing.get(&path).refused(404);
        assert_eq!(billing.get(&invoice).done()["amount"].to_string(), "100.0");
    }
}

#[test]
fn billing_delete_taxation_item_refuses_posted_invoices() {
    let world = World::on(Backend::Memory).now("2024-03-15T12:00:00").build();
    let billing = world.serve_billing();
    let (invoice, item) = draft(&billing, "Draft");
    let path = create(&billing, &item);
    billing.put(&format!("{invoice}/post"), &json!({})).done();
    assert_eq!(billing.delete(&path).reason(400).0, 59_210_030);
    world.serve_billing_reader().delete(&path).expect(403);
}
