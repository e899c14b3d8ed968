//! Cases about allocation.

use crate::common::*;
use crate::{list, money, text};
use accrual_base::{Currency, Decimal, PeriodId, rounding};
use accrual_revenue::collect::{Link, Transaction};
use accrual_revenue::contract::*;
use serde_json::Value;

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().expect("a decimal")
}

fn allocated(world: &World) -> Vec<i64> {
    world.contract.lines.iter().map(|l| l.allocated).collect()
}

fn amounts(value: &Value) -> Vec<i64> {
    list(value).iter().map(money).collect()
}

fn order(id: i64, sell: i64, ssp: Option<i64>) -> Transaction<'static> {
    let mut row = transaction(id, TransactionType::Order, sell);
    (row.start, row.end, row.ssp) = (Some(day("2024-01-01")), Some(day("2024-12-31")), ssp);
    row
}

/// The residue lies on the last line, as the documentation prints it (the file's list leaves it open).
pub fn functional(case: &Value) {
    let mut world = World::new(202_401);
    for (line, id) in list(&case["inputs"]["lines"]).iter().zip(1..) {
        let ssp = rounding::mul_rate(money(&line["ext_list"]), decimal(&line["fv_pct"]), -2).unwrap();
        let mut row = order(id, money(&line["ext_sell"]), Some(ssp));
        row.currency = Currency::named(text(&line["curr"])).unwrap();
        row.rates = Rates { functional: decimal(&line["f_ex_rate"]), reporting: Decimal::ONE };
        world.pending.push(row);
    }
    world.collect();
    let expected = &case["expected"];
    assert_eq!(world.contract.allocation_currency, Some(Currency::USD));
    assert_eq!(world.contract.lines.iter().map(|l| l.allocation_base).collect::<Vec<_>>(), amounts(&expected["allocatable_functional"]));
    let (mut want, mut carves) = (amounts(&expected["allocated"]), amounts(&expected["carve"]));
    *want.last_mut().unwrap() -= 1;
    *carves.last_mut().unwrap() -= 1;
    assert_eq!(allocated(&world), want);
    assert_eq!(world.contract.lines.iter().map(Line::carve).collect::<Vec<_>>(), carves);
}

/// At full precision; the published amounts use weights of four decimals.
pub fn residual(case: &Value) {
    let mut world = World::new(202_401);
    for (line, id) in list(&case["inputs"]["lines"]).iter().zip(1..) {
        world.pending.push(order(id, money(&line["sell"]), line.get("ext_ssp").map(money)));
    }
    world.change = |p| p.ssp = accrual_revenue::ssp::Hierarchy(Vec::new());
    world.collect();
    assert_eq!(world.contract.allocation_error, Some("RPRO-00607"));
    for (line, input) in world.contract.lines.iter_mut().zip(list(&case["inputs"]["lines"])) {
        if text(&input["type"]) == "RSSP" {
            let residual = Residual { minimum: money(&input["min"]), weight: money(&input["fv"]), alternative: money(&input["sell"]) };
            line.rule = Some(Box::new(AllocationRule { residual: Some(residual), ..AllocationRule::default() }));
        }
    }
    world.collect();
    assert_eq!(world.contract.allocation_error, None);
    // the residue of the three thirds lies on the last of them
    assert_eq!(allocated(&world), amounts(&case["expected"]["allocated_full_precision"]));
}

pub fn second_level(case: &Value) {
    let expected = &case["expected"];
    for second in [false, true] {
        let mut world = World::new(202_401);
        for (line, id) in list(&case["inputs"]["lines"]).iter().zip(1..) {
            let ssp = rounding::mul_rate(money(&line["list"]), decimal(&line["ssp_pct"]), -2).unwrap();
            let mut row = order(id, money(&line["sell"]), Some(ssp));
            let group = Some(text(&line["so_line_item"]).to_owned());
            row.second_level = line.get("lvl2_pct").filter(|_| second).map(|p| SecondLevel { group, percent: decimal(p) });
            world.pending.push(row);
        }
        world.collect();
        assert_eq!(allocated(&world), amounts(&expected[if second { "second_level" } else { "first_level" }]));
        if second {
            assert_eq!(world.contract.lines.iter().map(Line::carve).collect::<Vec<_>>(), amounts(&expected["carve"]));
        }
    }
}

/// The printed amounts of the ramp sum to 66,000.01; the last line takes the cent.
pub fn ramp(case: &Value) {
    let mut world = World::new(202_401);
    let mut start = day("2018-01-01");
    for (line, id) in list(&case["inputs"]["lines"]).iter().zip(1..) {
        let days = i32::try_from(line["days"].as_i64().unwrap()).unwrap();
        let mut row = order(id, money(&line["sell"]), Some(money(&line["ssp"])));
        row.quantity = decimal(&line["qty"]);
        (row.start, row.end) = (Some(start), Some(start.plus(days - 1)));
        start = start.plus(days);
        world.pending.push(row);
    }
    let rows = world.pending.clone();
    world.collect();
    assert_eq!(allocated(&world), amounts(&case["expected"]["relative"]));
    let mut world = World::new(202_401);
    world.pending = rows;
    for row in &mut world.pending {
        row.ramp = Some(Ramp { group: "R1".into(), averaging: Averaging::Volume });
    }
    world.collect();
    let mut want = amounts(&case["expected"]["ramp_alloc"]);
    *want.last_mut().unwrap() -= 1;
    assert_eq!(allocated(&world), want);
    assert_eq!(want.iter().sum::<i64>(), money(&case["inputs"]["group_total"]));
}

/// Amounts in cents by name, the prices given in an object.
fn named(world: &mut World, ssp: &Value, total: i64) {
    let count = ssp.as_object().unwrap().len();
    for ((_, price), id) in ssp.as_object().unwrap().iter().zip(1..) {
        // what each line sells for does not matter, only the sum does
        let sell = if id == i64::try_from(count).unwrap() { total } else { 0 };
        world.pending.push(order(id, sell, Some(money(price))));
    }
    world.collect();
}

pub fn relative(case: &Value) {
    let mut world = World::new(202_401);
    named(&mut world, &case["inputs"]["ssp"], money(&case["inputs"]["tp"]));
    let want: Vec<i64> = case["expected"]["allocated"].as_object().unwrap().values().map(money).collect();
    assert_eq!(allocated(&world), want);
}

/// The discount of the bundle is given to B and C by their bundle price; D takes the residual.
pub fn residual_of_a_bundle(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]["allocated"]);
    let bundle = money(&inputs["bundle_BC_price"]);
    let (b, c) = (money(&inputs["ssp"]["B"]), money(&inputs["ssp"]["C"]));
    let shares = accrual_revenue::allocate::relative(bundle, &[b, c]).unwrap();
    let mut world = World::new(202_401);
    let total = money(&inputs["tp"]);
    for (id, sell, ssp) in [(1, 0, Some(money(&inputs["ssp"]["A"]))), (2, 0, Some(shares[0])), (3, 0, Some(shares[1])), (4, total, None)] {
        world.pending.push(order(id, sell, ssp));
    }
    world.change = |p| p.ssp = accrual_revenue::ssp::Hierarchy(Vec::new());
    world.collect();
    let residual = Residual { minimum: 1500, weight: 1, alternative: 3000 };
    world.contract.lines[3].rule = Some(Box::new(AllocationRule { residual: Some(residual), ..AllocationRule::default() }));
    world.collect();
    assert_eq!(allocated(&world), ["A", "B", "C", "D"].map(|name| money(&want[name])));
}

/// The allocation between product and points, in whole units; the estimate of points belongs to variable consideration.
pub fn points(case: &Value) {
    let sales = case["inputs"]["sales"].as_i64().unwrap();
    let points = rounding::mul_rate(case["inputs"]["points"].as_i64().unwrap(), decimal(&case["inputs"]["ssp_point"]), 0).unwrap();
    let got = accrual_revenue::allocate::relative(sales, &[sales, points]).unwrap();
    assert_eq!(got, [case["expected"]["product"].as_i64().unwrap(), case["expected"]["points"].as_i64().unwrap()]);
}

fn currency_line(line: &Value, joined: bool) -> Transaction<'static> {
    let id = line["line"].as_i64().unwrap();
    let named = |at: &str| Currency::named(text(&line[at])).unwrap();
    let mut row = order(id, 100_000, Some(80_000 + 10_000 * id));
    (row.currency, row.functional) = (named("t"), named("f"));
    row.rates = Rates { functional: decimal(&line["f_ex"]), reporting: decimal(&line["g_ex"]) };
    row.date = line.get("book_date").map_or(if joined { day("2019-04-01") } else { day("2019-01-01") }, |d| day(text(d)));
    row
}

/// Choice of the allocation currency and posting rates, for the contract with and without its fourth line.
pub fn currency_choice(case: &Value) {
    for (scenario, want) in list(&case["inputs"]["scenarios"]).iter().zip(list(&case["expected"]["scenarios"])) {
        for side in ["before", "after"] {
            let mut world = World::new(201_901);
            let lines = list(&scenario[side]);
            world.change = if text(&lines[0]["g"]) == "EUR" { |p| p.reporting = Currency::named("EUR").unwrap() } else { |_| () };
            world.pending = lines.iter().map(|l| currency_line(l, l["line"] == 4)).collect();
            world.collect();
            let contract = &world.contract;
            let functional = contract.lines[0].functional;
            let reporting = Currency::named(text(&lines[0]["g"])).unwrap();
            let currency = match text(&want[format!("ccy_{side}")]) {
                "transaction" => None,
                "functional" => Some(functional),
                _ => Some(reporting),
            };
            assert_eq!(contract.allocation_currency, currency, "scenario {} {side}", scenario["scenario"]);
            if side == "after" {
                posting_rates(&world, want, lines);
            }
        }
    }
}

fn posting_rates(world: &World, want: &Value, lines: &[Value]) {
    for line in &world.contract.lines {
        let legs = line.legs.iter().filter(|l| l.kind == LegKind::AllocationOpening);
        for leg in legs {
            let id = line.id.to_string();
            if let Some(rate) = want["posting_f_rate"].get(&id) {
                // published with four or five decimals, one with two
                let places = decimal(rate).scale();
                assert_eq!(leg.rates.functional.round_dp(places), decimal(rate), "line {id} {want}");
            }
            let reporting = want["posting_g_rate"].get(&id).map_or_else(|| decimal(&lines[0]["g_ex"]), decimal);
            assert_eq!(leg.rates.reporting, reporting, "line {id} {want}");
        }
    }
}

/// The opening rows of the page: what was posted in USD is reversed at its own rates and stands anew in EUR.
pub fn rebooked(case: &Value) {
    let inputs = &case["inputs"];
    let eur = Currency::named("EUR").unwrap();
    let mut world = World::new(201_901);
    let rates = Rates { functional: decimal(&inputs["f_ex"]), reporting: decimal(&inputs["g_ex"]) };
    for (id, sell, ssp) in [(1, 100_000, 200_000), (2, 100_000, 200_000), (3, 400_000, 200_000)] {
        let mut row = order(id, sell, Some(ssp));
        (row.functional, row.rates, row.date) = (eur, rates, day("2019-01-01"));
        world.pending.push(row);
    }
    world.collect();
    world.post();
    // prices that give the carves of the page: 800, 800, -2000, 400 EUR
    let mut third = order(13, 400_000, Some(150_000));
    (third.functional, third.rates, third.order, third.date) = (eur, rates, Link::Known(3), day("2019-01-01"));
    let mut fourth = order(14, 100_000, Some(140_000));
    (fourth.currency, fourth.functional, fourth.date) = (eur, eur, day("2019-01-02"));
    fourth.rates = Rates { functional: decimal(&inputs["linked_line"]["f_ex"]), reporting: decimal(&inputs["linked_line"]["g_ex"]) };
    world.pending = vec![third, fourth];
    world.ctx.sequence += 1;
    world.collect();
    let mut got = Vec::new();
    for line in &world.contract.lines {
        for leg in line.legs.iter().filter(|l| l.kind == LegKind::AllocationOpening) {
            assert_eq!((leg.start, leg.amounts.len()), (PeriodId(201_901), 1));
            got.push((line.id.min(4), leg.currency, leg.amounts[0], leg.rates));
        }
    }
    let row = |r: &Value| {
        let amount = money(&r["cr"]) - money(&r["dr"]);
        let rates = Rates { functional: decimal(&r["f_ex"]), reporting: decimal(&r["g_ex"]) };
        (r["line"].as_i64().unwrap(), Currency::named(text(&r["currency"])).unwrap(), amount, rates)
    };
    let mut want: Vec<_> = list(&case["expected"]["rows"]).iter().map(row).collect();
    let key = |r: &(i64, Currency, i64, Rates)| (r.0, r.1, r.2);
    want.sort_by_key(key);
    got.sort_by_key(key);
    assert_eq!(got, want);
}
