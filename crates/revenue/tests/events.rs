//! Events: what they release, defer and refuse.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::Decimal;
use accrual_revenue::collect::{Event, Link, Outcome, Process, apply_events};
use accrual_revenue::contract::*;
use accrual_revenue::pob::{AdvancedRule, Criterion, Element};
use accrual_revenue::policy::*;
use accrual_revenue::release;
use common::*;
use std::collections::BTreeMap;

fn event(id: i64, line: i64) -> Event {
    Event {
        id,
        line: Link::Known(line),
        name: "Delivery".into(),
        direction: Direction::Release,
        process: Process::Percent,
        cumulative: false,
        amount: None,
        percent: None,
        quantity: None,
        date: day("2024-01-10"),
        start: None,
        end: None,
    }
}

fn world() -> World {
    let mut world = World::new(202_401);
    (world.template.release, world.template.event) = (ReleaseEvent::UponEvent, Some("Delivery".into()));
    world.template.accounting = AccountingMethod::PartialMonthly;
    world.order_row(1, 120_000, "2024-01-01", "2024-12-31").quantity = Decimal::TEN;
    world.collect();
    assert!(world.line(1).legs.is_empty());
    world
}

fn send(world: &mut World, events: &[Event]) -> Outcome {
    let policies = world.policies();
    let outcome = apply_events(&mut world.contract, events, &policies, &world.ctx).unwrap();
    world.ctx.sequence += 1;
    outcome
}

fn percent(id: i64, value: i64, cumulative: bool) -> Event {
    Event { percent: Some(Decimal::from(value)), cumulative, ..event(id, 1) }
}

#[test]
fn a_partial_release_fills_the_waterfall_from_its_first_period_and_the_next_goes_on() {
    let mut world = world();
    send(&mut world, &[percent(2, 50, false)]);
    assert_eq!(world.amounts(1, LegKind::Unbilled), (202_401..=202_406).map(|p| (p, 10_000)).collect::<Vec<_>>());
    send(&mut world, &[percent(3, 25, false)]);
    assert_eq!(world.amounts(1, LegKind::Unbilled), (202_401..=202_409).map(|p| (p, 10_000)).collect::<Vec<_>>());
}

#[test]
fn a_cumulative_event_says_the_total() {
    let mut world = world();
    send(&mut world, &[percent(2, 25, true), percent(3, 30, true)]);
    assert_eq!(release::released(world.line(1)).unwrap(), 36_000);
    send(&mut world, &[percent(4, 10, true)]);
    assert_eq!(release::released(world.line(1)).unwrap(), 12_000);
}

#[test]
fn only_what_is_left_is_consumed() {
    let mut world = world();
    let amount = |id, cents, direction| Event { process: Process::Amount, amount: Some(cents), direction, ..event(id, 1) };
    let outcome =
        send(&mut world, &[amount(2, 1, Direction::Defer), amount(3, 500_000, Direction::Release), amount(4, 1, Direction::Release)]);
    assert_eq!(outcome.ignored.iter().map(|i| i.id).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(release::released(world.line(1)).unwrap(), 120_000);
    send(&mut world, &[amount(5, 999_999, Direction::Defer)]);
    assert_eq!(release::released(world.line(1)).unwrap(), 0);
    assert!(world.amounts(1, LegKind::Unbilled).is_empty());
}

#[test]
fn thirds_of_a_quantity_release_everything() {
    let mut world = World::new(202_401);
    (world.template.release, world.template.event) = (ReleaseEvent::UponEvent, Some("Delivery".into()));
    world.order_row(1, 10_000, "2024-01-01", "2024-12-31").quantity = Decimal::from(3);
    world.collect();
    let one = |id| Event { process: Process::Quantity, quantity: Some(Decimal::ONE), ..event(id, 1) };
    send(&mut world, &[one(2), one(3), one(4)]);
    assert_eq!(release::released(world.line(1)).unwrap(), 10_000);
}

#[test]
fn refusals() {
    let code = |event: Event| {
        let mut world = world();
        let before = world.contract.clone();
        let outcome = send(&mut world, &[event]);
        assert_eq!(world.contract, before);
        outcome.refused[0].rejection.code
    };
    let ten = || Some(Decimal::TEN);
    assert_eq!(code(Event { line: Link::Unknown, ..percent(2, 10, false) }), "RPRO-00777");
    assert_eq!(code(Event { name: "Training".into(), ..percent(2, 10, false) }), "revenue.event");
    assert_eq!(code(event(2, 1)), "RPRO-00752");
    assert_eq!(code(Event { process: Process::Amount, ..event(2, 1) }), "RPRO-00753");
    assert_eq!(code(Event { process: Process::Quantity, ..event(2, 1) }), "RPRO-00754");
    assert_eq!(code(Event { amount: Some(1), ..percent(2, 10, false) }), "INVALID_PERCENT_EVENT");
    assert_eq!(code(Event { process: Process::Amount, percent: ten(), ..event(2, 1) }), "INVALID_AMOUNT_EVENT");
    assert_eq!(code(Event { process: Process::Quantity, percent: ten(), ..event(2, 1) }), "INVALID_QUANTITY_EVENT");
    assert_eq!(code(percent(2, 101, false)), "RPRO-00668");
    assert_eq!(code(percent(2, 0, false)), "RPRO-00748");
    assert_eq!(code(Event { process: Process::Amount, amount: Some(0), ..event(2, 1) }), "RPRO-00749");
    assert_eq!(code(Event { process: Process::Amount, amount: Some(-5), ..event(2, 1) }), "RPRO-00755");
}

#[test]
fn the_lines_of_a_consolidated_obligation_follow_its_leading_line() {
    let mut world = world();
    world.pending.clear();
    world.contract = empty_contract();
    let mut policies = world.policies();
    let element = |kind: &str, leading| Element {
        criteria: vec![Criterion { field: "KIND".into(), values: vec![kind.into()] }],
        mandatory: true,
        leading,
        consolidate: true,
        consolidate_by: None,
    };
    let elements = vec![element("HW", true), element("SW", false)];
    policies.pob.advanced = vec![AdvancedRule { name: "bundle".into(), template: 1, grouping: "PO".into(), elements }];
    let row = |kind: &str| BTreeMap::from([("KIND".to_owned(), kind.to_owned()), ("PO".to_owned(), "1".to_owned())]);
    let (hardware, software) = (row("HW"), row("SW"));
    let mut rows = Vec::new();
    for (id, sell, attributes) in [(1, 10_000, &software), (2, 20_001, &hardware)] {
        let mut t = transaction(id, TransactionType::Order, sell);
        (t.start, t.end) = (Some(day("2024-01-01")), Some(day("2024-12-31")));
        rows.push(accrual_revenue::collect::Transaction { attributes, ..t });
    }
    accrual_revenue::collect::apply(&mut world.contract, &rows, &policies, &world.ctx).unwrap();
    assert_eq!(world.contract.pobs.iter().map(|p| (p.id, p.lead_line)).collect::<Vec<_>>(), [(2, 2)]);
    let on_follower = apply_events(&mut world.contract, &[percent(9, 50, false)], &policies, &world.ctx).unwrap();
    assert_eq!(on_follower.refused[0].rejection.code, "revenue.event");
    let on_lead = Event { line: Link::Known(2), ..percent(10, 50, false) };
    apply_events(&mut world.contract, &[on_lead], &policies, &world.ctx).unwrap();
    let released = |id: i64| world.amounts(id, LegKind::Unbilled).iter().map(|(_, a)| a).sum::<i64>();
    assert_eq!((released(1), released(2)), (5000, 10_001));
}

#[test]
fn released_events_move_or_stay_with_a_new_order_value_and_full_events_release_carves() {
    let mut world = world();
    world.order_row(2, 120_000, "2024-01-01", "2024-12-31").ssp = Some(60_000);
    world.collect();
    send(&mut world, &[percent(3, 100, false)]);
    let carve = world.line(1).carve();
    assert_eq!(carve, 40_000);
    assert_eq!(world.amounts(1, LegKind::Allocation).iter().map(|(_, a)| a).sum::<i64>(), carve);
    assert!(world.amounts(2, LegKind::Allocation).is_empty());
}
