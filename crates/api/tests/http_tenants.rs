//! Settings of the tenant, entities, organizations, permissions, the audit trail.

#![allow(clippy::unwrap_used)]

use accrual_testkit::{Backend, Client, PASSWORD, Reply, World};
use serde_json::{Value, json};

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";
const SECRET: &str = "client-secret";
/// Known and not built: answers 501 to who may ask.
const UNBUILT: &str = "/v1/payment-runs";

fn token(client: &Client, headers: &[(&str, &str)]) -> Reply {
    let body = json!({"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"});
    let mut request = client.request("POST", "/oauth/token").json(&body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request)
}

fn bearer(client: &Client) -> String {
    token(client, &[]).expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

fn patch(client: &Client, path: &str, body: &Value) -> Reply {
    client.send(client.request("PATCH", path).json(body))
}

/// A request of the billing interface with a token and headers.
fn ask(client: &Client, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
    let mut request = client.request(method, path).bearer_auth(token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(match body {
        Some(body) => request.json(body),
        None => request,
    })
}

fn account(name: &str) -> Value {
    json!({
        "name": name, "currency": "USD", "billCycleDay": 1,
        "billToContact": {"firstName": "Ada", "lastName": "L", "country": "United States", "state": "California"},
    })
}

#[test]
fn get_tenant_answers_the_settings() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let settings = world.serve_administrator().get("/accrual/v1/tenant").expect(200).json();
        let expected = json!(["default", true, "186.0", "UTC", "Unlimited", "Global"]);
        let shown: Vec<&Value> =
            ["name", "apiEnabled", "defaultVersion", "timeZone", "rateClass", "entity"].iter().map(|f| &settings[*f]).collect();
        assert_eq!(json!(shown), expected);
    }
}

#[test]
fn get_tenant_refuses_who_does_not_administer() {
    let world = World::on(Backend::Memory).build();
    world.serve().get("/accrual/v1/tenant").expect(403);
    world.serve_without_login().get("/accrual/v1/tenant").expect(401);
}

#[test]
fn update_tenant_answers_and_the_request_way_follows() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let token = bearer(&admin);
        let missing = || ask(&admin, "GET", "/v1/accounts/A99999999", &token, &[], None);
        assert_eq!(missing().expect(200).json()["success"], false, "the first version shows failures as 200");
        let changed = patch(&admin, "/accrual/v1/tenant", &json!({"defaultVersion": "2025-08-12", "timeZone": "Pacific/Auckland"}));
        assert_eq!(changed.expect(200).json()["defaultVersion"], "2025-08-12");
        missing().expect(404);
        ask(&admin, "GET", "/v1/accounts/A99999999", &token, &[("zuora-version", "186")], None).expect(200);
        assert_eq!(world.tenant().today().to_string(), "2024-01-16", "at noon it is tomorrow in Auckland");

        patch(&admin, "/accrual/v1/tenant", &json!({"rateClass": "ApiSandbox"})).expect(200);
        let token = bearer(&admin);
        let limit = ask(&admin, "GET", "/v1/accounts/A99999999", &token, &[], None).header("ratelimit-limit").unwrap().to_owned();
        assert!(limit.ends_with("2500;w=60, 5000;w=3600, 10000;w=86400"), "{limit}");

        patch(&admin, "/accrual/v1/tenant", &json!({"apiEnabled": false})).expect(200);
        assert_eq!(missing().status(), 403);
        assert_eq!(token_status(&admin), 403);
    }
}

fn token_status(client: &Client) -> u16 {
    token(client, &[]).status()
}

#[test]
fn update_tenant_refuses_unknown_versions_zones_classes_and_fields() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for (body, column) in [
        (json!({"defaultVersion": "12"}), "defaultVersion"),
        (json!({"timeZone": "Mars/Olympus"}), "timeZone"),
        (json!({"rateClass": "Endless"}), "rateClass"),
        (json!({"colour": "red"}), "colour"),
        (json!({"entity": "Other"}), "entity"),
    ] {
        let error = patch(&admin, "/accrual/v1/tenant", &body).expect(400).json();
        assert_eq!(error["error"]["column"], column, "{error}");
    }
    patch(&admin, "/accrual/v1/tenant", &json!({"title": "x", "version": 99})).expect(409);
    patch(&world.serve(), "/accrual/v1/tenant", &json!({"title": "x"})).expect(403);
}

#[test]
fn list_entities_answers_the_global_one_of_a_new_tenant() {
    let world = World::on(Backend::Memory).build();
    let all = world.serve_administrator().get("/accrual/v1/entities").expect(200).json();
    assert_eq!((all["data"].as_array().unwrap().len(), &all["data"][0]["name"]), (1, &json!("Global")));
    let client = world.serve_without_login();
    let scope = token(&client, &[]).expect(200).json()["scope"].as_str().unwrap().to_owned();
    let id = scope.split(' ').find_map(|s| s.strip_prefix("entity.")).unwrap().replace('-', "");
    assert_eq!(all["data"][0]["id"], id, "tokens and the list name an entity alike");
}

#[test]
fn list_entities_refuses_who_does_not_administer() {
    World::on(Backend::Memory).build().serve().get("/accrual/v1/entities").expect(403);
}

/// An entity keeps its data, numbers and settings apart; the token says in which it is good, the header which is meant.
#[test]
fn create_entity_answers_and_its_data_are_its_own() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let made = admin.post("/accrual/v1/entities", &json!({"name": "EMEA", "firstPeriod": "2024-01"})).expect(201).json();
        assert_eq!((&made["parent"], &made["settings"]["owner"]), (&json!("Global"), &json!("default")));
        let emea = made["id"].as_str().unwrap().to_owned();
        let all = admin.get("/accrual/v1/entities").expect(200).json();
        let global = all["data"][0]["id"].as_str().unwrap().to_owned();
        let token_of_all = bearer(&admin);
        let latest = ("zuora-version", "2025-08-12");
        // of several, one must be named
        ask(&admin, "GET", "/v1/accounts/A00000001", &token_of_all, &[latest], None).expect(400);
        let create = |entity: &str, name: &str| {
            let headers = [latest, ("zuora-entity-ids", entity)];
            ask(&admin, "POST", "/v1/accounts", &token_of_all, &headers, Some(&account(name))).expect(200).json()
        };
        let (here, there) = (create(&global, "Global Ltd"), create(&emea, "EMEA Ltd"));
        assert_eq!(here["accountNumber"], there["accountNumber"], "numbers are counted by entity");
        let name = |entity: &str| {
            let headers = [latest, ("zuora-entity-ids", entity)];
            let path = format!("/v1/accounts/{}", here["accountNumber"].as_str().unwrap());
            ask(&admin, "GET", &path, &token_of_all, &headers, None).expect(200).json()["basicInfo"]["name"].clone()
        };
        assert_eq!((name(&global), name(&emea)), (json!("Global Ltd"), json!("EMEA Ltd")));

        // a narrowed token is good for its entity alone and needs no header
        let narrow = token(&admin, &[("zuora-entity-ids", &emea)]).expect(200).json();
        let entities = narrow["scope"].as_str().unwrap().split(' ').filter(|s| s.starts_with("entity.")).count();
        assert_eq!(entities, 1);
        let narrow = narrow["access_token"].as_str().unwrap().to_owned();
        let path = format!("/v1/accounts/{}", here["accountNumber"].as_str().unwrap());
        let seen = ask(&admin, "GET", &path, &narrow, &[latest], None).expect(200).json();
        assert_eq!(seen["basicInfo"]["name"], "EMEA Ltd");
        ask(&admin, "GET", &path, &narrow, &[latest, ("zuora-entity-ids", &global)], None).expect(403);
        token(&admin, &[("zuora-entity-ids", "00000000-0000-4000-8000-000000000009")]).expect(403);
    }
}

#[test]
fn create_entity_refuses_bad_names_circles_and_strangers() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/entities", &json!({"name": "EMEA"})).expect(201);
    for name in ["", "a_b", "Global", "a/b"] {
        let status = admin.post("/accrual/v1/entities", &json!({"name": name})).status();
        assert!([400, 409].contains(&status), "{name:?} answered {status}");
    }
    admin.post("/accrual/v1/entities", &json!({"name": "emea"})).expect(409);
    admin.post("/accrual/v1/entities", &json!({"name": "Asia", "parent": "Nowhere"})).expect(409);
    admin.post("/accrual/v1/entities", &json!({"name": "Asia", "firstPeriod": "soon"})).expect(400);
    admin.post("/accrual/v1/entities", &json!({"name": "Asia", "colour": "red"})).expect(400);
    world.serve().post("/accrual/v1/entities", &json!({"name": "Asia"})).expect(403);
    assert_eq!(admin.get("/accrual/v1/entities").json()["data"].as_array().unwrap().len(), 2);
}

#[test]
fn update_entity_answers_and_a_closed_one_is_closed() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let emea = admin.post("/accrual/v1/entities", &json!({"name": "EMEA"})).expect(201).json()["id"].as_str().unwrap().to_owned();
        admin.post("/accrual/v1/entities", &json!({"name": "Germany", "parent": "EMEA"})).expect(201);
        let changed = patch(&admin, "/accrual/v1/entities/Germany", &json!({"entity": "Deutschland", "timeZone": "Europe/Berlin"}));
        assert_eq!(changed.expect(200).json()["entity"], "Deutschland");
        patch(&admin, &format!("/accrual/v1/entities/{emea}"), &json!({"defaultVersion": "2025-08-12"})).expect(200);
        let token = bearer(&admin);
        let find = || ask(&admin, "GET", "/v1/accounts/A1", &token, &[("zuora-entity-ids", &emea)], None).status();
        assert_eq!(find(), 404, "each entity has its own default version");
        patch(&admin, "/accrual/v1/entities/EMEA", &json!({"apiEnabled": false})).expect(200);
        assert_eq!(find(), 403);
    }
}

#[test]
fn update_entity_refuses_circles_renamed_parents_and_unknown_ones() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/entities", &json!({"name": "EMEA"})).expect(201);
    admin.post("/accrual/v1/entities", &json!({"name": "Germany", "parent": "EMEA"})).expect(201);
    patch(&admin, "/accrual/v1/entities/EMEA", &json!({"parent": "Germany"})).expect(409);
    patch(&admin, "/accrual/v1/entities/EMEA", &json!({"entity": "Europe"})).expect(409);
    patch(&admin, "/accrual/v1/entities/Germany", &json!({"entity": "EMEA"})).expect(409);
    patch(&admin, "/accrual/v1/entities/Nowhere", &json!({"entity": "x"})).expect(404);
    patch(&world.serve(), "/accrual/v1/entities/EMEA", &json!({"title": "x"})).expect(403);
}

/// A user with all standard roles, some entities and organizations, and a client of it; answers a token.
fn clerk(admin: &Client, fields: &Value) -> String {
    let mut body = json!({"name": "clerk", "roles": [
        "Platform Standard User", "Billing Standard User", "Payments Standard User", "Finance Standard User"]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    admin.post("/accrual/v1/objects/users", &body).expect(201);
    let id = "00000000-0000-4000-8000-000000000002";
    let client = json!({"clientId": id, "name": "till", "role": "API Role", "user": "clerk"});
    admin.post("/accrual/v1/objects/api-clients", &client).expect(201);
    admin.post(&format!("/accrual/v1/api-clients/{id}/secret"), &json!({"secret": SECRET})).expect(200);
    let body = json!({"client_id": id, "client_secret": SECRET, "grant_type": "client_credentials"});
    admin.post("/oauth/token", &body).expect(200).json()["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_user_works_in_its_entities_alone() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for name in ["EMEA", "APAC"] {
        admin.post("/accrual/v1/entities", &json!({"name": name})).expect(201);
    }
    let all = admin.get("/accrual/v1/entities").json();
    let id = |name: &str| all["data"].as_array().unwrap().iter().find(|e| e["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
    let token = clerk(&admin, &json!({"allEntities": false, "entities": ["EMEA"]}));
    let seen = |headers: &[(&str, &str)]| {
        let headers = [headers, &[("zuora-version", "2025-08-12")]].concat();
        ask(&admin, "GET", "/v1/accounts/A1", &token, &headers, None).status()
    };
    assert_eq!((seen(&[]), seen(&[("zuora-entity-ids", &id("EMEA"))])), (404, 404), "its only entity is implied");
    assert_eq!((seen(&[("zuora-entity-ids", &id("APAC"))]), seen(&[("zuora-entity-ids", &id("Global"))])), (403, 403));
}

#[test]
fn list_organizations_answers_numbers_labels_and_ids() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/objects/organizations", &json!({"name": "West"})).expect(201);
    let all = admin.get("/accrual/v1/organizations").expect(200).json();
    let labels: Vec<&Value> = all["data"].as_array().unwrap().iter().map(|o| &o["label"]).collect();
    assert_eq!(labels, [&json!("Main"), &json!("West")]);
    assert_eq!(all["data"][1]["id"].as_str().unwrap().len(), 36);
}

#[test]
fn list_organizations_refuses_who_does_not_administer() {
    World::on(Backend::Memory).build().serve().get("/accrual/v1/organizations").expect(403);
}

/// Accounts are seen by who sees their organization, and what hangs on them as they are.
#[test]
fn organizations_divide_accounts() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        for name in ["West", "East"] {
            admin.post("/accrual/v1/objects/organizations", &json!({"name": name})).expect(201);
        }
        let all = admin.get("/accrual/v1/organizations").json();
        let org = |label: &str| {
            let found = all["data"].as_array().unwrap().iter().find(|o| o["label"] == label).unwrap();
            (found["id"].as_str().unwrap().to_owned(), found["number"].as_i64().unwrap())
        };
        let ((west, west_number), (east, _)) = (org("West"), org("East"));
        let latest = ("zuora-version", "2025-08-12");
        let everybody = bearer(&admin);
        let open = |token: &str, name: &str, headers: &[(&str, &str)]| {
            ask(&admin, "POST", "/v1/accounts", token, &[headers, &[latest]].concat(), Some(&account(name)))
        };
        let number = |reply: Reply| reply.expect(200).json()["accountNumber"].as_str().unwrap().to_owned();
        let in_west = number(open(&everybody, "West Ltd", &[("zuora-working-org", "West")]));
        let in_east = number(open(&everybody, "East Ltd", &[("zuora-working-org", "East")]));
        let unlabelled = number(open(&everybody, "Any Ltd", &[]));
        let seen = |token: &str, key: &str, headers: &[(&str, &str)]| {
            ask(&admin, "GET", &format!("/v1/accounts/{key}"), token, &[headers, &[latest]].concat(), None).status()
        };
        // who sees all narrows the request
        assert_eq!([&in_west, &in_east, &unlabelled].map(|k| seen(&everybody, k, &[])), [200, 200, 200]);
        let narrowed = [("zuora-org-ids", west.as_str())];
        assert_eq!([&in_west, &in_east, &unlabelled].map(|k| seen(&everybody, k, &narrowed)), [200, 404, 404]);

        // who sees one organization sees no other, and labels what it makes
        let token = clerk(&admin, &json!({"allOrganizations": false, "organizations": [west_number]}));
        assert_eq!([&in_west, &in_east, &unlabelled].map(|k| seen(&token, k, &[])), [200, 404, 404]);
        assert_eq!(seen(&token, &in_west, &[("zuora-org-ids", east.as_str())]), 400, "no subset of its own");
        let own = number(open(&token, "New West Ltd", &[]));
        assert_eq!(seen(&everybody, &own, &narrowed), 200);
        open(&token, "Sly Ltd", &[("zuora-working-org", "East")]).expect(400);
        open(&token, "Sly Ltd", &[("zuora-working-org", "Nowhere")]).expect(400);
        let change = |key: &str| {
            let path = format!("/v1/accounts/{key}");
            ask(&admin, "PUT", &path, &token, &[latest], Some(&json!({"notes": "x"}))).status()
        };
        assert_eq!((change(&in_west), change(&in_east)), (200, 404));
        let contact = |account: &str| {
            let id = ask(&admin, "GET", &format!("/v1/accounts/{account}"), &everybody, &[latest], None).expect(200).json();
            let contact = id["billToContact"]["id"].as_str().unwrap().to_owned();
            ask(&admin, "GET", &format!("/v1/contacts/{contact}"), &token, &[latest], None).status()
        };
        assert_eq!((contact(&in_west), contact(&in_east)), (200, 404));
    }
}

#[test]
fn list_permissions_answers_the_whole_list() {
    let world = World::on(Backend::Memory).build();
    let all = world.serve_administrator().get("/accrual/v1/permissions").expect(200).json();
    let all = all["data"].as_array().unwrap();
    assert_eq!(all.len(), 163);
    let post = all.iter().find(|p| p["permission"] == "Post Invoices").unwrap();
    assert_eq!((&post["category"], &post["area"], &post["standardUser"]), (&json!("Billing"), &json!("Invoices"), &json!(true)));
}

#[test]
fn list_permissions_refuses_who_does_not_administer() {
    World::on(Backend::Memory).build().serve().get("/accrual/v1/permissions").expect(403);
}

#[test]
fn a_client_without_a_user_and_a_user_without_roles_may_do_nothing() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    admin.post("/accrual/v1/objects/users", &json!({"name": "idle", "roles": ["API Role"]})).expect(201);
    admin.post("/accrual/v1/users/idle/password", &json!({"password": PASSWORD})).expect(204);
    let basic = admin.request("GET", UNBUILT).header("zuora-version", "2025-08-12").basic_auth("idle", Some(PASSWORD));
    let refused = admin.send(basic).expect(403).json();
    assert_eq!((&refused["success"], &refused["reasons"][0]["code"]), (&json!(false), &json!(50_000_010)));
    let id = "00000000-0000-4000-8000-000000000003";
    admin.post("/accrual/v1/objects/api-clients", &json!({"clientId": id, "role": "API Role"})).expect(201);
    admin.post(&format!("/accrual/v1/api-clients/{id}/secret"), &json!({"secret": SECRET})).expect(200);
    let body = json!({"client_id": id, "client_secret": SECRET, "grant_type": "client_credentials"});
    admin.post("/oauth/token", &body).expect(403);
}

#[test]
fn a_user_has_one_role_of_a_category_and_its_clients_end_with_it() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let two = json!({"name": "both", "roles": ["Billing Standard User", "Billing Administrator"]});
    let error = admin.post("/accrual/v1/objects/users", &two).expect(409).json();
    assert!(error["error"]["message"].as_str().unwrap().contains("Billing"), "{error}");
    let token = clerk(&admin, &json!({}));
    let asks = || ask(&admin, "GET", UNBUILT, &token, &[], None).status();
    assert_eq!(asks(), 501);
    patch(&admin, "/accrual/v1/objects/users/clerk", &json!({"enabled": false})).expect(200);
    assert_eq!(asks(), 401, "a client is as good as its user");
}

#[test]
fn list_audit_answers_by_object_actor_operation_and_time_in_pages() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        for (at, name) in [("2024-02-01T10:00:00", "One"), ("2024-02-02T10:00:00", "Two"), ("2024-02-03T10:00:00", "Three")] {
            world.set_now(at);
            let admin = world.serve_administrator();
            admin.post("/accrual/v1/objects/organizations", &json!({"name": name})).expect(201);
            drop(admin);
        }
        let admin = {
            drop(admin);
            world.serve_administrator()
        };
        let names = |query: &str| -> Vec<String> {
            let rows = admin.get(&format!("/accrual/v1/audit?{query}")).expect(200).json();
            rows["data"].as_array().unwrap().iter().map(|r| r["after"]["name"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let by_admin = "object=Organization&actor=admin";
        assert_eq!(names(by_admin), ["One", "Two", "Three"]);
        assert_eq!(names(&format!("{by_admin}&order=desc&limit=2")), ["Three", "Two"]);
        assert_eq!(names(&format!("{by_admin}&from=2024-02-02&to=2024-02-03T10:00:00")), ["Two"]);
        assert_eq!(names(&format!("{by_admin}&operation=config_delete")), Vec::<String>::new());
        let first = admin.get(&format!("/accrual/v1/audit?{by_admin}&limit=2")).expect(200).json();
        let next = first["next"].as_str().unwrap();
        assert_eq!(names(&format!("{by_admin}&limit=2&after={next}")), ["Three"]);
        let last = admin.get(&format!("/accrual/v1/audit?{by_admin}&limit=2&after={next}")).json();
        assert!(last.get("next").is_none());
        let id = first["data"][0]["object_id"].as_str().unwrap();
        assert_eq!(names(&format!("object=Organization&id={id}")), ["One"]);
        let request = first["data"][1]["request_id"].as_str().unwrap();
        assert_eq!(names(&format!("requestId={request}")), ["Two"]);
    }
}

#[test]
fn list_audit_refuses_wrong_parameters_and_who_may_not_read_it() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    for wrong in ["limit=0", "limit=1001", "limit=x", "order=up", "from=yesterday", "after=1", "after=x.y"] {
        admin.get(&format!("/accrual/v1/audit?{wrong}")).expect(400);
    }
    world.serve().get("/accrual/v1/audit").expect(403);
    // a role with that permission and nothing else of administration
    let body = json!({"name": "Auditor", "category": "Platform", "permissions": ["Audit Trail Access"], "allOrganizations": false});
    admin.post("/accrual/v1/objects/roles", &body).expect(201);
    admin.post("/accrual/v1/objects/users", &json!({"name": "auditor", "roles": ["Auditor"]})).expect(201);
    let id = "00000000-0000-4000-8000-000000000004";
    admin.post("/accrual/v1/objects/api-clients", &json!({"clientId": id, "role": "API Role", "user": "auditor"})).expect(201);
    admin.post(&format!("/accrual/v1/api-clients/{id}/secret"), &json!({"secret": SECRET})).expect(200);
    let body = json!({"client_id": id, "client_secret": SECRET, "grant_type": "client_credentials"});
    let token = admin.post("/oauth/token", &body).expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let anonymous = world.serve_without_login();
    ask(&anonymous, "GET", "/accrual/v1/audit", &token, &[], None).expect(200);
    ask(&anonymous, "GET", "/accrual/v1/tenant", &token, &[], None).expect(403);
    // who manages users administers with a token of the billing interface as well
    ask(&anonymous, "GET", "/accrual/v1/tenant", &bearer(&anonymous), &[], None).expect(200);
}
