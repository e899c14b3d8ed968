//! Accounting codes and accounting periods over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CODES: &str = "/v1/accounting-codes";
const PERIODS: &str = "/v1/accounting-periods";
const NOBODY: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

fn code(billing: &Billing, name: &str, kind: &str) -> String {
    let body = json!({"name": name, "type": kind, "glAccountName": "GL", "glAccountNumber": "4000", "notes": "n"});
    billing.post(CODES, &body).done()["id"].as_str().unwrap().to_owned()
}

fn period(billing: &Billing, name: &str, start: &str, end: &str) -> String {
    let body = json!({"name": name, "startDate": start, "endDate": end, "fiscalYear": 2024, "fiscalQuarter": 1, "notes": "n"});
    billing.post(PERIODS, &body).done()["id"].as_str().unwrap().to_owned()
}

fn quarter(billing: &Billing) -> [String; 3] {
    [("Jan", "2024-01-01", "2024-01-31"), ("Feb", "2024-02-01", "2024-02-29"), ("Mar", "2024-03-01", "2024-03-31")]
        .map(|(name, start, end)| period(billing, name, start, end))
}

/// The period once its trial balance has ended.
fn balanced(billing: &Billing, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let period = billing.get(&format!("{PERIODS}/{id}")).done();
        if matches!(period["runTrialBalanceStatus"].as_str(), Some("Completed" | "Error")) {
            return period;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{period}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn billing_create_accounting_code_answers_its_id() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = code(&billing, "Subscription Revenue", "SalesRevenue");
        let shown = billing.get(&format!("{CODES}/{id}")).done();
        assert_eq!((&shown["name"], &shown["type"], &shown["category"]), (&json!("Subscription Revenue"), &json!("SalesRevenue"), &json!("Revenue")));
        assert_eq!((&shown["status"], &shown["glAccountNumber"], &shown["notes"]), (&json!("Active"), &json!("4000"), &json!("n")));
        assert!(shown["createdBy"].is_string() && shown["createdOn"].is_string());
        let body = json!({"name": "On-Account 2", "type": "OnAccountReceivable"});
        let first = billing.keyed("k", CODES, &body).done();
        assert_eq!(billing.keyed("k", CODES, &body).done(), first);
        let shown = billing.get(&format!("{CODES}/{}", first["id"].as_str().unwrap())).done();
        assert_eq!(shown["type"], "OnAccountReceivable");
    }
}

#[test]
fn billing_create_accounting_code_refuses() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let refused = |body: Value| billing.post(CODES, &body).reason(400);
    for (body, code, field) in [
        (json!({"type": "Cash"}), 22, "name"),
        (json!({"name": "A"}), 22, "type"),
        (json!({"name": "A", "type": "Rent"}), 20, "type"),
        (json!({"name": "x".repeat(101), "type": "Cash"}), 20, "name"),
        (json!({"name": "A", "type": "Cash", "glAccountName": "x".repeat(256)}), 20, "glAccountName"),
        (json!({"name": "A", "type": "Cash", "colour": "red"}), 21, "colour"),
        (json!({"name": "Cash", "type": "Cash"}), 30, "name"),
        (json!({"name": "AR 2", "type": "AccountsReceivable"}), 30, "type"),
    ] {
        let (found, text) = refused(body);
        assert_eq!(found % 100, code, "{text}");
        assert!(text.starts_with(&format!("'{field}'")), "{text}");
    }
    world.serve_billing_reader().post(CODES, &json!({"name": "A", "type": "Cash"})).expect(403);
}

#[test]
fn billing_get_all_accounting_codes_answers_pages() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let page = billing.get(&format!("{CODES}?pageSize=4")).done();
    assert_eq!(page["accountingCodes"].as_array().unwrap().len(), 4);
    let next = page["nextPage"].as_str().unwrap();
    assert!(next.ends_with("page=2&pageSize=4"), "{next}");
    let all = billing.get(CODES).done();
    assert!(all["accountingCodes"].as_array().unwrap().iter().any(|c| c["name"] == "Deferred Revenue" && c["category"] == "Liabilities"));
    assert!(all.get("nextPage").is_none());
}

#[test]
fn billing_accounting_code_lives_as_the_rules_say() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = code(&billing, "Other", "OtherRevenue");
        let path = format!("{CODES}/{id}");
        let put = |what: &str| billing.put(&format!("{path}/{what}"), &json!({}));
        billing.put(&path, &json!({"notes": "changed", "type": "SalesRevenue"})).done();
        let shown = billing.get(&path).done();
        assert_eq!((&shown["notes"], &shown["type"]), (&json!("changed"), &json!("SalesRevenue")));
        assert_eq!(billing.delete(&path).reason(400).0 % 100, 30, "it is active");
        put("deactivate").done();
        assert_eq!(billing.get(&path).done()["status"], "Inactive");
        put("activate").done();
        put("deactivate").done();
        billing.delete(&path).done();
        assert_eq!(billing.get(&path).reason(404).0, 50_000_040);
        let receivable = billing.get(&format!("{CODES}/Accounts%20Receivable")).done()["id"].as_str().unwrap().to_owned();
        let (code, text) = billing.put(&format!("{CODES}/{receivable}/deactivate"), &json!({})).reason(400);
        assert_eq!(code % 100, 30, "{text}");
        assert_eq!(billing.put(&format!("{CODES}/{receivable}"), &json!({"type": "Cash"})).reason(400).0 % 100, 30);
        for reply in [billing.put(&format!("{CODES}/{NOBODY}/activate"), &json!({})), billing.delete(&format!("{CODES}/{NOBODY}"))] {
            assert_eq!(reply.reason(404).0, 50_000_040);
        }
    }
}

#[test]
fn billing_create_accounting_period_answers_and_open_ended_follows() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let [january, ..] = quarter(&billing);
        let shown = billing.get(&format!("{PERIODS}/{january}")).done();
        assert_eq!((&shown["name"], &shown["startDate"], &shown["endDate"]), (&json!("Jan"), &json!("2024-01-01"), &json!("2024-01-31")));
        assert_eq!((&shown["fiscalYear"], &shown["fiscalQuarter"], &shown["status"]), (&json!(2024), &json!(1), &json!("Open")));
        assert_eq!((&shown["runTrialBalanceStatus"], &shown["fileIds"]), (&Value::Null, &json!({})));
        let all = billing.get(PERIODS).done();
        let periods = all["accountingPeriods"].as_array().unwrap();
        let names: Vec<_> = periods.iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Jan", "Feb", "Mar", "Open-Ended"]);
        let last = &periods[3];
        assert_eq!((&last["startDate"], &last["endDate"], &last["status"]), (&json!("2024-04-01"), &Value::Null, &json!("Open")));
        assert_eq!(last["fiscalYear"], "0", "the list shows fiscal years as texts");
        let body = json!({"name": "Apr", "startDate": "2024-04-01", "endDate": "2024-04-30", "fiscalYear": 2024});
        assert_eq!(billing.keyed("k", PERIODS, &body).done(), billing.keyed("k", PERIODS, &body).done());
    }
}

#[test]
fn billing_create_accounting_period_refuses() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    quarter(&billing);
    let base = json!({"name": "Apr", "startDate": "2024-04-01", "endDate": "2024-04-30", "fiscalYear": 2024});
    let with = |name: &str, value: Value| {
        let mut body = base.clone();
        body[name] = value;
        billing.post(PERIODS, &body).reason(400)
    };
    for (field, value, code) in [
        ("name", json!(null), 50_000_022),
        ("name", json!("x".repeat(101)), 50_000_020),
        ("name", json!("Jan"), 61_000_130),
        ("name", json!("Open-Ended"), 61_000_130),
        ("startDate", json!("2024-04-02"), 61_000_230),
        ("startDate", json!("2024-02-30"), 50_000_020),
        ("endDate", json!("2024-03-01"), 50_000_020),
        ("fiscalYear", json!("soon"), 50_000_020),
        ("fiscalQuarter", json!(5), 50_000_020),
        ("notes", json!("x".repeat(256)), 50_000_020),
        ("colour", json!("red"), 50_000_021),
    ] {
        let (found, text) = with(field, value);
        assert_eq!(found, code, "{field}: {text}");
        assert!(text.starts_with(&format!("'{field}'")), "{text}");
    }
    world.serve_billing_reader().post(PERIODS, &base).expect(403);
}

#[test]
fn billing_update_and_delete_accounting_period() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let [january, february, march] = quarter(&billing);
        let path = |id: &str| format!("{PERIODS}/{id}");
        billing.put(&path(&january), &json!({"endDate": "2024-01-30", "notes": "short"})).done();
        assert_eq!(billing.get(&path(&february)).done()["startDate"], "2024-01-31");
        assert_eq!(billing.put(&path(&february), &json!({"startDate": "2024-02-01"})).reason(400).0, 61_000_230);
        assert_eq!(billing.put(&path(&january), &json!({"endDate": "2024-02-29"})).reason(400).0, 61_000_330);
        assert_eq!(billing.put(&path(NOBODY), &json!({"notes": "x"})).reason(404).0, 50_000_040);
        assert_eq!(billing.put(&path("Open-Ended"), &json!({"notes": "x"})).reason(400).0, 50_000_030);
        assert_eq!(billing.delete(&path(&january)).reason(400).0, 61_000_030, "only the latest");
        billing.delete(&path(&march)).done();
        assert_eq!(billing.get(&path(&march)).reason(404).0, 50_000_040);
    }
}

#[test]
fn billing_close_accounting_period_goes_in_turn() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let [january, february, march] = quarter(&billing);
        let put = |id: &str, what: &str| billing.put(&format!("{PERIODS}/{id}/{what}"), &json!({}));
        let status = |id: &str| billing.get(&format!("{PERIODS}/{id}")).done()["status"].clone();
        assert_eq!(put(&february, "close").reason(400).0, 61_000_030, "January is first");
        put(&january, "pending-close").done();
        assert_eq!(status(&january), "PendingClose");
        let period = balanced(&billing, &january);
        assert_eq!(period["runTrialBalanceStatus"], "Completed", "{period}");
        assert!(period["runTrialBalanceStart"].is_string() && period["runTrialBalanceEnd"].is_string());
        put(&january, "close").done();
        assert_eq!(status(&january), "Closed");
        balanced(&billing, &january);
        assert_eq!(put(&january, "close").reason(400).0, 61_000_730);
        assert_eq!(put(&january, "run-trial-balance").reason(400).0, 61_000_730, "open periods only");
        assert_eq!(billing.put(&format!("{PERIODS}/{january}"), &json!({"endDate": "2024-01-30"})).reason(400).0, 61_000_730);
        put(&february, "close").done();
        balanced(&billing, &february);
        assert_eq!(put(&january, "reopen").reason(400).0, 61_000_030, "February is closed behind it");
        put(&february, "reopen").done();
        assert_eq!(status(&february), "Open");
        put(&march, "run-trial-balance").done();
        assert_eq!(balanced(&billing, &march)["runTrialBalanceStatus"], "Completed");
        assert_eq!(put("Open-Ended", "close").reason(400).0, 50_000_030);
        assert_eq!(put(NOBODY, "close").reason(404).0, 50_000_040);
        let reader = world.serve_billing_reader();
        for what in ["close", "pending-close", "reopen", "run-trial-balance"] {
            reader.put(&format!("{PERIODS}/{february}/{what}"), &json!({})).expect(403);
        }
    }
}

#[test]
fn billing_summary_journal_entry_lives_as_the_rules_say() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        quarter(&billing);
        let item = |code: &str, kind: &str, amount: &str| json!({"accountingCodeName": code, "type": kind, "amount": amount});
        let base = || {
            json!({"accountingPeriodName": "Jan", "currency": "USD", "journalEntryDate": "2024-01-31", "notes": "n",
                   "journalEntryItems": [item("Deferred Revenue", "Debit", "424.08"), item("Sales Revenue", "Credit", "424.08")]})
        };
        let path = "/v1/journal-entries";
        let with = |name: &str, value: Value| {
            let mut body = base();
            body[name] = value;
            billing.post(path, &body).reason(400)
        };
        for (name, value, code) in [
            ("accountingPeriodName", json!("Dec"), 61_020_420),
            ("accountingPeriodName", json!("Open-Ended"), 61_020_430),
            ("journalEntryDate", json!("2024-02-01"), 61_020_520),
            ("currency", json!("usd"), 61_020_820),
            ("journalEntryItems", json!([]), 61_020_022),
            ("journalEntryItems", json!([item("Cash", "Debit", "1"), item("Sales Revenue", "Credit", "2")]), 61_020_030),
            ("journalEntryItems", json!([item("Cash", "Debit", "1.001"), item("Sales Revenue", "Credit", "1")]), 61_020_220),
            ("journalEntryItems", json!([item("Nothing", "Debit", "1"), item("Sales Revenue", "Credit", "1")]), 61_020_620),
            ("notes", json!("x".repeat(2_001)), 50_000_020),
            ("colour", json!("red"), 50_000_021),
        ] {
            let (found, text) = with(name, value);
            assert_eq!(found, code, "{name}: {text}");
        }
        let made = billing.keyed("k", path, &base()).done();
        assert_eq!(made, json!({"success": true, "journalEntryNumber": "JE-00000001"}));
        assert_eq!(billing.keyed("k", path, &base()).done(), made);
        let shown = billing.get("/v1/journal-entries/JE-00000001").done();
        assert_eq!((&shown["status"], &shown["accountingPeriodName"], &shown["notes"]), (&json!("Created"), &json!("Jan"), &json!("n")));
        let items = shown["journalEntryItems"].as_array().unwrap();
        assert_eq!((&items[0]["accountingCodeType"], &items[0]["amount"], &items[0]["type"]), (&json!("DeferredRevenue"), &json!("424.08"), &json!("Debit")));
        assert_eq!(items.len(), 2);

        let one = "/v1/journal-entries/JE-00000001";
        billing.put(&format!("{one}/basic-information"), &json!({"notes": "changed", "transferredToAccounting": "Processing"})).done();
        assert_eq!(billing.put(&format!("{one}/cancel"), &json!({})).reason(400).0, 61_020_930, "it is on its way");
        billing.put(&format!("{one}/basic-information"), &json!({"transferredToAccounting": "No"})).done();
        assert_eq!(billing.delete(one).reason(400).0, 61_020_130, "canceled ones alone");
        let march = billing.get("/v1/accounting-periods/Mar").done()["id"].as_str().unwrap().to_owned();
        billing.delete(&format!("{PERIODS}/{march}")).done();
        billing.put(&format!("{one}/cancel"), &json!({})).done();
        assert_eq!(billing.get(one).done()["status"], "Cancelled");
        assert_eq!(billing.put(&format!("{one}/cancel"), &json!({})).reason(400).0, 61_020_130);
        assert_eq!(billing.put(&format!("{one}/basic-information"), &json!({"transferredToAccounting": "Yes"})).reason(400).0, 61_020_930);
        billing.delete(one).done();
        assert_eq!(billing.get(one).reason(404).0, 61_020_140);
        world.serve_billing_reader().post(path, &base()).expect(403);
    }
}

#[test]
fn billing_put_rev_pro_accounting_codes_sets_the_codes_of_a_charge() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let product = json!({"name": "P", "effectiveStartDate": "2020-01-01", "effectiveEndDate": "2030-01-01"});
        let charge = charge(&world, &product);
        let kinds = [
            ("adjustmentLiabilityAccount", "AdjustmentLiabilities"),
            ("adjustmentRevenueAccount", "AdjustmentRevenue"),
            ("contractAssetAccount", "ContractAssets"),
            ("contractLiabilityAccount", "ContractLiabilities"),
            ("recognizedRevenueAccount", "OtherRevenue"),
            ("unbilledReceivablesAccount", "UnbilledReceivables"),
        ];
        let mut body = json!({"productRatePlanChargeId": charge});
        for (field, kind) in kinds {
            code(&billing, kind, kind);
            body[field] = json!(kind);
        }
        let path = "/v1/revpro-accounting-codes";
        billing.put(path, &body).done();
        for (field, value, code) in [
            ("contractAssetAccount", json!(null), 50_000_022),
            ("contractAssetAccount", json!("Nothing"), 50_000_020),
            ("contractAssetAccount", json!("Cash"), 50_000_020),
            ("colour", json!("red"), 50_000_021),
        ] {
            let mut wrong = body.clone();
            wrong[field] = value;
            let (found, text) = billing.put(path, &wrong).reason(400);
            assert!(found == code && text.starts_with(&format!("'{field}'")), "{text}");
        }
        let mut nobody = body.clone();
        nobody["productRatePlanChargeId"] = json!(NOBODY);
        assert_eq!(billing.put(path, &nobody).reason(404).0, 50_000_040);
        let asset = billing.get(&format!("{CODES}/ContractAssets")).done()["id"].as_str().unwrap().to_owned();
        let used = billing.put(&format!("{CODES}/{asset}/deactivate"), &json!({}));
        assert_eq!(used.reason(400).0, 50_000_030, "the charge uses it");
        world.serve_billing_reader().put(path, &body).expect(403);
    }
}

/// A one-time charge, made by the verbs of the catalog.
fn charge(world: &World, product: &Value) -> String {
    use accrual_app::billing::Fields;
    use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
    use accrual_base::{Day, Decimal};
    let (tenant, context) = (world.tenant(), world.context());
    let day = |name: &str| Day::parse(product[name].as_str().unwrap()).unwrap();
    let fields = Fields::default()
        .with("name", product["name"].as_str().unwrap())
        .with("effectiveStartDate", day("effectiveStartDate"))
        .with("effectiveEndDate", day("effectiveEndDate"));
    let product = accrual_app::execute_blocking(&tenant, &context, ProductCreate { fields }).unwrap().id;
    let fields = Fields::default().with("name", "Plan").with("productId", product.as_str());
    let plan = accrual_app::execute_blocking(&tenant, &context, RatePlanCreate { fields }).unwrap().id;
    let fields = Fields::default()
        .with("name", "Fee")
        .with("productRatePlanId", plan.as_str())
        .with("chargeType", "OneTime")
        .with("chargeModel", "Flat Fee Pricing")
        .with("triggerEvent", "ContractEffective");
    let tiers = vec![Fields::default().with("currency", "USD").with("price", Decimal::from(300))];
    accrual_app::execute_blocking(&tenant, &context, ChargeCreate { fields, tiers }).unwrap().id
}
