//! Reversals, write-offs and payments by line.

use super::{all_cents, cents, list, text};
use crate::common::*;
use accrual_receivables::Invoice;
use accrual_receivables::invoice::*;
use accrual_receivables::memo::{CreditMemo, Mirroring};
use serde_json::Value;

const RULES: [(&str, Mirroring); 3] =
    [("Yes", Mirroring::Yes), ("Yes but do not create for zero balance invoice items", Mirroring::YesButNotZero), ("No", Mirroring::No)];

/// A posted invoice of items that each have one tax line: `[item, tax, item, tax, ...]`.
fn with_taxes(lines: &[i64]) -> Invoice {
    let build = |pair: &[i64]| {
        let amount = accrual_base::format_minor(pair[0].max(0), 2);
        NewItem { tax_items: Some(vec![tax_item("0")]), ..item(&amount) }
    };
    let mut invoice = posted(lines.chunks(2).map(build).collect());
    for (item, pair) in invoice.items.iter_mut().zip(lines.chunks(2)) {
        (item.amount, item.taxes[0].amount) = (pair[0], pair[1]);
    }
    invoice
}

pub fn reversal(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let mut new = invoice_of(vec![NewItem { tax_items: Some(vec![tax_item("10")]), ..item("100") }]);
    new.date = day(&text(&inputs["invoice"]["invoiceDate"]));
    let context = context(&accrual_receivables::tax::NoRates);
    let mut invoice = create(&new, &context).unwrap();
    post(&mut invoice, Post::default(), &context).unwrap();
    assert_eq!(invoice.amount().unwrap(), cents(&inputs["invoice"]["amount"]));

    let (how, facts) = crate::common::reversal();
    let date = |value: &Value| value.as_str().map(day);
    let with = |of: &Value| Reverse {
        memo_date: date(&of["memoDate"]),
        apply_date: date(&of["applyEffectiveDate"]),
        today: day("2026-03-10"),
        ..how
    };
    for refused in list(&want["rejectedInputs"]) {
        assert!(reverse(&mut invoice.clone(), with(refused), facts).is_err(), "{refused}");
    }
    let memo = reverse(&mut invoice, with(&inputs["reverse"]), facts).unwrap();
    let figures = &want["creditMemo"];
    assert_eq!(
        (memo.amount().unwrap(), memo.applied, memo.unapplied().unwrap()),
        (cents(&figures["amount"]), cents(&figures["appliedAmount"]), cents(&figures["unappliedAmount"]))
    );
    assert_eq!(memo.reason, text(&figures["reasonCode"]));
    assert_eq!(memo.lines[0].unit_price, -invoice.items[0].unit_price);
    assert_eq!((invoice.balance().unwrap(), invoice.reversed), (cents(&want["invoice"]["balance"]), true));
}

fn run(operation: &str, invoice: &Invoice, mirroring: Mirroring) -> accrual_base::Result<CreditMemo> {
    let mut invoice = invoice.clone();
    match operation {
        "reverse" => {
            let (how, facts) = crate::common::reversal();
            reverse(&mut invoice, how, ReverseFacts { mirroring, ..facts })
        }
        _ => write_off(&mut invoice, &writing_off(Extent::Balance), WriteOffFacts { mirroring, ..write_off_facts() }),
    }
}

pub fn zero_lines(case: &Value) {
    for one in list(&case["inputs"]["invoices"]) {
        let invoice = with_taxes(&all_cents(&one["lines"]));
        assert_eq!(invoice.amount().unwrap(), cents(&one["total"]));
        for operation in list(&case["inputs"]["operations"]).iter().map(text) {
            for (name, rule) in RULES {
                let want = &case["expected"][text(&one["name"])][name];
                match run(&operation, &invoice, rule) {
                    Ok(memo) => {
                        assert_eq!(memo.flat(), all_cents(&want["lines"]), "{operation} {name}");
                        assert_eq!(memo.amount().unwrap(), cents(&want["total"]));
                    }
                    Err(_) => assert_eq!(text(want), "refused", "{operation} {name}"),
                }
            }
        }
    }
}

pub fn discount_mirroring(case: &Value) {
    let [first, off, second] = list(&case["inputs"]["invoice"]["items"]) else { panic!("three lines") };
    let items =
        vec![NewItem { discounts: vec![discount(&text(&off["amount"]))], ..item(&text(&first["amount"])) }, item(&text(&second["amount"]))];
    let invoice = posted(items);
    assert_eq!(invoice.amount().unwrap(), cents(&case["inputs"]["invoice"]["total"]));
    for (rule, name) in [(Mirroring::Yes, "mirroringYes"), (Mirroring::YesButNotZero, "mirroringYes"), (Mirroring::No, "mirroringNo")] {
        let memo = run("write-off", &invoice, rule).unwrap();
        let want = &case["expected"][name];
        assert_eq!((memo.flat(), memo.amount().unwrap()), (all_cents(&want["lines"]), cents(&want["total"])));
    }
}

pub fn open_items(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let lines: Vec<i64> = list(&inputs["invoice"]["lines"]).iter().map(|l| cents(&l["amount"])).collect();
    let mut invoice = with_taxes(&lines);
    assert_eq!(invoice.amount().unwrap(), cents(&inputs["invoice"]["total"]));
    for (key, paid) in [LineKey::Item(0), LineKey::Tax(0, 0)].into_iter().zip(list(&inputs["payment"]["appliedTo"])) {
        invoice.apply_to_line(Movement::Payment, key, cents(&paid["amount"])).unwrap();
    }
    let before = &want["beforeWriteOff"];
    let open: Vec<i64> = invoice.line_keys().into_iter().map(|k| invoice.line_balance(k).unwrap()).collect();
    assert_eq!(open, ["item1", "tax1", "item2", "tax2"].map(|n| cents(&before[n])));
    assert_eq!(invoice.balance().unwrap(), cents(&before["total"]));
    for rule in list(&want["allowedUnder"]).iter().map(text) {
        let mirroring = RULES.iter().find(|(n, _)| *n == rule).unwrap().1;
        let mut written = invoice.clone();
        let memo = write_off(&mut written, &writing_off(Extent::Balance), WriteOffFacts { mirroring, ..write_off_facts() }).unwrap();
        assert_eq!((memo.flat(), memo.amount().unwrap()), (all_cents(&want["creditMemo"]["lines"]), cents(&want["creditMemo"]["total"])));
        let after: Vec<i64> = written.line_keys().into_iter().map(|k| written.line_balance(k).unwrap()).collect();
        assert_eq!(after, all_cents(&want["afterWriteOff"]));
    }
}

pub fn zero_balance(case: &Value) {
    let open = with_taxes(&[100, 0]);
    let mut paid = with_taxes(&[100, 10]);
    paid.apply(Movement::Payment, accrual_receivables::spread::Allocation::Proration, 110).unwrap();
    let tried = [run("write-off", &open, Mirroring::No), run("write-off", &paid, Mirroring::No), run("write-off", &paid, Mirroring::Yes)];
    let allowed: Vec<bool> = list(&case["expected"]["allowed"]).iter().map(|v| v.as_bool().unwrap()).collect();
    assert_eq!(tried.map(|t| t.is_ok()).to_vec(), allowed);
}

/// The balance of the tax line after the payment is the 1 that the lines need to sum, not the 0 printed.
pub fn item_level_payment(case: &Value) {
    let (tax, want) = (&case["inputs"]["caseTax"], &case["expected"]["caseTax"]);
    let mut invoice = with_taxes(&[cents(&tax["items"][0]["balance"]), cents(&tax["items"][1]["balance"])]);
    let pay = |invoice: &mut Invoice, apply: &Value| {
        invoice.apply_to_line(Movement::Payment, LineKey::Item(0), cents(&apply["item1"])).unwrap();
        invoice.apply_to_line(Movement::Payment, LineKey::Tax(0, 0), cents(&apply["tax1"])).unwrap();
    };
    pay(&mut invoice, &tax["apply"]);
    let open = |invoice: &Invoice, key| invoice.line_balance(key).unwrap();
    assert_eq!((open(&invoice, LineKey::Item(0)), open(&invoice, LineKey::Tax(0, 0))), (cents(&want["item1"]), cents(&want["tax1"])));
    assert_eq!(invoice.balance().unwrap(), cents(&want["invoiceBalance"]));

    let (off, want) = (&case["inputs"]["caseDiscount"], &case["expected"]["caseDiscount"]);
    let amounts: Vec<i64> = list(&off["items"]).iter().map(|i| cents(&i["amount"])).collect();
    let reduced = NewDiscount { tax_items: vec![tax_item("-1")], ..discount("-10") };
    let mut invoice = posted(vec![NewItem { tax_items: Some(vec![tax_item("10")]), discounts: vec![reduced], ..item("100") }]);
    let item = &invoice.items[0];
    assert_eq!(amounts, [item.amount, item.taxes[0].amount, item.discounts[0].amount, item.discounts[0].taxes[0].amount]);
    assert_eq!(item.balance().unwrap(), cents(&off["items"][0]["balance"]));
    assert_eq!(invoice.balance().unwrap(), cents(&off["total"]));
    pay(&mut invoice, &off["apply"]);
    let figures = [LineKey::Item(0), LineKey::Tax(0, 0), LineKey::DiscountTax(0, 0, 0)].map(|k| open(&invoice, k));
    assert_eq!(figures, ["item1", "tax1", "discountTax"].map(|n| cents(&want[n])));
    assert_eq!(invoice.balance().unwrap(), cents(&want["invoiceBalance"]));
}
