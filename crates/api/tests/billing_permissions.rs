//! Every operation of the billing interface asks for its permissions, built or not.

#![allow(clippy::unwrap_used)]

use accrual_api::billing::permission::{Guard, guard};
use accrual_api::billing::rows::billing;
use accrual_api::table::Operation;
use accrual_app::Permission;
use accrual_testkit::{Backend, Client, PASSWORD, Reply, World};
use serde_json::json;
use std::collections::BTreeMap;

/// A user with a role that holds what is given, by category; the roles of one user are replaced each time.
struct Clerk<'a> {
    admin: &'a Client,
}

impl<'a> Clerk<'a> {
    fn new(admin: &'a Client) -> Self {
        admin.post("/accrual/v1/objects/users", &json!({"name": "clerk", "roles": []})).expect(201);
        admin.post("/accrual/v1/users/clerk/password", &json!({"password": PASSWORD})).expect(204);
        Self { admin }
    }

    /// Gives the user exactly these permissions.
    fn hold(&self, name: &str, permissions: &[Permission]) {
        let mut by_category: BTreeMap<&str, Vec<&str>> = BTreeMap::from([("Platform", Vec::new())]);
        for permission in permissions {
            by_category.entry(accrual_model::TextEnum::text(permission.category())).or_default().push(permission.name());
        }
        let mut roles = Vec::new();
        for (category, permissions) in by_category {
            let role = format!("{name} {category}");
            let body = json!({"name": role, "category": category, "permissions": permissions});
            self.admin.post("/accrual/v1/objects/roles", &body).expect(201);
            roles.push(role);
        }
        let request = self.admin.request("PATCH", "/accrual/v1/objects/users/clerk").json(&json!({"roles": roles}));
        self.admin.send(request).expect(200);
    }

    fn ask(&self, operation: &Operation) -> Reply {
        let path: Vec<&str> = operation.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let request = self.admin.request(operation.method.name(), &path.join("/")).basic_auth("clerk", Some(PASSWORD));
        self.admin.send(request.header("zuora-version", "2025-08-12").header("content-type", "application/json").body("{}"))
    }
}

/// The refusal as its family shows it: 403, and 200 where single objects are deleted.
fn refused(reply: Reply, operation: &Operation) -> Reply {
    let deletes = operation.path.starts_with("/v1/object/") && operation.method.name() == "DELETE";
    if deletes {
        let reply = reply.expect(200);
        assert_eq!(reply.json()["success"], false, "{}", operation.id);
        return reply;
    }
    reply.expect(403)
}

/// One operation of each guard that is asked for, the built ones first.
fn by_guard() -> Vec<(&'static Operation, bool, Vec<Vec<Permission>>)> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    let mut rows: Vec<&'static Operation> = billing().iter().collect();
    rows.sort_by_key(|o| !o.built());
    for operation in rows {
        let guard = guard(operation).unwrap();
        if let (Guard::Needs { write, each }, false) = (guard, seen.contains(&guard)) {
            seen.push(guard);
            found.push((operation, *write, each.clone()));
        }
    }
    found
}

#[test]
fn whoever_lacks_one_permission_is_refused_and_whoever_has_all_is_not() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let clerk = Clerk::new(&admin);
    let guards = by_guard();
    assert!(guards.len() > 80, "{}", guards.len());
    let mut closed = Vec::new();
    for (at, (operation, write, each)) in guards.iter().enumerate() {
        let mut needed: Vec<Permission> = each.iter().map(|any| any[0]).collect();
        if *write {
            needed.push(Permission::WRITE);
        }
        for (n, lacking) in needed.iter().enumerate() {
            let rest: Vec<Permission> = needed.iter().copied().filter(|p| p != lacking).collect();
            clerk.hold(&format!("r{at}-{n}"), &rest);
            let refused = refused(clerk.ask(operation), operation);
            let text = refused.text();
            assert!(text.contains(lacking.name()), "{} without {}: {text}", operation.id, lacking.name());
            assert!(text.contains("10") || text.contains("API_DISABLED") || text.contains("403"), "{text}");
        }
        clerk.hold(&format!("r{at}"), &needed);
        let reply = clerk.ask(operation);
        if reply.status() == 403 || reply.text().contains("lacks the permission") {
            closed.push(format!("{} with {needed:?}: {}", operation.id, reply.text()));
        }
    }
    assert!(closed.is_empty(), "the file of operations asks for less than their verbs:\n{}", closed.join("\n"));
}

#[test]
fn every_built_operation_refuses_a_user_without_roles() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let admin = world.serve_administrator();
        let clerk = Clerk::new(&admin);
        for operation in billing().iter().filter(|o| o.built() && guard(o).unwrap() != &Guard::Open) {
            let refused = refused(clerk.ask(operation), operation);
            assert!(!refused.text().is_empty(), "{}", operation.id);
        }
    }
}

#[test]
fn a_standard_user_may_not_close_periods_and_an_administrator_of_finance_may() {
    let world = World::on(Backend::Memory).build();
    let admin = world.serve_administrator();
    let clerk = Clerk::new(&admin);
    let take = |roles: &[&str]| {
        let request = admin.request("PATCH", "/accrual/v1/objects/users/clerk").json(&json!({"roles": roles}));
        admin.send(request).expect(200);
    };
    let find = |reference: &str| billing().iter().find(|o| o.reference == reference).unwrap();
    let closing = ["close_accounting_period", "delete_accounting_period", "reopen_accounting_period"].map(find);
    take(&["Platform Standard User", "Finance Standard User"]);
    for operation in closing {
        clerk.ask(operation).expect(403);
    }
    assert_ne!(clerk.ask(find("create_accounting_period")).status(), 403);
    take(&["Platform Standard User", "Finance Administrator"]);
    for operation in closing {
        assert_ne!(clerk.ask(operation).status(), 403, "{}", operation.id);
    }
    // under an old version a refusal is 200 and says so in its body
    take(&["Platform Standard User"]);
    let old = admin.request("PUT", "/v1/accounting-periods/1/close").basic_auth("clerk", Some(PASSWORD)).header("zuora-version", "186");
    let body = admin.send(old).expect(200).json();
    assert_eq!((&body["success"], &body["reasons"][0]["code"]), (&json!(false), &json!(50_000_010)));
}
