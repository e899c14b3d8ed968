//! Invoices over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::accounting_period::{AccountingPeriodClose, AccountingPeriodCreate, Closing};
use accrual_app::billing::invoice::BillingRulesUpdate;
use accrual_app::execute_blocking;
use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

fn world(backend: Backend) -> World {
    World::on(backend).now("2024-03-15T12:00:00").build()
}

fn fee(amount: Value) -> Value {
    json!({"chargeName": "Fee", "amount": amount, "serviceStartDate": "2024-03-01"})
}

fn tax(amount: &str) -> Value {
    json!({"name": "State tax", "taxAmount": amount, "taxCode": "Sales", "taxDate": "2024-03-10", "taxMode": "TaxExclusive",
           "taxRate": 0.0825, "taxRateType": "Percentage", "jurisdiction": "California"})
}

fn body(account: &str, items: Vec<Value>) -> Value {
    json!({"accountId": account, "invoiceDate": "2024-03-10", "invoiceItems": items})
}

fn draft(billing: &Billing, account: &str) -> Value {
    let mut taxed = fee(json!(100));
    taxed["taxItems"] = json!([tax("8.25")]);
    taxed["discountItems"] = json!([{"chargeName": "Loyalty", "amount": -10}]);
    billing.post("/v1/invoices", &body(account, vec![fee(json!("20.50")), taxed])).done()
}

fn posted(billing: &Billing, account: &str) -> Value {
    let mut new = body(account, vec![fee(json!(100))]);
    new["status"] = json!("Posted");
    billing.post("/v1/invoices", &new).done()
}

fn path(invoice: &Value, end: &str) -> String {
    format!("/v1/invoices/{}{end}", invoice["id"].as_str().unwrap())
}

fn rules(world: &World, name: &str, value: bool) {
    let fields = Fields::default().with(name, value);
    execute_blocking(&world.tenant(), &world.context(), BillingRulesUpdate { fields }).unwrap();
}

fn balance(billing: &Billing, account: &str) -> String {
    billing.get(&format!("/v1/accounts/{account}")).done()["metrics"]["balance"].to_string()
}

const UNKNOWN: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

#[test]
fn billing_create_standalone_invoice_answers_the_invoice() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = draft(&billing, &account);
        assert_eq!((&made["invoiceNumber"], &made["status"], &made["source"]), (&json!("INV00000001"), &json!("Draft"), &json!("API")));
        assert_eq!((made["amount"].to_string(), made["amountWithoutTax"].to_string()), ("118.75".into(), "110.5".into()));
        assert_eq!((made["taxAmount"].to_string(), made["balance"].to_string()), ("8.25".into(), "118.75".into()));
        assert_eq!(
            (&made["sourceType"], &made["taxStatus"], &made["dueDate"]),
            (&json!("Standalone"), &json!("Complete"), &json!("2024-03-10"))
        );
        assert_eq!((&made["sourceId"], &made["targetDate"], &made["transferredToAccounting"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((&made["includesOneTime"], &made["autoPay"]), (&json!(true), &json!(false)));
        assert_eq!(balance(&billing, &account), "0.0");
        let at_once = posted(&billing, &account);
        assert_eq!((&at_once["status"], &at_once["postedDate"]), (&json!("Posted"), &json!("2024-03-15")));
        assert_eq!(balance(&billing, &account), "100.0");
        let new = body(&account, vec![fee(json!(1))]);
        let first = billing.keyed("once", "/v1/invoices", &new).done();
        assert_eq!(billing.keyed("once", "/v1/invoices", &new).done(), first);
        assert_eq!(billing.keyed("twice", "/v1/invoices", &new).done()["invoiceNumber"], "INV00000004");
    }
}

#[test]
fn billing_create_standalone_invoice_refuses_by_the_field_of_the_client() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let refused = |name: &str, value: Value| {
        let mut new = body(&account, vec![fee(json!(1)), fee(json!(2))]);
        match name.strip_prefix("item.") {
            Some(name) => new["invoiceItems"][1][name] = value,
            None => new[name] = value,
        }
        billing.post("/v1/invoices", &new)
    };
    for (name, value, code, place) in [
        ("accountId", json!(null), 58_490_022, "accountId"),
        ("invoiceDate", json!(null), 50_000_022, "invoiceDate"),
        ("invoiceDate", json!("2024-02-30"), 50_000_020, "invoiceDate"),
        ("invoiceDate", json!("99999-01-01"), 50_000_020, "invoiceDate"),
        ("invoiceItems", json!([]), 58_490_322, "invoiceItems"),
        ("status", json!("Sent"), 59_210_020, "status"),
        ("currency", json!("EUR"), 58_491_430, "currency"),
        ("paymentTerm", json!("Net 7"), 58_490_640, "paymentTerm"),
        ("invoiceNumber", json!("a b"), 58_490_420, "invoiceNumber"),
        ("comments", json!("x".repeat(256)), 50_000_020, "comments"),
        ("shoeSize", json!(43), 50_000_021, "shoeSize"),
        ("soldToSameAsBillTo", json!(true), 58_491_120, "soldToSameAsBillTo"),
        ("customRates", json!([{"currency": "EUR", "customFxRate": 0}]), 58_530_120, "customRates[0].customFxRate"),
        ("item.amount", json!(null), 50_000_022, "invoiceItems[1].amount"),
        ("item.amount", json!("ten"), 50_000_020, "invoiceItems[1].amount"),
        ("item.amount", json!("0.001"), 58_500_120, "invoiceItems[1].amount"),
        ("item.amount", json!("92233720368547758.08"), 58_500_120, "invoiceItems[1].amount"),
        ("item.amount", json!(-5), 58_490_730, "amount"),
        ("item.chargeName", json!(null), 58_500_422, "invoiceItems[1].chargeName"),
        ("item.serviceEndDate", json!("2024-02-01"), 58_500_620, "invoiceItems[1].serviceEndDate"),
        ("item.taxCode", json!("Sales"), 58_500_822, "invoiceItems[1].taxMode"),
        ("item.chargeDate", json!("soon"), 50_000_020, "invoiceItems[1].chargeDate"),
        ("item.sku", json!("x".repeat(256)), 50_000_020, "invoiceItems[1].sku"),
        ("item.deferredRevenueAccountingCode", json!("Cash"), 58_501_220, "invoiceItems[1].deferredRevenueAccountingCode"),
        ("item.quantity", json!(0), 58_500_220, "invoiceItems[1].quantity"),
    ] {
        let (found, text) = refused(name, value).reason(if code % 100 == 40 { 404 } else { 400 });
        assert_eq!(found, code, "{name}: {text}");
        assert!(text.starts_with(&format!("'{place}'")), "{text}");
    }
    assert_eq!(refused("accountId", json!("A99")).reason(404).0, 58_490_040);
    assert_eq!(refused("item.productRatePlanChargeId", json!(UNKNOWN)).reason(404).0, 58_501_340);
    let both = |n: &str| {
        json!({"accountId": account, "invoiceDate": "2024-03-10", "invoiceItems": [fee(json!(1))],
                                "billToContactId": n, "billToContact": {"firstName": "A", "lastName": "B"}})
    };
    assert_eq!(billing.post("/v1/invoices", &both(UNKNOWN)).reason(400).0, 58_490_820);
    let mut taxed = fee(json!(1));
    taxed["taxItems"] = json!([{"name": "x"}]);
    assert_eq!(billing.post("/v1/invoices", &body(&account, vec![taxed.clone()])).refused(400)[0].0, 50_000_022);
    taxed["taxItems"] = json!([tax("-1")]);
    let (code, text) = billing.post("/v1/invoices", &body(&account, vec![taxed])).reason(400);
    assert!(code == 58_510_120 && text.starts_with("'invoiceItems[0].taxItems[0].taxAmount'"), "{text}");
    let many = body(&account, vec![fee(json!(1)); 1_001]);
    assert!(billing.post("/v1/invoices", &many).refused(400)[0].0 % 100 == 20);
    let mut taken = body(&account, vec![fee(json!(1))]);
    taken["invoiceNumber"] = json!("X-1");
    billing.post("/v1/invoices", &taken).done();
    assert_eq!(billing.post("/v1/invoices", &taken).reason(400).0, 58_490_430);
    world.serve_billing_reader().post("/v1/invoices", &taken).expect(403);
    assert_eq!(balance(&billing, &account), "0.0");
}

#[test]
fn billing_create_standalone_invoice_refuses_a_closed_period() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let day = |text: &str| accrual_base::DateFormat::YyyyMmDd.parse(text).unwrap();
    let fields = Fields::default().with("name", "Feb").with("start_date", day("2024-02-01")).with("end_date", day("2024-02-29"));
    let run = |fields: Fields| execute_blocking(&world.tenant(), &world.context(), AccountingPeriodCreate { fields }).unwrap();
    let period = run(fields.with("fiscal_year", 2024));
    let next = Fields::default().with("name", "Mar").with("start_date", day("2024-03-01")).with("end_date", day("2024-03-31"));
    run(next.with("fiscal_year", 2024));
    let close = AccountingPeriodClose { period: period.id, step: Closing::Closed };
    execute_blocking(&world.tenant(), &world.context(), close).unwrap();
    let mut new = body(&account, vec![fee(json!(1))]);
    new["invoiceDate"] = json!("2024-02-29");
    assert_eq!(billing.post("/v1/invoices", &new).reason(400).0, 58_490_130);
    new["invoiceDate"] = json!("2024-03-01");
    billing.post("/v1/invoices", &new).done();
}

#[test]
fn billing_bulk_create_standalone_invoices_answers_one_by_one_or_all_or_none() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let good = body(&account, vec![fee(json!(5))]);
        let bad = body(&account, vec![fee(json!(5)), json!({"amount": 1, "serviceStartDate": "2024-03-01"})]);
        let each = billing.post("/v1/invoices/batch", &json!({"invoices": [good, bad, good]})).done();
        let success: Vec<&Value> = each["invoices"].as_array().unwrap().iter().map(|i| &i["success"]).collect();
        assert_eq!(success, [&json!(true), &json!(false), &json!(true)]);
        assert_eq!((&each["invoices"][1]["objectIndex"], &each["invoices"][1]["reasons"][0]["code"]), (&json!(1), &json!(58_500_422)));
        assert_eq!(each["invoices"][0]["amount"].to_string(), "5.0");
        let together = json!({"invoices": [good, bad], "useSingleTransaction": true});
        let (code, text) = billing.post("/v1/invoices/batch", &together).reason(400);
        assert!(code == 58_500_422 && text.starts_with("'invoices[1].invoiceItems[1].chargeName'"), "{text}");
        let all = billing.post("/v1/invoices/batch", &json!({"invoices": vec![good.clone(); 50], "useSingleTransaction": true})).done();
        assert_eq!(all["invoices"].as_array().unwrap().len(), 50);
        assert_eq!(all["invoices"][49]["invoiceNumber"], "INV00000052");
    }
}

#[test]
fn billing_bulk_create_standalone_invoices_refuses_too_many() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let of = |invoices: usize, items: usize| json!({"invoices": vec![body(&account, vec![fee(json!(1)); items]); invoices]});
    assert_eq!(billing.post("/v1/invoices/batch", &of(51, 1)).reason(400).0, 58_491_320);
    assert_eq!(billing.post("/v1/invoices/batch", &of(2, 501)).reason(400).0, 58_490_320);
    assert_eq!(billing.post("/v1/invoices/batch", &json!({"invoices": []})).reason(400).0, 58_491_322);
    world.serve_billing_reader().post("/v1/invoices/batch", &of(1, 1)).expect(403);
}

#[test]
fn billing_get_invoice_answers_by_id_and_number() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let made = draft(&billing, &billing.account("Aperture", "USD"));
        let by_id = billing.get(&path(&made, "")).done();
        assert_eq!(by_id, billing.get("/v1/invoices/INV00000001").done());
        assert_eq!((&by_id["transferredToAccounting"], &by_id["amount"]), (&json!("No"), &made["amount"]));
        assert_eq!(world.serve_billing_reader().get(&path(&made, "")).done(), by_id);
    }
}

#[test]
fn billing_get_invoice_refuses_unknown_keys() {
    assert_eq!(world(Backend::Memory).serve_billing().get("/v1/invoices/INV99999999").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_invoice_items_answers_pages_with_tax_lines() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let made = draft(&billing, &billing.account("Aperture", "USD"));
        let first = billing.get(&path(&made, "/items?pageSize=2")).done();
        let items = first["invoiceItems"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!((&items[0]["chargeName"], &items[0]["chargeAmount"]), (&json!("Fee"), &json!("20.50")));
        assert_eq!((&items[1]["processingType"], &items[1]["sourceItemType"]), (&json!("Charge"), &json!("InvoiceDetail")));
        assert_eq!(items[1]["taxationItems"]["data"][0]["taxAmount"].to_string(), "8.25");
        assert_eq!((&items[1]["balance"], &items[1]["serviceEndDate"]), (&json!("90.00"), &Value::Null));
        let next = first["nextPage"].as_str().unwrap();
        let at = next.find("/v1/").unwrap();
        let second = billing.get(&next[at..]).done();
        assert_eq!(second["invoiceItems"][0]["processingType"], "Discount");
        assert_eq!(second["invoiceItems"][0]["appliedToItemId"], items[1]["id"]);
        assert!(second.get("nextPage").is_none());
    }
}

#[test]
fn billing_get_invoice_items_refuses_unknown_keys() {
    assert_eq!(world(Backend::Memory).serve_billing().get(&format!("/v1/invoices/{UNKNOWN}/items")).reason(404).0, 50_000_040);
}

#[test]
fn billing_get_taxation_items_of_invoice_item_answers_its_lines() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    let items = billing.get(&path(&made, "/items")).done();
    let id = items["invoiceItems"][1]["id"].as_str().unwrap();
    let lines = billing.get(&path(&made, &format!("/items/{id}/taxation-items"))).done();
    assert_eq!((&lines["data"][0]["name"], lines["data"][0]["balance"].to_string()), (&json!("State tax"), "8.25".to_owned()));
}

#[test]
fn billing_get_taxation_items_of_invoice_item_refuses_items_of_others() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let (one, other) = (draft(&billing, &account), draft(&billing, &account));
    let items = billing.get(&path(&one, "/items")).done();
    let id = items["invoiceItems"][1]["id"].as_str().unwrap();
    assert_eq!(billing.get(&path(&other, &format!("/items/{id}/taxation-items"))).reason(404).0, 58_501_140);
}

#[test]
fn billing_update_invoice_answers_the_changed_invoice() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let made = draft(&billing, &billing.account("Aperture", "USD"));
        let items = billing.get(&path(&made, "/items")).done();
        let first = items["invoiceItems"][0]["id"].clone();
        let change = json!({"comments": "Second try.", "autoPay": true, "invoiceDate": "2024-03-11", "invoiceItems": [
            {"id": first, "amount": 30, "unitPrice": 15, "quantity": 2, "description": "more"},
            {"chargeName": "Training", "amount": 50, "unitPrice": 50, "serviceStartDate": "2024-03-01"}]});
        let changed = billing.put(&path(&made, ""), &change).done();
        assert_eq!(
            (&changed["comment"], &changed["number"], &changed["autoPay"]),
            (&json!("Second try."), &json!("INV00000001"), &json!(true))
        );
        assert_eq!((changed["amount"].to_string(), &changed["dueDate"]), ("178.25".to_owned(), &json!("2024-03-11")));
        let items = billing.get(&path(&made, "/items")).done();
        let first = &items["invoiceItems"][0];
        assert_eq!(
            (&first["chargeAmount"], first["quantity"].to_string(), &first["description"]),
            (&json!("30.00"), "2".to_owned(), &json!("more"))
        );
        let gone = json!({"invoiceItems": [{"id": first["id"], "delete": true}]});
        assert_eq!(billing.put(&path(&made, ""), &gone).done()["amount"].to_string(), "148.25");
    }
}

#[test]
fn billing_update_invoice_refuses_what_cannot_change() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let made = posted(&billing, &account);
    let update = |change: Value| billing.put(&path(&made, ""), &change);
    assert_eq!(update(json!({"invoiceDate": "2024-03-11"})).reason(400).0, 58_490_130);
    assert_eq!(update(json!({"invoiceItems": [fee(json!(1))]})).reason(400).0, 58_490_330);
    assert_eq!(update(json!({"balance": 5})).reason(400).0, 50_000_021);
    update(json!({"dueDate": "2024-06-01", "transferredToAccounting": "Yes"})).done();
    let open = draft(&billing, &account);
    let both = json!({"invoiceDate": "2024-03-11", "dueDate": "2024-06-01"});
    assert_eq!(billing.put(&path(&open, ""), &both).reason(400).0, 58_490_220);
    let unknown = json!({"invoiceItems": [{"id": UNKNOWN, "amount": 1}]});
    assert_eq!(billing.put(&path(&open, ""), &unknown).reason(404).0, 58_501_140);
    world.serve_billing_reader().put(&path(&open, ""), &json!({"comments": "x"})).expect(403);
}

#[test]
fn billing_bulk_update_invoices_answers_when_all_are_changed() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let (one, other) = (draft(&billing, &account), draft(&billing, &account));
    let change = json!({"invoices": [{"id": one["id"], "comments": "a"}, {"id": other["id"], "comments": "b"}]});
    billing.put("/v1/invoices", &change).done();
    assert_eq!(billing.get(&path(&other, "")).done()["comments"], "b");
}

#[test]
fn billing_bulk_update_invoices_refuses_all_for_one() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    let change = json!({"invoices": [{"id": made["id"], "comments": "a"}, {"id": UNKNOWN, "comments": "b"}]});
    billing.put("/v1/invoices", &change).refused(404);
    assert_eq!(billing.get(&path(&made, "")).done()["comments"], Value::Null);
    let many: Vec<Value> = (0..51).map(|_| json!({"id": made["id"]})).collect();
    assert_eq!(billing.put("/v1/invoices", &json!({"invoices": many})).reason(400).0, 58_491_320);
    world.serve_billing_reader().put("/v1/invoices", &change).expect(403);
}

#[test]
fn billing_post_invoice_answers_and_the_account_owes_it() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = draft(&billing, &account);
        let done = billing.put(&path(&made, "/post"), &json!({"invoiceDate": "2024-03-14"})).done();
        assert_eq!((&done["id"], &done["jobStatus"]), (&made["id"], &json!("Completed")));
        let invoice = billing.get(&path(&made, "")).done();
        assert_eq!((&invoice["status"], &invoice["invoiceDate"]), (&json!("Posted"), &json!("2024-03-14")));
        assert!(invoice["billToContactSnapshotId"].is_string());
        assert_eq!(balance(&billing, &account), "118.75");
    }
}

#[test]
fn billing_post_invoice_refuses_all_but_drafts() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = posted(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.put(&path(&made, "/post"), &json!({})).reason(400).0, 59_210_020);
    world.serve_billing_reader().put(&path(&made, "/post"), &json!({})).expect(403);
}

#[test]
fn billing_bulk_post_invoices_answers_one_by_one() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let (one, other) = (draft(&billing, &account), posted(&billing, &account));
    let body = json!({"invoices": [{"id": one["id"]}, {"id": other["id"]}, {"id": UNKNOWN}]});
    let done = billing.post("/v1/invoices/bulk-post", &body).done();
    let success: Vec<&Value> = done["invoices"].as_array().unwrap().iter().map(|i| &i["success"]).collect();
    assert_eq!(success, [&json!(true), &json!(false), &json!(false)]);
    assert_eq!(done["invoices"][1]["reasons"][0]["code"], 59_210_020);
    assert_eq!(balance(&billing, &account), "218.75");
}

#[test]
fn billing_bulk_post_invoices_refuses_too_many() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let many: Vec<Value> = (0..51).map(|_| json!({"id": UNKNOWN})).collect();
    assert_eq!(billing.post("/v1/invoices/bulk-post", &json!({"invoices": many})).reason(400).0, 58_491_320);
    world.serve_billing_reader().post("/v1/invoices/bulk-post", &json!({"invoices": []})).expect(403);
}

#[test]
fn billing_cancel_invoice_answers_that_it_is_done() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let made = draft(&billing, &billing.account("Aperture", "USD"));
        assert_eq!(billing.put(&path(&made, "/cancel"), &json!({})).done()["jobStatus"], "Completed");
        assert_eq!(billing.get(&path(&made, "")).done()["status"], "Canceled");
    }
}

#[test]
fn billing_delete_invoice_answers_and_it_is_gone() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.delete(&path(&made, "")).reason(400).0, 59_210_030);
    billing.put(&path(&made, "/cancel"), &json!({})).done();
    let done = billing.delete(&path(&made, "")).done();
    assert_eq!((&done["objectId"], &done["status"]), (&made["id"], &json!("Completed")));
    billing.get(&path(&made, "")).refused(404);
}

#[test]
fn billing_cancel_invoice_refuses_what_is_posted() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = posted(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.put(&path(&made, "/cancel"), &json!({})).reason(400).0, 59_210_030);
    world.serve_billing_reader().put(&path(&made, "/cancel"), &json!({})).expect(403);
}

#[test]
fn billing_delete_invoice_refuses_who_may_only_read() {
    let world = world(Backend::Memory);
    let made = draft(&world.serve_billing(), &world.serve_billing().account("Aperture", "USD"));
    world.serve_billing_reader().delete(&path(&made, "")).expect(403);
}

#[test]
fn billing_unpost_invoice_answers_a_draft() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let made = posted(&billing, &account);
    rules(&world, "cancelPostedDocuments", true);
    let done = billing.put(&path(&made, "/unpost"), &json!({})).done();
    assert_eq!((&done["invoice"]["status"], &done["invoice"]["id"]), (&json!("Draft"), &made["id"]));
    assert_eq!(balance(&billing, &account), "0.0");
}

#[test]
fn billing_unpost_invoice_refuses_where_it_is_not_allowed() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = posted(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.put(&path(&made, "/unpost"), &json!({})).reason(403).0, 59_210_010);
    world.serve_billing_reader().put(&path(&made, "/unpost"), &json!({})).expect(403);
}

#[test]
fn billing_reverse_invoice_answers_the_memo() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = posted(&billing, &account);
        let done = billing.put(&path(&made, "/reverse"), &json!({"memoDate": "2024-03-15", "comment": "Wrong."})).done();
        assert!(done["creditMemo"]["id"].is_string());
        let invoice = billing.get(&path(&made, "")).done();
        assert_eq!((invoice["balance"].to_string(), invoice["creditMemoAmount"].to_string()), ("0.0".into(), "100.0".into()));
        assert_eq!(balance(&billing, &account), "0.0");
    }
}

#[test]
fn billing_get_invoice_application_parts_answers_the_memos_that_are_applied() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = posted(&billing, &billing.account("Aperture", "USD"));
    assert_eq!(billing.get(&path(&made, "/application-parts")).done()["applicationParts"], json!([]));
    let memo = billing.put(&path(&made, "/reverse"), &json!({})).done()["creditMemo"]["id"].clone();
    let parts = billing.get(&path(&made, "/application-parts")).done();
    assert_eq!((&parts["applicationParts"][0]["creditMemoId"], &parts["applicationParts"][0]["paymentId"]), (&memo, &Value::Null));
    assert_eq!(parts["applicationParts"][0]["appliedAmount"].to_string(), "100.0");
}

#[test]
fn billing_reverse_invoice_refuses_drafts_dates_and_reasons() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let (open, made) = (draft(&billing, &account), posted(&billing, &account));
    assert_eq!(billing.put(&path(&open, "/reverse"), &json!({})).reason(400).0, 59_210_030);
    let reverse = |body: Value| billing.put(&path(&made, "/reverse"), &body);
    assert_eq!(reverse(json!({"memoDate": "2024-03-01"})).reason(400).0, 59_990_120);
    assert_eq!(reverse(json!({"memoDate": "2024-03-15", "applyEffectiveDate": "2024-03-14"})).reason(400).0, 59_990_220);
    assert_eq!(reverse(json!({"reasonCode": "Because"})).reason(400).0, 59_990_020);
    world.serve_billing_reader().put(&path(&made, "/reverse"), &json!({})).expect(403);
    reverse(json!({})).done();
    assert_eq!(reverse(json!({})).reason(400).0, 59_990_730);
}

#[test]
fn billing_get_invoice_application_parts_refuses_unknown_keys() {
    let unknown = format!("/v1/invoices/{UNKNOWN}/application-parts");
    assert_eq!(world(Backend::Memory).serve_billing().get(&unknown).reason(404).0, 50_000_040);
}

#[test]
fn billing_write_off_invoice_answers_the_memo() {
    for backend in Backend::all() {
        let world = world(backend);
        let billing = world.serve_billing();
        let account = billing.account("Aperture", "USD");
        let made = posted(&billing, &account);
        rules(&world, "enhancedWriteOff", true);
        assert!(billing.put(&path(&made, "/write-off"), &json!({"amount": 40})).done()["creditMemo"]["id"].is_string());
        assert_eq!(balance(&billing, &account), "60.0");
        billing.put(&path(&made, "/write-off"), &json!({"comment": "Bankrupt."})).done();
        assert_eq!(balance(&billing, &account), "0.0");
    }
}

#[test]
fn billing_write_off_invoice_refuses_enhanced_forms_without_the_rule() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = posted(&billing, &billing.account("Aperture", "USD"));
    let write_off = |body: Value| billing.put(&path(&made, "/write-off"), &body);
    assert_eq!(write_off(json!({"amount": 40})).reason(403).0, 59_990_310);
    assert_eq!(write_off(json!({"amount": 40, "items": [{"invoiceItemId": UNKNOWN}]})).reason(400).0, 59_990_420);
    assert_eq!(write_off(json!({"items": [{"invoiceItemId": UNKNOWN}]})).reason(404).0, 59_990_340);
    write_off(json!({"taxAutoCalculation": true})).expect(501);
    world.serve_billing_reader().put(&path(&made, "/write-off"), &json!({})).expect(403);
}

fn halves() -> Value {
    let part = json!({"splitPercentage": 50, "invoiceDate": "2024-03-15", "paymentTerm": "Net 30"});
    json!({"splits": [part, part]})
}

#[test]
fn billing_split_invoice_answers_that_standalone_invoices_stay_whole() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    let (code, text) = billing.put(&path(&made, "/split"), &halves()).reason(400);
    assert!(code == 59_991_130 && text.contains("switched off"), "{text}");
    rules(&world, "allowInvoiceSplitting", true);
    let (code, text) = billing.put(&path(&made, "/split"), &halves()).reason(400);
    assert!(code == 59_991_130 && text.contains("Standalone"), "{text}");
    assert_eq!(billing.get(&path(&made, "")).done()["status"], "Draft");
}

#[test]
fn billing_split_invoice_refuses_bad_parts_and_who_may_only_read() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    let nameless = json!({"splits": [{"splitPercentage": 50, "invoiceDate": "2024-03-15"}]});
    assert_eq!(billing.put(&path(&made, "/split"), &nameless).reason(400).0 % 100, 22);
    assert_eq!(billing.put(&format!("/v1/invoices/{UNKNOWN}/split"), &halves()).reason(404).0, 50_000_040);
    world.serve_billing_reader().put(&path(&made, "/split"), &halves()).expect(403);
}

#[test]
fn billing_create_invoice_taxation_items_answers_the_lines() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let made = draft(&billing, &billing.account("Aperture", "USD"));
    let items = billing.get(&path(&made, "/items")).done();
    let mut line = tax("1.5");
    line["invoiceItemId"] = items["invoiceItems"][0]["id"].clone();
    line["financeInformation"] = json!({"salesTaxPayableAccountingCode": "Sales Tax Payable"});
    let lines = billing.post(&path(&made, "/taxation-items"), &json!({"taxationItems": [line]})).done();
    let made_line = &lines["taxationItems"][0];
    assert_eq!((made_line["taxAmount"].to_string(), made_line["exemptAmount"].to_string()), ("1.5".into(), "0.0".into()));
    assert_eq!(made_line["financeInformation"]["salesTaxPayableAccountingCodeType"], "SalesTaxPayable");
    assert_eq!(billing.get(&path(&made, "")).done()["taxAmount"].to_string(), "9.75");
}

#[test]
fn billing_create_invoice_taxation_items_refuses_what_is_no_tax_line() {
    let world = world(Backend::Memory);
    let billing = world.serve_billing();
    let account = billing.account("Aperture", "USD");
    let (open, made) = (draft(&billing, &account), posted(&billing, &account));
    let of = |invoice: &Value, name: &str, value: Value| {
        let items = billing.get(&path(invoice, "/items")).done();
        let mut line = tax("1.5");
        line["invoiceItemId"] = items["invoiceItems"][0]["id"].clone();
        line[name] = value;
        billing.post(&path(invoice, "/taxation-items"), &json!({"taxationItems": [line]}))
    };
    assert_eq!(of(&made, "name", json!("x")).reason(400).0, 59_210_030);
    assert_eq!(of(&open, "taxAmount", json!(-1)).reason(400).0, 58_510_120);
    assert_eq!(of(&open, "taxRate", json!(null)).reason(400).0, 50_000_022);
    assert_eq!(of(&open, "invoiceItemId", json!(UNKNOWN)).reason(404).0, 58_501_140);
    world.serve_billing_reader().post(&path(&open, "/taxation-items"), &json!({"taxationItems": []})).expect(403);
}
