//! Events release and defer revenue of lines that are there.

use crate::setup::{Row, balance, load, stage_events, view, world};
use accrual_app::config;
use accrual_app::job::{EVENT_PROCESS, EVENT_PROCESS_MASTER};
use accrual_store::Flow;
use accrual_store::staging::{self, ExceptionKind, Family};
use accrual_testkit::{Backend, World};
use serde_json::json;

/// Lines of item DELIVERED are released by the event "Delivery", by percent, cumulatively; immediately.
fn released_by_delivery(backend: Backend) -> World {
    let world = world(backend);
    let (tenant, context) = (world.tenant(), world.context());
    let set = |noun: &str, body| config::create(&tenant, &context, noun, body).expect(noun);
    set("event_type", json!({"name": "Delivery", "kind": "Revenue", "processType": "By Percent", "cumulative": true}));
    set("event_type", json!({"name": "Other", "kind": "Revenue", "processType": "By Percent"}));
    set(
        "pob_template",
        json!({"name": "Goods", "releaseEvent": "Upon Event", "eventName": "Delivery", "ratableMethod": "Immediate Using Open Period"}),
    );
    set("pob_rule", json!({"name": "goods", "kind": "Item", "pobTemplate": "Goods", "items": ["GOODS"]}));
    load(
        &world,
        &[Row::order("S1", "A", "100", "100").with("ITEM_NUM", "GOODS"), Row::order("S2", "B", "200", "200").with("ITEM_NUM", "GOODS")],
    );
    world
}

fn refused(world: &World) -> Vec<String> {
    let mut codes = Vec::new();
    let each = &mut |e: &staging::ExceptionRow<'_>| {
        codes.push(e.codes.to_owned());
        Ok(Flow::Continue)
    };
    world.tenant().store.read(|tx| staging::exceptions(tx, Family::Event, ExceptionKind::Error, 0, 100, each)).expect("exceptions");
    codes
}

#[test]
fn cumulative_events_release_up_to_their_total_and_take_back_what_is_more() {
    for backend in Backend::all() {
        let world = released_by_delivery(backend);
        assert_eq!(balance(&world, "R", 202_412), 0, "nothing before the event");
        stage_events(&world, &["Delivery,REC,12-JAN-2024,A,25", "Delivery,REC,13-JAN-2024,A,30", "Delivery,REC,12-JAN-2024,B,50"]);
        world.run(EVENT_PROCESS_MASTER, 1, &[]);
        assert_eq!(balance(&world, "R", 202_401), 3_000 + 10_000, "25 then 30 means 30");
        assert_eq!(view(&world, "BI3_RC_LNS", &["SO_LINE_ID", "REL_PCT"]), [["A", "30"], ["B", "50"]]);
        stage_events(&world, &["Delivery,REC,14-JAN-2024,B,20"]);
        world.run(EVENT_PROCESS_MASTER, 1, &[]);
        assert_eq!(balance(&world, "R", 202_401), 3_000 + 4_000);
    }
}

#[test]
fn events_are_refused_with_a_reason_or_wait_for_their_period() {
    for backend in Backend::all() {
        let world = released_by_delivery(backend);
        stage_events(&world, &["Delivery,REC,12-JAN-2024,NOWHERE,25", "Unknown,REC,12-JAN-2024,A,25", "Other,REC,12-JAN-2024,A,25"]);
        let job = world.wait_for_job(world.submit(EVENT_PROCESS_MASTER, 1, &[]));
        assert_eq!(job.status, "Warning");
        assert_eq!(refused(&world), ["RPRO-00777", "events.type", "revenue.event"]);
        stage_events(&world, &["Delivery,REC,12-FEB-2024,A,25"]);
        assert!(world.run(EVENT_PROCESS_MASTER, 1, &[]).contains("1 rows wait"));
        assert_eq!(balance(&world, "R", 202_412), 0);
    }
}

#[test]
fn one_event_by_name_leaves_the_others_for_later() {
    let world = released_by_delivery(Backend::Memory);
    let (tenant, context) = (world.tenant(), world.context());
    config::create(&tenant, &context, "event_type", json!({"name": "Inspection", "processType": "By Percent"})).unwrap();
    stage_events(&world, &["Inspection,REC,12-JAN-2024,A,25", "Delivery,REC,12-JAN-2024,B,50"]);
    world.run(EVENT_PROCESS, 1, &[("EVENT NAME", "Delivery")]);
    assert_eq!(balance(&world, "R", 202_412), 10_000);
    assert!(refused(&world).is_empty(), "the other event was not looked at");
    let job = world.wait_for_job(world.submit(EVENT_PROCESS_MASTER, 1, &[]));
    assert_eq!((job.status.as_str(), refused(&world)), ("Warning", vec!["revenue.event".to_owned()]));
    assert_eq!(balance(&world, "R", 202_412), 10_000, "what was processed is not processed again");
}
