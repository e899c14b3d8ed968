//! Cases about accounting entries.

use crate::common::*;
use crate::{list, money, text};
use accrual_base::{Currency, Decimal, PeriodId};
use accrual_revenue::codec;
use accrual_revenue::contract::*;
use accrual_revenue::figures;
use accrual_revenue::policy::*;
use accrual_revenue::rows::{self, LineInfo, Side};
use serde_json::Value;
use std::collections::BTreeMap;

/// Debit less credit in functional currency by account and whether it is an initial entry.
type Balances = BTreeMap<(String, bool), i64>;

fn balances(world: &World) -> Balances {
    let mut sums = Balances::new();
    each_row(world, |_, row| {
        let amount = row.debit().functional - row.credit().functional;
        *sums.entry((row.account.name().to_owned(), row.is_initial())).or_insert(0) += amount;
    });
    sums.retain(|_, v| *v != 0);
    sums
}

fn each_row(world: &World, mut f: impl FnMut(&Line, &rows::Row<'_>)) {
    for line in &world.contract.lines {
        let mut blob = Vec::new();
        codec::encode_legs(&line.legs, line.currency, &mut blob);
        let info = LineInfo { id: line.id, currency: line.currency, functional: line.functional, reporting: Currency::USD };
        rows::expand(&blob, &info, &world.ctx.watermarks, |row| {
            f(line, row);
            Ok(())
        })
        .unwrap();
    }
}

/// What printed entries sum to, in the shape of [`balances`].
fn printed(entries: &[&Value]) -> Balances {
    let mut sums = Balances::new();
    for entry in entries.iter().flat_map(|e| list(e)) {
        let initial = entry.get("flag").is_some_and(|f| text(f).contains("initial"));
        *sums.entry((text(&entry["account"]).to_owned(), initial)).or_insert(0) += money(&entry["dr"]) - money(&entry["cr"]);
    }
    sums.retain(|_, v| *v != 0);
    sums
}

/// What changed between two states.
fn change(before: &Balances, after: &Balances) -> Balances {
    let mut out = after.clone();
    for (key, amount) in before {
        *out.entry(key.clone()).or_insert(0) -= amount;
    }
    out.retain(|_, v| *v != 0);
    out
}

/// An order that is updated to further values in one period, recognised at once; each state is posted, so that
/// every change has to be booked.
fn ordered(world: &mut World, values: &Value, right_to_bill: bool) -> Vec<Balances> {
    world.template.ratable = RatableMethod::ImmediateOpenPeriod;
    let mut states = vec![Balances::new()];
    for (value, id) in list(values).iter().zip(1..) {
        let row = world.order_row(id, money(value), "2024-01-01", "2024-01-31");
        row.right_to_bill = right_to_bill;
        if id > 1 {
            row.order = accrual_revenue::collect::Link::Known(1);
        }
        world.collect();
        world.post();
        world.ctx.sequence += 1;
        states.push(balances(world));
    }
    states
}

fn settle(world: &mut World) -> Balances {
    world.collect();
    world.post();
    world.ctx.sequence += 1;
    balances(world)
}

pub fn order_up_and_down(case: &Value) {
    let mut world = World::new(202_401);
    let states = ordered(&mut world, &case["inputs"]["so_values"], false);
    let account = |name: &str| (name.to_owned(), false);
    for (pair, want) in states.windows(2).zip(list(&case["expected"]["impact"])) {
        let got = change(&pair[0], &pair[1]);
        let side = |debit: &str, credit: &str| want.get(debit).map_or_else(|| -money(&want[credit]), money);
        assert_eq!(
            got,
            Balances::from([(account("Contract Liability"), side("CL_dr", "CL_cr")), (account("Revenue"), side("REV_dr", "REV_cr"))])
        );
    }
    let balance = &case["expected"]["balance"];
    assert_eq!(states.last().unwrap()[&account("Revenue")], -money(&balance["REV_cr"]));
    assert_eq!(states.last().unwrap()[&account("Contract Liability")], money(&balance["CL_dr"]));
}

pub fn right_to_bill_then_invoice(case: &Value) {
    let mut world = World::new(202_401);
    let states = ordered(&mut world, &case["inputs"]["so_values"], true);
    world.bill(9, TransactionType::Invoice, 1, money(&case["inputs"]["invoice"]));
    let after = settle(&mut world);
    assert_eq!(change(states.last().unwrap(), &after), printed(&[&case["expected"]["entries_on_invoice"]]));
    let reversed: i64 = world.line(1).legs.iter().filter(|l| l.reversal).flat_map(|l| &l.amounts).sum();
    assert_eq!(reversed, -money(&case["inputs"]["invoice"]));
    let balance = &case["expected"]["balance"];
    assert_eq!(after[&("Unbilled AR".to_owned(), false)], money(&balance["Unbilled_dr"]));
    assert_eq!(after[&("Revenue".to_owned(), false)], -money(&balance["Revenue_cr"]));
}

pub fn overage_upon_billing(case: &Value) {
    let mut world = World::new(202_401);
    world.template.release = ReleaseEvent::UponBillingBilled;
    let states = ordered(&mut world, &case["inputs"]["so_values"], false);
    assert!(states.iter().all(Balances::is_empty));
    world.bill(9, TransactionType::Invoice, 1, money(&case["inputs"]["invoice"]));
    assert_eq!(settle(&mut world), printed(&[&case["expected"]["on_invoice"]]));
    assert_eq!(world.line(1).sell, money(&case["expected"]["so_value_after_invoice"]));
}

/// The print moves 100 of unbilled revenue in one column and 80 in its balance; 80 follows from the overage rule.
pub fn overage_cancelled(case: &Value) {
    let expected = &case["expected"];
    let mut world = World::new(202_401);
    let mut states = ordered(&mut world, &case["inputs"]["so_values"], false);
    world.bill(9, TransactionType::Invoice, 1, money(&case["inputs"]["invoice"]));
    states.push(settle(&mut world));
    assert_eq!(world.line(1).sell, money(&expected["so_value_after_invoice"]));
    world.credit(10, TransactionType::InvoiceCancelation, 9, money(&case["inputs"]["cm_c"]));
    states.push(settle(&mut world));
    for (pair, key) in states.windows(2).zip(["on_so", "on_so_update", "on_invoice", "on_cm_c"]) {
        assert_eq!(change(&pair[0], &pair[1]), printed(&[&expected[key]]), "{key}");
    }
    let of = |kind| world.amounts(1, kind).iter().map(|(_, a)| a).sum::<i64>();
    let balance = &expected["balance"];
    assert_eq!(of(LegKind::InitialBilling), money(&balance["initial_CL_cr"]));
    assert_eq!((of(LegKind::Billed), of(LegKind::Unbilled)), (money(&balance["billed_revenue"]), money(&balance["unbilled_revenue"])));
}

/// The impact table exchanges debit and credit of the billed reversal; the direction given leads to the balance.
pub fn return_on_invoice(case: &Value) {
    let mut world = World::new(202_401);
    ordered(&mut world, &case["inputs"]["so_values"], false);
    world.bill(9, TransactionType::Invoice, 1, money(&case["inputs"]["invoice"]));
    let before = settle(&mut world);
    world.credit(10, TransactionType::Return, 9, money(&case["inputs"]["cm_r"]));
    let after = settle(&mut world);
    assert_eq!(change(&before, &after), printed(&[&case["expected"]["on_cm_r"]]));
    check_balance(&after, &case["expected"]["balance"]);
}

fn check_balance(after: &Balances, want: &Value) {
    assert_eq!(after[&("Contract Liability".to_owned(), true)], -money(&want["initial_CL_cr"]));
    assert_eq!(after[&("Contract Liability".to_owned(), false)], money(&want["CL_dr"]));
    assert_eq!(after[&("Revenue".to_owned(), false)], -money(&want["revenue"]));
}

/// The credit waits for the invoice; the step that takes revenue back then is not printed, its balance is.
pub fn return_on_order(case: &Value) {
    let mut world = World::new(202_401);
    let states = ordered(&mut world, &case["inputs"]["so_values"], false);
    world.bill(9, TransactionType::Return, 1, money(&case["inputs"]["cm_r"]));
    let waiting = settle(&mut world);
    assert_eq!(change(states.last().unwrap(), &waiting), printed(&[&case["expected"]["on_cm_r"]]));
    world.bill(10, TransactionType::Invoice, 1, money(&case["inputs"]["invoice_after"]));
    let after = settle(&mut world);
    check_balance(&after, &case["expected"]["balance_after_invoice"]);
}

pub fn proration_credit(case: &Value) {
    let values: Vec<i64> = list(&case["expected"]["so_value"]).iter().map(money).collect();
    let mut world = World::new(202_401);
    world.order(1, money(&case["inputs"]["so"]), "2024-01-01", "2024-01-31");
    assert_eq!(world.line(1).sell, values[0]);
    world.bill(2, TransactionType::Invoice, 1, money(&case["inputs"]["invoice"]) - 40_000);
    world.bill(3, TransactionType::Invoice, 1, 40_000);
    world.collect();
    assert_eq!(world.line(1).sell, values[1]);
    world.bill(4, TransactionType::InvoiceCancelation, 1, money(&case["inputs"]["cm_c"]["amount"]));
    world.collect();
    assert_eq!(world.line(1).sell, values[2]);
    // the last invoice was consumed first
    let left: Vec<i64> = world.line(1).bills.iter().map(|b| accrual_revenue::billing::net(world.line(1), b).unwrap()).collect();
    assert_eq!(left, [80_000, 35_000, 0]);
}

pub fn effect_on_order(case: &Value) {
    let expected = &case["expected"];
    let line = |list_price: i64, sell: i64, quantity: i64, kind: TransactionType, credit: i64| {
        let mut world = World::new(202_401);
        let row = world.order_row(1, sell, "2024-01-01", "2024-01-31");
        (row.list, row.quantity) = (list_price, Decimal::from(quantity));
        world.bill(2, TransactionType::Invoice, 1, sell);
        let row = world.credit(3, kind, 2, credit);
        (row.list, row.quantity) = (credit, Decimal::from(5));
        world.collect();
        world.line(1).clone()
    };
    let so = &case["inputs"]["so"];
    let (list_price, sell, quantity) = (money(&so["list"]), money(&so["sell"]), so["qty"].as_i64().unwrap());
    let memo = line(list_price, sell, quantity, TransactionType::CreditMemo, money(&case["inputs"]["cm"]));
    let want = &expected["CM_invoice_based"];
    let billed = |l: &Line| figures::line(l).unwrap().billed;
    assert_eq!((memo.sell, memo.allocatable, billed(&memo)), (money(&want["sell"]), money(&want["allocatable"]), money(&want["billed"])));
    let cancelled = line(90_000, 70_000, 10, TransactionType::InvoiceCancelation, -70_000);
    let want = &expected["CM_C_full_on_700_so"];
    assert_eq!(
        (cancelled.sell, cancelled.allocatable, billed(&cancelled)),
        (money(&want["sell"]), money(&want["allocatable"]), money(&want["billed"]))
    );
    let returned = line(90_000, 70_000, 10, TransactionType::Return, -35_000);
    let want = &expected["CM_R_half_on_900_list_700_sell"];
    assert_eq!(
        (returned.list, returned.allocatable, billed(&returned)),
        (money(&want["list"]), money(&want["allocatable"]), money(&want["billed"]))
    );
    assert_eq!(returned.quantity, Decimal::from(want["qty"].as_i64().unwrap()));
}

/// Line 2 is printed with 50 a month although 600 over six months is 100: tested with what follows from its inputs.
pub fn two_lines_billed(case: &Value) {
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    for (line, id) in list(&case["inputs"]["lines"]).iter().zip(1..) {
        let end = PeriodId(201_901).plus(i32::try_from(line["months"].as_i64().unwrap()).unwrap() - 1).end().to_string();
        world.order_row(id, money(&line["bookings"]), "2019-01-01", &end).right_to_bill = text(&line["rtb"]) == "Y";
        world.bill(10 + id, TransactionType::Invoice, id, money(&line["billings"]));
    }
    world.collect();
    let month = |line, kind| world.amounts(line, kind).iter().filter(|(p, _)| *p == 201_901).map(|(_, a)| a).sum::<i64>();
    let additions: i64 = [1, 2].map(|id| month(id, LegKind::InitialBilling)).iter().sum();
    assert_eq!(additions, money(&case["expected"]["total_additions"]));
    assert_eq!(month(1, LegKind::Billed), money(&case["expected"]["net_ca_cl_release_rtb_n_only"]));
    assert_eq!(month(2, LegKind::Billed), 10_000);
}

pub fn rebooked_at_bill_rate(case: &Value) {
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    let rate = |at: &str| Rates { functional: inputs[at].to_string().parse().unwrap(), reporting: Decimal::ONE };
    let eur = Currency::named(text(&inputs["currency"])).unwrap();
    let mut world = World::new(202_401);
    world.template.ratable = RatableMethod::ImmediateOpenPeriod;
    let row = world.order_row(1, money(&inputs["amount"]), "2024-01-01", "2024-01-31");
    (row.currency, row.rates, row.right_to_bill) = (eur, rate("booking_rate"), true);
    let before = settle(&mut world);
    assert_eq!(before, printed(&[&expected["before_billing"]]));
    let row = world.bill(2, TransactionType::Invoice, 1, money(&inputs["amount"]));
    (row.currency, row.rates) = (eur, rate("bill_rate"));
    let after = settle(&mut world);
    assert_eq!(change(&before, &after), printed(&[&expected["on_invoice"]]));
    let revenue = |b: &Balances| b[&("Revenue".to_owned(), false)];
    assert_eq!(revenue(&before) - revenue(&after), money(&expected["unbilled_fx_report_difference"]));
}

/// Every entry of the four months, by line, period, schedule type, account and flags.
pub fn four_months(case: &Value) {
    let inputs = &case["inputs"];
    let mut world = World::new(201_901);
    world.template.accounting = AccountingMethod::PartialMonthly;
    for line in list(&inputs["lines"]) {
        let (id, sell) = (line["line"].as_i64().unwrap(), money(&line["sell"]));
        let row = world.order_row(id, sell, text(&line["start"]), text(&line["end"]));
        (row.ssp, row.right_to_bill) = (Some(sell + money(&line["carve"])), text(&line["rtb"]) == "Y");
    }
    for period in 201_901..=201_904 {
        world.ctx.open = PeriodId(period);
        for (invoice, id) in list(&inputs["invoices"]).iter().zip(10..) {
            if text(&invoice["period"]) == period.to_string() {
                world.bill(id, TransactionType::Invoice, invoice["line"].as_i64().unwrap(), money(&invoice["amount"]));
            }
        }
        settle(&mut world);
    }
    let mut got: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    each_row(&world, |line, row| {
        if row.period <= PeriodId(201_904) {
            let flags = format!("{}{}{}", yes(row.is_initial()), yes(row.is_initial_reporting()), yes(row.is_unbilled()));
            let key = (format!("{} line {} {} {flags}", row.period, line.id, row.schedule_type), row.account.name().to_owned());
            let sums = got.entry(key).or_default();
            let amount = row.amounts.transaction;
            if row.side == Side::Debit { sums.0 += amount } else { sums.1 += amount }
        }
    });
    let mut want: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for e in list(&case["expected"]["entries"]) {
        let flags = ["initial", "initial_rep", "unbilled"].map(|f| text(&e[f]).to_owned()).concat();
        let key = (format!("{} line {} {} {flags}", text(&e["period"]), e["line"], text(&e["schd_type"])), text(&e["account"]).to_owned());
        let sums = want.entry(key).or_default();
        sums.0 += money(&e["dr"]);
        sums.1 += money(&e["cr"]);
    }
    assert_eq!(got, want);
}

fn yes(flag: bool) -> char {
    if flag { 'Y' } else { 'N' }
}

/// Billed in January, recognised with the delivery in March. Cash is not part of the revenue ledger.
pub fn billed_before_delivery(case: &Value) {
    let amount = money(&case["inputs"]["amount"]);
    let mut world = World::new(202_401);
    (world.template.release, world.template.ratable) = (ReleaseEvent::UponBillingBilled, RatableMethod::ImmediateStartDate);
    world.order_row(1, amount, "2024-03-31", "2024-03-31");
    world.bill(2, TransactionType::Invoice, 1, amount);
    world.collect();
    let expected = &case["expected"];
    assert_eq!(world.amounts(1, LegKind::InitialBilling), [(202_401, money(&expected["31-Jan"]["Contract liability_cr"]))]);
    assert_eq!(world.amounts(1, LegKind::Billed), [(202_403, money(&expected["31-Mar"]["Revenue_cr"]))]);
}

/// A is recognised before anything is due: revenue against contract liability, which netting would show as an asset.
pub fn delivered_before_billing(case: &Value) {
    let (a, b) = (money(&case["inputs"]["A"]), money(&case["inputs"]["B"]));
    let mut world = World::new(202_401);
    world.template.ratable = RatableMethod::ImmediateStartDate;
    world.order_row(1, a, "2024-01-01", "2024-01-01");
    world.order_row(2, b, "2024-02-01", "2024-02-01");
    world.collect();
    assert_eq!(world.amounts(1, LegKind::Unbilled), [(202_401, money(&case["expected"]["on_A"]["Revenue_cr"]))]);
    world.open(202_402);
    world.bill(3, TransactionType::Invoice, 1, a);
    world.bill(4, TransactionType::Invoice, 2, b);
    world.collect();
    let billed: i64 = [1, 2].iter().flat_map(|id| world.amounts(*id, LegKind::InitialBilling)).map(|(_, amount)| amount).sum();
    assert_eq!(billed, money(&case["expected"]["on_B"]["Receivable_dr"]));
    assert_eq!(world.amounts(2, LegKind::Billed), [(202_402, money(&case["expected"]["on_B"]["Revenue_cr"]))]);
}
