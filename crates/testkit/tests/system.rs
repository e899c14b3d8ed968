//! First start, logins, tenants: on every backend.

use accrual_app::system::{
    ADMINISTRATOR_ROLE, ADMINISTRATOR_USER, Claims, FirstStart, Login, REVENUE_ROLE, REVENUE_USER, System, set_client_secret, set_password,
};
use accrual_app::{Context, Organisations, Privilege, config, period};
use accrual_base::{Clock, Error, FixedClock, PeriodId, Result};
use accrual_testkit::{Backend, Factory, PASSWORD, World, instant};
use serde_json::json;
use std::sync::Arc;

const CLIENT: &str = "00000000-0000-4000-8000-000000000001";

fn on_every_backend(test: impl Fn(&World)) {
    for backend in Backend::all() {
        test(&World::on(backend).jobs_wait().build());
    }
}

fn code<T>(result: Result<T>) -> Option<&'static str> {
    result.err().as_ref().and_then(Error::rejection).map(|r| r.code)
}

fn login(user: &str, password: &str, role: &str) -> Login {
    Login { user: user.to_owned(), password: password.to_owned(), role: role.to_owned(), client_name: "Default".to_owned() }
}

fn claims(user: &str, role: &str) -> Claims {
    Claims { user: user.to_owned(), role: role.to_owned(), client_name: "DEFAULT".to_owned() }
}

#[test]
fn a_new_tenant_can_work_at_once() {
    on_every_backend(|world| {
        let tenant = world.tenant();
        assert_eq!(config::organisations(&tenant).expect("organisations"), [(1, "Main".to_owned())]);
        let template = config::get(&tenant, "upload_template", "Upload Template").expect("template");
        assert_eq!((&template["frozen"], &template["dateFormat"]), (&json!(true), &json!("DD-MON-YYYY")));
        let book = config::get(&tenant, "book", "Primary").expect("book");
        let id = book["id"].as_i64().expect("id");
        assert_eq!(tenant.store.read(|tx| period::open(tx, 1, id)).expect("period"), PeriodId(202_401));
    });
}

#[test]
fn a_second_start_changes_nothing() {
    for backend in Backend::all().into_iter().filter(|b| *b != Backend::Memory) {
        let world = World::on(backend).jobs_wait().build();
        let key = *world.system().sign_key();
        let tenant = world.tenant();
        config::delete(&tenant, &world.context(), "profile", "SUMMARY_TRANSFER").expect("deleted");
        let count = |world: &World| {
            let nouns = ["profile", "user", "role", "api_client", "book", "upload_template", "account_assignment"];
            nouns.map(|n| config::list(&world.tenant(), n, &accrual_model::Query::default()).expect("list").len())
        };
        let before = count(&world);
        drop(tenant);
        world.set_now("2024-03-01");
        world.restart();
        assert_eq!(count(&world), before, "what was deleted stays so");
        assert_eq!(*world.system().sign_key(), key, "tokens live on");
        assert_eq!(world.tenant().store.read(period::list).expect("periods").len(), 1);
        world.system().log_in(&login(REVENUE_USER, PASSWORD, REVENUE_ROLE)).expect("the same password");
    }
}

#[test]
fn what_is_not_given_at_the_first_start_is_generated_and_answered_once() {
    for backend in Backend::all().into_iter().filter(|b| *b != Backend::Memory) {
        let factory = Arc::new(Factory::new(backend));
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(instant("2025-07-04")));
        let open = || System::open(factory.clone(), clock.clone(), &FirstStart::default()).expect("open");
        let (system, first) = open();
        let first = first.expect("secrets of the first start");
        assert!(first.administrator.generated && first.revenue.generated && first.client.generated);
        assert_eq!((first.client.name.len(), first.client.secret.len()), (36, 40));
        system.log_in(&login(&first.administrator.name, &first.administrator.secret, ADMINISTRATOR_ROLE)).expect("administrator");
        system.log_in_client(&first.client.name, &first.client.secret).expect("client");
        let rows = system.tenant("default").expect("tenant").store.read(period::list).expect("periods");
        assert_eq!(rows.iter().map(|p| (p.period, p.status.as_str())).collect::<Vec<_>>(), [(PeriodId(202_507), "Open")]);
        system.close();
        drop(system);
        let (system, second) = open();
        assert!(second.is_none());
        system.close();
    }
}

#[test]
fn wrong_first_secrets_are_refused() {
    let open = |first: FirstStart| {
        let factory = Arc::new(Factory::new(Backend::Memory));
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(instant("2025-07-04")));
        code(System::open(factory, clock, &first).map(drop))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(open(FirstStart { client_id: some("short"), ..FirstStart::default() }), Some("first_start.client_id"));
    assert_eq!(open(FirstStart { client_secret: Some("x".repeat(43)), ..FirstStart::default() }), Some("first_start.client_secret"));
    assert_eq!(open(FirstStart { revenue_user: some("Admin"), ..FirstStart::default() }), Some("first_start.revenue_user"));
    assert_eq!(open(FirstStart { revenue_password: some(""), ..FirstStart::default() }), Some("first_start.password"));
}

#[test]
fn logins_are_checked_without_telling_what_was_wrong() {
    on_every_backend(|world| {
        let system = world.system();
        let session = system.log_in(&login("REVENUE", PASSWORD, "api role")).expect("names know no case");
        assert_eq!((session.actor.user.as_str(), session.actor.role.as_str()), (REVENUE_USER, REVENUE_ROLE));
        assert_eq!(session.actor.organisations, Organisations::All);
        assert!(session.actor.require(Privilege::WebservicesInbound).is_ok());
        assert_eq!(code(session.actor.require(Privilege::Administrator)), Some("role.privilege"));
        let refusal = |l: &Login| system.log_in(l).map(drop).expect_err("refused").to_string();
        let wrong = refusal(&login(REVENUE_USER, "wrong", REVENUE_ROLE));
        assert_eq!(wrong, refusal(&login("nobody", PASSWORD, REVENUE_ROLE)));
        assert_eq!(wrong, refusal(&Login { client_name: "elsewhere".to_owned(), ..login(REVENUE_USER, PASSWORD, REVENUE_ROLE) }));
        assert_eq!(code(system.log_in(&login(REVENUE_USER, PASSWORD, "Auditor")).map(drop)), Some("login.role"));
        assert_eq!(code(system.log_in_client(CLIENT, "wrong").map(drop)), Some("login.credentials"));
        assert_eq!(system.log_in_client(CLIENT, "client-secret").expect("client").actor.role, REVENUE_ROLE);
    });
}

#[test]
fn a_token_is_worth_what_user_and_role_are_worth_now() {
    on_every_backend(|world| {
        let (system, tenant, context) = (world.system(), world.tenant(), world.context());
        let organisations = |ids: &[i64]| json!({"allOrganizations": false, "organizations": ids});
        let asked = claims(REVENUE_USER, REVENUE_ROLE);
        assert_eq!(system.session(&asked).expect("session").claims(), Claims { client_name: "default".to_owned(), ..asked.clone() });
        config::update(&tenant, &context, "role", REVENUE_ROLE, organisations(&[1])).expect("narrowed");
        let actor = system.session(&asked).expect("session").actor;
        assert!(actor.require_org(1).is_ok());
        assert_eq!(code(actor.require_org(2)), Some("role.organisation"));
        config::update(&tenant, &context, "user", REVENUE_USER, json!({"enabled": false})).expect("disabled");
        assert_eq!(code(system.session(&asked).map(drop)), Some("login.credentials"));
        assert_eq!(code(system.log_in(&login(REVENUE_USER, PASSWORD, REVENUE_ROLE)).map(drop)), Some("login.credentials"));
        config::update(&tenant, &context, "user", REVENUE_USER, json!({"enabled": true, "roles": [ADMINISTRATOR_ROLE]})).expect("moved");
        assert_eq!(code(system.session(&asked).map(drop)), Some("login.role"));
    });
}

#[test]
fn passwords_and_secrets_change_at_once() {
    on_every_backend(|world| {
        let (system, tenant, context) = (world.system(), world.tenant(), world.context());
        system.log_in(&login(REVENUE_USER, PASSWORD, REVENUE_ROLE)).expect("remembered from now on");
        set_password(&tenant, &context, REVENUE_USER, "another").expect("changed");
        assert_eq!(code(system.log_in(&login(REVENUE_USER, PASSWORD, REVENUE_ROLE)).map(drop)), Some("login.credentials"));
        let own = system.log_in(&login(REVENUE_USER, "another", REVENUE_ROLE)).expect("the new one").actor;
        let own = Context::new(own, "r");
        set_password(&tenant, &own, REVENUE_USER, "third").expect("users change their own");
        assert_eq!(code(set_password(&tenant, &own, ADMINISTRATOR_USER, "mine")), Some("role.privilege"));
        assert_eq!(code(set_password(&tenant, &context, "nobody", "x")), Some("object.not_found"));
        let new = set_client_secret(&tenant, &context, CLIENT, None).expect("secret");
        assert_eq!(code(system.log_in_client(CLIENT, "client-secret").map(drop)), Some("login.credentials"));
        system.log_in_client(CLIENT, &new.0).expect("the new secret");
        let shown = config::list(&tenant, "user", &accrual_model::Query::default()).expect("users");
        assert!(!json!(shown).to_string().contains("argon2"), "hashes are never shown");
    });
}

#[test]
fn tenants_are_apart_and_their_api_can_be_off() {
    on_every_backend(|world| {
        let (system, context) = (world.system(), world.context());
        let second = system.create_tenant(&context, "second", Some(PeriodId(202_306))).expect("tenant");
        assert_eq!(second.store.read(period::list).expect("periods")[0].period, PeriodId(202_306));
        assert_eq!(code(system.create_tenant(&context, "second", None).map(drop)), Some("object.exists"));
        assert!(system.create_tenant(&context, "Sec ond", None).is_err());
        let elsewhere = Login { client_name: "second".to_owned(), ..login(REVENUE_USER, PASSWORD, REVENUE_ROLE) };
        assert_eq!(code(system.log_in(&elsewhere).map(drop)), Some("login.credentials"), "users belong to one tenant");
        assert_eq!(code(system.tenant("third").map(drop)), Some("tenant.unknown"));

        let tenant = world.tenant();
        system.switch_api(&context, "Default", false).expect("off");
        assert!(!tenant.settings().api_enabled);
        assert_eq!(code(system.log_in(&login(REVENUE_USER, PASSWORD, REVENUE_ROLE)).map(drop)), Some("tenant.api_off"));
        assert_eq!(code(system.session(&claims(REVENUE_USER, REVENUE_ROLE)).map(drop)), Some("tenant.api_off"));
        system.switch_api(&context, "default", true).expect("on");
        system.session(&claims(REVENUE_USER, REVENUE_ROLE)).expect("on again");
    });
}

#[test]
fn a_change_by_another_process_is_seen_after_a_few_seconds() {
    for backend in Backend::all().into_iter().filter(|b| *b == Backend::Postgres) {
        let world = World::on(backend).jobs_wait().build();
        let clock = Arc::new(FixedClock::at(instant("2024-01-15T12:00:00")));
        let shared: Arc<dyn Clock> = clock.clone();
        let (other, _) = System::open(world.factory.clone(), shared, &FirstStart::default()).expect("a second process");
        let asked = claims(REVENUE_USER, REVENUE_ROLE);
        other.session(&asked).expect("session");
        config::update(&world.tenant(), &world.context(), "user", REVENUE_USER, json!({"enabled": false})).expect("disabled");
        other.session(&asked).expect("not seen yet");
        clock.set(instant("2024-01-15T12:00:05"));
        let gone = (0..2_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            other.session(&asked).is_err()
        });
        assert!(gone, "the second process never saw the change");
        other.close();
    }
}
