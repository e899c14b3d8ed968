//! Settings of tax and finance over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, Reply, World};
use serde_json::{Value, json};

const CODES: &str = "/settings/tax-codes/ztax";
const PERIODS: &str = "/settings/tax-rate-periods";
const RULES: &str = "/settings/revenue-recognition-rules";
const TYPES: &str = "/settings/revenue-event-types";
const ACCOUNTING: &str = "/settings/accounting-rules";
const START: &str = "/settings/revenue-start-date";
const NOBODY: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

/// The body of a setting, which says nothing of success.
fn set(reply: Reply) -> Value {
    reply.expect(200).json()
}

fn below(path: &str, shown: &Value) -> String {
    format!("{path}/{}", shown["id"].as_str().unwrap())
}

fn nobody(path: &str) -> String {
    format!("{path}/{NOBODY}")
}

fn tax_code(billing: &Billing) -> Value {
    set(billing.post(CODES, &json!({"name": "VAT", "description": "Value-added tax"})))
}

/// A period of the tax code, from 2024 on.
fn rate_period(billing: &Billing) -> Value {
    let code = tax_code(billing);
    set(billing.post(PERIODS, &json!({"taxCodeId": code["id"], "startDate": "2024-01-01"})))
}

fn rate(order: i64, country: &str, rate: Value) -> Value {
    json!({"taxOrder": order, "country": country, "taxes": [{"name": "VAT", "jurisdiction": country, "type": "Percentage", "rate": rate}]})
}

fn front() -> Value {
    json!({"name": "Front", "recognitionModel": "Monthly", "distributionType": "Monthly Distribution (Front Load)"})
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
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
fn billing_create_tax_code_answers_the_code() {
    each_backend(|_, billing| {
        let code = tax_code(billing);
        assert_eq!((&code["name"], &code["description"], &code["active"]), (&json!("VAT"), &json!("Value-added tax"), &json!(false)));
        let body = json!({"name": "GST"});
        assert_eq!(set(billing.keyed("k", CODES, &body)), set(billing.keyed("k", CODES, &body)));
    });
}

#[test]
fn billing_create_tax_code_refuses_by_field() {
    in_memory(|world, billing| {
        tax_code(billing);
        for (body, code, field) in [
            (json!({"name": "VAT"}), 50_000_030, "name"),
            (json!({"name": "x".repeat(65)}), 50_000_020, "name"),
            (json!({"name": "GST", "colour": "red"}), 50_000_021, "colour"),
            (json!({"description": "none"}), 50_000_022, "name"),
        ] {
            let (found, text) = billing.post(CODES, &body).reason(400);
            assert!(found == code && text.starts_with(&format!("'{field}'")), "{found}: {text}");
        }
        // an effect that is not built is not taken
        billing.post(CODES, &json!({"name": "GST", "externalTaxCode": "P0000000"})).expect(501);
        world.serve_billing_reader().post(CODES, &json!({"name": "GST"})).expect(403);
    });
}

#[test]
fn billing_get_tax_code_answers_what_create_did() {
    each_backend(|_, billing| {
        let code = tax_code(billing);
        assert_eq!(set(billing.get(&below(CODES, &code))), code);
    });
}

#[test]
fn billing_get_tax_code_refuses_unknown_ids() {
    in_memory(|_, billing| {
        assert_eq!(billing.get(&nobody(CODES)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_list_tax_codes_answers_all() {
    each_backend(|_, billing| {
        tax_code(billing);
        assert_eq!(names(&set(billing.get(CODES))), ["VAT"]);
    });
}

#[test]
fn billing_list_tax_codes_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(CODES).status(), 401);
    });
}

#[test]
fn billing_update_tax_code_answers_the_changed_code() {
    each_backend(|_, billing| {
        let code = tax_code(billing);
        assert_eq!(set(billing.put(&below(CODES, &code), &json!({"description": "changed"})))["description"], "changed");
    });
}

#[test]
fn billing_update_tax_code_refuses_unknown_ids_and_fields() {
    in_memory(|world, billing| {
        let code = tax_code(billing);
        assert_eq!(billing.put(&nobody(CODES), &json!({"name": "x"})).reason(404).0, 50_000_040);
        assert_eq!(billing.put(&below(CODES, &code), &json!({"colour": "red"})).reason(400).0, 50_000_021);
        world.serve_billing_reader().put(&below(CODES, &code), &json!({"name": "x"})).expect(403);
    });
}

#[test]
fn billing_delete_tax_code_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        let code = tax_code(billing);
        billing.delete(&below(CODES, &code)).done();
        assert_eq!(billing.get(&below(CODES, &code)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_delete_tax_code_refuses_one_with_periods() {
    in_memory(|world, billing| {
        let period = rate_period(billing);
        let code = format!("{CODES}/{}", period["taxCodeId"].as_str().unwrap());
        assert_eq!(billing.delete(&code).reason(400).0, 50_000_030);
        assert_eq!(billing.delete(&nobody(CODES)).reason(404).0, 50_000_040);
        world.serve_billing_reader().delete(&code).expect(403);
    });
}

#[test]
fn billing_create_tax_rate_period_answers_the_period() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        assert_eq!((&period["startDate"], &period["endDate"]), (&json!("2024-01-01"), &Value::Null));
    });
}

#[test]
fn billing_create_tax_rate_period_refuses_overlaps() {
    in_memory(|world, billing| {
        let period = rate_period(billing);
        let post = |body: Value| billing.post(PERIODS, &body).reason(400).0;
        assert_eq!(post(json!({"taxCodeId": period["taxCodeId"], "startDate": "2024-06-01"})), 50_000_030);
        let nobody = json!({"taxCodeId": NOBODY, "startDate": "2024-06-01"});
        assert_eq!(billing.post(PERIODS, &nobody).reason(404).0, 50_000_040);
        assert_eq!(post(json!({"taxCodeId": period["taxCodeId"], "startDate": "2023-02-30"})), 50_000_020);
        let body = json!({"taxCodeId": period["taxCodeId"], "startDate": "2023-01-01", "endDate": "2023-12-31"});
        world.serve_billing_reader().post(PERIODS, &body).expect(403);
    });
}

#[test]
fn billing_get_tax_rate_period_answers_what_create_did() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        assert_eq!(set(billing.get(&below(PERIODS, &period))), period);
    });
}

#[test]
fn billing_get_tax_rate_period_refuses_unknown_ids() {
    in_memory(|_, billing| {
        assert_eq!(billing.get(&nobody(PERIODS)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_list_tax_rate_periods_answers_all() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        assert_eq!(set(billing.get(PERIODS)), json!([period]));
    });
}

#[test]
fn billing_list_tax_rate_periods_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(PERIODS).status(), 401);
    });
}

#[test]
fn billing_update_tax_rate_period_answers_the_changed_period() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        assert_eq!(set(billing.put(&below(PERIODS, &period), &json!({"endDate": "2024-12-31"})))["endDate"], "2024-12-31");
    });
}

#[test]
fn billing_update_tax_rate_period_refuses_an_end_before_the_start() {
    in_memory(|world, billing| {
        let period = rate_period(billing);
        let (code, text) = billing.put(&below(PERIODS, &period), &json!({"endDate": "2023-12-31"})).reason(400);
        assert!(code == 50_000_020 && text.starts_with("'endDate'"), "{text}");
        assert_eq!(billing.put(&nobody(PERIODS), &json!({"endDate": "2024-12-31"})).reason(404).0, 50_000_040);
        world.serve_billing_reader().put(&below(PERIODS, &period), &json!({"endDate": "2024-12-31"})).expect(403);
    });
}

#[test]
fn billing_delete_tax_rate_period_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        billing.delete(&below(PERIODS, &period)).done();
        assert_eq!(set(billing.get(PERIODS)), json!([]));
    });
}

#[test]
fn billing_delete_tax_rate_period_refuses_one_with_rates() {
    in_memory(|world, billing| {
        let period = below(PERIODS, &rate_period(billing));
        set(billing.post(&format!("{period}/tax-rates"), &json!([rate(1, "Germany", json!("0.19"))])));
        assert_eq!(billing.delete(&period).reason(400).0, 50_000_030);
        assert_eq!(billing.delete(&nobody(PERIODS)).reason(404).0, 50_000_040);
        world.serve_billing_reader().delete(&period).expect(403);
    });
}

#[test]
fn billing_create_tax_rates_answers_them_in_their_order() {
    each_backend(|_, billing| {
        let period = rate_period(billing);
        let path = format!("{}/tax-rates", below(PERIODS, &period));
        let made = set(billing.post(&path, &json!([rate(2, "France", json!(0.2)), rate(1, "Germany", json!("0.19"))])));
        let shown: Vec<_> = made.as_array().unwrap().iter().map(|r| (r["country"].clone(), r["taxes"][0]["rate"].clone())).collect();
        assert_eq!(shown, [(json!("Germany"), json!("0.19")), (json!("France"), json!("0.2"))]);
        let code = format!("{CODES}/{}", period["taxCodeId"].as_str().unwrap());
        assert_eq!(set(billing.get(&code))["active"], true, "rates make a code active");
    });
}

#[test]
fn billing_create_tax_rates_refuses_all_of_them_for_one() {
    in_memory(|world, billing| {
        let path = format!("{}/tax-rates", below(PERIODS, &rate_period(billing)));
        let post = |body: Value| billing.post(&path, &body).reason(400).0;
        assert_eq!(post(json!([rate(1, "Germany", json!("0.19")), rate(2, "Spain", json!("21"))])), 50_000_020, "a fraction");
        assert_eq!(post(json!([rate(3, "US", json!("0.1"))])), 50_000_020, "without state");
        let nameless = billing.post(&path, &json!([{"taxOrder": 3, "country": "Spain", "taxes": [{"name": "IVA"}]}])).refused(400);
        assert!(nameless.iter().all(|(code, _)| *code == 50_000_022), "{nameless:?}");
        assert_eq!(set(billing.get(&path)), json!([]), "all of a request or none");
        world.serve_billing_reader().post(&path, &json!([rate(1, "Germany", json!("0.19"))])).expect(403);
    });
}

#[test]
fn billing_list_tax_rates_answers_those_of_the_period() {
    each_backend(|_, billing| {
        let path = format!("{}/tax-rates", below(PERIODS, &rate_period(billing)));
        let made = set(billing.post(&path, &json!([rate(1, "Germany", json!("0.19"))])));
        assert_eq!(set(billing.get(&path)), made);
    });
}

#[test]
fn billing_list_tax_rates_refuses_unknown_periods() {
    in_memory(|_, billing| {
        assert_eq!(billing.get(&format!("{}/tax-rates", nobody(PERIODS))).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_create_revenue_recognition_rule_answers_the_rule() {
    each_backend(|_, billing| {
        let rule = set(billing.post(RULES, &front()));
        assert_eq!((&rule["recognitionModel"], &rule["active"]), (&json!("Monthly"), &json!(true)));
    });
}

#[test]
fn billing_create_revenue_recognition_rule_refuses_by_field() {
    in_memory(|world, billing| {
        let post = |body: Value| billing.post(RULES, &body).reason(400);
        let (_, text) = post(json!({"name": "M", "recognitionModel": "Monthly"}));
        assert!(text.starts_with("'distributionType'"), "{text}");
        assert_eq!(post(json!({"name": "M", "recognitionModel": "Weekly"})).0, 50_000_020);
        assert_eq!(post(json!({"name": "Recognize upon invoicing", "recognitionModel": "Daily"})).0, 50_000_030);
        assert_eq!(post(json!({"name": "x".repeat(51), "recognitionModel": "Daily"})).0, 50_000_020);
        world.serve_billing_reader().post(RULES, &front()).expect(403);
    });
}

#[test]
fn billing_get_revenue_recognition_rule_answers_what_create_did() {
    each_backend(|_, billing| {
        let rule = set(billing.post(RULES, &front()));
        assert_eq!(set(billing.get(&below(RULES, &rule))), rule);
    });
}

#[test]
fn billing_get_revenue_recognition_rule_refuses_unknown_ids() {
    in_memory(|_, billing| {
        assert_eq!(billing.get(&nobody(RULES)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_list_revenue_recognition_rules_answers_those_there_are_from_the_start() {
    each_backend(|_, billing| {
        let all = names(&set(billing.get(RULES)));
        assert!(all.contains(&"Recognize daily over time".to_owned()) && all.contains(&"Recognize upon invoicing".to_owned()), "{all:?}");
    });
}

#[test]
fn billing_list_revenue_recognition_rules_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(RULES).status(), 401);
    });
}

#[test]
fn billing_update_revenue_recognition_rule_answers_the_changed_rule() {
    each_backend(|_, billing| {
        let rule = set(billing.post(RULES, &front()));
        assert_eq!(set(billing.put(&below(RULES, &rule), &json!({"active": false})))["active"], false);
    });
}

#[test]
fn billing_update_revenue_recognition_rule_refuses_another_model() {
    in_memory(|world, billing| {
        let rule = set(billing.post(RULES, &front()));
        assert_eq!(billing.put(&below(RULES, &rule), &json!({"recognitionModel": "Daily"})).reason(400).0, 50_000_020);
        assert_eq!(billing.put(&nobody(RULES), &json!({"active": false})).reason(404).0, 50_000_040);
        world.serve_billing_reader().put(&below(RULES, &rule), &json!({"active": false})).expect(403);
    });
}

#[test]
fn billing_delete_revenue_recognition_rule_answers_and_it_is_gone() {
    each_backend(|_, billing| {
        let rule = set(billing.post(RULES, &front()));
        billing.delete(&below(RULES, &rule)).done();
        assert_eq!(billing.get(&below(RULES, &rule)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_delete_revenue_recognition_rule_refuses_unknown_ids() {
    in_memory(|world, billing| {
        assert_eq!(billing.delete(&nobody(RULES)).reason(404).0, 50_000_040);
        let rule = set(billing.post(RULES, &front()));
        world.serve_billing_reader().delete(&below(RULES, &rule)).expect(403);
    });
}

#[test]
fn billing_create_revenue_event_type_answers_the_type() {
    each_backend(|_, billing| {
        let made = set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        assert_eq!((&made["name"], &made["systemId"], &made["active"]), (&json!("Go live"), &json!("GoLive"), &json!(true)));
        set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive2"})));
    });
}

#[test]
fn billing_create_revenue_event_type_refuses_by_system_id() {
    in_memory(|world, billing| {
        set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        let post = |body: Value| billing.post(TYPES, &body).reason(400).0;
        assert_eq!(post(json!({"name": "A", "systemId": "GoLive"})), 50_000_030);
        assert_eq!(post(json!({"name": "A", "systemId": "Mine__z"})), 62_001_420);
        assert_eq!(post(json!({"name": "x".repeat(51), "systemId": "A"})), 50_000_020);
        world.serve_billing_reader().post(TYPES, &json!({"name": "A", "systemId": "A"})).expect(403);
    });
}

#[test]
fn billing_get_revenue_event_type_answers_by_system_id() {
    each_backend(|_, billing| {
        let made = set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        assert_eq!(set(billing.get(&format!("{TYPES}/GoLive"))), made);
    });
}

#[test]
fn billing_get_revenue_event_type_refuses_unknown_ids() {
    in_memory(|_, billing| {
        assert_eq!(billing.get(&nobody(TYPES)).reason(404).0, 50_000_040);
    });
}

#[test]
fn billing_list_revenue_event_types_answers_those_of_the_tenant() {
    each_backend(|_, billing| {
        set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        assert_eq!(names(&set(billing.get(TYPES))), ["Go live"]);
    });
}

#[test]
fn billing_list_revenue_event_types_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(TYPES).status(), 401);
    });
}

#[test]
fn billing_update_revenue_event_type_answers_the_changed_type() {
    each_backend(|_, billing| {
        let made = set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        assert_eq!(set(billing.put(&below(TYPES, &made), &json!({"name": "Live"})))["name"], "Live");
    });
}

#[test]
fn billing_update_revenue_event_type_refuses_another_system_id() {
    in_memory(|world, billing| {
        let made = set(billing.post(TYPES, &json!({"name": "Go live", "systemId": "GoLive"})));
        assert_eq!(billing.put(&below(TYPES, &made), &json!({"systemId": "Other"})).reason(400).0, 50_000_020);
        assert_eq!(billing.put(&nobody(TYPES), &json!({"name": "x"})).reason(404).0, 50_000_040);
        world.serve_billing_reader().put(&below(TYPES, &made), &json!({"name": "x"})).expect(403);
    });
}

#[test]
fn billing_get_accounting_rules_answers_the_defaults() {
    each_backend(|_, billing| {
        let rules = set(billing.get(ACCOUNTING));
        assert_eq!((&rules["allowCreationInClosedPeriod"], &rules["allowRevenueScheduleNegativeAmounts"]), (&json!(true), &json!(false)));
    });
}

#[test]
fn billing_get_accounting_rules_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(ACCOUNTING).status(), 401);
    });
}

#[test]
fn billing_update_accounting_rules_answers_them_as_they_are_now() {
    each_backend(|_, billing| {
        for value in [true, false] {
            let after = set(billing.put(ACCOUNTING, &json!({"allowRevenueScheduleNegativeAmounts": value})));
            assert_eq!(
                (&after["allowRevenueScheduleNegativeAmounts"], &after["allowCreationInClosedPeriod"]),
                (&json!(value), &json!(true))
            );
        }
    });
}

#[test]
fn billing_update_accounting_rules_refuses_by_field() {
    in_memory(|world, billing| {
        assert_eq!(billing.put(ACCOUNTING, &json!({"allowEverything": true})).reason(400).0, 50_000_021);
        assert_eq!(billing.put(ACCOUNTING, &json!({"differentCurrencies": "maybe"})).reason(400).0, 50_000_020);
        world.serve_billing_reader().put(ACCOUNTING, &json!({"differentCurrencies": true})).expect(403);
    });
}

#[test]
fn billing_get_revenue_start_date_answers_nothing_before_it_is_set() {
    each_backend(|_, billing| {
        assert_eq!(set(billing.get(START))["startDate"], Value::Null);
    });
}

#[test]
fn billing_get_revenue_start_date_refuses_strangers() {
    in_memory(|_, billing| {
        assert_eq!(billing.client.get(START).status(), 401);
    });
}

#[test]
fn billing_update_revenue_start_date_answers_the_day() {
    each_backend(|_, billing| {
        for day in ["2024-02-01", "2024-03-01"] {
            assert_eq!(set(billing.put(START, &json!({"startDate": day})))["startDate"], day);
        }
        let older = billing.get("/v1/settings/finance/revenue-automation-start-date").done();
        assert_eq!(older["startDate"], "2024-03-01");
        assert!(older["updatedOn"].is_string() && older["updatedBy"].is_string());
    });
}

#[test]
fn billing_update_revenue_start_date_refuses_no_day() {
    in_memory(|world, billing| {
        assert_eq!(billing.put(START, &json!({})).reason(400).0, 50_000_022);
        assert_eq!(billing.put(START, &json!({"startDate": "2024-02-30"})).reason(400).0, 50_000_020);
        world.serve_billing_reader().put(START, &json!({"startDate": "2024-02-01"})).expect(403);
    });
}
