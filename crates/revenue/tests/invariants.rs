//! Random lives of a contract: whatever is collected, posted and closed in whatever order, the invariants hold.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::{Currency, Decimal, PeriodId};
use accrual_revenue::codec::{self, BillColumns, LineColumns};
use accrual_revenue::collect::{Event, Link, Process, Transaction, apply, apply_events};
use accrual_revenue::contract::*;
use accrual_revenue::policy::*;
use accrual_revenue::rows::{self, LineInfo, Scope};
use accrual_revenue::{check, collect};
use common::*;
use proptest::prelude::*;

const MONEY: [&str; 3] = ["USD", "JPY", "BHD"];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Order {
        sell: i64,
        ssp: i64,
        start: i32,
        days: i32,
        rtb: bool,
        money: usize,
    },
    Update {
        line: usize,
        sell: i64,
    },
    Invoice {
        line: usize,
        percent: i64,
        rate: i64,
    },
    Credit {
        kind: u8,
        bill: usize,
        percent: i64,
        rule: u8,
    },
    OrderCredit {
        kind: u8,
        line: usize,
        percent: i64,
    },
    Event {
        line: usize,
        percent: i64,
        defer: bool,
        cumulative: bool,
    },
    /// A bill without an order.
    Standalone {
        kind: u8,
        amount: i64,
    },
    /// Takes a credit back.
    TakeBack {
        bill: usize,
    },
    /// Cancels an order line.
    Cancel {
        line: usize,
    },
    Post,
    Close {
        months: i32,
    },
}

/// Mostly the contract's own currency.
fn money() -> impl Strategy<Value = usize> {
    prop_oneof![8 => Just(0usize), 1 => Just(1), 1 => Just(2)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (prop_oneof![4 => 1i64..500_000, 1 => -50_000i64..1], 1i64..500_000, -60i32..120, prop_oneof![Just(0), 0i32..800], any::<bool>(), money())
            .prop_map(|(sell, ssp, start, days, rtb, money)| Step::Order { sell, ssp, start, days, rtb, money }),
        1 => (0u8..3, 1i64..90_000).prop_map(|(kind, amount)| Step::Standalone { kind, amount }),
        1 => any::<usize>().prop_map(|bill| Step::TakeBack { bill }),
        1 => any::<usize>().prop_map(|line| Step::Cancel { line }),
        2 => (any::<usize>(), 1i64..600_000).prop_map(|(line, sell)| Step::Update { line, sell }),
        4 => (any::<usize>(), 1i64..130, 80i64..120).prop_map(|(line, percent, rate)| Step::Invoice { line, percent, rate }),
        3 => (0u8..3, any::<usize>(), 1i64..110, 0u8..3).prop_map(|(kind, bill, percent, rule)| Step::Credit { kind, bill, percent, rule }),
        2 => (0u8..3, any::<usize>(), 1i64..60).prop_map(|(kind, line, percent)| Step::OrderCredit { kind, line, percent }),
        2 => (any::<usize>(), 1i64..101, any::<bool>(), any::<bool>())
            .prop_map(|(line, percent, defer, cumulative)| Step::Event { line, percent, defer, cumulative }),
        2 => Just(Step::Post),
        2 => (1i32..4).prop_map(|months| Step::Close { months }),
    ]
}

fn setups() -> impl Strategy<Value = PobTemplate> {
    let events = prop_oneof![
        Just(ReleaseEvent::UponBooking),
        Just(ReleaseEvent::UponBillingBilled),
        Just(ReleaseEvent::UponBillingFull),
        Just(ReleaseEvent::UponEvent)
    ];
    let methods = prop_oneof![
        3 => Just(RatableMethod::ContractRatable),
        1 => Just(RatableMethod::Ratable),
        1 => Just(RatableMethod::Condense),
        1 => Just(RatableMethod::Sliding),
        1 => Just(RatableMethod::ImmediateOpenPeriod),
        1 => Just(RatableMethod::ImmediateStartDate),
        1 => Just(RatableMethod::MidMonth),
        1 => Just(RatableMethod::NextMonth),
    ];
    (events, methods, any::<bool>(), any::<bool>()).prop_map(|(release, ratable, daily, percent)| {
        let ratable = if release == ReleaseEvent::UponBillingBilled && ratable == RatableMethod::Condense {
            RatableMethod::InvoiceRatable
        } else {
            ratable
        };
        let accounting = if daily { AccountingMethod::Daily } else { AccountingMethod::PartialMonthly };
        let retain = if percent { RetainMethod::Percent } else { RetainMethod::Amount };
        PobTemplate { release, ratable, accounting, retain, ..template() }
    })
}

struct Life {
    contract: Contract,
    policies: Policies,
    ctx: PeriodContext,
    currency: Currency,
    next: i64,
    /// Everything sent, by the period in which it was sent.
    sent: Vec<Transaction<'static>>,
}

impl Life {
    fn new(template: PobTemplate, currency: &str) -> Self {
        let ctx = PeriodContext::new(PeriodId(202_401), 1);
        let currency = Currency::named(currency).unwrap();
        Self { contract: empty_contract(), policies: policies(template), ctx, currency, next: 1, sent: Vec::new() }
    }

    fn row(&mut self, kind: TransactionType, amount: i64) -> Transaction<'static> {
        let mut row = transaction(self.next, kind, amount);
        self.next += 1;
        row.currency = self.currency;
        row.date = self.ctx.open.start();
        row
    }

    fn line(&self, at: usize) -> Option<&Line> {
        let lines = &self.contract.lines;
        if lines.is_empty() { None } else { lines.get(at % lines.len()) }
    }

    fn bill(&self, at: usize) -> Option<(Currency, Bill)> {
        let bills: Vec<_> = self.contract.lines.iter().flat_map(|l| l.bills.iter().map(|b| (l.currency, b))).collect();
        if bills.is_empty() { None } else { bills.get(at % bills.len()).map(|(c, b)| (*c, (*b).clone())) }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Order { sell, ssp, start, days, rtb, money } => {
                let mut row = self.row(TransactionType::Order, sell);
                let first = self.ctx.open.start().plus(start);
                (row.start, row.end, row.ssp, row.right_to_bill) =
                    (Some(first), Some(first.plus(days)), Some(if sell < 0 { 0 } else { ssp }), rtb);
                if money > 0 {
                    row.currency = Currency::named(MONEY[money]).unwrap();
                    row.rates = Rates { functional: Decimal::new(11, 1), reporting: Decimal::new(9, 1) };
                }
                self.send(row);
            }
            Step::Update { line, sell } => {
                let Some(line) = self.line(line).cloned() else { return };
                let mut row = self.row(TransactionType::Order, sell);
                row.order = Link::Known(line.id);
                (row.currency, row.rates) = (line.currency, line.rates);
                row.sell *= line.sell.signum();
                (row.start, row.end, row.ssp, row.right_to_bill) = (line.start, line.end, line.ssp, line.right_to_bill);
                self.send(row);
            }
            Step::Invoice { line, percent, rate } => {
                let Some((id, sell, currency)) = self.line(line).map(|l| (l.id, l.sell, l.currency)) else { return };
                let mut row = self.row(TransactionType::Invoice, sell * percent / 100);
                row.currency = currency;
                row.order = Link::Known(id);
                row.rates = Rates { functional: Decimal::new(rate, 2), reporting: Decimal::ONE };
                self.send(row);
            }
            Step::Credit { kind, bill, percent, rule } => {
                let Some((currency, bill)) = self.bill(bill) else { return };
                let (id, amount) = (bill.id, bill.amount);
                let mut row = self.row(credit_kind(kind), -amount * percent / 100);
                row.currency = currency;
                row.original_bill = Link::Known(id);
                row.credit_rule = [CreditRule::Prorate, CreditRule::LastFirst, CreditRule::FixedDuration][usize::from(rule % 3)];
                (row.start, row.end) = (Some(row.date), Some(row.date.plus(40)));
                self.send(row);
            }
            Step::OrderCredit { kind, line, percent } => {
                let Some((id, sell, currency)) = self.line(line).map(|l| (l.id, l.sell, l.currency)) else { return };
                let mut row = self.row(credit_kind(kind), -sell * percent / 100);
                row.currency = currency;
                row.original_order = Link::Known(id);
                self.send(row);
            }
            Step::Event { line, percent, defer, cumulative } => self.event(line, percent, defer, cumulative),
            Step::Standalone { kind, amount } => {
                let kind = [TransactionType::Invoice, TransactionType::CreditMemo, TransactionType::Return][usize::from(kind % 3)];
                let mut row = self.row(kind, if kind == TransactionType::Invoice { amount } else { -amount });
                (row.start, row.end) = (Some(row.date), Some(row.date.plus(70)));
                self.send(row);
            }
            Step::TakeBack { bill } => {
                let Some((currency, bill)) = self.bill(bill) else { return };
                let mut row = self.row(bill.kind, -bill.amount);
                (row.currency, row.original_bill, row.cancelled) = (currency, Link::Known(bill.id), true);
                self.send(row);
            }
            Step::Cancel { line } => {
                let Some(line) = self.line(line).cloned() else { return };
                let mut row = self.row(TransactionType::Order, line.ordered.sell);
                (row.order, row.cancelled, row.currency, row.rates) = (Link::Known(line.id), true, line.currency, line.rates);
                (row.start, row.end, row.ssp, row.right_to_bill) = (line.start, line.end, line.ssp, line.right_to_bill);
                self.send(row);
            }
            Step::Post => self.post(),
            Step::Close { months } => {
                self.ctx.open = self.ctx.open.plus(months);
                self.collect(&[]);
            }
        }
    }

    fn event(&mut self, line: usize, percent: i64, defer: bool, cumulative: bool) {
        let Some(id) = self.line(line).map(|l| l.id) else { return };
        let event = Event {
            id: self.next,
            line: Link::Known(id),
            name: "Delivered".into(),
            direction: if defer { Direction::Defer } else { Direction::Release },
            process: Process::Percent,
            cumulative,
            amount: None,
            percent: Some(Decimal::from(percent)),
            quantity: None,
            date: self.ctx.open.start(),
            start: None,
            end: None,
        };
        self.next += 1;
        let before = self.contract.clone();
        apply_events(&mut self.contract, std::slice::from_ref(&event), &self.policies, &self.ctx).unwrap();
        self.ctx.sequence += 1;
        self.verify(&before);
        assert!(!apply_events(&mut self.contract, &[event], &self.policies, &self.ctx).unwrap().changed);
    }

    fn send(&mut self, row: Transaction<'static>) {
        self.collect(std::slice::from_ref(&row));
        self.sent.push(row);
    }

    fn collect(&mut self, rows: &[Transaction<'static>]) {
        let before = self.contract.clone();
        apply(&mut self.contract, rows, &self.policies, &self.ctx).unwrap();
        self.ctx.sequence += 1;
        self.verify(&before);
        let settled = self.contract.clone();
        let again = apply(&mut self.contract, rows, &self.policies, &self.ctx).unwrap();
        assert!(!again.changed, "sent again: {again:?}");
        assert_eq!(self.contract.lines, settled.lines);
    }

    fn verify(&self, before: &Contract) {
        assert_eq!(check::contract(&self.contract).unwrap(), []);
        assert_eq!(check::frozen_unchanged(before, &self.contract, &self.ctx), []);
        assert_eq!(check::nothing_before_its_creation(&self.contract), []);
        for line in &self.contract.lines {
            stored_and_read(line);
        }
    }

    /// Posts as a whole batch does; what it takes balances in every currency and is not taken again.
    fn post(&mut self) {
        let mut balance = check::Balance::default();
        let mut taken = 0;
        for round in 0..2 {
            for line in &self.contract.lines {
                let mut blob = Vec::new();
                codec::encode_legs(&line.legs, line.currency, &mut blob);
                let info = LineInfo { id: line.id, currency: line.currency, functional: line.functional, reporting: Currency::USD };
                let scope = Scope { period: self.ctx.open, sequence: self.ctx.sequence, watermarks: &self.ctx.watermarks };
                rows::unposted(&blob, &info, &scope, |row| {
                    assert!(row.period <= self.ctx.open && !row.is_initial() && !row.posted);
                    taken += i32::from(round == 1);
                    balance.add(row.leg.currency, row.debit().transaction, row.credit().transaction);
                    Ok(())
                })
                .unwrap();
            }
            if round == 0 {
                assert_eq!(balance.differences(), []);
                self.ctx.watermarks.push(Watermark { period: self.ctx.open, sequence: self.ctx.sequence });
            }
        }
        assert_eq!(taken, 0);
        self.ctx.sequence += 1;
        self.collect(&[]);
    }
}

fn credit_kind(kind: u8) -> TransactionType {
    [TransactionType::CreditMemo, TransactionType::Return, TransactionType::InvoiceCancelation][usize::from(kind % 3)]
}

/// A line comes back from its stored form as it was.
fn stored_and_read(line: &Line) {
    let (mut state, mut legs) = (Vec::new(), Vec::new());
    codec::encode_line(line, &mut state);
    codec::encode_legs(&line.legs, line.currency, &mut legs);
    let mut read = codec::decode_line(&LineColumns::of(line), &state).unwrap();
    read.legs = codec::decode_legs(&legs, line.currency).unwrap();
    for bill in &line.bills {
        let mut blob = Vec::new();
        codec::encode_bill(bill, &mut blob);
        let columns = BillColumns { id: bill.id, kind: bill.kind, amount: bill.amount, period: bill.period };
        read.bills.push(codec::decode_bill(&columns, &blob).unwrap());
    }
    assert_eq!(&read, line);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_invariant_holds_at_every_step(template in setups(), money in 0usize..3, steps in proptest::collection::vec(step(), 1..30)) {
        let mut life = Life::new(template, MONEY[money]);
        life.take(&Step::Order { sell: 120_000, ssp: 100_000, start: 0, days: 365, rtb: false, money: 0 });
        life.take(&Step::Order { sell: 60_001, ssp: 90_000, start: -40, days: 180, rtb: true, money: 0 });
        for step in &steps {
            life.take(step);
        }
    }

    #[test]
    fn the_order_of_a_batch_does_not_matter(template in setups(), steps in proptest::collection::vec(step(), 1..16), turn in any::<u64>()) {
        let mut life = Life::new(template.clone(), "USD");
        for step in steps.iter().filter(|s| !matches!(s, Step::Close { .. } | Step::Post | Step::Event { .. })) {
            life.take(step);
        }
        let mut shuffled = life.sent.clone();
        let mut state = turn;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        let ctx = PeriodContext::new(PeriodId(202_401), 1);
        let policies = policies(template);
        let (mut one, mut other) = (empty_contract(), empty_contract());
        let in_order = collect::apply(&mut one, &life.sent, &policies, &ctx).unwrap();
        let mixed = collect::apply(&mut other, &shuffled, &policies, &ctx).unwrap();
        prop_assert_eq!(in_order, mixed);
        prop_assert_eq!(one, other);
    }
}
