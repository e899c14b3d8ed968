//! Creating, editing and splitting invoices.

use super::{all_cents, cents, decimal, list, text};
use crate::common::*;
use accrual_base::rounding::{Mode, Rule};
use accrual_receivables::Invoice;
use accrual_receivables::invoice::*;
use accrual_receivables::spread::Allocation;
use accrual_receivables::tax::{NewTaxItem, NoRates, TaxMode};
use accrual_receivables::terms::PaymentTerm;
use serde_json::Value;

pub fn totals(case: &Value) {
    let build = |v: &Value| {
        let amount = text(&v["amount"]);
        let mut new = match v["taxMode"].as_str() {
            Some(mode) => taxed(&amount, TaxMode::named(mode).unwrap()),
            None => item(&amount),
        };
        let discounts = v["discountItems"].as_array().into_iter().flatten();
        new.discounts = discounts.map(|d| discount(&text(&d["amount"]))).collect();
        new
    };
    let invoice = draft(list(&case["inputs"]["items"]).iter().map(build).collect());
    let (totals, want) = (invoice.totals().unwrap(), &case["expected"]);
    assert_eq!(totals.amount_without_tax, cents(&want["amountWithoutTax"]));
    assert_eq!((totals.tax_amount, totals.amount), (cents(&want["taxAmount"]), cents(&want["amount"])));
    let charges: Vec<i64> =
        invoice.items.iter().flat_map(|i| std::iter::once(i.amount).chain(i.discounts.iter().map(|d| d.amount))).collect();
    assert_eq!(charges, all_cents(&want["chargeAmounts"]));
}

fn same(invoice: &Invoice, want: &Value) {
    let totals = invoice.totals().unwrap();
    for (figure, name) in [
        (totals.amount, "amount"),
        (totals.amount_without_tax, "amountWithoutTax"),
        (totals.tax_amount, "taxAmount"),
        (totals.tax_exempt_amount, "taxExemptAmount"),
        (totals.balance, "balance"),
    ] {
        if let Some(value) = want.get(name) {
            assert_eq!(figure, cents(value), "{name}");
        }
    }
    assert_eq!(invoice.status.name(), text(&want["status"]));
}

pub fn create_and_edit(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let [catalog, own] = list(&inputs["create"]["items"]) else { panic!("two items") };
    let from_catalog =
        NewItem { from_catalog: true, charge_name: None, quantity: Some(decimal(&catalog["quantity"])), ..item(&text(&catalog["amount"])) };
    let equipment =
        NewItem { charge_name: Some(text(&own["chargeName"])), quantity: Some(decimal(&own["quantity"])), ..item(&text(&own["amount"])) };
    let invoice = draft(vec![from_catalog, equipment]);
    same(&invoice, &want["create"]);
    assert_eq!(invoice.items[1].unit_price, d("20"));

    let imported = &list(&inputs["import"]["items"])[0];
    let tax = &list(&imported["taxItems"])[0];
    let tax = NewTaxItem { rate: decimal(&tax["taxRate"]), ..tax_item(&text(&tax["taxAmount"])) };
    same(&draft(vec![NewItem { tax_items: Some(vec![tax]), ..item(&text(&imported["amount"])) }]), &want["import"]);

    let mut invoice = draft(vec![NewItem { quantity: Some(d("3")), ..item("300") }]);
    let edit = &inputs["edit"]["item"];
    let edit = ItemEdit { amount: Some(decimal(&edit["amount"])), unit_price: Some(decimal(&edit["unitPrice"])), ..ItemEdit::default() };
    update(&mut invoice, &Update { items: vec![ItemChange::Edit(0, edit)], ..Update::default() }, &context(&NoRates)).unwrap();
    same(&invoice, &want["edit"]);
    assert_eq!(invoice.items[0].quantity * invoice.items[0].unit_price, d("360"));
}

pub fn rounding_item(case: &Value) {
    let build = |v: &Value| NewItem { tax_items: Some(vec![tax_item(&text(&v["tax"]))]), ..item(&text(&v["amount"])) };
    let mut invoice = draft(list(&case["inputs"]["items"]).iter().map(build).collect());
    let want = &case["expected"];
    assert_eq!(invoice.amount().unwrap(), cents(&want["totalBefore"]));
    let rule = Rule { mode: Mode::named(&text(&case["inputs"]["mode"])).unwrap(), increment: cents(&case["inputs"]["increment"]) };
    let made = accrual_receivables::invoice::rounding_item(&invoice, rule).unwrap().unwrap();
    let item = &want["roundingItem"];
    assert_eq!((made.amount, made.processing, made.taxes.len()), (cents(&item["amount"]), Processing::Rounding, 0));
    assert_eq!((made.quantity, made.unit_price), (decimal(&item["quantity"]), decimal(&item["unitPrice"])));
    assert_eq!((made.service_start, made.service_end), (invoice.date, Some(invoice.date)));
    invoice.items.push(made.clone());
    assert_eq!(invoice.amount().unwrap(), cents(&want["total"]));
    // made again it is the same one, not one on top
    assert_eq!(accrual_receivables::invoice::rounding_item(&invoice, rule).unwrap(), Some(made));
}

fn parts(percentages: &[Value]) -> Vec<SplitPart> {
    percentages.iter().map(|p| SplitPart { percentage: Some(decimal(p)), date: day("2024-02-01"), term: PaymentTerm::Net(30) }).collect()
}

fn into_parts(invoice: &mut Invoice, percentages: &[Value]) -> accrual_base::Result<Vec<Invoice>> {
    split(invoice, &parts(percentages), SplitFacts { allowed: true, ..SplitFacts::default() }, &context(&NoRates))
}

pub fn split_percent(case: &Value) {
    let items = list(&case["inputs"]["invoice"]["items"]).iter().map(|a| item(&text(a))).collect::<Vec<_>>();
    let percentages: Vec<Value> = list(&case["inputs"]["splits"]).iter().map(|s| s["percentage"].clone()).collect();
    let mut invoice = draft(items.clone());
    let made = into_parts(&mut invoice, &percentages).unwrap();
    let sum: i64 = made.iter().map(|p| p.amount().unwrap()).sum();
    assert_eq!(sum, cents(&case["expected"]["sumOfSplitTotals"]));
    assert_eq!(invoice.status.name(), text(&case["expected"]["original"]["status"]));
    for refused in list(&case["expected"]["rejected"]) {
        assert!(into_parts(&mut draft(items.clone()), list(&refused["percentages"])).is_err());
    }
}

pub fn split_remainder(case: &Value) {
    for (one, want) in list(&case["inputs"]["cases"]).iter().zip(list(&case["expected"]["parts"])) {
        let total = cents(&one["total"]);
        let mut invoice = draft(vec![item("1")]);
        invoice.items[0].amount = total;
        let made = into_parts(&mut invoice, list(&one["percentages"])).unwrap();
        let amounts: Vec<i64> = made.iter().map(|p| p.amount().unwrap()).collect();
        assert_eq!(amounts, all_cents(want), "{one}");
    }
}

pub fn group_states(case: &Value) {
    let (want, context) = (&case["expected"], context(&NoRates));
    let permitted = Unpost { permitted: true, latest_of_account: true, ..Unpost::default() };
    let thirds: Vec<Value> = ["33.3", "33.3", "33.4"].map(Value::from).to_vec();
    let group = || {
        let mut original = draft(vec![item("90")]);
        let parts = into_parts(&mut original, &thirds).unwrap();
        Group { original, parts }
    };
    let states = |group: &Group| group.parts.iter().map(|p| p.status.name().to_owned()).collect::<Vec<_>>();
    let wanted = |value: &Value| list(value).iter().map(text).collect::<Vec<_>>();

    let mut split = group();
    assert_eq!(split.original.status.name(), text(&want["afterSplit"]["INV0001"]));
    assert_eq!(states(&split), ["INV0002", "INV0003", "INV0004"].map(|n| text(&want["afterSplit"][n])));
    split.post(&context).unwrap();
    assert_eq!(states(&split), wanted(&want["afterPost"]));
    split.unpost(permitted).unwrap();
    assert_eq!(states(&split), wanted(&want["afterUnpost"]));
    split.cancel().unwrap();
    assert_eq!(states(&split), wanted(&want["afterCancel"]["parts"]));
    assert_eq!(split.original.status.name(), text(&want["afterCancel"]["INV0001"]));
    split.delete(0).unwrap();
    assert_eq!((split.parts.len(), split.original.status), (2, Status::Canceled));

    let mut paid = group();
    paid.post(&context).unwrap();
    paid.parts[1].apply(Movement::Payment, Allocation::Proration, 100).unwrap();
    assert!(text(&want["alternative"]).contains("refused"));
    assert!(paid.unpost(permitted).is_err());
    assert_eq!(states(&paid), ["Posted"; 3]);
}
