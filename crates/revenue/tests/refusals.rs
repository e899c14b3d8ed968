//! Every refusal of collection: its code, and that the contract stays as it was.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::{Decimal, PeriodId};
use accrual_revenue::collect::Link;
use accrual_revenue::contract::*;
use accrual_revenue::policy::*;
use common::*;

/// A line of 1,000.00 over 2024 (line 1), invoiced 400.00 (bill 2).
fn billed_world() -> World {
    let mut world = World::new(202_401);
    world.order_row(1, 100_000, "2024-01-01", "2024-12-31").quantity = Decimal::TEN;
    world.bill(2, TransactionType::Invoice, 1, 40_000).quantity = Decimal::from(4);
    assert_eq!(world.collect().refused, []);
    world
}

/// Collects what is pending and expects one refusal that leaves the contract alone.
fn refused(world: &mut World) -> &'static str {
    let before = world.contract.clone();
    let outcome = world.collect();
    assert_eq!(outcome.refused.len(), 1, "{outcome:?}");
    assert!(!outcome.changed && world.contract == before);
    let message = &outcome.refused[0].rejection.message;
    assert!(message.len() > 20 && message.ends_with('.'), "{message}");
    outcome.refused[0].rejection.code
}

#[test]
fn updates() {
    let update = |change: fn(&mut accrual_revenue::collect::Transaction<'static>)| {
        let mut world = billed_world();
        let row = world.order_row(3, 100_000, "2024-01-01", "2024-12-31");
        (row.order, row.quantity) = (Link::Known(1), Decimal::TEN);
        change(row);
        refused(&mut world)
    };
    assert_eq!(update(|r| r.start = Some(day("2024-02-01"))), "RPRO-00614");
    assert_eq!(update(|r| r.right_to_bill = true), "RPRO-00615");
    assert_eq!(update(|r| r.sell = -100_000), "RPRO-00616");
    assert_eq!(update(|r| r.rates = Rates { functional: Decimal::TWO, reporting: Decimal::ONE }), "RPRO-00077");
    assert_eq!(update(|r| r.sell = 39_999), "RPRO-00611");
    assert_eq!(update(|r| r.cancelled = true), "RPRO-00610");
    assert_eq!(update(|r| r.end = Some(day("2023-12-31"))), "RPRO-00627");
    assert_eq!(update(|r| r.currency = accrual_base::Currency::named("EUR").unwrap()), "revenue.currency");
}

#[test]
fn an_update_below_the_credits_on_the_order() {
    let mut world = World::new(202_401);
    world.order_row(1, 100_000, "2024-01-01", "2024-12-31");
    world.bill(2, TransactionType::CreditMemo, 1, -30_000);
    world.collect();
    world.order_row(3, 29_999, "2024-01-01", "2024-12-31").order = Link::Known(1);
    assert_eq!(refused(&mut world), "RPRO-00612");
}

#[test]
fn a_cancelled_line_is_final() {
    let mut world = World::new(202_401);
    world.order(1, 100_000, "2024-01-01", "2024-12-31");
    let row = world.order_row(2, 100_000, "2024-01-01", "2024-12-31");
    (row.order, row.cancelled) = (Link::Known(1), true);
    assert_eq!(world.collect().refused, []);
    assert!(world.line(1).cancelled && world.amounts(1, LegKind::Unbilled).is_empty());
    world.order_row(3, 50_000, "2024-01-01", "2024-12-31").order = Link::Known(1);
    assert_eq!(refused(&mut world), "RPRO-00619");
    world.bill(4, TransactionType::Invoice, 1, 1000);
    assert_eq!(refused(&mut world), "RPRO-00619");
}

#[test]
fn a_system_line_takes_no_update() {
    let mut world = World::new(202_401);
    let row = world.bill(1, TransactionType::Invoice, 1, 5000);
    (row.order, row.start, row.end) = (Link::Blank, Some(day("2024-01-01")), Some(day("2024-02-29")));
    assert_eq!(world.collect().refused, []);
    assert!(world.line(1).standalone);
    assert_eq!(world.amounts(1, LegKind::Billed), [(202_401, 2583), (202_402, 2417)]);
    world.order_row(2, 6000, "2024-01-01", "2024-12-31").order = Link::Known(1);
    assert_eq!(refused(&mut world), "RPRO-00617");
}

#[test]
fn invoices() {
    let invoice = |strict: bool, change: fn(&mut accrual_revenue::collect::Transaction<'static>)| {
        let mut world = billed_world();
        if strict {
            world.change = |p| p.allow_overstated_invoice = false;
        }
        change(world.bill(3, TransactionType::Invoice, 1, 60_000));
        refused(&mut world)
    };
    assert_eq!(invoice(false, |r| r.order = Link::Unknown), "RPRO-00600");
    assert_eq!(invoice(false, |r| r.order = Link::Known(99)), "RPRO-00600");
    assert_eq!(invoice(false, |r| r.original_order = Link::Known(1)), "RPRO-00636");
    assert_eq!(invoice(false, |r| r.sell = -1), "RPRO-00601");
    assert_eq!(invoice(true, |r| r.sell = 60_001), "RPRO-00622");
    assert_eq!(invoice(true, |r| r.quantity = Decimal::from(7)), "RPRO-00623");
}

#[test]
fn credits_on_invoices() {
    let credit = |kind, change: fn(&mut accrual_revenue::collect::Transaction<'static>)| {
        let mut world = billed_world();
        change(world.credit(3, kind, 2, -10_000));
        refused(&mut world)
    };
    let memo = TransactionType::CreditMemo;
    assert_eq!(credit(memo, |r| r.original_order = Link::Known(1)), "RPRO-00637");
    assert_eq!(credit(memo, |r| r.original_bill = Link::Unknown), "RPRO-00624");
    assert_eq!(credit(memo, |r| r.sell = -40_001), "RPRO-00621");
    assert_eq!(credit(memo, |r| r.sell = 1), "RPRO-00621");
    assert_eq!(credit(memo, |r| (r.cancelled, r.original_bill) = (true, Link::Unknown)), "RPRO-00655");
    assert_eq!(credit(memo, |r| r.cancelled = true), "RPRO-00655");
    let cancelation = TransactionType::InvoiceCancelation;
    assert_eq!(credit(cancelation, |r| r.original_bill = Link::Blank), "RPRO-00638");
    assert_eq!(credit(cancelation, |r| r.original_bill = Link::Unknown), "RPRO-00654");
    assert_eq!(credit(cancelation, |r| r.cancelled = true), "RPRO-00663");
    assert_eq!(credit(cancelation, |r| r.sell = -40_001), "RPRO-00660");
}

#[test]
fn credits_that_are_too_much_together() {
    let mut world = billed_world();
    world.credit(3, TransactionType::CreditMemo, 2, -30_000);
    world.credit(4, TransactionType::CreditMemo, 2, -30_000);
    let outcome = world.collect();
    assert_eq!(outcome.refused.iter().map(|r| (r.id, r.rejection.code)).collect::<Vec<_>>(), [(4, "RPRO-00666")]);
    world.credit(5, TransactionType::CreditMemo, 2, -30_000);
    assert_eq!(refused(&mut world), "RPRO-00660");
}

#[test]
fn credits_on_orders() {
    let mut world = billed_world();
    world.bill(3, TransactionType::CreditMemo, 1, -100_001);
    assert_eq!(refused(&mut world), "RPRO-00661");
    world.change = |p| p.credit_order_line = false;
    world.bill(4, TransactionType::InvoiceCancelation, 1, -1);
    assert_eq!(refused(&mut world), "RPRO-00662");
    let mut world = World::new(202_401);
    world.order(1, 100_000, "2024-01-01", "2024-12-31");
    world.bill(2, TransactionType::InvoiceCancelation, 1, -1);
    assert_eq!(refused(&mut world), "RPRO-00659");
}

#[test]
fn a_credit_is_taken_back_by_its_own_type() {
    let mut world = billed_world();
    world.credit(3, TransactionType::CreditMemo, 2, -10_000);
    world.collect();
    assert_eq!(world.line(1).allocatable, 90_000);
    world.open(202_402);
    world.credit(4, TransactionType::CreditMemo, 3, 10_000).cancelled = true;
    assert_eq!(world.collect().refused, []);
    assert_eq!(world.line(1).allocatable, 100_000);
    assert_eq!(world.amounts(1, LegKind::InitialBilling), [(202_401, 30_000), (202_402, 10_000)]);
}

#[test]
fn what_is_not_built() {
    for kind in [
        TransactionType::ReductionOrder,
        TransactionType::ReductionCredit,
        TransactionType::PriceOrder,
        TransactionType::Cost,
        TransactionType::InvoiceVariable,
        TransactionType::CreditVariable,
    ] {
        let mut world = billed_world();
        world.bill(3, kind, 1, -1000);
        assert_eq!(refused(&mut world), "revenue.not_built");
    }
}

#[test]
fn allocation_says_why_it_was_not_done() {
    let mut world = World::new(202_401);
    world.change = |p| p.ssp = accrual_revenue::ssp::Hierarchy(Vec::new());
    world.order_row(1, 100_000, "2024-01-01", "2024-12-31").ssp = Some(50_000);
    world.order_row(2, 100_000, "2024-01-01", "2024-12-31");
    world.collect();
    assert_eq!(world.contract.allocation_error, Some("RPRO-00607"));
    assert!(world.contract.lines.iter().all(|l| l.carve() == 0));
    let mut world = World::new(202_401);
    world.order_row(1, 100_000, "2024-01-01", "2024-12-31").ssp = Some(0);
    world.collect();
    assert_eq!(world.contract.allocation_error, Some("RPRO-00604"));
    assert_eq!(world.amounts(1, LegKind::Unbilled).len(), 12);
}

#[test]
fn prices_within_their_range_are_not_allocated_unless_told() {
    use accrual_revenue::ssp::{Hierarchy, Range, Row, Template, Value};
    let ranged = |p: &mut Policies| {
        let range = Some(Range { below: Decimal::from(70), above: Decimal::from(100) });
        let row = Row { from: None, to: None, value: Value::Percent(Decimal::from(85)), range, residual: None };
        let mut template = Template::percent_of_list(1, Decimal::ONE);
        template.rows = std::collections::BTreeMap::from([(String::new(), vec![row])]);
        p.ssp = Hierarchy(vec![template]);
    };
    for (within, sell, carved) in [(false, 90_000, false), (true, 90_000, true), (false, 60_000, true)] {
        let mut world = World::new(202_401);
        let mut policies = world.policies();
        ranged(&mut policies);
        policies.allocate_within_range = within;
        for (id, price) in [(1, 80_000), (2, sell)] {
            world.order_row(id, price, "2024-01-01", "2024-12-31").list = 100_000;
        }
        accrual_revenue::collect::apply(&mut world.contract, &world.pending, &policies, &world.ctx).unwrap();
        assert_eq!(world.contract.lines[0].carve() != 0, carved, "{within} {sell}");
        assert_eq!(world.contract.lines[1].fair.unwrap().within, Some(sell >= 70_000));
    }
}

#[test]
fn nothing_is_written_into_a_closed_period() {
    let mut world = billed_world();
    world.ctx.open = PeriodId(202_405);
    world.bill(3, TransactionType::Invoice, 1, 50_000);
    world.credit(4, TransactionType::Return, 2, -5000);
    world.collect();
    assert!(world.line(1).legs.iter().filter(|l| l.sequence == 2).all(|l| l.start >= PeriodId(202_405)));
}

#[test]
fn figures_beyond_their_bounds() {
    let order = |change: fn(&mut accrual_revenue::collect::Transaction<'static>)| {
        let mut world = billed_world();
        change(world.order_row(3, 100_000, "2024-01-01", "2024-12-31"));
        refused(&mut world)
    };
    assert_eq!(order(|r| r.sell = i64::MIN), "revenue.amount");
    assert_eq!(order(|r| r.list = i64::MAX), "revenue.amount");
    assert_eq!(order(|r| r.quantity = Decimal::MAX), "revenue.quantity");
    assert_eq!(order(|r| r.term = Decimal::new(1, 28)), "revenue.quantity");
    assert_eq!(order(|r| r.rates = Rates { functional: Decimal::ZERO, reporting: Decimal::ONE }), "revenue.rate");
    assert_eq!(order(|r| r.rates = Rates { functional: Decimal::ONE, reporting: Decimal::from(-1) }), "revenue.rate");
    assert_eq!(order(|r| r.rates = Rates { functional: Decimal::MAX, reporting: Decimal::ONE }), "revenue.rate");
    assert_eq!(order(|r| r.end = Some(day("2199-12-31"))), "RPRO-00068");
    let mut world = billed_world();
    let row = world.credit(3, TransactionType::CreditMemo, 2, -1);
    (row.credit_rule, row.start, row.end) = (CreditRule::FixedDuration, Some(day("2024-03-01")), Some(day("2024-02-01")));
    assert_eq!(refused(&mut world), "RPRO-00627");
    let mut world = billed_world();
    world.bill(3, TransactionType::Invoice, 1, 1).currency = accrual_base::Currency::named("EUR").unwrap();
    assert_eq!(refused(&mut world), "revenue.currency");
}
