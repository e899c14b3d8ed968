//! Older calls on many objects, their query language and descriptions, over HTTP.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Billing, Reply, World};
use serde_json::{Value, json};

fn product(name: &str) -> Value {
    json!({"Name": name, "EffectiveStartDate": "2024-01-01", "EffectiveEndDate": "2034-01-01"})
}

fn call(billing: &Billing, verb: &str, body: &Value) -> Reply {
    billing.post(&format!("/v1/action/{verb}"), body)
}

fn create(billing: &Billing, kind: &str, objects: &[Value]) -> Vec<Value> {
    call(billing, "create", &json!({"type": kind, "objects": objects})).expect(200).json().as_array().unwrap().clone()
}

fn query(billing: &Billing, text: &str) -> Value {
    call(billing, "query", &json!({"queryString": text})).expect(200).json()
}

/// Code and text of a fault.
fn fault(reply: Reply) -> (String, String) {
    let body = reply.expect(400).json();
    (body["FaultCode"].as_str().unwrap().to_owned(), body["FaultMessage"].as_str().unwrap().to_owned())
}

#[test]
fn billing_action_post_create_answers_a_result_for_each_object() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let objects = [product("A"), json!({"Name": "B"}), product("A"), product("C"), json!("D")];
        let results = create(&billing, "Product", &objects);
        let outcome: Vec<_> = results.iter().map(|r| r["Success"].as_bool().unwrap()).collect();
        assert_eq!(outcome, [true, false, false, true, false]);
        assert_eq!(results[0]["Id"].as_str().unwrap().len(), 32);
        let codes: Vec<_> = [1, 2, 4].iter().map(|at: &usize| results[*at]["Errors"][0]["Code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["MISSING_REQUIRED_VALUE", "DUPLICATE_VALUE", "INVALID_VALUE"]);
        assert!(results[1].get("Id").is_none());
        assert_eq!(query(&billing, "select Name from Product")["size"], 2);
        // the same key makes nothing twice
        let body = json!({"type": "product", "objects": [product("K1"), product("K2")]});
        let first = billing.keyed("key", "/v1/action/create", &body).expect(200).json();
        assert_eq!(billing.keyed("key", "/v1/action/create", &body).expect(200).json(), first);
        assert_eq!(query(&billing, "select Id from Product")["size"], 4);
        let fifty: Vec<Value> = (0..50).map(|n| product(&format!("P{n:02}"))).collect();
        let results = create(&billing, "Product", &fifty);
        assert!(results.len() == 50 && results.iter().all(|r| r["Success"] == true));
        let names = query(&billing, "select Name from Product where Name like 'P%'");
        let names: Vec<&str> = names["records"].as_array().unwrap().iter().map(|r| r["Name"].as_str().unwrap()).collect();
        assert_eq!(names, (0..50).map(|n| format!("P{n:02}")).collect::<Vec<_>>(), "in the order of the request");
    }
}

#[test]
fn billing_action_post_create_refuses_what_is_no_call() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    let many: Vec<Value> = (0..51).map(|n| product(&n.to_string())).collect();
    for (body, code) in [
        (json!({"type": "Product", "objects": many}), "MAX_RECORDS_EXCEEDED"),
        (json!({"type": "Colour", "objects": [{}]}), "INVALID_TYPE"),
        (json!({"objects": [{}]}), "MISSING_REQUIRED_VALUE"),
        (json!({"type": "Product"}), "MISSING_REQUIRED_VALUE"),
        (json!({"type": "Product", "objects": {}}), "INVALID_VALUE"),
        (json!([]), "INVALID_VALUE"),
    ] {
        assert_eq!(fault(call(&billing, "create", &body)).0, code, "{body}");
    }
    let unknown = json!({"type": "Product", "objects": [product("A"), {"Colour": "red"}]});
    let strict = billing.post("/v1/action/create?rejectUnknownFields=true", &unknown).expect(400).json();
    assert_eq!(strict, json!({"message": "Error - unrecognised fields"}));
    assert_eq!(query(&billing, "select Id from Product"), json!({"records": [], "size": 0, "done": true}));
    // objects that nobody writes
    assert_eq!(create(&billing, "ContactSnapshot", &[json!({})])[0]["Errors"][0]["Code"], "INVALID_TYPE");
    world.serve_billing_reader().post("/v1/action/create", &json!({"type": "Product", "objects": [product("A")]})).expect(403);
}

#[test]
fn billing_action_postupdate_answers_a_result_for_each_object() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let ids: Vec<Value> = create(&billing, "Product", &[product("A"), product("B")]).iter().map(|r| r["Id"].clone()).collect();
        let objects = json!([
            {"Id": ids[0], "Name": "A2", "Description": "first"},
            {"Id": ids[1], "Name": "A2"},
            {"Name": "nobody"},
            {"Id": "0".repeat(32), "Name": "C"},
        ]);
        let results = call(&billing, "update", &json!({"type": "Product", "objects": objects})).expect(200).json();
        let codes: Vec<_> = (0..4).map(|at| results[at]["Errors"][0]["Code"].as_str().unwrap_or("done")).collect();
        assert_eq!(codes, ["done", "DUPLICATE_VALUE", "MISSING_REQUIRED_VALUE", "INVALID_ID"]);
        assert_eq!(results[0], json!({"Success": true, "Id": ids[0]}));
        let found = || query(&billing, "select Name, Description from Product where Name = 'A2'")["records"][0].clone();
        assert_eq!(found()["Description"], "first");
        let emptied = json!({"type": "Product", "objects": [{"Id": ids[0], "fieldsToNull": ["Description"]}]});
        assert_eq!(call(&billing, "update", &emptied).expect(200).json()[0]["Success"], true);
        assert_eq!(found(), json!({"Id": ids[0], "Name": "A2"}));
    }
}

#[test]
fn billing_action_postupdate_refuses_readers_and_what_is_no_call() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert_eq!(fault(call(&billing, "update", &json!({"type": "Colour", "objects": [{"Id": "1"}]}))).0, "INVALID_TYPE");
    let many: Vec<Value> = vec![json!({"Id": "1"}); 51];
    assert_eq!(fault(call(&billing, "update", &json!({"type": "Product", "objects": many}))).0, "MAX_RECORDS_EXCEEDED");
    world.serve_billing_reader().post("/v1/action/update", &json!({"type": "Product", "objects": [{"Id": "1"}]})).expect(403);
}

#[test]
fn billing_action_post_delete_answers_a_result_for_each_id() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let id = create(&billing, "Product", &[product("A")])[0]["Id"].clone();
        let body = json!({"type": "Product", "ids": [id, "0".repeat(32), 5, id]});
        let results = call(&billing, "delete", &body).expect(200).json();
        assert_eq!(results[0], json!({"success": true, "id": id}));
        let codes: Vec<_> = (1..4).map(|at| results[at]["errors"][0]["Code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["INVALID_ID", "INVALID_VALUE", "INVALID_ID"]);
        assert_eq!(query(&billing, "select Id from Product")["size"], 0);
    }
}

#[test]
fn billing_action_post_delete_refuses_readers_and_what_is_no_call() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    assert_eq!(fault(call(&billing, "delete", &json!({"type": "Product", "ids": vec!["1"; 51]}))).0, "MAX_RECORDS_EXCEEDED");
    assert_eq!(fault(call(&billing, "delete", &json!({"type": "Colour", "ids": ["1"]}))).0, "INVALID_TYPE");
    world.serve_billing_reader().post("/v1/action/delete", &json!({"type": "Product", "ids": ["1"]})).expect(403);
}

#[test]
fn billing_action_post_query_answers_what_was_selected_and_the_id() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        for (name, currency) in [("Initech", "USD"), ("Initrode", "EUR"), ("Globex", "USD")] {
            billing.account(name, currency);
        }
        let names = |condition: &str| -> Vec<String> {
            let found = query(&billing, &format!("select Name from Account where {condition}"));
            let names: Vec<String> = found["records"].as_array().unwrap().iter().map(|r| r["Name"].as_str().unwrap().to_owned()).collect();
            assert_eq!((&found["done"], found["size"].as_u64().unwrap()), (&json!(true), u64::try_from(names.len()).unwrap()));
            names
        };
        for (condition, expected) in [
            ("Status = 'Active'", vec!["Initech", "Initrode", "Globex"]),
            ("Name = 'initech'", vec![]),
            ("Name like 'Init%'", vec!["Initech", "Initrode"]),
            ("Name like '%x'", vec!["Globex"]),
            ("Name like 'Glo_ex'", vec!["Globex"]),
            ("Currency = 'EUR' or Name = 'Globex' and Balance = 0", vec!["Initrode", "Globex"]),
            ("Currency = 'USD' and Name != 'Globex'", vec!["Initech"]),
            ("CrmId = null and Name > 'H'", vec!["Initech", "Initrode"]),
            ("CrmId != null", vec![]),
            ("CrmId != 'x'", vec![]),
            ("AutoPay = false and BillCycleDay < 5 and Name = 'Globex'", vec!["Globex"]),
            ("UpdatedDate >= 2024-01-01T00:00:00+01:00 and Name = 'Globex'", vec!["Globex"]),
        ] {
            assert_eq!(names(condition), expected, "{backend:?} {condition}");
        }
        let one = query(&billing, "SELECT AccountNumber, CreatedDate FROM account WHERE name = 'Globex'")["records"][0].clone();
        let keys: Vec<&String> = one.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["Id", "AccountNumber", "CreatedDate"]);
        assert_eq!(one["AccountNumber"], "A00000003");
        assert_eq!(one["CreatedDate"].as_str().unwrap().len(), 29);
        assert_eq!(
            world.serve_billing_reader().post("/v1/action/query", &json!({"queryString": "select Id from Account"})).expect(200).json()["size"],
            3
        );
    }
}

#[test]
fn billing_action_post_query_refuses_with_the_words_clients_look_for() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    for (text, code) in [
        ("select * from Account", "MALFORMED_QUERY"),
        ("drop table account", "MALFORMED_QUERY"),
        ("select Id from Account where Name = 'x' order by Name", "MALFORMED_QUERY"),
        ("select Id from Colour", "INVALID_TYPE"),
        ("select Colour from Account", "INVALID_FIELD"),
        ("select Id from Account where Colour = 'x'", "INVALID_FIELD"),
        ("select Id from Account where Balance = 'x'", "INVALID_VALUE"),
        ("select Id from Account where UpdatedDate > 2024-01-01", "INVALID_VALUE"),
    ] {
        assert_eq!(fault(call(&billing, "query", &json!({"queryString": text}))).0, code, "{text}");
    }
    let (_, text) = fault(call(&billing, "query", &json!({"queryString": "select Colour from account"})));
    assert_eq!(text, "invalid field for query: Account.Colour");
    assert_eq!(fault(call(&billing, "query", &json!({}))).0, "MISSING_REQUIRED_VALUE");
    world.serve_without_login().post("/v1/action/query", &json!({"queryString": "select Id from Account"})).expect(401);
}

#[test]
fn billing_action_postquery_more_answers_the_rows_that_follow_across_a_restart_of_the_process() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let mut billing = world.serve_billing();
        for batch in 0..3 {
            let products: Vec<Value> = (0..50).map(|n| product(&format!("P{:03}", batch * 50 + n))).collect();
            create(&billing, "Product", &products);
        }
        let ask = json!({"queryString": "select Name from Product where Name like 'P%'", "conf": {"batchSize": 60}});
        let mut page = call(&billing, "query", &ask).expect(200).json();
        let mut names: Vec<String> = Vec::new();
        let mut locators = Vec::new();
        loop {
            names.extend(page["records"].as_array().unwrap().iter().map(|r| r["Name"].as_str().unwrap().to_owned()));
            assert_eq!((&page["size"], page["done"] == true), (&json!(150), page.get("queryLocator").is_none()));
            let Some(locator) = page.get("queryLocator").and_then(Value::as_str) else { break };
            let (digits, offset) = locator.split_once('-').unwrap();
            assert_eq!((digits.len(), offset.parse::<usize>().unwrap()), (32, names.len()));
            locators.push(locator.to_owned());
            // what is added meanwhile is not part of it
            create(&billing, "Product", &[product(&format!("P9{}", names.len()))]);
            // another process over the same data
            if backend != Backend::Memory {
                world.restart();
            }
            billing = world.serve_billing();
            page = call(&billing, "queryMore", &json!({"queryLocator": locator, "conf": {"batchSize": 60}})).expect(200).json();
        }
        assert_eq!(names, (0..150).map(|n| format!("P{n:03}")).collect::<Vec<_>>());
        // a locator may be used twice
        let again = call(&billing, "queryMore", &json!({"queryLocator": locators[0]})).expect(200).json();
        assert_eq!((again["records"].as_array().unwrap().len(), &again["done"]), (90, &json!(true)));
        let whole = call(&billing, "query", &json!({"queryString": "select Id from Product", "conf": {"batchSize": 0}})).expect(200).json();
        assert_eq!((whole["done"].as_bool(), whole["size"].as_u64()), (Some(true), Some(152)));
    }
}

#[test]
fn billing_action_postquery_more_refuses_what_is_unknown_or_old() {
    let world = World::on(Backend::Memory).now("2024-01-15T12:00:00").build();
    let billing = world.serve_billing();
    create(&billing, "Product", &[product("A"), product("B")]);
    let first = call(&billing, "query", &json!({"queryString": "select Id from Product", "conf": {"batchSize": 1}})).expect(200).json();
    let locator = first["queryLocator"].as_str().unwrap().to_owned();
    let more = |locator: &str| call(&billing, "queryMore", &json!({"queryLocator": locator}));
    more(&locator).expect(200);
    for bad in ["x", "-1", &format!("{}-1", "0".repeat(32)), &locator.replace("-1", "-x")] {
        assert_eq!(fault(more(bad)).0, "INVALID_QUERY_LOCATOR", "{bad}");
    }
    world.set_now("2024-01-15T12:15:01");
    let (code, text) = fault(more(&locator));
    assert_eq!((code.as_str(), text.contains("15 minutes")), ("INVALID_QUERY_LOCATOR", true));
    assert_eq!(fault(call(&billing, "queryMore", &json!({}))).0, "MISSING_REQUIRED_VALUE");
}

#[test]
fn billing_get_describe_answers_fields_and_joined_objects_as_xml() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let billing = world.serve_billing();
        let reply = billing.get("/v1/describe/Account").expect(200);
        assert_eq!(reply.header("content-type"), Some("text/xml;charset=utf-8"));
        let text = reply.text();
        let field = |name: &str| {
            let from = text.find(&format!("<name>{name}</name>")).unwrap_or_else(|| panic!("no {name}"));
            let rest = &text[from..];
            rest[..rest.find("</field>").unwrap()].to_owned()
        };
        let id = field("Id");
        assert!(id.contains("<context>export</context>") && id.contains("<required>true</required>") && id.contains("<type>text</type>"));
        assert!(field("UpdatedDate").contains("<type>datetime</type>") && field("UpdatedDate").contains("<context>export</context>"));
        assert!(field("Status").contains("<option>Active</option>"));
        assert!(field("Name").contains("<createable>true</createable>") && field("Name").contains("<maxlength>255</maxlength>"));
        assert!(field("Balance").contains("<type>decimal</type>") && field("Balance").contains("<createable>false</createable>"));
        assert!(text.contains("<related-objects>") && text.contains("<name>BillToContact</name><label>Bill To Contact</label><cardinality>TO_ONE</cardinality><direct-relationship>true</direct-relationship><path>Account.BillToContact</path>"), "{text}");
        assert!(text.contains("/v1/describe/Contact\">"));
        let json = billing.client.send(billing.request("GET", "/v1/describe/Account").header("accept", "application/json"));
        assert_eq!(json.header("content-type"), Some("application/json"));
        assert_eq!(json.json().as_str().unwrap().len(), text.len());
        let list = billing.get("/v1/describe").expect(200);
        assert!(
            list.text().contains("<name>Account</name><label>Account</label></object>")
                && list.text().contains("<name>ProductRatePlanChargeTier</name>")
        );
        billing.get("/rest/v1/describe/product").expect(200);
    }
}

#[test]
fn billing_get_describe_refuses_unknown_objects_as_xml() {
    let world = World::on(Backend::Memory).build();
    let billing = world.serve_billing();
    for object in ["Colour", "SavedQuery", "%3Cscript%3E"] {
        let reply = billing.get(&format!("/v1/describe/{object}")).expect(404);
        assert_eq!(reply.header("content-type"), Some("text/xml;charset=utf-8"));
        assert!(reply.text().contains("<error><code>INVALID_TYPE</code>") && !reply.text().contains("<script>"), "{}", reply.text());
    }
    world.serve_without_login().get("/v1/describe/Account").expect(401);
}

#[test]
fn billing_describe_objects_answers_names_and_refuses_strangers() {
    let world = World::on(Backend::Memory).build();
    world.serve_without_login().get("/v1/describe").expect(401);
    let text = world.serve_billing_reader().get("/v1/describe").expect(200);
    assert!(text.text().starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<objects>"));
}
