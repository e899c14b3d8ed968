//! Configuration and periods: on every backend.

use accrual_app::period::{self, OpenPeriod};
use accrual_app::system::{ADMINISTRATOR_USER, REVENUE_ROLE, REVENUE_USER};
use accrual_app::{Actor, Context, Organisations, Tenant, check, config, execute_blocking};
use accrual_base::{Error, PeriodId, Result};
use accrual_store::audit;
use accrual_testkit::{Backend, World};
use serde_json::{Value, json};
use std::sync::Arc;

fn on_every_backend(test: impl Fn(&World, &Arc<Tenant>, &Context)) {
    for backend in Backend::all() {
        let world = World::on(backend).jobs_wait().build();
        test(&world, &world.tenant(), &world.context());
    }
}

fn code<T>(result: Result<T>) -> Option<&'static str> {
    result.err().as_ref().and_then(Error::rejection).map(|r| r.code)
}

fn template() -> Value {
    json!({
        "name": "Orders", "anyField": false,
        "mapping": [{"sequence": 1, "field": "TYPE", "label": "Kind", "dataType": "Character"}],
    })
}

#[test]
fn records_are_created_changed_and_deleted_with_an_audit_row_each() {
    on_every_backend(|_, tenant, context| {
        let made = config::create(tenant, context, "organizations", json!({"id": 20, "name": "EMEA"})).expect("created");
        assert_eq!((&made["id"], &made["version"], &made["enabled"]), (&json!(20), &json!(1), &json!(true)));
        let changed = config::update(tenant, context, "organization", "EMEA", json!({"code": "E", "version": 1})).expect("changed");
        assert_eq!((&changed["code"], &changed["version"]), (&json!("E"), &json!(2)));
        let stale = config::update(tenant, context, "organization", "20", json!({"code": "F", "version": 1}));
        assert_eq!(code(stale), Some("object.version"));
        config::update(tenant, context, "organization", "20", json!({"code": "E"})).expect("no change");
        config::delete(tenant, context, "organization", "EMEA").expect("deleted");
        let rows = tenant.store.read(|tx| audit::of_object(tx, "Organization", "20")).expect("audit");
        let verbs: Vec<(&str, bool, bool)> = rows.iter().map(|r| (r.operation.as_str(), r.before.is_some(), r.after.is_some())).collect();
        assert_eq!(verbs, [("config_create", false, true), ("config_update", true, true), ("config_delete", true, false)]);
        assert!(rows[1].before.as_ref().is_some_and(|b| b.contains(r#""code":null"#)), "{:?}", rows[1].before);
    });
}

#[test]
fn wrong_bodies_are_refused_with_their_field() {
    on_every_backend(|_, tenant, context| {
        assert_eq!(code(config::create(tenant, context, "planet", json!({}))), Some("object.unknown"));
        assert_eq!(code(config::create(tenant, context, "organization", json!({"nam": "x"}))), Some("object.invalid"));
        assert_eq!(code(config::create(tenant, context, "organization", json!({"name": "Main"}))), Some("object.exists"));
        let dangling = json!({"clientId": "00000000-0000-4000-8000-000000000002", "role": "No Such Role"});
        assert_eq!(code(config::create(tenant, context, "api_client", dangling)), Some("object.reference"));
        assert_eq!(code(config::create(tenant, context, "user", json!({"name": "u", "roles": ["None"]}))), Some("object.reference"));
        assert_eq!(code(config::create(tenant, context, "user", json!({"name": "u", "passwordHash": "x"}))), Some("object.read_only"));
        let role = json!({"name": "R", "organizations": [99]});
        assert_eq!(code(config::create(tenant, context, "role", role)), Some("object.reference"));
    });
}

#[test]
fn only_administrators_configure() {
    on_every_backend(|world, tenant, _| {
        let session = world.system().session(&accrual_app::system::Claims {
            user: "revenue".to_owned(),
            role: REVENUE_ROLE.to_owned(),
            client_name: "default".to_owned(),
        });
        let context = Context::new(session.expect("session").actor, "r");
        assert_eq!(code(config::create(tenant, &context, "organization", json!({"name": "x"}))), Some("role.privilege"));
        assert_eq!(code(config::update(tenant, &context, "organization", "1", json!({"name": "x"}))), Some("role.privilege"));
        assert_eq!(code(config::delete(tenant, &context, "organization", "1")), Some("role.privilege"));
        assert_eq!(code(period::close(tenant, &context, 1, 1, PeriodId(202_401))), Some("role.privilege"));
    });
}

#[test]
fn a_frozen_template_cannot_change() {
    on_every_backend(|_, tenant, context| {
        config::create(tenant, context, "upload_template", template()).expect("created");
        config::update(tenant, context, "upload_template", "Orders", json!({"dateFormat": "YYYY-MM-DD"})).expect("not frozen yet");
        assert_eq!(config::freeze(tenant, context, "Orders").expect("frozen")["frozen"], json!(true));
        for change in [json!({"dateFormat": "YYYYMMDD"}), json!({"frozen": false}), json!({"mapping": []})] {
            assert!(config::update(tenant, context, "upload_template", "Orders", change).is_err());
        }
        assert_eq!(code(config::update(tenant, context, "upload_template", "Orders", json!({"frozen": false}))), Some("config.frozen"));
        config::update(tenant, context, "upload_template", "Orders", json!({"enabled": false})).expect("switched off");
        assert_eq!(code(config::delete(tenant, context, "upload_template", "Orders")), Some("config.frozen"));
        config::create(tenant, context, "upload_template", json!({"name": "Empty", "kind": "Event"})).expect("without columns");
        assert_eq!(code(config::freeze(tenant, context, "Empty")), Some("object.rule"));
    });
}

#[test]
fn one_book_is_the_primary_one() {
    on_every_backend(|_, tenant, context| {
        let second = json!({"name": "IFRS", "primaryBook": true});
        assert_eq!(code(config::create(tenant, context, "book", second)), Some("config.primary_book"));
        config::create(tenant, context, "book", json!({"name": "IFRS"})).expect("a secondary book");
        assert_eq!(code(config::update(tenant, context, "book", "Primary", json!({"primaryBook": false}))), Some("config.primary_book"));
        assert_eq!(code(config::delete(tenant, context, "book", "Primary")), Some("object.in_use"));
        config::update(tenant, context, "book", "IFRS", json!({"enabled": false})).expect("disabled");
        assert_eq!(code(config::update(tenant, context, "book", "IFRS", json!({"enabled": true}))), Some("config.book_enabled"));
        assert_eq!(code(config::delete(tenant, context, "organization", "1")), Some("object.in_use"), "it has periods");
    });
}

#[test]
fn somebody_stays_administrator() {
    on_every_backend(|_, tenant, context| {
        let last = Some("config.last_administrator");
        // the first user can configure too; alone, the administrator has to stay
        config::update(tenant, context, "user", REVENUE_USER, json!({"roles": [REVENUE_ROLE]})).expect("one of two");
        assert_eq!(code(config::update(tenant, context, "user", ADMINISTRATOR_USER, json!({"enabled": false}))), last);
        assert_eq!(code(config::update(tenant, context, "role", "Administrator", json!({"privileges": []}))), last);
        assert_eq!(code(config::delete(tenant, context, "user", ADMINISTRATOR_USER)), last);
        assert_eq!(code(config::delete(tenant, context, "role", "Administrator")), Some("object.in_use"));
        config::create(tenant, context, "user", json!({"name": "second", "roles": ["Administrator"]})).expect("another one");
        config::delete(tenant, context, "user", ADMINISTRATOR_USER).expect("now it may go");
    });
}

#[test]
fn periods_open_in_order_and_one_at_a_time() {
    on_every_backend(|_, tenant, context| {
        let open = |org, period| execute_blocking(tenant, context, OpenPeriod { org_id: org, book_id: 1, period });
        assert_eq!(code(open(1, 202_402)), Some("period.already_open"));
        assert_eq!(open(2, 202_405).expect("any first period"), 202_405);
        assert_eq!(code(open(3, 202_413)), Some("period.format"));
        assert_eq!(code(period::close(tenant, context, 1, 1, PeriodId(202_402))), Some("period.not_open"));
        assert_eq!(code(period::close(tenant, context, 9, 1, PeriodId(202_401))), Some("period.none_open"));
        assert_eq!(period::close(tenant, context, 1, 1, PeriodId(202_401)).expect("closed"), PeriodId(202_402));
        let rows = tenant.store.read(period::list).expect("periods");
        let of_first: Vec<(i32, &str)> = rows.iter().filter(|p| p.org_id == 1).map(|p| (p.period.0, p.status.as_str())).collect();
        assert_eq!(of_first, [(202_401, "Closed"), (202_402, "Open")]);
        let audit = tenant.store.read(|tx| audit::of_object(tx, "Period", "1/1/202401")).expect("audit");
        assert_eq!(audit.iter().map(|a| a.operation.as_str()).collect::<Vec<_>>(), ["tenant_seed", "period_close"]);
        let findings: u64 = check::run(tenant, &mut |_| {}).expect("checks").iter().map(|o| o.findings.count).sum();
        assert_eq!(findings, 0);
    });
}

#[test]
fn a_period_does_not_close_while_jobs_are_open() {
    on_every_backend(|world, tenant, context| {
        let job = world.submit(accrual_app::job::DATA_COLLECTION_MASTER, 1, &[]);
        assert_eq!(code(period::close(tenant, context, 1, 1, PeriodId(202_401))), Some("period.jobs"));
        execute_blocking(tenant, context, accrual_app::job::Cancel { job_id: job }).expect("cancelled");
        period::close(tenant, context, 1, 1, PeriodId(202_401)).expect("closed");
    });
}

#[test]
fn a_preview_of_a_change_leaves_nothing() {
    on_every_backend(|_, tenant, context| {
        let preview = context.clone().preview();
        assert_eq!(config::create(tenant, &preview, "organization", json!({"name": "EMEA"})).expect("preview")["name"], json!("EMEA"));
        assert_eq!(config::organisations(tenant).expect("organisations").len(), 1);
    });
}

#[test]
fn a_role_sees_its_organisations() {
    on_every_backend(|_, tenant, _| {
        let actor = Actor { organisations: Organisations::These([2].into()), ..Actor::system() };
        let context = Context::new(actor, "r");
        assert_eq!(
            code(execute_blocking(tenant, &context, OpenPeriod { org_id: 1, book_id: 1, period: 202_402 })),
            Some("role.organisation")
        );
    });
}
