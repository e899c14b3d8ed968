//! A contract with a template, a period and transactions waiting to be collected.
#![allow(dead_code)]

use accrual_base::{Currency, DateFormat, Day, Decimal, PeriodId};
use accrual_revenue::attributes::NoAttributes;
use accrual_revenue::collect::{self, Link, Outcome, Transaction};
use accrual_revenue::contract::*;
use accrual_revenue::policy::*;
use accrual_revenue::{pob, ssp};

pub fn day(iso: &str) -> Day {
    DateFormat::YyyyMmDd.parse(iso).expect("a date")
}

pub fn empty_contract() -> Contract {
    Contract {
        id: 1,
        version: 1,
        org: 1,
        book: 1,
        template: 1,
        group_key: "SO_NUM=S1".into(),
        customer: None,
        created: PeriodId(202_001),
        lines: Vec::new(),
        pobs: Vec::new(),
        allocation_currency: None,
        allocation_rates: None,
        allocation_error: None,
    }
}

pub fn template() -> PobTemplate {
    PobTemplate {
        id: 1,
        name: "AUTO POB".into(),
        version: 1,
        release: ReleaseEvent::UponBooking,
        event: None,
        ratable: RatableMethod::ContractRatable,
        accounting: AccountingMethod::Daily,
        retain: RetainMethod::Percent,
    }
}

pub fn policies(template: PobTemplate) -> Policies {
    Policies {
        templates: vec![template],
        pob: pob::Rules { auto: 1, ..pob::Rules::default() },
        ssp: ssp::Hierarchy(vec![ssp::Template::percent_of_list(1, Decimal::ONE_HUNDRED)]),
        allow_overstated_invoice: true,
        allocate_within_range: false,
        allocation_enabled: true,
        credit_order_line: true,
        allocation_currency: AllocationCurrency::LowestCommon,
        reporting: Currency::USD,
    }
}

pub fn transaction(id: i64, kind: TransactionType, amount: i64) -> Transaction<'static> {
    Transaction {
        id,
        kind,
        order: Link::Blank,
        original_order: Link::Blank,
        original_bill: Link::Blank,
        org: 1,
        account_set: 1,
        currency: Currency::USD,
        functional: Currency::USD,
        rates: Rates::UNIT,
        date: Day::from_ymd(2020, 1, 1),
        start: None,
        end: None,
        quantity: Decimal::ONE,
        term: Decimal::ONE,
        list: amount,
        sell: amount,
        ssp: None,
        eligible: true,
        right_to_bill: false,
        cancelled: false,
        credit_rule: CreditRule::Prorate,
        second_level: None,
        ramp: None,
        repeats_source: false,
        attributes: &NoAttributes,
    }
}

pub struct World {
    pub contract: Contract,
    pub template: PobTemplate,
    pub ctx: PeriodContext,
    pub pending: Vec<Transaction<'static>>,
    pub change: fn(&mut Policies),
}

impl World {
    pub fn new(open: i32) -> Self {
        let ctx = PeriodContext::new(PeriodId(open), 1);
        Self { contract: empty_contract(), template: template(), ctx, pending: Vec::new(), change: |_| () }
    }
    pub fn policies(&self) -> Policies {
        let mut policies = policies(self.template.clone());
        (self.change)(&mut policies);
        policies
    }
    pub fn order_row(&mut self, id: i64, sell: i64, start: &str, end: &str) -> &mut Transaction<'static> {
        let mut row = transaction(id, TransactionType::Order, sell);
        (row.start, row.end) = (Some(day(start)), Some(day(end)));
        self.pending.push(row);
        self.pending.last_mut().expect("a row")
    }
    pub fn order(&mut self, id: i64, sell: i64, start: &str, end: &str) {
        self.order_row(id, sell, start, end);
        self.collect();
    }
    /// The same order line again, as staged row `id`.
    pub fn update(&mut self, id: i64, line: i64, sell: i64, start: &str, end: &str) {
        self.order_row(id, sell, start, end).order = Link::Known(line);
        self.collect();
    }
    pub fn priced(&mut self, id: i64, sell: i64, ssp: i64, start: &str, end: &str) {
        self.order_row(id, sell, start, end).ssp = Some(ssp);
    }
    /// An invoice of an order line; a credit on the order line for any other kind.
    pub fn bill(&mut self, id: i64, kind: TransactionType, line: i64, amount: i64) -> &mut Transaction<'static> {
        let mut row = transaction(id, kind, amount);
        match kind {
            TransactionType::Invoice => row.order = Link::Known(line),
            _ => row.original_order = Link::Known(line),
        }
        row.date = self.ctx.open.start();
        self.pending.push(row);
        self.pending.last_mut().expect("a row")
    }
    /// A credit on an invoice.
    pub fn credit(&mut self, id: i64, kind: TransactionType, invoice: i64, amount: i64) -> &mut Transaction<'static> {
        let mut row = transaction(id, kind, amount);
        row.original_bill = Link::Known(invoice);
        row.date = self.ctx.open.start();
        self.pending.push(row);
        self.pending.last_mut().expect("a row")
    }
    pub fn collect(&mut self) -> Outcome {
        let rows = std::mem::take(&mut self.pending);
        let policies = self.policies();
        let outcome = collect::apply(&mut self.contract, &rows, &policies, &self.ctx).expect("no fault");
        self.ctx.sequence += 1;
        outcome
    }
    /// Moves on to another period.
    pub fn open(&mut self, period: i32) {
        self.ctx.open = PeriodId(period);
        self.collect();
    }
    /// Posts everything of the open period and before, as a whole batch does.
    pub fn post(&mut self) {
        self.ctx.watermarks.push(Watermark { period: self.ctx.open, sequence: self.ctx.sequence });
    }
    pub fn line(&self, id: i64) -> &Line {
        self.contract.line(id).expect("the line")
    }
    /// Amounts of a kind by period, zeros left out.
    pub fn amounts(&self, line: i64, kind: LegKind) -> Vec<(i32, i64)> {
        let mut by_period = std::collections::BTreeMap::new();
        for leg in self.line(line).legs.iter().filter(|l| l.kind == kind) {
            for (at, amount) in leg.amounts.iter().enumerate() {
                *by_period.entry(leg.start.plus(i32::try_from(at).expect("few")).0).or_insert(0) += amount;
            }
        }
        by_period.into_iter().filter(|(_, a)| *a != 0).collect()
    }
}
