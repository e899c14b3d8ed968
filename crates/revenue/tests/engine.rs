//! The fold of transactions, seen from outside: one contract through its months.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::PeriodId;
use accrual_revenue::contract::{LegKind, TransactionType};
use accrual_revenue::policy::{RatableMethod, ReleaseEvent};
use common::*;

#[test]
fn an_order_is_recognised_by_the_day_upon_booking() {
    let mut world = World::new(202_101);
    world.order(1, 50_000, "2021-01-01", "2021-05-31");
    assert_eq!(
        world.amounts(1, LegKind::Unbilled),
        [(202_101, 10_265), (202_102, 9272), (202_103, 10_265), (202_104, 9934), (202_105, 10_264)]
    );
}

#[test]
fn a_term_that_began_in_a_closed_period_is_caught_up() {
    let mut world = World::new(202_103);
    world.order(1, 50_000, "2021-01-01", "2021-05-31");
    assert_eq!(world.amounts(1, LegKind::Unbilled), [(202_103, 29_802), (202_104, 9934), (202_105, 10_264)]);
}

#[test]
fn carves_open_and_release_beside_the_revenue() {
    let mut world = World::new(202_401);
    world.priced(1, 100_000, 100_000, "2024-01-01", "2024-01-31");
    world.priced(2, 100_000, 300_000, "2024-01-01", "2024-02-29");
    world.collect();
    assert_eq!(world.contract.lines.iter().map(|l| l.allocated).collect::<Vec<_>>(), [50_000, 150_000]);
    assert_eq!(world.amounts(1, LegKind::AllocationOpening), [(202_401, -50_000)]);
    // by the rounded revenue: 51,667 of 100,000 in January
    assert_eq!(world.amounts(2, LegKind::Allocation), [(202_401, 25_834), (202_402, 24_166)]);
}

#[test]
fn an_invoice_takes_the_waterfall_from_the_first_period_and_leaves_the_rest_unbilled() {
    let mut world = World::new(202_101);
    world.order(1, 50_000, "2021-01-01", "2021-05-31");
    world.bill(2, TransactionType::Invoice, 1, 25_000);
    world.collect();
    assert_eq!(world.amounts(1, LegKind::InitialBilling), [(202_101, 25_000)]);
    assert_eq!(world.amounts(1, LegKind::Billed), [(202_101, 10_265), (202_102, 9272), (202_103, 5463)]);
    assert_eq!(world.amounts(1, LegKind::Unbilled), [(202_103, 4802), (202_104, 9934), (202_105, 10_264)]);
}

#[test]
fn an_invoice_after_the_close_reverses_the_order_entries_and_books_the_billed_ones() {
    let mut world = World::new(202_101);
    world.template.accounting = accrual_revenue::policy::AccountingMethod::PartialMonthly;
    world.order(1, 60_000, "2021-01-01", "2021-06-30");
    world.ctx.open = PeriodId(202_102);
    world.bill(2, TransactionType::Invoice, 1, 30_000);
    world.collect();
    assert_eq!(world.amounts(1, LegKind::Billed), [(202_102, 20_000), (202_103, 10_000)]);
    let reversal: Vec<_> = world.contract.lines[0].legs.iter().filter(|l| l.reversal).collect();
    assert_eq!((reversal.len(), reversal[0].amounts.as_slice()), (1, [-10_000].as_slice()));
    assert_eq!(
        world.amounts(1, LegKind::Unbilled),
        [(202_101, 10_000), (202_102, -10_000), (202_104, 10_000), (202_105, 10_000), (202_106, 10_000)]
    );
}

#[test]
fn sending_everything_again_changes_nothing() {
    let mut world = World::new(202_101);
    world.order(1, 50_000, "2021-01-01", "2021-05-31");
    world.bill(2, TransactionType::Invoice, 1, 25_000);
    world.collect();
    let before = world.contract.clone();
    world.bill(2, TransactionType::Invoice, 1, 25_000);
    world.order_row(1, 50_000, "2021-01-01", "2021-05-31");
    world.ctx.sequence += 1;
    let outcome = world.collect();
    assert!(!outcome.changed);
    assert_eq!(world.contract, before);
    world.ctx.open = PeriodId(202_103);
    assert!(!world.collect().changed);
}

#[test]
fn billed_release_recognises_exactly_the_billed_share() {
    let mut world = World::new(202_101);
    world.template.release = ReleaseEvent::UponBillingBilled;
    world.template.ratable = RatableMethod::InvoiceRatable;
    world.order(1, 120_000, "2021-01-01", "2021-12-31");
    assert!(world.contract.lines[0].legs.is_empty());
    world.bill(2, TransactionType::Invoice, 1, 5900);
    world.pending.last_mut().unwrap().start = Some(day("2021-01-01"));
    world.pending.last_mut().unwrap().end = Some(day("2021-02-28"));
    world.collect();
    assert_eq!(world.amounts(1, LegKind::Billed), [(202_101, 3100), (202_102, 2800)]);
    assert!(world.amounts(1, LegKind::Unbilled).is_empty());
}

#[test]
fn what_is_not_built_is_refused_by_name_and_the_rest_goes_on() {
    let mut world = World::new(202_101);
    world.order_row(1, 50_000, "2021-01-01", "2021-05-31");
    world.bill(2, TransactionType::ReductionOrder, 1, -1000);
    world.bill(3, TransactionType::Invoice, 9, 1000);
    let outcome = world.collect();
    let codes: Vec<_> = outcome.refused.iter().map(|r| (r.id, r.rejection.code)).collect();
    assert_eq!(codes, [(2, "revenue.not_built"), (3, "RPRO-00600")]);
    assert_eq!(outcome.lines, [1]);
}
