//! Tax.

use super::{all_cents, cents, decimal, list, text};
use crate::common::*;
use accrual_base::rounding::Rule;
use accrual_base::{Currency, Decimal};
use accrual_receivables::invoice::*;
use accrual_receivables::tax::{self, InclusiveRule, Proration, Rate, RatePart, RateType, Settings, TaxMode};
use serde_json::Value;

fn rate(value: Decimal, kind: RateType) -> Rate {
    Rate { name: "VAT".into(), value, kind, jurisdiction: String::new(), location_code: String::new() }
}

fn percent(value: &Value) -> [Rate; 1] {
    [rate(decimal(value), RateType::Percentage)]
}

pub fn two_rules(case: &Value) {
    let inputs = &case["inputs"];
    for (rule, name) in [(InclusiveRule::NetAmount, "RoundingNetAmount"), (InclusiveRule::TaxAmount, "RoundingTaxAmount")] {
        let settings = Settings { inclusive: rule, ..Settings::of(Currency::USD) };
        let carved = tax::inclusive(cents(&inputs["gross"]), &percent(&inputs["rate"]), &settings).unwrap();
        let want = &case["expected"][name];
        assert_eq!((carved.net, carved.taxes[0]), (cents(&want["net"]), cents(&want["tax"])), "{name}");
    }
}

pub fn both_modes(case: &Value) {
    let source = Flat::percent(&[&text(&case["inputs"]["rate"])]);
    for mode in [TaxMode::Exclusive, TaxMode::Inclusive] {
        let invoice = create(&invoice_of(vec![taxed(&text(&case["inputs"]["charge"]), mode)]), &context(&source)).unwrap();
        let (totals, want) = (invoice.totals().unwrap(), &case["expected"][mode.name()]);
        assert_eq!((totals.amount_without_tax, totals.tax_amount), (cents(&want["charge"]), cents(&want["tax"])));
        assert_eq!(totals.amount, cents(&want["total"]));
    }
}

pub fn redistribution(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let source = Flat::percent(&[&text(&inputs["rate"])]);
    let items: Vec<NewItem> = list(&inputs["items"]).iter().map(|a| taxed(&text(a), TaxMode::Inclusive)).collect();
    let taxes = |redistribute: bool| {
        let base = context(&source);
        let context = Context { tax: Settings { redistribute, ..base.tax }, ..base };
        let invoice = create(&invoice_of(items.clone()), &context).unwrap();
        for (item, gross) in invoice.items.iter().zip(list(&inputs["items"])) {
            assert_eq!(item.amount + item.taxes[0].amount, cents(gross));
        }
        invoice.items.iter().map(|i| i.taxes[0].amount).collect::<Vec<_>>()
    };
    assert_eq!(taxes(false), all_cents(&want["withoutRedistribution"]));
    assert_eq!(taxes(false).iter().sum::<i64>(), cents(&want["sumWithout"]));
    assert_eq!(taxes(true), all_cents(&want["withRedistribution"]));
    assert_eq!(taxes(true).iter().sum::<i64>(), cents(&want["taxOnGroupTotal"]));
}

pub fn signs(case: &Value) {
    for (charge, want) in list(&case["inputs"]["charges"]).iter().zip(list(&case["expected"]["taxes"])) {
        let one = match text(&charge["rateType"]).as_str() {
            "FlatFee" => rate(decimal(&charge["fee"]), RateType::FlatFee),
            _ => rate(decimal(&charge["rate"]), RateType::Percentage),
        };
        let tax = tax::exclusive(cents(&charge["amount"]), &[one], &Settings::of(Currency::USD)).unwrap();
        assert_eq!(tax, [cents(want)], "{charge}");
    }
}

/// The tax of both attempts, and that one of them exceeds what is available to credit.
pub fn over_credit(case: &Value) {
    let (inputs, want) = (&case["inputs"]["invoice"], &case["expected"]);
    let source = Flat::percent(&[&text(&inputs["rate"])]);
    let invoice = create(&invoice_of(vec![taxed(&text(&inputs["gross"]), TaxMode::Inclusive)]), &context(&source)).unwrap();
    let totals = invoice.totals().unwrap();
    assert_eq!((totals.amount_without_tax, totals.tax_amount), (cents(&want["invoice"]["net"]), cents(&want["invoice"]["tax"])));
    for (attempt, result) in list(&case["inputs"]["creditMemoAttempts"]).iter().zip(list(&want["attempts"])) {
        let (amount, rates) = (cents(&attempt["amount"]), percent(&inputs["rate"]));
        let settings = Settings::of(Currency::USD);
        let (net, tax) = match TaxMode::named(&text(&attempt["taxMode"])).unwrap() {
            TaxMode::Exclusive => (amount, tax::exclusive(amount, &rates, &settings).unwrap()[0]),
            TaxMode::Inclusive => {
                let carved = tax::inclusive(amount, &rates, &settings).unwrap();
                (carved.net, carved.taxes[0])
            }
        };
        assert_eq!((tax, net + tax), (cents(&result["tax"]), cents(&result["total"])));
        assert_eq!(net + tax <= totals.available_to_credit, result["accepted"].as_bool().unwrap());
    }
}

pub fn rate_periods(case: &Value) {
    let (inputs, want) = (&case["inputs"], &case["expected"]);
    let rates = |of: &Value| -> Vec<RatePart> {
        list(of).iter().map(|r| RatePart { from: day(&text(&r["from"])), rate: decimal(&r["rate"]) }).collect()
    };
    let split = |amount, start: &str, end: &str, rates: &[RatePart]| {
        tax::split_service(amount, day(start), day(end), rates, Proration::MonthsThenDays, Rule::HALF_UP).unwrap()
    };
    let (item, own) = (&inputs["item"], rates(&inputs["rates"]));
    let (start, end) = (text(&item["serviceStart"]), text(&item["serviceEnd"]));
    let full = cents(&item["amount"]);
    for (part, want) in split(full, &start, &end, &own).iter().zip(list(&want["charge"])) {
        assert_eq!(
            (part.start.to_string(), part.taxable, part.tax),
            (text(&want["taxDate"]), cents(&want["taxable"]), cents(&want["tax"]))
        );
    }
    // ten per cent off; the page gives the reduction without its sign
    for (part, want) in split(-full / 10, &start, &end, &own).iter().zip(list(&want["discount"])) {
        assert_eq!((-part.taxable, -part.tax), (cents(&want["taxable"]), cents(&want["tax"])));
    }
    let credit = &want["credit"];
    for (part, want) in split(cents(&credit["amount"]), "2019-07-01", &end, &own).iter().zip(list(&credit["tax"])) {
        assert_eq!(
            (part.start.to_string(), part.taxable, part.tax),
            (text(&want["taxDate"]), cents(&want["taxable"]), cents(&want["tax"]))
        );
    }
    let second = &inputs["second"];
    let parts = split(cents(&second["amount"]), &text(&second["serviceStart"]), &text(&second["serviceEnd"]), &rates(&second["rates"]));
    assert_eq!(parts.len(), list(&want["second"]).len());
    for (part, want) in parts.iter().zip(list(&want["second"])) {
        assert_eq!((part.taxable, part.tax), (cents(&want["taxable"]), cents(&want["tax"])));
        assert_eq!((part.start.to_string(), part.end.to_string()), (text(&want["periodStart"]), text(&want["periodEnd"])));
    }
}
