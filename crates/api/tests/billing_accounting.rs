//! Accounting codes and accounting periods over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, Reply, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CODES: &str = "/v1/accounting-codes";
const PERIODS: &str = "/v1/accounting-periods";
const NOBODY: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn code(billing: &Billing, name: &str, kind: &str) -> String {
    let body = json!({"name": name, "type": kind, "glAccountName": "GL", "glAccountNumber": "4000", "notes": "n"});
    text(&billing.post(CODES, &body).done()["id"])
}

fn code_path(id: &str) -> String {
    format!("{CODES}/{id}")
}

fn period(billing: &Billing, name: &str, start: &str, end: &str) -> String {
    let body = json!({"name": name, "startDate": start, "endDate": end, "fiscalYear": 2024, "fiscalQuarter": 1, "notes": "n"});
    text(&billing.post(PERIODS, &body).done()["id"])
}

fn quarter(billing: &Billing) -> [String; 3] {
    [("Jan", "2024-01-01", "2024-01-31"), ("Feb", "2024-02-01", "2024-02-29"), ("Mar", "2024-03-01", "2024-03-31")]
        .map(|(name, start, end)| period(billing, name, start, end))
}

fn period_path(id: &str) -> String {
    format!("{PERIODS}/{id}")
}

/// A step of a period or a code: `close`, `activate`.
fn step(billing: &Billing, path: &str, what: &str) -> Reply {
    billing.put(&format!("{path}/{what}"), &json!({}))
}

fn status(billing: &Billing, period: &str) -> String {
    text(&billing.get(&period_path(period)).done()["status"])
}

/// The period once its trial balance has ended.
fn balanced(billing: &Billing, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let period = billing.get(&period_path(id)).done();
        if matches!(period["runTrialBalanceStatus"].as_str(), Some("Completed" | "Error")) {
            return period;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{period}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn each_backend(test: impl Fn(&World, &Billing)) {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        test(&world, &world.serve_billing());
    }
}

fn in_memory(test: impl Fn(&World, &Billing)) {
    let world = World::on(Backend::Memory).build();
    test(&world, &world.serve_billing());
}

#[test]
fn billing_create_accounting_code_answers_its_id() {
    each_backend(|_, billing| {
        let id = code(billing, "Subscription Revenue", "SalesRevenue");
        assert_eq!(billing.get(&code_path(&id)).done()["name"], "Subscription Revenue");
        let body = json!({"name": "On-Account 2", "type": "OnAccountReceivable"});
        let first = billing.keyed("k", CODES, &body).done();
        assert_eq!(billing.keyed("k", CODES, &body).done(), first);
        assert_eq!(billing.get(&code_path(&text(&first["id"]))).done()["type"], "OnAccountReceivable");
    });
}

#[test]
fn billing_create_accounting_code_refuses_by_field() {
    in_memory(|world, billing| {
        for (body, code, field) in [
            (json!({"type": "Cash"}), 50_000_022, "name"),
            (json!({"name": "A"}), 50_000_022, "type"),
            (json!({"name": "A", "type": "Rent"}), 50_000_020, "type"),
            (json!({"name": "x".repeat(101), "type": "Cash"}), 50_000_020, "name"),
            (json!({"name": "A", "type": "Cash", "glAccountName": "x".repeat(256)}), 50_000_020, "glAccountName"),
            (json!({"name": "A", "type": "Cash", "colour": "red"}), 50_000_021, "colour"),
            (json!({"name": "Cash", "type": "Cash"}), 50_000_030, "name"),
            (json!({"name": "AR 2", "type": "AccountsReceivable"}), 50_000_030, "type"),
        ] {
            let (found, text) = billing.post(CODES, &body).reason(400);
            assert!(found == code && text.starts_with(&format!("'{field}'")), "{found}: {text}");
        }
        world.serve_billing_reader().post(CODES, &json!({"name": "A", "type": "Cash"})).expect(403);
    });
}

#[test]
fn billing_get_accounting_code_answers_all_of_it() {
    each_backend(|_, billing| {
        let id = code(billing, "Deferred 2", "DeferredRevenue");
        let shown = billing.get(&code_path(&id)).done();
        for (field, value) in [
            ("id", json!(id)),
            ("type", json!("DeferredRevenue")),
            ("category", json!("Liabilities")),
            ("status", json!("Active")),
            ("glAccountName", json!("GL")),
            ("glAccountNumber", json!("4000")),
            ("notes", json!("n")),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert!(["createdBy", "createdOn", "updatedBy", "updatedOn"].iter().all(|f| shown[*f].is_string()), "{shown}");
        assert_eq!(billing.get(&code_path("Deferred%202")).done(), shown, "by its name as well");
    });
}

#[test]
fn billing_get_accounting_code_refuses_unknown_ones() {
    in_memory(|_, billing| assert_eq!(billing.get(&code_path(NOBODY)).reason(404).0, 50_000_040));
}

#[test]
fn billing_get_all_accounting_codes_answers_pages() {
    in_memory(|_, billing| {
        let page = billing.get(&format!("{CODES}?pageSize=4")).done();
        assert_eq!(page["accountingCodes"].as_array().unwrap().len(), 4);
        assert!(page["nextPage"].as_str().unwrap().ends_with("page=2&pageSize=4"), "{page}");
        let all = billing.get(CODES).done();
        let codes = all["accountingCodes"].as_array().unwrap();
        assert!(codes.iter().any(|c| c["name"] == "Deferred Revenue" && c["category"] == "Liabilities"));
        assert!(all.get("nextPage").is_none());
    });
}

#[test]
fn billing_get_all_accounting_codes_refuses_strangers() {
    in_memory(|_, billing| {
        let stranger = billing.client.get(CODES);
        assert_eq!(stranger.status(), 401);
    });
}

#[test]
fn billing_update_accounting_code_answers_and_it_is_changed() {
    each_backend(|_, billing| {
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        billing.put(&path, &json!({"notes": "changed", "type": "SalesRevenue"})).done();
        let shown = billing.get(&path).done();
        assert_eq!((&shown["notes"], &shown["type"], &shown["category"]), (&json!("changed"), &json!("SalesRevenue"), &json!("Revenue")));
    });
}

#[test]
fn billing_update_accounting_code_refuses_by_rule() {
    in_memory(|world, billing| {
        let receivable = code_path(&text(&billing.get(&code_path("Accounts%20Receivable")).done()["id"]));
        assert_eq!(billing.put(&receivable, &json!({"type": "Cash"})).reason(400).0, 50_000_030, "never away from receivables");
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        assert_eq!(billing.put(&path, &json!({"name": "Cash"})).reason(400).0, 50_000_030);
        assert_eq!(billing.put(&path, &json!({"status": "Inactive"})).reason(400).0, 50_000_021);
        assert_eq!(billing.put(&code_path(NOBODY), &json!({"notes": "x"})).reason(404).0, 50_000_040);
        world.serve_billing_reader().put(&path, &json!({"notes": "x"})).expect(403);
    });
}

#[test]
fn billing_activate_accounting_code_answers_and_it_is_active() {
    each_backend(|_, billing| {
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        step(billing, &path, "deactivate").done();
        step(billing, &path, "activate").done();
        assert_eq!(billing.get(&path).done()["status"], "Active");
    });
}

#[test]
fn billing_activate_accounting_code_refuses_unknown_ones() {
    in_memory(|world, billing| {
        assert_eq!(step(billing, &code_path(NOBODY), "activate").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &code_path("Cash"), "activate").expect(403);
    });
}

#[test]
fn billing_deactivate_accounting_code_answers_and_it_is_inactive() {
    each_backend(|_, billing| {
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        step(billing, &path, "deactivate").done();
        assert_eq!(billing.get(&path).done()["status"], "Inactive");
    });
}

#[test]
fn billing_deactivate_accounting_code_refuses_receivables() {
    in_memory(|world, billing| {
        assert_eq!(step(billing, &code_path("Accounts%20Receivable"), "deactivate").reason(400).0, 50_000_030);
        assert_eq!(step(billing, &code_path(NOBODY), "deactivate").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &code_path("Cash"), "deactivate").expect(403);
    });
}

#[test]
fn billing_delete_accounting_code_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        step(billing, &path, "deactivate").done();
        billing.delete(&path).done();
        assert_eq!(billing.get(&path).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_delete_accounting_code_refuses_active_ones() {
    in_memory(|world, billing| {
        let path = code_path(&code(billing, "Other", "OtherRevenue"));
        assert_eq!(billing.delete(&path).reason(400).0, 50_000_030);
        assert_eq!(billing.delete(&code_path(NOBODY)).reason(404).0, 50_000_040);
        world.serve_billing_reader().delete(&path).expect(403);
    });
}

#[test]
fn billing_create_accounting_period_answers_and_open_ended_follows() {
    each_backend(|_, billing| {
        quarter(billing);
        let all = billing.get(PERIODS).done();
        let last = all["accountingPeriods"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["name"], &last["startDate"], &last["endDate"]), (&json!("Open-Ended"), &json!("2024-04-01"), &Value::Null));
        let body = json!({"name": "Apr", "startDate": "2024-04-01", "endDate": "2024-04-30", "fiscalYear": 2024});
        assert_eq!(billing.keyed("k", PERIODS, &body).done(), billing.keyed("k", PERIODS, &body).done());
    });
}

#[test]
fn billing_create_accounting_period_refuses_by_field() {
    in_memory(|world, billing| {
        quarter(billing);
        let base = json!({"name": "Apr", "startDate": "2024-04-01", "endDate": "2024-04-30", "fiscalYear": 2024});
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
            let mut body = base.clone();
            body[field] = value;
            let (found, text) = billing.post(PERIODS, &body).reason(400);
            assert!(found == code && text.starts_with(&format!("'{field}'")), "{field} {found}: {text}");
        }
        world.serve_billing_reader().post(PERIODS, &base).expect(403);
    });
}

#[test]
fn billing_get_accounting_period_answers_all_of_it() {
    each_backend(|_, billing| {
        let [january, ..] = quarter(billing);
        let shown = billing.get(&period_path(&january)).done();
        for (field, value) in [
            ("id", json!(january)),
            ("name", json!("Jan")),
            ("startDate", json!("2024-01-01")),
            ("endDate", json!("2024-01-31")),
            ("fiscalYear", json!(2024)),
            ("fiscalQuarter", json!(1)),
            ("notes", json!("n")),
            ("status", json!("Open")),
            ("runTrialBalanceStatus", Value::Null),
            ("fileIds", json!({})),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
        assert!(shown["createdBy"].is_string() && shown["updatedOn"].is_string());
    });
}

#[test]
fn billing_get_accounting_period_refuses_unknown_ones() {
    in_memory(|_, billing| assert_eq!(billing.get(&period_path(NOBODY)).reason(404).0, 50_000_040));
}

#[test]
fn billing_get_all_accounting_periods_answers_oldest_first() {
    each_backend(|_, billing| {
        quarter(billing);
        let all = billing.get(PERIODS).done();
        let names: Vec<String> = all["accountingPeriods"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
        assert_eq!(names, ["Jan", "Feb", "Mar", "Open-Ended"]);
        assert_eq!(all["accountingPeriods"][3]["fiscalYear"], "0", "the list shows fiscal years as texts");
        let page = billing.get(&format!("{PERIODS}?page=2&pageSize=3")).done();
        assert_eq!(page["accountingPeriods"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn billing_get_all_accounting_periods_refuses_strangers() {
    in_memory(|_, billing| assert_eq!(billing.client.get(PERIODS).status(), 401));
}

#[test]
fn billing_update_accounting_period_answers_and_the_next_one_follows() {
    each_backend(|_, billing| {
        let [january, february, _] = quarter(billing);
        billing.put(&period_path(&january), &json!({"endDate": "2024-01-30", "notes": "short"})).done();
        assert_eq!(billing.get(&period_path(&january)).done()["notes"], "short");
        assert_eq!(billing.get(&period_path(&february)).done()["startDate"], "2024-01-31");
    });
}

#[test]
fn billing_update_accounting_period_refuses_by_rule() {
    in_memory(|world, billing| {
        let [january, february, _] = quarter(billing);
        let put = |id: &str, body: Value| billing.put(&period_path(id), &body);
        assert_eq!(put(&february, json!({"startDate": "2024-02-01", "endDate": "2024-02-28"})).done()["success"], true, "the same start");
        assert_eq!(put(&february, json!({"startDate": "2024-02-02"})).reason(400).0, 61_000_230);
        assert_eq!(put(&january, json!({"endDate": "2024-02-29"})).reason(400).0, 61_000_330);
        assert_eq!(put("Open-Ended", json!({"notes": "x"})).reason(400).0, 50_000_030);
        assert_eq!(put(NOBODY, json!({"notes": "x"})).reason(404).0, 50_000_040);
        world.serve_billing_reader().put(&period_path(&january), &json!({"notes": "x"})).expect(403);
    });
}

#[test]
fn billing_delete_accounting_period_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        let [_, _, march] = quarter(billing);
        billing.delete(&period_path(&march)).done();
        assert_eq!(billing.get(&period_path(&march)).reason(404).0, 50_000_040);
        assert_eq!(billing.get(&period_path("Open-Ended")).done()["startDate"], "2024-03-01");
    });
}

#[test]
fn billing_delete_accounting_period_refuses_all_but_the_latest() {
    in_memory(|world, billing| {
        let [january, _, march] = quarter(billing);
        assert_eq!(billing.delete(&period_path(&january)).reason(400).0, 61_000_030);
        assert_eq!(billing.delete(&period_path("Open-Ended")).reason(400).0, 50_000_030);
        assert_eq!(billing.delete(&period_path(NOBODY)).reason(404).0, 50_000_040);
        world.serve_billing_reader().delete(&period_path(&march)).expect(403);
    });
}

#[test]
fn billing_pending_close_accounting_period_answers_and_a_trial_balance_runs() {
    each_backend(|_, billing| {
        let [january, ..] = quarter(billing);
        step(billing, &period_path(&january), "pending-close").done();
        assert_eq!(status(billing, &january), "PendingClose");
        let period = balanced(billing, &january);
        assert_eq!(period["runTrialBalanceStatus"], "Completed", "{period}");
        assert!(period["runTrialBalanceStart"].is_string() && period["runTrialBalanceEnd"].is_string());
    });
}

#[test]
fn billing_pending_close_accounting_period_refuses_out_of_turn() {
    in_memory(|world, billing| {
        let [january, february, _] = quarter(billing);
        assert_eq!(step(billing, &period_path(&february), "pending-close").reason(400).0, 61_000_030);
        assert_eq!(step(billing, &period_path(NOBODY), "pending-close").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &period_path(&january), "pending-close").expect(403);
    });
}

#[test]
fn billing_close_accounting_period_answers_and_it_is_closed() {
    each_backend(|_, billing| {
        let [january, february, _] = quarter(billing);
        step(billing, &period_path(&january), "close").done();
        assert_eq!(status(billing, &january), "Closed");
        assert_eq!(balanced(billing, &january)["runTrialBalanceStatus"], "Completed");
        step(billing, &period_path(&february), "close").done();
        assert_eq!(status(billing, &february), "Closed");
        let late = billing.put(&period_path(&january), &json!({"endDate": "2024-01-30"}));
        assert_eq!(late.reason(400).0, 61_000_730, "of a closed period the dates stay");
        billing.put(&period_path(&january), &json!({"notes": "closed"})).done();
    });
}

#[test]
fn billing_close_accounting_period_refuses_out_of_turn() {
    in_memory(|world, billing| {
        let [january, february, _] = quarter(billing);
        assert_eq!(step(billing, &period_path(&february), "close").reason(400).0, 61_000_030, "January is first");
        step(billing, &period_path(&january), "close").done();
        balanced(billing, &january);
        assert_eq!(step(billing, &period_path(&january), "close").reason(400).0, 61_000_730);
        assert_eq!(step(billing, &period_path("Open-Ended"), "close").reason(400).0, 50_000_030);
        assert_eq!(step(billing, &period_path(NOBODY), "close").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &period_path(&february), "close").expect(403);
    });
}

#[test]
fn billing_reopen_accounting_period_answers_and_it_is_open() {
    each_backend(|_, billing| {
        let [january, ..] = quarter(billing);
        step(billing, &period_path(&january), "close").done();
        balanced(billing, &january);
        step(billing, &period_path(&january), "reopen").done();
        assert_eq!(status(billing, &january), "Open");
    });
}

#[test]
fn billing_reopen_accounting_period_refuses_before_a_closed_one() {
    in_memory(|world, billing| {
        let [january, february, march] = quarter(billing);
        for id in [&january, &february] {
            step(billing, &period_path(id), "close").done();
            balanced(billing, id);
        }
        assert_eq!(step(billing, &period_path(&january), "reopen").reason(400).0, 61_000_030);
        assert_eq!(step(billing, &period_path(&march), "reopen").reason(400).0, 61_000_730);
        assert_eq!(step(billing, &period_path(NOBODY), "reopen").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &period_path(&february), "reopen").expect(403);
    });
}

#[test]
fn billing_run_trial_balance_answers_and_it_completes() {
    each_backend(|_, billing| {
        let [_, february, _] = quarter(billing);
        step(billing, &period_path(&february), "run-trial-balance").done();
        let period = balanced(billing, &february);
        assert_eq!((&period["runTrialBalanceStatus"], &period["status"]), (&json!("Completed"), &json!("Open")));
        assert_eq!(period["runTrialBalanceErrorMessage"], Value::Null);
    });
}

#[test]
fn billing_run_trial_balance_refuses_closed_periods() {
    in_memory(|world, billing| {
        let [january, february, _] = quarter(billing);
        step(billing, &period_path(&january), "close").done();
        balanced(billing, &january);
        assert_eq!(step(billing, &period_path(&january), "run-trial-balance").reason(400).0, 61_000_730);
        assert_eq!(step(billing, &period_path(NOBODY), "run-trial-balance").reason(404).0, 50_000_040);
        step(&world.serve_billing_reader(), &period_path(&february), "run-trial-balance").expect(403);
    });
}
