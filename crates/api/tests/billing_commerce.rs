//! Whole products, plans and charges in one body, over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

const ZERO: &str = "018d0b9c2f7d7a1e9b3c5d6e7f809a1a";

fn fee() -> Value {
    json!({"name": "Fee", "charge_model": "flat_fee", "charge_type": "recurring", "trigger_event": "contract_effective",
           "end_date_condition": "subscription_end", "tax_mode": "non_taxable",
           "bill_cycle": {"type": "specific_day_of_month", "day_of_month": 5, "period": "bill_cycle_period_month",
                          "timing": "in_advance", "period_alignment": "align_to_charge"},
           "pricing": {"flat_amounts": {"USD": 10.50, "EUR": "9.25"}}})
}

fn calls() -> Value {
    json!({"name": "Calls", "charge_model": "tiered", "charge_type": "usage", "unit_of_measure": "Each", "trigger_event": "contract_effective",
           "bill_cycle": {"type": "default_from_customer", "period": "bill_cycle_period_month"},
           "pricing": {"tiers": [
               {"tier": "1", "from": 0, "up_to": 100, "price_format": "price_format_per_unit", "unit_amounts": {"USD": 2, "EUR": 1}},
               {"tier": "2", "from": 101, "price_format": "price_format_flat_fee", "flat_amounts": {"USD": 50, "EUR": 40}}]}})
}

fn product() -> Value {
    json!({"name": "Hosting", "start_date": "2024-01-01", "end_date": "2034-01-01", "category": "base", "description": "d",
           "plans": [{"name": "Silver", "active_currencies": ["USD", "EUR"], "charges": [fee(), calls()]}]})
}

fn make(billing: &Billing) -> Value {
    billing.post("/commerce/products", &product()).expect(200).json()
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

#[test]
fn billing_create_commerce_product_answers_the_product_with_plans_and_charges() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = make(&billing);
        assert_eq!((&made["sku"], &made["category"], &made["startDate"]), (&json!("SKU-00000001"), &json!("base"), &json!("2024-01-01")));
        let plan = &made["productRatePlans"][0];
        assert_eq!((&plan["name"], &plan["endDate"], &plan["state"]), (&json!("Silver"), &json!("2034-01-01"), &json!("active")));
        let (fee, calls) = (&plan["productRatePlanCharges"][0], &plan["productRatePlanCharges"][1]);
        assert_eq!(fee["pricing"]["flatAmounts"], json!({"EUR": 9.25, "USD": 10.5}));
        assert_eq!((&fee["billCycle"]["type"], &fee["billCycle"]["dayOfMonth"]), (&json!("specific_day_of_month"), &json!(5)));
        assert_eq!((&fee["billCycle"]["period"], &fee["billCycle"]["timing"]), (&json!("bill_cycle_period_month"), &json!("in_advance")));
        assert_eq!((&fee["taxMode"], &fee["taxable"]), (&json!("non_taxable"), &json!(false)));
        assert_eq!((&calls["chargeModel"], &calls["billCycle"]["timing"]), (&json!("tiered"), &json!("in_arrears")));
        let tiers = calls["pricing"]["tiers"].as_array().unwrap();
        assert_eq!((&tiers[0]["upTo"], &tiers[0]["unitAmounts"]), (&json!(100), &json!({"EUR": 1, "USD": 2})));
        assert_eq!((&tiers[1]["upTo"], &tiers[1]["flatAmounts"]), (&Value::Null, &json!({"EUR": 40, "USD": 50})));
        let mut other = product();
        other["name"] = json!("Other");
        let first = billing.keyed("k", "/commerce/products", &other).expect(200).json();
        assert_eq!(billing.keyed("k", "/commerce/products", &other).expect(200).json(), first);
    }
}

#[test]
fn billing_create_commerce_product_refuses_by_plan_and_charge_and_makes_nothing() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let with = |pointer: &str, name: &str, value: Value| {
        let mut body = product();
        body.pointer_mut(pointer).unwrap()[name] = value;
        body
    };
    let (plan, charge) = ("/plans/0", "/plans/0/charges/1");
    for (body, status, code, path) in [
        (with("", "name", json!(null)), 400, 50_000_022, "'name'"),
        (with("", "end_date", json!("2023-01-01")), 400, 50_000_020, "'end_date'"),
        (with("", "category", json!("other")), 400, 50_000_020, "'category'"),
        (with("", "colour", json!("red")), 400, 50_000_021, "'colour'"),
        (with("", "custom_fields", json!({"Region__c": "EU"})), 400, 50_000_021, "'Region__c'"),
        (with(plan, "active_currencies", json!(["USD", "GBP"])), 400, 50_000_020, "'plans[0].charges[0]"),
        (with(plan, "start_date", json!("2020-01-01")), 400, 50_000_020, "'plans[0]."),
        (with(charge, "charge_model", json!("volumes")), 400, 50_000_020, "'plans[0].charges[1].charge_model'"),
        (with("/plans/0/charges/0", "charge_model", json!("overage")), 400, 50_000_020, "'plans[0].charges[0].charge_model'"),
        (with(charge, "unit_of_measure", json!(null)), 400, 50_000_022, "'plans[0].charges[1].unit_of_measure'"),
        (
            with(charge, "bill_cycle", json!({"type": "default_from_customer", "period": "bill_cycle_period_two_years"})),
            400,
            50_000_020,
            "'plans[0].charges[1].bill_cycle.period'",
        ),
        (
            with(charge, "accounting", json!({"deferred_revenue_account": "None"})),
            404,
            50_000_040,
            "'plans[0].charges[1].accounting.deferred_revenue_account'",
        ),
        (with(charge, "formula", json!("price * 2")), 501, 50_000_045, "'plans[0].charges[1].formula'"),
        (with(charge, "rate_cards", json!([{}])), 501, 50_000_045, "'plans[0].charges[1].rate_cards'"),
        (with(charge, "pricing", json!({"flat_amounts": {"USD": "x"}})), 400, 50_000_020, "'plans[0].charges[1].pricing.flat_amounts'"),
    ] {
        let reply = billing.post("/commerce/products", &body);
        let text = reply.text().to_owned();
        assert_eq!(reply.status(), status, "{path}: {text}");
        let (found, text) = reply.refused(status).remove(0);
        assert_eq!(found, code, "{path}: {text}");
        assert!(text.starts_with(path), "{path}: {text}");
    }
    assert_eq!(billing.get("/v1/catalog/products").done()["products"], json!([]));
    world.serve_billing_reader().post("/commerce/products", &product()).expect(403);
}

#[test]
fn billing_update_commerce_product_answers_what_it_is_then() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = make(&billing);
        let change = json!({"id": id(&made), "description": "new", "endDate": "2035-01-01", "category": "add-on"});
        let after = billing.put("/commerce/products", &change).expect(200).json();
        assert_eq!((&after["description"], &after["endDate"], &after["category"]), (&json!("new"), &json!("2035-01-01"), &json!("add-on")));
        assert_eq!(after["productRatePlans"], made["productRatePlans"]);
    }
}

#[test]
fn billing_update_commerce_product_refuses_without_its_id() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert_eq!(billing.put("/commerce/products", &json!({"name": "x"})).reason(400).0, 50_000_022);
    assert_eq!(billing.put("/commerce/products", &json!({"id": ZERO, "name": "x"})).reason(404).0, 50_000_040);
}

#[test]
fn billing_get_commerce_product_answers_by_id_and_number() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let made = make(&billing);
    for key in [id(&made).as_str(), "PC-00000001", "SKU-00000001"] {
        assert_eq!(billing.get(&format!("/commerce/products/{key}")).expect(200).json(), made, "{key}");
    }
}

#[test]
fn billing_get_commerce_product_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/commerce/products/PC-1").reason(404).0, 50_000_040);
}

#[test]
fn billing_create_commerce_plan_answers_the_plan() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = make(&billing);
        let body = json!({"product_key": "PC-00000001", "name": "Gold", "grade": 2, "start_date": "2025-01-01", "end_date": "2030-01-01", "charges": [fee()]});
        let plan = billing.post("/commerce/plans", &body).expect(200).json();
        assert_eq!((&plan["productId"], &plan["grade"], &plan["state"]), (&made["id"], &json!(2), &json!("not_started")));
        assert_eq!(plan["productRatePlanCharges"][0]["pricing"]["flatAmounts"]["USD"], 10.5);
    }
}

#[test]
fn billing_create_commerce_plan_refuses_unknown_products() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert_eq!(billing.post("/commerce/plans", &json!({"product_key": "PC-9", "name": "Gold"})).reason(404).0, 50_000_040);
    assert_eq!(billing.post("/commerce/plans", &json!({"product_key": "PC-9"})).reason(400).0, 50_000_022);
    world.serve_billing_reader().post("/commerce/plans", &json!({"product_key": "PC-9", "name": "Gold"})).expect(403);
}

#[test]
fn billing_update_commerce_plan_answers_the_plan() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let plan = make(&billing)["productRatePlans"][0].clone();
    let after = billing.put("/commerce/plans", &json!({"id": id(&plan), "grade": 3, "startDate": "2024-06-01"})).expect(200).json();
    assert_eq!((&after["grade"], &after["startDate"], &after["name"]), (&json!(3), &json!("2024-06-01"), &json!("Silver")));
}

#[test]
fn billing_update_commerce_plan_refuses_days_outside_its_product() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let plan = make(&billing)["productRatePlans"][0].clone();
    assert_eq!(billing.put("/commerce/plans", &json!({"id": id(&plan), "start_date": "2020-01-01"})).reason(400).0, 50_000_020);
    assert_eq!(billing.put("/commerce/plans", &json!({"id": ZERO, "grade": 1})).reason(404).0, 50_000_040);
}

#[test]
fn billing_query_commerce_plan_answers_charges_when_they_are_asked_for() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let plan = make(&billing)["productRatePlans"][0].clone();
    let ask = |expand: bool| {
        let body = json!({"product_rate_plan_key": "PRP-00000001", "expand": {"product_rate_plan_charges": expand}});
        billing.post("/commerce/plans/query", &body).expect(200).json()
    };
    assert_eq!(ask(true), plan);
    assert_eq!(ask(false)["productRatePlanCharges"], json!([]));
}

#[test]
fn billing_query_commerce_plan_refuses_unknown_keys_and_attributes() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing_reader();
    assert_eq!(billing.post("/commerce/plans/query", &json!({"product_rate_plan_key": "PRP-9"})).reason(404).0, 50_000_040);
    let priced = json!({"product_rate_plan_key": "PRP-9", "attributes": [{"name": "Region"}]});
    assert_eq!(billing.post("/commerce/plans/query", &priced).reason(501).0, 50_000_045);
}

/// Filters for one field.
fn by(field: &str, operator: &str, value: &str) -> Value {
    json!({"filters": [{"field": field, "operator": operator, "value": {"string_value": value}}], "expand": {"product_rate_plan_charges": true}})
}

#[test]
fn billing_query_commerce_plans_answers_those_that_meet_the_filters() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let made = make(&billing);
        let plan = id(&made["productRatePlans"][0]);
        for body in [by("product_id", "EQ", &id(&made)), by("prp_id", "EQ", &plan), by("name", "=", "Silver")] {
            let found = billing.post("/commerce/plans/list", &body).expect(200).json();
            assert_eq!((found["productRatePlans"].as_array().unwrap().len(), &found["error"]), (1, &Value::Null), "{body}");
            let one = &found["productRatePlans"][0];
            assert_eq!((&one["id"], &one["product"]["name"]), (&json!(plan), &json!("Hosting")));
            assert_eq!(one["productRatePlanCharges"].as_array().unwrap().len(), 2);
        }
        assert_eq!(billing.post("/commerce/plans/list", &by("name", "EQ", "None")).expect(200).json()["productRatePlans"], json!([]));
    }
}

#[test]
fn billing_query_commerce_plans_refuses_fields_and_operators_it_has_not() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert!(billing.post("/commerce/plans/list", &by("colour", "EQ", "red")).reason(400).1.starts_with("'filters[0].field'"));
    assert_eq!(billing.post("/commerce/plans/list", &by("name", "LIKE", "S")).reason(501).0, 50_000_045);
    assert_eq!(billing.post("/commerce/plans/list", &json!({"filters": []})).reason(400).0, 50_000_022);
}

#[test]
fn billing_query_commerce_purchase_options_answers_the_plans_of_a_product() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let made = make(&billing);
    let found = billing.post("/commerce/purchase-options/list", &by("product_id", "EQ", &id(&made))).expect(200).json();
    assert_eq!(found["productRatePlans"][0]["name"], "Silver");
}

#[test]
fn billing_query_commerce_purchase_options_refuses_without_filters() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().post("/commerce/purchase-options/list", &json!({})).reason(400).0, 50_000_022);
}

fn seats(plan: &str) -> Value {
    json!({"charge": {"product_rate_plan_id": plan, "name": "Seats", "charge_model": "per_unit", "charge_type": "recurring", "unit_of_measure": "Each",
                      "trigger_event": "contract_effective", "bill_cycle": {"type": "default_from_customer", "period": "bill_cycle_period_annual"},
                      "tax_mode": "tax_inclusive", "tax_code": "VAT", "pricing": {"unit_amounts": {"USD": 2, "EUR": 1.5}}}})
}

#[test]
fn billing_create_commerce_charge_answers_the_charge() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let plan = id(&make(&billing)["productRatePlans"][0]);
        let charge = billing.post("/commerce/charges", &seats(&plan)).expect(200).json();
        assert_eq!((&charge["chargeModel"], &charge["productRatePlanId"]), (&json!("per_unit"), &json!(plan)));
        assert_eq!(charge["pricing"]["unitAmounts"], json!({"EUR": 1.5, "USD": 2}));
        assert_eq!((&charge["taxable"], &charge["taxMode"]), (&json!(true), &json!("tax_inclusive")));
    }
}

#[test]
fn billing_create_commerce_charge_refuses_below_the_charge() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let plan = id(&make(&billing)["productRatePlans"][0]);
    let mut body = seats(&plan);
    body["charge"]["tax_code"] = Value::Null;
    let (code, text) = billing.post("/commerce/charges", &body).reason(400);
    assert!(code == 50_000_022 && text.starts_with("'charge.tax_code'"), "{text}");
    let (code, text) = billing.post("/commerce/charges", &seats("PRP-9")).reason(404);
    assert!(code == 50_000_040 && text.starts_with("'charge.product_rate_plan_id'"), "{text}");
    assert_eq!(billing.post("/commerce/charges", &json!({})).reason(400).0, 50_000_022);
}

#[test]
fn billing_update_commerce_charge_answers_new_prices() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let plan = id(&make(&billing)["productRatePlans"][0]);
        let charge = billing.post("/commerce/charges", &seats(&plan)).expect(200).json();
        let change = json!({"charge": {"id": id(&charge), "name": "Chairs", "pricing": {"unit_amounts": {"USD": 3, "EUR": 2}}}});
        let after = billing.put("/commerce/charges", &change).expect(200).json();
        assert_eq!((&after["name"], &after["pricing"]["unitAmounts"]), (&json!("Chairs"), &json!({"EUR": 2, "USD": 3})));
        assert_eq!(after["taxMode"], "tax_inclusive");
    }
}

#[test]
fn billing_update_commerce_charge_refuses_prices_that_do_not_suit_its_model() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let plan = id(&make(&billing)["productRatePlans"][0]);
    let charge = id(&billing.post("/commerce/charges", &seats(&plan)).expect(200).json());
    let put = |inner: Value, status| billing.put("/commerce/charges", &json!({"charge": inner})).reason(status);
    assert_eq!(put(json!({"id": charge, "pricing": {"unit_amounts": {"USD": 3}}}), 400).0, 50_000_020);
    assert_eq!(put(json!({"id": ZERO, "name": "x"}), 404).0, 50_000_040);
}

#[test]
fn billing_query_commerce_charge_answers_the_charge() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let fee = make(&billing)["productRatePlans"][0]["productRatePlanCharges"][0].clone();
    let body = json!({"product_rate_plan_charge_key": "PRPC-00000001"});
    assert_eq!(billing.post("/commerce/charges/query", &body).expect(200).json(), fee);
}

#[test]
fn billing_query_commerce_charge_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    let body = json!({"product_rate_plan_charge_key": "PRPC-9"});
    assert_eq!(world.serve_billing().post("/commerce/charges/query", &body).reason(404).0, 50_000_040);
}
