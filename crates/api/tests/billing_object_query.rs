//! Object Query over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_api::billing::rows::billing;
use accrual_testkit::{Backend, Billing, Reply, World};
use serde_json::{Value, json};

/// A plan of a product with two charges, one of them with two prices.
fn catalog(billing: &Billing) -> [String; 3] {
    let made =
        |kind: &str, body: Value| billing.post(&format!("/v1/object/{kind}"), &body).expect(200).json()["Id"].as_str().unwrap().to_owned();
    let product = json!({"Name": "Portal", "SKU": "PORTAL", "EffectiveStartDate": "2024-01-01", "EffectiveEndDate": "2034-01-01"});
    let product = made("product", product);
    let plan = made("product-rate-plan", json!({"Name": "Gold", "ProductId": product, "ActiveCurrencies": ["USD"]}));
    let charge = |name: &str, prices: &[&str]| {
        let tiers: Vec<Value> = prices
            .iter()
            .map(|p| json!({"Currency": p.split(' ').next_back(), "Price": p.split(' ').next().unwrap().parse::<f64>().unwrap()}))
            .collect();
        json!({
            "Name": name, "ProductRatePlanId": plan, "ChargeType": "Recurring", "ChargeModel": "Flat Fee Pricing",
            "BillCycleType": "DefaultFromCustomer", "BillingPeriod": "Month", "TriggerEvent": "ContractEffective",
            "UseDiscountSpecificAccountingCode": false,
            "ProductRatePlanChargeTierData": {"ProductRatePlanChargeTier": tiers},
        })
    };
    let fee = made("product-rate-plan-charge", charge("Fee", &["10.50 USD", "9.75 EUR"]));
    made("product-rate-plan-charge", charge("Support", &["0.123456789 USD"]));
    [product, plan, fee]
}

fn names(page: &Value, member: &str) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|r| r[member].as_str().unwrap_or_default().to_owned()).collect()
}

/// Every page of a list, following its cursors.
fn pages(billing: &Billing, path: &str) -> Vec<Value> {
    let (mut out, mut cursor) = (Vec::new(), String::new());
    loop {
        let glue = if path.contains('?') { '&' } else { '?' };
        let page = billing.get(&format!("{path}{glue}cursor={cursor}")).expect(200).json();
        out.extend(page["data"].as_array().unwrap().clone());
        match page.get("nextPage") {
            Some(next) => cursor = next.as_str().unwrap().to_owned(),
            None => return out,
        }
    }
}

/// Code and text of a refusal in the shape of this family.
fn refused(reply: Reply, status: u16) -> (u64, String) {
    let body = reply.expect(status).json();
    assert!(body.get("success").is_none() && body["requestId"].as_str().unwrap().len() == 36, "{body}");
    (body["reasons"][0]["code"].as_u64().unwrap(), body["reasons"][0]["message"].as_str().unwrap().to_owned())
}

#[test]
fn every_resource_with_a_noun_answers_a_page_a_record_and_its_refusals() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let (billing, reader) = (world.serve_billing(), world.serve_billing_reader());
        billing.account("Initech", "USD");
        catalog(&billing);
        let mut swept = 0;
        for operation in billing_rows().filter(|o| o.built() && !o.path.contains("{key}")) {
            let path = operation.path;
            // four lists want a filter
            let filter = if matches!(path, "/object-query/invoice-items") { "?filter[]=id.NE:null" } else { "" };
            let page = billing.get(&format!("{path}{filter}")).expect(200).json();
            assert_eq!(reader.get(&format!("{path}{filter}")).expect(200).json(), page, "reading needs no more than reading");
            for record in page["data"].as_array().unwrap() {
                let id = record["id"].as_str().unwrap();
                assert_eq!(billing.get(&format!("{path}/{id}")).expect(200).json(), *record, "{path}");
            }
            let none = format!("{path}/{}", "0".repeat(32));
            assert_eq!(refused(billing.get(&none), 404).0, 50_000_040);
            for bad in [
                "filter[]=colour.EQ:x",
                "filter[]=nothing",
                "sort[]=colour.ASC",
                "expand[]=colour",
                "fields[]=colour",
                "pageSize=100",
                "cursor=x",
            ] {
                assert_eq!(refused(billing.get(&format!("{path}?{bad}")), 400).0, 50_000_027, "{path} {bad}");
            }
            assert_eq!(world.serve_without_login().get(path).expect(401).json()["message"], "Authentication error");
            swept += 1;
        }
        assert!(swept >= 7, "accounts, contacts, snapshots and the catalog at least: {swept}");
        for path in ["/object-query/subscriptions", "/object-query/rate-plans/x", "/object-query/summarystatements"] {
            billing.get(path).expect(501);
        }
    }
}

fn billing_rows() -> impl Iterator<Item = &'static accrual_api::table::Operation> {
    billing().iter().filter(|o| o.path.starts_with("/object-query/"))
}

#[test]
fn filters_compare_by_type_and_without_regard_to_case() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        for (name, currency) in [("Initech", "USD"), ("initrode", "EUR"), ("Globex: East", "USD"), ("Üni", "USD")] {
            billing.account(name, currency);
        }
        let found = |filter: &str| {
            let mut names = names(&billing.get(&format!("/object-query/accounts?{filter}")).expect(200).json(), "name");
            names.sort();
            names
        };
        for (filter, expected) in [
            ("filter[]=name.EQ:INITECH", vec!["Initech"]),
            ("FILTER%5B%5D=Name.sw:iNi", vec!["Initech", "initrode"]),
            ("filter[]=name.EQ:globex: east", vec!["Globex: East"]),
            ("filter[]=name.EQ:%C3%9Cni", vec!["Üni"]),
            ("filter[]=name.IN:[initech,%C3%9CNI,nobody]", vec!["Initech", "Üni"]),
            ("filter[]=name.NE:initech&filter[]=currency.EQ:usd", vec!["Globex: East", "Üni"]),
            ("filter[]=accountnumber.EQ:a00000002", vec!["initrode"]),
            ("filter[]=status.EQ:active&filter[]=currency.EQ:EUR", vec!["initrode"]),
            ("filter[]=balance.EQ:0&filter[]=name.SW:G", vec!["Globex: East"]),
            ("filter[]=balance.GT:0", vec![]),
            ("filter[]=crmid.EQ:null&filter[]=name.SW:g", vec!["Globex: East"]),
            ("filter[]=crmid.NE:null", vec![]),
            ("filter[]=updateddate.GE:2024-01-01T00:00:00Z&filter[]=name.SW:g", vec!["Globex: East"]),
            ("filter[]=updateddate.LT:2024-01-01T00:00:00%2B01:00", vec![]),
            ("filter[]=billcycleday.IN:[0,1]&filter[]=name.SW:g", vec!["Globex: East"]),
        ] {
            assert_eq!(found(filter), expected, "{backend:?} {filter}");
        }
        let account = billing.get("/object-query/accounts/A00000001").expect(200).json();
        let by_reference = format!("filter[]=billtoid.EQ:{}", account["billToId"].as_str().unwrap().to_uppercase());
        assert_eq!(found(&by_reference), ["Initech"]);
    }
}

#[test]
fn pages_follow_each_other_and_belong_to_their_question() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        for n in 0..7 {
            billing.account(&format!("A{}", n % 3), "USD");
        }
        let ids = |records: &[Value]| records.iter().map(|r| r["accountNumber"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let latest: Vec<String> = (1..=7).rev().map(|n| format!("A{n:08}")).collect();
        for size in [1, 2, 3, 7, 99] {
            assert_eq!(ids(&pages(&billing, &format!("/object-query/accounts?pageSize={size}"))), latest, "{backend:?} {size}");
        }
        let by_name = ids(&pages(&billing, "/object-query/accounts?pageSize=2&sort[]=name.ASC"));
        assert_eq!(by_name, [1, 4, 7, 2, 5, 3, 6].map(|n| format!("A{n:08}")));
        let mut reversed = ids(&pages(&billing, "/object-query/accounts?pageSize=2&sort[]=name.DESC"));
        reversed.reverse();
        assert_eq!(reversed, by_name);
        let by_empty = ids(&pages(&billing, "/object-query/accounts?pageSize=2&sort[]=crmid.DESC"));
        assert_eq!(by_empty, latest);

        let first = billing.get("/object-query/accounts?pageSize=2&filter[]=name.EQ:a0").expect(200).json();
        let cursor = first["nextPage"].as_str().unwrap();
        billing.get(&format!("/object-query/accounts?filter[]=Name.eq:A0&pageSize=2&cursor={cursor}")).expect(200);
        for other in ["filter[]=name.EQ:a1&pageSize=2", "pageSize=2", "filter[]=name.EQ:a0&pageSize=2&sort[]=name.ASC"] {
            let (code, text) = refused(billing.get(&format!("/object-query/accounts?{other}&cursor={cursor}")), 400);
            assert_eq!((code, text.contains("other parameters")), (50_000_027, true), "{text}");
        }
        assert_eq!(refused(billing.get(&format!("/object-query/contacts?pageSize=2&cursor={cursor}")), 400).0, 50_000_027);
    }
}

#[test]
fn relations_are_expanded_with_the_fields_that_were_chosen() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let account = billing.account("Initech", "USD");
        let [product, plan, fee] = catalog(&billing);
        let one = billing
            .get(&format!("/object-query/accounts/{account}?expand[]=billto,soldto&billto.fields[]=id,FirstName"))
            .expect(200)
            .json();
        assert_eq!(one["billTo"], json!({"id": one["billToId"], "firstName": "Ada"}));
        assert_eq!(one["soldTo"]["lastName"], "Lovelace");
        assert!(one.get("shipTo").is_none() && one.get("crmId").is_none());
        let nulls = billing.get(&format!("/object-query/accounts/{account}?expand[]=shipto&includeNullFields=true")).expect(200).json();
        assert_eq!((&nulls["shipTo"], &nulls["crmId"]), (&Value::Null, &Value::Null));

        let path =
            "productrateplans,productrateplans.productrateplancharges,productrateplans.productrateplancharges.productrateplanchargetiers";
        let chosen = "fields[]=sku&productrateplans.fields[]=id&productrateplancharges.fields[]=id,name&productrateplanchargetiers.fields[]=price,currency";
        for key in [product.as_str(), "PORTAL"] {
            let found = billing.get(&format!("/object-query/products/{key}?expand[]={path}&{chosen}")).expect(200);
            // the digits as they are
            assert!(found.text().contains("\"price\":0.123456789"), "{}", found.text());
            assert_eq!(
                found.json(),
                json!({"sKU": "PORTAL", "productRatePlans": [{"id": plan, "productRatePlanCharges": [
                    {"id": fee, "name": "Fee", "productRatePlanChargeTiers": [{"currency": "EUR", "price": 9.75}, {"currency": "USD", "price": 10.5}]},
                    {"id": found.json()["productRatePlans"][0]["productRatePlanCharges"][1]["id"], "name": "Support",
                     "productRatePlanChargeTiers": [{"currency": "USD", "price": 0.123456789}]},
                ]}]})
            );
        }
        let cut = billing.get(&format!("/object-query/products?expand[]={path}&pageSize=1")).expect(200).json();
        let charges = cut["data"][0]["productRatePlans"][0]["productRatePlanCharges"].as_array().unwrap();
        assert_eq!((charges.len(), charges[0]["productRatePlanChargeTiers"].as_array().unwrap().len()), (1, 1));
        let up = billing.get(&format!("/object-query/product-rate-plan-charges/{fee}?expand[]=productrateplan")).expect(200).json();
        assert_eq!(up["productRatePlan"]["id"], plan.as_str());
        billing.get("/object-query/accounts?expand[]=usages").expect(501);
        // keys are ids, numbers or SKUs, as the resource says
        assert_eq!(refused(billing.get("/object-query/products/Portal"), 404).0, 50_000_040);
    }
}

#[test]
fn times_are_those_of_the_tenant_and_types_those_of_the_reference() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    billing.account("Initech", "USD");
    let one = billing.get("/object-query/accounts/A00000001").expect(200).json();
    let time = one["updatedDate"].as_str().unwrap();
    assert_eq!((time.len(), &time[19..]), (25, "+00:00"), "{time}");
    assert!(one["balance"].is_number() && one["billCycleDay"].is_i64() && one["autoPay"].is_boolean());
    for member in ["version", "ballance", "passwordHash"] {
        assert!(one.get(member).is_none());
    }
}

#[test]
fn older_versions_refuse_in_the_older_shape() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let body = billing.speaking("2024-05-20").get("/object-query/accounts?pageSize=0").expect(400).json();
    assert_eq!((&body["success"], &body["reasons"][0]["code"]), (&json!(false), &json!(50_000_027)));
    billing.speaking("341").get("/object-query/accounts?pageSize=0").expect(200);
}

#[test]
fn custom_fields_are_filtered_by_when_they_are_indexed() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    world.unit(|unit| {
        use accrual_app::Command;
        use accrual_app::billing::Fields;
        use accrual_app::billing::custom_field::CustomFieldCreate;
        for (name, filterable) in [("Region__c", true), ("Memo__c", false)] {
            let fields = Fields::default()
                .with("object", "account")
                .with("name", name)
                .with("label", name)
                .with("type", "Text")
                .with("filterable", filterable);
            CustomFieldCreate { fields }.run(unit)?;
        }
        Ok(())
    });
    billing.account("Initech", "USD");
    billing.put("/v1/object/account/A00000001", &json!({"Region__c": "EMEA", "Memo__c": "x"})).expect(200);
    let page = billing.get("/object-query/accounts?filter[]=region__c.EQ:emea").expect(200).json();
    assert_eq!((&page["data"][0]["region__c"], &page["data"][0]["memo__c"]), (&json!("EMEA"), &json!("x")));
    assert_eq!(billing.get("/object-query/accounts?filter[]=region__c.SW:x").expect(200).json(), json!({"data": []}));
    assert_eq!(refused(billing.get("/object-query/accounts?filter[]=memo__c.EQ:x"), 400).0, 50_000_027);
}
