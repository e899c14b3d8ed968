//! Cases about amounts by period.

use crate::common::*;
use crate::{by_period, list, money, text};
use accrual_base::PeriodId;
use accrual_revenue::account_type::AccountType;
use accrual_revenue::codec;
use accrual_revenue::contract::*;
use accrual_revenue::policy::*;
use accrual_revenue::schedule::{Series, Terms, spread};
use accrual_revenue::waterfall::Waterfall;
use serde_json::Value;

fn pairs(series: &Series) -> Vec<(i32, i64)> {
    (series.start..).zip(&series.amounts).map(|(i, a)| (PeriodId::from_index(i).0, *a)).filter(|(_, a)| *a != 0).collect()
}

fn daily_schedule(inputs: &Value) -> Vec<(i32, i64)> {
    let (start, end) = (day(text(&inputs["start"])), day(text(&inputs["end"])));
    let terms = Terms { start, end, released: start, period: PeriodId::of(start) };
    pairs(&spread(&RatableMethod::Ratable, AccountingMethod::Daily, money(&inputs["amount"]), &terms).unwrap())
}

pub fn daily(case: &Value) {
    assert_eq!(daily_schedule(&case["inputs"]), by_period(&case["expected"]["schedule"]));
}

/// The published table is one cent too much; the last period takes it.
pub fn published_151_days(case: &Value) {
    let mut published = by_period(&case["expected"]["schedule"]);
    published.last_mut().unwrap().1 -= 1;
    let got = daily_schedule(&case["inputs"]);
    assert_eq!(got, published);
    assert_eq!(got.iter().map(|(_, a)| a).sum::<i64>(), money(&case["expected"]["total_required"]));
}

pub fn method(case: &Value) {
    let inputs = &case["inputs"];
    let steps = || {
        let row = |r: &Value| UserDefinedStep {
            days: text(&r["duration_type"]) == "Day(s)",
            duration: i32::try_from(r["duration"].as_i64().unwrap()).unwrap(),
            percent: r["pct"].as_i64().unwrap() * 100,
        };
        list(&inputs["pob_schedule"]).iter().map(row).collect()
    };
    let method = match text(&inputs["ratable_method"]) {
        "Immediate Using Open Period" => RatableMethod::ImmediateOpenPeriod,
        "Immediate Using Start Date" => RatableMethod::ImmediateStartDate,
        "Mid Month Ratable" => RatableMethod::MidMonth,
        "Sliding" => RatableMethod::Sliding,
        "User Defined Schedules" => RatableMethod::UserDefined(steps()),
        other => panic!("unknown method {other}"),
    };
    let mut world = World::new(text(&inputs["open_period"]).parse().unwrap());
    world.template.ratable = method;
    let released = inputs.get("release_date").map_or(world.ctx.open.start(), |d| day(text(d)));
    world.order_row(1, money(&inputs["ext_sell_price"]), text(&inputs["so_start"]), text(&inputs["so_end"])).date = released;
    world.collect();
    assert_eq!(world.amounts(1, LegKind::Unbilled), by_period(&case["expected"]["schedule"]));
}

/// A contract whose first line has a given carve: a second line takes the opposite.
fn with_carve(world: &mut World, first: i64, sell: i64, carve: i64, start: &str, end: &str) {
    world.order_row(first, sell, start, end).ssp = Some(sell + carve);
    world.order_row(first + 1, sell, start, end).ssp = Some(sell - carve);
    for (row, line) in world.pending.iter_mut().zip(1..) {
        row.order = if row.id == line { accrual_revenue::collect::Link::Blank } else { accrual_revenue::collect::Link::Known(line) };
    }
    world.collect();
}

pub fn raised_carve(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(202_101);
    world.template.accounting = AccountingMethod::PartialMonthly;
    let sell = money(&inputs["contractual"]);
    with_carve(&mut world, 1, sell, money(&inputs["carve_old"]), "2021-01-01", "2021-12-31");
    world.ctx.open = PeriodId(text(&inputs["open_period"]).parse().unwrap());
    with_carve(&mut world, 11, sell, money(&inputs["carve_new"]), "2021-01-01", "2021-12-31");
    let got: Vec<i64> = world.amounts(1, LegKind::Allocation).into_iter().map(|(_, a)| a).collect();
    assert_eq!(got, list(&case["expected"]["schedule"]).iter().map(money).collect::<Vec<_>>());
}

pub fn joining_line(case: &Value) {
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    let (mut known, mut joins) = (Vec::new(), Vec::new());
    for line in list(&inputs["lines"]) {
        let id = line["line"].as_i64().unwrap();
        let edge = |at: &str, first: bool| {
            let period = PeriodId(text(&line[at]).parse().unwrap());
            if first { period.start() } else { period.end() }
        };
        let mut row = transaction(id, TransactionType::Order, money(&line["sell"]));
        (row.start, row.end, row.ssp) = (Some(edge("start", true)), Some(edge("end", false)), Some(money(&line["ext_ssp"])));
        if line["line"] == inputs["new_line"] { joins.push(row) } else { known.push(row) }
    }
    world.pending = known;
    world.collect();
    for (id, want) in expected["adjustment_before"].as_object().unwrap() {
        assert_eq!(world.amounts(id.parse().unwrap(), LegKind::Allocation), by_period(want));
    }
    for period in list(&inputs["closed"]) {
        world.open(text(period).parse().unwrap());
        world.post();
    }
    world.ctx.open = PeriodId(text(&inputs["open"]).parse().unwrap());
    world.pending = joins;
    world.collect();
    for (id, want) in expected["allocated_after"].as_object().unwrap() {
        assert_eq!(world.line(id.parse().unwrap()).allocated, money(want));
        assert_eq!(world.line(id.parse().unwrap()).carve(), money(&expected["carve_after"][id]));
        assert_eq!(world.amounts(id.parse().unwrap(), LegKind::Allocation), by_period(&expected["adjustment_after"][id]));
        let monthly = money(&expected["contractual_monthly"][id]);
        assert!(world.amounts(id.parse().unwrap(), LegKind::Unbilled).iter().all(|(_, a)| *a == monthly));
    }
}

pub fn retain(case: &Value) {
    use accrual_revenue::collect::{Event, Link, Process, apply_events};
    for (retain, key) in [(RetainMethod::Percent, "retain_percent"), (RetainMethod::Amount, "retain_amount")] {
        let mut world = World::new(202_401);
        (world.template.release, world.template.retain) = (ReleaseEvent::UponEvent, retain);
        world.order(1, money(&case["inputs"]["so"]), "2024-01-01", "2024-12-31");
        let event = Event {
            id: 2,
            line: Link::Known(1),
            name: "Delivery".into(),
            direction: Direction::Release,
            process: Process::Percent,
            cumulative: false,
            amount: None,
            percent: Some(case["inputs"]["released_pct"].as_i64().unwrap().into()),
            quantity: None,
            date: day("2024-01-10"),
            start: None,
            end: None,
        };
        let policies = world.policies();
        apply_events(&mut world.contract, &[event], &policies, &world.ctx).unwrap();
        world.update(3, 1, money(&case["inputs"]["so_update"]), "2024-01-01", "2024-12-31");
        let (figures, want) = (accrual_revenue::figures::line(world.line(1)).unwrap(), &case["expected"][key]);
        assert_eq!((figures.released, figures.deferred), (money(&want["released"]), money(&want["unreleased"])));
    }
}

pub fn late_collection(case: &Value) {
    let mut world = World::new(text(&case["inputs"]["collected_period"]).parse().unwrap());
    world.template.accounting = AccountingMethod::PartialMonthly;
    world.order(1, money(&case["inputs"]["value"]), text(&case["inputs"]["start"]), text(&case["inputs"]["end"]));
    assert_eq!(world.amounts(1, LegKind::Unbilled), by_period(&case["expected"]["schedule"]));
}

pub fn amendment(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(201_801);
    world.template.accounting = AccountingMethod::PartialMonthly;
    world.order(1, money(&inputs["old_value"]), "2018-01-01", "2019-12-31");
    world.ctx.open = PeriodId(201_801).plus(i32::try_from(inputs["months_to_date"].as_i64().unwrap()).unwrap() - 1);
    world.post();
    let recognised: i64 = world.amounts(1, LegKind::Unbilled).iter().filter(|(p, _)| *p < world.ctx.open.0).map(|(_, a)| a).sum();
    assert_eq!(recognised, money(&inputs["recognised_to_prior_period"]));
    world.ctx.watermarks.clear();
    world.update(2, 1, money(&inputs["new_value"]), "2018-01-01", "2019-12-31");
    let now = world.amounts(1, LegKind::Unbilled).iter().find(|(p, _)| *p == world.ctx.open.0).unwrap().1;
    assert_eq!(now, money(&case["expected"]["open_period_revenue"]));
}

pub fn waterfall(case: &Value) {
    let schedule = by_period(&case["inputs"]["schedule"]);
    let leg = Leg {
        number: 1,
        kind: LegKind::Unbilled,
        reversal: false,
        bill: None,
        sequence: 1,
        created: PeriodId(schedule[0].0),
        currency: accrual_base::Currency::USD,
        rates: Rates::UNIT,
        start: PeriodId(schedule[0].0),
        amounts: schedule.iter().map(|(_, a)| *a).collect(),
        posted_through: None,
    };
    let mut blob = Vec::new();
    codec::encode_legs(&[leg], accrual_base::Currency::USD, &mut blob);
    let mut waterfall = Waterfall::new();
    waterfall.add(&blob, accrual_base::Currency::USD).unwrap();
    let rows = waterfall.rows(PeriodId(text(&case["inputs"]["as_of"]).parse().unwrap())).unwrap();
    let revenue = rows.iter().find(|r| r.account == AccountType::Revenue).unwrap();
    let expected = &case["expected"];
    assert_eq!(revenue.prior, money(&expected["prior_amount"]));
    assert_eq!(revenue.open, money(&expected["201903"]));
    assert_eq!(revenue.future, [(PeriodId(201_904), money(&expected["201904"]))]);
    assert_eq!(revenue.total().unwrap(), money(&expected["total"]));
}

/// For rule F the documentation prints the whole credit in each of its months; the notes give the days' share.
pub fn credit_rule(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    world.order_row(1, money(&inputs["invoice"]), "2019-01-01", "2019-06-30");
    world.bill(2, TransactionType::Invoice, 1, money(&inputs["invoice"]));
    let fixed = text(&inputs["rule"]) == "F";
    let credit = world.credit(3, TransactionType::CreditMemo, 2, -money(&inputs["credit"]));
    if fixed {
        credit.credit_rule = CreditRule::FixedDuration;
        (credit.start, credit.end) = (Some(day(text(&inputs["cm_start"]))), Some(day(text(&inputs["cm_end"]))));
    }
    world.collect();
    let leg = world.line(1).legs.iter().find(|l| l.kind == LegKind::Billed && l.bill == Some(3)).unwrap();
    let got: Vec<i64> = (0..6)
        .map(|m| PeriodId(201_901).plus(m).index() - leg.start.index())
        .map(|at| usize::try_from(at).ok().and_then(|at| leg.amounts.get(at)).copied().unwrap_or(0))
        .collect();
    let expected = &case["expected"];
    let want = expected.get("schedule").unwrap_or(&expected["schedule_per_month"]);
    if fixed {
        // equal months weigh by their full length
        assert_eq!(got.iter().sum::<i64>(), money(&expected["schedule_total"]));
    }
    assert_eq!(got, list(want).iter().map(money).collect::<Vec<_>>());
}

pub fn rollforward(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    world.order_row(1, 12 * money(&inputs["monthly_revenue"]), "2019-01-01", "2019-12-31");
    world.bill(2, TransactionType::Invoice, 1, money(&inputs["billing_jan"]));
    world.collect();
    let mut begin = 0;
    for (period, month) in [(201_901, "jan"), (201_902, "feb")] {
        let want = &case["expected"][month];
        let of = |kind| world.amounts(1, kind).iter().find(|(p, _)| *p == period).map_or(0, |(_, a)| *a);
        let (additions, release) = (of(LegKind::InitialBilling), of(LegKind::Billed));
        assert_eq!([begin, additions, release], [money(&want["begin"]), money(&want["additions"]), money(&want["release"])]);
        begin += additions - release;
        assert_eq!(begin, money(&want["end"]));
    }
}

pub fn carve_out(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    let (billed, carve) = (money(&inputs["billed"]), money(&inputs["carve_out"]));
    with_carve(&mut world, 1, billed, -carve, "2019-01-01", "2019-06-30");
    world.bill(9, TransactionType::Invoice, 1, billed);
    world.collect();
    let first = |kind| world.amounts(1, kind)[0].1;
    assert_eq!(first(LegKind::InitialBilling) + first(LegKind::AllocationOpening), money(&case["expected"]["net_additions"]));
    assert_eq!(-(first(LegKind::Billed) + first(LegKind::Allocation)), money(&case["expected"]["net_release"]));
}
