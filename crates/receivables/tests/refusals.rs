//! Every refusal of the rules of invoices: code, field, and nothing changed.
#![allow(clippy::unwrap_used)]

mod common;

use accrual_base::{Currency, Decimal};
use accrual_receivables::home::Rate;
use accrual_receivables::invoice::*;
use accrual_receivables::memo::Mirroring;
use accrual_receivables::spread::Allocation;
use accrual_receivables::tax::{NoRates, RateType, TaxMode};
use accrual_receivables::terms::PaymentTerm;
use common::*;

fn creating(change: impl FnOnce(&mut NewInvoice)) -> (String, String) {
    let mut new = invoice_of(vec![item("10")]);
    change(&mut new);
    refused(create(&new, &context(&Flat::percent(&["0.1"]))))
}

fn of(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

#[test]
fn create_refuses_bad_documents() {
    assert_eq!(creating(|n| n.items.clear()), of("58490322", "invoiceItems"));
    assert_eq!(creating(|n| n.items = vec![item("1"); 1_001]), of("58490320", "invoiceItems"));
    assert_eq!(creating(|n| n.date = day("2023-12-31")), of("58490130", "invoiceDate"));
    assert_eq!(creating(|n| n.number = Some("a b".into())), of("58490420", "invoiceNumber"));
    assert_eq!(creating(|n| n.items = vec![item("1"), item("-2")]), of("58490730", "amount"));
    let rate = Rate { value: Decimal::ZERO, inverse: true };
    assert_eq!(creating(|n| n.custom_rates = vec![(Currency::USD, rate)]), of("58530120", "customRates[0].customFxRate"));
}

#[test]
fn create_refuses_bad_items_and_says_which() {
    let second = |change: fn(&mut NewItem)| {
        creating(|n| {
            n.items.push(item("5"));
            change(&mut n.items[1]);
        })
    };
    assert_eq!(second(|i| i.charge_name = None), of("58500422", "invoiceItems[1].chargeName"));
    assert_eq!(second(|i| i.amount = d("0.001")), of("58500120", "invoiceItems[1].amount"));
    assert_eq!(second(|i| i.amount = d("92233720368547758.08")), of("58500120", "invoiceItems[1].amount"));
    assert_eq!(second(|i| i.service_end = Some(day("2024-01-31"))), of("58500620", "invoiceItems[1].serviceEndDate"));
    assert_eq!(second(|i| i.quantity = Some(Decimal::ZERO)), of("58500220", "invoiceItems[1].quantity"));
    assert_eq!(second(|i| i.tax_code = Some("VAT".into())), of("58500822", "invoiceItems[1].taxMode"));
}

#[test]
fn create_refuses_bad_tax_and_discounts() {
    let first = |change: fn(&mut NewItem)| creating(|n| change(&mut n.items[0]));
    assert_eq!(first(|i| i.discounts = vec![discount("1")]), of("58500120", "invoiceItems[0].discountItems[0].amount"));
    assert_eq!(first(|i| i.discounts = vec![discount("-0.1"); 11]), of("58501020", "invoiceItems[0].discountItems"));
    assert_eq!(first(|i| i.tax_items = Some(vec![tax_item("1"); 6])), of("58500920", "invoiceItems[0].taxItems"));
    let inclusive =
        |i: &mut NewItem| i.tax_items = Some(vec![accrual_receivables::tax::NewTaxItem { mode: TaxMode::Inclusive, ..tax_item("1") }]);
    assert_eq!(first(inclusive), of("58510320", "invoiceItems[0].taxItems[0].taxMode"));
    assert_eq!(first(|i| i.tax_items = Some(vec![tax_item("-1")])), of("58510120", "invoiceItems[0].taxItems[0].taxAmount"));
    let nameless =
        |i: &mut NewItem| i.tax_items = Some(vec![accrual_receivables::tax::NewTaxItem { name: String::new(), ..tax_item("1") }]);
    assert_eq!(first(nameless), of("58510522", "invoiceItems[0].taxItems[0].name"));
    let both = |i: &mut NewItem| (i.tax_items, i.tax_code) = (Some(vec![tax_item("1")]), Some("VAT".into()));
    assert_eq!(first(both), of("58500720", "invoiceItems[0].taxCode"));
    let unknown = |i: &mut NewItem| (i.tax_code, i.tax_mode) = (Some("X".into()), Some(TaxMode::Inclusive));
    assert_eq!(first(unknown), of("58500740", "invoiceItems[0].taxCode"));
    let fee = Flat { rates: vec![(d("2"), RateType::FlatFee)], exempt: false };
    let new = invoice_of(vec![item("1"), taxed("10", TaxMode::Inclusive)]);
    assert_eq!(refused(create(&new, &context(&fee))), of("58500830", "invoiceItems[1].taxMode"));
}

#[test]
fn states_refuse_what_they_do_not_allow() {
    let none = NoRates;
    let context = context(&none);
    let mut invoice = posted(vec![item("10")]);
    assert_eq!(refused(post(&mut invoice, Post::default(), &context)), of("59210020", "status"));
    assert_eq!(refused(cancel(&mut invoice)), of("59210030", "status"));
    assert_eq!(refused(check_delete(&invoice)), of("59210030", "status"));
    let mut invoice = draft(vec![item("10")]);
    assert_eq!(refused(post(&mut invoice, Post { tax_pending: true, date: None }, &context)), of("59210030", "status"));
    assert_eq!(
        refused(post(&mut invoice, Post { date: Some(day("2023-01-01")), tax_pending: false }, &context)),
        of("58490130", "invoiceDate")
    );
    assert_eq!(refused(invoice.apply(Movement::Payment, Allocation::Fifo, 1)), of("59210030", "status"));
    assert!(!cancel(&mut invoice).unwrap());
    assert_eq!(refused(post(&mut invoice, Post::default(), &context)), of("59210020", "status"));
    assert!(!check_delete(&invoice).unwrap());
    let mut large = draft(vec![item("1"); 1_000]);
    assert!(cancel(&mut large).unwrap());
    assert_eq!(large.status, Status::CancelInProgress);
    assert!(!cancel(&mut large).unwrap());
    assert!(check_delete(&large).unwrap());
}

#[test]
fn posting_with_a_date_moves_the_due_date() {
    let mut invoice = draft(vec![item("10")]);
    let context = Context { term: PaymentTerm::Net(10), ..context(&NoRates) };
    post(&mut invoice, Post { date: Some(day("2024-02-20")), tax_pending: false }, &context).unwrap();
    assert_eq!((invoice.date, invoice.due), (day("2024-02-20"), day("2024-03-01")));
}

#[test]
fn unpost_has_many_guards() {
    let good = Unpost { permitted: true, latest_of_account: true, ..Unpost::default() };
    let invoice = posted(vec![item("10")]);
    for (facts, code) in [
        (Unpost { permitted: false, ..good }, "59210010"),
        (Unpost { latest_of_account: false, ..good }, "59210030"),
        (Unpost { memo_made: true, ..good }, "59210030"),
        (Unpost { revenue_closed: true, ..good }, "59210030"),
        (Unpost { e_invoice: true, ..good }, "59210030"),
    ] {
        let mut tried = invoice.clone();
        assert_eq!(refused(unpost(&mut tried, facts)).0, code, "{facts:?}");
        assert_eq!(tried, invoice);
    }
    let mut paid = invoice.clone();
    paid.apply(Movement::Payment, Allocation::Fifo, 1).unwrap();
    assert_eq!(refused(unpost(&mut paid, good)).0, "59210030");
    assert_eq!(refused(unpost(&mut draft(vec![item("1")]), good)).0, "59210030");
    let mut undone = invoice;
    unpost(&mut undone, good).unwrap();
    assert_eq!(undone.status, Status::Draft);
}

#[test]
fn transfer_flags() {
    check_transfer_change(Transfer::No, Transfer::Yes, false).unwrap();
    check_transfer_change(Transfer::Yes, Transfer::Ignore, true).unwrap();
    assert_eq!(refused(check_transfer_change(Transfer::Yes, Transfer::Ignore, false)).0, "59210130");
    assert_eq!(refused(check_transfer_change(Transfer::Error, Transfer::No, true)).0, "59210120");
}

#[test]
fn update_refuses_and_changes_nothing() {
    let source = Flat::percent(&["0.1"]);
    let context = context(&source);
    let before = draft(vec![item("10"), taxed("11", TaxMode::Inclusive)]);
    let edit = |edit: ItemEdit| Update { items: vec![ItemChange::Edit(0, edit)], ..Update::default() };
    let cases: Vec<(Update, (&str, &str))> = vec![
        (Update { date: Some(day("2024-05-01")), due: Some(day("2024-06-01")), ..Update::default() }, ("58490220", "dueDate")),
        (Update { date: Some(day("2023-05-01")), ..Update::default() }, ("58490130", "invoiceDate")),
        (edit(ItemEdit { unit_price: Some(d("3")), ..ItemEdit::default() }), ("58500122", "invoiceItems[0].amount")),
        (edit(ItemEdit { amount: Some(d("0.001")), ..ItemEdit::default() }), ("58500120", "invoiceItems[0].amount")),
        (edit(ItemEdit { tax_code: Change::Set("VAT".into()), ..ItemEdit::default() }), ("58500822", "invoiceItems[0].taxMode")),
        (
            edit(ItemEdit { service_end: Change::Set(day("2024-01-01")), ..ItemEdit::default() }),
            ("58500620", "invoiceItems[0].serviceEndDate"),
        ),
        (edit(ItemEdit { amount: Some(d("-30")), ..ItemEdit::default() }), ("58490730", "amount")),
        (Update { items: vec![ItemChange::Remove(2)], ..Update::default() }, ("58501140", "invoiceItems[0].id")),
        (
            Update { items: vec![ItemChange::Remove(0), ItemChange::Edit(0, ItemEdit::default())], ..Update::default() },
            ("58501120", "invoiceItems[1].id"),
        ),
        (Update { items: vec![ItemChange::Remove(0), ItemChange::Remove(1)], ..Update::default() }, ("58490330", "invoiceItems")),
        (Update { items: vec![ItemChange::Add(item("1")); 999], ..Update::default() }, ("58490320", "invoiceItems")),
        (
            Update { items: vec![ItemChange::Add(NewItem { charge_name: None, ..item("1") })], ..Update::default() },
            ("58500422", "invoiceItems[0].chargeName"),
        ),
    ];
    for (change, (code, field)) in cases {
        let mut tried = before.clone();
        assert_eq!(refused(update(&mut tried, &change, &context)), of(code, field), "{change:?}");
        assert_eq!(tried, before);
    }
    let mut done = posted(vec![item("10")]);
    assert_eq!(refused(update(&mut done, &Update { date: Some(day("2024-05-01")), ..Update::default() }, &context)).0, "58490130");
    assert_eq!(refused(update(&mut done, &Update { items: vec![ItemChange::Remove(0)], ..Update::default() }, &context)).0, "58490330");
    update(&mut done, &Update { due: Some(day("2024-05-01")), ..Update::default() }, &context).unwrap();
    assert_eq!(done.due, day("2024-05-01"));
    let mut gone = draft(vec![item("10")]);
    cancel(&mut gone).unwrap();
    assert_eq!(refused(update(&mut gone, &Update { due: Some(day("2024-05-01")), ..Update::default() }, &context)).0, "59210030");
}

#[test]
fn reverse_has_many_guards() {
    let (how, facts) = reversal();
    let invoice = posted(vec![item("10")]);
    let rule = "59990730";
    for (how, facts, code) in [
        (Reverse { memo_date: Some(day("2024-01-31")), ..how }, facts, "59990120"),
        (Reverse { memo_date: Some(day("2024-02-10")), apply_date: Some(day("2024-02-09")), ..how }, facts, "59990220"),
        (Reverse { reason: Some("Mood"), ..how }, facts, "59990020"),
        (how, ReverseFacts { reasons: &[], ..facts }, "59990020"),
        (how, ReverseFacts { memo_made: true, ..facts }, rule),
        (how, ReverseFacts { part_of_split: true, ..facts }, rule),
        (how, ReverseFacts { connector_tax: true, ..facts }, rule),
        (how, ReverseFacts { transferred: true, ..facts }, rule),
        (how, ReverseFacts { newer_invoice: true, ..facts }, rule),
    ] {
        let mut tried = invoice.clone();
        assert_eq!(refused(reverse(&mut tried, how, facts)).0, code);
        assert_eq!(tried, invoice);
    }
    let mut paid = invoice.clone();
    paid.apply(Movement::Payment, Allocation::Fifo, 1).unwrap();
    assert_eq!(refused(reverse(&mut paid, how, facts)).0, rule);
    assert_eq!(refused(reverse(&mut draft(vec![item("1")]), how, facts)), of("59210030", "status"));
    let mut large = posted(vec![NewItem { tax_items: Some(vec![tax_item("0"); 2]), ..item("1") }; 667]);
    assert_eq!(refused(reverse(&mut large.clone(), how, facts)).0, rule);
    reverse(&mut large, how, ReverseFacts { as_job: true, ..facts }).unwrap();
    assert_eq!(refused(reverse(&mut large, how, facts)).0, rule);
    assert_eq!(
        refused(update(&mut large, &Update { due: Some(day("2024-05-01")), ..Update::default() }, &context(&NoRates))).0,
        "59210030"
    );
    assert_eq!(refused(write_off(&mut large, &writing_off(Extent::Balance), write_off_facts())).0, rule);
    let mut negative = posted(vec![item("1")]);
    negative.items[0].amount = -100;
    assert_eq!(refused(reverse(&mut negative, how, facts)).0, rule);
    assert_eq!(refused(write_off(&mut negative, &writing_off(Extent::Balance), write_off_facts())).0, rule);
}

#[test]
fn write_off_checks_its_extent() {
    let before = posted(vec![item("10"), NewItem { tax_items: Some(vec![tax_item("1")]), ..item("10") }]);
    let one = |item: usize| ItemWriteOff { item, amount_without_tax: None, taxes: Vec::new() };
    let facts = write_off_facts();
    let with = |extent: Extent| writing_off(extent);
    let cases: Vec<(WriteOff<'static>, WriteOffFacts<'static>, &str, &str)> = vec![
        (with(Extent::Items(vec![one(0)])), facts, "59990320", "items"),
        (with(Extent::Items(vec![one(0), one(0)])), facts, "59990320", "items[1].items"),
        (with(Extent::Items(vec![one(0), one(2)])), facts, "59990340", "items[1].items"),
        (
            with(Extent::Items(vec![one(0), ItemWriteOff { amount_without_tax: Some(d("9")), ..one(1) }])),
            facts,
            "59990430",
            "items[1].amount",
        ),
        (with(Extent::Items(vec![one(0), ItemWriteOff { taxes: vec![(0, d("0.5"))], ..one(1) }])), facts, "59990430", "items[1].amount"),
        (with(Extent::Items(vec![one(0), ItemWriteOff { taxes: vec![(1, d("1"))], ..one(1) }])), facts, "59990340", "items[1].items"),
        (with(Extent::Part(d("21.01"))), facts, "59990430", "amount"),
        (with(Extent::Part(d("0"))), facts, "59990430", "amount"),
        (with(Extent::Part(d("1"))), WriteOffFacts { enhanced: false, ..facts }, "59990310", "amount"),
        (with(Extent::Items(Vec::new())), WriteOffFacts { enhanced: false, ..facts }, "59990310", "items"),
        (with(Extent::Balance), WriteOffFacts { adjusted_before: true, ..facts }, "59990730", "invoiceId"),
        (with(Extent::Balance), WriteOffFacts { reasons: &[], ..facts }, "59990020", "reasonCode"),
        (WriteOff { memo_date: Some(day("2024-01-01")), ..with(Extent::Balance) }, facts, "59990120", "memoDate"),
        (
            WriteOff { impact: RevenueImpact::No(String::new()), ..with(Extent::Balance) },
            facts,
            "59990622",
            "nonRevenueWriteOffAccountingCode",
        ),
        (
            WriteOff { impact: RevenueImpact::No("BadDebt".into()), ..with(Extent::Balance) },
            WriteOffFacts { enhanced: false, ..facts },
            "59990310",
            "revenueImpacting",
        ),
    ];
    for (how, facts, code, field) in cases {
        let mut tried = before.clone();
        assert_eq!(refused(write_off(&mut tried, &how, facts)), of(code, field), "{how:?}");
        assert_eq!(tried, before);
    }
    let mut written = before.clone();
    let all = Extent::Items(vec![one(1), ItemWriteOff { amount_without_tax: Some(d("10")), ..one(0) }]);
    let memo = write_off(&mut written, &WriteOff { impact: RevenueImpact::No("BadDebt".into()), ..with(all) }, facts).unwrap();
    assert_eq!((memo.amount().unwrap(), memo.revenue_impacting, written.balance().unwrap()), (2_100, false, 0));
    let mut part = before;
    let memo = write_off(&mut part, &with(Extent::Part(d("10.50"))), WriteOffFacts { mirroring: Mirroring::Yes, ..facts }).unwrap();
    assert_eq!((memo.flat(), part.balance().unwrap()), (vec![500, 500, 50], 1_050));
}

#[test]
fn split_has_many_guards() {
    let none = NoRates;
    let context = context(&none);
    let before = draft(vec![item("10")]);
    let part = |percentage: &str| SplitPart { percentage: Some(d(percentage)), date: day("2024-02-01"), term: PaymentTerm::Net(30) };
    let allowed = SplitFacts { allowed: true, ..SplitFacts::default() };
    let closed = SplitPart { date: day("2023-02-01"), ..part("50") };
    for (parts, facts, code, field) in [
        (vec![part("50"), part("50")], SplitFacts::default(), "59991130", "splits"),
        (vec![part("50"), part("50")], SplitFacts { standalone: true, ..allowed }, "59991130", "splits"),
        (vec![part("50"), part("50")], SplitFacts { consolidated: true, ..allowed }, "59991130", "splits"),
        (vec![part("100")], allowed, "59991120", "splits"),
        (vec![part("1"); 51], allowed, "59991120", "splits"),
        (vec![part("50"), part("49.999999999")], allowed, "59991230", "splitPercentage"),
        (vec![part("100"), part("0")], allowed, "59991220", "splits[1].splitPercentage"),
        (vec![part("50.0000000001"), part("49.9999999999")], allowed, "59991220", "splits[0].splitPercentage"),
        (vec![SplitPart { percentage: None, ..part("1") }, part("50")], allowed, "59991030", "splitType"),
        (vec![part("50"), closed], allowed, "58490130", "splits[1].invoiceDate"),
    ] {
        let mut tried = before.clone();
        assert_eq!(refused(split(&mut tried, &parts, facts, &context)), of(code, field));
        assert_eq!(tried, before);
    }
    assert_eq!(refused(split(&mut posted(vec![item("1")]), &[part("50"), part("50")], allowed, &context)).0, "59210030");
}

#[test]
fn amounts_that_overflow_together_are_refused() {
    let large = || item("9999999999999");
    create(&invoice_of(vec![large(); 1_000]), &context(&NoRates)).unwrap();
    let mut invoice = draft(vec![item("1")]);
    invoice.items[0].amount = i64::MAX;
    let more = Update { items: vec![ItemChange::Add(item("1"))], ..Update::default() };
    assert_eq!(refused(update(&mut invoice, &more, &context(&NoRates))), of("58490720", "amount"));
}

#[test]
fn tax_lines_of_a_draft_are_kept_by_hand() {
    let source = Flat::percent(&["0.1"]);
    let context = context(&source);
    let mut invoice = create(&invoice_of(vec![taxed("10", TaxMode::Exclusive), item("5")]), &context).unwrap();
    add_tax_lines(&mut invoice, &[(0, tax_item("0.30")), (1, tax_item("0.20"))]).unwrap();
    assert_eq!(invoice.totals().unwrap().tax_amount, 150);
    replace_tax_line(&mut invoice, 0, 0, &tax_item("2")).unwrap();
    remove_tax_line(&mut invoice, 1, 0).unwrap();
    // no recomputation undoes it
    update(&mut invoice, &Update { date: Some(day("2024-03-01")), ..Update::default() }, &context).unwrap();
    assert_eq!(invoice.totals().unwrap().tax_amount, 230);
    let before = invoice.clone();
    for (result, code, field) in [
        (add_tax_lines(&mut invoice, &[(0, tax_item("1")), (2, tax_item("1"))]), "58501140", "taxationItems[1].id"),
        (add_tax_lines(&mut invoice, &[(0, tax_item("-1"))]), "58510120", "taxationItems[0].taxAmount"),
        (add_tax_lines(&mut invoice, &vec![(0, tax_item("1")); 4]), "58500930", "taxationItems[3].taxItems"),
        (replace_tax_line(&mut invoice, 1, 0, &tax_item("1")), "58500940", "taxItems"),
        (remove_tax_line(&mut invoice, 0, 2), "58500940", "taxItems"),
    ] {
        assert_eq!(refused(result), of(code, field));
    }
    assert_eq!(invoice, before);
    let mut done = posted(vec![item("1")]);
    assert_eq!(refused(add_tax_lines(&mut done, &[(0, tax_item("1"))])), of("59210030", "status"));
}

#[test]
fn discounts_are_edited_with_their_item() {
    let source = Flat::percent(&["0.1"]);
    let context = context(&source);
    let new = NewItem { discounts: vec![discount("-11")], ..taxed("110", TaxMode::Inclusive) };
    let mut invoice = create(&invoice_of(vec![new]), &context).unwrap();
    assert_eq!((invoice.items[0].discounts[0].amount, invoice.amount().unwrap()), (-1_000, 9_900));
    let edit = |discounts| Update { items: vec![ItemChange::Edit(0, ItemEdit { discounts, ..ItemEdit::default() })], ..Update::default() };
    let change = |discount, amount: &str| DiscountEdit { discount, amount: Some(d(amount)), tax_items: None };
    update(&mut invoice, &edit(vec![change(0, "-22")]), &context).unwrap();
    assert_eq!((invoice.items[0].discounts[0].amount, invoice.amount().unwrap()), (-2_000, 8_800));
    assert_eq!(
        refused(update(&mut invoice, &edit(vec![change(0, "1")]), &context)),
        of("58500120", "invoiceItems[0].discountItems[0].amount")
    );
    assert_eq!(
        refused(update(&mut invoice, &edit(vec![change(1, "-1")]), &context)),
        of("58501140", "invoiceItems[0].discountItems[0].id")
    );
    let own = DiscountEdit { discount: 0, amount: None, tax_items: Some(vec![tax_item("-1.50")]) };
    update(&mut invoice, &edit(vec![own]), &context).unwrap();
    assert_eq!(invoice.totals().unwrap().tax_amount, 1_000 - 150);
}
