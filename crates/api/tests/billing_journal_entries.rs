//! Summary journal entries made by hand, and the codes the revenue side books to, over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
use accrual_app::execute_blocking;
use accrual_base::{Day, Decimal};
use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

const ENTRIES: &str = "/v1/journal-entries";
const ONE: &str = "/v1/journal-entries/JE-00000001";
const NONE: &str = "/v1/journal-entries/JE-00000099";
const NOBODY: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

fn item(code: &str, side: &str, amount: &str) -> Value {
    json!({"accountingCodeName": code, "type": side, "amount": amount})
}

fn entry() -> Value {
    json!({"accountingPeriodName": "Jan", "currency": "USD", "journalEntryDate": "2024-01-31", "notes": "n",
           "journalEntryItems": [item("Deferred Revenue", "Debit", "424.08"), item("Sales Revenue", "Credit", "424.08")]})
}

/// On every backend, with a period and an entry in it.
fn each_backend(test: impl Fn(&World, &Billing)) {
    for backend in Backend::all() {
        with_entry(backend, &test);
    }
}

fn with_entry(backend: Backend, test: &impl Fn(&World, &Billing)) {
    let world = World::on(backend).build();
    let billing = world.serve_billing();
    let period = json!({"name": "Jan", "startDate": "2024-01-01", "endDate": "2024-01-31", "fiscalYear": 2024});
    billing.post("/v1/accounting-periods", &period).done();
    let made = billing.keyed("the first", ENTRIES, &entry()).done();
    assert_eq!(made, json!({"success": true, "journalEntryNumber": "JE-00000001"}));
    test(&world, &billing);
}

fn in_memory(test: impl Fn(&World, &Billing)) {
    with_entry(Backend::Memory, &test);
}

fn basic(billing: &Billing, body: &Value) -> accrual_testkit::Reply {
    billing.put(&format!("{ONE}/basic-information"), body)
}

fn cancel(billing: &Billing, path: &str) -> accrual_testkit::Reply {
    billing.put(&format!("{path}/cancel"), &json!({}))
}

#[test]
fn billing_create_summary_journal_entry_answers_its_number() {
    each_backend(|_, billing| {
        let again = billing.keyed("the first", ENTRIES, &entry()).done();
        assert_eq!(again["journalEntryNumber"], "JE-00000001", "the same request is answered the same");
        assert_eq!(billing.post(ENTRIES, &entry()).done()["journalEntryNumber"], "JE-00000002");
        let period = billing.get("/v1/accounting-periods/Jan").done()["id"].as_str().unwrap().to_owned();
        let used = billing.delete(&format!("/v1/accounting-periods/{period}"));
        assert_eq!(used.reason(400).0, 61_000_030, "the period has active journal entries");
    });
}

#[test]
fn billing_create_summary_journal_entry_refuses_by_field() {
    in_memory(|world, billing| {
        let cash = |side: &str, amount: &str| item("Cash", side, amount);
        for (name, value, code) in [
            ("accountingPeriodName", json!("Dec"), 61_020_420),
            ("accountingPeriodName", json!("Open-Ended"), 61_020_430),
            ("journalEntryDate", json!("2024-02-01"), 61_020_520),
            ("currency", json!("usd"), 61_020_820),
            ("journalEntryItems", json!([]), 61_020_022),
            ("journalEntryItems", json!([cash("Debit", "1"), cash("Credit", "2")]), 61_020_030),
            ("journalEntryItems", json!([cash("Debit", "1.001"), cash("Credit", "1.001")]), 61_020_220),
            ("journalEntryItems", json!([item("Nothing", "Debit", "1"), cash("Credit", "1")]), 61_020_620),
            ("journalEntryItems", json!([{"type": "Debit", "amount": "1"}]), 50_000_022),
            ("transferredToAccounting", json!("Maybe"), 50_000_020),
            ("notes", json!("x".repeat(2_001)), 50_000_020),
            ("colour", json!("red"), 50_000_021),
        ] {
            let mut body = entry();
            body[name] = value;
            let (found, text) = billing.post(ENTRIES, &body).reason(400);
            assert!(found == code && text.starts_with(&format!("'{name}")), "{name} {found}: {text}");
        }
        let mut segments = entry();
        segments["segments"] = json!([{"segmentName": "a", "segmentValue": "b"}]);
        billing.post(ENTRIES, &segments).expect(501);
        world.serve_billing_reader().post(ENTRIES, &entry()).expect(403);
    });
}

#[test]
fn billing_get_summary_journal_entry_answers_all_of_it() {
    each_backend(|_, billing| {
        let shown = billing.get(ONE).done();
        for (field, value) in [
            ("number", json!("JE-00000001")),
            ("status", json!("Created")),
            ("accountingPeriodName", json!("Jan")),
            ("timePeriodEnd", json!("2024-01-31")),
            ("journalEntryDate", json!("2024-01-31")),
            ("currency", json!("USD")),
            ("notes", json!("n")),
            ("transferredToAccounting", json!("No")),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        let lines = shown["journalEntryItems"].as_array().unwrap();
        let line = |l: &Value| ["accountingCodeName", "accountingCodeType", "amount", "type"].map(|f| l[f].as_str().unwrap().to_owned());
        assert_eq!(
            lines.iter().map(line).collect::<Vec<_>>(),
            [
                ["Deferred Revenue", "DeferredRevenue", "424.08", "Debit"].map(str::to_owned),
                ["Sales Revenue", "SalesRevenue", "424.08", "Credit"].map(str::to_owned),
            ]
        );
    });
}

#[test]
fn billing_get_summary_journal_entry_refuses_unknown_numbers() {
    in_memory(|_, billing| assert_eq!(billing.get(NONE).reason(404).0, 61_020_140));
}

#[test]
fn billing_update_basic_summary_journal_entry_answers_and_it_is_changed() {
    each_backend(|_, billing| {
        let noted = json!([{"accountingCodeName": "Sales Revenue", "type": "Credit", "notes": "noted"}]);
        basic(billing, &json!({"notes": "changed", "transferredToAccounting": "Yes", "journalEntryItems": noted})).done();
        let shown = billing.get(ONE).done();
        assert_eq!((&shown["notes"], &shown["transferredToAccounting"]), (&json!("changed"), &json!("Yes")));
        assert!(shown["transferDateTime"].is_string() && shown["transferredBy"].is_string());
    });
}

#[test]
fn billing_update_basic_summary_journal_entry_refuses_by_rule() {
    in_memory(|world, billing| {
        let missing = json!({"journalEntryItems": [{"accountingCodeName": "Cash", "type": "Credit"}]});
        let (code, text) = basic(billing, &missing).reason(400);
        assert!(code == 61_020_620 && text.starts_with("'journalEntryItems[0].accountingCodeName'"), "{text}");
        assert_eq!(basic(billing, &json!({"amount": "1"})).reason(400).0, 50_000_021);
        assert_eq!(billing.put(&format!("{NONE}/basic-information"), &json!({"notes": "x"})).reason(404).0, 61_020_140);
        cancel(billing, ONE).done();
        assert_eq!(basic(billing, &json!({"transferredToAccounting": "Yes"})).reason(400).0, 61_020_930);
        basic(&world.serve_billing_reader(), &json!({"notes": "x"})).expect(403);
    });
}

#[test]
fn billing_cancel_summary_journal_entry_answers_and_it_counts_no_more() {
    each_backend(|_, billing| {
        cancel(billing, ONE).done();
        assert_eq!(billing.get(ONE).done()["status"], "Cancelled");
    });
}

#[test]
fn billing_cancel_summary_journal_entry_refuses_what_went_to_accounting() {
    in_memory(|world, billing| {
        cancel(&world.serve_billing_reader(), ONE).expect(403);
        basic(billing, &json!({"transferredToAccounting": "Processing"})).done();
        assert_eq!(cancel(billing, ONE).reason(400).0, 61_020_930);
        basic(billing, &json!({"transferredToAccounting": "No"})).done();
        cancel(billing, ONE).done();
        assert_eq!(cancel(billing, ONE).reason(400).0, 61_020_130);
        assert_eq!(cancel(billing, NONE).reason(404).0, 61_020_140);
    });
}

#[test]
fn billing_delete_summary_journal_entry_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        cancel(billing, ONE).done();
        billing.delete(ONE).done();
        assert_eq!(billing.get(ONE).reason(404).0, 61_020_140);
    });
}

#[test]
fn billing_delete_summary_journal_entry_refuses_active_ones() {
    in_memory(|world, billing| {
        assert_eq!(billing.delete(ONE).reason(400).0, 61_020_130);
        assert_eq!(billing.delete(NONE).reason(404).0, 61_020_140);
        world.serve_billing_reader().delete(ONE).expect(403);
    });
}

const ACCOUNTS: [(&str, &str); 6] = [
    ("adjustmentLiabilityAccount", "AdjustmentLiabilities"),
    ("adjustmentRevenueAccount", "AdjustmentRevenue"),
    ("contractAssetAccount", "ContractAssets"),
    ("contractLiabilityAccount", "ContractLiabilities"),
    ("recognizedRevenueAccount", "OtherRevenue"),
    ("unbilledReceivablesAccount", "UnbilledReceivables"),
];

/// A code for each account, named like its type, and the body that gives them to a charge.
fn accounts(world: &World, billing: &Billing) -> Value {
    let mut body = json!({"productRatePlanChargeId": charge(world)});
    for (field, kind) in ACCOUNTS {
        billing.post("/v1/accounting-codes", &json!({"name": kind, "type": kind})).done();
        body[field] = json!(kind);
    }
    body
}

/// A one-time charge, made by the verbs of the catalog.
fn charge(world: &World) -> String {
    let (tenant, context) = (world.tenant(), world.context());
    let day = |year| Day::try_ymd(year, 1, 1).unwrap();
    let fields = Fields::default().with("name", "P").with("effectiveStartDate", day(2020)).with("effectiveEndDate", day(2030));
    let product = execute_blocking(&tenant, &context, ProductCreate { fields }).unwrap().id;
    let fields = Fields::default().with("name", "Plan").with("productId", product.as_str());
    let plan = execute_blocking(&tenant, &context, RatePlanCreate { fields }).unwrap().id;
    let fields = Fields::default()
        .with("name", "Fee")
        .with("productRatePlanId", plan.as_str())
        .with("chargeType", "OneTime")
        .with("chargeModel", "Flat Fee Pricing")
        .with("triggerEvent", "ContractEffective")
        .with("billCycleType", "DefaultFromCustomer");
    let tiers = vec![Fields::default().with("currency", "USD").with("price", Decimal::from(300))];
    execute_blocking(&tenant, &context, ChargeCreate { fields, tiers }).unwrap().id
}

#[test]
fn billing_put_rev_pro_accounting_codes_answers_and_the_charge_uses_them() {
    each_backend(|world, billing| {
        let body = accounts(world, billing);
        billing.put("/v1/revpro-accounting-codes", &body).done();
        let asset = billing.get("/v1/accounting-codes/ContractAssets").done()["id"].as_str().unwrap().to_owned();
        let used = billing.put(&format!("/v1/accounting-codes/{asset}/deactivate"), &json!({}));
        assert_eq!(used.reason(400).0, 50_000_030, "the charge uses it");
    });
}

#[test]
fn billing_put_rev_pro_accounting_codes_refuses_by_field() {
    in_memory(|world, billing| {
        let body = accounts(world, billing);
        for (field, value, code) in [
            ("contractAssetAccount", json!(null), 50_000_022),
            ("contractAssetAccount", json!("Nothing"), 50_000_020),
            ("contractAssetAccount", json!("Cash"), 50_000_020),
            ("colour", json!("red"), 50_000_021),
        ] {
            let mut wrong = body.clone();
            wrong[field] = value;
            let (found, text) = billing.put("/v1/revpro-accounting-codes", &wrong).reason(400);
            assert!(found == code && text.starts_with(&format!("'{field}'")), "{text}");
        }
        let mut nobody = body.clone();
        nobody["productRatePlanChargeId"] = json!(NOBODY);
        assert_eq!(billing.put("/v1/revpro-accounting-codes", &nobody).reason(404).0, 50_000_040);
        world.serve_billing_reader().put("/v1/revpro-accounting-codes", &body).expect(403);
    });
}
