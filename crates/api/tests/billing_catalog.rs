//! The catalog over HTTP: products, plans, charges with their prices, groups, exchange rates.

#![allow(clippy::unwrap_used)]

use accrual_app::billing::Fields;
use accrual_app::billing::accounting_code::AccountingCodeCreate;
use accrual_app::billing::catalog::{ChargeCreate, ProductCreate, RatePlanCreate};
use accrual_app::billing::setting::SettingCreate;
use accrual_app::execute_blocking;
use accrual_base::{Day, Decimal};
use accrual_model::Value as Field;
use accrual_testkit::{Backend, Billing, World};
use serde_json::{Value, json};

fn fields(pairs: &[(&str, Field)]) -> Fields {
    pairs.iter().fold(Fields::default(), |fields, (name, value)| fields.with(*name, value.clone()))
}

fn day(year: i32) -> Field {
    Day::from_ymd(year, 1, 1).into()
}

/// A number with two decimals, in hundredths.
fn number(hundredths: i64) -> Field {
    Decimal::new(hundredths, 2).into()
}

fn run<C: accrual_app::Command>(world: &World, command: C) -> C::Output {
    execute_blocking(&world.tenant(), &world.context(), command).unwrap()
}

fn product(world: &World, name: &str) -> String {
    let dates = [("name", name.into()), ("effectiveStartDate", day(2020)), ("effectiveEndDate", day(2030))];
    run(world, ProductCreate { fields: fields(&dates) }).id
}

fn plan(world: &World, product: &str, name: &str, more: &[(&str, Field)]) -> String {
    let mut all = vec![("productId", product.into()), ("name", name.into())];
    all.extend(more.iter().cloned());
    run(world, RatePlanCreate { fields: fields(&all) }).id
}

fn charge(world: &World, plan: &str, kind: &str, model: &str, more: &[(&str, Field)], tiers: &[&[(&str, Field)]]) -> String {
    let mut all: Vec<(&str, Field)> = vec![
        ("productRatePlanId", plan.into()),
        ("name", model.into()),
        ("chargeType", kind.into()),
        ("chargeModel", model.into()),
        ("billCycleType", "SpecificDayofMonth".into()),
        ("billCycleDay", 15_i64.into()),
        ("billingPeriod", "Semi-Annual".into()),
        ("listPriceBase", "Per Month".into()),
        ("triggerEvent", "ContractEffective".into()),
    ];
    all.extend(more.iter().cloned());
    run(world, ChargeCreate { fields: fields(&all), tiers: tiers.iter().map(|t| fields(t)).collect() }).id
}

/// A product with two plans: one with three charges, one that has ended.
fn catalog(world: &World) -> (String, String) {
    let product = product(world, "Hosting");
    let ids = Field::Json(serde_json::json!(["com.example.silver", "silver"]));
    let silver = plan(
        world,
        &product,
        "Silver",
        &[("externalRatePlanIds", ids), ("externalIdSourceSystem", "Store".into()), ("grade", number(100))],
    );
    let old = plan(world, &product, "Old", &[("effectiveEndDate", day(2021))]);
    let price = |currency: &str, hundredths| vec![("currency", Field::from(currency)), ("price", number(hundredths))];
    charge(world, &silver, "Recurring", "Flat Fee Pricing", &[], &[&price("USD", 1_050), &price("EUR", 900)]);
    let range = |from: i64, to: Option<i64>, hundredths| {
        let mut tier = vec![("currency", Field::from("USD")), ("startingUnit", number(from * 100)), ("price", number(hundredths))];
        tier.push(("priceFormat", "Per Unit".into()));
        tier.extend(to.map(|to| ("endingUnit", number(to * 100))));
        tier
    };
    charge(world, &silver, "Usage", "Tiered Pricing", &[("uOM", "Each".into())], &[&range(0, Some(100), 200), &range(101, None, 150)]);
    let included = [("uOM", "Each".into()), ("includedUnits", number(1_000))];
    charge(world, &silver, "Usage", "Overage Pricing", &included, &[&price("USD", 25)]);
    charge(world, &old, "OneTime", "Flat Fee Pricing", &[("listPriceBase", Field::Null)], &[&price("USD", 100)]);
    (product, silver)
}

fn charges(plan: &Value) -> Vec<Value> {
    plan["productRatePlanCharges"].as_array().unwrap().clone()
}

#[test]
fn billing_get_products_answers_addresses_of_plans_or_the_plans_themselves() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (product, _) = catalog(&world);
        let found = billing.get("/v1/catalog/products").done();
        let one = &found["products"][0];
        assert_eq!((&one["id"], &one["sku"], &one["productNumber"]), (&json!(product), &json!("SKU-00000001"), &json!("PC-00000001")));
        assert_eq!(one["productRatePlans"], json!(billing.client.url(&format!("/v1/rateplan/{product}/productRatePlan"))));
        assert_eq!(one["effectiveStartDate"], "2020-01-01");
        let old = billing.speaking("229.0").get("/v1/catalog/products").done();
        let plans = old["products"][0]["productRatePlans"].as_array().unwrap().clone();
        assert_eq!(plans.len(), 2);
        assert_eq!(charges(&plans[0]).len(), 3);
    }
}

#[test]
fn billing_get_products_answers_pages() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    for name in ["A", "B", "C"] {
        product(&world, name);
    }
    let first = billing.get("/v1/catalog/products?pageSize=2").done();
    assert_eq!(first["products"].as_array().unwrap().len(), 2);
    let next = first["nextPage"].as_str().unwrap().strip_prefix(&billing.client.url("")).unwrap().to_owned();
    let last = billing.get(&next).done();
    assert_eq!(last["products"][0]["name"], "C");
    assert!(last.get("nextPage").is_none());
}

#[test]
fn billing_get_products_refuses_without_credentials() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/v1/catalog/products").expect(401);
    world.serve_billing_reader().get("/v1/catalog/products").done();
}

#[test]
fn billing_get_product_answers_by_id_number_and_sku() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let (product, _) = catalog(&world);
    let found = billing.get(&format!("/v1/catalog/product/{product}")).done();
    for key in ["PC-00000001", "SKU-00000001"] {
        assert_eq!(billing.get(&format!("/v1/catalog/product/{key}")).done(), found, "{key}");
    }
}

#[test]
fn billing_get_product_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/catalog/product/PC-1").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_rate_plans_by_product_answers_charges_and_prices() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (product, silver) = catalog(&world);
        let found = billing.get(&format!("/v1/rateplan/{product}/productRatePlan")).done();
        let plans = found["productRatePlans"].as_array().unwrap();
        assert_eq!((&plans[0]["id"], &plans[0]["status"], &plans[1]["status"]), (&json!(silver), &json!("Active"), &json!("Expired")));
        assert_eq!((&plans[0]["externallyManagedPlanIds"], &plans[0]["grade"]), (&json!(["com.example.silver", "silver"]), &json!(1)));
        let charges = charges(&plans[0]);
        let flat = &charges[0];
        for (name, value) in [
            ("type", "Recurring"),
            ("model", "FlatFee"),
            ("billingDay", "SpecificDayofMonth/15"),
            ("billingPeriod", "Semi_Annual"),
            ("billingTiming", "IN_ADVANCE"),
            ("listPriceBase", "Per_Month"),
            ("endDateCondition", "Subscription_End"),
            ("triggerEvent", "ContractEffective"),
        ] {
            assert_eq!(flat[name], value, "{name}");
        }
        assert_eq!(flat["pricing"][0]["currency"], "EUR");
        assert_eq!((&flat["pricing"][1]["price"], &flat["pricing"][1]["tiers"]), (&json!("10.5"), &Value::Null));
        let tiers = &charges[1]["pricing"][0];
        assert_eq!(tiers["price"], Value::Null);
        assert_eq!(
            tiers["tiers"],
            json!([
                {"endingUnit": "100", "price": "2", "priceFormat": "PerUnit", "startingUnit": "0", "tier": 1},
                {"endingUnit": null, "price": "1.5", "priceFormat": "PerUnit", "startingUnit": "101", "tier": 2}
            ])
        );
        let overage = &charges[2]["pricing"][0];
        assert_eq!((&overage["includedUnits"], &overage["overagePrice"], &overage["price"]), (&json!("10"), &json!("0.25"), &Value::Null));
    }
}

#[test]
fn billing_get_rate_plans_by_product_refuses_unknown_products() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/rateplan/nothing/productRatePlan").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_product_rate_plan_answers_the_plan_without_charges() {
    let world = World::on(Backend::Memory).now("2019-06-01").build();
    let billing = world.serve_billing();
    let (_, silver) = catalog(&world);
    let found = billing.get(&format!("/v1/product-rate-plans/{silver}")).done();
    assert_eq!(
        (&found["name"], &found["status"], &found["ExternalIdSourceSystem"]),
        (&json!("Silver"), &json!("NotStarted"), &json!("Store"))
    );
    assert!(found.get("productRatePlanCharges").is_none());
    assert_eq!(billing.get("/v1/product-rate-plans/PRP-00000001").done(), found);
}

#[test]
fn billing_get_product_rate_plan_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/product-rate-plans/PRP-1").reason(404).0, 50_000_040);
}

#[test]
fn billing_get_product_rate_plans_by_external_id_answers_those_another_system_means() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (product, silver) = catalog(&world);
        let gold = plan(&world, &product, "Gold", &[("externalRatePlanIds", Field::Json(json!(["silver"])))]);
        let ids = |key: &str| {
            let found = billing.get(&format!("/v1/product-rate-plans/external-id/{key}")).done();
            found["productRatePlans"].as_array().unwrap().iter().map(|p| p["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids("silver"), [json!(silver), json!(gold)]);
        assert_eq!(ids("com.example.silver"), [json!(silver)]);
        assert!(ids("nothing").is_empty());
    }
}

#[test]
fn billing_get_product_rate_plans_by_external_id_refuses_without_credentials() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/v1/product-rate-plans/external-id/x").expect(401);
}

#[test]
fn billing_update_product_rate_plan_charge_finance_information_answers_and_the_codes_are_shown() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (product, _) = catalog(&world);
        let code = fields(&[("name", "Deferred".into()), ("type", "DeferredRevenue".into())]);
        run(&world, AccountingCodeCreate { fields: code });
        let path = "/v1/product-rate-plan-charges/PRPC-00000001/finance-information";
        billing.put(path, &json!({"deferredRevenueAccountingCode": "Deferred"})).done();
        let found = billing.get(&format!("/v1/rateplan/{product}/productRatePlan")).done();
        let shown = &found["productRatePlans"][0]["productRatePlanCharges"][0]["financeInformation"];
        assert_eq!(
            (&shown["deferredRevenueAccountingCode"], &shown["recognizedRevenueAccountingCode"]),
            (&json!("Deferred"), &Value::Null)
        );
        assert_eq!(shown["deferredRevenueAccountingCodeType"], "DeferredRevenue");
    }
}

#[test]
fn billing_update_product_rate_plan_charge_finance_information_refuses_unknown_codes() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    catalog(&world);
    let path = "/v1/product-rate-plan-charges/PRPC-00000001/finance-information";
    let (code, text) = billing.put(path, &json!({"recognizedRevenueAccountingCode": "Nowhere"})).reason(404);
    assert!(code == 50_000_040 && text.starts_with("'recognizedRevenueAccountingCode'"), "{text}");
    assert_eq!(billing.put(path, &json!({})).reason(400).0, 50_000_022);
    assert_eq!(
        billing
            .put("/v1/product-rate-plan-charges/PRPC-9/finance-information", &json!({"recognizedRevenueAccountingCode": "x"}))
            .reason(404)
            .0,
        50_000_040
    );
    world.serve_billing_reader().put(path, &json!({"recognizedRevenueAccountingCode": "x"})).expect(403);
}

/// A grading group with two plans.
fn group(world: &World, billing: &Billing) -> (Value, String, String) {
    let (product, silver) = catalog(world);
    let gold = plan(world, &product, "Gold", &[]);
    let body =
        json!({"name": "Service", "type": "Grading", "productRatePlans": [{"id": gold, "grade": 2}, {"id": "PRP-00000001", "grade": 1}]});
    (billing.post("/v1/catalog-groups", &body).done(), silver, gold)
}

#[test]
fn billing_create_catalog_group_answers_the_lowest_grade_first() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (made, silver, gold) = group(&world, &billing);
        assert_eq!((&made["catalogGroupNumber"], &made["type"]), (&json!("CG-00000001"), &json!("Grading")));
        let plans = made["productRatePlans"].as_array().unwrap();
        assert_eq!((&plans[0]["id"], &plans[0]["grade"], &plans[0]["status"]), (&json!(silver), &json!(1), &json!("Active")));
        assert_eq!((&plans[1]["id"], &plans[1]["grade"]), (&json!(gold), &json!(2)));
        let first = billing.keyed("k", "/v1/catalog-groups", &json!({"name": "Shown", "type": "Display"})).done();
        assert_eq!(billing.keyed("k", "/v1/catalog-groups", &json!({"name": "Shown", "type": "Display"})).done(), first);
    }
}

#[test]
fn billing_create_catalog_group_refuses_by_plan() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let (_, silver, _) = group(&world, &billing);
    for (body, code, path) in [
        (json!({"name": "Service"}), 50_000_030, "'name'"),
        (json!({"type": "Grading"}), 50_000_022, "'name'"),
        (json!({"name": "X", "type": "Other"}), 50_000_020, "'type'"),
        (json!({"name": "X", "productRatePlans": [{"id": silver, "grade": 1}]}), 50_000_030, "'productRatePlans[0].id'"),
        (json!({"name": "X", "productRatePlans": [{"id": "PRP-00000002"}]}), 50_000_022, "'productRatePlans[0].grade'"),
        (json!({"name": "X", "productRatePlans": [{"id": "PRP-00000002", "grade": 0}]}), 50_000_020, "'productRatePlans[0].grade'"),
        (json!({"name": "X", "productRatePlans": [{"id": "PRP-00000002", "grade": 1.5}]}), 50_000_020, "'productRatePlans[0].grade'"),
    ] {
        let (found, text) = billing.post("/v1/catalog-groups", &body).reason(400);
        assert_eq!(found, code, "{body}: {text}");
        assert!(text.starts_with(path), "{body}: {text}");
    }
    let nobody = json!({"name": "X", "productRatePlans": [{"id": "PRP-9", "grade": 1}]});
    assert_eq!(billing.post("/v1/catalog-groups", &nobody).reason(404).0, 50_000_040);
    world.serve_billing_reader().post("/v1/catalog-groups", &json!({"name": "X"})).expect(403);
}

#[test]
fn billing_get_catalog_groups_answers_pages() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    group(&world, &billing);
    billing.post("/v1/catalog-groups", &json!({"name": "Shown", "type": "Display"})).done();
    let first = billing.get("/v1/catalog-groups?pageSize=1").done();
    assert_eq!(first["catalogGroups"][0]["productRatePlans"].as_array().unwrap().len(), 2);
    let next = first["nextPage"].as_str().unwrap().strip_prefix(&billing.client.url("")).unwrap().to_owned();
    let last = billing.get(&next).done();
    assert_eq!((&last["catalogGroups"][0]["type"], last.get("nextPage")), (&json!("Display"), None));
}

#[test]
fn billing_get_catalog_groups_refuses_without_credentials() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/v1/catalog-groups").expect(401);
}

#[test]
fn billing_get_catalog_group_answers_by_id_number_and_name() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let (made, ..) = group(&world, &billing);
    for key in [made["id"].as_str().unwrap(), "CG-00000001", "Service"] {
        assert_eq!(billing.get(&format!("/v1/catalog-groups/{key}")).done(), made, "{key}");
    }
}

#[test]
fn billing_get_catalog_group_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().get("/v1/catalog-groups/CG-1").reason(404).0, 50_000_040);
}

#[test]
fn billing_update_catalog_group_answers_what_it_is_then() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (_, silver, gold) = group(&world, &billing);
        let change = json!({"description": "by grade", "add": [{"id": silver, "grade": 5}, {"id": "PRP-00000002", "grade": 3}], "remove": [{"id": gold}]});
        let after = billing.put("/v1/catalog-groups/CG-00000001", &change).done();
        let grades: Vec<_> = after["productRatePlans"].as_array().unwrap().iter().map(|p| p["grade"].as_i64().unwrap()).collect();
        assert_eq!((grades, &after["description"]), (vec![3, 5], &json!("by grade")));
    }
}

#[test]
fn billing_update_catalog_group_refuses_plans_that_are_not_in_it() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    group(&world, &billing);
    let put = |body: Value| billing.put("/v1/catalog-groups/CG-00000001", &body).reason(400);
    let (code, text) = put(json!({"remove": [{"id": "PRP-00000002"}]}));
    assert!(code == 50_000_020 && text.starts_with("'remove[0].id'"), "{text}");
    assert_eq!(put(json!({"type": "Display"})).0, 50_000_021);
}

#[test]
fn billing_delete_catalog_group_answers_and_its_plans_stay() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let (_, silver, _) = group(&world, &billing);
        billing.delete("/v1/catalog-groups/CG-00000001").done();
        billing.get("/v1/catalog-groups/CG-00000001").refused(404);
        billing.get(&format!("/v1/product-rate-plans/{silver}")).done();
    }
}

#[test]
fn billing_delete_catalog_group_refuses_unknown_keys() {
    let world = World::on(Backend::Memory).build();
    assert_eq!(world.serve_billing().delete("/v1/catalog-groups/CG-1").reason(404).0, 50_000_040);
    world.serve_billing_reader().delete("/v1/catalog-groups/CG-1").expect(403);
}

#[test]
fn billing_get_custom_exchange_rates_answers_by_day() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let rate = |from: &str, day: i32, hundredths: i64| {
            let date = Day::from_ymd(2024, 1, day);
            fields(&[("fromCurrency", from.into()), ("toCurrency", "USD".into()), ("rateDate", date.into()), ("rate", number(hundredths))])
        };
        let records = vec![rate("EUR", 2, 109), rate("GBP", 2, 127), rate("EUR", 5, 110)];
        run(&world, SettingCreate { noun: "custom-exchange-rates".to_owned(), records });
        let found = billing.get("/v1/custom-exchange-rates/USD?startDate=2024-01-01&endDate=2024-01-04").done();
        assert_eq!((&found["inverse"], &found["rateSetName"]), (&json!(true), &json!("Custom")));
        assert_eq!(found["rates"], json!([{"2024-01-02": {"EUR": "1.09", "GBP": "1.27"}}]));
    }
}

#[test]
fn billing_get_custom_exchange_rates_refuses_spans_and_days_that_are_none() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let refused = |currency: &str, query: &str| billing.get(&format!("/v1/custom-exchange-rates/{currency}?{query}")).reason(400).0;
    assert_eq!(refused("USD", "startDate=2024-01-01"), 50_000_023);
    assert_eq!(refused("USD", "startDate=2024-01-01&endDate=2024-02-30"), 50_000_020);
    assert_eq!(refused("USD", "startDate=2024-01-02&endDate=2024-01-01"), 50_000_020);
    assert_eq!(refused("USD", "startDate=2024-01-01&endDate=2024-04-01"), 50_000_020);
    assert_eq!(refused("usd", "startDate=2024-01-01&endDate=2024-01-02"), 50_000_020);
    billing.get("/v1/custom-exchange-rates/USD?startDate=2024-01-01&endDate=2024-03-31").done();
}
